"""Photographs: what is hidden in one, and a copy without it.

A copy holds what is needed to show the picture and nothing else: the pixels are the same to the
byte, they are not decoded and encoded again. Which way up it is held is kept; the place, the time,
the device, its maker's notes, thumbnails, colour profiles, comments and whatever follows the end of
the picture are not.

Sources: ITU-T T.81 annex B (JPEG), Exif 2.32 section 4 (TIFF tags), PNG 3rd edition section 11.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Protocol

from cases.rules.files import words
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

# The largest camera of a telephone makes 200 million; a small file that unfolds to more is a bomb.
MOST_PIXELS = 300_000_000
_MOST_PARTS = 50_000  # an honest one has some hundreds, or, as PNG, a few thousand
_PIECE = 256 * 1024


class Hidden(StrEnum):
    """What a file tells beside what it shows. AUTHOR: who wrote or saved it, or for whom."""

    PLACE = "place"
    TIME = "time"
    DEVICE = "device"
    AUTHOR = "author"
    OTHER = "other"


class Damaged(ValueError):
    """The file does not hold what its type promises."""


class Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _Nowhere:
    def write(self, data: bytes, /) -> None:
        pass


class _Report:
    """What was met on the way through a file."""

    def __init__(self) -> None:
        self.hidden: set[Hidden] = set()
        self.pixels = 0
        self.upright = 1  # as Exif says it: 1 is as it lies, 2 to 8 turned or mirrored


def objections(file: BinaryIO, limits: EvidenceLimits) -> Iterator[Objection]:
    """A photograph that cannot be read to its end cannot be cleaned; one that unfolds to more
    pixels than any camera makes is a bomb."""
    try:
        report = _pass(file, _Nowhere())
    except Damaged:
        yield words.damaged()
        return
    if report.pixels > MOST_PIXELS:
        yield words.bomb()


def hidden_in(file: BinaryIO) -> frozenset[Hidden]:
    """What the photograph tells beside the picture; raises Damaged."""
    return frozenset(_pass(file, _Nowhere()).hidden)


def may_hide_pixels(file: BinaryIO) -> bool:
    """Whether the picture, which has no objections, has room for another one that is not seen: a
    PNG with transparency, whose erased parts keep their colours, or with more than one frame."""
    file.seek(0)
    if file.read(8) != b"\x89PNG\r\n\x1a\n":
        return False
    kind = b""
    while kind != b"IEND":
        length, kind = struct.unpack(">L4s", _exactly(file, 8))
        if kind in (b"tRNS", b"acTL"):
            return True
        if kind == b"IHDR":
            # Width, height, depth, then the colours: 4 and 6 come with transparency.
            body = _exactly(file, length)
            if body[9:10] in (b"\4", b"\6"):
                return True
            length = 0
        file.seek(length + 4, 1)
    return False


def clean(file: BinaryIO, copy: Writable) -> None:
    """Writes the picture to `copy`, and nothing that is hidden in it; raises Damaged."""
    _pass(file, copy)


def _pass(file: BinaryIO, copy: Writable) -> _Report:
    file.seek(0)
    report = _Report()
    head = file.read(8)
    if head[:3] == b"\xff\xd8\xff":
        _jpeg(file, copy, report)
    elif head == b"\x89PNG\r\n\x1a\n":
        _png(file, copy, report)
    else:
        raise Damaged("Neither JPEG nor PNG.")
    if file.read(1):
        report.hidden.add(Hidden.OTHER)  # after the end of the picture
    return report


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise Damaged("It ends too early.")
    return data


# JPEG --------------------------------------------------------------------------------------------
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP14, _LAST_APP = 0xE0, 0xEE, 0xEF
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# A marker in the picture's own data: not a stuffed 00, not a restart (D0 to D7), not a filling FF.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _jpeg(file: BinaryIO, copy: Writable, report: _Report) -> None:
    file.seek(2)
    copy.write(b"\xff\xd8")
    told = False  # which way up it is held
    for _part in range(_MOST_PARTS):
        marker = _next_marker(file)
        if marker == _EOI:
            break
        if marker == _SOI or marker < 0xC0:
            raise Damaged("A marker where none may be.")
        length = struct.unpack(">H", _exactly(file, 2))[0]
        if length < 2:
            raise Damaged("A part shorter than its own length.")
        data = _exactly(file, length - 2)
        if _APP0 <= marker <= _LAST_APP or marker == _COM:
            data = _application(marker, data, report)
            if not data:
                continue
        elif marker in _FRAMES:
            if len(data) < 6:
                raise Damaged("A frame without a size.")
            height, width = struct.unpack(">HH", data[1:5])
            report.pixels = max(report.pixels, height * width)
        if marker != _APP0 and not told:
            copy.write(_turned(report.upright))
            told = True
        copy.write(bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data)
        if marker == _SOS and not _copy_scan(file, copy):
            break  # cut off in the middle of the picture: what is there can be seen
    else:
        raise Damaged("More parts than any picture has.")
    if not report.pixels:
        raise Damaged("No picture is in it.")
    copy.write(b"\xff\xd9")


def _next_marker(file: BinaryIO) -> int:
    if _exactly(file, 1) != b"\xff":
        raise Damaged("No marker where one must be.")
    while (marker := _exactly(file, 1)[0]) == 0xFF:
        pass
    return marker


def _application(marker: int, data: bytes, report: _Report) -> bytes:
    """What is kept of a part for applications: how the colours are meant (JFIF without its
    thumbnail, and Adobe), nothing of any other."""
    if marker == _APP0 and data[:5] == b"JFIF\0" and len(data) >= 14:
        return data[:12] + b"\0\0"
    if marker == _APP14 and data[:5] == b"Adobe" and len(data) >= 12:
        return data[:12]
    if marker == 0xE1 and data[:6] == b"Exif\0\0":
        _read_exif(data[6:], report)
    elif b"GPSL" in data:  # XMP, in words
        report.hidden.add(Hidden.PLACE)
    else:
        report.hidden.add(Hidden.OTHER)
    return b""


def _upright_alone(upright: int) -> bytes:
    """Exif that says which way up the picture is held, and nothing else."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHLHHL", 1, _UPRIGHT, 3, 1, upright, 0, 0)


