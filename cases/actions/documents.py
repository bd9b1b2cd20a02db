"""Documents of a case: added, withdrawn and brought back, downloaded. Never changed, never shown.

Each file of a submission stands for itself: one that is refused is not kept, and the others are not
lost. What it was called may hold a name, so that it is kept with the file under the person's key,
and a download is named by its number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, cast
from uuid import UUID, uuid4, uuid5

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.identity import disclose_by_document
from cases.models import Case, Document, DocumentPart
from cases.models.document import (
    DocumentKind,
    DocumentScan,
    DocumentSource,
    SeenBy,
    WithdrawalReason,
)
from cases.rules import documents as rules
from cases.rules import files
from cases.rules.partial_dates import objections_to_date
from cases.selectors.documents import PART, TABLE, Told, lines_of
from identities.crypto import Opener, Sealer, Unreadable
from nrm import antivirus
from nrm.accounts.models import User
from nrm.actions import Objection, Refused, action, detail, refuse_if
from nrm.audit import writer
from nrm.profiles.shape import EvidenceLimits
from nrm.uploads import SealedFile, Upload

log = structlog.stdlib.get_logger(__name__)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class About:
    """What is told of the files of a submission. `dated` is a partial date, or empty."""

    kind: str
    source: str
    dated: str = ""
    note: str = ""
    seen_by: str = SeenBy.CASE


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a file before anything is locked for it."""

    file_type: str
    digest: str
    objections: tuple[Objection, ...] = ()
    hidden: tuple[str, ...] | None = None
    scan: antivirus.Scan = antivirus.Scan.NONE


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was not kept: its place in the submission, counted from 1, its name, and why."""

    place: int
    name: str
    objections: tuple[Objection, ...]


@dataclass(frozen=True, slots=True)
class Added:
    saved: tuple[Document, ...]
    refused: tuple[RefusedFile, ...]


# Adding ------------------------------------------------------------------------------------------
def add_documents(
    case: Case,
    *,
    actor: User,
    at: datetime,
    files: Sequence[Upload],
    about: About,
    key: UUID | None = None,
) -> Added:
    """Keeps each of the files that can be kept, and says of each other one why not. `key` names
    the submission: sent twice, it keeps each file once. Raises Refused where what is told of the
    files is wrong, or where there is no file; then none is kept."""
    refuse_if(_objections_to_submission(files, about, at))
    saved, refused = [], []
    for place, file in enumerate(files, start=1):
        try:
            saved.append(
                add_document(
                    case,
                    actor=actor,
                    at=at,
                    file=file,
                    about=about,
                    place=place,
                    key=key or uuid4(),
                    looked=look_at(file, case.profile.evidence, place=place),
                )
            )
        except Refused as refusal:
            refused.append(RefusedFile(place, _name_of(file), tuple(refusal.objections)))
            writer.write(
                "document.refused",
                at=at,
                actor_id=actor.pk,
                case_id=case.pk,
                data={
                    "place": place,
                    "size": file.size,
                    "why": [objection.code for objection in refusal.objections],
                },
            )
    return Added(tuple(saved), tuple(refused))


def look_at(file: Upload, limits: EvidenceLimits, *, place: int = 1) -> Looked:
    """Looks into a file, which may take seconds, and asks the scanner. A file that is refused for
    less is not looked into."""
    content = file.sealed
    looked = Looked(rules.type_of(cast(BinaryIO, content)), digest_of(content))
    small = any(
        rules.objections_to_file(
            size=file.size or 0, file_type=looked.file_type, limits=limits, kept=0
        )
    )
    if small or any(rules.objections_to_number(place, limits)):
        return looked
    found = tuple(files.objections_to_content(cast(BinaryIO, content), looked.file_type, limits))
    if found:
        return replace(looked, objections=found)
    told = files.hidden_in(cast(BinaryIO, content), looked.file_type, limits)
    hidden = tuple(one.value for one in files.Hidden if one in told)
    scan = antivirus.scan(content.blocks())
    against = tuple(rules.objections_to_scan(scan, away=settings.CLAMD_AWAY))
    return replace(looked, objections=against, hidden=hidden, scan=scan)


def _objections_to_submission(
    files: Sequence[Upload], about: About, at: datetime
) -> Iterator[Objection]:
    if not files:
        yield Objection(_("Choose at least one file"), field="files")
    yield from rules.objections_to_told(
        kind=about.kind,
        source=about.source,
        note=about.note,
        kinds=DocumentKind.values,
        sources=DocumentSource.values,
    )
    yield from rules.objections_to_seen_by(about.seen_by, known=SeenBy.values, own=True)
    yield from objections_to_date(about.dated, "dated", timezone.localdate(at))


def _name_of(file: Upload) -> str:
    """What the file was called: its end tells most, so a very long name loses its beginning."""
    return (file.name or "")[-LONGEST_NAME:]


@action("document.added", right=rights.ADD_DOCUMENT)
def add_document(
    case: Case,
    *,
    actor: User,
    at: datetime,
    file: Upload,
    about: About,
    place: int = 1,
    key: UUID,
    looked: Looked,
) -> Document:
    """Keeps one file of a submission, sealed part by part, as it is. Raises Refused with every
    objection to the file itself and to what was found in it."""
    row = uuid5(case.pk, f"{actor.pk}|{key}|{place}")
    if first := Document.objects.filter(pk=row).first():
        detail(repeated=True)
        return first
    limits = case.profile.evidence
    last, kept = _documents_in(case)
    content, file_type, digest = file.sealed, looked.file_type, looked.digest
    refuse_if(
        [
            *rules.objections_to_number(place, limits),
            *rules.objections_to_file(
                size=file.size or 0,
                file_type=file_type,
                limits=limits,
                kept=kept,
                same_as=_same_as(case, file.size or 0, digest),
            ),
            *looked.objections,
        ]
    )
    sealer = Sealer(case.person_id)
    told = Told(
        name=_name_of(file),
        sha256=digest,
        note=about.note.strip(),
        hidden=None if looked.hidden is None else list(looked.hidden),
    )
    document = Document.objects.create(
        id=row,
        case=case,
        number=last + 1,
        kind=about.kind,
        source=about.source,
        dated=about.dated,
        file_type=file_type,
        size=content.size,
        scan=looked.scan.value,
        seen_by=about.seen_by,
        told=sealer.text(told.as_text(), table=TABLE, column="told", row=row),
        added_by=actor,
        added_at=at,
    )
    _keep(document, content, sealer)
    detail(
        number=document.number,
        kind=about.kind,
        type=file_type,
        size=content.size,
        scan=looked.scan.value,
        seen_by=about.seen_by,
    )
    return document


def _documents_in(case: Case) -> tuple[int, int]:
    """The last number, and how many are not withdrawn: with those that the actor does not see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_number, kept FROM cases_documents_in(%s)", [case.pk])
        return cast(tuple[int, int], cursor.fetchone())


