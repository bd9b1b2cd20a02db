"""The older form of Word documents, a compound file ([MS-CFB]): its directory names every stream
in UTF-16, in entries of 128 bytes that lie in one piece, so that a name is found by its bytes."""

from collections.abc import Iterator
from typing import BinaryIO

from cases.rules.files import words
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

_PIECE = 1024 * 1024


def _name(text: str, *, whole: bool = True) -> bytes:
    """A name as the directory holds it, with the nothing behind it where it is the whole name."""
    return text.lower().encode("utf-16-le") + (b"\0" * 4 if whole else b"")


# The project that every macro needs, and the storage in which Word keeps it.
_MACROS = (_name("_VBA_PROJECT", whole=False), _name("Macros"))
# What a packager object holds is a file of any kind.
_PACKAGES = (_name("\x01Ole10Native"),)
# What is said of the document: who wrote it, who saved it, when ([MS-OLEPS]).
_SUMMARY = _name("\x05SummaryInformation")
# A document that was encrypted, in either of the two ways.
_LOCKED = (_name("EncryptedPackage"), _name("EncryptionInfo"))


def objections(file: BinaryIO, limits: EvidenceLimits) -> Iterator[Objection]:
    """A Word document that holds macros, a packed file, or what cannot be read."""
    macros = packages = locked = False
    for piece in _pieces(file):
        macros = macros or any(name in piece for name in _MACROS)
        packages = packages or any(name in piece for name in _PACKAGES)
        locked = locked or any(name in piece for name in _LOCKED)
    if macros:
        yield words.macros()
    if packages:
        yield words.embedded()
    if locked:
        yield words.locked()


def names_an_author(file: BinaryIO, limits: EvidenceLimits) -> bool:
    """Whether a Word document may say who wrote or saved it: it has the stream in which that
    stands, as nearly all have."""
    return any(_SUMMARY in piece for piece in _pieces(file))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The file in lower case, a piece at a time, each with the end of the one before it."""
    file.seek(0)
    kept = b""
    while piece := file.read(_PIECE):
        piece = piece.lower()
        yield kept + piece
        kept = piece[-128:]
