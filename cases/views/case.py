"""The case: its overview, its timeline, its tasks, the people and what they agreed to."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import ports
from cases.actions.tasks_done import finish_task, reopen_task
from cases.forms.intake import TasksForm
from cases.forms.notes import NoteForm
from cases.forms.timeline import TimelineFilter
from cases.rights import DO_TASK, RECORD_CONTACT, SEE_CASE, SEE_REFERRAL, SHARE
from cases.selectors import overview
from cases.selectors import people as people_selectors
from cases.selectors import timeline as timelines
from cases.selectors.cases import day_to_wait_for, running_deadlines
from cases.selectors.cooperation import cooperation_of
from cases.selectors.intake import referrals_told
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.audit import writer

RECENT = 6


class CaseOverview(CaseView):
    """What is next and when, without a click; then what is known and what happened."""

    right = SEE_CASE

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        case, held, at = self.case, self.held, self.at
        user: Any = request.user
        deadlines = running_deadlines(case, at=at)
        decisions = list(case.decisions.defer("reasons", "record"))
        findings = case.findings_now
        tasks = list(case.casetasks.all())
        last = timelines.last_look(case, user, at=at)
        recent = timelines.timeline(case, size=RECENT).events
        recent = timelines.mark_new(recent, last, user)
        new = sum(event.new for event in recent)
        found = overview.found(findings)
        side_panels = self._panels(side=True)
        writer.write(
            "case.viewed",
            at=at,
            actor_id=user.pk,
            case_id=case.pk,
            data={
                "deadlines": [str(d.id) for d in deadlines],
                "decisions": [str(d.pk) for d in decisions],
                "findings": str(findings.pk) if findings else None,
            },
        )
        return render(
            request,
            "cases/overview.html",
            {
                **case_frame(request, case, held, current="case"),
                "stage": case.profile.stage(case.stage),
                "assign_url": reverse("triage", args=[case.reference]) if "assign" in held else "",
                "deadlines": deadlines,
                "next": overview.do_next(
                    case,
                    user,
                    held,
                    decisions=decisions,
                    deadlines=deadlines,
                    screened=findings is not None,
                    open_tasks=sum(task.done_at is None for task in tasks),
                    not_before=day_to_wait_for(case, deadlines),
                ),
                "tasks": tasks,
                "tasks_form": TasksForm(tasks=tasks, profile=case.profile)
                if tasks and "do_task" in held
                else None,
                "tasks_back": "case",
                "findings": findings,
                "found": found,
                "several": len(found) > 1,
                # The room that recorded the findings may show them itself; what stands here then
                # is what each episode adds.
                "show_found": len(found) > 1 or not side_panels,
                "alleged": overview.alleged(case) if "see_referral" in held else None,
                "decisions": overview.decision_lines(case, decisions, held),
                "timeline": recent,
                "new": f"{new}+" if new == RECENT else str(new) if new else "",
                "looked_at": last.at if last else None,
                "note_form": NoteForm() if "write_note" in held else None,
                "panels": self._panels(side=False),
                "side_panels": side_panels,
            },
        )

    def _panels(self, *, side: bool) -> list[dict[str, Any]]:
        shown = []
        for panel in ports.panels(self.held):
            if panel.side != side:
                continue
            context = panel.build(self.case, self.request.user)
            if context is not None:
                shown.append({"template": panel.template, "context": context})
        return shown


class ReferralTold(CaseView):
    """What the referral says, as the first responder wrote it."""

    right = SEE_REFERRAL

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        told = referrals_told(self.case)
        writer.write(
            "referral.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"referrals": [str(one.referral.pk) for one in told]},
        )
        frame = case_frame(request, self.case, self.held, current="case_referral")
        return render(request, "cases/referral.html", {**frame, "told": told})


class TimelineView(CaseView):
    """Everything that happened on the case, and who looked."""

    right = SEE_CASE

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        show = request.GET.get("show", "")
        show = show if show in (timelines.ALL, timelines.LOOKS) else timelines.CHANGES
        user: Any = request.user
        form = TimelineFilter(request.GET)
        valid = form.is_valid()
        narrowed = timelines.Narrowed(
            *(form.cleaned_data.get(name) for name in ("kind", "first", "last"))
        )
        last = timelines.last_look(self.case, user, at=self.at)
        page = timelines.timeline(
            self.case,
            show=show,
            narrowed=narrowed,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "timeline.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"events": [event.id for event in page.events]},
        )
        here = request.path
        kept = {
            name: value
            for name, value in request.GET.items()
            if value and name.partition("_")[0] in ("kind", "first", "last")
        }

        def address(**more: str) -> str:
            return f"{here}?{urlencode({**kept, 'show': show, **more})}"

        labels = {
            timelines.CHANGES: _("What was done"),
            timelines.LOOKS: _("Who looked"),
            timelines.ALL: _("Everything"),
        }
        return render(
            request,
            "cases/timeline.html",
            {
                **case_frame(request, self.case, self.held, current="case_timeline"),
                "events": timelines.mark_new(page.events, last, user),
                "looked_at": last.at if last else None,
                "form": form,
                "show": show,
                "valid": valid,
                "narrowed": bool(kept),
                "clear_url": f"{here}?show={show}",
                "views": [
                    {"label": label, "url": address(show=code), "current": code == show}
                    for code, label in labels.items()
                ],
                "previous_url": address(before=page.newer) if page.newer else "",
                "next_url": address(after=page.older) if page.older else "",
            },
            status=200 if valid else 422,
        )


class TasksView(CaseView):
    """Ticks of the tasks: what is ticked is done, what is not is not."""

    right = DO_TASK

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        tasks = list(self.case.casetasks.all())
        form = TasksForm(request.POST, tasks=tasks, profile=self.case.profile)
        back = "triage" if request.POST.get("back") == "triage" else "case"
        if not form.is_valid():
            return render(
                request,
                "cases/tasks.html",
                {
                    **case_frame(request, self.case, self.held, current="case"),
                    "form": form,
                    "tasks_back": back,
                },
                status=422,
            )
        done = set(form.cleaned_data["done"])
        for task in tasks:
            if (task.code in done) == (task.done_at is not None):
                continue
            change = finish_task if task.code in done else reopen_task
            change(task, actor=request.user, at=self.at)
        messages.success(request, _("Tasks saved."))
        return redirect(reverse(back, args=[self.case.reference]))


class PeopleView(CaseView):
    """How the person may be reached, and what they agreed to. Nothing here says who they are."""

    right = SEE_REFERRAL

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        consents = people_selectors.consents(self.case, at=self.at)
        card = people_selectors.safe_contact(self.case, at=self.at)
        said = cooperation_of(self.case)
        writer.write(
            "people.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={
                "consents": [str(consent.id) for consent in consents],
                "card": str(card.id) if card else None,
                "cooperation": [str(one.row.pk) for one in said[:1]],
            },
        )
        return render(
            request,
            "cases/people.html",
            {
                **case_frame(request, self.case, self.held, current="case_people"),
                "consents": consents,
                "cooperation": said[0] if said else None,
                "may_share": SHARE.code in self.held,
                "may_record_contact": RECORD_CONTACT.code in self.held,
                "card": card,
            },
        )
