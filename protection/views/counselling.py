"""Counselling, for the provider that gives it: the sessions of a person, one of them, and the notes
that nobody else reads."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.forms.referral import listed
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections
from protection.actions import counselling as actions
from protection.forms.counselling import ClinicalNoteForm, OutcomeForm, PlanForm
from protection.models import Session
from protection.rules.counselling import PLANS
from protection.selectors import counselling as reads
from protection.selectors.services import Referred


class _CounsellingView(View):
    """`at` is the time of the request; whoever has not the role is refused before anything is
    looked for."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rights.SEE_REFERRED.check(request.user, None)
        self.user: Any = request.user
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def looked(self, case_id: UUID, rows: list[Session], notes: list[reads.Noted]) -> None:
        writer.write(
            "counselling.viewed",
            at=self.at,
            actor_id=self.user.pk,
            case_id=case_id,
            data={
                "sessions": [str(row.pk) for row in rows],
                "notes": [str(note.row.pk) for note in notes],
            },
        )


class SessionsView(_CounsellingView):
    """The sessions of a person, the last first."""

    def get(self, request: HttpRequest, service: UUID) -> HttpResponse:
        found = reads.find_counselled(self.user, service, at=self.at)
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        page = reads.sessions_page(found.row, at=self.at, after=after, before=before)
        self.looked(found.row.case_id, [one.row for one in page.rows], [])
        context = {
            "line": found,
            "case": found.row.case,
            "meetings": page.rows,
            "may_plan": found.row.state in PLANS,
            **page.links(request.path, {}),
        }
        return render(request, "protection/sessions.html", context)


class SessionPlanView(_CounsellingView):
    """Planning one."""

    def get(self, request: HttpRequest, service: UUID) -> HttpResponse:
        found = reads.find_counselled(self.user, service, at=self.at)
        return self._page(request, found, PlanForm(initial=reads.usual(found)))

    def post(self, request: HttpRequest, service: UUID) -> HttpResponse:
        found = reads.find_counselled(self.user, service, at=self.at)
        form = PlanForm(request.POST)
        if not form.is_valid():
            return self._page(request, found, form, status=422)
        try:
            actions.plan_session(found.row, actor=self.user, at=self.at, **form.planned())
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, found, form, status=422)
        messages.success(request, _("The session is planned."))
        return redirect("counselling", service=service)

    def _page(
        self, request: HttpRequest, found: Referred, form: PlanForm, status: int = 200
    ) -> HttpResponse:
        self.looked(found.row.case_id, [], [])
        context = {
            "line": found,
            "case": found.row.case,
            "form": form,
            "lists": {"languages": listed(get_language() or "", "languages")},
        }
        return render(request, "protection/session_plan.html", context, status=status)


class SessionView(_CounsellingView):
    """One session, with the notes. POST records what came of it."""

    def get(self, request: HttpRequest, service: UUID, session: UUID) -> HttpResponse:
        return self.page(request, service, session)

    def post(self, request: HttpRequest, service: UUID, session: UUID) -> HttpResponse:
        row = reads.find_session(self.user, service, session, at=self.at)
        form = self.outcome_form(row, request.POST)
        if not form.is_valid():
            return self.page(request, service, session, outcome=form, status=422)
        try:
            actions.record_outcome(row, actor=self.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, service, session, outcome=form, status=422)
        messages.success(request, _("It is recorded."))
        return redirect("counselling_session", service=service, session=session)

    def outcome_form(self, row: Session, data: Any = None) -> OutcomeForm:
        return OutcomeForm(data, session=row, begun=row.starts_at <= self.at)

    def page(
        self,
        request: HttpRequest,
        service: UUID,
        session: UUID,
        *,
        outcome: OutcomeForm | None = None,
        note: ClinicalNoteForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        row = reads.find_session(self.user, service, session, at=self.at)
        notes, private = reads.notes_of(row), reads.private_of(row)
        self.looked(row.case_id, [row], notes)
        waits = row.state == "planned"
        context = {
            "case": row.case,
            "row": row,
            "meeting": reads.meeting(row, self.at),
            "private": private,
            "wanted": reads.interpreter_words(row, private.dialect),
            "notes": notes,
            "outcome": (outcome or self.outcome_form(row)) if waits else None,
            "may_book": waits and row.interpreter == "needed",
            "note": note or ClinicalNoteForm(),
            "forms": [form for form in (outcome, note) if form is not None],
        }
        return render(request, "protection/session.html", context, status=status)


class InterpreterView(SessionView):
    """An interpreter is booked."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, service: UUID, session: UUID) -> HttpResponse:
        row = reads.find_session(self.user, service, session, at=self.at)
        try:
            actions.book_interpreter(row, actor=self.user, at=self.at)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("That an interpreter is booked is recorded."))
        return redirect("counselling_session", service=service, session=session)


class ClinicalNoteView(SessionView):
    """Writing a note; what is wrong is told on the page of the session."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, service: UUID, session: UUID) -> HttpResponse:
        row = reads.find_session(self.user, service, session, at=self.at)
        form = ClinicalNoteForm(request.POST)
        if not form.is_valid():
            return self.page(request, service, session, note=form, status=422)
        try:
            actions.write_clinical_note(row, actor=self.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, service, session, note=form, status=422)
        messages.success(request, _("Note saved."))
        return redirect("counselling_session", service=service, session=session)
