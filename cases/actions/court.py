"""Disclosing for a court: one prepares what goes into it and says of all else why not, another
approves it, and whoever gives it away takes it out as one file."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import IO, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from cases import access, rights
from cases.actions.documents import digest_of, open_file
from cases.actions.telling import tell
from cases.models import Case, CourtBundle, Document
from cases.models.court import RECALL_REASONS, CourtState, ReturnReason
from cases.models.redaction import Ground, Removed
from cases.rules import court as rules
from cases.selectors import court as reads
from identities import vault
from identities.crypto import KeyGone, seal_json
from nrm.accounts import limits
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Objection, action, also, detail, refuse_if
from nrm.uploads import SealedFile


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to disclose, to whom and on what. `choices` says of each part (codes of
    cases.rules.court) and of each document (its id) that it is in it, or the ground why not."""

    recipient: str
    consent: UUID | None
    ground: str
    choices: Mapping[str, str]
    black: Sequence[rules.BlackOut] = ()


def _facts(case: Case, wanted: Wanted, at: datetime) -> tuple[rules.Facts, reads.Content]:
    content, found = reads.content_of(case, wanted.choices, wanted.black, at=at)
    standing = {row.pk for row in reads.consents(case, at=at)}
    facts = rules.Facts(
        recipients=reads.recipients(case),
        recipient=wanted.recipient,
        barred=reads.barred(case, wanted.recipient),
        on_consent=wanted.consent in standing if wanted.consent else None,
        on_ground=wanted.ground in reads.grounds(case) if wanted.ground else None,
        items=reads.items_of(case),
        choices=wanted.choices,
        grounds=Ground.values,
        kinds=Removed.values,
        black=wanted.black,
        missing=[place for place, times in enumerate(found, start=1) if not times],
        seen=True,
    )
    return facts, content


@action("court_bundle.previewed", right=rights.SHARE)
def preview_court_bundle(case: Case, *, actor: User, at: datetime, wanted: Wanted) -> reads.Content:
    """Exactly what would be in it. Raises Refused with every reason against it."""
    facts, content = _facts(case, wanted, at)
    refuse_if(rules.objections_to_preparing(facts))
    detail(recipient=wanted.recipient, documents=[one["number"] for one in content.documents])
    return content


@action("court_bundle.prepared", right=rights.SHARE)
def prepare_court_bundle(
    case: Case, *, actor: User, at: datetime, wanted: Wanted, digest: str, key: UUID
) -> CourtBundle:
    """Keeps what was looked at, as it is now, with the hash of each file that leaves, and tells the
    supervisors of the case. `digest` is that of the preview; `key` serves once, so that what is
    sent twice is prepared once. Raises Refused with every reason against it, also where the case
    has changed meanwhile. Of the words that were blacked out nothing is kept."""
    if there := case.courtbundles.filter(pk=key).first():
        detail(repeated=True)
        return there
    facts, content = _facts(case, wanted, at)
    refuse_if(rules.objections_to_preparing(replace(facts, seen=content.digest == digest)))
    content = replace(content, files=_files(case, content))
    sealed = seal_json(
        case.person_id, content.as_json(), table="cases_courtbundle", column="content", row=key
    )
    last = case.courtbundles.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            row = CourtBundle.objects.create(
                id=key,
                case=case,
                number=last + 1,
                recipient=wanted.recipient,
                consent_id=wanted.consent,
                ground=wanted.ground,
                content=sealed,
                prepared_by=actor,
                prepared_at=at,
            )
    except IntegrityError:  # the key has served on another case
        refuse_if(rules.objections_to_preparing(replace(facts, seen=False)))
        raise
    detail(
        number=row.number,
        recipient=wanted.recipient,
        consent=str(wanted.consent or ""),
        ground=wanted.ground,
        documents=[one["number"] for one in content.documents],
        left_out=[one["ground"] for one in content.left_out],
        black=[{key: one[key] for key in ("removed", "ground", "times")} for one in content.black],
    )
    people = access.people_near(case, "decide", Role.SUPERVISOR).exclude(pk=actor.pk)
    tell(people, "court_bundle_prepared", once=f"court_bundle:{row.pk}", at=at, case=case)
    return row


def _files(case: Case, content: reads.Content) -> list[dict[str, object]]:
    """Each file of the archive as it will leave. One file at a time is open."""
    told: list[dict[str, object]] = []
    if content.parts:
        text = content.text.encode()
        told.append(_told(reads.TEXTS, "", len(text), sha256(text).hexdigest()))
    rows = Document.objects.in_bulk([UUID(one["id"]) for one in content.documents])
    for place, one in enumerate(content.documents, start=1):
        with open_file(rows[UUID(one["id"])], case.person_id) as file:
            name = reads.file_of(place, one)
            told.append(_told(name, one["title"], file.size, digest_of(file)))
    return told


def _told(name: str, title: str, size: int, digest: str) -> dict[str, object]:
    return {"name": name, "title": title, "size": size, "sha256": digest}


