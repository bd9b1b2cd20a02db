"""Word documents as archives (ISO/IEC 29500-2): inflated in memory, part by part and no further
than the limits, to see what would run, hide or call out.

What the directory says of a size is compared with what is there: an archive that lies about it, or
whose parts lie over one another, is refused. An office file inside is looked into in the same way,
one level deep.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO
from xml.parsers import expat

from cases.rules.files import compounds, words
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

MEGABYTE = 1024 * 1024
# A part may unfold to so many times its size; papers unfold to about ten, and a large drawing to
# forty. Below a megabyte nobody is harmed.
MOST_TIMES = 200
_PIECE = 64 * 1024
_MOST_READ = 4 * MEGABYTE  # of one part that is read whole
_DEEPEST = 1


# The directory -----------------------------------------------------------------------------------
_END = struct.Struct("<4s4H2LH")  # of a zip file: [MS-ZIP] end of central directory record
_ENTRY = struct.Struct("<4s6H3L5H2L")  # one entry of the central directory
_MOST_DIRECTORY = MEGABYTE


def names_in(file: BinaryIO) -> set[bytes]:
    """The names in a zip file, from its directory alone: nothing is unpacked, so there is no bomb
    to meet. Empty where the directory cannot be read or is absurdly long."""
    size = file.seek(0, 2)
    tail_at = max(0, size - _END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        return set()
    if tail[max(0, found - 20) : found].startswith(b"PK\x06\x07"):
        return set()  # a second directory of the larger form, which readers would prefer
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


# What is in it -----------------------------------------------------------------------------------
class _Refused(Exception):
    def __init__(self, objection: Objection) -> None:
        self.objection = objection


def objections(file: BinaryIO, limits: EvidenceLimits) -> Iterator[Objection]:
    """The first of what speaks against an archive; the rest is not looked at, since an archive that
    is no honest one is not read further."""
    try:
        _look(file, limits, _Room(limits.unpacked_megabytes * MEGABYTE), deep=0)
    except _Refused as refused:
        yield refused.objection
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError):
        yield words.damaged()


class _Room:
    """How much may still be unfolded, of the whole file and all that is inside."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise _Refused(words.bomb())


def _look(file: IO[bytes], limits: EvidenceLimits, room: _Room, *, deep: int) -> None:
    with zipfile.ZipFile(_Borrowed(file)) as archive:
        entries = archive.infolist()
        _look_at_directory(entries, limits, room)
        names = {entry.filename.lower() for entry in entries}
        if len(names) != len(entries):
            raise _Refused(words.damaged())  # two of one name: readers would differ
        for entry in entries:
            _look_at_part(archive, entry, limits, room, deep=deep)


def _look_at_directory(entries: list[zipfile.ZipInfo], limits: EvidenceLimits, room: _Room) -> None:
    if len(entries) > limits.parts or sum(entry.file_size for entry in entries) > room.left:
        raise _Refused(words.bomb())
    if any(
        entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries
    ):
        raise _Refused(words.damaged())  # the others inflate without a limit
    if any(entry.flag_bits & 1 for entry in entries):
        raise _Refused(words.locked())
    if any(_unfolds_too_far(entry) for entry in entries):
        raise _Refused(words.bomb())
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise _Refused(words.bomb())  # one part told several times
        end = entry.header_offset + 30 + entry.compress_size


def _unfolds_too_far(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > MEGABYTE and entry.file_size > MOST_TIMES * entry.compress_size


def _look_at_part(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    limits: EvidenceLimits,
    room: _Room,
    *,
    deep: int,
) -> None:
    name = entry.filename.lower()
    if "vbaproject" in name or "vbadata" in name:
        raise _Refused(words.macros())
    if "/activex/" in name or name.startswith("activex/"):
        raise _Refused(words.active())
    with archive.open(entry) as part:
        head = part.read(8)
        kept = io.BytesIO()
        kept.write(head)
        room.take(len(head))
        inside = head[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
        read = inside or name == "[content_types].xml" or name.endswith(".rels")
        while piece := part.read(_PIECE):
            room.take(len(piece))
            if read:
                kept.write(piece)
                if kept.tell() > (limits.megabytes * MEGABYTE if inside else _MOST_READ):
                    raise _Refused(words.bomb())
    if name == "[content_types].xml":
        _look_at_types(kept.getvalue())
    elif name.endswith(".rels"):
        _look_at_relations(kept.getvalue())
    elif head[:4] == b"PK\x03\x04":
        if deep == _DEEPEST:
            raise _Refused(words.embedded())
        if b"[Content_Types].xml" not in names_in(kept):
            raise _Refused(words.embedded())  # an archive of any kind, not an office file
        _look(kept, limits, room, deep=deep + 1)
    elif head[:4] == b"\xd0\xcf\x11\xe0":
        for objection in compounds.objections(kept, limits):
            raise _Refused(objection)
    elif head[:2] == b"MZ" or head[:4] == b"\x7fELF":
        raise _Refused(words.embedded())


def _look_at_types(content: bytes) -> None:
    for _tag, attributes in _tags(content):
        told = attributes.get("ContentType", "").lower()
        if "macroenabled" in told or "vba" in told:
            raise _Refused(words.macros())
        if "activex" in told or "control+xml" in told:
            raise _Refused(words.active())


def _look_at_relations(content: bytes) -> None:
    for _tag, attributes in _tags(content):
        kind = attributes.get("Type", "").lower().rsplit("/", 1)[-1]
        if kind in ("vbaproject", "wordvbadata"):
            raise _Refused(words.macros())
        if kind in ("control", "activexcontrolbinary"):
            raise _Refused(words.active())
        # A link waits until somebody presses it; anything else is fetched by opening the file.
        if attributes.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
            raise _Refused(words.calls_out())


def _tags(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element with its attributes. A document type, which the format forbids, is what
    entities could be hidden in: refused before any is read."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise _Refused(words.damaged())

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda tag, attributes: found.append((tag, attributes))
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _Refused(words.damaged()) from error
    return found


# Who wrote it, who saved it last, for which company: in the properties of the document, and beside
# each comment and each change that was tracked (ECMA-376 part 1, 17.13; part 2, 11).
_AUTHOR = re.compile(
    rb"<(?:[a-z]+:)?(?:creator|lastModifiedBy|Company|Manager)(?:\s[^<>]*)?>\s*[^<\s]"
    rb"|\bw[0-9]*:author=[\"'][^\"']"
)
_SAID_IN = ("docprops/", "word/comments", "word/people", "word/document.xml")


def names_an_author(file: BinaryIO, limits: EvidenceLimits) -> bool:
    """Whether a Word document, which has no objections, says who wrote or saved it."""
    room = _Room(limits.unpacked_megabytes * MEGABYTE)
    with zipfile.ZipFile(_Borrowed(file)) as archive:
        for entry in archive.infolist():
            if not entry.filename.lower().startswith(_SAID_IN):
                continue
            with archive.open(entry) as part:
                kept = b""
                while piece := part.read(_PIECE):
                    room.take(len(piece))
                    if _AUTHOR.search(kept + piece):
                        return True
                    kept = (kept + piece)[-512:]
    return False


class _Borrowed(io.RawIOBase):
    """The file under another name, which closing does not close."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
