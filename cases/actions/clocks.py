"""Starting, meeting and stopping clocks. Called by actions, inside their lock and transaction."""

from datetime import datetime
from typing import Any

from django.db.models import Min

from cases.models import Case, Deadline
from cases.models.deadline import DeadlineState
from nrm.actions import detail
from nrm.profiles.terms import Clock


def _basis(clock: Clock, case: Case) -> dict[str, Any]:
    return {**clock.basis, "profile": case.profile_code, "version": case.profile_version}


def start_term(case: Case, code: str, *, at: datetime) -> Deadline:
    """Starts a term of the case's profile at this moment. An open clock of the same term goes on
    as it is: a term runs once at a time."""
    running = case.deadlines.filter(
        term=code, state__in=[DeadlineState.OPEN, DeadlineState.PAUSED]
    ).first()
    if running:
        return running
    clock = case.profile.clock(code, at, calendar=case.calendar)
    deadline = Deadline.objects.create(
        case=case,
        term=code,
        started_at=at,
        calendar=case.calendar,
        due_on=clock.due_on,
        due_at=clock.due_at,
        original_due_on=clock.due_on,
        basis=_basis(clock, case),
        kind="due" if case.profile.term(code).kind == "due" else "earliest",
    )
    refresh_next_due(case)
    return deadline


def start_terms(case: Case, event: str, *, at: datetime) -> list[Deadline]:
    """Starts every term that the profile starts on this event."""
    started = [start_term(case, term.code, at=at) for term in case.profile.terms_started_by(event)]
    if started:
        detail(terms_started=[d.term for d in started])
    return started


def settle_terms(case: Case, codes: list[str] | tuple[str, ...], *, at: datetime) -> int:
    """Marks running clocks of these terms as met. Returns how many were."""
    count = case.deadlines.filter(
        term__in=codes, state__in=[DeadlineState.OPEN, DeadlineState.PAUSED]
    ).update(state=DeadlineState.MET, settled_at=at, next_reminder_at=None)
    refresh_next_due(case)
    return count


def void_terms(case: Case, codes: list[str] | tuple[str, ...], *, at: datetime) -> int:
    """Stops running clocks that no longer apply. Returns how many were stopped."""
    count = case.deadlines.filter(
        term__in=codes, state__in=[DeadlineState.OPEN, DeadlineState.PAUSED]
    ).update(state=DeadlineState.VOID, settled_at=at, next_reminder_at=None)
    refresh_next_due(case)
    return count


def refresh_next_due(case: Case) -> None:
    """Keeps on the case the earliest date that is still to be met."""
    earliest = case.deadlines.filter(state=DeadlineState.OPEN, kind="due").aggregate(
        first=Min("due_at")
    )["first"]
    if earliest != case.next_due_at:
        case.next_due_at = earliest
        Case.objects.filter(pk=case.pk).update(next_due_at=earliest)
