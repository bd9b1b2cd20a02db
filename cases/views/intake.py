"""The intake queue, and giving one case to a caseworker."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.actions.assigning import assign_case
from cases.forms.intake import AssignForm, TasksForm
from cases.rights import ASSIGN, SEE_INTAKE_QUEUE
from cases.selectors import intake as selectors
from cases.selectors.cases import running_deadlines
from cases.selectors.course import referred_again
from cases.selectors.finding import duplicates_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Changed, Refused
from nrm.audit import writer
from nrm.web import add_objections


class IntakeQueueView(View):
    """Referrals received that nobody has been given, the oldest legal deadline first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_INTAKE_QUEUE.check(user, None)
        at = timezone.now()
        waiting, page = selectors.intake_queue(
            user,
            at=at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "cases.listed",
            at=at,
            actor_id=user.pk,
            data={"list": "intake", "cases": [str(line.case.pk) for line in waiting]},
        )
        return render(
            request, "cases/intake.html", {"waiting": waiting, **page.links(request.path, {})}
        )


class TriageView(CaseView):
    """One referral that waits: what it says, what is to be done today, and who takes it."""

    right = ASSIGN

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            assign_case(
                self.case,
                actor=request.user,
                at=self.at,
                caseworker=form.cleaned_data["caseworker"],
                version=form.cleaned_data["version"],
            )
        except Refused as refusal:
            if isinstance(refusal, Changed):
                # What was chosen stays; the version is now the one that the page tells of.
                form.data = form.data.copy()
                form.data["version"] = self.case.version
            add_objections(form, refusal)
            return self._page(request, form, status=409 if isinstance(refusal, Changed) else 422)
        messages.success(
            request,
            _("%(case)s was given to %(name)s.")
            % {
                "case": self.case.reference,
                "name": form.cleaned_data["caseworker"].display_name,
            },
        )
        return redirect("intake_queue")

    def _form(self, data: Any = None) -> AssignForm:
        return AssignForm(
            data,
            caseworkers=selectors.caseworkers_for(self.case),
            initial={"version": self.case.version, "caseworker": self.case.caseworker_id},
        )

    def _page(self, request: HttpRequest, form: AssignForm, status: int = 200) -> HttpResponse:
        told = selectors.referrals_told(self.case) if "see_referral" in self.held else []
        tasks = list(self.case.casetasks.all())
        duplicates = duplicates_of(self.case, request.user)  # type: ignore[arg-type]
        writer.write(
            "referral.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={
                "referrals": [str(t.referral.pk) for t in told],
                "cases": [str(alike.case.pk) for alike in duplicates.alike],
            },
        )
        return render(
            request,
            "cases/triage.html",
            {
                **case_frame(request, self.case, self.held, current=""),
                "form": form,
                "told": told,
                "duplicates": duplicates,
                "before": [
                    one.case
                    for one in referred_again(self.case, request.user)  # type: ignore[arg-type]
                    if one.case and not one.later
                ],
                "deadlines": running_deadlines(self.case, at=self.at),
                "jurisdiction": self.case.profile.jurisdiction(self.case.jurisdiction).label,
                "tasks": tasks,
                "tasks_form": TasksForm(tasks=tasks, profile=self.case.profile)
                if tasks and "do_task" in self.held
                else None,
                "tasks_back": "triage",
            },
            status=status,
        )
