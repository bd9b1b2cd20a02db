"""Rights that a role gives by itself, without a case."""

from dataclasses import dataclass
from typing import Any

from nrm.accounts.roles import Role
from nrm.actions import Forbidden


@dataclass(frozen=True, slots=True)
class RoleRight:
    """Held by whoever has one of the roles in an active organisation."""

    code: str
    roles: frozenset[str]

    def check(self, actor: Any, subject: Any) -> None:
        if not self.held_by(actor):
            raise Forbidden(self.code)

    def held_by(self, actor: Any) -> bool:
        return bool(actor.is_active and self.roles & actor.roles)


class Anybody:
    """Held by everyone who has signed in, about their own things: their password, their language."""

    code = "own_account"

    def check(self, actor: Any, subject: Any) -> None:
        if not actor.is_active or subject.pk != actor.pk:
            raise Forbidden(self.code)


OWN_ACCOUNT = Anybody()
ADMINISTER = RoleRight("administer", frozenset({Role.ADMINISTRATOR}))
SEE_STATISTICS = RoleRight("see_statistics", frozenset({Role.AUDITOR}))
SEE_AUDIT = RoleRight("see_audit", frozenset({Role.AUDITOR}))
