"""The columns of this room that hold sealed values."""

from cases.sealed import of_case
from identities.sealed import SealedColumn, register


def register_all() -> None:
    """Names them to the rotation of keys."""
    register(
        of_case("protection_override", "reason"),
        of_case("protection_assessment", "note"),
        of_case("protection_childrecord", "told"),
        of_case("protection_planitem", "told"),
        of_case("protection_planstep", "told"),
        of_case("protection_avoidance", "said"),
        of_case("protection_transport", "told"),
        of_case("protection_clinicalnote", "text"),
        of_case("protection_sessionprivate", "address"),
        of_case("protection_sessionprivate", "dialect"),
        # Where a place is, under a key of the place.
        SealedColumn("protection_address", "value", owner="t.place_id", lock="t.place_id"),
    )
