"""What stands in the way of restricting, sealing or opening a case."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from nrm.actions import Objection


@dataclass(frozen=True, slots=True)
class Facts:
    """`changes` says that the level or the people would be others than now; `strangers` that one
    of the people has no role on cases in the authority, `excluded` that one may not see the
    case."""

    known_level: bool
    known_reason: bool
    changes: bool
    strangers: bool
    excluded: bool


def objections_to_confidentiality(facts: Facts) -> Iterable[Objection]:
    """Every reason against it."""
    if not facts.known_level:
        yield Objection(_("Select who may see the case"), field="level")
    elif not facts.changes:
        yield Objection(_("The case is so already. Nothing was changed."), field="level")
    if not facts.known_reason:
        yield Objection(_("Select why"), field="reason")
    if facts.strangers:
        text = _("Choose caseworkers and supervisors of the authority that holds the case.")
        yield Objection(text, field="people")
    if facts.excluded:
        text = _("One of these people may not see the case. Lift that first, or choose others.")
        yield Objection(text, field="people")
