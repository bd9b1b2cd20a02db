"""What stands in the way of merging two cases of one person, and of undoing it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection


@dataclass(frozen=True, slots=True)
class Facts:
    """`found`: there is such another case that the actor may see. `closed`: either has ended
    already. `holds_others`: another case goes on in the one that is to end."""

    found: bool = True
    same: bool = False
    known_reason: bool = True
    closed: bool = False
    holds_others: bool = False
    waits: bool = False


def objections_to_merging(facts: Facts) -> Iterable[Objection]:
    """Every reason against asking for it."""
    if not facts.found:
        text = _("You see no such case. Check the reference, or ask a supervisor.")
        yield Objection(text, field="other")
    if facts.same:
        yield Objection(_("Enter the reference of another case"), field="other")
    if not facts.known_reason:
        yield Objection(_("Select how you know"), field="reason")
    if facts.closed:
        yield Objection(_("One of the two cases has ended. Only cases that run are merged."))
    if facts.holds_others:
        text = _("Another case goes on in the one that would end. Let this one go on instead.")
        yield Objection(text, field="goes_on")
    if facts.waits:
        yield Objection(_("Somebody has asked for it already."), code="asked")


def objections_to_undoing(facts: Facts, *, holds: bool) -> Iterable[Objection]:
    """Every reason against asking for it to be undone."""
    if not facts.known_reason:
        yield Objection(_("Select why"), field="reason")
    if not holds:
        yield Objection(_("These cases are not merged."), code="not_merged")
    if facts.waits:
        yield Objection(_("Somebody has asked for it already."), code="asked")
