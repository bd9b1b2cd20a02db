"""Clocks of the law: from an event to a date, with each day counted or skipped.

A clock is a function of its start, its term, its calendar, its pauses and its extensions; nothing
here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from nrm.profiles.calendars import Calendar
from nrm.profiles.labels import NOTHING, Label

Unit = Literal["working_days", "calendar_days", "hours", "years"]
Kind = Literal["due", "not_before", "earliest_end"]
DayCode = Literal["start", "counted", "weekend", "holiday", "paused", "after", "hours"]
StateCode = Literal["overdue", "due_now", "on_track", "paused", "met", "waiting", "reached"]

LONGEST = 40_000  # days looked at before a term is called impossible: more than a century


class TermError(ValueError):
    """A date that cannot be worked out. `faults` holds every reason."""

    def __init__(self, *faults: str) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Reminder:
    """Who is reminded, how many days from the due day: -2 is two days before, 0 on the day."""

    days: int
    whom: tuple[Literal["owner", "supervisor", "referrer"], ...]

    @property
    def code(self) -> str:
        if self.days == 0:
            return "on_the_day"
        return f"before_{-self.days}" if self.days < 0 else f"after_{self.days}"


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may or must take, and why.

    `after` names a term: this one is the day after that term's last day. `kind` says whether the
    date is a deadline, the first day on which something may happen, or the earliest end of a
    period.
    """

    code: str
    label: Label
    starts_on: tuple[str, ...]
    source: str
    verified: bool
    length: int = 0
    unit: Unit = "calendar_days"
    inclusive_start: bool = False
    after: str = ""
    kind: Kind = "due"
    pausable: bool = False
    extendable: bool = False
    reminders: tuple[Reminder, ...] = ()
    help: Label = NOTHING


def rule_in_english(term: Term, before: Term | None = None) -> str:
    """How a term counts; `before` is the term that `term.after` names.
    `nrm.deadline_words.rule_words` says it in the reader's language."""
    if before is not None:
        return f"the day after the last day of {before.code}: {rule_in_english(before)}"
    unit = term.unit.replace("_", " ")
    if term.length == 1:
        unit = unit[:-1]
    match term.unit:
        case "hours":
            how = "from the moment it starts"
        case "years":
            how = "on the same day of the year"
        case _ if term.inclusive_start:
            how = "the day it starts is day 1"
        case _:
            how = "the day it starts is not counted"
    return f"{term.length} {unit}, {how}"


@dataclass(frozen=True, slots=True)
class Pause:
    """Days from `from_on` up to, not including, `until_on` are not counted. `reason` is a code."""

    from_on: date
    until_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """Units added to the length of a term. `reason` is a code."""

    units: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of "Why this date". `number` says the how-manieth counted day it is; `name` is the
    holiday's name or the reason of a pause."""

    date: date
    counted: bool
    code: DayCode
    number: int = 0
    name: str = ""
    estimated: bool = False

    @property
    def reason(self) -> str:
        """In English; `nrm.deadline_words.day_reason` says it in the reader's language."""
        match self.code:
            case "start":
                return "the day it starts is not counted"
            case "counted":
                return f"day {self.number}"
            case "holiday":
                return f"{self.name} (estimated)" if self.estimated else self.name
            case "paused":
                return f"paused: {self.name}" if self.name else "paused"
            case "after":
                return "the day after the last day"
            case "hours":
                return "hours run without a break"
            case "weekend":
                return self.date.strftime("%A")


@dataclass(frozen=True, slots=True)
class Clock:
    """A date worked out, and why. `due_at` is the last moment of `due_on` in the calendar's zone,
    or start plus hours; `basis` is plain JSON to keep beside the date."""

    term: Term
    calendar: Calendar
    start_on: date
    due_on: date
    due_at: datetime
    days: tuple[DayCount, ...]
    basis: dict[str, Any]

    @property
    def opens_at(self) -> datetime:
        """The first moment of `due_on`: when something with a `not_before` term becomes allowed."""
        return datetime.combine(self.due_on, time.min, self.calendar.zone)