def _turned(upright: int) -> bytes:
    """The part of a JPEG with it."""
    if upright == 1:
        return b""
    tiff = _upright_alone(upright)
    return b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff


def _copy_scan(file: BinaryIO, copy: Writable) -> bool:
    """Copies the picture's own data up to the next marker, and leaves the file there. False where
    the file ends first."""
    carried, length = b"", 4096  # short at first: a file of many short scans reads each once
    while piece := file.read(length):
        data, length = carried + piece, min(2 * length, _PIECE)
        if found := _MARKER.search(data):
            copy.write(data[: found.start()])
            file.seek(found.start() - len(data), 1)
            return True
        carried = b"\xff" if data.endswith(b"\xff") else b""
        copy.write(data[: len(data) - len(carried)])
    return False


# Exif --------------------------------------------------------------------------------------------
_TAGS = {
    0x010F: Hidden.DEVICE,
    0x0110: Hidden.DEVICE,
    0x0131: Hidden.DEVICE,
    0xA431: Hidden.DEVICE,
    0x927C: Hidden.DEVICE,
    0x0132: Hidden.TIME,
    0x9003: Hidden.TIME,
    0x9004: Hidden.TIME,
}
_UPRIGHT, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
_MOST_TAGS = 500


def _read_exif(tiff: bytes, report: _Report) -> None:
    """What the tags tell. What cannot be read is called something else, since it goes all the
    same."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            raise Damaged("No order of bytes.")
        first = struct.unpack_from(order + "L", tiff, 4)[0]
        for tag, value in _tags(tiff, order, first):
            if tag == _UPRIGHT:
                turned = struct.unpack(order + "H", value[:2])[0]
                report.upright = turned if 1 <= turned <= 8 else 1
            elif tag == _EXIF:
                inner = struct.unpack(order + "L", value)[0]
                for detail, _value in _tags(tiff, order, inner):
                    report.hidden.add(_TAGS.get(detail, Hidden.OTHER))
            elif tag == _GPS:
                report.hidden.add(Hidden.PLACE)
            else:
                report.hidden.add(_TAGS.get(tag, Hidden.OTHER))
    except (Damaged, struct.error):
        report.hidden.add(Hidden.OTHER)


def _tags(tiff: bytes, order: str, place: int) -> Iterator[tuple[int, bytes]]:
    count = struct.unpack_from(order + "H", tiff, place)[0]
    for number in range(min(count, _MOST_TAGS)):
        at = place + 2 + 12 * number
        tag = struct.unpack_from(order + "H", tiff, at)[0]
        value = tiff[at + 8 : at + 12]
        if len(value) < 4:
            raise Damaged("A tag that is cut off.")
        yield tag, value


# PNG ---------------------------------------------------------------------------------------------
# What is needed to show the picture, also where it moves. Colour profiles are not: they are made by
# a device and say by which.
_SHOWN = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"),
    *(b"pHYs", b"cICP", b"acTL", b"fcTL", b"fdAT"),
}


def _png(file: BinaryIO, copy: Writable, report: _Report) -> None:
    file.seek(8)
    copy.write(b"\x89PNG\r\n\x1a\n")
    kind, parts = b"", 0
    while kind != b"IEND":
        parts += 1
        if parts > _MOST_PARTS:
            raise Damaged("More parts than any picture has.")
        head = _exactly(file, 8)
        length, kind = struct.unpack(">L4s", head)
        if length > 2**31 - 1:
            raise Damaged("A part larger than any may be.")
        if kind == b"IHDR":
            body = _exactly(file, length + 4)
            width, height = struct.unpack_from(">LL", body) if length >= 8 else (0, 0)
            report.pixels = width * height
            copy.write(head + body)
            continue
        kept = kind in _SHOWN
        if not kept:
            if kind != b"eXIf":
                report.hidden.add(_of_chunk(kind))
        else:
            copy.write(head)
        left = length + 4
        while left:
            piece = _exactly(file, min(left, _PIECE))
            left -= len(piece)
            if kept:
                copy.write(piece)
            elif b"GPSL" in piece:
                report.hidden.add(Hidden.PLACE)
            if kind == b"eXIf" and left == 0:
                _read_exif(piece[:-4], report)
                if report.upright != 1:
                    copy.write(_chunk(kind, _upright_alone(report.upright)))
    if not report.pixels:
        raise Damaged("No picture is in it.")


def _chunk(kind: bytes, data: bytes) -> bytes:
    told = kind + data
    return struct.pack(">L", len(data)) + told + struct.pack(">L", zlib.crc32(told))


def _of_chunk(kind: bytes) -> Hidden:
    return Hidden.TIME if kind == b"tIME" else Hidden.OTHER
