"""How totals of the releases went from quarter to quarter, as columns, and a title that is true of
them: published counts have noise, and no change is told that the noise alone could make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reporting.releases.document import HIDDEN, Release, ReleasedTable

HEIGHT, TOP, BASE = 190, 26, 150  # of the drawing: where the highest column begins, where all stand
# Two counts differ by noise alone by more than three standard deviations of their difference (which
# is twice the scale of each) in fewer than two of a hundred pairs, and are rounded besides.
_DEVIATIONS = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One quarter: `x`, `middle` and `width` in hundredths of the width, the rest in pixels."""

    period: str
    quarter: str
    year: str
    count: int | None
    x: float
    middle: float
    width: float
    y: int
    height: int

    @property
    def shown(self) -> str:
        return HIDDEN if self.count is None else str(self.count)

    @property
    def above(self) -> int:
        """Where the number stands."""
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Trend:
    """A total over the quarters, the earliest first."""

    code: str
    what: str
    title: str
    columns: tuple[Column, ...]

    @property
    def description(self) -> str:
        """The drawing in words: every quarter with its number."""
        return "; ".join(f"{one.period}: {one.shown}" for one in self.columns)


def trend(releases: Sequence[Release], table: str, *, right_to_left: bool = False) -> Trend | None:
    """The total of this table over releases of quarters, given the earliest first; None where none
    of them holds it."""
    found = [(release, one) for release in releases for one in release.tables if one.code == table]
    if not found:
        return None
    counts = [one.cells[()] for _release, one in found]
    most = max((count or 0 for count in counts), default=0)
    step = 100 / len(found)
    columns = []
    for place, ((release, _table), count) in enumerate(zip(found, counts, strict=True)):
        drawn = len(found) - 1 - place if right_to_left else place
        height = round((BASE - TOP) * (count or 0) / most) if most else 0
        columns.append(
            Column(
                period=str(release.period),
                quarter=_("Q%(number)d") % {"number": release.period.number or 0},
                year=str(release.period.year),
                count=count,
                x=round(step * drawn + step * 0.15, 2),
                middle=round(step * drawn + step / 2, 2),
                width=round(step * 0.7, 2),
                y=BASE - height,
                height=height,
            )
        )
    what = str(found[0][1].title)
    return Trend(table, what, _title(what, found), tuple(columns))


def isolated(period: object) -> str:
    """The period as it is also read within a text that goes from right to left."""
    return f"\u2066{period}\u2069"


def _title(what: str, found: Sequence[tuple[Release, ReleasedTable]]) -> str:
    (first, one), (last, other) = found[0], found[-1]
    start, end = one.cells[()], other.cells[()]
    words = {
        "what": what,
        "start": start,
        "end": end,
        "first": isolated(first.period),
        "last": isolated(last.period),
    }
    if start is None or end is None:
        return _("%(what)s: hidden at one end, so that no change can be told") % words
    if len(found) == 1:
        return _("%(what)s: %(end)d in %(last)s") % words
    noise = 2 * _DEVIATIONS * max(one.scale, other.scale)
    if abs(end - start) <= noise + first.rule.rounding:
        text = _("%(what)s: no change from %(first)s to %(last)s that noise could not make")
    elif end > start:
        text = _("%(what)s: up from %(start)d in %(first)s to %(end)d in %(last)s")
    else:
        text = _("%(what)s: down from %(start)d in %(first)s to %(end)d in %(last)s")
    return text % words
