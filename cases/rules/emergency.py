"""What stands in the way of opening a case in an emergency, and when it has to be reviewed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from nrm.actions import Objection
from nrm.profiles.calendars import Calendar
from nrm.profiles.shape import EmergencyAccessRule


@dataclass(frozen=True, slots=True)
class Facts:
    """`unreviewed`: an earlier one of the same person that nobody has read yet. Nothing here is
    about the case, so that no refusal tells whether there is one."""

    reason: str
    well_formed: bool
    unreviewed: bool


def objections_to_emergency(facts: Facts, rule: EmergencyAccessRule) -> Iterable[Objection]:
    """Every reason against asking."""
    if not facts.well_formed:
        text = _("Check the reference: it has 13 letters and numbers, and one of them is not right")
        yield Objection(text, field="reference")
    short = len(facts.reason) < rule.reason_characters
    if short or len(facts.reason.split()) < rule.reason_words:
        text = _("Write a sentence: what happened, and why it cannot wait")
        yield Objection(text, field="reason")
    if facts.unreviewed:
        text = _(
            "Your last emergency access has not been reviewed yet. Until another person has "
            "reviewed it, you cannot open a further case."
        )
        yield Objection(text, code="unreviewed")


def review_due(start: date, rule: EmergencyAccessRule, calendar: Calendar) -> date:
    """The last day for the review: so many working days after the day it was asked for."""
    day, left = start, rule.review_working_days
    while left:
        day += timedelta(days=1)
        left -= not calendar.is_weekend(day) and calendar.holiday(day) is None
    return day
