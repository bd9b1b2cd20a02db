"""Cases to look at, reached the way people reach them."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from cases.actions.assigning import assign_case
from cases.actions.referring import receive_referral
from cases.models import Case
from tests.intake.answers import ADULT, CHILD, FULL
from tests.world import World

# Everything in FULL that says who somebody is; no page of a case may hold any of it.
IDENTIFYING = (
    "Zamira",
    "Hoxhaj",
    "900123",
    "zamira@example.net",
    "14 Quarry Rise",
    "BX4711829",
    "besa@example.net",
)


def referred(world: World, *, at: datetime, answers: dict[str, Any] | None = None) -> Case:
    """A case that a first responder has referred."""
    referral = receive_referral(
        answers if answers is not None else FULL,
        actor=world.responder,
        at=at,
        organisation=world.police,
        profile=world.profile,
        source="form",
        submission_key=uuid4(),
    )
    return Case.objects.get(pk=referral.case_id)


def child(world: World, *, at: datetime) -> Case:
    """A child whom a first responder has referred."""
    return referred(world, at=at, answers=CHILD)


def assigned(
    world: World, *, at: datetime, answers: dict[str, Any] | None = None, to: str = "caseworker"
) -> Case:
    """A referred case that intake has given to a caseworker."""
    case = referred(world, at=at, answers=answers or ADULT)
    assign_case(case, actor=world.intake, at=at, caseworker=world.users[to])
    return Case.objects.get(pk=case.pk)
