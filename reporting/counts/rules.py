"""What the page of counts says: titles that are true of the numbers under them, and bars. Pure.

These are management counts: exact, and of what their reader may see anyway. They are no statistics:
a small one points to a person, which is why nothing here is written to a file.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# The bands of how long a case has waited that nobody is content with.
LONG = ("half", "longer")


def width(value: int, most: int) -> int:
    """A bar's width in hundredths of the space: never nothing where there is something."""
    if not value or not most:
        return 0
    return max(1, round(100 * value / most))


def waited_title(stages: Mapping[str, Mapping[str, int]]) -> str:
    """The stage, by its name, at which most cases have been for more than 90 days."""
    long = {stage: sum(bands.get(code, 0) for code in LONG) for stage, bands in stages.items()}
    most = max(long.values(), default=0)
    if not most:
        return _("No case has been at one stage for more than 90 days")
    worst = [stage for stage, count in long.items() if count == most]
    if len(worst) > 1:
        everywhere = sum(long.values())
        return ngettext(
            "%(count)d case has been at its stage for more than 90 days",
            "%(count)d cases have been at their stage for more than 90 days",
            everywhere,
        ) % {"count": everywhere}
    return ngettext(
        "%(count)d case has been at “%(stage)s” for more than 90 days",
        "%(count)d cases have been at “%(stage)s” for more than 90 days",
        most,
    ) % {"count": most, "stage": worst[0]}


def received_title(received: Mapping[str, int]) -> str:
    """How much of what is open was received long ago."""
    everything = sum(received.values())
    longest = received.get("longer", 0)
    if not longest:
        return _("No open case was received more than 180 days ago")
    return ngettext(
        "Received more than 180 days ago: %(longest)d of %(count)d open case",
        "Received more than 180 days ago: %(longest)d of %(count)d open cases",
        everything,
    ) % {"longest": longest, "count": everything}


def overdue_title(overdue: int, everything: int) -> str:
    """How much of what is open is overdue."""
    if not overdue:
        return _("No case is overdue")
    return ngettext(
        "Overdue: %(overdue)d of %(count)d open case",
        "Overdue: %(overdue)d of %(count)d open cases",
        everything,
    ) % {"overdue": overdue, "count": everything}


def workload_title(given: Sequence[int], nobody: int) -> str:
    """How the open cases are spread: how many of them somebody has, and how many nobody. No name:
    what one person has stands in the table, in the order of the alphabet."""
    held = sum(given)
    people = sum(1 for count in given if count)
    if not held and not nobody:
        return _("No case is open")
    if not held:
        return ngettext(
            "%(count)d open case is given to nobody",
            "%(count)d open cases are given to nobody",
            nobody,
        ) % {"count": nobody}
    numbers = {"held": held, "people": people, "nobody": nobody}
    if not nobody:
        text = ngettext(
            "Every open case is with somebody: %(held)d with %(people)d person",
            "Every open case is with somebody: %(held)d with %(people)d people",
            people,
        )
    else:
        text = ngettext(
            "%(held)d open cases are with %(people)d person, and %(nobody)d with nobody",
            "%(held)d open cases are with %(people)d people, and %(nobody)d with nobody",
            people,
        )
    return text % numbers


class Beds(Protocol):
    """The beds of a region: how many are in use, and how many of these are free."""

    @property
    def region(self) -> str: ...
    @property
    def free(self) -> int: ...
    @property
    def in_use(self) -> int: ...


def beds_title(regions: Sequence[Beds]) -> str:
    """How full it is, and where nothing is free."""
    beds, free = sum(one.in_use for one in regions), sum(one.free for one in regions)
    if not beds:
        return _("No bed is in use")
    full = [one.region for one in regions if one.in_use and not one.free]
    if not free:
        return _("No bed is free in any region")
    title = ngettext("Free: %(free)d of %(beds)d bed", "Free: %(free)d of %(beds)d beds", beds) % {
        "free": free,
        "beds": beds,
    }
    if len(full) == 1:
        return _("%(title)s, none in %(region)s") % {"title": title, "region": full[0]}
    if full:
        return ngettext(
            "%(title)s, none in %(count)d region", "%(title)s, none in %(count)d regions", len(full)
        ) % {"title": title, "count": len(full)}
    return title
