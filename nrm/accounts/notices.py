"""Telling people that something about their signing in has changed. The inbox is in a room above,
which says here how it is done when the application starts."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

Tell = Callable[[Iterable[Any], str, datetime], None]
_tellers: list[Tell] = []


def provide(tell: Tell) -> None:
    """Called from AppConfig.ready() of the room that has the inbox."""
    _tellers[:] = [tell]


def tell(users: Iterable[Any], kind: str, *, at: datetime) -> None:
    """Tells these users; `kind` is a code whose words the inbox knows."""
    for each in _tellers:
        each(users, kind, at)
