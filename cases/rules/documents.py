"""What can be kept as a document of a case. No database, no clock: a file and what is known in,
every objection out."""

from collections.abc import Collection, Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from cases.rules.files import Hidden
from cases.rules.files.archives import names_in
from nrm.actions import Objection
from nrm.antivirus import Scan
from nrm.profiles.shape import EvidenceLimits

MEGABYTE = 1024 * 1024
LONGEST_NOTE = 1000

# What is said of a type, and how a download of it ends.
TYPE_LABELS = {
    "jpeg": "JPG",
    "png": "PNG",
    "heic": "HEIC",
    "pdf": "PDF",
    "doc": "DOC",
    "docx": "DOCX",
}
SUFFIXES = {
    "jpeg": "jpg",
    "png": "png",
    "heic": "heic",
    "pdf": "pdf",
    "doc": "doc",
    "docx": "docx",
}

# Kinds that are about who the person is and nothing else: a file of one is an identity shown.
SAYS_WHO = frozenset({"identity"})

HIDDEN_LABELS = {
    Hidden.PLACE: _lazy("the place where it was taken"),
    Hidden.TIME: _lazy("the time"),
    Hidden.DEVICE: _lazy("the telephone or camera"),
    Hidden.AUTHOR: _lazy("who wrote or saved it"),
    Hidden.OTHER: _lazy("other data beside the picture"),
}


# What a file is ----------------------------------------------------------------------------------
def type_of(file: BinaryIO) -> str:
    """The type of a file by its content, or an empty text for what is not known. What it is called
    and what the browser says of it count for nothing."""
    file.seek(0)
    head = file.read(64)
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return "png"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "heic"
    if head.startswith(b"PK\x03\x04"):
        return "docx" if _is_docx(names_in(file)) else ""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "doc" if _holds(file, _WORD) else ""
    return ""


_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1"}
# The name of the stream that makes a compound file a Word document; a spreadsheet, an installer or
# a message has others.
_WORD = "WordDocument".encode("utf-16-le")


def _is_docx(names: set[bytes]) -> bool:
    """A Word document; what else is in one, cases.rules.files looks at."""
    return {b"[Content_Types].xml", b"word/document.xml"} <= names


def _holds(file: BinaryIO, wanted: bytes) -> bool:
    file.seek(0)
    kept = b""
    while piece := file.read(MEGABYTE):
        if wanted in kept + piece:
            return True
        kept = piece[-len(wanted) :]
    return False


# What is said against it -------------------------------------------------------------------------
def allowed(limits: EvidenceLimits) -> str:
    """The types that are kept, in words: "JPG, PNG or PDF"."""
    labels = [TYPE_LABELS[one] for one in TYPE_LABELS if one in limits.types]
    if len(labels) < 2:
        return "".join(labels)
    return _("%(some)s or %(last)s") % {"some": ", ".join(labels[:-1]), "last": labels[-1]}


def objections_to_file(
    *,
    size: int,
    file_type: str,
    limits: EvidenceLimits,
    kept: int,
    same_as: int | None = None,
) -> Iterator[Objection]:
    """Why a file is not kept. `kept` is how many documents the case has already, `same_as` the
    number of the one that holds the very same file."""
    if size == 0:
        yield Objection(_("It is empty."), field="files", code="empty")
    elif size > limits.megabytes * MEGABYTE:
        text = _("It is larger than %(most)s MB.") % {"most": limits.megabytes}
        yield Objection(text, field="files", code="too_large")
    elif file_type not in limits.types:
        text = _("Use %(types)s.") % {"types": allowed(limits)}
        yield Objection(text, field="files", code="type")
    if same_as is not None:
        text = _("It is already here as document %(number)s.") % {"number": same_as}
        yield Objection(text, field="files", code="twice")
    if kept >= limits.files:
        text = _("The case has %(most)s documents already, and cannot have more.")
        yield Objection(text % {"most": limits.files}, field="files", code="full")


def objections_to_scan(scan: Scan, *, away: str) -> Iterator[Objection]:
    """Why a file is not kept that a scanner has looked at, or should have. `away` is what the
    operator wants done with files while the scanner is away: refuse, or keep."""
    if scan == Scan.INFECTED:
        text = _("A virus was found in it.")
        yield Objection(text, field="files", code="virus")
    elif scan == Scan.AWAY and away != "keep":
        text = _("It could not be checked for viruses just now. Try again in a few minutes.")
        yield Objection(text, field="files", code="not_scanned")


def objections_to_number(place: int, limits: EvidenceLimits) -> Iterator[Objection]:
    """Why the file at this place of a submission, counted from 1, is one too many."""
    if place > limits.files_at_once:
        text = _("Add at most %(most)s files at once.") % {"most": limits.files_at_once}
        yield Objection(text, field="files", code="too_many")


def objections_to_told(
    *, kind: str, source: str, note: str, kinds: Collection[str], sources: Collection[str]
) -> Iterator[Objection]:
    """What is missing or wrong in what is told of the files."""
    if kind not in kinds:
        yield Objection(_("Select what kind of document it is"), field="kind")
    if source not in sources:
        yield Objection(_("Select who gave it to you"), field="source")
    if len(note.strip()) > LONGEST_NOTE:
        text = _("The note must be %(limit)d characters or less") % {"limit": LONGEST_NOTE}
        yield Objection(text, field="note")


def in_bytes(size: int) -> str:
    """A size as people say it: "640 KB", "2.4 MB"."""
    if size < MEGABYTE:
        return _("%(size)s KB") % {"size": max(1, round(size / 1024))}
    return _("%(size)s MB") % {"size": f"{size / MEGABYTE:.1f}"}


def others_saved(count: int) -> str:
    """What is said after the refusals: that the others are not lost."""
    if not count:
        return _("No file was saved.")
    return ngettext("Your other file is saved.", "Your other %(count)s files are saved.", count) % {
        "count": count
    }


def objections_to_seen_by(
    seen_by: str, *, known: Collection[str], own: bool, decides: bool = False
) -> Iterator[Objection]:
    """Why it is not said who sees a document. `own`: by whoever added it; `decides`: by somebody
    who sees it whatever is said."""
    if seen_by not in known:
        yield Objection(_("Select who sees it"), field="seen_by")
    if not (own or decides):
        text = _("Only whoever added it, or a supervisor of the case, says who sees it.")
        yield Objection(text, code="not_own")
