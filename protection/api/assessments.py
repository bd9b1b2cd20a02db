"""Needs and risk by REST."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView, PageQuery
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, ReferenceField, describe, page_response, page_schema, respond
from protection.actions.assessments import assess, bring_forward
from protection.models import Assessment
from protection.rules.assessments import ANSWERS, LONGEST_NOTE
from protection.selectors import assessments as reads

TAG = "Needs and risk"


class AssessmentSerializer(serializers.Serializer):
    """What was found. The newest counts; the others have been superseded."""

    id = serializers.UUIDField()
    step = serializers.CharField()
    version = serializers.CharField(help_text="The version of the profile that asked.")
    answers = serializers.DictField(
        child=serializers.ChoiceField(choices=list(ANSWERS)), help_text="By code of the question."
    )
    dangers = serializers.ListField(child=serializers.CharField(), help_text="In words.")
    not_known = serializers.ListField(
        child=serializers.CharField(), help_text="Dangers of which nothing is known yet."
    )
    needs = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()
    review_on = serializers.DateField()
    overdue = serializers.BooleanField()
    because = serializers.CharField(allow_blank=True, help_text="What made the review due at once.")
    superseded_at = serializers.DateTimeField(allow_null=True)


class AssessmentsSerializer(serializers.Serializer):
    results = AssessmentSerializer(many=True)


class AssessSerializer(serializers.Serializer):
    """Answers to the questions of a step. What is left out was not asked."""

    step = serializers.CharField(max_length=40, help_text="A step of the profile.")
    answers = serializers.DictField(child=serializers.ChoiceField(choices=list(ANSWERS)))
    note = serializers.CharField(max_length=LONGEST_NOTE, default="", allow_blank=True)


class TriggerSerializer(serializers.Serializer):
    trigger = serializers.CharField(max_length=40, help_text="A trigger of the profile.")


class RiskReviewSerializer(serializers.Serializer):
    """A case for which risk has to be looked at again."""

    reference = ReferenceField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    review_on = serializers.DateField()
    dangers = serializers.IntegerField(help_text="How many were there the last time.")
    because = serializers.CharField(allow_blank=True)
    caseworker = serializers.CharField(allow_null=True)


class AssessmentsView(CaseAPIView):
    """What was asked about needs and risk."""

    right = rights.SUPPORT

    @describe(
        "list_assessments",
        "List what was found about needs and risk, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: AssessmentsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        rows = reads.history(self.case)
        writer.write(
            "assessments.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk
        )
        found = reads.found_in(self.case, rows, at=self.at)
        return respond({"results": [self.body(one) for one in found]})

    @describe(
        "assess",
        "Record what was answered about needs and risk",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=AssessSerializer,
        responses={201: AssessmentSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(AssessSerializer)
        row = assess(self.case, actor=request.user, at=self.at, **told)
        return respond(self.one(row), status=201)

    def one(self, row: Assessment) -> dict[str, Any]:
        return self.body(reads.found_in(self.case, [row], at=self.at)[0])

    def body(self, found: reads.Found) -> dict[str, Any]:
        row = found.row
        return {
            "id": row.pk,
            "step": row.step,
            "version": row.version,
            "answers": row.answers,
            "dangers": found.dangers,
            "not_known": found.not_known,
            "needs": found.needs,
            "note": found.note,
            "by": row.by.display_name,
            "at": row.at,
            "review_on": row.review_on,
            "overdue": found.overdue and row.superseded_at is None,
            "because": found.because,
            "superseded_at": row.superseded_at,
        }


class AssessmentReviewView(AssessmentsView):
    """Making the review due at once."""

    http_method_names = ["post"]

    @describe(
        "bring_review_forward",
        "Note that something happened after which risk has to be looked at again",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=TriggerSerializer,
        responses={200: AssessmentSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(TriggerSerializer)
        row = bring_forward(self.case, actor=request.user, at=self.at, **told)
        return respond(self.one(row))


class RiskReviewsView(APIView):
    """The cases whose review is overdue."""

    role_right = rights.SEE_RISK_REVIEWS

    @describe(
        "list_risk_reviews",
        "List your cases whose review of risk is overdue, the longest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(RiskReviewSerializer, "RiskReviewPage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        page = reads.overdue_page(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "risk_reviews.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={"cases": [str(line.row.case_id) for line in page.rows]},
        )
        bodies = [
            {
                "reference": line.row.case.reference,
                "pseudonym": line.row.case.pseudonym,
                "review_on": line.row.review_on,
                "dangers": line.dangers,
                "because": line.because,
                "caseworker": getattr(line.row.case.caseworker, "display_name", None),
            }
            for line in page.rows
        ]
        return page_response(request, bodies, after=page.after)
