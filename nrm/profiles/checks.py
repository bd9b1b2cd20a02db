"""`manage.py check` refuses an incomplete profile: the file, the key and the reason."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from nrm.profiles.loader import every_fault


@register("profiles")
def profiles_are_complete(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Every fault of every version."""
    return [Error(fault, id="nrm.E001") for fault in every_fault()]
