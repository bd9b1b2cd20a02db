"""Taking in a pack that was sealed to us: it becomes a referral, and what the other authority has
found and decided is kept beside it as theirs. The answer is a receipt, signed and sealed to them;
a recall of theirs is taken in the same way."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case
from cases.rules.referral_form import carries_identity
from exchange.htcds.imports import Line, import_htcds
from exchange.htcds.standard.fields import IDENTITY
from exchange.htcds.standard.reading import read_json
from exchange.htcds.standard.record import RECORD_ID
from exchange.models import Correspondent, RecalledPack, ReceivedPack
from exchange.packs import correspondents, keys, sealing
from exchange.packs.content import ASKED_ANEW
from identities.crypto import seal_json, unseal_json
from nrm.accounts.models import Organisation, User
from nrm.actions import Hidden, Objection, Refused, action, also, detail, lock, refuse_if

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
) -> ReceivedPack | RecalledPack:
    """Takes a file in for an organisation of the actor's: a pack becomes a referral of theirs, once
    however often it is sent; a recall is kept with the pack that it recalls, or, where that has not
    come yet, by itself, so that it is not taken in when it comes. `said` answers what the standard
    does not say and every referral needs (exchange.htcds.standard.plans.NEEDED). Raises Refused
    with every reason; then nothing is kept."""
    told, sender = look_at(content)
    lock(told.id)
    detail(kind=told.kind, digest=told.digest)
    if told.kind == sealing.RECALL:
        return _recall(told, sender, organisation, actor=actor, at=at)
    if earlier := _taken_in(told, sender, organisation):
        if earlier.digest != told.digest:
            raise _refused(_("Another pack of this number was taken in."), "number")
        detail(repeated=True)
        return earlier
    refuse_if(_objections(told, sender, organisation, at=at))
    line = _referral(told, sender, actor=actor, at=at, organisation=organisation, said=said)
    assert line.referral is not None
    case = line.referral.case
    # A notification without identity keeps no words of the person: theirs are not kept beside it.
    named = carries_identity(line.plan.answers, case.profile)
    kept, row_id = _kept(told.said) if named else {}, uuid4()
    try:
        with transaction.atomic():
            return ReceivedPack.objects.create(
                id=row_id,
                case=case,
                correspondent=sender,
                sender=sender.organisation,
                number=told.id,
                organisation=organisation,
                content=seal_json(case.person_id, kept, table=_TABLE, column="content", row=row_id),
                digest=told.digest,
                sealed_to=told.to,
                taken_by=actor,
                taken_at=at,
            )
    except IntegrityError:  # by an organisation whose packs this one does not see
        raise _refused(_("This pack was taken in already."), "number") from None


def _taken_in(
    told: sealing.Opened, sender: Correspondent, organisation: Organisation
) -> ReceivedPack | None:
    """What the organisation has taken in under this number of this sender."""
    rows = ReceivedPack.objects.filter(sender=sender.organisation_id, number=told.id)
    return rows.filter(organisation=organisation).first()


def _not_theirs(sender: Correspondent, organisation: Organisation) -> Iterable[Objection]:
    if sender.opened_by_id not in (None, organisation.pk):
        text = _(
            "Another organisation of this installation opens what this sender seals. Ask an"
            " administrator which one."
        )
        yield Objection(text, "organisation", code="not_theirs")


def _objections(
    told: sealing.Opened, sender: Correspondent, organisation: Organisation, *, at: datetime
) -> Iterable[Objection]:
    yield from _not_theirs(sender, organisation)
    if RecalledPack.objects.filter(sender=sender.organisation_id, number=told.id).exists():
        text = _("They have recalled this pack, so that it is not taken in.")
        yield Objection(text, "file", code="recalled")
    until = until_of(told.said)
    if until is None:
        text = _("This pack does not say until when it is shared. Ask them to seal it anew.")
        yield Objection(text, "file", code="until")
    elif until <= at:
        text = _("The days for which they shared this are over. Ask them to seal it anew.")
        yield Objection(text, "file", code="over")


def until_of(said: Mapping[str, Any]) -> datetime | None:
    """Until when the sender shares what is in a pack, where it says so."""
    try:
        until = datetime.fromisoformat(said["until"])
    except (KeyError, TypeError, ValueError):
        return None
    return until if until.tzinfo else None


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
    sender: Correspondent,
    *,
    actor: User,
    at: datetime,
    organisation: Organisation,
    said: Mapping[str, str],
) -> Line:
    """The record of the standard as a referral. Where the case belongs and whether the person
    agrees to be referred is what the receiver says, whatever the record says. It is known again by
    its sender and the number of the pack, not by what another sender could say as well."""
    reading = read_json(json.dumps(told.said.get("htcds")).encode())
    if len(reading.records) != 1:
        raise _refused(_("This file is damaged, or its signature does not hold."), "damaged")
    (record,) = reading.records
    fields = {name: value for name, value in record.fields.items() if name not in ASKED_ANEW}
    fields[RECORD_ID] = str(uuid5(sender.organisation_id, str(told.id)))
    reading = replace(reading, records=(replace(record, fields=fields),))
    try:
        (line,) = import_htcds(reading, actor=actor, at=at, organisation=organisation, said=said)
    except Refused as refusal:
        raise Refused(
            Objection(one.text, _field_of(one), one.code) for one in refusal.objections
        ) from None
    if not line.made_now:
        raise _refused(_("This pack was taken in already."), "number")
    return line


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
    told: sealing.Opened,
    sender: Correspondent,
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
) -> ReceivedPack | RecalledPack:
    row = _taken_in(told, sender, organisation)
    if row is None:
        return _recall_before_it_came(told, sender, organisation, actor=actor, at=at)
    if told.said.get("digest") != row.digest:
        text = _("No pack that this recalls was taken in for your organisation.")
        raise _refused(text, "no_pack")
    row.sealed_to = told.to
    if row.recalled_at is not None:
        row.save(update_fields=["sealed_to"])
        return row
    row.recalled_at = at
    row.save(update_fields=["recalled_at", "sealed_to"])
    also("pack.recalled", row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT exchange_tell_recalled(%s, %s)", [row.pk, at])
    return row


_DIGEST = re.compile("[0-9a-f]{64}")


def _recall_before_it_came(
    told: sealing.Opened,
    sender: Correspondent,
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
) -> RecalledPack:
    """Keeps the recall of a pack that was not taken in here, by its number alone. Refused where
    another organisation of this installation has it: they are the ones to be told."""
    refuse_if(_not_theirs(sender, organisation))
    digest = told.said.get("digest")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise _refused(_("This file is damaged, or its signature does not hold."), "damaged")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT exchange_pack_is_taken(%s, %s)", [sender.organisation_id, str(told.id)]
        )
        (elsewhere,) = cursor.fetchone()
    if elsewhere:
        text = _(
            "Another organisation of this installation has taken in what this recalls. They have to"
            " open this file."
        )
        raise _refused(text, "no_pack")
    row, made = RecalledPack.objects.get_or_create(
        sender=sender.organisation,
        number=told.id,
        organisation=organisation,
        defaults={
            "correspondent": sender,
            "digest": digest,
            "sealed_to": told.to,
            "taken_by": actor,
            "recalled_at": at,
        },
    )
    detail(repeated=not made, before_it_came=True)
    return row


@action("pack.receipt_made", right=rights.REFER)
def receipt_for(pack: ReceivedPack | RecalledPack, *, actor: User, at: datetime) -> bytes:
    """The receipt, to be given back to the sender: that the pack, or its recall, was taken in.
    Signed by the key of ours that this was sealed to, whichever is our newest, and sealed to the
    key of theirs that counts now. Raises Refused where one of them is missing."""
    to = correspondents.active_of(pack.sender_id)
    # Of what was taken in before this was kept, the newest signs.
    by = keys.own_key(pack.sealed_to) if pack.sealed_to else next(iter(keys.own_keys()), None)
    if to is None or by is None:
        raise Refused(_objections_to_receipt(to, by))
    of, moment = sealing.RECALL, pack.recalled_at
    if isinstance(pack, ReceivedPack) and moment is None:
        of, moment = sealing.PACK, pack.taken_at
    assert moment is not None
    said = {"digest": pack.digest, "of": of, "taken_at": moment.isoformat()}
    key = correspondents.key_of(to)
    return sealing.seal(sealing.body_of(sealing.RECEIPT, pack.number, said, to=key, by=by), to=key)


def _objections_to_receipt(to: Correspondent | None, by: keys.OwnKey | None) -> Iterable[Objection]:
    if to is None:
        text = _(
            "No key of theirs counts here now, so that no receipt can be sealed to them. Ask an"
            " administrator to enter their new one."
        )
        yield Objection(text, code="no_key")
    if by is None:
        text = _(
            "The key that this was sealed to is not in NRM_PACK_KEYS any more. It alone could sign"
            " the receipt."
        )
        yield Objection(text, code="key_away")


def received_by(actor: User, pk: UUID) -> ReceivedPack | RecalledPack:
    """A pack that was taken in for an organisation of the actor's, or the recall of one that has
    not come. Hidden where there is none."""
    teams = rights.REFER.teams_of(actor)
    for model in (ReceivedPack, RecalledPack):
        rows = model.objects.select_related("sender", "organisation")
        if row := rows.filter(pk=pk, organisation__in=teams).first():
            return row
    raise Hidden(rights.REFER.code)


@dataclass(frozen=True, slots=True)
class Theirs:
    """What came with a case from another authority."""

    row: ReceivedPack
    said: dict[str, Any]

    @property
    def until(self) -> datetime | None:
        """Until when they share it."""
        return until_of(self.said)


def received_with(case: Case) -> list[Theirs]:
    """What came in packs with this case, opened: the other authority's, and no finding or decision
    of ours. One query beside the key's."""
    rows = ReceivedPack.objects.filter(case=case).select_related("sender")
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
