"""What is inside a file: what would do something to whoever opens it, and what it tells without
being asked. Nothing is unpacked to a disk, and nothing is unpacked further than the limits."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from cases.rules.files import archives, compounds, pdfs, pictures
from cases.rules.files.pictures import Damaged, Hidden, clean, may_hide_pixels
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

__all__ = [
    "PICTURES",
    "Damaged",
    "Hidden",
    "clean",
    "hidden_in",
    "may_hide_pixels",
    "objections_to_content",
]

# The types of which a copy without what is hidden in it can be made.
PICTURES = frozenset({"jpeg", "png"})

_LOOK: dict[str, Callable[[BinaryIO, EvidenceLimits], Iterator[Objection]]] = {
    "docx": archives.objections,
    "doc": compounds.objections,
    "pdf": pdfs.objections,
    "jpeg": pictures.objections,
    "png": pictures.objections,
}

_AUTHOR: dict[str, Callable[[BinaryIO, EvidenceLimits], bool]] = {
    "docx": archives.names_an_author,
    "doc": compounds.names_an_author,
    "pdf": pdfs.names_an_author,
}


def objections_to_content(
    file: BinaryIO, file_type: str, limits: EvidenceLimits
) -> Iterator[Objection]:
    """Why a file of this type is not kept because of what is in it."""
    if look := _LOOK.get(file_type):
        yield from look(file, limits)


def hidden_in(file: BinaryIO, file_type: str, limits: EvidenceLimits) -> frozenset[Hidden]:
    """What a file that is kept tells beside what it shows: a photograph of where and when it was
    taken, a PDF or a Word document of who wrote or saved it. Empty for other types. Raises Damaged
    for a photograph that cannot be read."""
    if file_type in PICTURES:
        return pictures.hidden_in(file)
    tells = _AUTHOR.get(file_type)
    return frozenset({Hidden.AUTHOR}) if tells and tells(file, limits) else frozenset()