def due(
    term: Term,
    start: date | datetime,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
    before: Term | None = None,
    length: int | None = None,
) -> Clock:
    """When `term` ends if it starts at `start`.

    The day of `start` is its date in the calendar's zone. It is never counted in working days, and
    in calendar days only where the term says `inclusive_start`. A date in calendar days never moves
    off a weekend or holiday. `before` is the term that `term.after` names; `length` goes before the
    term's own, where whoever starts it has set a day. Raises TermError, with every reason, where
    the term cannot be paused or extended, or the calendar's years do not reach.
    """
    counting = _counting_term(term, before)
    own = length is not None
    if length is not None:
        counting = replace(counting, length=length)
    _refuse(counting, start, pauses, extensions)
    start_on = _local_date(start, calendar)
    length = counting.length + sum(extension.units for extension in extensions)
    try:
        if counting.unit == "hours":
            due_at, days = _hours(start, length, calendar)
            due_on = due_at.date()
        else:
            if counting.unit == "years":
                due_on, days = _years(start_on, length)
            else:
                days = _days(counting, start_on, length, calendar, pauses)
                due_on = days[-1].date
            if term.after:
                due_on += timedelta(days=1)
                days += (DayCount(due_on, False, "after"),)
            due_at = datetime.combine(due_on, time.max, calendar.zone)
    except OverflowError:
        raise TermError(f"{term.code}: no calendar reaches that far.") from None
    basis = {
        "term": term.code,
        "start": start.isoformat(),
        "start_on": start_on.isoformat(),
        "calendar": calendar.code,
        "length": counting.length,
        "unit": counting.unit,
        "inclusive_start": counting.inclusive_start,
        "after": term.after,
        "pauses": [
            {
                "from_on": p.from_on.isoformat(),
                "until_on": p.until_on.isoformat(),
                "reason": p.reason,
            }
            for p in pauses
        ],
        "extensions": [{"units": e.units, "reason": e.reason} for e in extensions],
    }
    if own:
        basis["own_day"] = True
    return Clock(term, calendar, start_on, due_on, due_at, days, basis)


def length_until(term: Term, start: date | datetime, last: date, calendar: Calendar) -> int:
    """How long a term in days has to be to end on `last`, or on the counted day before it, where it
    starts at `start`. Raises TermError for a term in other units, and for a day that is too early
    or that the calendar does not reach."""
    first = _local_date(start, calendar)
    if term.unit not in ("working_days", "calendar_days") or term.after:
        raise TermError(f"{term.code}: no day of its own can be set for it.")
    day = first
    if not term.inclusive_start or term.unit == "working_days":
        day += timedelta(days=1)
    length = 0
    while day <= last and (day - first).days < LONGEST:
        length += _day(term, day, 0, calendar, ()).counted
        day += timedelta(days=1)
    if length == 0:
        raise TermError(f"{term.code}: the day is before the first day that counts.")
    return length


def _counting_term(term: Term, before: Term | None) -> Term:
    if not term.after:
        return term
    if before is None or before.code != term.after:
        raise TermError(f"{term.code}: comes after {term.after}, which was not given.")
    return before


def _refuse(
    term: Term,
    start: date | datetime,
    pauses: Sequence[Pause],
    extensions: Sequence[Extension],
) -> None:
    faults = []
    if isinstance(start, datetime) and start.utcoffset() is None:
        faults.append(f"{term.code}: the start has no time zone.")
    if pauses and not term.pausable:
        faults.append(f"{term.code}: cannot be paused.")
    if extensions and not term.extendable:
        faults.append(f"{term.code}: cannot be extended.")
    faults += [
        f"{term.code}: a pause cannot end before it begins."
        for pause in pauses
        if pause.until_on < pause.from_on
    ]
    faults += [
        f"{term.code}: an extension must add something."
        for extension in extensions
        if extension.units < 1
    ]
    if faults:
        raise TermError(*faults)


def _local_date(start: date | datetime, calendar: Calendar) -> date:
    return start.astimezone(calendar.zone).date() if isinstance(start, datetime) else start


