"""The safe-contact card: a new one takes the place of the one before, which is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from cases import rights
from cases.models import Case, SafeContact
from cases.rules import contact as rules
from identities.crypto import seal_json
from nrm.accounts.models import User
from nrm.actions import action, detail, refuse_if


@action("contact.recorded", right=rights.RECORD_CONTACT)
def record_contact(
    case: Case,
    *,
    actor: User,
    at: datetime,
    ways: Mapping[str, str],
    details: Mapping[str, str],
) -> SafeContact:
    """Keeps what the person said: of each of `rules.WAYS` whether it is `safe`, `unsafe` or
    `unknown`, and in their words when, with which code word, and who else may answer (keys of
    `rules.DETAILS`, sealed). Counts from this moment for the days of the profile. Raises Refused
    with every reason against it."""
    refuse_if(rules.objections_to_card(ways, details))
    said = {code: text for code in rules.DETAILS if (text := details.get(code, "").strip())}
    card = keep_card(case, {way: ways[way] for way in rules.WAYS}, said, actor=actor, at=at)
    detail(card=str(card.pk), **{way: str(ways[way]) for way in rules.WAYS})
    return card


def keep_card(
    case: Case, ways: Mapping[str, Any], said: Mapping[str, Any], *, actor: User, at: datetime
) -> SafeContact:
    """Writes a card. Called by actions, inside their lock and transaction."""
    row = uuid4()
    return SafeContact.objects.create(
        id=row,
        case=case,
        **ways,
        details=seal_json(
            case.person_id, dict(said), table="cases_safecontact", column="details", row=row
        )
        if said
        else None,
        recorded_by=actor,
        recorded_at=at,
    )