def digest_of(content: SealedFile) -> str:
    """The SHA-256 of a file."""
    digest = sha256()
    for block in content.blocks():
        digest.update(block)
    return digest.hexdigest()


def _same_as(case: Case, size: int, digest: str) -> int | None:
    """The number of a document that holds the very same file; withdrawn ones do not count."""
    rows = case.documents.filter(withdrawn_at=None, size=size).order_by("number") if size else ()
    found = (line.row.number for line in lines_of(case, list(rows)) if line.told.sha256 == digest)
    return next(found, None)


def _keep(document: Document, content: SealedFile, sealer: Sealer) -> None:
    """One part at a time, so that no more than one is in memory."""
    blocks = content.blocks()
    block: bytes | None = next(blocks)
    number = 0
    while block is not None:
        following = next(blocks, None)
        DocumentPart.objects.create(
            document=document,
            number=number,
            data=sealer.part(
                block,
                table=PART,
                column="data",
                row=document.pk,
                number=number,
                last=following is None,
            ),
        )
        block, number = following, number + 1


# Downloading -------------------------------------------------------------------------------------
@action("document.downloaded", right=rights.READ_DOCUMENT, ended=True)
def download_document(
    document: Document,
    *,
    actor: User,
    at: datetime,
    original: bool = False,
    purpose: str = "",
    reason: str = "",
) -> SealedFile:
    """The file, whole; of a photograph a copy without what is hidden in it, unless the `original`
    is asked for. Of a document that says who the person is, a disclosure with its purpose is
    written first. Or Refused: for want of such a purpose; a withdrawn document is brought back
    first; one of which a part was changed, moved or cut off does not open at all; and one in which
    a virus is found now, which was not scanned when it was added, stays where it is."""
    detail(number=document.number)
    if document.withdrawn:
        text = _("This document is withdrawn. Bring it back to download it.")
        refuse_if([Objection(text, code="withdrawn")])
    if document.kind in rules.SAYS_WHO:
        disclose_by_document(
            document.case,
            actor=actor,
            at=at,
            document=document.pk,
            purpose=purpose,
            reason=reason,
        )
    return open_file(document, document.case.person_id, original=original)


