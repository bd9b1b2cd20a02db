"""What stands in the way of keeping somebody from a case, and of lifting it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection


@dataclass(frozen=True, slots=True)
class Facts:
    """`whom` counts the person and the organisation that were named: it has to be one of both.
    `supervisors_left` is how many supervisors could still see the case."""

    whom: int
    known_reason: bool
    themselves: bool
    the_authority: bool
    already: bool
    supervisors_left: int


def objections_to_exclusion(facts: Facts) -> Iterable[Objection]:
    """Every reason against it."""
    if facts.whom != 1:
        yield Objection(_("Choose one person or one organisation"), field="person")
    if not facts.known_reason:
        yield Objection(_("Select why they may not see the case"), field="reason")
    if facts.themselves:
        yield Objection(_("For yourself, declare a conflict of interest."), field="person")
    if facts.the_authority:
        text = _("This authority holds the case. Choose the people in it by name.")
        yield Objection(text, field="organisation")
    if facts.already:
        yield Objection(_("They may not see the case already."), field="person")
    elif not facts.supervisors_left:
        text = _(
            "No other supervisor could see the case then. Ask an administrator for a second "
            "supervisor first."
        )
        yield Objection(text)
