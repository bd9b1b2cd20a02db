"""The texts of notes, opened."""

from collections.abc import Iterable, Iterator

import structlog

from cases.models import Case, Note
from identities.crypto import Opener, Unreadable

log = structlog.stdlib.get_logger(__name__)


def opened(case: Case, notes: Iterable[Note]) -> Iterator[tuple[Note, str]]:
    """Each note with its text, and one look at the key. The text is empty where the key is gone or
    the note was changed or moved: no note is empty by itself, so a reader can tell."""
    rows = list(notes)
    try:
        opener = Opener(case.person_id) if rows else None
    except Unreadable:
        opener = None
    for row in rows:
        yield row, _text(row, opener)


def _text(row: Note, opener: Opener | None) -> str:
    try:
        if opener is not None:
            return opener.text(row.text, table="cases_note", column="text", row=row.pk)
    except Unreadable:
        log.error("note.unreadable", note=str(row.pk))
    return ""
