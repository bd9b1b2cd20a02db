"""Needs and risk on a case, and the list of cases for which they have to be looked at again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Hidden, Refused
from nrm.audit import writer
from nrm.web import add_objections
from protection.actions.assessments import assess, bring_forward
from protection.forms.assessments import AssessmentForm, TriggerForm
from protection.selectors import assessments as reads
from protection.selectors import plan


class _RiskView(CaseView):
    right = rights.SUPPORT

    def show(
        self, request: HttpRequest, template: str, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_risk")
        writer.write(
            "assessments.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk
        )
        context = {**frame, **more}
        return render(request, f"protection/{template}.html", context, status=status)


class RiskView(_RiskView):
    """What is known of needs and risk. POST makes the review due at once."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, TriggerForm(law=self.case.profile.assessment))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = TriggerForm(request.POST, law=self.case.profile.assessment)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            bring_forward(self.case, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("It is noted. The risk has to be looked at again now."))
        return redirect("case_risk", reference=self.case.reference)

    def _page(self, request: HttpRequest, form: TriggerForm, status: int = 200) -> HttpResponse:
        case, law = self.case, self.case.profile.assessment
        every = reads.history(case)
        newest = next((row for row in every if row.superseded_at is None), None)
        return self.show(
            request,
            "risk",
            form=form,
            found=reads.found_in(case, [newest], at=self.at)[0] if newest else None,
            past=[
                {"row": row, "step": str(step.label) if step else row.step}
                for row in every
                if row is not newest
                for step in [reads.find_step(law, row.step)]
            ],
            steps=[(step, reads.is_open(case, step)) for step in law.steps],
            status=status,
        )


class AssessmentView(_RiskView):
    """Asking the questions of one step."""

    def get(self, request: HttpRequest, reference: str, step: str) -> HttpResponse:
        form = AssessmentForm(law=self.case.profile.assessment, step=self._step(step).code)
        return self._page(request, step, form)

    def post(self, request: HttpRequest, reference: str, step: str) -> HttpResponse:
        code = self._step(step).code
        form = AssessmentForm(request.POST, law=self.case.profile.assessment, step=code)
        if not form.is_valid():
            return self._page(request, step, form, status=422)
        try:
            assess(self.case, actor=request.user, at=self.at, step=code, **form.answered())
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, step, form, status=422)
        messages.success(request, _("The assessment is recorded."))
        return redirect("case_risk", reference=self.case.reference)

    def _step(self, code: str) -> Any:
        if step := reads.find_step(self.case.profile.assessment, code):
            return step
        raise Hidden(rights.SUPPORT.code)

    def _page(
        self, request: HttpRequest, step: str, form: AssessmentForm, status: int = 200
    ) -> HttpResponse:
        found = self._step(step)
        return self.show(
            request,
            "assessment",
            form=form,
            step=found,
            is_open=reads.is_open(self.case, found),
            status=status,
        )


class RiskReviewsView(View):
    """The cases for which risk has to be looked at again, the longest overdue first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        rights.SEE_RISK_REVIEWS.check(user, None)
        at = timezone.now()
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        page = reads.overdue_page(user, at=at, after=after, before=before)
        # Beside it what is overdue in plans of support, with pages of its own.
        plan_after, plan_before = (
            request.GET.get(name, "") for name in ("plan_after", "plan_before")
        )
        plans = plan.overdue_page(user, at=at, after=plan_after, before=plan_before)
        cases = {str(line.row.case_id) for line in (*page.rows, *plans.rows)}
        writer.write("risk_reviews.viewed", at=at, actor_id=user.pk, data={"cases": sorted(cases)})
        context = {
            "lines": page.rows,
            **page.links(request.path, {}),
            "plans": plans.rows,
            "plan_links": plans.links(request.path, {}, prefix="plan_"),
        }
        return render(request, "protection/risk_reviews.html", context)
