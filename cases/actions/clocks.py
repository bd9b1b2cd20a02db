"""Starting, moving, meeting and stopping clocks. Called by actions, inside their lock and
transaction. Whoever sets a clock also sets when the sweep looks at it next."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Min

from cases.models import Case, Deadline
from cases.models.deadline import DeadlineState
from cases.rules import reminders
from cases.selectors.deadlines import started_on
from nrm.actions import detail
from nrm.profiles.terms import Clock, Extension, Pause

RUNNING = (DeadlineState.OPEN, DeadlineState.PAUSED)


def _basis(clock: Clock, case: Case) -> dict[str, Any]:
    return {**clock.basis, "profile": case.profile_code, "version": case.profile_version}


def start_term(case: Case, code: str, *, at: datetime, on: date | None = None) -> Deadline:
    """Starts a term of the case's profile at this moment, or on the day `on` where the event that
    starts it was on another day. An open clock of the same term goes on as it is: a term runs once
    at a time."""
    running = case.deadlines.filter(term=code, state__in=RUNNING).first()
    if running:
        return running
    calendar = case.profile.calendar_for(case.calendar)
    clock = case.profile.clock(code, on or at, calendar=case.calendar)
    deadline = Deadline(
        case=case,
        term=code,
        started_at=datetime.combine(on, time.min, calendar.zone) if on else at,
        calendar=case.calendar,
        due_on=clock.due_on,
        due_at=clock.due_at,
        original_due_on=clock.due_on,
        basis=_basis(clock, case),
        kind="due" if case.profile.term(code).kind == "due" else "earliest",
    )
    look_again(deadline, at=at)
    deadline.save(force_insert=True)
    refresh_next_due(case)
    return deadline


def start_terms(
    case: Case, event: str, *, at: datetime, on: date | None = None, also: tuple[str, ...] = ()
) -> list[Deadline]:
    """Starts every term that the profile starts on this event, and those named in `also`."""
    codes = [term.code for term in case.profile.terms_started_by(event)]
    codes += [code for code in also if code not in codes]
    started = [start_term(case, code, at=at, on=on) for code in codes]
    if started:
        detail(terms_started=[d.term for d in started])
    return started


def look_again(deadline: Deadline, *, at: datetime) -> None:
    """Sets when the sweep first looks at a clock that is set or moved now. Does not save."""
    profile = deadline.case.profile
    deadline.next_reminder_at = reminders.first_look(
        profile.term(deadline.term),
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        zone=profile.calendar_for(deadline.calendar).zone,
        at=at,
    )


def recompute(deadline: Deadline, *, at: datetime) -> None:
    """Works the date out again from the start, the pauses that have ended and the extensions, and
    saves it. The original date stays. A clock that comes after another one takes that one's
    extensions."""
    case = deadline.case
    term = case.profile.term(deadline.term)
    pauses = [
        Pause(p.from_date, p.to_date + timedelta(days=1), p.reason)
        for p in deadline.pauses.order_by("from_date", "at")
        if p.to_date is not None
    ]
    extended = deadline
    if term.after:
        extended = (
            case.deadlines.filter(term=term.after, state__in=RUNNING)
            .order_by("-started_at")
            .first()
            or deadline
        )
    extensions = [Extension(e.length, e.reason) for e in extended.extensions.order_by("at")]
    clock = case.profile.clock(
        deadline.term,
        started_on(deadline.basis),
        calendar=deadline.calendar,
        pauses=pauses,
        extensions=extensions,
    )
    deadline.due_on, deadline.due_at = clock.due_on, clock.due_at
    deadline.basis = _basis(clock, case)
    if clock.due_at > at:
        deadline.missed_at = None
    look_again(deadline, at=at)
    deadline.save()
    refresh_next_due(case)


def settle_terms(case: Case, codes: list[str] | tuple[str, ...], *, at: datetime) -> int:
    """Marks running clocks of these terms as met. Returns how many were."""
    return _end(case, codes, DeadlineState.MET, at=at)


def void_terms(case: Case, codes: list[str] | tuple[str, ...], *, at: datetime) -> int:
    """Stops running clocks that no longer apply. Returns how many were stopped."""
    return _end(case, codes, DeadlineState.VOID, at=at)


def _end(case: Case, codes: list[str] | tuple[str, ...], state: str, *, at: datetime) -> int:
    count = case.deadlines.filter(term__in=codes, state__in=RUNNING).update(
        state=state, settled_at=at, next_reminder_at=None
    )
    refresh_next_due(case)
    return count


def end_periods(case: Case, codes: tuple[str, ...], *, at: datetime) -> int:
    """Ends periods that last until the later of their last day and a decision made now. One whose
    last day is still to come goes on, and the sweep ends it then. Returns how many ended now."""
    over = [
        deadline.pk
        for deadline in case.deadlines.filter(term__in=codes, state__in=RUNNING)
        if turn_of(deadline) <= at
    ]
    return case.deadlines.filter(pk__in=over).update(
        state=DeadlineState.MET, settled_at=at, next_reminder_at=None
    )


def turn_of(deadline: Deadline) -> datetime:
    """The moment at which the clock has run out, or at which what had to wait may be done."""
    profile = deadline.case.profile
    return reminders.turn_of(
        profile.term(deadline.term),
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        zone=profile.calendar_for(deadline.calendar).zone,
    )


def refresh_next_due(case: Case) -> None:
    """Keeps on the case the earliest date that is still to be met."""
    earliest = case.deadlines.filter(state=DeadlineState.OPEN, kind="due").aggregate(
        first=Min("due_at")
    )["first"]
    if earliest != case.next_due_at:
        case.next_due_at = earliest
        Case.objects.filter(pk=case.pk).update(next_due_at=earliest)
