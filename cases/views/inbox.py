"""The inbox: what the reader was told, the newest first."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from cases.actions.inbox import mark_read
from cases.models import InboxItem
from cases.selectors import inbox as selectors
from nrm.actions import Hidden
from nrm.audit import writer


class InboxView(View):
    """GET lists; POST marks everything as read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        unread_only = request.GET.get("show") == "unread"
        items, page = selectors.inbox(
            user,
            unread_only=unread_only,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "inbox.viewed",
            at=timezone.now(),
            actor_id=user.pk,
            data={
                "items": [str(item.row.pk) for item in items],
                "cases": [str(item.row.case_id) for item in items if item.reference],
            },
        )
        here = request.path
        return render(
            request,
            "inbox/inbox.html",
            {
                "items": items,
                "unread": sum(item.row.read_at is None for item in items),
                "unread_only": unread_only,
                "views": [
                    {"label": _("Everything"), "url": here, "current": not unread_only},
                    {"label": _("Unread"), "url": f"{here}?show=unread", "current": unread_only},
                ],
                **page.links(here, {"show": "unread"} if unread_only else {}),
            },
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        before = selectors.unread(user)
        mark_read(user, actor=user, at=timezone.now())
        messages.success(
            request,
            ngettext("%(count)d item marked as read.", "%(count)d items marked as read.", before)
            % {"count": before},
        )
        return redirect("inbox")


class ItemView(View):
    """POST marks one item of the reader's own inbox as read."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, item: UUID) -> HttpResponse:
        user: Any = request.user
        if not InboxItem.objects.filter(pk=item, user=user).exists():
            raise Hidden("own_account")
        mark_read(user, actor=user, at=timezone.now(), items=[item])
        return redirect("inbox")
