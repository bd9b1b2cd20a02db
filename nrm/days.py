"""Days as somebody asks for them, as moments: a filter from one day to another."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

# Python counts from year 1 to 9999, and in another zone a moment at either end is outside.
_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)


def beginning_of(day: date) -> datetime:
    """Midnight at the beginning of the day, in the zone of the site. Days that nothing can have
    happened on, at either end of the calendar, are brought into it."""
    return timezone.make_aware(datetime.combine(min(max(day, _FIRST), _LAST), time.min))


def end_of(day: date) -> datetime:
    """The first moment after the day."""
    return beginning_of(min(day, _LAST) + timedelta(days=1))
