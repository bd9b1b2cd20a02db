"""The columns of this room that hold sealed values."""

from cases.sealed import of_case
from identities.sealed import register


def register_all() -> None:
    """Names them to the rotation of keys."""
    register(
        of_case("exchange_sentpack", "content"),
        of_case("exchange_receivedpack", "content"),
    )
