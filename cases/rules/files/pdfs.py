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
_END = rb"(?=[\x00\t\n\f\r /<>\[\](){}%]|$)"
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|RichMedia|Rendition|RichMediaExecute)" + _END
)
_FORM = re.compile(rb"/XFA[\s\[0-9]")  # a form of another kind, which carries scripts of its own
_EMBEDDED = re.compile(rb"/(?:EmbeddedFiles?|GoToE)" + _END)
_CALLS_OUT = re.compile(rb"/GoToR" + _END)
_LOCKED = re.compile(rb"/Encrypt(?=\s|<)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_OBJECTS = re.compile(rb"/ObjStm" + _END)
# What is done as soon as the file is open, or a page or field is come to.
_AT_ONCE = re.compile(rb"/OpenAction\s*(?:(\d+)\s+(\d+)\s+R|(\[)|(<<))")


def objections(file: BinaryIO, limits: EvidenceLimits) -> Iterator[Objection]:
    """A PDF that would run something, send something, or that carries other files."""
    file.seek(0)
    content = file.read()
    found = _Found()
    found.look(content)
    room = _Room(limits.unpacked_megabytes * MEGABYTE)
    for start in _streams(content):
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
        self.active = self.embedded = self.calls_out = self.locked = False

    def look(self, text: bytes) -> None:
        for form in (text, _written_out(text)) if b"#" in text else (text,):
            self.active = self.active or bool(_ACTIVE.search(form) or _FORM.search(form))
            self.embedded = self.embedded or bool(_EMBEDDED.search(form))
            self.calls_out = self.calls_out or bool(_CALLS_OUT.search(form))
            self.locked = self.locked or bool(_LOCKED.search(form))

    def said(self) -> Iterator[Objection]:
        if self.active:
            yield words.active()
        if self.embedded:
            yield words.embedded()
        if self.calls_out:
            yield words.calls_out()
        if self.locked:
            yield words.locked()


def _written_out(text: bytes) -> bytes:
    """With every `#4A` in place of which a name may hold its `J`."""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), text)


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
    return _written_out(words_before[words_before.rfind(b" obj") + 1 :])


def _opens_with_an_action(content: bytes) -> bool:
    """Whether opening the file does anything but showing a page of it."""
    text = _written_out(content) if b"#" in content else content
    for found in _AT_ONCE.finditer(text):
        number, generation, to_page, dictionary = found.groups()
        if to_page:
            continue
        if dictionary:
            started = text[found.end() : found.end() + 400]
        else:
            head = re.compile(rb"(?<!\d)%s\s+%s\s+obj\s*" % (number, generation))
            places = list(head.finditer(text))
            if not places:
                continue  # in an object stream, which was looked through for the names of actions
            started = text[places[-1].end() : places[-1].end() + 400]
            if started.startswith(b"["):
                continue
        if not re.search(rb"/S\s*/GoTo" + _END, started):
            return True
    return False
