"""A release as people read it: its tables with a line a row, what to know, and what it was made
with. Pages and files say the same."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils import formats
from django.utils.translation import gettext as _

from cases.rules.countries import country_name
from nrm.profiles.labels import Label
from reporting.releases.document import HIDDEN, Release, ReleasedTable
from reporting.releases.noise import within


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its counts, and how wide its bar is in percent (of a count by itself, or
    of those of the row together, as they are published)."""

    label: str
    counts: list[int | None]
    width: int


@dataclass(frozen=True, slots=True)
class Told:
    """A table as it is read: with one dimension a column of counts, with two a column a code."""

    code: str
    title: str
    head: list[str]
    lines: list[Line]
    off: int  # by how much a count is off once in twenty times, at most

    @property
    def is_total(self) -> bool:
        return len(self.lines) == 1 and len(self.head) == 2


def shown(count: int | None) -> int | str:
    """A count as it is shown; a hidden one by its mark."""
    return HIDDEN if count is None else count


def tables_of(release: Release, language: str) -> list[Told]:
    """Every table of the release, in its order."""
    return [_told(release, table, language) for table in release.tables]


def _told(release: Release, table: ReleasedTable, language: str) -> Told:
    count = _("Count")
    codes = [list(release.dimensions[code][1].items()) for code in table.dimensions]
    words = [
        [_word(code, label, language) for code, label in of_dimension] for of_dimension in codes
    ]
    if not codes:
        rows = [(_("All"), [table.cells[()]])]
        head = ["", count]
    elif len(codes) == 1:
        name = release.dimensions[table.dimensions[0]][0].text(language)
        rows = [
            (word, [table.cells[(code,)]])
            for word, (code, _label) in zip(words[0], codes[0], strict=True)
        ]
        head = [name, count]
    else:
        name = release.dimensions[table.dimensions[0]][0].text(language)
        rows = [
            (word, [table.cells[(code, other)] for other, _label in codes[1]])
            for word, (code, _own) in zip(words[0], codes[0], strict=True)
        ]
        head = [name, *words[1]]
    sums = [sum(one or 0 for one in counts) for _word_, counts in rows]
    most = max(sums, default=0) or 1
    lines = [
        Line(label, counts, round(100 * total / most) if codes else 0)
        for (label, counts), total in zip(rows, sums, strict=True)
    ]
    return Told(table.code, table.title.text(language), head, lines, within(table.scale, 0.05))


def _word(code: str, label: Label, language: str) -> str:
    return label.text(language) or country_name(code)


def notes_of(release: Release, language: str) -> Iterator[str]:
    """What a reader has to know: the caveats, and the worst case in numbers."""
    for label in release.caveats.values():
        yield label.text(language)
    rule = release.rule
    yield _(
        "Counts below %(threshold)d are hidden, zeros with them; every other count is rounded to"
        " the nearest %(rounding)d."
    ) % {"threshold": rule.threshold, "rounding": rule.rounding}
    yield _(
        "The worst case, for somebody who knows everybody else in the period: by this release they"
        " can be at most %(there)s times surer that the last person is counted in it, and %(what)s"
        " times surer of what is true of that person, such as one nationality against another."
    ) % {"there": _times(release.epsilon), "what": _times(2 * release.epsilon)}
    yield _(
        "By all releases of its year together it is at most %(there)s times and %(what)s times."
        " Whoever is counted in releases of several years is in the tables of each: these numbers"
        " are then multiplied."
    ) % {"there": _times(release.epsilon_a_year), "what": _times(2 * release.epsilon_a_year)}


def _times(epsilon: Fraction) -> str:
    """How many times likelier an outcome can be: e to the epsilon, never a little less."""
    times = math.exp(min(epsilon, 700))
    if times < 100:
        return formats.number_format(math.ceil(times * 10) / 10, 1)
    return formats.number_format(math.ceil(times), 0, force_grouping=True)


def head_of(release: Release) -> Iterator[tuple[str, str]]:
    """What the file was made with, by name."""
    yield _("Period"), f"{_day(release.period.first_day)} – {_day(release.period.last_day)}"
    yield _("Profile and version of its tables"), f"{release.profile} {release.version}"
    yield "Epsilon", str(release.epsilon)
    yield _("Hash of the counted rows, salted"), release.snapshot_sha256
    yield _("Fingerprint of the file (SHA-256)"), release.sha256


def _day(day: date) -> str:
    return formats.date_format(day, "j F Y")
