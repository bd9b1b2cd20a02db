"""Telling an agency of a matter; and for the liaison of an agency, what was sent and the answer."""

from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.actions.notices import (
    answer_notice,
    note_answer,
    open_notice,
    recall_notice,
    send_notice,
)
from cases.forms.matters import headings
from cases.forms.notices import AnswerForm, NoticeForm
from cases.forms.sharing import RecallForm
from cases.models import Matter
from cases.selectors import matters as matter_reads
from cases.selectors import notices as reads
from cases.selectors.sharing import consent_title
from cases.views.matters import MatterPage
from identities.crypto import KeyGone
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.profiles import Profile
from nrm.web import add_objections


def _reasons(profile: Profile) -> list[tuple[str, str]]:
    law = profile.non_punishment.notices
    return [(one.code, str(one.label)) for one in law.continues_because]


@method_decorator(fresh_factor("POST"), name="dispatch")
class SendNoticeView(MatterPage):
    """GET shows exactly what an agency would be told; POST tells it."""

    @cached_property
    def barred(self) -> frozenset[str]:
        """The agencies that are never told of the case, read once."""
        return reads.barred_agencies(self.case)

    def get(self, request: HttpRequest, reference: str, matter: UUID) -> HttpResponse:
        return self._page(request, matter_reads.find_matter(self.case, matter), None)

    def post(self, request: HttpRequest, reference: str, matter: UUID) -> HttpResponse:
        row = matter_reads.find_matter(self.case, matter)
        form = self._form(row, request.POST)
        if not form.is_valid():
            return self._page(request, row, form, status=422)
        try:
            sent = send_notice(
                row,
                actor=request.user,
                at=self.at,
                wanted=form.wanted(),
                names=headings(self.case),
                digest=form.cleaned_data["digest"],
                key=form.cleaned_data["key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, row, form, status=422)
        inside = sent.organisation_id is not None
        messages.success(
            request,
            _("They are told, and asked to answer.")
            if inside
            else _(
                "It is noted that they are told. Give it to them now; it is not sent from here."
            ),
        )
        return redirect("case_notice", reference=self.case.reference, matter=row.pk, notice=sent.pk)

    def _form(self, row: Matter, data: Any = None, **initial: Any) -> NoticeForm:
        case = self.case
        law = case.profile.non_punishment
        return NoticeForm(
            data,
            initial={"key": uuid4(), "agency": row.agency, **initial},
            agencies=[
                (one.code, str(one.label)) for one in law.notify if one.code not in self.barred
            ],
            organisations=reads.organisations_to_tell(case),
            consents=[
                (str(one.pk), consent_title(case, one))
                for one in reads.consents_to_tell(case, at=self.at)
            ],
            grounds=[(one.code, str(one.label)) for one in law.notices.grounds],
        )

    def _page(
        self, request: HttpRequest, row: Matter, form: NoticeForm | None, status: int = 200
    ) -> HttpResponse:
        content = reads.content_of(matter_reads.opened(row, at=self.at), headings(self.case))
        digest = reads.digest_of(content)
        if form is None:
            form = self._form(row, digest=digest)
        else:
            # It is told what stands here now, and no longer what was looked at before.
            form.data = form.data.copy()
            form.data["digest"] = digest
        self.looked("matter.viewed", request, [row])
        profile = self.case.profile
        return self.show(
            request,
            "tell",
            row=row,
            form=form,
            content=content,
            standing=reads.standing_words(profile, reads.standing_of(self.case)),
            never=[one for one in profile.non_punishment.notify if one.code in self.barred],
            normal=self.case.confidentiality == "normal",
            status=status,
        )


class NoticeView(MatterPage):
    """One notice: what was told, on what, and what was answered. POST notes an answer from
    outside."""

    def get(self, request: HttpRequest, reference: str, matter: UUID, notice: UUID) -> HttpResponse:
        return self.page(request, matter, notice)

    def post(
        self, request: HttpRequest, reference: str, matter: UUID, notice: UUID
    ) -> HttpResponse:
        row = reads.find_notice(matter_reads.find_matter(self.case, matter), notice)
        form = AnswerForm(request.POST, reasons=_reasons(self.case.profile))
        if not form.is_valid():
            return self.page(request, matter, notice, answer=form, status=422)
        try:
            note_answer(row, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, matter, notice, answer=form, status=422)
        messages.success(request, _("The answer is noted."))
        return redirect("case_matter", reference=self.case.reference, matter=matter)

    def page(
        self,
        request: HttpRequest,
        matter: UUID,
        notice: UUID,
        *,
        recall: RecallForm | None = None,
        answer: AnswerForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        found = matter_reads.find_matter(self.case, matter)
        row = reads.find_notice(found, notice)
        content = reads.opened_content(row)
        if content is None:
            raise KeyGone("The key is gone.")
        self.looked("matter.viewed", request, [found])
        return self.show(
            request,
            "notice",
            row=found,
            line=reads.line_of(row, at=self.at),
            content=content,
            recall_form=recall or RecallForm(),
            answer_form=answer or AnswerForm(reasons=_reasons(self.case.profile)),
            status=status,
        )


class RecallNoticeView(NoticeView):
    """Takes a notice back."""

    http_method_names = ["post"]

    def post(
        self, request: HttpRequest, reference: str, matter: UUID, notice: UUID
    ) -> HttpResponse:
        row = reads.find_notice(matter_reads.find_matter(self.case, matter), notice)
        form = RecallForm(request.POST)
        if not form.is_valid():
            return self.page(request, matter, notice, recall=form, status=422)
        because = form.cleaned_data["because"]
        try:
            recall_notice(row, actor=request.user, at=self.at, because=because)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, matter, notice, recall=form, status=422)
        messages.success(request, _("It is recalled: nobody there can open it any more."))
        return redirect("case_matter", reference=self.case.reference, matter=matter)


# Sent to us ---------------------------------------------------------------------------------------
class NoticesView(View):
    """The matters that were sent to the reader's organisation."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rights.ANSWER_NOTICES.check(request.user, None)
        at = timezone.now()
        page = reads.sent_to(
            request.user,  # type: ignore[arg-type]
            at=at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "notices.viewed",
            at=at,
            actor_id=request.user.pk,
            data={"notices": [str(line.row.pk) for line in page.rows]},
        )
        context = {"lines": page.rows, **page.links(request.path, {})}
        return render(request, "matters/notices.html", context)


class ReceivedNoticeView(View):
    """One of them: the matter alone. POST answers."""

    def get(self, request: HttpRequest, notice: UUID) -> HttpResponse:
        return self._page(request, notice, None)

    def post(self, request: HttpRequest, notice: UUID) -> HttpResponse:
        rights.ANSWER_NOTICES.check(request.user, None)
        row = reads.find_received(request.user, notice)  # type: ignore[arg-type]
        form = AnswerForm(request.POST, reasons=_reasons(reads.profile_of(row)))
        if not form.is_valid():
            return self._page(request, notice, form, status=422)
        try:
            answer_notice(row, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, notice, form, status=422)
        messages.success(request, _("Your answer is sent."))
        return redirect("received_notice", notice=row.pk)

    def _page(
        self, request: HttpRequest, notice: UUID, form: AnswerForm | None, status: int = 200
    ) -> HttpResponse:
        rights.ANSWER_NOTICES.check(request.user, None)
        at = timezone.now()
        row = reads.find_received(request.user, notice)  # type: ignore[arg-type]
        try:
            content = open_notice(row, actor=request.user, at=at)
        except KeyGone:
            return render(request, "sharing/gone.html", status=410)
        line = reads.received_line(row, at=at)
        form = form or AnswerForm(reasons=_reasons(reads.profile_of(row)))
        context = {"line": line, "content": content, "form": form}
        return render(request, "matters/received.html", context, status=status)
