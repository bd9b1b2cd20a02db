"""Which tokens of our extension are codes. A token is what its sender likes, and could be a name:
those of a catalogue or a profile that is loaded here are codes, any other is free text."""

from collections.abc import Mapping
from functools import lru_cache

from nrm.profiles import every_profile, load_profile

_Known = Mapping[str, frozenset[str]]


def are_codes(field: str) -> frozenset[str] | None:
    """The tokens of a field that are codes; None for a field whose values are not looked up."""
    return _known(tuple((one.code, one.version) for one in every_profile())).get(field)


@lru_cache(maxsize=4)
def _known(versions: tuple[tuple[str, str], ...]) -> _Known:
    loaded = [load_profile(code, version) for code, version in versions]
    return {
        "nrm_Indicators": frozenset(
            indicator.code for one in loaded for indicator in one.screening.indicators
        ),
        "nrm_ProfileTypes": frozenset(
            f"{one.code}:{kind.code}" for one in loaded for kind in one.referral.exploitation_types
        ),
        "nrm_Jurisdiction": frozenset(
            f"{one.code}:{place.code}" for one in loaded for place in one.jurisdictions
        ),
    }
