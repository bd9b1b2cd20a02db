"""Who may see a case at all: everybody whose role has access, or people who are named."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from cases.actions.confidentiality import change_confidentiality
from cases.forms.confidentiality import ConfidentialityForm
from cases.models.case import Confidentiality
from cases.rights import SET_CONFIDENTIALITY
from cases.selectors.confidentiality import people_to_name
from cases.selectors.near import who_can_see
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


@method_decorator(fresh_factor("POST"), name="dispatch")
class ConfidentialityView(CaseView):
    """GET tells who may see the case now; POST changes it."""

    right = SET_CONFIDENTIALITY

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        writer.write(
            "confidentiality.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
        )
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        told = form.cleaned_data
        try:
            change_confidentiality(
                self.case,
                actor=request.user,
                at=self.at,
                level=told["level"],
                reason=told["reason"],
                people=form.named(),
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        open_again = told["level"] == Confidentiality.NORMAL
        messages.success(
            request,
            _("Everybody whose role has access sees this case again.")
            if open_again
            else _("From now on only the people who are named see this case."),
        )
        return redirect("case_confidentiality", reference=self.case.reference)

    def _form(self, data: Any = None) -> ConfidentialityForm:
        people = people_to_name(self.case, self.request.user)
        named = [str(one.id) for one in people if one.named]
        initial = {"level": self.case.confidentiality, "people": named}
        return ConfidentialityForm(data, people=people, initial=initial)

    def _page(self, request: HttpRequest, form: Any, status: int = 200) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_access")
        context = {**frame, "form": form, "near": who_can_see(self.case)}
        return render(request, "cases/confidentiality.html", context, status=status)
