"""The pages of decisions: what can be decided, the draft, the second person, the record, the
letter, and when it was served."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from cases import rights
from cases.actions import deciding
from cases.forms.decisions import (
    DraftForm,
    OwnGroundsForm,
    ServingForm,
    StartForm,
    VerdictForm,
    VersionForm,
)
from cases.models import Decision
from cases.models.decision import DecisionState
from cases.rules import decisions as rules
from cases.selectors import deciding_pages as pages
from cases.selectors import decisions as reads
from cases.selectors.contact import contact_of
from cases.selectors.overview import found
from cases.views.base import CaseView
from cases.views.frame import case_frame
from identities.crypto import Opener
from nrm.accounts.models import User
from nrm.actions import Changed, Forbidden, Hidden, Objection, Refused
from nrm.audit import writer
from nrm.web import add_objections


class DecisionPage(CaseView):
    """A page about the decisions of one case."""

    right = rights.DRAFT_DECISION

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        frame = case_frame(self.request, self.case, self.held, current="decisions")
        return render(self.request, template, {**frame, **context}, status=status)

    def find(self, decision_id: UUID) -> Decision:
        """The decision, if it is one of this case; else it is as if there were none."""
        decision = (
            self.case.decisions.select_related("author", "second_person", "findings")
            .filter(pk=decision_id)
            .first()
        )
        if decision is None:
            raise Hidden(self.right.code)
        decision.case = self.case
        return decision

    def looked(self, verb: str, *decisions: Decision) -> None:
        writer.write(
            verb,
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"decisions": [str(decision.pk) for decision in decisions]},
        )

    def go(self, name: str, decision: Decision | None = None) -> HttpResponse:
        found_at = [self.case.reference] + ([decision.pk] if decision else [])
        return redirect(name, *found_at)


class DecisionsView(DecisionPage):
    """What can be decided now, what is being written, what was decided."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        lines = pages.decisions_of(self.case)
        self.looked("decisions.viewed", *(line.decision for line in lines))
        return self.page(
            "decisions/decisions.html",
            lines=lines,
            startable=pages.startable(self.case, request.user, lines, at=self.at),
        )


class StartView(DecisionPage):
    """What a decision asks for, before it is begun; and beginning it."""

    def get(self, request: HttpRequest, reference: str, code: str) -> HttpResponse:
        law = self._law(code)
        return self.page(
            "decisions/start.html",
            law=law,
            form=StartForm(),
            objections=rules.objections_to_drafting(
                law, stage=self.case.stage, roles=request.user.roles
            ),
            missing=[
                o
                for o in pages.objections_now(self.case, law, at=self.at)
                if o.field is None and o.code != "stage"
            ],
        )

    def post(self, request: HttpRequest, reference: str, code: str) -> HttpResponse:
        law = self._law(code)
        form = StartForm(request.POST)
        key = form.cleaned_data["submission_key"] if form.is_valid() else None
        try:
            decision = deciding.draft_decision(
                self.case, actor=request.user, at=self.at, code=code, submission_key=key
            )
        except Refused as refusal:
            return self.page(
                "decisions/start.html",
                status=422,
                law=law,
                form=StartForm(),
                objections=refusal.objections,
            )
        return self.go("decision", decision)

    def _law(self, code: str) -> Any:
        law = next((d for d in self.case.profile.decisions if d.code == code), None)
        if law is None:
            raise Hidden(self.right.code)
        return law


