"""Sharing parts of a case with another organisation, opening what was shared, and recalling it;
and the consents that this rests on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import access, ports, rights
from cases.actions import joined
from cases.actions.documents import open_file
from cases.actions.notices import recall_for as recall_notices_for
from cases.actions.telling import tell
from cases.models import Bundle, BundleDocument, Case, Consent, Document
from cases.models.case import Confidentiality
from cases.models.document import SeenBy
from cases.models.referral import ConsentAnswer
from cases.models.sharing import BY_ITSELF, RecallReason
from cases.rules import sharing as rules
from cases.rules.languages import LANGUAGES
from cases.selectors import sharing as reads
from cases.selectors.merging import with_joined
from identities import vault
from identities.crypto import KeyGone, seal_json
from nrm.accounts import limits
from nrm.accounts.models import Organisation, User
from nrm.actions import Hidden, Objection, action, also, detail, refuse_if
from nrm.uploads import SealedFile


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to share, with whom, for what, and on which consent."""

    organisation: UUID | None
    purpose: str
    consent: UUID | None
    parts: tuple[str, ...] = ()
    documents: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    organisation: Organisation | None
    consent: Consent | None
    documents: list[Document]


@dataclass(frozen=True, slots=True)
class Agreed:
    """With whom something is shared, and the consent that it rests on."""

    organisation: Organisation
    consent: Consent


def _find(case: Case, wanted: Wanted, at: datetime) -> tuple[_Found, rules.Facts]:
    case.refresh_from_db(fields=["confidentiality", "version"])
    organisations = reads.organisations_to_share_with(case)
    organisation = (
        organisations.filter(pk=wanted.organisation).first() if wanted.organisation else None
    )
    today, said = reads.today_of(case, at), reads.last_said(case)
    standing = {row.pk: (row, about) for about, (row, one) in said.items() if one.holds(today)}
    consent, given = standing.get(wanted.consent, (None, None)) if wanted.consent else (None, None)
    about = (wanted.purpose, organisation.kind) if organisation else None
    against = about in said and not said[about][1].holds(today)
    could = {row.pk: row for row in reads.documents_to_share(case)}
    documents = [could[pk] for pk in dict.fromkeys(wanted.documents) if pk in could]
    facts = rules.Facts(
        known_organisation=organisation is not None,
        known_purpose=wanted.purpose in {p.code for p in case.profile.sharing_purposes},
        known_documents=set(wanted.documents) <= set(could),
        stands=consent is not None,
        exact=given is not None and given == about,
        general=given == rules.GENERAL and wanted.purpose != rules.PUBLIC,
        against=against,
        parts=wanted.parts,
        documents=len(wanted.documents),
        normal=case.confidentiality == Confidentiality.NORMAL,
        seen=True,
    )
    return _Found(organisation, consent, documents), facts


def _content(
    case: Case, wanted: Wanted, documents: Iterable[Document], actor: User, at: datetime
) -> reads.Content:
    """What would be shared. Where that is who the person is, whoever looks is shown it, which is
    written like any other look."""
    known: list[vault.KnownFact] = []
    if rules.IDENTITY in wanted.parts:
        limits.count_identity(actor)
        purpose = case.profile.sharing.disclosure
        disclosure, known = vault.reveal(case.person_id, case_id=case.pk, purpose=purpose)
        also(
            "identity.shown",
            case,
            purpose=purpose,
            disclosure=str(disclosure.pk),
            kinds=sorted({fact.kind for fact in known}),
        )
    return reads.content_of(case, wanted.parts, documents, known, at=at)


@action("bundle.previewed", right=rights.SHARE)
def preview_bundle(case: Case, *, actor: User, at: datetime, wanted: Wanted) -> reads.Content:
    """Exactly what the organisation would see. Raises Refused with every reason against sharing
    it."""
    found, facts = _find(case, wanted, at)
    refuse_if(rules.objections_to_sharing(facts))
    detail(organisation=str(wanted.organisation), parts=list(wanted.parts))
    return _content(case, wanted, found.documents, actor, at)


