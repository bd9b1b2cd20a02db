"""Management counts: how the open cases of a supervisor's authority stand, and how full the beds
are. Exact, of what the reader may see at this moment, each number with the list that it counts.

There is no file of it and no endpoint: it stays where the rights are asked. What may be taken away
are releases (`reporting.releases`), in which nobody can be found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.rights import SEE_CASE, SEE_DASHBOARD
from cases.selectors.counts import Counts, Open, open_cases
from cases.selectors.dashboard import waits_for_answer
from cases.selectors.lists import (
    BAND_WORDS,
    BANDS,
    DUE_NOW,
    OVERDUE,
    RECEIVED,
    STAGE,
    TEAM,
    UNASSIGNED,
    WEEK_AHEAD,
    Wanted,
)
from cases.selectors.saved_views import team_caseworkers
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.audit import writer
from nrm.profiles import load_profile
from protection.selectors.shelter import beds_by_region
from reporting.counts import rules
from reporting.counts.rules import width


@dataclass(frozen=True, slots=True)
class Cell:
    """A number and the list that it counts; `words` say to whom it is read out which one it is."""

    value: int
    href: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table. `bar` is its first number as a bar, in hundredths of the space."""

    label: str
    cells: list[Cell]
    bar: int | None = None
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A table, and what it shows in a sentence."""

    code: str
    title: str
    head: list[str]
    lines: list[Line]
    note: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it fits beside another one."""
        return len(self.head) == 2