class DecisionView(DecisionPage):
    """One decision: the draft for its author, the record once it is made."""

    def get(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        decision = self.find(decision_id)
        if self._may_write(decision):
            reasons = reads.reasons_of(decision)
            findings = reads.current_findings(self.case)
            items = reads.items_of(self.case, findings)
            initial = DraftForm.initial_of(decision, reasons, items)
            form = self._form(decision, items, initial=initial)
            return self._draft(
                decision,
                form,
                findings,
                pages.objections_now(
                    self.case,
                    reads.law_of(decision),
                    at=self.at,
                    draft=decision,
                    reasons=reasons,
                    findings=findings,
                ),
            )
        self.looked("decision.viewed", decision)
        template = "made" if decision.state == DecisionState.MADE else "waiting"
        return self.page(
            f"decisions/{template}.html", **pages.shown(decision, request.user, self.held)
        )

    def post(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        decision = self.find(decision_id)
        findings = reads.current_findings(self.case)
        items = reads.items_of(self.case, findings)
        typed = request.POST.copy()
        form = self._form(decision, items, typed)
        if not form.is_valid():
            return self._draft(decision, form, findings, status=422)
        try:
            deciding.save_draft(
                decision,
                actor=request.user,
                at=self.at,
                content=form.content(),
                version=form.cleaned_data["version"],
            )
            typed["version"] = str(decision.version)
            if "submit" in typed:
                deciding.submit_for_review(decision, actor=request.user, at=self.at)
        except Changed as refusal:
            return self._clash(decision, form, findings, typed, refusal)
        except Refused as refusal:
            decision.refresh_from_db()
            add_objections(form, refusal)
            return self._draft(decision, form, findings, status=422)
        if "submit" not in typed:
            messages.success(request, _("Saved. Only you can change it."))
        elif decision.state == DecisionState.MADE:
            messages.success(request, _("The decision is made."))
        else:
            messages.success(request, _("Submitted. A second person reads it now."))
        return self.go("decision", decision)

    def _may_write(self, decision: Decision) -> bool:
        return decision.author_id == self.request.user.pk and decision.state in (
            DecisionState.DRAFT,
            DecisionState.RETURNED,
        )

    def _form(self, decision: Decision, items: Any, data: Any = None, **more: Any) -> DraftForm:
        limit = self.case.profile.evidence.text_characters
        return DraftForm(data, law=reads.law_of(decision), items=items, limit=limit, **more)

    def _clash(
        self, decision: Decision, form: DraftForm, findings: Any, typed: Any, refusal: Refused
    ) -> HttpResponse:
        """Keeps what was typed, shows what is saved, and lets the next save go through."""
        decision.refresh_from_db()
        kept = reads.reasons_of(decision)
        saved = [
            {"label": part.label, "text": kept.get(part.code, "")}
            for part in rules.REASON_PARTS
            if kept.get(part.code, "") != typed.get(f"reason_{part.code}", "").strip()
        ]
        add_objections(form, refusal)
        typed["version"] = str(decision.version)
        return self._draft(decision, form, findings, status=409, saved=saved)

    def _draft(
        self,
        decision: Decision,
        form: DraftForm,
        findings: Any,
        objections: Iterable[Objection] = (),
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        self.looked("decision.viewed", decision)
        law = reads.law_of(decision)
        return self.page(
            "decisions/draft.html",
            status=status,
            decision=decision,
            law=law,
            form=form,
            objections=pages.with_targets(form, objections),
            found=found(findings),
            returned=pages.reviews_of(decision),
            version_form=VersionForm(initial={"version": decision.version}),
            needs_second=any(o.second_person for o in law.outcomes),
            **more,
        )


class WithdrawView(DecisionPage):
    def post(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        decision = self.find(decision_id)
        form = VersionForm(request.POST)
        version = form.cleaned_data["version"] if form.is_valid() else None
        deciding.withdraw_draft(decision, actor=request.user, at=self.at, version=version)
        messages.success(request, _("The draft is withdrawn. It stays on file."))
        return self.go("decisions")


# The second person -------------------------------------------------------------------------------
class ReviewView(DecisionPage):
    """The draft beside the findings: own grounds first, then the verdict."""

    right = rights.REVIEW_DECISION

    def get(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        return self._review(self.find(decision_id))

    def post(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        decision = self.find(decision_id)
        if "verdict_step" in request.POST:
            return self._verdict(decision)
        form = OwnGroundsForm(request.POST, law=reads.law_of(decision))
        if not form.is_valid():
            return self._review(decision, form, status=422)
        try:
            deciding.record_own_grounds(
                decision,
                actor=request.user,
                at=self.at,
                own_outcome=form.cleaned_data["own_outcome"],
                own_grounds=form.cleaned_data["own_grounds"],
                no_conflict=form.cleaned_data["no_conflict"],
                version=form.cleaned_data["version"],
            )
        except Refused as refusal:
            return self._refused(decision, form, refusal)
        return self.go("decision_review", decision)

    def _verdict(self, decision: Decision) -> HttpResponse:
        user: User = self.request.user
        form = self._verdict_form(decision, self.request.POST)
        if not form.is_valid():
            return self._review(decision, form, status=422)
        said = form.cleaned_data
        more: dict[str, Any] = {"actor": user, "at": self.at, "version": said["version"]}
        try:
            if said["verdict"] == rules.AGREE:
                deciding.agree(decision, reasons=said["reasons"], **more)
                messages.success(self.request, _("The decision is made."))
                return self.go("decision", decision)
            if said["verdict"] == rules.RETURN:
                deciding.hand_back(decision, reasons=said["reasons"], **more)
                messages.success(self.request, _("Returned to its author, with your reasons."))
            else:
                to = form.readers.get(said["to"])
                deciding.escalate(decision, to=to, reasons=said["reasons"], **more)
                messages.success(self.request, _("Passed on, with your reasons."))
        except Refused as refusal:
            return self._refused(decision, form, refusal)
        return redirect("reviews")

    def _verdict_form(self, decision: Decision, *args: Any, **more: Any) -> VerdictForm:
        user: User = self.request.user
        return VerdictForm(*args, readers=lambda: deciding.readers_besides(decision, user), **more)

    def _refused(self, decision: Decision, form: Any, refusal: Refused) -> HttpResponse:
        decision = self.find(decision.pk)
        add_objections(form, refusal)
        if isinstance(refusal, Changed):
            form.data = form.data.copy()
            form.data["version"] = str(decision.version)
        return self._review(decision, form, status=409 if isinstance(refusal, Changed) else 422)

    def _review(self, decision: Decision, form: Any = None, status: int = 200) -> HttpResponse:
        user: User = self.request.user
        self.looked("decision.viewed", decision)
        recorded = reads.open_review(decision, user)
        mine = ""
        if recorded:
            mine = reads.review_text(recorded, "own_grounds", Opener(self.case.person_id))
        objections = pages.objections_to_reading(decision, user)
        if form is None:
            initial = {"version": decision.version}
            form = (
                self._verdict_form(decision, initial=initial)
                if recorded
                else OwnGroundsForm(initial=initial, law=reads.law_of(decision))
            )
        shown = pages.shown(decision, user, self.held)
        return self.page(
            "decisions/review.html",
            status=status,
            **shown,
            form=form,
            recorded=recorded,
            own_grounds=mine,
            cannot_read=objections,
            standing_in_the_way=[]
            if objections
            else pages.objections_now(
                self.case,
                reads.law_of(decision),
                at=self.at,
                draft=decision,
                reasons=shown["said"],
                findings=self.case.findings_now,
            ),
            changes=reads.changes_since(decision),
            rewritten=reads.rewritten_since(decision, shown["said"]),
        )


# What the person gets ----------------------------------------------------------------------------
class LetterView(DecisionPage):
    """The letter as a page that prints: by reference and pseudonym, in plain words, no name."""

    def get(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        decision = self.find(decision_id)
        if decision.state != DecisionState.MADE:
            raise Hidden(self.right.code)
        self.looked("letter.viewed", decision)
        known = dict(settings.LANGUAGES)
        language = request.GET.get("language", "")
        if language not in known:
            spoken = self.case.language
            language = spoken if spoken in known else translation.get_language() or "en"
        with translation.override(language):
            body = render_to_string(
                "decisions/letter_body.html", {"letter": pages.letter_of(decision)}
            )
            direction = "rtl" if get_language_bidi() else "ltr"
        return self.page(
            "decisions/letter.html",
            decision=decision,
            law=reads.law_of(decision),
            body=body,
            language=language,
            direction=direction,
            letter_languages=[
                (code, translation.get_language_info(code)["name_local"]) for code in known
            ],
        )


class ServeView(DecisionPage):
    """When and how the decision reached the person."""

    right = rights.SERVE_DECISION

    def get(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        decision = self.find(decision_id)
        self.looked("decision.viewed", decision)
        return self._form_page(decision, self._form())

    def post(self, request: HttpRequest, reference: str, decision_id: UUID) -> HttpResponse:
        decision = self.find(decision_id)
        form = self._form(request.POST)
        if not form.is_valid():
            return self._form_page(decision, form, status=422)
        try:
            deciding.serve_decision(decision, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._form_page(decision, form, status=422)
        messages.success(request, _("Recorded. The clocks that run from that day have started."))
        return self.go("decision", decision)

    def _form(self, data: Any = None) -> ServingForm:
        return ServingForm(data, case=self.case, contact=contact_of(self.case, at=self.at))

    def _form_page(self, decision: Decision, form: ServingForm, status: int = 200) -> HttpResponse:
        if decision.state != DecisionState.MADE:
            raise Forbidden(self.right.code)
        return self.page(
            "decisions/serve.html",
            status=status,
            decision=decision,
            law=reads.law_of(decision),
            outcome=reads.law_of(decision).outcome(decision.outcome),
            form=form,
        )
