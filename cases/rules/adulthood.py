"""What is said of the road to 18, and what its days ask for. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Literal

from django.utils.translation import gettext as _

from cases.rules.reminders import MORNING
from nrm.actions import Objection

ANSWERED = ("answered_on", "method", "language", "interpreter")
VALUES = ("on", "answer", *ANSWERED)
AGREED = "agreed"
LATEST_YEARS = 18


def objections_to_plan(
    values: Mapping[str, Any],
    *,
    choices: Mapping[str, Collection[str]],
    today: date,
    opened_on: date,
    day_before: date | None,
    turned: bool,
    answered_before: bool,
) -> Iterable[Objection]:
    """Every reason against keeping these values; all of VALUES are among them. `day_before` is the
    day that stands, `turned` whether the person is treated as an adult by now, `answered_before`
    whether they said something to staying: it is answered otherwise, and not taken away."""
    day = values["on"]
    if turned:
        if day != day_before and day_before is not None:
            text = _("They are treated as an adult by now, so the day is not changed any more.")
            yield Objection(text, field="on")
    elif day is None:
        yield Objection(_("Enter the day on which they turn 18"), field="on")
    elif day < opened_on:
        text = _(
            "By this day they were 18 before they were referred. Check the year; where their age is"
            " in doubt, have it decided first."
        )
        yield Objection(text, field="on")
    elif day > today.replace(year=today.year + LATEST_YEARS, day=min(today.day, 28)):
        yield Objection(_("This day is too far away. Check the year."), field="on")
    for name in ("answer", "method", "language", "interpreter"):
        if values[name] and values[name] not in choices[name]:
            yield Objection(_("Select one of the answers shown"), field=name)
    if not values["answer"]:
        if answered_before or any(values[name] for name in ANSWERED):
            yield Objection(_("Select what they said"), field="answer")
        return
    missing = {
        "answered_on": _("Enter the day on which they said it"),
        "method": _("Select how they said it"),
        "language": _("Enter the language in which you explained it"),
        "interpreter": _("Select whether there was an interpreter"),
    }
    yield from (Objection(missing[name], field=name) for name in ANSWERED if not values[name])
    if values["answered_on"]:
        if values["answered_on"] > today:
            yield Objection(_("The day must be today or earlier"), field="answered_on")
        elif values["answered_on"] < opened_on - timedelta(days=366):
            text = _("That is long before they were referred. Check the year.")
            yield Objection(text, field="answered_on")


# Its days -----------------------------------------------------------------------------------------
def moments(on: date, days: Iterable[int], zone: tzinfo) -> Iterator[tuple[int, datetime]]:
    """When each of its days comes, in the morning; -100 is a hundred days before. The day itself is
    always one."""
    for number in sorted({*days, 0}):
        yield number, datetime.combine(on + timedelta(days=number), MORNING, zone)


def next_look(on: date, days: Iterable[int], zone: tzinfo, *, after: datetime) -> datetime | None:
    """The first of its days later than `after`."""
    coming = [moment for _day, moment in moments(on, days, zone) if moment > after]
    return min(coming, default=None)


Comes = Literal["undecided", "goes_on", "not_held", "suspended"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands on the birthday. `in_doubt`: the age is disputed or not sure. `can_hold`:
    the profile lets the system suspend it from its stage."""

    in_doubt: bool
    agreed: bool
    suspended: bool
    can_hold: bool


def what_comes(now: Standing) -> Comes:
    """What the birthday does: nothing while nobody has decided how old the person is; else they are
    an adult, and without their agreement the case is suspended and never closed."""
    if now.in_doubt:
        return "undecided"
    if now.agreed:
        return "goes_on"
    return "suspended" if now.can_hold and not now.suspended else "not_held"
