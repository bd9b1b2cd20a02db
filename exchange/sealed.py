"""The columns of this room that hold sealed values."""

from cases.sealed import of_case
from identities.models import UserKey
from identities.sealed import SealedColumn, register


def register_all() -> None:
    """Names them to the rotation of keys."""
    register(
        of_case("exchange_sentpack", "content"),
        of_case("exchange_receivedpack", "content"),
        SealedColumn(
            "exchange_registerimport", "told", owner="t.started_by_id", lock="t.id", keys=UserKey
        ),
        SealedColumn(
            "exchange_registerpart",
            "data",
            owner="r.started_by_id",
            lock="r.id",
            joins="JOIN exchange_registerimport r ON r.id = t.register_id",
            keys=UserKey,
        ),
    )
