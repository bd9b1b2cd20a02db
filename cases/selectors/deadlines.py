"""Reads about clocks: each with its rule, its pauses and extensions, and why its date is that."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from cases.models import Case, Deadline
from cases.models.deadline import DeadlineState
from cases.rules.deadlines import EXTENSION_REASONS, pause_reasons
from cases.rules.decisions import decision_that_ends, windows_of_the_person
from cases.selectors.cases import DeadlineView, deadline_view
from identities.crypto import Unreadable, unseal
from nrm.deadline_words import day_reason, day_words, rule_words
from nrm.profiles.terms import Clock, DayCount, Extension, Pause, Term, TermError


# The clock behind a row ---------------------------------------------------------------------------
def started_on(basis: dict[str, Any]) -> date | datetime:
    """When the clock began, as its stored basis says it."""
    text = str(basis["start"])
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def own_length(basis: dict[str, Any]) -> int | None:
    """How long the clock is where somebody has set its day; None where the profile says it."""
    return int(basis["length"]) if basis.get("own_day") else None


def clock_of(deadline: Deadline) -> Clock:
    """The clock worked out again from the stored basis, and nothing else. Raises TermError where
    the profile no longer allows it, KeyError where a code is unknown."""
    basis = deadline.basis
    return deadline.case.profile.clock(
        deadline.term,
        started_on(basis),
        calendar=basis["calendar"],
        pauses=[
            Pause(
                date.fromisoformat(pause["from_on"]),
                date.fromisoformat(pause["until_on"]),
                pause["reason"],
            )
            for pause in basis["pauses"]
        ],
        extensions=[Extension(e["units"], e["reason"]) for e in basis["extensions"]],
        length=own_length(basis),
    )


# In words -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Day:
    """One day of "Why this date"."""

    date: date
    counted: bool
    number: int
    reason: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """A clock with everything that its date comes from.

    `days` is each day counted or skipped; empty where the date cannot be worked out again, and
    then `fault` says so. `differs` is the date that comes out where it is not the stored one.
    """

    row: Deadline
    view: DeadlineView
    term: Term
    began: str
    rule: str
    days: list[Day]
    fault: str
    differs: date | None
    note: str
    pauses: list[dict[str, Any]]
    extensions: list[dict[str, Any]]
    state: str
    pausable: bool
    paused: bool
    extendable: bool

    @property
    def moved(self) -> bool:
        return self.row.due_on != self.row.original_due_on


def deadlines_of(case: Case, *, at: datetime) -> list[Explained]:
    """Every clock of the case: the running ones first, by date, then those that have ended. Three
    queries, however many there are. The days are left out."""
    rows = list(
        case.deadlines.prefetch_related("pauses__by", "extensions__by").order_by("due_at", "id")
    )
    ended = (DeadlineState.MET, DeadlineState.VOID)
    rows.sort(key=lambda row: row.state in ended)
    return [_explained(case, row, at=at) for row in rows]


def explain(case: Case, row: Deadline, *, at: datetime) -> Explained:
    """One clock with each of its days, worked out again from what was stored with it."""
    try:
        clock = clock_of(row)
    except (KeyError, TermError, ValueError):
        fault = _("This date cannot be worked out again from what was stored with it.")
        return _explained(case, row, at=at, fault=fault, texts=True)
    return _explained(case, row, at=at, clock=clock, texts=True)


def _explained(
    case: Case,
    row: Deadline,
    *,
    at: datetime,
    clock: Clock | None = None,
    fault: str = "",
    texts: bool = False,
) -> Explained:
    row.case = case
    profile = case.profile
    term = profile.term(row.term)
    own = own_length(row.basis)
    if own is not None:
        term = replace(term, length=own)
    running = row.state == DeadlineState.OPEN
    return Explained(
        row=row,
        view=deadline_view(case, row, at=at),
        term=term,
        began=_began(case, row, term),
        rule=rule_words(term, profile.term(term.after) if term.after else None),
        days=[_day(day) for day in clock.days] if clock else [],
        fault=fault,
        differs=clock.due_on if clock and clock.due_on != row.due_on else None,
        note=_note(case, row, term),
        pauses=_pauses(case, row),
        extensions=_extensions(case, row, texts=texts),
        state=str(DeadlineState(row.state).label),
        pausable=term.pausable and running and row.due_at > at,
        paused=row.state == DeadlineState.PAUSED,
        extendable=term.extendable and not term.after and running,
    )


def _day(day: DayCount) -> Day:
    return Day(day.date, day.counted, day.number, day_reason(day), day.estimated)


_STARTS = {
    "referral_received": _lazy("the referral was received"),
    "draft_saved": _lazy("the draft was saved"),
    "information_requested": _lazy("a question was asked"),
    "suspended": _lazy("the case was suspended"),
    "safe_contact_recorded": _lazy("the safe-contact card was recorded"),
    "birth_date_recorded": _lazy("the person was born"),
}


def _began(case: Case, row: Deadline, term: Term) -> str:
    """What starts this clock, in words."""
    for event in term.starts_on:
        if event in _STARTS:
            return str(_STARTS[event])
        decision, _dot, rest = event.partition(".")
        outcome, _dot, served = rest.partition(".")
        law = next((d for d in case.profile.decisions if d.code == decision), None)
        if law is None or not outcome:
            continue
        words = {"decision": law.label, "outcome": law.outcome(outcome).label}
        if served:
            return _("the person received a decision: %(outcome)s") % words
        return _("%(decision)s: %(outcome)s") % words
    return ""


def _note(case: Case, row: Deadline, term: Term) -> str:
    """What a date does not say by itself."""
    if row.state in (DeadlineState.MET, DeadlineState.VOID):
        return ""
    ends = decision_that_ends(case.profile, row.term)
    if term.kind == "earliest_end" and ends:
        return _("The minimum ends on %(date)s. It continues until: %(decision)s.") % {
            "date": day_words(row.due_on),
            "decision": case.profile.decision(ends).label,
        }
    if row.term in windows_of_the_person(case.profile):
        return _("Until this day the person can ask. Nobody here can be late with it.")
    return str(term.help)


def _pauses(case: Case, row: Deadline) -> list[dict[str, Any]]:
    labels = {rule.code: str(rule.label) for rule in pause_reasons(case.profile)}
    return [
        {
            "from": pause.from_date,
            "to": pause.to_date,
            "reason": labels.get(pause.reason, pause.reason),
            "review_on": pause.review_on,
            "by": pause.by.display_name,
        }
        for pause in row.pauses.all()
    ]


def _extensions(case: Case, row: Deadline, *, texts: bool) -> list[dict[str, Any]]:
    labels = dict(EXTENSION_REASONS)
    return [
        {
            "length": _length(case.profile.term(row.term).unit, extension.length),
            "reason": labels.get(extension.reason, extension.reason),
            "text": _explanation(case, extension) if texts else "",
            "at": extension.at,
            "by": extension.by.display_name,
        }
        for extension in row.extensions.all()
    ]


def _length(unit: str, number: int) -> str:
    match unit:
        case "working_days":
            text = ngettext("%(number)d working day", "%(number)d working days", number)
        case "hours":
            text = ngettext("%(number)d hour", "%(number)d hours", number)
        case "years":
            text = ngettext("%(number)d year", "%(number)d years", number)
        case _:
            text = ngettext("%(number)d day", "%(number)d days", number)
    return text % {"number": number}


def _explanation(case: Case, extension: Any) -> str:
    if extension.explanation is None:
        return ""
    try:
        return unseal(
            case.person_id,
            bytes(extension.explanation),
            table="cases_deadlineextension",
            column="explanation",
            row=extension.pk,
        )
    except Unreadable:
        return _("It can no longer be read.")
