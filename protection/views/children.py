"""What protects a child: the page of the case, its records, and the road to 18."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.adulthood import plan_adulthood
from cases.models.adulthood import StayAnswer
from cases.rules.adulthood import VALUES
from cases.rules.languages import LANGUAGES
from cases.selectors import adulthood as road_reads
from cases.views.base import CaseView
from cases.views.frame import case_frame
from cases.words import task_label
from nrm.actions import Changed, Refused
from nrm.audit import writer
from nrm.deadline_words import day_words
from nrm.web import add_objections, saved_meanwhile
from protection.actions.children import change_child, record_child
from protection.forms.children import AdulthoodForm, RecordForm
from protection.models.child import RecordKind
from protection.selectors import children as reads


class _ChildPage(CaseView):
    right = rights.CARE_FOR_CHILD

    def show(
        self,
        request: HttpRequest,
        template: str,
        *,
        records: list[UUID] | None = None,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_child")
        writer.write(
            "child.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"records": [str(pk) for pk in records or []]},
        )
        return render(request, f"protection/{template}.html", {**frame, **more}, status=status)

    def done(self, request: HttpRequest, text: str) -> HttpResponse:
        messages.success(request, text)
        return redirect("case_child", reference=self.case.reference)


class ChildView(_ChildPage):
    """Everything at once: what is urgent, the road to 18, the tasks, the records by kind."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        case, at = self.case, self.at
        lines = reads.records_of(case, at=at)
        tasks = list(case.casetasks.select_related("done_by"))
        missing = [
            {
                "pk": one.row.pk,
                "text": _("Since %(date)s. Reported to the police: %(reported)s.")
                % {"date": day_words(one.row.on), "reported": one.title},
            }
            for one in lines
            if one.row.kind == RecordKind.MISSING and one.open
        ]
        groups = reads.grouped(lines)
        kinds = reads.recordable(case)
        return self.show(
            request,
            "child",
            records=[one.row.pk for one in lines],
            groups=groups,
            recordable=kinds,
            empty=[
                {
                    "title": group.label,
                    "status": _("Record it"),
                    "colour": "",
                    "href": reverse("child_record_new", args=[case.reference, group.kind]),
                }
                for group in groups
                if group.kind in kinds and not group.lines
            ],
            missing=missing,
            road=road_reads.road_of(case, road_reads.adulthood_of(case), at=at),
            agreed=StayAnswer.AGREED,
            tasks=[
                {
                    "title": task_label(case, task.code),
                    "status": _("Done") if task.done_at else _("Open"),
                    "colour": "" if task.done_at else "blue",
                    "href": "" if task.done_at else reverse("case_tasks", args=[case.reference]),
                }
                for task in tasks
            ],
        )


class RecordView(_ChildPage):
    """Recording something of a kind."""

    def get(self, request: HttpRequest, reference: str, kind: str) -> HttpResponse:
        return self._page(request, kind, RecordForm(kind=self._kind(kind)))

    def post(self, request: HttpRequest, reference: str, kind: str) -> HttpResponse:
        form = RecordForm(request.POST, kind=self._kind(kind))
        if not form.is_valid():
            return self._page(request, kind, form, status=422)
        try:
            record_child(
                self.case,
                actor=request.user,
                at=self.at,
                kind=kind,
                values=form.values(),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, kind, form, status=422)
        return self.done(request, _("It is recorded."))

    def _kind(self, kind: str) -> str:
        if kind not in RecordKind.values:
            raise Http404
        return kind

    def _page(
        self, request: HttpRequest, kind: str, form: RecordForm, status: int = 200
    ) -> HttpResponse:
        label = RecordKind(kind).label
        return self.show(request, "child_record", form=form, title=label, status=status)


class RecordChangeView(_ChildPage):
    """One record, to change it."""

    def get(self, request: HttpRequest, reference: str, record: UUID) -> HttpResponse:
        line = reads.line_of(reads.find_record(self.case, record), at=self.at)
        return self._page(request, line, self._saved(line))

    def post(self, request: HttpRequest, reference: str, record: UUID) -> HttpResponse:
        row = reads.find_record(self.case, record)
        form = RecordForm(request.POST, kind=row.kind)
        if not form.is_valid():
            return self._page(request, reads.line_of(row, at=self.at), form, status=422)
        try:
            change_child(
                row,
                actor=request.user,
                at=self.at,
                values=form.values(),
                version=form.cleaned_data["version"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            line = reads.line_of(reads.find_record(self.case, record), at=self.at)
            if not isinstance(refusal, Changed):
                return self._page(request, line, form, status=422)
            # What was typed stays; sent once more it goes on from what is there now.
            form.data = form.data.copy()
            form.data["version"] = str(line.row.version)
            saved = saved_meanwhile(self._saved(line), form)
            return self._page(request, line, form, status=409, saved=saved)
        return self.done(request, _("It is changed."))

    @staticmethod
    def _saved(line: reads.Line) -> RecordForm:
        initial = {**line.answers, "version": line.row.version}
        return RecordForm(initial=initial, kind=line.row.kind)

    def _page(
        self, request: HttpRequest, line: reads.Line, form: RecordForm, **more: Any
    ) -> HttpResponse:
        title = RecordKind(line.row.kind).label
        return self.show(
            request, "child_record", records=[line.row.pk], form=form, title=title, **more
        )


class AdulthoodView(_ChildPage):
    """The day on which they turn 18, and whether they agree to stay."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, self._saved())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        row = road_reads.adulthood_of(self.case)
        form = self._form(request.POST, initial={"on": row.on if row else None})
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            plan_adulthood(
                self.case,
                actor=request.user,
                at=self.at,
                values=form.values(),
                version=form.cleaned_data["version"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            if not isinstance(refusal, Changed):
                return self._page(request, form, status=422)
            there = self._saved()
            form.data = form.data.copy()
            form.data["version"] = str(there.initial["version"])
            return self._page(request, form, status=409, saved=saved_meanwhile(there, form))
        return self.done(request, _("It is recorded."))

    def _saved(self) -> AdulthoodForm:
        row = road_reads.adulthood_of(self.case)
        initial: dict[str, Any] = {name: getattr(row, name) for name in VALUES} if row else {}
        return self._form(initial={**initial, "version": row.version if row else 0})

    def _form(self, *data: Any, **more: Any) -> AdulthoodForm:
        turned = not self.case.treated_as_child
        return AdulthoodForm(*data, profile=self.case.profile, turned=turned, **more)

    def _page(self, request: HttpRequest, form: AdulthoodForm, **more: Any) -> HttpResponse:
        names = [name for _code, name in LANGUAGES.in_order()]
        return self.show(request, "adulthood", form=form, lists={"languages": names}, **more)
