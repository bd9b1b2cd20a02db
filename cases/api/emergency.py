"""Emergency access by REST. A person alone may ask for it, with a fresh proof; no token."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.emergency import ask_emergency, end_emergency, review_emergency
from cases.api.base import CaseAPIView
from cases.forms.emergency import LONGEST_REASON
from cases.selectors import emergency as reads
from cases.selectors.emergency import Line
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, describe, respond

TAG = "Cases"


class EmergencySerializer(serializers.Serializer):
    """One emergency access. `reference` is empty once the reader may not see the case any more."""

    id = serializers.UUIDField()
    reference = serializers.CharField(allow_blank=True)
    person = serializers.CharField()
    stands = serializers.ChoiceField(["running", "waiting", "reviewed"])
    asked_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    review_due_on = serializers.DateField()
    justified = serializers.BooleanField(allow_null=True)


class EmergenciesSerializer(serializers.Serializer):
    results = EmergencySerializer(many=True)


class EmergencyAskSerializer(serializers.Serializer):
    reference = serializers.CharField(max_length=30)
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="At least a sentence.")


class EmergencyReviewSerializer(serializers.Serializer):
    justified = serializers.BooleanField()


class EmergencyReadSerializer(EmergencySerializer):
    reason = serializers.CharField(allow_blank=True)


def _body(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "reference": line.reference,
        "person": row.person.display_name,
        "stands": line.state,
        "asked_at": row.asked_at,
        "ends_at": row.ends_at,
        "ended_at": row.ended_at,
        "review_due_on": row.review_due_on,
        "justified": row.justified,
    }


class EmergenciesView(APIView):
    """Your own emergency accesses."""

    role_right = rights.BREAK_GLASS

    @describe(
        "list_own_emergencies",
        "List your own emergency accesses",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: EmergenciesSerializer},
    )
    def get(self, request: Request) -> Response:
        return respond({"results": [_body(line) for line in reads.own(request.user, at=self.at)]})


class EmergencyOpeningView(APIView):
    """Opening one case in an emergency."""

    role_right = rights.BREAK_GLASS

    @describe(
        "ask_emergency",
        "Open one case in an emergency, for a limited time",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=EmergencyAskSerializer,
        responses={201: EmergencySerializer},
        problems=(404,),
        in_person=True,
    )
    def post(self, request: Request) -> Response:
        told = self.read(EmergencyAskSerializer)
        row = ask_emergency(request.user, actor=request.user, at=self.at, **told)
        return respond(_body(reads.line_of(row, row.case.reference, self.at)), status=201)


class EmergencyReviewsView(APIView):
    """What waits for your review."""

    role_right = rights.SEE_EMERGENCIES

    @describe(
        "list_emergencies_to_review",
        "List the emergency accesses that wait for your review",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: EmergenciesSerializer},
    )
    def get(self, request: Request) -> Response:
        lines = reads.to_review(request.user, at=self.at)
        writer.write(
            "emergencies.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={
                "emergencies": [str(line.row.pk) for line in lines],
                "cases": [str(line.row.case_id) for line in lines],
            },
        )
        return respond({"results": [_body(line) for line in lines]})


class CaseEmergenciesView(CaseAPIView):
    """Every emergency access to one case."""

    right = rights.REVIEW_EMERGENCY

    @describe(
        "list_case_emergencies",
        "List the emergency accesses to a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: EmergenciesSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = reads.of_case(self.case, at=self.at)
        writer.write(
            "emergencies.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"emergencies": [str(line.row.pk) for line in lines]},
        )
        return respond({"results": [_body(line) for line in lines]})


class CaseEmergencyView(CaseAPIView):
    """One emergency access: reading why, reviewing it."""

    right = rights.REVIEW_EMERGENCY

    @describe(
        "read_emergency",
        "Read why a case was opened in an emergency",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: EmergencyReadSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, emergency_id: UUID) -> Response:
        return respond(self._read(emergency_id))

    @describe(
        "review_emergency",
        "Say whether an emergency access was justified",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=EmergencyReviewSerializer,
        responses={200: EmergencyReadSerializer},
        problems=(404, 422),
    )
    def put(self, request: Request, reference: str, emergency_id: UUID) -> Response:
        row = reads.find_emergency(self.case, emergency_id)
        justified = self.read(EmergencyReviewSerializer)["justified"]
        review_emergency(row, actor=request.user, at=self.at, justified=justified)
        return respond(self._read(emergency_id))

    def _read(self, pk: UUID) -> dict[str, Any]:
        row = reads.find_emergency(self.case, pk)
        writer.write(
            "emergency.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            object_type="cases.emergencyaccess",
            object_id=row.pk,
        )
        line = reads.line_of(row, self.case.reference, self.at)
        return {**_body(line), "reason": reads.reason_of(self.case, row)}


class EmergencyEndView(CaseAPIView):
    """The end of one, before its time."""

    right = rights.END_EMERGENCY

    @describe(
        "end_emergency",
        "End an emergency access at once",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={204: None},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str, emergency_id: UUID) -> Response:
        row = reads.find_emergency(self.case, emergency_id)
        end_emergency(row, actor=request.user, at=self.at)
        return respond(None, status=204)
