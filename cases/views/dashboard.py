"""The supervisor's dashboard."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from cases.rights import SEE_DASHBOARD
from cases.selectors.cases import address
from cases.selectors.dashboard import dashboard
from nrm.audit import writer


class DashboardView(View):
    """Four numbers, how long cases have been at each stage, and what overdue cases wait on."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_DASHBOARD.check(user, None)
        at = timezone.now()
        writer.write("dashboard.viewed", at=at, actor_id=user.pk)
        context = {"board": dashboard(user, at=at), "counts_url": address("counts")}
        return render(request, "cases/dashboard.html", context)