@action("bundle.shared", right=rights.SHARE)
def share_bundle(
    case: Case, *, actor: User, at: datetime, wanted: Wanted, digest: str, key: UUID
) -> Bundle:
    """Shares what was looked at, for the days of the profile and no longer than the consent holds,
    and tells the organisation's people.
    `digest` is that of the preview; `key` serves once, so that what is sent twice is shared once.
    Raises Refused with every reason against it, also where the case has changed meanwhile."""
    if there := shared_before(case, key):
        return there
    found, facts = _find(case, wanted, at)
    refuse_if(rules.objections_to_sharing(facts))
    content = _content(case, wanted, found.documents, actor, at)
    agreed = _agreed(found)
    if content.digest != digest:
        refuse_if(_changed(facts))
    row = _keep(case, wanted, agreed, content.as_json(), wanted.parts, actor, at, key)
    BundleDocument.objects.bulk_create(
        BundleDocument(bundle=row, document=document) for document in found.documents
    )
    detail(documents=[document.number for document in found.documents])
    return row


def shared_before(case: Case, key: UUID) -> Bundle | None:
    """What was shared of the case with this key already. Within the action that shares. Raises
    Refused where it was recalled since."""
    there = case.bundles.filter(pk=key).first()
    if there is None:
        return None
    if there.recalled_at is not None:
        text = _("This was shared, and has been recalled since. Look again to share it anew.")
        refuse_if([Objection(text, code="recalled")])
    detail(repeated=True)
    return there


def agreed_to(case: Case, wanted: Wanted, *, at: datetime, seen: bool = True) -> Agreed:
    """The organisation and the consent, for an action of another room that shares in a form of its
    own, which leaves the system: so on a consent to exactly this purpose and kind of organisation
    alone. Raises Refused with every reason against it, and where it is not what was `seen`."""
    found, facts = _find(case, wanted, at)
    refuse_if(rules.objections_to_sharing(replace(facts, seen=seen, general=False)))
    return _agreed(found)


def keep_file(
    case: Case,
    wanted: Wanted,
    agreed: Agreed,
    content: dict[str, Any],
    *,
    form: str,
    actor: User,
    at: datetime,
    key: UUID,
) -> Bundle:
    """Keeps what left in a file, a code of `rules.FILES`, as something that was shared: with what
    was agreed to, within the action that has looked into it."""
    return _keep(case, wanted, agreed, content, (form, *wanted.parts), actor, at, key)


def _agreed(found: _Found) -> Agreed:
    assert found.organisation is not None
    assert found.consent is not None
    return Agreed(found.organisation, found.consent)


def _changed(facts: rules.Facts) -> list[Objection]:
    return list(rules.objections_to_sharing(replace(facts, seen=False)))


def _keep(
    case: Case,
    wanted: Wanted,
    agreed: Agreed,
    content: dict[str, Any],
    parts: tuple[str, ...],
    actor: User,
    at: datetime,
    key: UUID,
) -> Bundle:
    organisation, consent = agreed.organisation, agreed.consent
    sealed = seal_json(case.person_id, content, table="cases_bundle", column="content", row=key)
    try:
        with transaction.atomic():
            row = Bundle.objects.create(
                id=key,
                case=case,
                person_id=case.person_id,
                organisation=organisation,
                authority=case.authority,
                purpose=wanted.purpose,
                consent=consent,
                parts=list(parts),
                content=sealed,
                by=actor,
                shared_at=at,
                ends_at=reads.until(case, consent, (wanted.purpose, organisation.kind), at),
            )
    except IntegrityError:  # the key has served for something else
        _found, facts = _find(case, wanted, at)
        refuse_if(_changed(facts))
        raise
    detail(
        organisation=str(organisation.pk),
        purpose=wanted.purpose,
        consent=str(consent.pk),
        parts=list(parts),
    )
    _tell(case, [row], "bundle_shared", at)
    return row


def _tell(case: Case, bundles: Iterable[Bundle], kind: str, at: datetime) -> None:
    """Tells whoever receives, but nobody who is kept from the case. The notice names neither."""
    for row in bundles:
        people = reads.people_who_receive(row.organisation).filter(~access.kept_from(case))
        tell(people, kind, once=f"{kind}:{row.pk}", at=at)


