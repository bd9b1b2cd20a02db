"""Rights that a role gives by itself, without a case."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from nrm.accounts.roles import Role
from nrm.actions import Forbidden

_declared: dict[str, "RoleRight"] = {}


@dataclass(frozen=True, slots=True)
class RoleRight:
    """Held by whoever has one of the roles in an active organisation. `label` says in words what
    it allows, for the table of roles and rights."""

    code: str
    roles: frozenset[str]
    label: Any = ""

    def __post_init__(self) -> None:
        _declared[self.code] = self

    def check(self, actor: Any, subject: Any) -> None:
        if not self.held_by(actor):
            raise Forbidden(self.code)

    def held_by(self, actor: Any) -> bool:
        return bool(actor.is_active and self.roles & actor.roles)


class Anybody:
    """Held by everyone who has signed in, about their own things: password, language, inbox."""

    code = "own_account"

    def check(self, actor: Any, subject: Any) -> None:
        if not actor.is_active or subject.pk != actor.pk:
            raise Forbidden(self.code)


def role_rights() -> list[RoleRight]:
    """Every right declared that a role gives by itself, in the order of declaration."""
    return list(_declared.values())


OWN_ACCOUNT = Anybody()
ADMINISTER = RoleRight(
    "administer",
    frozenset({Role.ADMINISTRATOR}),
    _("Manage organisations, accounts and roles, without case content"),
)
SEE_STATISTICS = RoleRight(
    "see_statistics", frozenset({Role.AUDITOR}), _("See statistics from which nobody can be found")
)
RELEASE_STATISTICS = RoleRight(
    "release_statistics",
    frozenset({Role.AUDITOR}),
    _("Ask for releases of statistics, and approve or withhold them with a second person"),
)
SEE_AUDIT = RoleRight(
    "see_audit", frozenset({Role.AUDITOR}), _("Read the audit trail, without identities")
)
SEE_OWN_STAFF = RoleRight(
    "see_own_staff",
    frozenset({Role.SUPERVISOR}),
    _("See what is unusual in how their authority’s staff looked at cases that they see"),
)


class TheSystem:
    """Held by the system itself, which never signs in: sweeps, expiry, e-mail."""

    code = "the_system"

    def check(self, actor: Any, subject: Any) -> None:
        from nrm.accounts.models import SYSTEM_ID

        if actor.pk != SYSTEM_ID:
            raise Forbidden(self.code)


BY_THE_SYSTEM = TheSystem()
