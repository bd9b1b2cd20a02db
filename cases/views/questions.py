"""What was asked about a case: asking, recording an answer, taking a question back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.actions.asking import ask, record_answer, take_back
from cases.forms.questions import AnsweredForm, QuestionForm
from cases.rights import CHANGE_COURSE, SEE_CASE
from cases.selectors.keyset import page_of
from cases.selectors.questions import find_question, lines_of, questions_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Forbidden, Refused
from nrm.audit import writer
from nrm.web import add_objections


class QuestionsPage(CaseView):
    def page(self, template: str, ids: list[str], status: int = 200, **more: Any) -> HttpResponse:
        writer.write(
            "questions.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"questions": ids},
        )
        frame = case_frame(self.request, self.case, self.held, current="case_questions")
        return render(self.request, template, {**frame, **more}, status=status)

    def done(self, text: str) -> HttpResponse:
        messages.success(self.request, text)
        return redirect("case_questions", reference=self.case.reference)


class QuestionsView(QuestionsPage):
    """GET lists what was asked, the newest first; POST asks."""

    right = SEE_CASE

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(request, QuestionForm())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if CHANGE_COURSE.code not in self.held:
            raise Forbidden(CHANGE_COURSE.code)
        form = QuestionForm(request.POST)
        if form.is_valid():
            try:
                ask(self.case, actor=request.user, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.done(_("The question is on file, and its day is watched."))
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: QuestionForm, status: int = 200) -> HttpResponse:
        page = page_of(
            questions_of(self.case),
            "asked_at",
            newest_first=True,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        return self.page(
            "cases/questions.html",
            [str(row.pk) for row in page.rows],
            status=status,
            form=form,
            may_ask=CHANGE_COURSE.code in self.held and self.case.closed_at is None,
            lines=lines_of(self.case, page.rows, at=self.at),
            **page.links(request.path, {}),
        )


class QuestionView(QuestionsPage):
    """One question that waits: its answer is recorded."""

    right = CHANGE_COURSE

    def get(self, request: HttpRequest, reference: str, question: UUID) -> HttpResponse:
        return self._page(question, AnsweredForm())

    def post(self, request: HttpRequest, reference: str, question: UUID) -> HttpResponse:
        form = AnsweredForm(request.POST)
        row = find_question(self.case, question)
        if form.is_valid():
            try:
                record_answer(row, actor=request.user, at=self.at, **form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.done(_("The answer is recorded."))
        return self._page(question, form, status=422)

    def _page(self, question: UUID, form: Any, status: int = 200) -> HttpResponse:
        (line,) = lines_of(self.case, [find_question(self.case, question)], at=self.at)
        return self.page(
            "cases/question.html", [str(question)], status=status, form=form, line=line
        )


class QuestionWithdrawalView(QuestionsPage):
    """POST takes a question back."""

    right = CHANGE_COURSE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, question: UUID) -> HttpResponse:
        row = find_question(self.case, question)
        take_back(row, actor=request.user, at=self.at)
        return self.done(_("The question is taken back."))
