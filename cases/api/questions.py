"""What was asked about a case, by REST: asking, the answer, taking it back."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.asking import ask, record_answer, take_back
from cases.api.base import CaseAPIView, PageQuery
from cases.models import Question
from cases.models.question import QuestionState
from cases.rights import CHANGE_COURSE, SEE_CASE
from cases.rules.questions import LONGEST, LONGEST_NAME
from cases.selectors.keyset import page_of
from cases.selectors.questions import Line, find_question, lines_of, questions_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import (
    IDEMPOTENCY_KEY,
    Coded,
    coded_choice,
    describe,
    page_response,
    page_schema,
    respond,
)

TAG = "Cases"


class AskedQuestionSerializer(serializers.Serializer):
    """What was asked of whom. `due_on` is the day of its clock."""

    id = serializers.UUIDField()
    recipient = serializers.CharField(allow_blank=True)
    asked = serializers.CharField(allow_blank=True)
    state = Coded()
    due_on = serializers.DateField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True)
    answered_on = serializers.DateField(allow_null=True)


class AskedQuestionWriteSerializer(serializers.Serializer):
    recipient = serializers.CharField(max_length=LONGEST_NAME, help_text="A person, or who where.")
    asked = serializers.CharField(max_length=LONGEST)
    due_on = serializers.DateField(
        required=False, allow_null=True, help_text="Absent: the day that the profile sets."
    )


class QuestionAnswerSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=LONGEST)
    answered_on = serializers.DateField(help_text="The day on which the answer came.")


def _body(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "recipient": line.recipient,
        "asked": line.asked,
        "state": coded_choice(QuestionState, row.state),
        "due_on": line.due_on,
        "asked_by": row.asked_by.display_name,
        "asked_at": row.asked_at,
        "answer": line.answer,
        "answered_on": row.answered_on,
    }


class _QuestionsView(CaseAPIView):
    right = SEE_CASE
    writes = CHANGE_COURSE

    def one(self, row: Question, status: int = 200) -> Response:
        found = find_question(self.case, row.pk)
        (line,) = lines_of(self.case, [found], at=self.at)
        return respond(_body(line), status=status)


class QuestionsView(_QuestionsView):
    """What was asked about a case."""

    @describe(
        "list_questions",
        "Read what was asked of others about a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(AskedQuestionSerializer, "AskedQuestionPage")},
        problems=(404,),
        parameters=[PageQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(PageQuery)
        page = page_of(
            questions_of(self.case),
            "asked_at",
            newest_first=True,
            after=query["after"],
            size=query["limit"],
        )
        writer.write(
            "questions.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"questions": [str(row.pk) for row in page.rows]},
        )
        bodies = [_body(line) for line in lines_of(self.case, page.rows, at=self.at)]
        return page_response(request, bodies, after=page.after)

    @describe(
        "ask_question",
        "Put on file what somebody is asked, and by when",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=AskedQuestionWriteSerializer,
        responses={201: AskedQuestionSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(AskedQuestionWriteSerializer)
        key = self.submission_key()
        row = ask(self.case, actor=request.user, at=self.at, submission_key=key, **told)
        return self.one(row, 201)


class AnswerView(_QuestionsView):
    @describe(
        "record_answer",
        "Record the answer to a question",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=QuestionAnswerSerializer,
        responses={200: AskedQuestionSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, question: UUID) -> Response:
        row = find_question(self.case, question)
        told = self.read(QuestionAnswerSerializer)
        return self.one(record_answer(row, actor=request.user, at=self.at, **told))


class WithdrawalView(_QuestionsView):
    @describe(
        "withdraw_question",
        "Take a question back that needs no answer any more",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={200: AskedQuestionSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str, question: UUID) -> Response:
        row = find_question(self.case, question)
        return self.one(take_back(row, actor=request.user, at=self.at))
