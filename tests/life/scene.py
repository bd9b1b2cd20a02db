"""What every life of a case has around it: people, a place of shelter and two beds."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import connections

from nrm.accounts.models import RoleGroup
from nrm.accounts.roles import Role
from nrm.context import acting_as
from protection.actions.shelter import add_bed, open_place
from tests.decisions.road import day
from tests.rows import Kept, keep
from tests.world import World

# Long enough ago: what the database holds against its own clock lies in the past through the whole
# of a life.
BEGUN = day(2024, 3, 4)
Grant = tuple[int, str]


@dataclass
class Scene:
    world: World
    beds: tuple[Any, ...]
    nearness: dict[int, str] = field(default_factory=dict)  # by the id of guardian's permission
    first_grants: frozenset[Grant] = frozenset()  # what a case begins with
    provider_grant: Grant = (0, "")
    prosecution_grant: Grant = (0, "")
    # The rows as they were before any case, and those of each beginning once it was reached.
    empty: Kept | None = None
    kept: dict[tuple[str, bool], tuple[Kept, UUID, datetime]] = field(default_factory=dict)

    def seen_by_the_provider(self, case: UUID) -> set[str]:
        """The services of the case that the people of the provider find."""
        with acting_as(self.world.provider), connections["default"].cursor() as cursor:
            cursor.execute("SELECT id::text FROM protection_service WHERE case_id = %s", [case])
            return {pk for (pk,) in cursor.fetchall()}


def lay_out(world: World) -> Scene:
    """The scene, in a world that has just begun."""
    place = open_place(
        world.provider_house,
        actor=world.provider,
        at=BEGUN,
        region=world.profile.regions[0].code,
        address="17 Tanner Street",
    )
    is_: dict[str, Any] = {"sex": "any", "ages": "any", "family": False, "step_free": False}
    beds = tuple(
        add_bed(place, actor=world.provider, at=BEGUN, unit=1, number=number, **is_)
        for number in (1, 2)
    )
    near = Permission.objects.filter(content_type__app_label="cases", content_type__model="case")
    return Scene(
        world,
        beds,
        nearness=dict(near.values_list("pk", "codename")),
        first_grants=frozenset(
            {
                (RoleGroup.of(world.police, Role.FIRST_RESPONDER).pk, "refer"),
                (RoleGroup.of(world.police, Role.RESPONDER_LEAD).pk, "refer"),
                (RoleGroup.of(world.authority, Role.INTAKE).pk, "work"),
                (RoleGroup.of(world.authority, Role.SUPERVISOR).pk, "decide"),
            }
        ),
        provider_grant=(
            RoleGroup.of(world.provider_house, Role.PROTECTION_PROVIDER).pk,
            "protect",
        ),
        prosecution_grant=(
            RoleGroup.of(world.prosecution, Role.PROSECUTION_LIAISON).pk,
            "prosecute",
        ),
        empty=keep(),
    )
