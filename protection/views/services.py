"""Support on a case: what the person needs, and the providers; and the people whom a provider was
referred."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.selectors.contact import dialect_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Refused
from nrm.audit import writer
from nrm.web import add_objections
from protection.actions import services as actions
from protection.forms.services import AnswerForm, EndForm, NeedForm, ReferForm
from protection.selectors import services as reads
from protection.selectors import shelter as beds
from protection.selectors.counselling import is_counselling, sessions_held
from protection.selectors.leaflet import given_to


class _SupportView(CaseView):
    right = rights.SUPPORT

    def show(
        self, request: HttpRequest, template: str, lines: list[reads.Line], **more: Any
    ) -> HttpResponse:
        writer.write(
            "services.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"services": [str(line.row.pk) for line in lines]},
        )
        frame = case_frame(request, self.case, self.held, current="case_support")
        status = more.pop("status", 200)
        context = {**frame, "lines": lines, **more}
        return render(request, f"protection/{template}.html", context, status=status)


class SupportView(_SupportView):
    """What the person needs and is given."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        lines = reads.services_of(self.case, at=self.at)
        return self.show(request, "support", lines, given=given_to(self.case))


class NeedView(_SupportView):
    """Noting a need."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, NeedForm(profile=self.case.profile))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = NeedForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            row = actions.note_need(self.case, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("The need is noted."))
        return redirect("service", reference=self.case.reference, service=row.pk)

    def _page(self, request: HttpRequest, form: NeedForm, **more: Any) -> HttpResponse:
        return self.show(request, "need", [], form=form, **more)


class ServiceView(_SupportView):
    """One service. POST refers the person to a provider."""

    def get(self, request: HttpRequest, reference: str, service: UUID) -> HttpResponse:
        return self.page(request, service)

    def post(self, request: HttpRequest, reference: str, service: UUID) -> HttpResponse:
        line = reads.find_service(self.case, service, at=self.at)
        form = self.refer_form(line, request.POST)
        if not form.is_valid():
            return self.page(request, service, refer=form, status=422)
        told = form.cleaned_data
        by: dict[str, Any] = {
            "actor": request.user,
            "at": self.at,
            "organisation": told["organisation"].pk,
        }
        try:
            if "reason" in told:
                actions.refer_without_consent(line.row, reason=told["reason"], **by)
            else:
                actions.refer(line.row, **by)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, service, refer=form, status=422)
        words = {"name": told["organisation"].name}
        messages.success(request, _("The person is referred to %(name)s.") % words)
        return redirect("service", reference=self.case.reference, service=service)

    def refer_form(self, line: reads.Line, data: Any = None) -> ReferForm:
        return ReferForm(
            data,
            providers=reads.providers(self.case),
            consented=line.state == reads.CONSENTED,
        )

    def page(
        self,
        request: HttpRequest,
        service: UUID,
        *,
        refer: ReferForm | None = None,
        end: EndForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        line = reads.find_service(self.case, service, at=self.at)
        waits = line.state in ("needed", reads.CONSENTED)
        override = getattr(line.row, "override", None)
        return self.show(
            request,
            "service",
            [line],
            line=line,
            refer=(refer or self.refer_form(line)) if waits else None,
            end=None if line.row.is_over else end or EndForm(profile=self.case.profile),
            forms=[form for form in (refer, end) if form is not None],
            override=override,
            why=reads.why_overridden(self.case, override) if override else "",
            may_confirm=override is not None
            and override.seen_at is None
            and override.by_id != request.user.pk
            and rights.READ_OVERRIDE.code in self.held,
            held=sessions_held(line.row, at=self.at)
            if is_counselling(self.case.profile, line.row.code) and line.row.referred_at
            else None,
            help=getattr(reads.catalogued(self.case.profile, line.row.code), "help", ""),
            status=status,
        )


class EndView(ServiceView):
    """Ending it; what is wrong is told on the page of the service."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, service: UUID) -> HttpResponse:
        line = reads.find_service(self.case, service, at=self.at)
        form = EndForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self.page(request, service, end=form, status=422)
        try:
            actions.end_service(line.row, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, service, end=form, status=422)
        messages.success(request, _("It has ended."))
        is_shelter = line.row.code == self.case.profile.support.shelter
        if is_shelter and beds.stay_now(self.case, at=self.at):
            # Whoever ends shelter has to say where the person lives then.
            return redirect("case_shelter", reference=self.case.reference)
        return redirect("case_support", reference=self.case.reference)


class OverrideReadView(_SupportView):
    """A supervisor confirms having read why there was no consent."""

    right = rights.READ_OVERRIDE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, service: UUID) -> HttpResponse:
        line = reads.find_service(self.case, service, at=self.at)
        try:
            actions.read_override(line.row, actor=request.user, at=self.at)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("That you read it is on record."))
        return redirect("service", reference=self.case.reference, service=service)


# Referred to us -----------------------------------------------------------------------------------
class ReferredView(View):
    """The people whom the reader's organisation was referred, while they are with it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        rights.SEE_REFERRED.check(user, None)
        at = timezone.now()
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        page = reads.referred_page(user, at=at, after=after, before=before)
        writer.write(
            "referred.viewed",
            at=at,
            actor_id=user.pk,
            data={
                "services": [str(line.row.pk) for line in page.rows],
                "cases": sorted({str(line.row.case_id) for line in page.rows}),
            },
        )
        context = {"lines": page.rows, **page.links(request.path, {})}
        return render(request, "protection/referred.html", context)


class ReferredPersonView(View):
    """One of them: what the service needs to know. POST answers."""

    def get(self, request: HttpRequest, service: UUID) -> HttpResponse:
        return self._page(request, service)

    def post(self, request: HttpRequest, service: UUID) -> HttpResponse:
        rights.SEE_REFERRED.check(request.user, None)
        at = timezone.now()
        line = reads.find_referred(request.user, service, at=at)  # type: ignore[arg-type]
        form = AnswerForm(request.POST, profile=line.row.case.profile, state=line.row.state)
        if not form.is_valid():
            return self._page(request, service, form, status=422)
        try:
            row = actions.answer(line.row, actor=request.user, at=at, **form.answered())
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, service, form, status=422)
        if row.is_over:
            messages.success(request, _("Your answer is recorded. You do not see the person now."))
            return redirect("referred")
        messages.success(request, _("Your answer is recorded."))
        return redirect("referred_person", service=service)

    def _page(
        self,
        request: HttpRequest,
        service: UUID,
        form: AnswerForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        user: Any = request.user
        rights.SEE_REFERRED.check(user, None)
        at = timezone.now()
        line = reads.find_referred(user, service, at=at)
        case = line.row.case
        writer.write(
            "referred.viewed",
            at=at,
            actor_id=user.pk,
            case_id=case.pk,
            data={"services": [str(line.row.pk)]},
        )
        form = form or AnswerForm(profile=case.profile, state=line.row.state)
        counsels = is_counselling(case.profile, line.row.code)
        context = {
            "line": line,
            "case": case,
            "form": form,
            "counsels": counsels,
            "dialect": dialect_of(case, line.card),
        }
        return render(request, "protection/referred_person.html", context, status=status)
