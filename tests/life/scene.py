"""What every life of a case has around it: people, a place of shelter and two beds."""

from datetime import datetime
from typing import Any

from protection.actions.shelter import add_bed, open_place
from tests.life.machine import BEGUN, LifeOfACase


def lay_out(world: Any, at: datetime) -> None:
    """Gives the lives their world."""
    place = open_place(
        world.provider_house,
        actor=world.provider,
        at=BEGUN,
        region=world.profile.regions[0].code,
        address="17 Tanner Street",
    )
    is_: dict[str, Any] = {"sex": "any", "ages": "any", "family": False, "step_free": False}
    LifeOfACase.world = world
    LifeOfACase.beds = tuple(
        add_bed(place, actor=world.provider, at=BEGUN, unit=1, number=number, **is_)
        for number in (1, 2)
    )
