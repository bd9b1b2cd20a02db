"""The leaflet about a person's rights: a sheet that names nobody, and on a case when it was
given."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.forms.referral import listed
from cases.selectors.sharing import today_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections
from protection.actions.leaflet import give_leaflet
from protection.forms.leaflet import LeafletForm
from protection.selectors import leaflet as reads


class SheetView(View):
    """To print and to read aloud: about nobody, in a language of the profile and in its direction.
    What stands around it on the screen stays in the language of whoever prints it."""

    def get(self, request: HttpRequest, profile: str, age: str, language: str) -> HttpResponse:
        rights.SEE_LEAFLET.check(request.user, None)
        found = reads.find_leaflet(profile, age, language)
        with override(language):
            parts = reads.leaflet_of(found, age)
        context = {
            "profile": found,
            "sheet": get_language_info(language),
            "parts": parts,
            "wording": found.leaflet.complaints[0] if found.leaflet.complaints else None,
        }
        return render(request, "protection/leaflet_sheet.html", context)


class CaseLeafletView(CaseView):
    """When it was given to the person. POST records it."""

    right = rights.SUPPORT

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        known = self.case.language or ""
        first = {"given_on": today_of(self.case, timezone.now()), "language": known}
        return self._page(request, LeafletForm(profile=self.case.profile, initial=first))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = LeafletForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            give_leaflet(self.case, actor=request.user, at=self.at, **form.given())
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("That the person was told is recorded."))
        return redirect("case_leaflet", reference=self.case.reference)

    def _page(self, request: HttpRequest, form: LeafletForm, status: int = 200) -> HttpResponse:
        case = self.case
        given = reads.given_to(case)
        writer.write(
            "leaflets.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=case.pk,
            data={"leaflets": [str(one.row.pk) for one in given]},
        )
        context: dict[str, Any] = {
            **case_frame(request, case, self.held, current="case_support"),
            "given": given,
            "form": form,
            "age": reads.age_of(case),
            "languages_of_it": [get_language_info(code) for code in case.profile.languages],
            "lists": {"languages": listed(get_language() or "", "languages")},
        }
        return render(request, "protection/case_leaflet.html", context, status=status)
