"""Sealing a user's own secrets at rest. The keys are in the room of identities, which stands above
this one and says here how it is done when the application starts."""

from typing import Protocol
from uuid import UUID


class Box(Protocol):
    def seal(self, user_id: UUID, secret: bytes, *, column: str, row: UUID) -> bytes:
        """Encrypts under the user's own key, bound to its column and row."""

    def open(self, user_id: UUID, sealed: bytes, *, column: str, row: UUID) -> bytes | None:
        """What was sealed; None where it was changed, moved, or its key is gone."""


_boxes: list[Box] = []


def provide(box: Box) -> None:
    """Called from AppConfig.ready() of the room that has the keys."""
    _boxes[:] = [box]


def box() -> Box:
    return _boxes[0]
