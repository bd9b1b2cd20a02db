"""Taking in what another system sends. The referral itself is received by the cases room; here it
is only read, and every fault told at the key that the sender knows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from cases.actions.referring import receive_referral
from cases.models import Referral
from cases.models.referral import Source
from cases.rights import REFER
from cases.rules.referral_form import clean_answers, objections_to_sending
from exchange.home_office.mapping import Mapped, read_payload
from nrm.accounts.models import Organisation, User
from nrm.actions import Objection, Refused, refuse_if
from nrm.profiles import Profile, load_profile

HOME_OFFICE_PROFILE = "uk"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a payload: its referral, whether it was made now, and which keys had no
    question."""

    referral: Referral
    made_now: bool
    unknown_keys: tuple[str, ...]


def sending_organisation(actor: User, *, wanted: str = "") -> Organisation:
    """The organisation that the actor refers people for: the one named or given by its id, or the
    only one. Refused where that leaves none, or more than one."""
    mine = actor.organisations(*REFER.roles)
    if wanted:
        mine = [o for o in mine if wanted in (o.name, str(o.pk))]
    mine = list(dict.fromkeys(mine))
    if len(mine) == 1:
        return mine[0]
    text = (
        _("You refer people for more than one organisation. Say for which.")
        if mine
        else _("This is not an organisation that you refer people for.")
    )
    raise Refused([Objection(text, field="organisation", code="organisation")])


def import_home_office(
    payload: Any, *, actor: User, at: datetime, organisation: Organisation
) -> Imported:
    """Makes a referral of a payload of the live Home Office form.

    A payload whose ExternalId has been received already makes no second one: the first comes back.
    Raises Refused with every fault, each naming a key of the payload.
    """
    if organisation.profile != HOME_OFFICE_PROFILE:
        text = _("The Home Office form is for organisations of the United Kingdom.")
        raise Refused([Objection(text, field="organisation", code="organisation")])
    profile = load_profile(HOME_OFFICE_PROFILE)
    mapped = read_payload(payload, profile=profile, today=at.date())
    refuse_if(_faults(mapped, profile, at))
    submission_key = uuid4()
    try:
        referral = receive_referral(
            mapped.answers,
            actor=actor,
            at=at,
            organisation=organisation,
            profile=profile,
            source=Source.HOME_OFFICE,
            submission_key=submission_key,
            external_id=mapped.external_id,
            unknown_keys=mapped.unknown_keys,
            unknown_values=mapped.unknown_values,
            complete=False,
        )
    except Refused as refusal:
        raise Refused([mapped.told_at_the_key(one) for one in refusal.objections]) from refusal
    return Imported(
        referral, referral.submission_key == submission_key, tuple(referral.unknown_keys)
    )


def _faults(mapped: Mapped, profile: Profile, at: datetime) -> list[Objection]:
    """Every reason at once: what the payload got wrong, and what its answers get wrong. What is
    missing only because a key was wrong is not told twice."""
    found = list(mapped.faults)
    _clean, objections = clean_answers(mapped.answers, profile, today=at.date())
    objections += objections_to_sending(mapped.answers, profile, complete=False)
    told = {fault.field for fault in found}
    for objection in map(mapped.told_at_the_key, objections):
        if not (mapped.faults and objection.code == "missing") and objection.field not in told:
            found.append(objection)
    return found
