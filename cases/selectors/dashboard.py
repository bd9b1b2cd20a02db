"""How the work of a supervisor's authority stands. Every number is that of a list which the reader
can open, counted by the list's own selector; no number is about a person who works here."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from cases.rights import SEE_CASE
from cases.rules import charts
from cases.rules.charts import StageAge
from cases.selectors.lists import (
    COUNTED_TO,
    DUE_NOW,
    OVERDUE,
    PAUSED,
    TEAM,
    UNASSIGNED,
    Count,
    Wanted,
    numbers,
    some_ids,
)
from cases.selectors.reviews import reviews_waiting
from nrm.accounts.models import User
from nrm.profiles import Profile, load_profile

# The ageing of stages is read from this many open cases, the next due first: a page must not cost
# more in an authority with a million.
WINDOW = 1_000


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the list that it counts. `more` where the list is longer than what is counted
    to."""

    code: str
    label: str
    count: int
    more: bool
    url: str

    @property
    def value(self) -> str:
        return f"{self.count}+" if self.more else str(self.count)

    @property
    def href(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Charted:
    """A chart whose bars lead to their lists, as the component for bars shows it."""

    title: str
    bars: list[dict[str, Any]]
    head: list[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    numbers: list[Number]
    ageing: Charted
    causes: Charted
    read: int  # open cases that the ageing was read from
    more: bool  # whether there are further ones

    @property
    def charts(self) -> list[Charted]:
        return [self.ageing, self.causes]


def _list(name: str = "worklist", **query: Any) -> str:
    return f"{reverse(name)}?{urlencode(query, doseq=True)}" if query else reverse(name)


def _window(actor: User, *, at: datetime) -> list[Any]:
    first = some_ids(actor, SEE_CASE, Wanted(TEAM), at=at, size=WINDOW + 1)
    if first is None:
        return []
    cases = Case.objects.visible_to(actor, SEE_CASE).filter(pk__in=first)
    return list(
        cases.order_by().values_list("profile_code", "profile_version", "stage", "stage_since")
    )


def dashboard(actor: User, *, at: datetime) -> Dashboard:
    """The four numbers and two charts. Three queries, each of a bounded number of rows."""
    window = _window(actor, at=at)
    more, window = len(window) > WINDOW, window[:WINDOW]
    stages = _stages(window)
    answers = [code for code in stages if waits_for_answer(code)]

    def urgent(code: str, stages: list[str] | None = None) -> Wanted:
        return Wanted(TEAM, urgency=frozenset({code}), stages=frozenset(stages or ()))

    asked = {
        OVERDUE: urgent(OVERDUE),
        DUE_NOW: urgent(DUE_NOW),
        PAUSED: urgent(PAUSED),
        charts.PARTNER: urgent(OVERDUE, answers or ["-"]),
        UNASSIGNED: Wanted(UNASSIGNED),
    }
    counted, _stages_too = numbers(actor, SEE_CASE, asked, at=at)

    def number(code: str, label: str, count: Count, url: str) -> Number:
        return Number(code, label, count.number, count.more, url)

    def listed(code: str, label: str) -> Number:
        query = asked[code].query()
        return number(code, label, counted[code], _list(**query))

    overdue, partner, paused = (
        listed(OVERDUE, _("overdue")),
        listed(charts.PARTNER, ""),
        listed(PAUSED, _("Paused")),
    )
    reviews = reviews_waiting(actor, to=COUNTED_TO)
    return Dashboard(
        numbers=[
            overdue,
            listed(DUE_NOW, _("due today or tomorrow")),
            number("review", _("waiting for review"), reviews, _list("reviews")),
            listed(UNASSIGNED, _("not assigned")),
        ],
        ageing=_ageing(_ages(window, stages, at), read=len(window), more=more),
        causes=_causes(overdue, partner, paused, stages, answers),
        read=len(window),
        more=more,
    )


def waits_for_answer(stage: str) -> bool:
    """Whether a case at this stage waits for somebody outside the authority."""
    return stage.endswith("_requested")


def _bar(bar: charts.Bar, href: str, **more: Any) -> dict[str, Any]:
    return {
        "code": bar.code,
        "label": bar.label,
        "value": bar.value,
        "value_text": bar.value_text,
        "width": bar.width,
        "target_width": bar.target_width,
        "target_text": bar.target_text,
        "cases": bar.cases,
        "href": href,
        **more,
    }


def _ageing(ages: list[StageAge], *, read: int, more: bool) -> Charted:
    chart = charts.ageing(ages)
    bars = []
    for bar in chart.bars:
        count = f"{bar.cases}+" if more else str(bar.cases)
        words = ngettext("%(count)s case", "%(count)s cases", bar.cases) % {"count": count}
        cells = [bar.target_text or "–", count]
        bars.append(_bar(bar, _list(view=TEAM, stage=bar.code), list_text=words, cells=cells))
    text = (
        ngettext(
            "Read from %(read)d open case, the next due first; there are more.",
            "Read from %(read)d open cases, the next due first; there are more.",
            read,
        )
        if more
        else ngettext("Read from %(read)d open case.", "Read from all %(read)d open cases.", read)
    )
    note = _("Days are days of the calendar: five working days take seven.")
    return Charted(
        chart.title,
        bars,
        [_("Stage"), _("Half of the cases have waited at least"), _("Target"), _("Cases")],
        f"{text % {'read': read}} {note}",
    )


def _causes(
    overdue: Number,
    partner: Number,
    paused: Number,
    stages: dict[str, Profile],
    answers: list[str],
) -> Charted:
    counted = ((charts.US, overdue), (charts.PARTNER, partner), (charts.PAUSED, paused))
    chart = charts.causes(
        overdue.count - partner.count,
        partner.count,
        paused.count,
        more=frozenset(code for code, number in counted if number.more),
    )
    ours = [code for code in stages if code not in answers]
    urls = {
        charts.US: _list(view=TEAM, urgency=OVERDUE, stage=ours if answers else []),
        charts.PARTNER: partner.url,
        charts.PAUSED: paused.url,
    }
    bars = [_bar(bar, urls[bar.code] if bar.cases else "") for bar in chart.bars]
    return Charted(chart.title, bars, [_("Waiting on"), _("Cases")])


# Stages -------------------------------------------------------------------------------------------
def _stages(window: list[Any]) -> dict[str, Profile]:
    """The stages at which there is a case, in the order of their profiles."""
    present = {(code, version, stage) for code, version, stage, _since in window}
    found: dict[str, Profile] = {}
    for code, version in sorted({(code, version) for code, version, _stage in present}):
        profile = load_profile(code, version)
        for stage in profile.stages:
            if (code, version, stage.code) in present:
                found.setdefault(stage.code, profile)
    return found


def _ages(window: list[Any], stages: dict[str, Profile], at: datetime) -> list[StageAge]:
    today = timezone.localdate(at)
    days: dict[str, list[int]] = defaultdict(list)
    for _code, _version, stage, since in window:
        days[stage].append(max(0, (today - timezone.localdate(since)).days))
    made = []
    for stage, profile in stages.items():
        target, words = _target(profile, stage)
        label = str(profile.stage(stage).label)
        made.append(
            StageAge(stage, label, len(days[stage]), charts.median(days[stage]), target, words)
        )
    return made


# A week of the calendar has five working days; holidays make the true date later, never earlier.
_IN_DAYS = {"calendar_days": 1.0, "working_days": 7 / 5}


def _target(profile: Profile, stage: str) -> tuple[int | None, str]:
    """How long the law gives the stage: the term of the decision that ends it, where there is one
    in days. Working days are told as such, and drawn as the days of the calendar they take."""
    for decision in profile.decisions:
        if stage not in decision.from_stages:
            continue
        try:
            term = profile.term(decision.code)
        except KeyError:
            continue
        if term.kind == "due" and term.unit in _IN_DAYS and term.length:
            days = round(term.length * _IN_DAYS[term.unit])
            return days, _("target: %(rule)s") % {"rule": _length(term.length, term.unit)}
    return None, ""


def _length(length: int, unit: str) -> str:
    if unit == "working_days":
        return _("%(length)d working days") % {"length": length}
    return charts.days_words(length)
