"""`manage.py check` refuses an incomplete profile: the file, the key and the reason."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from nrm.profiles.loader import DATA, profile_files, read_calendars, read_profile


@register("profiles")
def profiles_are_complete(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Every fault of every version, old ones included: cases still run under them."""
    calendars, faults = read_calendars(DATA / "calendars.toml")
    for path in profile_files():
        faults += read_profile(path, calendars)[1]
    return [Error(fault, id="nrm.E001") for fault in faults]
