"""What can be kept as a document of a case. No database, no clock: a file and what is known in,
every objection out."""

import struct
from collections.abc import Collection, Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nrm.actions import Objection
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
        return "docx" if _is_docx(_names_in_zip(file)) else ""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "doc" if _holds(file, _WORD) else ""
    return ""


_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1"}
# The name of the stream that makes a compound file a Word document; a spreadsheet, an installer or
# a message has others.
_WORD = "WordDocument".encode("utf-16-le")

_END = struct.Struct("<4s4H2LH")  # of a zip file: [MS-ZIP] end of central directory record
_ENTRY = struct.Struct("<4s6H3L5H2L")  # one entry of the central directory
_MOST_DIRECTORY = MEGABYTE


def _names_in_zip(file: BinaryIO) -> set[bytes]:
    """The names in a zip file, from its directory alone: nothing is unpacked, so there is no bomb
    to meet. Empty where the directory cannot be read or is absurdly long."""
    size = file.seek(0, 2)
    tail_at = max(0, size - _END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        return set()
    _sign, _disk, _start, _here, count, length, offset, _more = _END.unpack_from(tail, found)
    if length > _MOST_DIRECTORY or offset + length > size:
        return set()
    file.seek(offset)
    directory = file.read(length)
    names, place = set(), 0
    for _number in range(count):
        if place + _ENTRY.size > len(directory) or directory[place : place + 4] != b"PK\x01\x02":
            return set()
        entry = _ENTRY.unpack_from(directory, place)
        name, extra, comment = entry[10:13]
        place += _ENTRY.size
        names.add(directory[place : place + name])
        place += name + extra + comment
    return names


def _is_docx(names: set[bytes]) -> bool:
    """A Word document, and none with macros: those are docm, whatever they are named."""
    return {b"[Content_Types].xml", b"word/document.xml"} <= names and not any(
        name.lower().endswith(b"vbaproject.bin") for name in names
    )


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
