"""Whether and how the person co-operates with police and courts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.cooperating import record_cooperation, withdraw_cooperation
from cases.forms.cooperation import CooperationForm
from cases.rights import SHARE
from cases.rules.languages import LANGUAGES
from cases.selectors.cooperation import cooperation_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections


class CooperationView(CaseView):
    """What the person said, now and before. POST records what they say now."""

    right = SHARE

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, CooperationForm(profile=self.case.profile))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = CooperationForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            record_cooperation(
                self.case,
                actor=request.user,
                at=self.at,
                values=form.values(),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("Recorded. Nothing else changes by it."))
        return redirect("case_people", reference=self.case.reference)

    def _page(self, request: HttpRequest, form: CooperationForm, status: int = 200) -> HttpResponse:
        found = cooperation_of(self.case)
        writer.write(
            "cooperation.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"cooperation": [str(one.row.pk) for one in found]},
        )
        return render(
            request,
            "cases/cooperation.html",
            {
                **case_frame(request, self.case, self.held, current="case_people"),
                "form": form,
                "said": found,
                "told": self.case.profile.cooperation.text,
                "languages": [name for _code, name in LANGUAGES.in_order()],
            },
            status=status,
        )


class CooperationWithdrawalView(CaseView):
    """The person takes it back."""

    right = SHARE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            withdraw_cooperation(self.case, actor=request.user, at=self.at)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("Recorded: the person does not co-operate any more."))
        return redirect("case_cooperation", reference=self.case.reference)
