"""Who may not see a case, whatever was granted to them; and declaring a conflict of interest."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.excluding import declare_conflict, exclude, lift
from cases.forms.exclusions import ExclusionForm, LiftingForm
from cases.models import Exclusion
from cases.rights import DECLARE_CONFLICT, EXCLUDE, SEE_WORKLIST
from cases.selectors.exclusions import (
    exclusions,
    kept,
    organisations_to_exclude,
    running_exclusion,
)
from cases.selectors.why import people_to_ask_about
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.forms import Form
from nrm.web import add_objections


class ExclusionsView(CaseView):
    """GET tells who may not see the case; POST keeps somebody from it."""

    right = EXCLUDE

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        told = form.cleaned_data
        try:
            row = exclude(
                self.case,
                actor=request.user,
                at=self.at,
                reason=told["reason"],
                person=form.people.get(told["person"]),
                organisation=told["organisation"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        words = {"name": kept(row).name}
        messages.success(request, _("%(name)s may no longer see this case.") % words)
        return redirect("case_exclusions", reference=self.case.reference)

    def _form(self, data: Any = None) -> ExclusionForm:
        return ExclusionForm(
            data,
            people=people_to_ask_about(self.case),
            organisations=organisations_to_exclude(self.case),
        )

    def _page(self, request: HttpRequest, form: ExclusionForm, status: int = 200) -> HttpResponse:
        rows = exclusions(self.case)
        writer.write(
            "exclusions.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"exclusions": [str(row.id) for row in rows]},
        )
        frame = case_frame(request, self.case, self.held, current="case_access")
        context = {**frame, "form": form, "rows": rows}
        return render(request, "cases/exclusions.html", context, status=status)


class LiftExclusionView(CaseView):
    """Lifting one exclusion, for a reason."""

    right = EXCLUDE

    def get(self, request: HttpRequest, reference: str, exclusion: UUID) -> HttpResponse:
        row = running_exclusion(self.case, exclusion)
        writer.write(
            "exclusions.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"exclusions": [str(row.pk)]},
        )
        return self._page(request, row, LiftingForm())

    def post(self, request: HttpRequest, reference: str, exclusion: UUID) -> HttpResponse:
        row = running_exclusion(self.case, exclusion)
        form = LiftingForm(request.POST)
        if not form.is_valid():
            return self._page(request, row, form, status=422)
        lift(row, actor=request.user, at=self.at, because=form.cleaned_data["because"])
        messages.success(
            request, _("%(name)s is no longer kept from this case.") % {"name": kept(row).name}
        )
        return redirect("case_exclusions", reference=self.case.reference)

    def _page(
        self, request: HttpRequest, row: Exclusion, form: LiftingForm, **more: Any
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_access")
        context = {**frame, "form": form, "row": kept(row)}
        return render(request, "cases/exclusion_lifting.html", context, **more)


class ConflictView(CaseView):
    """Declaring a conflict of interest: the next request for the case is answered with 404."""

    right = DECLARE_CONFLICT

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, Form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = Form(request.POST)
        if not form.is_valid():
            return self._page(request, form)
        try:
            declare_conflict(self.case, actor=request.user, at=self.at)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("You can no longer see the case."))
        return redirect("worklist" if SEE_WORKLIST.held_by(request.user) else "intake_queue")

    def _page(self, request: HttpRequest, form: Form, status: int = 200) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case")
        return render(request, "cases/conflict.html", {**frame, "form": form}, status=status)
