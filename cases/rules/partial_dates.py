"""Dates of which only the year may be known: YYYY, YYYY-MM or YYYY-MM-DD."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from nrm.actions import Objection


def first_day(text: str) -> date | None:
    """The first day that a partial date can mean; None for anything that is none."""
    try:
        return date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return None


def objections_to_date(text: str, field: str, today: date) -> Iterator[Objection]:
    """Why this is no date in the past. An empty text is no date, and nothing is said against it."""
    if not text:
        return
    earliest = first_day(text)
    if earliest is None:
        yield Objection(_("Enter a real date: a year, a month and year, or a day"), field=field)
    elif earliest > today:
        yield Objection(_("The date must be today or earlier"), field=field)
