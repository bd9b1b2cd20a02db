"""PDF: names of actions and of files inside, wherever they can stand (ISO 32000-2, 12.6 and 7.11).

The file is not trusted to say where its objects are: names are looked for in all of it, written out
and with their characters escaped (7.3.5), and in every stream that can be inflated, object streams
among them. Streams are inflated in memory and no further than the limits.
"""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from cases.rules.files import words
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

MEGABYTE = 1024 * 1024
_PIECE = 256 * 1024
# A file of this many streams is made to be slow to read.
_MOST_STREAMS = 50_000
_MOST_OPENED = 3  # a file opens in one way, and says so again where it was saved again


def _written(*names: str) -> bytes:
    """A pattern for one of these names, each character as it is or as `#4A`."""

    def either(letter: str) -> bytes:
        code = f"{ord(letter):02x}"
        return f"(?:{letter}|#{code[0]}[{code[1]}{code[1].upper()}])".encode()

    return b"(?:%s)" % b"|".join(b"".join(map(either, name)) for name in names)


_END = rb"(?=[\x00\t\n\f\r /<>\[\](){}%]|$)"
_NAMES = re.compile(
    rb"/(?=[#EGIJLRSX][#a-zF])(?:(?P<active>%s)|(?P<embedded>%s)|(?P<calls_out>%s)|(?P<locked>%s))%s|/(?P<form>%s)[\s\[0-9]"
    % (
        _written(
            *("JavaScript", "Launch", "SubmitForm", "ImportData"),
            *("RichMedia", "Rendition", "RichMediaExecute"),
        ),
        _written("EmbeddedFile", "EmbeddedFiles", "GoToE"),
        _written("GoToR"),
        _written("Encrypt"),
        _END,
        _written("XFA"),  # a form of another kind, which carries scripts of its own
    )
)
_STREAM = re.compile(rb"stream\r?\n")
_OBJECTS = re.compile(rb"/" + _written("ObjStm") + _END)
_TO_A_PAGE = re.compile(rb"/S\s*/" + _written("GoTo") + _END)
# What is done as soon as the file is open, or a page or field is come to.
_AT_ONCE = re.compile(
    rb"/" + _written("OpenAction") + rb"\s*(?:(\d{1,9})\s+(\d{1,5})\s+R|(\[)|(<<))"
)


def objections(file: BinaryIO, limits: EvidenceLimits) -> Iterator[Objection]:
    """A PDF that would run something, send something, or that carries other files."""
    file.seek(0)
    content = file.read()
    found = _Found()
    found.look(content)
    room = _Room(limits.unpacked_megabytes * MEGABYTE)
    for number, start in enumerate(_streams(content)):
        if number == _MOST_STREAMS:
            yield words.damaged()
            return
        inflated = 0
        for piece in _inflated(content, start.end(), room):
            found.look(piece)
            inflated += len(piece)
        if room.left < 0:
            yield words.bomb()
            return
        if not inflated and _OBJECTS.search(_described(content, start.start())):
            yield words.damaged()  # objects are hidden in what cannot be inflated
            return
    yield from found.said()
    if not found.active and _opens_with_an_action(content):
        yield words.active()


class _Found:
    def __init__(self) -> None:
        self.kinds: set[str | None] = set()

    def look(self, text: bytes) -> None:
        for found in _NAMES.finditer(text):
            self.kinds.add(found.lastgroup)

    @property
    def active(self) -> bool:
        return bool(self.kinds & {"active", "form"})

    def said(self) -> Iterator[Objection]:
        if self.active:
            yield words.active()
        if "embedded" in self.kinds:
            yield words.embedded()
        if "calls_out" in self.kinds:
            yield words.calls_out()
        if "locked" in self.kinds:
            yield words.locked()


class _Room:
    """How much may still be unfolded."""

    def __init__(self, left: int) -> None:
        self.left = left


def _streams(content: bytes) -> Iterator[re.Match[bytes]]:
    for found in _STREAM.finditer(content):
        if content[max(0, found.start() - 3) : found.start()] != b"end":
            yield found


def _inflated(content: bytes, place: int, room: _Room) -> Iterator[bytes]:
    """What a stream unfolds to, in pieces that begin with the end of the one before, as far as it
    can be inflated and there is room."""
    inflater = zlib.decompressobj()
    waiting = kept = b""
    while room.left >= 0 and not inflater.eof:
        if not waiting:
            waiting, place = content[place : place + _PIECE], place + _PIECE
        if not waiting:
            return
        try:
            piece = inflater.decompress(waiting, MEGABYTE)
        except zlib.error:
            return
        waiting = inflater.unconsumed_tail
        room.left -= len(piece)
        if piece:
            yield kept + piece
        kept = piece[-64:]


def _described(content: bytes, end: int) -> bytes:
    """The words before a stream that say what it is."""
    words_before = content[max(0, end - 1000) : end]
    return words_before[words_before.rfind(b" obj") + 1 :]


def _opens_with_an_action(content: bytes) -> bool:
    """Whether opening the file does anything but showing a page of it."""
    for count, found in enumerate(_AT_ONCE.finditer(content)):
        if count == _MOST_OPENED:
            return True
        number, generation, to_page, dictionary = found.groups()
        if to_page:
            continue
        if dictionary:
            started = content[found.end() : found.end() + 400]
        else:
            head = re.compile(rb"(?<!\d)%s\s+%s\s+obj\s*" % (number, generation))
            places = list(head.finditer(content))
            if not places:
                continue  # in an object stream, which was looked through for the names of actions
            started = content[places[-1].end() : places[-1].end() + 400]
            if started.startswith(b"["):
                continue
        if not _TO_A_PAGE.search(started):
            return True
    return False
