"""Starting, moving, meeting and stopping clocks. Called by actions, inside their lock and
transaction. Whoever sets a clock also sets when the sweep looks at it next."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from cases.models import Case, Deadline
from cases.models.deadline import DeadlineState
from cases.rules import reminders
from cases.selectors.deadlines import own_length, started_on
from nrm.actions import detail
from nrm.profiles.terms import Clock, Extension, Pause, length_until

RUNNING = (DeadlineState.OPEN, DeadlineState.PAUSED)


def _basis(clock: Clock, case: Case) -> dict[str, Any]:
    return {**clock.basis, "profile": case.profile_code, "version": case.profile_version}


def move(
    case: Case,
    *,
    at: datetime,
    met: Collection[str] = (),
    over: Collection[str] = (),
    void: Collection[str] = (),
    start: Sequence[str] = (),
    on: date | None = None,
) -> list[Deadline]:
    """Ends and starts clocks of the case, one statement for each kind of change. Running clocks of
    the terms `met` are met, those of `void` no longer apply. Those of `over` last until the later
    of their last day and now: they are met, unless that day is still to come; the sweep ends them
    then. After that the terms of `start` begin at this moment, or on the day `on` where the event
    that starts them was on another day. An open clock of the same term goes on as it is: a term
    runs once at a time.

    Returns a clock for each term of `start`. Sets the earliest date on the case; the caller saves
    it."""
    running = list(case.deadlines.filter(state__in=RUNNING))
    ended = [d for d in running if d.term in met or (d.term in over and turn_of(d) <= at)]
    running = _end(ended, running, DeadlineState.MET, at=at)
    running = _end([d for d in running if d.term in void], running, DeadlineState.VOID, at=at)
    clocks = {deadline.term: deadline for deadline in reversed(running)}
    new = {code: _new(case, code, at=at, on=on) for code in start if code not in clocks}
    Deadline.objects.bulk_create(new.values())
    clocks |= new
    case.next_due_at = _earliest([*running, *new.values()])
    return [clocks[code] for code in start]


def _end(
    ended: list[Deadline], running: list[Deadline], state: DeadlineState, *, at: datetime
) -> list[Deadline]:
    """Ends some of the clocks that run, and returns the others."""
    if not ended:
        return running
    gone = {deadline.pk for deadline in ended}
    Deadline.objects.filter(pk__in=gone).update(state=state, settled_at=at, next_reminder_at=None)
    return [deadline for deadline in running if deadline.pk not in gone]


def _new(
    case: Case, code: str, *, at: datetime, on: date | None, last: date | None = None
) -> Deadline:
    calendar = case.profile.calendar_for(case.calendar)
    length = length_until(case.profile.term(code), on or at, last, calendar) if last else None
    clock = case.profile.clock(code, on or at, calendar=case.calendar, length=length)
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
    return deadline


def _earliest(running: Iterable[Deadline]) -> datetime | None:
    """The earliest date that is still to be met."""
    dates = [d.due_at for d in running if d.state == DeadlineState.OPEN and d.kind == "due"]
    return min(dates, default=None)


def _move_and_save(case: Case, **changes: Any) -> list[Deadline]:
    before = case.next_due_at
    started = move(case, **changes)
    if case.next_due_at != before:
        case.save(update_fields=["next_due_at"])
    return started


def start_term(case: Case, code: str, *, at: datetime, on: date | None = None) -> Deadline:
    """Starts a term of the case's profile, as `move` does."""
    (deadline,) = _move_and_save(case, start=[code], at=at, on=on)
    return deadline


def start_until(case: Case, code: str, last: date | None, *, at: datetime) -> Deadline:
    """Starts a term beside any other clock of it that runs. It ends on the day `last`, where
    somebody has set one. Raises TermError where the term can have no such day."""
    deadline = _new(case, code, at=at, on=None, last=last)
    deadline.save(force_insert=True)
    refresh_next_due(case)
    return deadline


def end_one(deadline: Deadline, *, at: datetime, state: DeadlineState) -> None:
    """Ends one clock, where it still runs."""
    if deadline.state in RUNNING:
        _end([deadline], [], state, at=at)
        refresh_next_due(deadline.case)


def terms_of(case: Case, event: str, also: tuple[str, ...] = ()) -> list[str]:
    """The terms that the profile starts on this event, and those named in `also`."""
    codes = [term.code for term in case.profile.terms_started_by(event)]
    return codes + [code for code in also if code not in codes]


def start_terms(
    case: Case, event: str, *, at: datetime, on: date | None = None, also: tuple[str, ...] = ()
) -> list[Deadline]:
    """Starts every term that the profile starts on this event, and those named in `also`."""
    codes = terms_of(case, event, also)
    started = _move_and_save(case, start=codes, at=at, on=on) if codes else []
    if started:
        detail(terms_started=codes)
    return started


def settle_terms(case: Case, codes: Collection[str], *, at: datetime) -> None:
    """Marks running clocks of these terms as met."""
    _move_and_save(case, met=codes, at=at)


def void_terms(case: Case, codes: Collection[str], *, at: datetime) -> None:
    """Stops running clocks that no longer apply."""
    _move_and_save(case, void=codes, at=at)


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
        length=own_length(deadline.basis),
    )
    deadline.due_on, deadline.due_at = clock.due_on, clock.due_at
    deadline.basis = _basis(clock, case)
    if clock.due_at > at:
        deadline.missed_at = None
    look_again(deadline, at=at)
    deadline.save()
    refresh_next_due(case)


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
    before = case.next_due_at
    case.next_due_at = _earliest(case.deadlines.filter(state=DeadlineState.OPEN, kind="due"))
    if case.next_due_at != before:
        case.save(update_fields=["next_due_at"])