def _content(row: CourtBundle) -> reads.Content:
    content = reads.opened_content(row)
    if content is None:
        raise KeyGone("The key is gone.")
    return content


@action("court_bundle.answered", right=rights.APPROVE_DISCLOSURE)
def answer_court_bundle(
    row: CourtBundle,
    *,
    actor: User,
    at: datetime,
    approve: bool,
    because: str = "",
    digest: str = "",
) -> CourtBundle:
    """A second person approves exactly what they read (`digest`), or returns it with a reason, a
    code of ReturnReason: then another one is prepared. Raises Refused with every reason against
    it."""
    row.refresh_from_db()
    content = _content(row)
    refuse_if(
        rules.objections_to_answer(
            waits=reads.waits(row),
            own=row.prepared_by_id == actor.pk,
            approve=approve,
            because=because,
            reasons=ReturnReason.values,
            stands=reads.stands(row, at=at),
            gone=reads.withdrawn_since(content) if approve else (),
            seen=content.digest == digest,
        )
    )
    row.state = CourtState.APPROVED if approve else CourtState.RETURNED
    row.answered_by, row.answered_at = actor, at
    row.returned_because = "" if approve else because
    row.save(update_fields=["state", "answered_by", "answered_at", "returned_because"])
    detail(number=row.number, approved=approve, because=row.returned_because)
    told = User.objects.filter(pk=row.prepared_by_id, is_active=True)
    people = told.filter(~access.kept_from(row.case))
    tell(people, "court_bundle_answered", once=f"answered:{row.pk}", at=at, case=row.case)
    return row


@action("court_bundle.recalled", right=rights.SHARE, ended=True)
def recall_court_bundle(
    row: CourtBundle, *, actor: User, at: datetime, because: str
) -> CourtBundle:
    """From now on it is given to nobody. Who took it out before stands beside it. Raises Refused
    without a reason, or where it was recalled already."""
    row.refresh_from_db()
    objections = []
    if because not in set(RECALL_REASONS):
        objections.append(Objection(rules.select_recall(), field="because"))
    if row.recalled_at is not None:
        objections += rules.objections_to_giving(approved=True, recalled=True, stands=True, gone=())
    refuse_if(objections)
    row.recalled_by, row.recalled_at, row.recalled_because = actor, at, because
    row.save(update_fields=["recalled_by", "recalled_at", "recalled_because"])
    detail(number=row.number, because=because)
    return row


@action(reads.GIVEN, right=rights.SHARE, ended=True)
def give_court_bundle(row: CourtBundle, *, actor: User, at: datetime) -> SealedFile:
    """The whole of it as one archive: the list, the texts, the documents. A disclosure is written,
    since documents and texts may say who the person is. Raises Refused where it is not approved,
    was recalled, does not stand any more, or where a document was withdrawn or is not what was
    approved."""
    rights.SHOW_IDENTITY.check(actor, row.case)
    row.refresh_from_db()
    content = _content(row)
    refuse_if(
        rules.objections_to_giving(
            approved=row.state == CourtState.APPROVED,
            recalled=row.recalled_at is not None,
            stands=reads.stands(row, at=at),
            gone=reads.withdrawn_since(content),
        )
    )
    limits.count_identity(actor)
    purpose = row.case.profile.sharing.disclosure
    disclosure = vault.disclose(row.case.person_id, case_id=row.case_id, purpose=purpose)
    also("identity.shown", row.case, purpose=purpose, disclosure=str(disclosure.pk))
    detail(number=row.number, recipient=row.recipient, disclosure=str(disclosure.pk))
    return _archive(row, content)


def _archive(row: CourtBundle, content: reads.Content) -> SealedFile:
    made = SealedFile()
    hashes = {str(one["name"]): one["sha256"] for one in content.files}
    rows = Document.objects.in_bulk([UUID(one["id"]) for one in content.documents])
    with zipfile.ZipFile(cast(IO[bytes], _Onwards(made)), "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(reads.INDEX, row), reads.index_of(row, content))
        if content.parts:
            archive.writestr(_entry(reads.TEXTS, row), content.text)
        for place, one in enumerate(content.documents, start=1):
            name = reads.file_of(place, one)
            with open_file(rows[UUID(one["id"])], row.case.person_id) as file:
                if digest_of(file) != hashes[name]:
                    made.close()
                    refuse_if([rules.not_what_was_approved()])
                with archive.open(_entry(name, row), "w") as entry:
                    for block in file.blocks():
                        entry.write(block)
    made.seek(0)
    return made


def _entry(name: str, row: CourtBundle) -> zipfile.ZipInfo:
    """A file of the archive: of the moment at which it was approved, whoever takes it out when."""
    assert row.answered_at is not None
    return zipfile.ZipInfo(name, row.answered_at.utctimetuple()[:6])


class _Onwards:
    """What a SealedFile can do, to an archive: be written to its end."""

    def __init__(self, file: SealedFile) -> None:
        self.file = file

    def write(self, data: bytes) -> int:
        return self.file.write(data)

    def flush(self) -> None:
        """Nothing waits."""
