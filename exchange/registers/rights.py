"""Who brings in a register: whoever leads the people who refer for the organisation. It makes more
referrals in an hour than they make in years, so that it is not everybody's who may make one. What
somebody brings in is theirs alone until it is done: it lies under their own key."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.rights import TeamRight
from nrm.accounts.roles import Role
from nrm.actions import Hidden


@dataclass(frozen=True, slots=True)
class OwnRight(TeamRight):
    """A right of a team, on what oneself began: what a colleague began is Hidden."""

    def check(self, actor: Any, subject: Any) -> None:
        TeamRight.check(self, actor, subject)
        if getattr(subject, "started_by_id", actor.pk) != actor.pk:
            raise Hidden(self.code)


BRING_REGISTER = OwnRight(
    "bring_register",
    frozenset({Role.RESPONDER_LEAD}),
    _("Bring in an earlier register of their organisation, and decide about its rows"),
)
