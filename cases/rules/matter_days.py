"""What the days of a matter have to say, and when. Pure.

An alert comes at 07:00, local time of the case's calendar, so many days before as the profile says;
of several that have passed already only the latest is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

MORNING = time(7)
WITHOUT_NOTICE = "hearing_without_notice"
BEFORE_DECISION = "hearing_before_decision"
CUSTODY = "custody_ends"
APPEAL = "appeal_ends"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an open matter. `told`: an agency has a notice of it that was not recalled;
    `decided`: the decision that is to precede the hearing was made; `appeal_on`: the last day of an
    appeal, where there is a conviction against which none was asked for."""

    hearing_on: date | None
    custody_until: date | None
    appeal_on: date | None
    told: bool
    decided: bool


def days_to_say(facts: Facts) -> Iterable[tuple[str, date]]:
    """Each thing that is to be said, and the day by which it hangs."""
    if facts.hearing_on and not facts.told:
        yield WITHOUT_NOTICE, facts.hearing_on
    if facts.hearing_on and not facts.decided:
        yield BEFORE_DECISION, facts.hearing_on
    if facts.custody_until:
        yield CUSTODY, facts.custody_until
    if facts.appeal_on:
        yield APPEAL, facts.appeal_on


def _moment(day: date, before: int, zone: tzinfo) -> datetime:
    return datetime.combine(day - timedelta(days=before), MORNING, zone)


def passed(day: date, days: Sequence[int], *, zone: tzinfo, at: datetime) -> int | None:
    """How many days before the alert is that has passed last; None where none has, or the day is
    over."""
    if at.astimezone(zone).date() > day:
        return None
    return min((one for one in days if _moment(day, one, zone) <= at), default=None)


def next_look(
    some: Iterable[date | None], days: Sequence[int], *, zone: tzinfo, at: datetime
) -> datetime | None:
    """The first moment later than `at` at which one of these days has something to say."""
    moments = [_moment(day, one, zone) for day in some if day for one in days]
    return min((moment for moment in moments if moment > at), default=None)