def _hours(
    start: date | datetime, length: int, calendar: Calendar
) -> tuple[datetime, tuple[DayCount, ...]]:
    if not isinstance(start, datetime):
        start = datetime.combine(start, time.min, calendar.zone)
    # Through UTC, so that 24 hours are 24 hours when the clocks change.
    due_at = (start.astimezone(UTC) + timedelta(hours=length)).astimezone(calendar.zone)
    first = start.astimezone(calendar.zone).date()
    passed = (due_at.date() - first).days
    days = tuple(
        DayCount(first + timedelta(days=number), True, "hours", number=number + 1)
        for number in range(passed + 1)
    )
    return due_at, days


def _years(start_on: date, length: int) -> tuple[date, tuple[DayCount, ...]]:
    try:
        due_on = start_on.replace(year=start_on.year + length)
    except ValueError as reason:
        if start_on.year + length > date.max.year:
            raise OverflowError from reason
        due_on = date(start_on.year + length, 3, 1)  # born on 29 February
    return due_on, (DayCount(start_on, False, "start"), DayCount(due_on, True, "counted", length))


def _days(
    term: Term, start_on: date, length: int, calendar: Calendar, pauses: Sequence[Pause]
) -> tuple[DayCount, ...]:
    """Every day from the start to the last one counted."""
    days = []
    number = 0
    day = start_on
    if not term.inclusive_start or term.unit == "working_days":
        days.append(DayCount(day, False, "start"))
        if length == 0:
            return tuple(days)
        day += timedelta(days=1)
    while len(days) < LONGEST:
        counted = _day(term, day, number + 1, calendar, pauses)
        days.append(counted)
        number += counted.counted
        if number == length:
            return tuple(days)
        day += timedelta(days=1)
    raise OverflowError


def _day(
    term: Term, day: date, number: int, calendar: Calendar, pauses: Sequence[Pause]
) -> DayCount:
    for pause in pauses:
        if pause.from_on <= day < pause.until_on:
            return DayCount(day, False, "paused", name=pause.reason)
    if term.unit == "working_days":
        if not calendar.knows(day):
            raise TermError(
                f"{term.code}: the calendar {calendar.code} has no holidays for {day.year}; "
                f"it covers {calendar.from_year} to {calendar.to_year}."
            )
        if calendar.is_weekend(day):
            return DayCount(day, False, "weekend")
        holiday = calendar.holiday(day)
        if holiday is not None:
            return DayCount(day, False, "holiday", name=holiday.name, estimated=holiday.estimated)
    return DayCount(day, True, "counted", number=number)


@dataclass(frozen=True, slots=True)
class ClockState:
    """How a clock stands at a moment. `days` is the distance in calendar days (late days where
    overdue); `on` the date it was met, or is due; `reason` why it is paused, as a code."""

    code: StateCode
    days: int
    on: date
    reason: str = ""


def clock_state(
    *,
    due_on: date,
    due_at: datetime,
    at: datetime,
    calendar: Calendar | None = None,
    kind: Kind = "due",
    met_at: datetime | None = None,
    paused_reason: str | None = None,
) -> ClockState:
    """How a clock stands at `at` (aware). Met goes before paused, paused before the date.
    `paused_reason` is None where it runs. The zone is the calendar's, else that of `due_at`."""
    zone = calendar.zone if calendar else due_at.tzinfo
    today = at.astimezone(zone).date()
    left = (due_on - today).days
    if met_at is not None:
        met_on = met_at.astimezone(zone).date()
        return ClockState("met", (due_on - met_on).days, met_on)
    if paused_reason is not None:
        return ClockState("paused", left, due_on, paused_reason)
    if kind == "not_before":
        return ClockState("waiting" if left > 0 else "reached", max(left, 0), due_on)
    if kind == "earliest_end":
        return ClockState("waiting" if at <= due_at else "reached", max(left, 0), due_on)
    if at > due_at:
        return ClockState("overdue", -left, due_on)
    return ClockState("due_now" if left <= 1 else "on_track", left, due_on)
