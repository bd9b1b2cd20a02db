"""Showing who a person is, for a reason that is kept."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case
from identities import vault
from identities.crypto import KeyGone
from identities.models import Disclosure
from identities.vault import KnownFact
from nrm.accounts.models import User
from nrm.actions import Objection, Refused, action, detail, refuse_if
from nrm.audit.models import Event

LONGEST_REASON = 500
VERB = "identity.shown"


@action(VERB, right=rights.SHOW_IDENTITY)
def show_identity(
    case: Case,
    *,
    actor: User,
    at: datetime,
    purpose: str,
    reason: str = "",
    key: UUID | None = None,
) -> tuple[Disclosure, list[KnownFact]]:
    """Writes why the actor is shown the person's identity, and gives every current fact.

    `key` comes with the form and serves once, so that a page loaded again shows nothing. Refused
    where the purpose is none of the profile's, where it needs words and has none, or where the key
    has served.
    """
    purposes = {p.code: p for p in case.profile.disclosure_purposes}
    words = reason.strip()
    objections = []
    if purpose not in purposes:
        text = _("Select why you need to see who this is")
        objections.append(Objection(text, field="purpose"))
    elif purposes[purpose].free_text and not words:
        text = _("Say in a few words why you need to see who this is")
        objections.append(Objection(text, field="reason"))
    if len(words) > LONGEST_REASON:
        text = _("The reason must be %(limit)d characters or less") % {"limit": LONGEST_REASON}
        objections.append(Objection(text, field="reason"))
    if key is not None and _served(case, key):
        text = _("The identity was shown once already. Say again why you need to see it.")
        objections.append(Objection(text, code="served"))
    refuse_if(objections)
    wanted = words if purposes[purpose].free_text else ""
    try:
        disclosure, facts = vault.reveal(
            case.person_id, case_id=case.pk, purpose=purpose, reason=wanted
        )
    except KeyGone:
        text = _("Who this person is was erased. Nobody can be shown it any more.")
        raise Refused([Objection(text, code="erased")])
    detail(
        purpose=purpose,
        disclosure=str(disclosure.pk),
        kinds=sorted({fact.kind for fact in facts}),
        **({"key": str(key)} if key else {}),
    )
    return disclosure, facts


def _served(case: Case, key: UUID) -> bool:
    return Event.objects.filter(case_id=case.pk, verb=VERB, data__key=str(key)).exists()
