"""Two cases of one person: asking for them to be merged, deciding on it, and undoing it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.merging import ask_merging, ask_undoing, decide_merging, withdraw_merging
from cases.forms.merging import MergingDecisionForm, MergingForm, UndoingForm
from cases.rights import DECIDE_MERGING, PROPOSE_MERGING
from cases.selectors.finding import duplicates_of
from cases.selectors.merging import find_merging, mergings
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Forbidden, Refused
from nrm.audit import writer
from nrm.web import add_objections


class MergingView(CaseView):
    """GET tells with which cases this one is merged; POST asks for it."""

    right = PROPOSE_MERGING

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        asked = request.GET.get("with", "")[:20]
        return self._page(request, MergingForm(initial={"other": asked}))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = MergingForm(request.POST)
        if form.is_valid():
            try:
                ask_merging(self.case, actor=request.user, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(request, _("Asked. Another person decides."))
                return redirect("case_merging", reference=self.case.reference)
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
        user: Any = request.user
        lines = mergings(self.case, user)
        found = duplicates_of(self.case, user)
        others = [line.other.pk for line in lines if line.other]
        writer.write(
            "merging.viewed",
            at=self.at,
            actor_id=user.pk,
            case_id=self.case.pk,
            data={"cases": [str(pk) for pk in [*others, *(a.case.pk for a in found.alike)]]},
        )
        waits = next((line for line in lines if line.row.state == "asked"), None)
        merged = next((line for line in lines if line.row.holds and line.ends), None)
        undoing = form if isinstance(form, UndoingForm) else UndoingForm()
        return render(
            request,
            "cases/merging.html",
            {
                **case_frame(request, self.case, self.held, current=""),
                "form": form,
                "asking": form if isinstance(form, MergingForm) else MergingForm(),
                "undoing": undoing,
                "lines": lines,
                "duplicates": found,
                "waits": waits,
                "mine": waits is not None and waits.row.asked_by_id == user.pk,
                "may_decide": DECIDE_MERGING.code in self.held and waits and waits.other,
                "merged": merged,
            },
            status=status,
        )


class MergingDecisionView(CaseView):
    """POST agrees to what was asked, does not agree, or takes one's own asking back."""

    right = PROPOSE_MERGING
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, merging: UUID) -> HttpResponse:
        row = find_merging(self.case, merging)
        form = MergingDecisionForm(request.POST)
        if form.is_valid():
            answer = form.cleaned_data["answer"]
            if answer == "withdraw":
                withdraw_merging(row, actor=request.user, at=self.at)
            elif DECIDE_MERGING.code not in self.held:
                raise Forbidden(DECIDE_MERGING.code)
            else:
                decide_merging(row, actor=request.user, at=self.at, agree=answer == "agree")
            messages.success(request, _("Recorded."))
        return redirect("case_merging", reference=self.case.reference)


class UndoMergingView(MergingView):
    """POST asks for a merging to be undone."""

    http_method_names = ["post"]

    def post(  # type: ignore[override]
        self, request: HttpRequest, reference: str, merging: UUID
    ) -> HttpResponse:
        row = find_merging(self.case, merging)
        form = UndoingForm(request.POST)
        if form.is_valid():
            try:
                ask_undoing(row, actor=request.user, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(request, _("Asked. Another person decides."))
                return redirect("case_merging", reference=self.case.reference)
        return self._page(request, form, status=422)