class CountsView(View):
    """What a supervisor sees of workload, waiting, delay and beds."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_DASHBOARD.check(user, None)
        at = timezone.now()
        writer.write("counts.viewed", at=at, actor_id=user.pk)
        context = {"sections": sections(user, at=at), "at": at}
        return render(request, "reporting/counts.html", context)


def sections(actor: User, *, at: datetime) -> list[Section]:
    """What stands on the page. Three queries, four in an authority of more than sixty
    caseworkers."""
    counts = open_cases(actor, SEE_CASE, at=at)
    stages = _stages(actor, counts)
    return [
        _overdue(counts, stages),
        _received(counts),
        _waiting(counts, stages),
        _workload(actor, counts),
        _beds(actor, at),
    ]


def _stages(actor: User, counts: Counts) -> dict[str, str]:
    """The stages at which there is a case, in the order of the law, by code."""
    found: dict[str, str] = {}
    for code in sorted({team.profile for team in actor.organisations(Role.SUPERVISOR)}):
        for stage in load_profile(code).stages:
            if stage.code in counts.stages:
                found.setdefault(stage.code, str(stage.label))
    return found


def _link(wanted: Wanted) -> str:
    return f"{reverse('worklist')}?{urlencode(wanted.query(), doseq=True)}"


def _cell(value: int, wanted: Wanted, *words: Any) -> Cell:
    return Cell(value, _link(wanted) if value else "", ", ".join(str(word) for word in words))


def _in(code: str) -> frozenset[str]:
    return frozenset({code})


def _sum(some: Iterable[Open], name: str = "cases") -> int:
    return sum(getattr(one, name) for one in some)


# Sections -----------------------------------------------------------------------------------------
def _waiting(counts: Counts, stages: Mapping[str, str]) -> Section:
    """Open cases by stage and by how long they have been there. A case at a stage that the law of
    today does not know any more stands in the last row alone."""
    lines = []
    for code, label in stages.items():
        bands = counts.stages[code]
        of = {"view": TEAM, "stages": _in(code), "order": STAGE}
        late = Wanted(TEAM, stages=_in(code), urgency=_in(OVERDUE))
        cells = [
            _cell(_sum(bands.values()), Wanted(TEAM, stages=_in(code)), label),
            _cell(_sum(bands.values(), "overdue"), late, label, _("overdue")),
        ]
        for band in BANDS:
            number = bands.get(band, Open()).cases
            cells.append(_cell(number, Wanted(**of, waited=band), label, BAND_WORDS[band]))
        lines.append(Line(label, cells))
    late = Wanted(TEAM, urgency=_in(OVERDUE))
    cells = [
        _cell(counts.all.cases, Wanted(TEAM), _("All stages")),
        _cell(counts.all.overdue, late, _("All stages"), _("overdue")),
    ]
    for band in BANDS:
        number = sum(bands.get(band, Open()).cases for bands in counts.stages.values())
        wanted = Wanted(TEAM, waited=band, order=STAGE)
        cells.append(_cell(number, wanted, _("All stages"), BAND_WORDS[band]))
    lines.append(Line(_("All stages"), cells, is_total=True))
    title = rules.waited_title(
        {
            label: {band: one.cases for band, one in counts.stages[code].items()}
            for code, label in stages.items()
        }
    )
    head = [_("Stage"), _("Open"), _("Overdue"), *(str(words) for words in BAND_WORDS.values())]
    note = _("Days at the stage where the case stands now, in days of the calendar.")
    return Section("waiting", title, head, _with_bars(lines), note)


def _received(counts: Counts) -> Section:
    lines = []
    for band, words in BAND_WORDS.items():
        number = counts.received.get(band, Open()).cases
        wanted = Wanted(TEAM, received=band, order=RECEIVED)
        lines.append(Line(str(words), [_cell(number, wanted, words)]))
    title = rules.received_title({band: one.cases for band, one in counts.received.items()})
    return Section("received", title, [_("Time since received"), _("Open")], _with_bars(lines))


def _overdue(counts: Counts, stages: Mapping[str, str]) -> Section:
    """What is overdue, and what may be why."""
    answers = frozenset(code for code in stages if waits_for_answer(code))
    outside = sum(_sum(counts.stages[code].values(), "overdue") for code in answers)
    nobody, child, other = (
        _("Given to nobody"),
        _("Treated as a child"),
        _("Waits for an answer from outside"),
    )

    def of(**more: Any) -> Wanted:
        return Wanted(**{"view": TEAM, "urgency": _in(OVERDUE), **more})

    everything = _("Everything overdue")
    lines = [
        Line(nobody, [_cell(counts.all.overdue_unassigned, of(view=UNASSIGNED), nobody)]),
        Line(other, [_cell(outside, of(stages=answers), other)]),
        Line(child, [_cell(counts.all.overdue_children, of(child=True), child)]),
        Line(everything, [_cell(counts.all.overdue, of(), everything)], is_total=True),
    ]
    title = rules.overdue_title(counts.all.overdue, counts.all.cases)
    note = _("A case can stand in several of these rows, or in none. By stage: further down.")
    return Section("overdue", title, [_("Why"), _("Overdue")], _with_bars(lines), note)


def _workload(actor: User, counts: Counts) -> Section:
    """How many open cases lie with whom, by the alphabet: for giving out work, and no measure of
    anybody."""
    people, _whole = team_caseworkers(actor, chosen=list(counts.workers))
    lines = []
    for pk, name in people:
        has = counts.workers.get(pk, Open())
        soon = Wanted(TEAM, caseworker=pk, urgency=frozenset({DUE_NOW, WEEK_AHEAD}))
        cells = [
            _cell(has.cases, Wanted(TEAM, caseworker=pk), name),
            _cell(has.due_soon, soon, name, _("due within 7 days")),
        ]
        lines.append(Line(name, cells))
    known = {pk for pk, _name in people}
    left = [one for pk, one in counts.workers.items() if pk not in known]
    if left:
        label = _("People who are no caseworkers of the team now")
        lines.append(Line(label, [Cell(_sum(left)), Cell(_sum(left, "due_soon"))]))
    given = [one.cases for one in counts.workers.values()]
    without = counts.all.cases - sum(given)
    soon_without = counts.all.due_soon - _sum(counts.workers.values(), "due_soon")
    label = _("Nobody")
    soon = Wanted(UNASSIGNED, urgency=frozenset({DUE_NOW, WEEK_AHEAD}))
    cells = [
        _cell(without, Wanted(UNASSIGNED), label),
        _cell(soon_without, soon, label, _("due within 7 days")),
    ]
    lines.append(Line(label, cells, is_total=True))
    head = [_("Caseworker"), _("Open"), _("Due within 7 days")]
    title = rules.workload_title(given, without)
    note = _("By the alphabet. It says how much lies with whom, not how well anybody works.")
    return Section("workload", title, head, _with_bars(lines), note)


def _beds(actor: User, at: datetime) -> Section:
    regions = beds_by_region(actor, at=at)
    lines = []
    for beds in regions:
        href = f"{reverse('shelters')}?{urlencode({'region': beds.code})}"
        numbers = {
            _("taken"): beds.taken,
            _("free"): beds.free,
            _("held"): beds.held,
            _("occupied"): beds.occupied,
            _("out of use"): beds.out,
        }
        cells = [
            Cell(number, href if number else "", f"{beds.region}, {words}")
            for words, number in numbers.items()
        ]
        lines.append(Line(beds.region, cells, bar=width(beds.taken, beds.in_use)))
    head = [_("Region"), _("Taken"), _("Free"), _("Held"), _("Occupied"), _("Out of use")]
    title = rules.beds_title(regions)
    note = _("The bar is the share of the beds in use that is held or lived in.")
    return Section("beds", title, head, lines, note)


def _with_bars(lines: list[Line]) -> list[Line]:
    most = max((line.cells[0].value for line in lines if not line.is_total), default=0)
    return [
        line
        if line.is_total
        else Line(line.label, line.cells, bar=width(line.cells[0].value, most))
        for line in lines
    ]
