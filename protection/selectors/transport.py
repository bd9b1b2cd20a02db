"""How a person gets to a place, as it was noted."""

from dataclasses import dataclass

from identities.crypto import Unreadable, unseal
from protection.models import Stay, Transport

TABLE = "protection_transport"


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted, opened; `words` are empty where nothing opens them any more."""

    row: Transport
    words: str


def transport_of(stay: Stay) -> Transport | None:
    """What was noted of a stay. One query, where it was not read with the stay."""
    found: Transport | None = getattr(stay, "transport", None)
    return found


def noted(stay: Stay) -> Noted | None:
    """The same with its words, for who plans the support. One look at the key where there are
    any."""
    row = transport_of(stay)
    if row is None:
        return None
    try:
        words = (
            unseal(stay.case.person_id, row.told, table=TABLE, column="told", row=row.pk)
            if row.told is not None
            else ""
        )
    except Unreadable:
        words = ""
    return Noted(row, words)
