"""PDF: names of actions and of files inside, wherever they can stand (ISO 32000-2, 12.6 and 7.11).

The file is not trusted to say where its objects are: names are looked for in all of it, written out
and with their characters escaped (7.3.5), and in every stream that can be inflated, object streams
among them. It is read window by window, a stream is inflated piece by piece and no further than the
limits, and a stream in a stream is not followed: objects that are packed twice are refused. What
cannot be looked into in the time that a file has is refused as well.
"""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from cases.rules.files import words
from cases.rules.files.effort import Effort, TooMuch
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

MEGABYTE = 1024 * 1024
_WINDOW = 512 * 1024
_BEFORE = 2048  # of the window before, in which a word may begin
_PIECE = 256 * 1024
# A file of this many streams is made to be slow to read.
_MOST_STREAMS = 50_000
_MOST_OPENED = 3  # a file opens in one way, and says so again where it was saved again
_AFTER = 400  # bytes in which is said what is done


def _written(*names: str) -> bytes:
    """A pattern for one of these names, each character as it is or as `#4A`."""

    def either(letter: str) -> bytes:
        code = f"{ord(letter):02x}"
        return f"(?:{letter}|#{code[0]}[{code[1]}{code[1].upper()}])".encode()

    return b"(?:%s)" % b"|".join(b"".join(map(either, name)) for name in names)


_END = rb"(?=[\x00\t\n\f\r /<>\[\](){}%])"  # a window that ends earlier has a next one
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
_PLAIN = re.compile(rb"[\x00\t\n\f\r 0-9%]")  # how the objects of a stream begin: with a number
_TO_A_PAGE = re.compile(rb"/S\s*/" + _written("GoTo") + _END)
# What is done as soon as the file is open, or a page or field is come to.
_AT_ONCE = re.compile(rb"/" + _written("OpenAction") + _END)
_BLANK = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])"
_DONE = re.compile(
    _BLANK + rb"*(?:([0-9]{1,9})" + _BLANK + rb"+([0-9]{1,5})" + _BLANK + rb"+R|(\[)|(<<))"
)


def objections(file: BinaryIO, limits: EvidenceLimits) -> Iterator[Objection]:
    """A PDF that would run something, send something, or that carries other files."""
    try:
        yield from _look(file, _Room(limits.unpacked_megabytes * MEGABYTE), Effort())
    except TooMuch:
        yield words.too_long()
    except _Bomb:
        yield words.bomb()
    except _Packed:
        yield words.damaged()


def _look(file: BinaryIO, room: "_Room", effort: Effort) -> Iterator[Objection]:
    found, streams = _Found(), 0
    opened: list[int] = []
    for place, old, text in _windows(file):
        effort.check()
        found.look(text)
        for word in _STREAM.finditer(text):
            if word.end() <= old or text[max(0, word.start() - 3) : word.start()] == b"end":
                continue
            streams += 1
            if streams > _MOST_STREAMS:
                raise _Packed
            objects = _OBJECTS.search(_described(text, word.start()))
            whole = False
            for piece in _inflated(file, text, place, word.end(), room):
                effort.check()
                if objects and piece and not whole and not _PLAIN.match(piece):
                    raise _Packed  # packed twice, or behind another filter
                found.look(piece)
                whole = whole or bool(piece)
            if objects and not whole:
                raise _Packed  # objects are hidden in what cannot be inflated
        for word in _AT_ONCE.finditer(text):
            if word.end() > old and len(opened) <= _MOST_OPENED:
                opened.append(place + word.end())
    yield from found.said()
    if not found.active and _opens_with_an_action(file, opened, effort):
        yield words.active()


# Who wrote it: in the information of the document (14.3.3), or in words (XMP).
_AUTHOR = re.compile(
    rb"/%s\s*(?:\(\s*[^)\s]|<\s*[0-9A-Fa-f])|<dc:creator\b|\bpdf:Author\b"
    % _written("Author", "Company", "Manager")
)