# Recalling ----------------------------------------------------------------------------------------
@action("bundle.recalled", right=rights.SHARE, ended=True)
def recall_bundle(bundle: Bundle, *, actor: User, at: datetime, because: str) -> Bundle:
    """Takes a bundle back at once: to whoever received it, it is absent from now on. Refused
    without a reason, or where it was recalled already."""
    bundle.refresh_from_db()
    objections = []
    if because not in set(RecallReason.values) - BY_ITSELF:
        objections.append(Objection(_("Select why it is recalled"), field="because"))
    if bundle.recalled_at is not None:
        objections.append(Objection(_("It was recalled already.")))
    refuse_if(objections)
    recall_all(
        bundle.case, Bundle.objects.filter(pk=bundle.pk), actor=actor, at=at, because=because
    )
    detail(because=because)
    bundle.refresh_from_db()
    return bundle


def recall_all(
    case: Case, bundles: QuerySet[Bundle], *, actor: User, at: datetime, because: str
) -> list[Bundle]:
    """Recalls those that are not, within an action that has checked the right and holds the lock of
    the case. Returns them."""
    rows = list(bundles.filter(recalled_at=None).select_related("organisation"))
    if rows:
        Bundle.objects.filter(pk__in=[row.pk for row in rows]).update(
            recalled_at=at, recalled_by=actor, recalled_because=because
        )
        _tell(case, [row for row in rows if row.ends_at > at], "bundle_recalled", at)
    return rows


# Opening ------------------------------------------------------------------------------------------
@action(reads.OPENED, right=rights.RECEIVE, look=True)
def open_bundle(bundle: Bundle, *, actor: User, at: datetime) -> reads.Content:
    """What is in a bundle, for whoever it was shared with. Hidden where it was recalled or is over.
    A document that was withdrawn from the case since is not in it any more."""
    reads.find_received(actor, bundle.pk, at=at)
    limits.count_identity(actor)
    content = reads.opened_content(bundle)
    if content is None:
        raise KeyGone("The key is gone.")
    there = {str(pk) for pk in bundle.documents.values_list("document_id", flat=True)}
    kept = Document.objects.filter(
        pk__in=there, withdrawn_at=None, seen_by=SeenBy.CASE
    ).values_list("pk", flat=True)
    still = {str(pk) for pk in kept}
    return reads.Content(content.parts, [one for one in content.documents if one["id"] in still])


@action(reads.FILE_OPENED, right=rights.RECEIVE, look=True)
def open_shared_file(
    bundle: Bundle, *, actor: User, at: datetime, document: UUID
) -> tuple[Document, SealedFile]:
    """A document that went with a bundle; of a photograph the copy without what is hidden in it.
    Hidden where there is none."""
    reads.find_received(actor, bundle.pk, at=at)
    limits.count_identity(actor)
    row = Document.objects.filter(
        pk=document,
        shared__bundle=bundle,
        case_id=bundle.case_id,
        withdrawn_at=None,
        seen_by=SeenBy.CASE,
    ).first()
    if row is None:
        raise Hidden(rights.RECEIVE.code)
    detail(number=row.number)
    return row, open_file(row, bundle.person_id)


# Consent ------------------------------------------------------------------------------------------
@action("consent.recorded", right=rights.SHARE, locks=with_joined)
def record_consent(
    case: Case,
    *,
    actor: User,
    at: datetime,
    purpose: str,
    recipient_kind: str,
    answer: str,
    given_on: date,
    language: str,
    interpreter: str,
    method: str = "",
    ends_on: date | None = None,
    key: UUID | None = None,
) -> Consent:
    """Keeps what the person said to their data being shared for a purpose with a kind of
    organisation, how it was explained (`language` is an ISO 639 code, `interpreter` one of the
    referral's answers), and the last day on which it holds, where they said one. What they said
    last, by the day, counts: where that is no, everything that was shared for the purpose with that
    kind is recalled, and where it ends earlier, so does that. `key` serves once, so that what is
    sent twice is recorded once. Raises Refused with every reason against it."""
    if key and (there := case.consents.filter(pk=key).first()):
        detail(repeated=True)
        return there
    refuse_if(
        rules.objections_to_consent(
            known_purpose=purpose in {p.code for p in case.profile.sharing_purposes},
            known_kind=recipient_kind in reads.recipient_kinds(),
            known_answer=answer in (ConsentAnswer.AGREED, ConsentAnswer.DECLINED),
            known_language=language in LANGUAGES.labels,
            known_interpreter=interpreter in reads.interpreters(case.profile),
            given_on=given_on,
            ends_on=ends_on,
            today=reads.today_of(case, at),
        )
    )
    try:
        with transaction.atomic():
            row = Consent.objects.create(
                id=key or uuid4(),
                case=case,
                purpose=purpose,
                recipient_kind=recipient_kind,
                answer=answer,
                method=method if method in {m.code for m in case.profile.consent.methods} else "",
                language=language,
                interpreter=interpreter,
                given_on=given_on.isoformat(),
                ends_on=ends_on if answer == ConsentAnswer.AGREED else None,
                recorded_by=actor,
                recorded_at=at,
            )
    except IntegrityError:  # the key has served on another case
        refuse_if([Objection(_("This page has served already. Open it again."), code="served")])
        raise
    detail(consent=str(row.pk), purpose=purpose, kind=recipient_kind, answer=answer)
    _heed(case, (purpose, recipient_kind), actor, at)
    return row


