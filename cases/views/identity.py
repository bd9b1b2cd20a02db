"""Showing who the person is: a reason first, then once, on the answer to that question alone."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator

from cases.actions.identity import show_identity
from cases.forms.identity import ShowIdentityForm
from cases.rights import SHOW_IDENTITY
from cases.selectors.intake import put_aside
from cases.views.base import CaseView
from cases.views.frame import case_frame
from cases.words import purpose_label
from identities.crypto import KeyGone
from identities.models import FactKind
from identities.vault import KnownFact
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.templatetags.nrm import partial_date
from nrm.web import add_objections

SHOWN_FOR = 600  # seconds; then the page leaves for the case


def _words(fact: KnownFact) -> str:
    """The fact as people read it: a birth date may lack its day or month."""
    if fact.kind != FactKind.BIRTH_DATE:
        return fact.value
    try:
        return partial_date(fact.value)
    except ValueError:
        return fact.value


@method_decorator(fresh_factor("POST"), name="dispatch")
class ShowIdentityView(CaseView):
    """GET asks why. POST shows, and nothing of it is in an address, a session or a store: the same
    page loaded again asks anew, because the key in its form has served."""

    right = SHOW_IDENTITY

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        self._need_a_key()
        return self._ask(request, ShowIdentityForm(profile=self.case.profile))

    def _need_a_key(self) -> None:
        if self.case.person.erased_at is not None:
            raise KeyGone("The person was erased.")

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        self._need_a_key()
        form = ShowIdentityForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self._ask(request, form, status=422)
        try:
            disclosure, facts = show_identity(
                self.case, actor=request.user, at=self.at, **form.cleaned_data
            )
        except Refused as refusal:
            served = any(objection.code == "served" for objection in refusal.objections)
            if served:
                form.data = form.data.copy()
                form.data["key"] = str(uuid4())
            add_objections(form, refusal)
            return self._ask(request, form, status=409 if served else 422)
        response = render(
            request,
            "cases/identity_shown.html",
            {
                **self._frame(request),
                "rows": [{"key": fact.label, "value": _words(fact)} for fact in facts],
                "put_aside": [{"key": key, "value": value} for key, value in put_aside(self.case)],
                "purpose": purpose_label(self.case, disclosure.purpose),
                "minutes": SHOWN_FOR // 60,
            },
        )
        back = reverse("case", args=[self.case.reference])
        response["Refresh"] = f"{SHOWN_FOR}; url={back}"
        return response

    def _ask(self, request: HttpRequest, form: ShowIdentityForm, status: int = 200) -> HttpResponse:
        return render(
            request,
            "cases/identity.html",
            {**self._frame(request), "form": form, "minutes": SHOWN_FOR // 60},
            status=status,
        )

    def _frame(self, request: HttpRequest) -> dict[str, Any]:
        frame = case_frame(request, self.case, self.held, current="")
        frame["identity"]["show_url"] = ""
        return frame