def open_file(document: Document, person_id: UUID, *, original: bool = False) -> SealedFile:
    """The file of a document of this person, for an action that has checked who may have it. As
    download_document."""
    content = SealedFile()
    try:
        _copy(document, person_id, content)
    except Unreadable:
        content.close()
        log.error("document.unreadable", document=str(document.pk))
        text = _("This document cannot be opened any more: its key is gone, or it was changed.")
        refuse_if([Objection(text, code="unreadable")])
    if document.scan != DocumentScan.CLEAN:
        scan = antivirus.scan(content.blocks())
        detail(scan=scan.value)
        if scan == antivirus.Scan.INFECTED:
            content.close()
            refuse_if([Objection(_("A virus was found in it."), code="virus")])
    if document.file_type in files.PICTURES and not original:
        content = _cleaned(content)
        detail(copy="cleaned")
    else:
        detail(copy="original")
    content.seek(0)
    return content


def _cleaned(content: SealedFile) -> SealedFile:
    copy = SealedFile()
    try:
        files.clean(cast(BinaryIO, content), copy)
    except files.Damaged:
        # Kept before photographs were looked into.
        copy.close()
        text = _("No copy without hidden data can be made of this photograph. Use the original.")
        refuse_if([Objection(text, code="damaged")])
    finally:
        content.close()
    return copy


def _copy(document: Document, person_id: UUID, copy: SealedFile) -> None:
    """Opens part after part; raises Unreadable. The one that lies last must have been sealed as the
    last, so that a file which was cut off does not open."""
    opener = Opener(person_id)
    numbers = list(document.parts.order_by("number").values_list("number", flat=True))
    for place, number in enumerate(numbers):
        part = document.parts.get(number=number)
        last = place == len(numbers) - 1
        copy.write(
            opener.part(
                part.data, table=PART, column="data", row=document.pk, number=place, last=last
            )
        )
    if copy.size != document.size:
        raise Unreadable("Not all of the file is there.")


@action("document.says_who", right=rights.ADD_DOCUMENT, ended=True)
def mark_as_identity(document: Document, *, actor: User, at: datetime) -> Document:
    """A document that was filed as something else says who the person is: from now on it is given
    to who says why, as a passport is. Never the other way, so that nobody takes the question away
    from one. One that does so already stays as it is."""
    document.refresh_from_db()
    detail(number=document.number, before=document.kind)
    if document.kind not in rules.SAYS_WHO:
        document.kind = DocumentKind.IDENTITY
        document.save(update_fields=["kind"])
    return document


# Who sees it -------------------------------------------------------------------------------------
@action("document.kept_to", right=rights.ADD_DOCUMENT, ended=True)
def keep_document_to(document: Document, *, actor: User, at: datetime, seen_by: str) -> Document:
    """Who sees the document from now on, of all who may see those of the case: a code of SeenBy.
    Whoever added it always does. One that is kept to a smaller circle leaves with no bundle, also
    with none that was shared before. Raises Refused with every reason against it."""
    document.refresh_from_db()
    before = document.seen_by
    refuse_if(
        rules.objections_to_seen_by(
            seen_by,
            known=SeenBy.values,
            own=document.added_by_id == actor.pk,
            decides=access.holds(actor, rights.READ_KEPT_DOCUMENT, document.case_id),
        )
    )
    document.seen_by = seen_by
    document.save(update_fields=["seen_by"])
    detail(number=document.number, before=before, seen_by=seen_by)
    return document


# Withdrawing -------------------------------------------------------------------------------------
@action("document.withdrawn", right=rights.ADD_DOCUMENT, ended=True)
def withdraw_document(document: Document, *, actor: User, at: datetime, reason: str) -> Document:
    """Takes a document out of sight, with a reason. It is kept, and can be brought back. One that
    is withdrawn already stays as it is."""
    document.refresh_from_db()
    if document.withdrawn:
        detail(repeated=True)
        return document
    if reason not in WithdrawalReason.values:
        refuse_if([Objection(_("Select why it is withdrawn"), field="reason")])
    document.withdrawn_by, document.withdrawn_at = actor, at
    document.withdrawn_for = reason
    document.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_for"])
    detail(number=document.number, reason=reason)
    return document


@action("document.brought_back", right=rights.ADD_DOCUMENT)
def bring_back_document(document: Document, *, actor: User, at: datetime) -> Document:
    """Puts a withdrawn document back; one that is not withdrawn stays as it is. Raises Refused
    where the case has as many documents as it may have."""
    document.refresh_from_db()
    if not document.withdrawn:
        detail(repeated=True)
        return document
    limits = document.case.profile.evidence
    if _documents_in(document.case)[1] >= limits.files:
        text = _("The case has %(most)s documents already, and cannot have more.")
        refuse_if([Objection(text % {"most": limits.files}, code="full")])
    document.withdrawn_by = document.withdrawn_at = None
    document.withdrawn_for = ""
    document.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_for"])
    detail(number=document.number)
    return document
