"""Sealing parts of a case into a pack, taking it along, and what the other side says of it.

A pack is a bundle (cases.actions.sharing) whose receiver is outside: the same right, consent,
preview, days and recall, and the same list of who holds what."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.sharing import Wanted, preview_bundle, recall_bundle, share_bundle
from cases.models import Bundle, Case, Consent
from cases.rules.sharing import IDENTITY
from cases.selectors import keyset
from exchange.models import Correspondent, SentPack
from exchange.packs import correspondents, sealing
from exchange.packs.content import PackContent, content_of, said_of
from exchange.packs.keys import are_set
from identities import vault
from identities.crypto import seal_json, unseal_json
from nrm.accounts.models import Organisation, User
from nrm.actions import Hidden, Objection, Refused, action, detail, refuse_if

_TABLE = "exchange_sentpack"


def _objections(case: Case, wanted: Wanted) -> Iterable[Objection]:
    yield from _not_set_up()
    receiver = correspondents.active_of(wanted.organisation)
    if receiver is None:
        text = _("No confirmed key of this organisation is here. Ask an administrator to enter it.")
        yield Objection(text, "organisation", code="no_key")
    consent = case.consents.filter(pk=wanted.consent).first()
    if receiver and consent and _about(consent) != (wanted.purpose, receiver.organisation.kind):
        # The consent to the referral is for this system; here something leaves it for good.
        text = _(
            "What leaves in a pack rests on a consent to exactly this purpose and this kind of"
            " organisation. Record it first."
        )
        yield Objection(text, "consent", code="not_agreed")
    if wanted.documents:
        yield Objection(_("Documents do not go with a pack."), "documents")


def _not_set_up() -> Iterable[Objection]:
    if not are_set():
        text = _("Packs are not set up here: whoever runs this service sets NRM_PACK_KEYS.")
        yield Objection(text, code="not_set_up")


def _about(consent: Consent) -> tuple[str, str]:
    return consent.purpose, consent.recipient_kind


def _content(
    case: Case, wanted: Wanted, *, actor: User, at: datetime, number: UUID
) -> tuple[PackContent, str]:
    """What would be in it, and the digest of its bundle. Looking at it is written as a look at a
    bundle is, with the disclosure where who the person is was chosen."""
    bundle = preview_bundle(case, actor=actor, at=at, wanted=wanted)
    known: list[vault.KnownFact] = []
    if IDENTITY in wanted.parts:
        purpose = case.profile.sharing.disclosure
        _disclosure, known = vault.reveal(case.person_id, case_id=case.pk, purpose=purpose)
    receiver = Organisation.objects.get(pk=wanted.organisation)
    content = content_of(case, receiver, wanted.parts, bundle, known, number=str(number))
    return content, bundle.digest


@action("pack.previewed", right=rights.SHARE)
def preview_pack(
    case: Case, *, actor: User, at: datetime, wanted: Wanted, key: UUID
) -> PackContent:
    """Exactly what would be in the pack of this number. Raises Refused with every reason."""
    refuse_if(_objections(case, wanted))
    return _content(case, wanted, actor=actor, at=at, number=key)[0]


@action("pack.sealed", right=rights.SHARE)
def seal_pack(
    case: Case, *, actor: User, at: datetime, wanted: Wanted, digest: str, key: UUID
) -> SentPack:
    """Shares what was looked at and keeps it sealed under the person's key, ready to be taken
    along. `key` is the number of the pack and serves once. Raises Refused with every reason, also
    where the case has changed since."""
    if earlier := SentPack.objects.filter(pk=key, case=case).first():
        detail(repeated=True)
        return earlier
    refuse_if(_objections(case, wanted))
    content, of_bundle = _content(case, wanted, actor=actor, at=at, number=key)
    if content.digest != digest:
        text = _("The case has changed since you looked at what is shared. Look again.")
        refuse_if([Objection(text, code="changed")])
    bundle = share_bundle(case, actor=actor, at=at, wanted=wanted, digest=of_bundle, key=uuid4())
    correspondent = correspondents.active_of(bundle.organisation_id)
    assert correspondent is not None
    said = said_of(case, content, bundle.consent, purpose=bundle.purpose, until=bundle.ends_at)
    body = sealing.body_of(sealing.PACK, key, said, to=correspondents.key_of(correspondent))
    row = SentPack.objects.create(
        id=key,
        case=case,
        bundle=bundle,
        correspondent=correspondent,
        content=seal_json(case.person_id, body.decode(), table=_TABLE, column="content", row=key),
        digest=sealing.digest_of(body),
        sealed_by=actor,
        sealed_at=at,
    )
    detail(organisation=str(bundle.organisation_id), purpose=bundle.purpose)
    return row


@action("pack.taken_along", right=rights.SHARE)
def file_of(pack: SentPack, *, actor: User, at: datetime) -> bytes:
    """The file of a pack, encrypted anew each time, and signed by the key of ours that sealed it.
    Refused once what was shared is recalled or over, the key of the other side counts no more, or
    ours is gone."""
    pack.refresh_from_db()
    bundle = Bundle.objects.get(pk=pack.bundle_id)
    refuse_if(_objections_to_taking(pack.correspondent, bundle, at))
    body = unseal_json(
        pack.case.person_id, pack.content, table=_TABLE, column="content", row=pack.pk
    ).encode()
    try:
        return sealing.seal(body, to=correspondents.key_of(pack.correspondent))
    except sealing.KeyAway:
        text = _("The key of ours that signed this is not in NRM_PACK_KEYS any more. Seal it anew.")
        raise Refused([Objection(text, code="key_away")]) from None


def _objections_to_taking(
    correspondent: Correspondent, bundle: Bundle, at: datetime
) -> Iterable[Objection]:
    if bundle.recalled_at is not None:
        yield Objection(_("This was recalled, so that it is not given any more."), code="recalled")
    elif bundle.ends_at <= at:
        yield Objection(_("The days for which this was shared are over."), code="over")
    if correspondent.state != Correspondent.State.ACTIVE:
        text = _("The key that this was sealed to counts no more. Seal it anew to the new one.")
        yield Objection(text, code="no_key")


@action("pack.recall_made", right=rights.SHARE, ended=True)
def recall_file_of(pack: SentPack, *, actor: User, at: datetime, because: str = "") -> bytes:
    """A signed notice that tells the other side to stop using what is in the pack; recalls what was
    shared, where that is not done yet, for the reason `because`. Sealed to the key of theirs that
    counts now; refused where there is none, and then nothing is recalled by this."""
    receiver = correspondents.active_of(pack.correspondent.organisation_id)
    refuse_if(_objections_to_notice(receiver))
    assert receiver is not None
    bundle = Bundle.objects.get(pk=pack.bundle_id)
    if bundle.recalled_at is None:
        bundle = recall_bundle(bundle, actor=actor, at=at, because=because)
    said = {"digest": pack.digest, "recalled_at": bundle.recalled_at.isoformat()}
    to = correspondents.key_of(receiver)
    return sealing.seal(sealing.body_of(sealing.RECALL, pack.pk, said, to=to), to=to)


def _objections_to_notice(receiver: Correspondent | None) -> Iterable[Objection]:
    yield from _not_set_up()
    if receiver is None:
        text = _(
            "No key of theirs counts here now, so that no notice can be sealed to them. Recall what"
            " was shared on its own page, tell them by another way, and ask an administrator to"
            " enter their new key."
        )
        yield Objection(text, code="no_key")


@action("pack.receipt_taken", right=rights.SHARE, ended=True)
def take_receipt(pack: SentPack, *, actor: User, at: datetime, content: bytes) -> SentPack:
    """Keeps that the other side has taken the pack in, or its recall. Refused unless the receipt is
    signed by the very key that this was sealed to, and names this pack and what was in it: the
    pack's key, or for a recall also the one of theirs that counts now."""
    try:
        told = sealing.open_file(content)
    except (sealing.NotForUs, sealing.Damaged):
        raise Refused([_not_a_receipt()]) from None
    pack.refresh_from_db()
    of_recall = told.said.get("of") == sealing.RECALL
    signers = {pack.correspondent.key}
    if of_recall and (now := correspondents.active_of(pack.correspondent.organisation_id)):
        signers.add(now.key)
    fits = told.kind == sealing.RECEIPT and told.id == pack.pk and told.sender.text in signers
    if not (fits and told.said.get("digest") == pack.digest):
        refuse_if([_not_a_receipt()])
    if of_recall:  # which says nothing of whether they took in the pack before
        pack.stopped_at = pack.stopped_at or at
    else:
        pack.taken_at = pack.taken_at or at
    pack.save(update_fields=["taken_at", "stopped_at"])
    return pack


def _not_a_receipt() -> Objection:
    text = _("This is no receipt for this pack that its receiver has signed.")
    return Objection(text, "file", code="receipt")


def _packs(case: Case) -> QuerySet[SentPack]:
    rows = SentPack.objects.filter(case=case)
    return rows.select_related("bundle__organisation", "correspondent", "sealed_by")


def packs_of(case: Case, *, after: str = "", before: str = "") -> keyset.Rows:
    """A page of the packs of a case with what was shared and whose key it is, the newest first. One
    query."""
    return keyset.page_of(_packs(case), "sealed_at", newest_first=True, after=after, before=before)


def pack_of(case: Case, pk: UUID) -> SentPack:
    """One of them. Hidden where there is none."""
    if row := _packs(case).filter(pk=pk).first():
        return row
    raise Hidden(rights.SHARE.code)
