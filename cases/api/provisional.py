"""Identifying a person for the time being where no authority functions, by REST."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.provisional import (
    identify_provisionally,
    say_still,
    say_that_one_functions,
)
from cases.api.base import CaseAPIView
from cases.models import Case, Provisional
from cases.models.provisional import ProvisionalState
from cases.rights import DRAFT_DECISION, IDENTIFY_PROVISIONALLY, REFER
from cases.rules.course import LONGEST
from cases.selectors.provisional import asked_again_on, provisionals_of
from cases.selectors.referrals import find_referral
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, APIView, Coded, coded_choice, describe, respond

TAG = "Referrals"


class ProvisionalSerializer(serializers.Serializer):
    """That a person is identified for the time being. `asked_again_on`: when the organisation says
    again whether an authority functions; `functions_at`: since when one does, and decides."""

    id = serializers.UUIDField()
    state = Coded()
    situation = serializers.CharField(help_text="A situation of the profile's conflict mode.")
    grounds = serializers.ListField(child=serializers.CharField())
    organisation = serializers.CharField()
    at = serializers.DateTimeField()
    looked_at = serializers.DateTimeField()
    asked_again_on = serializers.DateField(allow_null=True)
    functions_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class ProvisionalsSerializer(serializers.Serializer):
    """The newest first; one at most holds."""

    results = ProvisionalSerializer(many=True)


class StillSerializer(serializers.Serializer):
    situation = serializers.CharField(
        max_length=40, help_text="Why no authority functions: a code of the profile."
    )


class ProvisionalWriteSerializer(StillSerializer):
    grounds = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=20,
        help_text="Grounds on which the decision that it precedes is positive.",
    )
    why = serializers.CharField(max_length=LONGEST, help_text="What was seen and heard.")
    explained = serializers.BooleanField(
        help_text="The person, or whoever cares for the child, was told what it opens."
    )


def _body(row: Provisional, case: Case) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": coded_choice(ProvisionalState, row.state),
        "situation": row.situation,
        "grounds": row.grounds,
        "organisation": row.organisation.name,
        "at": row.at,
        "looked_at": row.looked_at,
        "asked_again_on": asked_again_on(case) if row.ended_at is None else None,
        "functions_at": row.functions_at,
        "ended_at": row.ended_at,
    }


class _OfReferral(APIView):
    role_right = REFER

    def case_of(self, receipt: str) -> Case:
        return find_referral(self.request.user, receipt).case


class ProvisionalView(_OfReferral):
    """By the receipt of a referral that your organisation sent."""

    @describe(
        "list_provisional_identifications",
        "List how a person whom you referred was identified for the time being",
        tag=TAG,
        scope=Scope.REFERRALS_READ,
        responses={200: ProvisionalsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, receipt: str) -> Response:
        case = self.case_of(receipt)
        writer.write("provisional.viewed", at=self.at, actor_id=request.user.pk, case_id=case.pk)
        return respond({"results": [_body(row, case) for row in provisionals_of(case)]})

    @describe(
        "identify_provisionally",
        "Identify a person whom you referred for the time being, where no authority functions",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=ProvisionalWriteSerializer,
        responses={201: ProvisionalSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, receipt: str) -> Response:
        case = self.case_of(receipt)
        IDENTIFY_PROVISIONALLY.check(request.user, case)
        row = identify_provisionally(
            case,
            actor=request.user,
            at=self.at,
            submission_key=self.submission_key(),
            **self.read(ProvisionalWriteSerializer),
        )
        return respond(_body(row, case), status=201)


class StillView(_OfReferral):
    @describe(
        "say_that_no_authority_functions",
        "Say again that no authority functions for a person who is identified provisionally",
        tag=TAG,
        scope=Scope.REFERRALS_WRITE,
        request=StillSerializer,
        responses={200: ProvisionalSerializer},
        problems=(404,),
    )
    def post(self, request: Request, receipt: str) -> Response:
        case = self.case_of(receipt)
        IDENTIFY_PROVISIONALLY.check(request.user, case)
        row = say_still(case, actor=request.user, at=self.at, **self.read(StillSerializer))
        return respond(_body(row, case))


class FunctionsView(CaseAPIView):
    """Of the authority."""

    right = DRAFT_DECISION

    @describe(
        "say_that_an_authority_functions",
        "Say that an authority functions again, which decides on a provisional identification",
        tag="Cases",
        scope=Scope.CASES_WRITE,
        responses={200: ProvisionalSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        row = say_that_one_functions(self.case, actor=request.user, at=self.at)
        return respond(_body(row, self.case))
