"""Cover for an absence: handing one's cases on, what runs, and ending it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.actions.covering import end_cover, hand_on
from cases.forms.covers import CoverForm
from cases.rights import HAND_ON
from cases.selectors import covers as reads
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.profiles import load_profile
from nrm.web import add_objections


@method_decorator(fresh_factor("POST"), name="dispatch")
class CoversView(View):
    """GET shows what runs and the form; POST hands the cases on."""

    def get(self, request: HttpRequest) -> HttpResponse:
        HAND_ON.check(request.user, None)
        return self._page(request, self._form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        HAND_ON.check(request.user, None)
        form = self._form(request, request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        told = form.cleaned_data
        colleague = told["delegate"]
        try:
            row = hand_on(
                request.user,
                actor=request.user,
                at=timezone.now(),
                delegate=colleague.pk,
                begins_on=told["begins_on"],
                ends_on=told["ends_on"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        runs = reads.cover_line(row, request.user, row.given_at).runs  # type: ignore[arg-type]
        text = (
            _("%(name)s can work on your cases now.")
            if runs
            else _("%(name)s can work on your cases from the first day on.")
        )
        messages.success(request, text % {"name": colleague.display_name})
        return redirect("covers")

    def _form(self, request: HttpRequest, data: object = None) -> CoverForm:
        return CoverForm(data, colleagues=reads.colleagues(request.user))  # type: ignore[arg-type]

    def _page(self, request: HttpRequest, form: CoverForm, status: int = 200) -> HttpResponse:
        user, at = request.user, timezone.now()
        lines = reads.covers(user, at=at)  # type: ignore[arg-type]
        ended = reads.ended_covers(user, at=at)  # type: ignore[arg-type]
        covered = reads.covered_cases(user, at=at)  # type: ignore[arg-type]
        (authority, *_more) = reads.authorities_of(user)  # type: ignore[arg-type]
        writer.write(
            "covers.viewed",
            at=at,
            actor_id=user.pk,
            data=reads.looked_at([*lines, *ended], covered),
        )
        context = {
            "form": form,
            "lines": lines,
            "ended": ended,
            "covered": covered,
            "more": len(covered) == reads.MOST,
            "own": reads.own(user),  # type: ignore[arg-type]
            "rule": load_profile(authority.profile).cover,
        }
        return render(request, "cases/covers.html", context, status=status)


class EndCoverView(View):
    """POST ends one at once. There is no page to GET."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, cover: UUID) -> HttpResponse:
        HAND_ON.check(request.user, None)
        row = reads.find_cover(request.user, cover)  # type: ignore[arg-type]
        end_cover(row, actor=request.user, at=timezone.now())
        messages.success(request, _("The cover has ended. The cases are their caseworker’s alone."))
        return redirect("covers")
