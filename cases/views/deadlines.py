"""The pages of clocks: all of a case, why one date is that, pausing and extending."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases import rights
from cases.actions import deadlines as actions
from cases.forms.deadlines import ExtendForm, KeepPausedForm, PauseForm, SeenForm
from cases.models import Deadline
from cases.rights import CHANGE_DEADLINE
from cases.selectors.deadlines import deadlines_of, explain
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Hidden, Refused
from nrm.audit import writer
from nrm.web import add_objections


class DeadlinePage(CaseView):
    """A page about the clocks of one case."""

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        frame = case_frame(self.request, self.case, self.held, current="deadlines")
        return render(self.request, template, {**frame, **context}, status=status)

    def find(self, deadline_id: UUID) -> Deadline:
        """The clock, if it is one of this case; else it is as if there were none."""
        found = (
            self.case.deadlines.prefetch_related("pauses__by", "extensions__by")
            .filter(pk=deadline_id)
            .first()
        )
        if found is None:
            raise Hidden(self.right.code)
        found.case = self.case
        return found

    def looked(self, *ids: UUID) -> None:
        writer.write(
            "deadlines.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"deadlines": [str(pk) for pk in ids]},
        )

    def explained(self, deadline: Deadline, template: str, status: int = 200, **more: Any) -> Any:
        self.looked(deadline.pk)
        return self.page(
            template,
            status=status,
            explained=explain(self.case, deadline, at=self.at),
            may_change=CHANGE_DEADLINE.code in self.held,
            **more,
        )


class DeadlinesView(DeadlinePage):
    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        every = deadlines_of(self.case, at=self.at)
        self.looked(*(one.row.pk for one in every))
        ended = ("met", "void")
        return self.page(
            "deadlines/deadlines.html",
            running=[one for one in every if one.row.state not in ended],
            ended=[one for one in every if one.row.state in ended],
        )


class DeadlineView(DeadlinePage):
    """Why this date."""

    def get(self, request: HttpRequest, reference: str, deadline_id: UUID) -> HttpResponse:
        deadline = self.find(deadline_id)
        seen = SeenForm(initial={"seen": deadline.due_on.isoformat()})
        return self.explained(deadline, "deadlines/deadline.html", seen_form=seen)


class ChangePage(DeadlinePage):
    """A form that changes one clock."""

    right = rights.CHANGE_DEADLINE
    template = ""
    done: Any = ""

    def form(self, deadline: Deadline, data: Any = None) -> Any:
        raise NotImplementedError

    def act(self, deadline: Deadline, said: dict[str, Any]) -> None:
        raise NotImplementedError

    def get(self, request: HttpRequest, reference: str, deadline_id: UUID) -> HttpResponse:
        deadline = self.find(deadline_id)
        return self.explained(deadline, self.template, form=self.form(deadline))

    def post(self, request: HttpRequest, reference: str, deadline_id: UUID) -> HttpResponse:
        deadline = self.find(deadline_id)
        form = self.form(deadline, request.POST)
        if not form.is_valid():
            return self.explained(deadline, self.template, status=422, form=form)
        try:
            self.act(deadline, form.cleaned_data)
        except Refused as refusal:
            deadline = self.find(deadline_id)
            add_objections(form, refusal)
            form.data = form.data.copy()
            form.data["seen"] = deadline.due_on.isoformat()
            return self.explained(deadline, self.template, status=422, form=form)
        messages.success(request, self.done)
        return redirect("deadline", self.case.reference, deadline.pk)


class PauseView(ChangePage):
    template = "deadlines/pause.html"
    done = _lazy("The deadline is paused.")

    def form(self, deadline: Deadline, data: Any = None) -> PauseForm:
        seen = deadline.due_on.isoformat()
        return PauseForm(data, profile=self.case.profile, initial={"seen": seen})

    def act(self, deadline: Deadline, said: dict[str, Any]) -> None:
        actions.pause_deadline(deadline, actor=self.request.user, at=self.at, **said)


class KeepPausedView(ChangePage):
    template = "deadlines/keep_paused.html"
    done = _lazy("The deadline stays paused.")

    def form(self, deadline: Deadline, data: Any = None) -> KeepPausedForm:
        return KeepPausedForm(data, initial={"seen": deadline.due_on.isoformat()})

    def act(self, deadline: Deadline, said: dict[str, Any]) -> None:
        actions.keep_paused(deadline, actor=self.request.user, at=self.at, **said)


class ExtendView(ChangePage):
    template = "deadlines/extend.html"
    done = _lazy("The deadline is extended.")

    def form(self, deadline: Deadline, data: Any = None) -> ExtendForm:
        term = self.case.profile.term(deadline.term)
        return ExtendForm(data, term=term, initial={"seen": deadline.due_on.isoformat()})

    def act(self, deadline: Deadline, said: dict[str, Any]) -> None:
        actions.extend_deadline(deadline, actor=self.request.user, at=self.at, **said)


class ResumeView(DeadlinePage):
    right = rights.CHANGE_DEADLINE

    def post(self, request: HttpRequest, reference: str, deadline_id: UUID) -> HttpResponse:
        deadline = self.find(deadline_id)
        form = SeenForm(request.POST)
        seen = form.cleaned_data["seen"] if form.is_valid() else None
        actions.resume_deadline(deadline, actor=request.user, at=self.at, seen=seen)
        messages.success(request, _("The deadline runs again. The days of the pause do not count."))
        return redirect("deadline", self.case.reference, deadline.pk)
