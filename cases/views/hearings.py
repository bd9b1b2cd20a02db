"""What happened in a hearing of a matter, and when the next one is."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.actions.hearings import record_hearing, say_what_happened
from cases.forms.hearings import HearingForm, ResultForm
from cases.models import Matter
from cases.selectors.hearings import find_hearing
from cases.selectors.matters import find_matter
from cases.views.matters import MatterPage
from nrm.actions import Changed, Refused
from nrm.web import add_objections


class HearingView(MatterPage):
    """The hearing that the matter names."""

    def get(self, request: HttpRequest, reference: str, matter: UUID) -> HttpResponse:
        row = find_matter(self.case, matter)
        form = HearingForm(initial={"version": row.version})
        return self._page(request, row, form, row.hearing_on, row.get_hearing_display())

    def post(self, request: HttpRequest, reference: str, matter: UUID) -> HttpResponse:
        row = find_matter(self.case, matter)
        day, kind = row.hearing_on, row.get_hearing_display()
        form = HearingForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                record_hearing(row, actor=request.user, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
                if isinstance(refusal, Changed):
                    status = 409
                    form.data = form.data.copy()
                    form.data["version"] = str(row.version)
                    day, kind = row.hearing_on, row.get_hearing_display()
            else:
                return self._done(row)
        return self._page(request, row, form, day, kind, status)

    def _done(self, row: Matter) -> HttpResponse:
        messages.success(self.request, _("The hearing is recorded."))
        return redirect("case_matter", reference=self.case.reference, matter=row.pk)

    def _page(
        self,
        request: HttpRequest,
        row: Matter,
        form: Any,
        day: Any,
        kind: Any,
        status: int = 200,
    ) -> HttpResponse:
        self.looked("matter.viewed", request, [row])
        return self.show(request, "hearing", status=status, row=row, form=form, day=day, kind=kind)


class HearingResultView(HearingView):
    """An earlier one, of which nobody has said what happened."""

    def get(  # type: ignore[override]
        self, request: HttpRequest, reference: str, matter: UUID, hearing: UUID
    ) -> HttpResponse:
        row = find_matter(self.case, matter)
        one = find_hearing(row, hearing)
        return self._page(request, row, ResultForm(), one.on_day, one.get_kind_display())

    def post(  # type: ignore[override]
        self, request: HttpRequest, reference: str, matter: UUID, hearing: UUID
    ) -> HttpResponse:
        row = find_matter(self.case, matter)
        one = find_hearing(row, hearing)
        form = ResultForm(request.POST)
        if form.is_valid():
            try:
                say_what_happened(one, actor=request.user, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self._done(row)
        return self._page(request, row, form, one.on_day, one.get_kind_display(), status=422)
