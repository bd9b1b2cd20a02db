"""Whether a bed fits a person, in words; and what stands in the way of a hold. Pure: facts in,
words and objections out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST_ADDRESS = 500
MOST_BEDS = 200  # of one place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person needs of a bed."""

    sex: str = ""  # female, male, or not said
    child: bool = False
    family: bool = False
    step_free: bool = False
    regions: frozenset[str] = frozenset()  # where they must not be


@dataclass(frozen=True, slots=True)
class Offered:
    """What a bed is."""

    sex: str
    ages: str
    family: bool
    step_free: bool
    region: str
    free: bool
    out: bool


def reasons_for(wanted: Wanted, offered: Offered) -> list[str]:
    """Why a bed fits, in words, of what the person needs."""
    found = []
    if wanted.sex and offered.sex == wanted.sex:
        found.append(_("For women and girls") if wanted.sex == "female" else _("For men and boys"))
    if wanted.child and offered.ages == "children":
        found.append(_("For children"))
    if wanted.family and offered.family:
        found.append(_("A family can stay together"))
    if wanted.step_free and offered.step_free:
        found.append(_("Without steps"))
    return found


def reasons_against(wanted: Wanted, offered: Offered) -> list[str]:
    """Every reason why a bed does not fit, in words."""
    found = []
    if offered.out:
        found.append(_("Out of use"))
    elif not offered.free:
        found.append(_("Taken"))
    if offered.region in wanted.regions:
        found.append(_("The person must not be in this region"))
    if offered.sex != "any" and offered.sex != wanted.sex:
        found.append(
            _("Only for women and girls") if offered.sex == "female" else _("Only for men and boys")
        )
    if offered.ages == "adults" and wanted.child:
        found.append(_("Only for adults"))
    if offered.ages == "children" and not wanted.child:
        found.append(_("Only for children"))
    if wanted.family and not offered.family:
        found.append(_("A family cannot stay together"))
    if wanted.step_free and not offered.step_free:
        found.append(_("There are steps"))
    return found


def objections_to_hold(
    wanted: Wanted,
    offered: Offered,
    *,
    consent: bool,
    placed_already: bool,
    must_not_meet: bool,
) -> Iterable[Objection]:
    """Every reason against holding a bed. Whom the person must not meet is never said."""
    if placed_already:
        yield Objection(_("A bed is held for the person, or they live in one. End that first."))
    if not consent:
        text = _("The person has not agreed to shelter. Ask them, and record what they said.")
        yield Objection(text, code="no_consent")
    if not offered.free and not offered.out:
        text = _("Somebody else has this bed now. Choose another.")
        yield Objection(text, field="bed", code="taken")
        return
    if must_not_meet:
        text = _("The person would not be safe there. Choose another place.")
        yield Objection(text, field="bed", code="unsafe")
    for reason in reasons_against(wanted, offered):
        yield Objection(reason, field="bed", code="does_not_fit")


def objections_to_moving(
    *, state: str, wants: str, lapsed: bool, referred: bool, reason: str, reasons: Collection[str]
) -> Iterable[Objection]:
    """Every reason against somebody moving in or leaving."""
    if state not in ("held", "occupied"):
        yield Objection(_("It has ended already."))
    elif wants == "move_in":
        if state == "occupied":
            yield Objection(_("The person lives there already."))
        elif lapsed:
            yield Objection(_("The hold has run out. Hold a bed again."))
        elif not referred:
            yield Objection(_("Refer the person to this provider first: they do not know of them."))
    elif wants == "leave":
        if reason not in reasons:
            yield Objection(_("Select why it ends"), field="reason")
    else:
        yield Objection(_("Select what happened"), field="what")


def objections_to_avoidance(
    *, kind: str, region: str, regions: Collection[str], exploiter: str
) -> Iterable[Objection]:
    """Every reason against recording where or with whom somebody must not be."""
    if kind == "region":
        if region not in regions:
            yield Objection(_("Select a region"), field="region")
    elif kind == "exploiter":
        if len(exploiter) < 3 or len(exploiter) > 200:
            text = _("Enter a name, number or word by which others know them too")
            yield Objection(text, field="exploiter")
    else:
        yield Objection(_("Select what the person must be kept from"), field="kind")
