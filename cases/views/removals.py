"""Recording a detention, a removal or a return, and changing what one says."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.actions.removals import change_removal, record_removal
from cases.forms.removals import RemovalForm
from cases.rules.removals import CODES
from cases.selectors import removals as reads
from cases.views.matters import MatterPage
from nrm.actions import Changed, Refused
from nrm.audit import writer
from nrm.web import add_objections, saved_meanwhile


class RecordRemovalView(MatterPage):
    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self.page(request, RemovalForm())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = RemovalForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=422)
        try:
            record_removal(
                self.case,
                actor=request.user,
                at=self.at,
                values=form.values(),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, form, status=422)
        messages.success(request, _("It is recorded."))
        return redirect("case_matters", reference=self.case.reference)

    def page(
        self,
        request: HttpRequest,
        form: RemovalForm,
        line: reads.Line | None = None,
        status: int = 200,
        saved: Any = (),
    ) -> HttpResponse:
        writer.write(
            "removals.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"removals": [str(line.row.pk)] if line else []},
        )
        return self.show(request, "removal", form=form, line=line, saved=saved, status=status)


class RemovalView(RecordRemovalView):
    def get(self, request: HttpRequest, reference: str, removal: UUID) -> HttpResponse:  # type: ignore[override]
        line = reads.line_of(reads.find_removal(self.case, removal))
        return self.page(request, self._saved(line), line)

    def post(self, request: HttpRequest, reference: str, removal: UUID) -> HttpResponse:  # type: ignore[override]
        row = reads.find_removal(self.case, removal)
        form = RemovalForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, reads.line_of(row), status=422)
        try:
            change_removal(
                row,
                actor=request.user,
                at=self.at,
                values=form.values(),
                version=form.cleaned_data["version"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            line = reads.line_of(reads.find_removal(self.case, removal))
            if not isinstance(refusal, Changed):
                return self.page(request, form, line, status=422)
            form.data = form.data.copy()
            form.data["version"] = str(line.row.version)
            saved = saved_meanwhile(self._saved(line), form)
            return self.page(request, form, line, status=409, saved=saved)
        messages.success(request, _("It is changed."))
        return redirect("case_matters", reference=self.case.reference)

    @staticmethod
    def _saved(line: reads.Line) -> RemovalForm:
        initial: dict[str, Any] = {name: getattr(line.row, name) for name in CODES}
        return RemovalForm(initial=initial | {"words": line.words, "version": line.row.version})