@action("consent.withdrawn", right=rights.SHARE, ended=True, locks=with_joined)
def withdraw_consent(consent: Consent, *, actor: User, at: datetime) -> Consent:
    """The person withdraws it: what was shared on it, or for this purpose with this kind of
    organisation, is recalled at once. Refused where it was not given, or is withdrawn already."""
    consent.refresh_from_db()
    if consent.answer != ConsentAnswer.AGREED or consent.withdrawn_at is not None:
        refuse_if([Objection(_("There is no consent here that could be withdrawn."))])
    consent.withdrawn_at, consent.withdrawn_by = at, actor
    consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
    detail(consent=str(consent.pk), purpose=consent.purpose)
    _recall_for(consent.case, consent.bundles.all(), actor, at, RecallReason.CONSENT)
    told = consent.notices.all()
    recall_notices_for(consent.case, told, actor=actor, at=at, because=RecallReason.CONSENT)
    _heed(consent.case, (consent.purpose, consent.recipient_kind), actor, at)
    return consent


def _heed(case: Case, about: rules.About, actor: User, at: datetime) -> None:
    """Brings what is open in line with what the person said last about a purpose and a kind of
    organisation, whichever consent it rests on, in this case and those that go with it."""
    consent, said = reads.last_said(case)[about]
    rows = reads.shared_about(case, about)
    if not said.agreed:
        _recall_for(case, rows, actor, at, RecallReason.CONSENT)
        purpose, kind = about
        told = case.notices.filter(consent__purpose=purpose, consent__recipient_kind=kind)
        recall_notices_for(case, told, actor=actor, at=at, because=RecallReason.CONSENT)
    elif end := reads.end_of(case, consent):
        later = rows.filter(recalled_at=None, ends_at__gt=end)
        for row in later:
            also("bundle.shortened", row, consent=str(consent.pk))
        later.update(ends_at=end)
    reached = joined.heed(case, consent, said, at=at)
    ports.consent_said(case, consent, reached, actor=actor, at=at)


def hear_of_referral(
    case: Case,
    *,
    answer: str,
    given_on: date,
    method: str,
    language: str,
    interpreter: str,
    actor: User,
    at: datetime,
) -> Consent:
    """Keeps what the person said to the referral itself, later than in it: on turning 18. What
    rests on that is brought in line. Within the action that checked what was said."""
    row = Consent.objects.create(
        case=case,
        answer=answer,
        method=method,
        language=language,
        interpreter=interpreter,
        given_on=given_on.isoformat(),
        recorded_by=actor,
        recorded_at=at,
    )
    also("consent.recorded", row, purpose=row.purpose, kind="", answer=answer)
    _heed(case, rules.GENERAL, actor, at)
    return row


def recall_of_restricted(case: Case, *, actor: User, at: datetime) -> None:
    """Recalls everything that was shared of a case which only named people may see from now on.
    Within the action that restricts it."""
    _recall_for(case, case.bundles.all(), actor, at, RecallReason.RESTRICTED)
    told = case.notices.filter(organisation__isnull=False)
    recall_notices_for(case, told, actor=actor, at=at, because=RecallReason.RESTRICTED)


def _recall_for(
    case: Case, bundles: QuerySet[Bundle], actor: User, at: datetime, because: str
) -> None:
    for row in recall_all(case, bundles, actor=actor, at=at, because=because):
        also("bundle.recalled", row, because=because)


def choose(parts: Collection[str]) -> tuple[str, ...]:
    """The parts in the order in which they stand in a bundle; what is unknown comes last, and is
    refused."""
    order = list(rules.PARTS)
    return tuple(sorted(set(parts), key=lambda p: order.index(p) if p in order else len(order)))
