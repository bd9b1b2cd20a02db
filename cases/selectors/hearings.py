"""Reads about the hearings of a matter that are over or were moved."""

from dataclasses import dataclass
from uuid import UUID

from cases.models import Hearing, Matter
from cases.rights import KEEP_MATTERS
from identities.crypto import Opener, Unreadable
from nrm.actions import Hidden


@dataclass(frozen=True, slots=True)
class HearingLine:
    """A hearing with what happened in it, opened; empty where nothing was written, and where it
    opens no more."""

    row: Hearing
    words: str


def hearings_of(matter: Matter) -> list[HearingLine]:
    """The hearings of a matter, the latest day first. One query, one more where words are kept."""
    rows = list(matter.hearings.select_related("by"))
    opener: Opener | None = None
    if any(row.told is not None for row in rows):
        try:
            opener = Opener(matter.case.person_id)
        except Unreadable:
            opener = None
    return [HearingLine(row, _words(row, opener)) for row in rows]


def _words(row: Hearing, opener: Opener | None) -> str:
    if row.told is None or opener is None:
        return ""
    try:
        return opener.text(bytes(row.told), table="cases_hearing", column="told", row=row.pk)
    except Unreadable:
        return ""


def find_hearing(matter: Matter, pk: UUID) -> Hearing:
    """One of them. Hidden (404) where there is none."""
    row = matter.hearings.filter(pk=pk).first()
    if row is None:
        raise Hidden(KEEP_MATTERS.code)
    row.case = matter.case
    return row
