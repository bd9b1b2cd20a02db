"""Keeping and erasing who the person is: a legal hold, and an erasure by two people."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from cases.actions.erasing import (
    agree_to_erasure,
    ask_for_erasure,
    lift_hold,
    refuse_erasure,
    set_hold,
    withdraw_erasure,
)
from cases.forms.keeping import AgreeForm, EraseForm, HoldForm, LiftForm
from cases.rights import KEEP_OR_ERASE
from cases.selectors.keeping import keeping_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections

FORMS = {"hold": HoldForm, "lift": LiftForm, "erase": EraseForm, "agree": AgreeForm}


class KeepingView(CaseView):
    """GET tells how it stands. What is done has addresses of its own."""

    right = KEEP_OR_ERASE

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self.page(request)

    def page(self, request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
        keeping = keeping_of(self.case)
        writer.write("keeping.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)
        sent = next(iter(forms.values()), None)
        return render(
            request,
            "cases/keeping.html",
            {
                **case_frame(request, self.case, self.held, current="case_keeping"),
                "keeping": keeping,
                "mine": keeping.asked is not None and keeping.asked.row.asked_by == request.user.pk,
                "form": sent,
                **{name: forms.get(name) or form() for name, form in FORMS.items()},
            },
            status=status,
        )

    def done(self, text: str) -> HttpResponse:
        messages.success(self.request, text)
        return redirect("case_keeping", reference=self.case.reference)


class _Sending(KeepingView):
    """POST does one thing by a form. There is no page to GET."""

    http_method_names = ["post"]
    form = ""

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = FORMS[self.form](request.POST)
        if form.is_valid():
            try:
                return self.done(self.do(request.user, form.cleaned_data))
            except Refused as refusal:
                add_objections(form, refusal)
        return self.page(request, status=422, **{self.form: form})

    def do(self, user: Any, told: dict[str, Any]) -> str:
        raise NotImplementedError


class HoldView(_Sending):
    form = "hold"

    def do(self, user: Any, told: dict[str, Any]) -> str:
        set_hold(self.case, actor=user, at=self.at, **told)
        return _("The legal hold is set. Nothing of this person is erased until it is lifted.")


class HoldLiftingView(_Sending):
    form = "lift"

    def do(self, user: Any, told: dict[str, Any]) -> str:
        lift_hold(self.case, actor=user, at=self.at, **told)
        return _("The legal hold is lifted.")


class ErasureView(_Sending):
    form = "erase"

    def do(self, user: Any, told: dict[str, Any]) -> str:
        ask_for_erasure(self.case, actor=user, at=self.at, **told)
        return _("Asked. Another supervisor has to agree before anything is erased.")


@method_decorator(fresh_factor("POST"), name="dispatch")
class ErasureAgreementView(_Sending):
    form = "agree"

    def do(self, user: Any, told: dict[str, Any]) -> str:
        agree_to_erasure(self.case, actor=user, at=self.at)
        return _("Who this person is was erased.")


class _Ending(KeepingView):
    """POST ends a request without a form of its own."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = AgreeForm({})
        try:
            return self.done(self.do(request.user))
        except Refused as refusal:
            form.is_valid()
            form.errors.clear()
            add_objections(form, refusal)
        return self.page(request, status=422, agree=form)

    def do(self, user: Any) -> str:
        raise NotImplementedError


class ErasureRefusalView(_Ending):
    def do(self, user: Any) -> str:
        refuse_erasure(self.case, actor=user, at=self.at)
        return _("Not agreed. Nothing was erased.")


class ErasureWithdrawalView(_Ending):
    def do(self, user: Any) -> str:
        withdraw_erasure(self.case, actor=user, at=self.at)
        return _("Taken back. Nothing was erased.")
