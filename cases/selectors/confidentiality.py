"""Who may be named to see a restricted or sealed case, and who is."""

from dataclasses import dataclass
from uuid import UUID

from cases import access
from cases.models import Case
from nrm.accounts.models import Membership, User
from nrm.accounts.roles import Role

# How near somebody who is named stands, by their role.
NEARNESS_OF = {Role.SUPERVISOR: "decide", Role.CASEWORKER: "work"}


@dataclass(frozen=True, slots=True)
class Nameable:
    """A person of the authority. `always`: they cannot be left out."""

    id: UUID
    user: User
    roles: tuple[str, ...]
    named: bool
    always: bool

    @property
    def name(self) -> str:
        return self.user.display_name

    @property
    def in_words(self) -> str:
        return ", ".join(str(Role(role).label) for role in self.roles)

    @property
    def nearness(self) -> list[str]:
        return [NEARNESS_OF[Role(role)] for role in self.roles]


def people_to_name(case: Case, actor: User) -> list[Nameable]:
    """The caseworkers and supervisors of the case's authority whom nothing keeps from it, by name.
    The actor and the case's caseworker are always among those named. Two queries."""
    rows = (
        Membership.objects.filter(
            ~access.kept_from(case, user="user_id"),
            user__is_active=True,
            group__role_group__organisation=case.authority_id,
            group__role_group__role__in=NEARNESS_OF,
        )
        .select_related("user", "group__role_group")
        .order_by("user__display_name", "user_id")
    )
    people: dict[UUID, User] = {}
    roles: dict[UUID, list[str]] = {}
    for row in rows:
        people[row.user_id] = row.user
        roles.setdefault(row.user_id, []).append(row.role)
    named = access.named_in(case)
    return [
        Nameable(
            id=pk,
            user=user,
            roles=tuple(sorted(roles[pk])),
            named=bool(named.get(pk)),
            always=pk in (actor.pk, case.caseworker_id),
        )
        for pk, user in people.items()
    ]
