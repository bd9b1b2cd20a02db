"""Reads about looking at a decision again: which one, until when, and what was asked."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cases.models import Case, Decision, Reconsideration
from cases.models.deadline import DeadlineState
from cases.models.decision import DecisionState
from cases.models.reconsideration import LookState
from cases.rights import ANSWER_RECONSIDERATION
from cases.rules.reconsidering import Standing
from nrm.accounts.models import User
from nrm.actions import Hidden
from nrm.context import acting_as


@dataclass(frozen=True, slots=True)
class Found:
    """The newest decision of a case, how it stands, and the terms in which it can be asked for."""

    decision: Decision
    label: str
    standing: Standing
    window: tuple[str, ...]


# No more of a decision is read than that it was made, and when: whoever refers and whoever protects
# may know that, and asks here too.
_READ = ("id", "case_id", "code", "outcome", "made_on", "served_on", "author_id")


def standing_of(case: Case) -> Found | None:
    """The newest decision that was made on the case. Three queries, one more of a closed case. Run
    as the system for whoever does not see decisions."""
    made = case.decisions.filter(state=DecisionState.MADE).only(*_READ)
    decision = made.order_by("-made_at").first()
    if decision is None:
        return None
    law = case.profile.decision(decision.code)
    outcome = law.outcome(decision.outcome)
    return Found(
        decision,
        str(law.label),
        Standing(
            negative=outcome.negative,
            made_on=decision.made_on,
            served_on=decision.served_on,
            last_day=_last_day(case, decision, outcome.starts_when_served),
            waits=Reconsideration.objects.filter(case=case, state=LookState.ASKED).exists(),
            ended=case.closed_at is not None
            and not case.closures.filter(reopened_at=None).exists(),
            erased=case.person.erased_at is not None,
        ),
        outcome.starts_when_served,
    )


def _last_day(case: Case, decision: Decision, window: tuple[str, ...]) -> date | None:
    """The last day on which it can be asked for; None where it did not reach the person yet, or
    the profile sets no days."""
    if decision.served_on is None or not window:
        return None
    # The clock of this decision, with what it was extended by; a paused one has no last day yet.
    clock = case.deadlines.filter(term__in=window, basis__start=decision.served_on.isoformat())
    newest = clock.order_by("-started_at", "-due_at").first()
    if newest is None:
        return case.profile.clock(window[0], decision.served_on, calendar=case.calendar).due_on
    return None if newest.state == DeadlineState.PAUSED else newest.due_on


def standing_for_outside(case: Case) -> Found | None:
    """The same, for whoever asks from outside the authority."""
    with acting_as(User.objects.system()):
        return standing_of(case)


def reconsiderations_of(case: Case) -> list[Reconsideration]:
    """What was asked, the newest first. One query."""
    return list(case.reconsiderations.select_related("decision", "recorded_by", "answered_by"))


def find_reconsideration(case: Case, pk: UUID) -> Reconsideration:
    """The request of this id about the case. Hidden (404) where there is none."""
    found: Any = case.reconsiderations.select_related("decision", "recorded_by").filter(pk=pk)
    if row := found.first():
        return row
    raise Hidden(ANSWER_RECONSIDERATION.code)
