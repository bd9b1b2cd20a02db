"""When a clock has something to say, and to whom. Pure.

A reminder is due at 07:00, local time of the clock's calendar, on its day: before the working day,
after the night. A term in hours may end earlier on that day; its reminder then comes when it ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from nrm.profiles.terms import Term

MORNING = time(7)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder of a clock: its code, its moment, and whom it tells."""

    code: str
    moment: datetime
    whom: tuple[str, ...]


def rungs(term: Term, *, due_on: date, due_at: datetime, zone: tzinfo) -> tuple[Rung, ...]:
    """Every reminder of a clock that ends on `due_on`, earliest first."""
    found = []
    for reminder in term.reminders:
        moment = datetime.combine(due_on + timedelta(days=reminder.days), MORNING, zone)
        if reminder.days == 0 and term.unit == "hours":
            moment = min(moment, due_at)
        found.append(Rung(reminder.code, moment, tuple(reminder.whom)))
    return tuple(sorted(found, key=lambda rung: rung.moment))


def turn_of(term: Term, *, due_on: date, due_at: datetime, zone: tzinfo) -> datetime:
    """The first moment at which the clock has run out, or at which what had to wait may be done."""
    if term.kind == "not_before":
        return datetime.combine(due_on, time.min, zone)
    return due_at + _INSTANT


def to_claim(
    ladder: Iterable[Rung], *, since: datetime, at: datetime, overdue: bool
) -> tuple[Rung, ...]:
    """The reminders that fell due from `since` to `at`. Of a clock that is overdue by now, only the
    latest: what it said before is no longer true."""
    passed = tuple(rung for rung in ladder if since <= rung.moment <= at)
    return passed[-1:] if overdue else passed


def next_look(
    term: Term, *, due_on: date, due_at: datetime, zone: tzinfo, after: datetime
) -> datetime | None:
    """The first moment later than `after` at which the sweep must look at the clock; None where
    there is nothing more to say."""
    moments = [r.moment for r in rungs(term, due_on=due_on, due_at=due_at, zone=zone)]
    moments.append(turn_of(term, due_on=due_on, due_at=due_at, zone=zone))
    return min((moment for moment in moments if moment > after), default=None)


def first_look(
    term: Term, *, due_on: date, due_at: datetime, zone: tzinfo, at: datetime
) -> datetime | None:
    """When the sweep first looks at a clock that is set or moved at `at`. One that has run out
    already is looked at at once, for its latest reminder."""
    turn = turn_of(term, due_on=due_on, due_at=due_at, zone=zone)
    if turn > at:
        return next_look(term, due_on=due_on, due_at=due_at, zone=zone, after=at)
    ladder = rungs(term, due_on=due_on, due_at=due_at, zone=zone)
    passed = [rung.moment for rung in ladder if rung.moment <= at]
    return min(turn, passed[-1]) if passed else turn
