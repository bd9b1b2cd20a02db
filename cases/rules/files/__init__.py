"""What is inside a file: what would do something to whoever opens it, and what it tells without
being asked. Nothing is unpacked to a disk, and nothing is unpacked further than the limits."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from cases.rules.files import archives, compounds, pdfs, pictures
from cases.rules.files.pictures import Damaged, Hidden, clean, hidden_in
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

__all__ = ["PICTURES", "Damaged", "Hidden", "clean", "hidden_in", "objections_to_content"]

# The types of which a copy without what is hidden in it can be made.
PICTURES = frozenset({"jpeg", "png"})

_LOOK: dict[str, Callable[[BinaryIO, EvidenceLimits], Iterator[Objection]]] = {
    "docx": archives.objections,
    "doc": compounds.objections,
    "pdf": pdfs.objections,
    "jpeg": pictures.objections,
    "png": pictures.objections,
}


def objections_to_content(
    file: BinaryIO, file_type: str, limits: EvidenceLimits
) -> Iterator[Objection]:
    """Why a file of this type is not kept because of what is in it."""
    if look := _LOOK.get(file_type):
        yield from look(file, limits)
