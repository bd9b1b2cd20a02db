"""Jurisdictions as data: stages, decisions, terms, indicators and words, each with its source."""

from nrm.profiles.labels import Label
from nrm.profiles.loader import (
    ProfileFaults,
    UnknownProfile,
    calendars,
    every_profile,
    load_profile,
    profiles,
)
from nrm.profiles.shape import EmergencyNumber, Profile

__all__ = [
    "EmergencyNumber",
    "Label",
    "Profile",
    "ProfileFaults",
    "UnknownProfile",
    "calendars",
    "every_profile",
    "load_profile",
    "profiles",
]
