"""Emergency access: asking for one case, one's own, and the reviews of others'."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.actions.emergency import ask_emergency, end_emergency, review_emergency
from cases.forms.emergency import EmergencyForm, EmergencyReviewForm
from cases.models import EmergencyAccess
from cases.selectors import emergency as reads
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


@method_decorator(fresh_factor("POST"), name="dispatch")
class EmergencyView(View):
    """GET shows the form and one's own; POST opens the case. A reference that leads nowhere, for
    whatever reason, is answered with the page of what is absent."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rights.BREAK_GLASS.check(request.user, None)
        return self._page(request, EmergencyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        rights.BREAK_GLASS.check(request.user, None)
        form = EmergencyForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            row = ask_emergency(
                request.user,
                actor=request.user,
                at=timezone.now(),
                reference=form.cleaned_data["reference"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        return redirect("case", reference=row.case.reference)

    def _page(self, request: HttpRequest, form: EmergencyForm, status: int = 200) -> HttpResponse:
        lines = reads.own(request.user, at=timezone.now())  # type: ignore[arg-type]
        context = {"form": form, "lines": lines}
        return render(request, "cases/emergency.html", context, status=status)


class EmergencyReviewsView(View):
    """What waits for a review by this supervisor."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rights.SEE_EMERGENCIES.check(request.user, None)
        at = timezone.now()
        lines = reads.to_review(request.user, at=at)  # type: ignore[arg-type]
        writer.write(
            "emergencies.viewed",
            at=at,
            actor_id=request.user.pk,
            data={
                "emergencies": [str(line.row.pk) for line in lines],
                "cases": [str(line.row.case_id) for line in lines],
            },
        )
        return render(request, "cases/emergency_reviews.html", {"lines": lines})


class CaseEmergenciesView(CaseView):
    """Every emergency access to one case."""

    right = rights.REVIEW_EMERGENCY

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        lines = reads.of_case(self.case, at=self.at)
        writer.write(
            "emergencies.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"emergencies": [str(line.row.pk) for line in lines]},
        )
        frame = case_frame(request, self.case, self.held, current="case_access")
        return render(request, "cases/case_emergencies.html", {**frame, "lines": lines})


class EmergencyReviewView(CaseView):
    """Reading why a case was opened, and saying whether that was justified."""

    right = rights.REVIEW_EMERGENCY

    def get(self, request: HttpRequest, reference: str, emergency: UUID) -> HttpResponse:
        row = reads.find_emergency(self.case, emergency)
        return self._page(request, row, EmergencyReviewForm())

    def post(self, request: HttpRequest, reference: str, emergency: UUID) -> HttpResponse:
        row = reads.find_emergency(self.case, emergency)
        form = EmergencyReviewForm(request.POST)
        if not form.is_valid():
            return self._page(request, row, form, status=422)
        justified = form.cleaned_data["justified"] == "yes"
        try:
            review_emergency(row, actor=request.user, at=self.at, justified=justified)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, row, form, status=422)
        messages.success(request, _("Your review is recorded."))
        return redirect("case_emergencies", reference=self.case.reference)

    def _page(
        self, request: HttpRequest, row: EmergencyAccess, form: Any, **more: Any
    ) -> HttpResponse:
        writer.write(
            "emergency.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            object_type="cases.emergencyaccess",
            object_id=row.pk,
        )
        frame = case_frame(request, self.case, self.held, current="case_access")
        context = {
            **frame,
            "form": form,
            "row": row,
            "reason": reads.reason_of(self.case, row),
            "runs": row.ended_at is None and row.ends_at > self.at,
            "own": row.person_id == request.user.pk,
        }
        return render(request, "cases/emergency_review.html", context, **more)


class EndEmergencyView(CaseView):
    """POST ends one at once. There is no page to GET."""

    right = rights.END_EMERGENCY
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, emergency: UUID) -> HttpResponse:
        row = reads.find_emergency(self.case, emergency)
        end_emergency(row, actor=request.user, at=self.at)
        messages.success(request, _("The emergency access has ended."))
        if row.person_id == request.user.pk:
            return redirect("emergency")
        return redirect("case_emergency", reference=self.case.reference, emergency=row.pk)
