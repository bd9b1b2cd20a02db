"""Adding a document anew without what was blacked out in it. The original stays where it was."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO, cast
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from cases import rights
from cases.actions.documents import About, Looked, add_document, digest_of, look_at, open_file
from cases.models import Document, Redaction
from cases.models.document import DocumentSource
from cases.models.redaction import Ground, Removed
from cases.rules import files as content
from cases.rules import redaction as rules
from cases.selectors.redactions import is_version
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if
from nrm.uploads import SealedFile, Upload


def redact_document(
    document: Document,
    *,
    actor: User,
    at: datetime,
    files: Sequence[Upload],
    ground: str,
    removed: Sequence[str],
    looked: bool,
    key: UUID,
) -> list[Redaction]:
    """Adds pictures of the pages of a document, in this order, in which something is black, each as
    a document of its own without what a camera writes beside the picture, bound to the original.
    All of them or none. `ground` is a code of Ground, `removed` codes of Removed; of what was taken
    away nothing else is kept. `key` names the submission: sent twice, it is done once. Raises
    Refused with every reason against it."""
    pages, objections = [], []
    for place, file in enumerate(files, start=1):
        page, found = _page(document, file, place)
        objections += found
        pages.append(page)
    return keep_version(
        document,
        actor=actor,
        at=at,
        pages=pages,
        objections=objections,
        ground=ground,
        removed=removed,
        looked=looked,
        key=key,
    )


Page = tuple[Upload, Looked]


def _page(document: Document, file: Upload, place: int) -> tuple[Page, list[Objection]]:
    """A copy of the picture without what is hidden beside it, and what stands against it. Before
    anything is locked."""
    limits = document.case.profile.evidence
    found = look_at(file, limits, place=place)
    if found.hidden is None or found.file_type not in content.PICTURES:
        # It was not looked into, or is none; add_document says what else stands against it.
        said = rules.objections_to_picture(
            place, file_type=found.file_type, hides=False, said=found.objections
        )
        return (file, found), list(said)
    sealed = cast(BinaryIO, file.sealed)
    hides = content.may_hide_pixels(sealed)
    said = rules.objections_to_picture(
        place, file_type=found.file_type, hides=hides, said=found.objections
    )
    copy = SealedFile()
    content.clean(sealed, copy)
    # What it was called may be what was blacked out.
    page = Upload(copy, None, copy.size)
    return (page, look_at(page, limits, place=place)), list(said)


@action("document.redacted", right=rights.ADD_DOCUMENT)
def keep_version(
    document: Document,
    *,
    actor: User,
    at: datetime,
    pages: Sequence[Page],
    objections: Sequence[Objection],
    ground: str,
    removed: Sequence[str],
    looked: bool,
    key: UUID,
) -> list[Redaction]:
    """As redact_document, with what was found in its files."""
    document.refresh_from_db()
    case = document.case
    row = uuid5(case.pk, f"redaction|{actor.pk}|{key}")
    first = list(case.redactions.filter(pk__in=[_row(row, n) for n in range(1, len(pages) + 1)]))
    if first:
        detail(repeated=True, number=document.number)
        return sorted(first, key=lambda one: one.page)
    refuse_if(
        [
            *rules.objections_to_version(
                files=len(pages),
                ground=ground,
                removed=removed,
                looked=looked,
                grounds=Ground.values,
                kinds=Removed.values,
                withdrawn=document.withdrawn,
                is_version=is_version(document),
            ),
            *objections,
        ]
    )
    refuse_if(_unchanged(document, pages))
    # Who sees the original sees the version; that others may is said of it by itself.
    seen_by = document.seen_by
    about = About(document.kind, DocumentSource.AUTHORITY, document.dated, seen_by=seen_by)
    made = []
    for place, (page, found) in enumerate(pages, start=1):
        version = add_document(
            case, actor=actor, at=at, file=page, about=about, place=place, key=key, looked=found
        )
        made.append(
            Redaction.objects.create(
                id=_row(row, place),
                case=case,
                document=document,
                version=version,
                page=place,
                ground=ground,
                removed=sorted(set(removed)),
                by=actor,
                at=at,
            )
        )
    detail(
        number=document.number,
        versions=[one.version.number for one in made],
        ground=ground,
        removed=sorted(set(removed)),
    )
    return made


def _unchanged(document: Document, pages: Sequence[Page]) -> Iterator[Objection]:
    """A page that is the original's own picture, whatever is written beside either."""
    if document.file_type not in content.PICTURES:
        return
    original = open_file(document, document.case.person_id)
    same = digest_of(original)
    original.close()
    for place, (_upload, found) in enumerate(pages, start=1):
        if found.digest == same:
            text = _("File %(place)s is the picture of the original: nothing in it is blacked out.")
            yield Objection(text % {"place": place}, field="files", code="same")


def _row(submission: UUID, place: int) -> UUID:
    return uuid5(submission, str(place))
