"""What rooms keep outside of the database, so that a restore does not undo it. Startup asks whether
anything of it is missing, and `manage.py after_restore` puts it back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Kept:
    """One such thing, by the name under which the trail counts what was put back. `missing` asks a
    connection that is nobody's; `put_back` is given the name of the owner's, changes nothing where
    nothing is missing, and says how many it put back."""

    name: str
    missing: Callable[[psycopg.Connection[Any]], bool]
    put_back: Callable[[str], int]


_kept: dict[str, Kept] = {}


def register(kept: Kept) -> None:
    """Called once a room and thing, when Django is ready."""
    _kept[kept.name] = kept


def is_missing(connection: psycopg.Connection[Any]) -> bool:
    """Whether the database does not have what was kept outside."""
    return any(one.missing(connection) for one in _kept.values())


def put_back(using: str) -> dict[str, int]:
    """Puts it back; how many of each."""
    return {one.name: one.put_back(using) for one in _kept.values()}
