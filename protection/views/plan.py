"""The plan of support of a person: everything in it, one thing of it, and what happens to that."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases import rights
from cases.rules.countries import COUNTRIES
from cases.selectors.contact import contact_marks, contact_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Forbidden, Refused
from nrm.audit import writer
from nrm.web import add_objections
from protection.actions.plan import record_item, take_step
from protection.forms.plan import PartsForm
from protection.rules.plan import KINDS
from protection.rules.plan.shape import Kind, Step
from protection.selectors import plan as reads


class _PlanPage(CaseView):
    right = rights.SUPPORT

    def show(
        self,
        request: HttpRequest,
        template: str,
        *items: UUID,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_plan")
        writer.write(
            "plan.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"items": [str(pk) for pk in items]},
        )
        return render(request, f"protection/{template}.html", {**frame, **more}, status=status)

    def ask(
        self, request: HttpRequest, form: PartsForm, title: Any, *items: UUID, **more: Any
    ) -> HttpResponse:
        """The page of a form."""
        listed = "country" in form.fields
        names = [name for _code, name in COUNTRIES.in_order()] if listed else []
        return self.show(
            request, "plan_form", *items, form=form, title=title, countries=names, **more
        )


class PlanView(_PlanPage):
    """Everything that the plan holds, by kind."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        lines = reads.items_of(self.case, at=self.at)
        groups = reads.grouped(self.case, lines)
        return self.show(request, "plan", *(line.row.pk for line in lines), groups=groups)


class PlanNewView(_PlanPage):
    """Writing down something of a kind."""

    def get(self, request: HttpRequest, reference: str, plan_kind: str) -> HttpResponse:
        kind = self._kind(plan_kind)
        return self.ask(request, self._form(kind), kind.adding)

    def post(self, request: HttpRequest, reference: str, plan_kind: str) -> HttpResponse:
        kind = self._kind(plan_kind)
        form = self._form(kind, request.POST)
        if not form.is_valid():
            return self.ask(request, form, kind.adding, status=422)
        try:
            item = record_item(
                self.case,
                actor=request.user,
                at=self.at,
                kind=kind.code,
                values=form.values(),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self.ask(request, form, kind.adding, status=422)
        messages.success(request, _("It is written down."))
        return redirect("plan_item", reference=self.case.reference, plan_item=item.pk)

    def _kind(self, code: str) -> Kind:
        if kind := reads.find_kind(self.case.profile, code):
            return kind
        raise Http404

    def _form(self, kind: Kind, *data: Any) -> PartsForm:
        there = reads.refers_to(self.case, [kind], at=self.at)
        lists = reads.lists_of(self.case, kind, at=self.at, rows=there)
        return PartsForm(*data, parts=kind.parts, lists=lists)


class PlanItemView(_PlanPage):
    """One thing of the plan, and what happened to it."""

    def get(self, request: HttpRequest, reference: str, plan_item: UUID) -> HttpResponse:
        found = reads.whole(reads.find_item(self.case, plan_item), at=self.at)
        can = reads.steps_for(found, request.user, self.held)  # type: ignore[arg-type]
        return self.show(request, "plan_item", plan_item, found=found, line=found.line, can=can)


class PlanStepView(_PlanPage):
    """Recording what happens to it next."""

    def get(
        self, request: HttpRequest, reference: str, plan_item: UUID, plan_step: str
    ) -> HttpResponse:
        found = reads.whole(reads.find_item(self.case, plan_item), at=self.at)
        step = self._step(found, plan_step)
        # What stands already is not typed again, unless it is what happened this time.
        initial = {part.name: found.line.answers.get(part.name) for part in step.parts}
        return self._page(request, found, step, self._form(found, step, initial=initial))

    def post(
        self, request: HttpRequest, reference: str, plan_item: UUID, plan_step: str
    ) -> HttpResponse:
        item = reads.find_item(self.case, plan_item)
        found = reads.whole(item, at=self.at)
        step = self._step(found, plan_step)
        form = self._form(found, step, request.POST)
        if not form.is_valid():
            return self._page(request, found, step, form, status=422)
        try:
            take_step(
                item,
                actor=request.user,
                at=self.at,
                step=step.code,
                values=form.values(),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, found, step, form, status=422)
        messages.success(request, _("It is recorded."))
        return redirect("plan_item", reference=self.case.reference, plan_item=plan_item)

    def _step(self, found: reads.Whole, code: str) -> Step:
        """Also one that is not possible as it stands now: the action says so, and nothing that was
        typed is lost."""
        step = KINDS[found.line.row.kind].step(code)
        if step is None or not step.begins:
            raise Http404
        if step.by == "second" and rights.DECIDE_SUPPORT.code not in self.held:
            raise Forbidden(rights.DECIDE_SUPPORT.code)
        return step

    def _form(self, found: reads.Whole, step: Step, *data: Any, **more: Any) -> PartsForm:
        return PartsForm(*data, parts=step.parts, lists=found.lists, **more)

    def _page(
        self,
        request: HttpRequest,
        found: reads.Whole,
        step: Step,
        form: PartsForm,
        status: int = 200,
    ) -> HttpResponse:
        pk, marks = found.line.row.pk, []
        if step.code == "ask_after":
            # Nobody is asked how they are by a way that is not safe.
            marks = contact_marks(contact_of(self.case, at=self.at))
        line = found.line
        return self.ask(request, form, step.doing, pk, line=line, marks=marks, status=status)