def names_an_author(file: BinaryIO, limits: EvidenceLimits) -> bool:
    """Whether a PDF, which has no objections, says who wrote or saved it. Yes, where there is no
    time to look."""
    room, effort = _Room(limits.unpacked_megabytes * MEGABYTE), Effort()
    try:
        for place, old, text in _windows(file):
            effort.check()
            if _AUTHOR.search(text):
                return True
            for word in _STREAM.finditer(text):
                if word.end() > old and _OBJECTS.search(_described(text, word.start())):
                    for piece in _inflated(file, text, place, word.end(), room):
                        effort.check()
                        if _AUTHOR.search(piece):
                            return True
    except (TooMuch, _Bomb):
        return True
    return False


class _Bomb(Exception):
    """It unfolds to more than the limits."""


class _Packed(Exception):
    """It is made so that it cannot be looked into."""


def _windows(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """The file a window at a time: where the window begins, how many of its bytes the one before
    had too, and the bytes. Behind the last of them stands a blank, which ends a name."""
    place = 0
    kept = b""
    while True:
        file.seek(place)
        piece = file.read(_WINDOW)
        text = kept + (piece if len(piece) == _WINDOW else piece + b"\n")
        yield place - len(kept), len(kept), text
        if len(piece) < _WINDOW:
            return
        place += len(piece)
        kept = text[-_BEFORE:]


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

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise _Bomb


def _inflated(file: BinaryIO, text: bytes, place: int, start: int, room: _Room) -> Iterator[bytes]:
    """What the stream that begins at `start` of the window unfolds to, in pieces that begin with
    the end of the one before, as far as it can be inflated. Raises _Bomb where there is no room."""
    inflater = zlib.decompressobj()
    kept = b""
    for packed in _packed(file, text, place, start):
        waiting = packed
        while waiting and not inflater.eof:
            try:
                piece = inflater.decompress(waiting, MEGABYTE)
            except zlib.error:
                return
            waiting = inflater.unconsumed_tail
            room.take(len(piece))
            # Also where nothing came of it: whoever reads looks at the clock.
            yield kept + piece
            kept = (kept + piece)[-64:]
        if inflater.eof:
            break
    yield kept + b"\n"


def _packed(file: BinaryIO, text: bytes, place: int, start: int) -> Iterator[bytes]:
    """The bytes from there on: those of the window, and then those of the file. Most streams are
    short, so that the first pieces are."""
    length = 4096
    while start < len(text):
        yield text[start : start + length]
        start, length = start + length, min(2 * length, _PIECE)
    # The window may end with a blank of our own, behind the end of the file.
    at = place + len(text)
    while True:
        file.seek(at)
        piece = file.read(_PIECE)
        if not piece:
            return
        yield piece
        at += len(piece)


def _described(content: bytes, end: int) -> bytes:
    """The words before a stream that say what it is."""
    words_before = content[max(0, end - 1000) : end]
    return words_before[words_before.rfind(b" obj") + 1 :]


def _opens_with_an_action(file: BinaryIO, opened: list[int], effort: Effort) -> bool:
    """Whether opening the file does anything but showing a page of it. `opened` are the places
    behind the words that say what opening does."""
    if len(opened) > _MOST_OPENED:
        return True
    for place in opened:
        file.seek(place)
        said = file.read(_AFTER)
        found = _DONE.match(said)
        if found is None:
            return True
        number, generation, to_page, dictionary = found.groups()
        if to_page:
            continue
        if not dictionary:
            at = _last_object(file, number, generation, effort)
            if at is None:
                continue  # in an object stream, which was looked through for the names of actions
            file.seek(at)
            said = file.read(_AFTER)
            if said.startswith(b"["):
                continue
        if not _TO_A_PAGE.search(said):
            return True
    return False


def _last_object(file: BinaryIO, number: bytes, generation: bytes, effort: Effort) -> int | None:
    """Where the object of this number begins, the last where there are several."""
    head = re.compile(
        rb"(?<![0-9])0{0,9}%s[\s\x00]{1,99}0{0,4}%s[\s\x00]{1,99}obj[\s\x00]{0,99}"
        % (number.lstrip(b"0") or b"0", generation.lstrip(b"0") or b"0")
    )
    at = None
    for place, _old, text in _windows(file):
        effort.check()
        for found in head.finditer(text):
            at = place + found.end()
    return at
