"""What every life of a case has around it: people, a place of shelter and two beds."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import connections

from nrm.accounts.models import RoleGroup
from nrm.accounts.roles import OrganisationKind, Role
from nrm.context import acting_as
from protection.actions.shelter import add_bed, open_place
from tests.decisions.road import day
from tests.rows import Kept, keep
from tests.world import World, person

# Long enough ago: what the database holds against its own clock lies in the past through the whole
# of a life.
BEGUN = day(2024, 3, 4)
Grant = tuple[int, str]
_ELSEWHERE = {
    "other_intake": Role.INTAKE,
    "other_caseworker2": Role.CASEWORKER,
    "other_supervisor2": Role.SUPERVISOR,
}


@dataclass(frozen=True)
class Beginning:
    """The rows with a case somewhere on its road, as good until then, in seconds of this process's
    clock."""

    rows: Kept
    case: UUID
    at: datetime
    until: float


@dataclass
class Scene:
    world: World
    beds: tuple[Any, ...]
    nearness: dict[int, str] = field(default_factory=dict)  # by the id of guardian's permission
    referrers: frozenset[Grant] = frozenset()  # what a case begins with, and keeps
    # What those have who take in and lead at an authority, of each case that it holds.
    of_authority: dict[str, frozenset[Grant]] = field(default_factory=dict)
    provider_grant: Grant = (0, "")
    prosecution_grant: Grant = (0, "")
    # The rows as they were before any case, and those of each beginning once it was reached.
    empty: Kept | None = None
    kept: dict[tuple[str, bool], Beginning] = field(default_factory=dict)

    def other_authority(self, pk: str) -> Any:
        """The authority that this one can offer its cases to."""
        ours, other = self.world.authority, self.world.other_authority
        return other if pk == str(ours.pk) else ours

    def seen_by_leaders_of(self, authority: str, case: UUID) -> set[str]:
        """Who of those who lead at an authority find the case."""
        names = {"supervisor", "supervisor2"}
        if authority == str(self.world.other_authority.pk):
            names = {f"other_{name}" for name in names}
        return {name for name in names if self._finds("cases_case", "id", name, case)}

    def _finds(self, table: str, column: str, name: str, case: UUID) -> set[str]:
        with acting_as(self.world.users[name]), connections["default"].cursor() as cursor:
            cursor.execute(f"SELECT id::text FROM {table} WHERE {column} = %s", [case])
            return {pk for (pk,) in cursor.fetchall()}

    def told_to_the_liaison(self, case: UUID) -> set[str]:
        """The notices of the case that the prosecution's liaison finds."""
        return self._finds("cases_notice", "case_id", "liaison", case)

    def seen_by_the_provider(self, case: UUID) -> set[str]:
        """The services of the case that the people of the provider find."""
        return self._finds("protection_service", "case_id", "provider", case)


def lay_out(world: World) -> Scene:
    """The scene, in a world that has just begun. At the other authority too there is a second of
    those who need one."""
    if world.profile.conflict_mode.provisional_identification:
        # Whoever refers identifies for the time being, and no police does.
        world.police.kind = OrganisationKind.NGO
        world.police.save(update_fields=["kind"])
    for name, role in _ELSEWHERE.items():
        world.users[name] = person(f"{name}@example.org", role, world.other_authority)
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
        referrers=frozenset(
            (RoleGroup.of(world.police, role).pk, "refer")
            for role in (Role.FIRST_RESPONDER, Role.RESPONDER_LEAD)
        ),
        of_authority={
            str(authority.pk): frozenset(
                {
                    (RoleGroup.of(authority, Role.INTAKE).pk, "work"),
                    (RoleGroup.of(authority, Role.SUPERVISOR).pk, "decide"),
                }
            )
            for authority in (world.authority, world.other_authority)
        },
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
