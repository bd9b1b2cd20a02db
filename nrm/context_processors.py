"""What every page shows besides its own content."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from nrm.accounts.navigation import menu
from nrm.accounts.presence import is_complete
from nrm.heartbeat import reminders_late


def page(request: HttpRequest) -> dict[str, Any]:
    user: Any = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    session = getattr(request, "session", None)
    left = session.seconds_left() if session is not None and signed_in else 0
    return {
        "idle": {"left": left, "until": timezone.now() + timedelta(seconds=left)} if left else None,
        "shortcuts": signed_in and user.shortcuts,
        "kept": getattr(request, "kept", None),
        # Before the second factor nothing is counted or told.
        "menu": menu(user, request.path)
        if signed_in and session is not None and is_complete(request)
        else "",
        "reminders_late": reminders_late() if signed_in else False,
        "demonstration": settings.DEMO,
    }
