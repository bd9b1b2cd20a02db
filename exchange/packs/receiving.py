"""Taking in a pack that was sealed to us: it becomes a referral, and what the other authority has
found and decided is kept beside it as theirs. The answer is a receipt, signed and sealed to them;
a recall of theirs is taken in the same way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case
from exchange.htcds.fields import IDENTITY
from exchange.htcds.reading import read_json
from exchange.htcds_imports import import_htcds
from exchange.models import Correspondent, ReceivedPack
from exchange.packs import correspondents, sealing
from identities.crypto import seal_json, unseal_json
from nrm.accounts.models import Organisation, User
from nrm.actions import Hidden, Objection, Refused, action, also, detail, lock

_TABLE = "exchange_receivedpack"
# What of a pack is kept to be read beside the referral.
_KEPT = (
    *("authority", "purpose", "until", "consent", "shown"),
    *("profile", "findings", "decisions", "clocks"),
)


def _refused(text: str, code: str) -> Refused:
    return Refused([Objection(text, "file", code=code)])


def look_at(content: bytes) -> tuple[sealing.Opened, Correspondent]:
    """A file that was sealed to us by somebody whom we know. Raises Refused, saying why not."""
    try:
        told = sealing.open_file(content)
    except sealing.NotForUs:
        text = _(
            "This file does not open here: it is for somebody else, or was changed on the way."
        )
        raise _refused(text, "not_for_us") from None
    except sealing.Damaged:
        raise _refused(
            _("This file is damaged, or its signature does not hold."), "damaged"
        ) from None
    sender = correspondents.sender_of(told.sender)
    if sender is None:
        text = _("Nobody whose key was confirmed here has signed this file. Ask an administrator.")
        raise _refused(text, "unknown_sender")
    if told.kind == sealing.RECEIPT:
        text = _("This is a receipt. Open it on the page of the pack that you sent.")
        raise _refused(text, "receipt")
    return told, sender


@action("pack.received", right=rights.REFER)
def take_in(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    content: bytes,
    said: Mapping[str, str],
) -> ReceivedPack:
    """Takes a file in for an organisation of the actor's: a pack becomes a referral of theirs, once
    however often it is sent; a recall is kept with the pack that it recalls. `said` answers what
    the standard does not say and every referral needs (exchange.htcds.plans.NEEDED). Raises Refused
    with every reason; then nothing is kept."""
    told, sender = look_at(content)
    lock(told.id)
    detail(kind=told.kind, digest=told.digest)
    if told.kind == sealing.RECALL:
        return _recall(told, sender, organisation, at=at)
    if earlier := ReceivedPack.objects.filter(pk=told.id, organisation=organisation).first():
        if earlier.digest != told.digest:
            raise _refused(_("Another pack of this number was taken in."), "number")
        detail(repeated=True)
        return earlier
    referral = _referral(told, actor=actor, at=at, organisation=organisation, said=said)
    kept = _kept(told.said)
    case = referral.case
    try:
        with transaction.atomic():
            row = ReceivedPack.objects.create(
                id=told.id,
                case=case,
                correspondent=sender,
                organisation=organisation,
                content=seal_json(
                    case.person_id, kept, table=_TABLE, column="content", row=told.id
                ),
                digest=told.digest,
                taken_by=actor,
                taken_at=at,
            )
    except IntegrityError:  # by an organisation whose packs this one does not see
        raise _refused(_("This pack was taken in already."), "number") from None
    return row


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    """What of it is kept beside the referral. Who the person is went to where identities
    are, and is shown there on record; the record of the standard became the referral."""
    kept = {name: said[name] for name in _KEPT if name in said}
    shown = said.get("shown")
    parts = shown if isinstance(shown, list) else []
    kept["shown"] = [part for part in parts if isinstance(part, dict) and not part.get(IDENTITY)]
    return kept


def _referral(
    told: sealing.Opened,
    *,
    actor: User,
    at: datetime,
    organisation: Organisation,
    said: Mapping[str, str],
) -> Any:
    reading = read_json(json.dumps(told.said.get("htcds")).encode())
    if len(reading.records) != 1:
        raise _refused(_("This file is damaged, or its signature does not hold."), "damaged")
    try:
        (line,) = import_htcds(reading, actor=actor, at=at, organisation=organisation, said=said)
    except Refused as refusal:
        raise Refused(
            Objection(one.text, _field_of(one), one.code) for one in refusal.objections
        ) from None
    assert line.referral is not None
    if not line.made_now:
        raise _refused(_("This pack was taken in already."), "number")
    return line.referral


_ASKED = {
    "nrm_Jurisdiction": "jurisdiction",
    "nrm_AgeStatus": "age_status",
    "nrm_ConsentToReferral": "consent_answer",
}


def _field_of(one: Objection) -> str | None:
    """The field of our form that can mend it; else the file."""
    name = (one.field or "").rpartition(".")[2]
    return _ASKED.get(name, name if name in _ASKED.values() else "file")


def _recall(
    told: sealing.Opened, sender: Correspondent, organisation: Organisation, *, at: datetime
) -> ReceivedPack:
    row = ReceivedPack.objects.filter(pk=told.id, organisation=organisation).first()
    same = row is not None and row.correspondent.organisation_id == sender.organisation_id
    if row is None or not same or told.said.get("digest") != row.digest:
        text = _("No pack that this recalls was taken in for your organisation.")
        raise _refused(text, "no_pack")
    if row.recalled_at is None:
        row.recalled_at = at
        row.save(update_fields=["recalled_at"])
        also("pack.recalled", row)
        with connection.cursor() as cursor:
            cursor.execute("SELECT exchange_tell_recalled(%s, %s)", [row.pk, at])
    return row


@action("pack.receipt_made", right=rights.REFER)
def receipt_for(pack: ReceivedPack, *, actor: User, at: datetime) -> bytes:
    """The receipt, to be given back to the sender: that the pack, or its recall, was taken in."""
    to = correspondents.key_of(pack.correspondent)
    of, moment = sealing.PACK, pack.taken_at
    if pack.recalled_at is not None:
        of, moment = sealing.RECALL, pack.recalled_at
    said = {"digest": pack.digest, "of": of, "taken_at": moment.isoformat()}
    return sealing.seal(sealing.body_of(sealing.RECEIPT, pack.pk, said, to=to), to=to)


def received_by(actor: User, pk: UUID) -> ReceivedPack:
    """A pack that was taken in for an organisation of the actor's. Hidden where there is none."""
    teams = rights.REFER.teams_of(actor)
    rows = ReceivedPack.objects.select_related("correspondent__organisation", "organisation")
    if row := rows.filter(pk=pk, organisation__in=teams).first():
        return row
    raise Hidden(rights.REFER.code)


@dataclass(frozen=True, slots=True)
class Theirs:
    """What came with a case from another authority."""

    row: ReceivedPack
    said: dict[str, Any]


def received_with(case: Case) -> list[Theirs]:
    """What came in packs with this case, opened: the other authority's, and no finding or decision
    of ours. One query beside the key's."""
    rows = ReceivedPack.objects.filter(case=case).select_related("correspondent__organisation")
    return [
        Theirs(
            row,
            unseal_json(case.person_id, row.content, table=_TABLE, column="content", row=row.pk),
        )
        for row in rows
    ]


def has_received(case: Case) -> bool:
    """Whether anything came with this case. One query."""
    return ReceivedPack.objects.filter(case=case).exists()
