"""What every page shows besides its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from nrm.accounts.navigation import navigation
from nrm.heartbeat import reminders_late


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "navigation": navigation(user, request.path) if signed_in else [],
        "reminders_late": reminders_late() if signed_in else False,
        "demonstration": settings.DEMO,
    }
