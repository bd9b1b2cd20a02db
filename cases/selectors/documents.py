"""What the pages and REST read of the documents of a case. The files themselves are read by one
action alone."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from cases import access
from cases.models import Case, Document
from cases.models.document import SeenBy
from cases.rights import READ_KEPT_DOCUMENT
from cases.rules import documents as rules
from cases.rules.files import PICTURES
from cases.selectors.keyset import PAGE_SIZE, Rows
from identities.crypto import Opener, Unreadable
from nrm.accounts.models import User
from nrm.actions import Hidden

TABLE, PART = "cases_document", "cases_documentpart"


@dataclass(frozen=True, slots=True)
class Told:
    """What is under the person's key beside the file: what it was called, what it hashes to, what
    somebody noted about it, and what the file tells beside what it shows (None: nobody looked)."""

    name: str = ""
    sha256: str = ""
    note: str = ""
    hidden: list[str] | None = None

    def as_text(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Line:
    """One document as lists show it. `readable` is False where the person's key is gone."""

    row: Document
    told: Told
    readable: bool = True

    @property
    def type_label(self) -> str:
        return rules.TYPE_LABELS[self.row.file_type]

    @property
    def is_picture(self) -> bool:
        """Whether a download is a copy without what is hidden in the original."""
        return self.row.file_type in PICTURES

    @property
    def says_who(self) -> bool:
        """Whether a download asks why, since the document says who the person is."""
        return self.row.kind in rules.SAYS_WHO

    @property
    def hidden(self) -> str:
        """What the original holds beside the picture, in words; empty where it holds nothing."""
        if self.told.hidden is None:
            return _("perhaps where and when it was taken")
        return ", ".join(str(rules.HIDDEN_LABELS[one]) for one in self.told.hidden)

    @property
    def size(self) -> str:
        return rules.in_bytes(self.row.size)


def documents_of(case: Case, actor: User) -> QuerySet[Document]:
    """The documents of a case that the actor sees, of all who may see its documents: the one door.
    One that is kept to a smaller circle is not there for others. One query more."""
    found = case.documents.select_related("added_by", "withdrawn_by")
    if access.holds(actor, READ_KEPT_DOCUMENT, case.pk):
        return found
    return found.filter(Q(seen_by=SeenBy.CASE) | Q(added_by=actor))


def hidden_in(case: Case) -> RawSQL:
    """The ids of its documents that are kept from the actor, though others of the case may not be:
    part of a query, as the database knows them."""
    return RawSQL("SELECT cases_documents_kept(%s)", [case.pk])


def told_of(document: Document, opener: Opener) -> Told:
    """Opens what is told of a document; raises Unreadable."""
    text = opener.text(document.told, table=TABLE, column="told", row=document.pk)
    return Told(**json.loads(text))


def page_of_documents(
    case: Case,
    actor: User,
    *,
    withdrawn: bool | None = False,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Rows:
    """One page of Lines, the newest first, from the document whose number the links carry.
    `withdrawn`: only those, or None for all. Three queries: what the actor may, the rows, and the
    key."""
    rows = documents_of(case, actor)
    if withdrawn is not None:
        rows = rows.filter(withdrawn_at__isnull=not withdrawn)
    start, end = _number(after), _number(before)
    if start is not None:
        found = list(rows.filter(number__lt=start).order_by("-number")[: size + 1])
    elif end is not None:
        found = list(rows.filter(number__gt=end).order_by("number")[: size + 1])
    else:
        found = list(rows.order_by("-number")[: size + 1])
    more, found = len(found) > size, found[:size]
    backwards = start is None and end is not None
    if backwards:
        found.reverse()
    if not found:
        return Rows()
    first, last = str(found[0].number), str(found[-1].number)
    return Rows(
        rows=lines_of(case, found),
        before=first if (more if backwards else start is not None) else "",
        after=last if (more or backwards) else "",
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def lines_of(case: Case, rows: Sequence[Document]) -> list[Line]:
    """Opens what is told of the rows with one look at the key; no query where there is no row. What
    was changed or moved is listed as unreadable, beside the others."""
    if not rows:
        return []
    try:
        opener = Opener(case.person_id)
    except Unreadable:
        return [Line(row, Told(), readable=False) for row in rows]
    return [_line(row, opener) for row in rows]


def _line(row: Document, opener: Opener) -> Line:
    try:
        return Line(row, told_of(row, opener))
    except Unreadable:
        return Line(row, Told(), readable=False)


def document_of(case: Case, actor: User, document_id: UUID) -> Document:
    """One document of this case; Hidden where there is none, or the actor does not see it."""
    found = documents_of(case, actor).filter(pk=document_id).first()
    if found is None:
        raise Hidden("read_document")
    found.case = case
    return found


def file_name(document: Document) -> str:
    """What a download is called: nothing of what the file was called before."""
    suffix = rules.SUFFIXES[document.file_type]
    return f"{document.case.reference}-document-{document.number}.{suffix}"


def title_of(document: Document) -> str:
    """A document by its number and kind: "Document 3: Photograph"."""
    words = {"number": document.number, "kind": document.get_kind_display()}
    title = _("Document %(number)s: %(kind)s") % words
    return _("%(title)s (withdrawn)") % {"title": title} if document.withdrawn else title
