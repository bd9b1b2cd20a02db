"""What a plan of support can hold, kind by kind, and every reason against recording something of
it. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from nrm.actions import Objection
from protection.rules.plan.claims import CLAIM
from protection.rules.plan.goals import GOAL
from protection.rules.plan.payments import PAYMENT
from protection.rules.plan.recovery import LEAVING, RECOVERY
from protection.rules.plan.returns import RETURN
from protection.rules.plan.shape import Facts, Kind, Step, objections_to_parts
from protection.rules.plan.stays import STAY

# In the order of the page.
_IN_ORDER = (GOAL, PAYMENT, STAY, CLAIM, RECOVERY, LEAVING, RETURN)
KINDS: dict[str, Kind] = {kind.code: kind for kind in _IN_ORDER}


def objections_to_item(
    kind: Kind,
    values: Mapping[str, Any],
    facts: Facts,
    lists: Mapping[str, Collection[str]],
) -> Iterable[Objection]:
    """Every reason against writing down something of a kind with these values."""
    yield from objections_to_parts(kind.parts, values, lists, today=facts.today)
    yield from kind.check(values, facts)


def objections_to_step(
    kind: Kind,
    step: Step,
    values: Mapping[str, Any],
    facts: Facts,
    lists: Mapping[str, Collection[str]],
    *,
    state: str,
    own: bool,
) -> Iterable[Objection]:
    """Every reason against a step of an item that stands so. `own`: the actor wrote it down."""
    if state not in step.begins:
        text = _("This cannot be recorded as it stands now. Look at it again.")
        yield Objection(text, code="state")
        return
    if step.by == "second" and own:
        text = _("You asked for this. Another supervisor decides it.")
        yield Objection(text, code="second_person")
    yield from objections_to_parts(step.parts, values, lists, today=facts.today)
    if check := kind.check_step.get(step.code):
        yield from check(values, facts)


def steps_now(kind: Kind, state: str) -> list[Step]:
    """What can happen next to an item that stands so."""
    return [step for step in kind.steps if state in step.begins]
