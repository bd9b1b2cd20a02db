"""Another look at a negative decision by REST: asked for from inside and outside the authority, and
answered by somebody who took no part in it."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.reconsidering import answer_reconsideration, ask_reconsideration
from cases.api.base import CaseAPIView
from cases.models import Case, Reconsideration
from cases.models.reconsideration import AskedBy, LookState
from cases.rights import (
    ANSWER_RECONSIDERATION,
    ASK_RECONSIDERATION,
    CHANGE_COURSE,
    REFER,
    SEE_SUMMARY,
)
from cases.rules.course import LONGEST
from cases.selectors.decisions import today_of
from cases.selectors.reconsidering import find_reconsideration
from cases.selectors.referrals import find_referral
from nrm.accounts.scopes import Scope
from nrm.actions import Forbidden
from nrm.rest import IDEMPOTENCY_KEY, APIView, Coded, coded_choice, describe, respond

TAG = "Decisions"


class ReconsiderationSerializer(serializers.Serializer):
    """That a decision is asked to be looked at again. `late`: after the days of the profile."""

    id = serializers.UUIDField()
    state = Coded()
    asked_by = Coded()
    asked_on = serializers.DateField()
    grounds = serializers.ListField(child=serializers.CharField())
    late = serializers.BooleanField()
    recorded_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class ReconsiderationAskSerializer(serializers.Serializer):
    asked_by = serializers.ChoiceField(AskedBy.choices)
    grounds = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=20,
        help_text="Reconsideration grounds of the profile.",
    )
    why = serializers.CharField(max_length=LONGEST, help_text="What is new, or what is wrong.")
    exceptional = serializers.CharField(
        max_length=LONGEST,
        required=False,
        allow_blank=True,
        help_text="Where the days are over: what was exceptional.",
    )


class ReconsiderationRecordSerializer(ReconsiderationAskSerializer):
    asked_on = serializers.DateField(help_text="The day on which the request came.")


class ReconsiderationAnswerSerializer(serializers.Serializer):
    accept = serializers.BooleanField()
    reasons = serializers.CharField(max_length=LONGEST)


def _body(row: Reconsideration) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": coded_choice(LookState, row.state),
        "asked_by": coded_choice(AskedBy, row.asked_by),
        "asked_on": row.asked_on,
        "grounds": row.grounds,
        "late": row.late,
        "recorded_at": row.recorded_at,
        "answered_at": row.answered_at,
    }


class AskView(CaseAPIView):
    """The authority records that another look is asked for."""

    right = CHANGE_COURSE

    @describe(
        "record_reconsideration",
        "Record that a negative decision is asked to be looked at again",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ReconsiderationRecordSerializer,
        responses={201: ReconsiderationSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        row = ask_reconsideration(
            self.case,
            actor=request.user,
            at=self.at,
            submission_key=self.submission_key(),
            **self.read(ReconsiderationRecordSerializer),
        )
        return respond(_body(row), status=201)


class AnswerView(CaseAPIView):
    right = ANSWER_RECONSIDERATION

    @describe(
        "answer_reconsideration",
        "Answer whether a decision is looked at again, with reasons",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ReconsiderationAnswerSerializer,
        responses={200: ReconsiderationSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, look: UUID) -> Response:
        row = find_reconsideration(self.case, look)
        told = self.read(ReconsiderationAnswerSerializer)
        row = answer_reconsideration(row, actor=request.user, at=self.at, **told)
        return respond(_body(row))


def _asked(view: Any, case: Case) -> Response:
    """Asked from outside the authority, today."""
    row = ask_reconsideration(
        case,
        actor=view.request.user,
        at=view.at,
        asked_on=today_of(case, view.at),
        submission_key=view.submission_key(),
        **view.read(ReconsiderationAskSerializer),
    )
    return respond(_body(row), status=201)


class ReferrerAskView(APIView):
    """By the receipt of a referral that your organisation sent."""

    role_right = REFER

    @describe(
        "ask_reconsideration_of_referral",
        "Ask for the decision on a person that you referred to be looked at again",
        tag="Referrals",
        scope=Scope.REFERRALS_WRITE,
        request=ReconsiderationAskSerializer,
        responses={201: ReconsiderationSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, receipt: str) -> Response:
        return _asked(self, find_referral(request.user, receipt).case)


class ProviderAskView(CaseAPIView):
    """By the reference of a case to which your organisation was brought near."""

    right = ASK_RECONSIDERATION

    @describe(
        "ask_reconsideration_of_near_case",
        "Ask for the decision on a person whom you protect to be looked at again",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ReconsiderationAskSerializer,
        responses={201: ReconsiderationSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        if SEE_SUMMARY.code not in self.held:
            raise Forbidden(SEE_SUMMARY.code)
        return _asked(self, self.case)
