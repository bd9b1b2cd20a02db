"""Showing who a person is, for a reason that is kept."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case
from identities import vault
from identities.crypto import KeyGone
from identities.models import Disclosure
from identities.vault import KnownFact
from nrm.accounts import limits
from nrm.accounts.models import User
from nrm.actions import Objection, Refused, action, detail, refuse_if
from nrm.audit import writer
from nrm.audit.models import Event

LONGEST_REASON = 500
VERB = "identity.shown"


@action(VERB, right=rights.SHOW_IDENTITY, ended=True)
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
    has served; TooOften past the hourly limit.
    """
    objections = list(_objections_to_why(case, purpose, reason))
    if key is not None and _served(case, key):
        text = _("The identity was shown once already. Say again why you need to see it.")
        objections.append(Objection(text, code="served"))
    refuse_if(objections)
    limits.count_identity(actor)
    wanted = _wanted(case, purpose, reason)
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


def disclose_by_document(
    case: Case, *, actor: User, at: datetime, document: UUID, purpose: str, reason: str
) -> Disclosure:
    """Writes why the actor is given a document that says who the person is, for the action that
    gives it. Right, purposes and words are those of showing an identity, and so is the event."""
    rights.SHOW_IDENTITY.check(actor, case)
    refuse_if(_objections_to_why(case, purpose, reason))
    limits.count_identity(actor)
    disclosure = vault.disclose(
        case.person_id, case_id=case.pk, purpose=purpose, reason=_wanted(case, purpose, reason)
    )
    told = {"purpose": purpose, "disclosure": str(disclosure.pk), "document": str(document)}
    writer.write(VERB, at=at, actor_id=actor.pk, case_id=case.pk, data=told)
    return disclosure


def _objections_to_why(case: Case, purpose: str, reason: str) -> Iterator[Objection]:
    """What is wrong with the purpose, one of the profile's, and with the words that some need."""
    purposes = {p.code: p for p in case.profile.disclosure_purposes}
    words = reason.strip()
    if purpose not in purposes:
        yield Objection(_("Select why you need to see who this is"), field="purpose")
    elif purposes[purpose].free_text and not words:
        text = _("Say in a few words why you need to see who this is")
        yield Objection(text, field="reason")
    if len(words) > LONGEST_REASON:
        text = _("The reason must be %(limit)d characters or less") % {"limit": LONGEST_REASON}
        yield Objection(text, field="reason")


def _wanted(case: Case, purpose: str, reason: str) -> str:
    """The words that are kept: those of a purpose that needs some."""
    (asked,) = (p for p in case.profile.disclosure_purposes if p.code == purpose)
    return reason.strip() if asked.free_text else ""


def _served(case: Case, key: UUID) -> bool:
    return Event.objects.filter(case_id=case.pk, verb=VERB, data__key=str(key)).exists()
