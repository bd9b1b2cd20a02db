"""Identifying a person for the time being where no authority functions: the pages of whoever
referred them, and of the authority that functions again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.provisional import (
    identify_provisionally,
    say_still,
    say_that_one_functions,
)
from cases.forms.provisional import ProvisionalForm, StillForm
from cases.models import Provisional, Referral
from cases.models.provisional import ProvisionalState
from cases.rights import DRAFT_DECISION, IDENTIFY_PROVISIONALLY
from cases.rules import provisional as rules
from cases.selectors.provisional import (
    asked_again_on,
    identifies_for,
    provisionals_of,
)
from cases.selectors.referrals import find_referral
from cases.views.course import CourseView
from cases.views.referrals import ResponderView
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


class _OfReferral(ResponderView):
    """By the receipt of a referral that the reader's organisation sent."""

    referral: Referral

    def dispatch(self, request: HttpRequest, receipt: str) -> Any:  # type: ignore[override]
        self.receipt = receipt
        return super().dispatch(request)

    def found(self) -> Provisional | None:
        self.referral = find_referral(self.actor, self.receipt)
        return next(iter(provisionals_of(self.referral.case)), None)

    def page(self, row: Provisional | None, form: Any, status: int = 200) -> HttpResponse:
        case = self.referral.case
        profile = case.profile
        mode = rules.mode_of(profile)
        writer.write("provisional.viewed", at=self.at, actor_id=self.actor.pk, case_id=case.pk)
        leads = mode is not None and identifies_for(self.actor, case) is not None
        stands = row is not None and row.state == ProvisionalState.STANDS
        offered = rules.may_be_offered(profile, case.stage, self.referral.organisation.kind)
        asks = stands and row is not None and row.functions_at is None
        return render(
            self.request,
            "referrals/provisional.html",
            {
                "referral": self.referral,
                "case": case,
                "mode": mode,
                "row": row,
                "stands": stands,
                "leads": leads,
                "offered": offered and not stands,
                "asks": asks,
                "form": form if leads and (asks or (offered and not stands)) else None,
                "grounds": [
                    one.label
                    for one in rules.grounds_of(profile)
                    if row and one.code in row.grounds
                ],
                "asked_again_on": asked_again_on(case) if asks else None,
            },
            status=status,
        )


class ProvisionalView(_OfReferral):
    """GET tells how it stands, with the form of what can be done; POST identifies."""

    def get(self, request: HttpRequest) -> HttpResponse:
        row = self.found()
        stands = row is not None and row.state == ProvisionalState.STANDS
        form = StillForm if stands else ProvisionalForm
        return self.page(row, form(profile=self.referral.case.profile))

    def post(self, request: HttpRequest) -> HttpResponse:
        row = self.found()
        case = self.referral.case
        IDENTIFY_PROVISIONALLY.check(self.actor, case)
        form = ProvisionalForm(request.POST, profile=case.profile)
        if form.is_valid():
            try:
                identify_provisionally(case, actor=self.actor, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(request, _("The person is identified for now. Help starts."))
                return redirect("referral_provisional", self.receipt)
        return self.page(row, form, status=422)


class StillView(_OfReferral):
    """POST says that still no authority functions."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        row = self.found()
        case = self.referral.case
        IDENTIFY_PROVISIONALLY.check(self.actor, case)
        form = StillForm(request.POST, profile=case.profile)
        if form.is_valid():
            try:
                say_still(case, actor=self.actor, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(request, _("Noted. You are asked again."))
                return redirect("referral_provisional", self.receipt)
        return self.page(row, form, status=422)


class FunctionsView(CourseView):
    """POST: an authority functions again, and decides."""

    right = DRAFT_DECISION
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            say_that_one_functions(self.case, actor=request.user, at=self.at)  # type: ignore[arg-type]
        except Refused as refusal:
            return self.show(refusal.objections, status=422)
        return self.done(_("The days in which you decide have begun. Until then it stands."))
