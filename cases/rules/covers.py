"""What stands in the way of handing one's cases to a colleague for a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from nrm.actions import Objection
from nrm.deadline_words import day_words
from nrm.profiles.shape import CoverRule


@dataclass(frozen=True, slots=True)
class Facts:
    """`colleague`: the person is another caseworker of the same authority. `overlaps`: another
    cover of the same giver has one of these days."""

    today: date
    begins_on: date
    ends_on: date
    colleague: bool
    overlaps: bool


def objections_to_cover(facts: Facts, rule: CoverRule) -> Iterable[Objection]:
    """Every reason against it."""
    if not facts.colleague:
        yield Objection(_("Choose a colleague from the list"), field="delegate")
    latest = facts.today + timedelta(days=rule.days_ahead)
    if facts.begins_on < facts.today:
        yield Objection(_("The first day must be today or later"), field="begins_on")
    elif facts.begins_on > latest:
        text = _("The first day must be on %(date)s or before") % {"date": day_words(latest)}
        yield Objection(text, field="begins_on")
    elif facts.ends_on < facts.begins_on:
        text = _("The last day must be the first day or later")
        yield Objection(text, field="ends_on")
    elif facts.ends_on > (last := last_day(facts.begins_on, rule)):
        text = _("That is too long. The last day can be %(date)s at the latest")
        yield Objection(text % {"date": day_words(last)}, field="ends_on")
    if facts.overlaps:
        text = _("Your cases are handed on for some of these days already. End that first.")
        yield Objection(text, field="begins_on")


def last_day(begins_on: date, rule: CoverRule) -> date:
    """The last day that a cover can have which begins on this day."""
    return begins_on + timedelta(days=rule.days - 1)
