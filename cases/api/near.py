"""By REST: what a protection provider and a prosecution liaison see of the cases they were brought
near to."""

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import CaseSafeContactSerializer
from cases.models import Case
from cases.rights import SEE_NEAR_CASES, SEE_SUMMARY
from cases.selectors import near as selectors
from cases.selectors.cases import age_words
from cases.selectors.contact import contact_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, ReferenceField, describe, page_response, page_schema, respond

TAG = "Summaries"


class NearCaseSerializer(serializers.Serializer):
    """A case that your organisation was brought near to."""

    reference = ReferenceField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    status = serializers.CharField()
    opened_at = serializers.DateTimeField()
    contact = serializers.CharField(help_text="How the person may be reached, in words.")
    hearing_on = serializers.DateField(
        allow_null=True, help_text="The next hearing; told to prosecution alone."
    )


class HearingSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    on = serializers.DateField(allow_null=True)
    what = serializers.CharField(allow_blank=True)
    stage = serializers.CharField(allow_blank=True)
    detained = serializers.BooleanField(allow_null=True)


class SummarySerializer(serializers.Serializer):
    """The summary of one case: where it stands and how the person may be reached, and no more."""

    reference = ReferenceField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    status = serializers.CharField()
    age = serializers.CharField(help_text="In words.")
    safe_contact = CaseSafeContactSerializer()
    hearings = HearingSerializer(
        many=True, allow_null=True, help_text="Null for who does not answer for the prosecution."
    )


class NearCasesView(APIView):
    """The cases that your organisation was brought near to."""

    role_right = SEE_NEAR_CASES

    @describe(
        "list_summaries",
        "List the cases whose summary you may read",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(NearCaseSerializer, "NearCasePage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        lines, page = selectors.near_cases(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "cases.listed",
            at=self.at,
            actor_id=request.user.pk,
            data={"list": "near", "cases": [str(line.case.pk) for line in lines]},
        )
        bodies = [
            {
                "reference": line.case.reference,
                "pseudonym": line.case.pseudonym,
                "status": line.stage,
                "opened_at": line.case.opened_at,
                "contact": str(line.contact),
                "hearing_on": line.hearing,
            }
            for line in lines
        ]
        return page_response(request, bodies, after=page.after)


class SummaryView(CaseAPIView):
    """The summary of one case."""

    right = SEE_SUMMARY

    @describe(
        "read_summary",
        "Read the summary of a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: SummarySerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        answers = selectors.answers_for_prosecution(request.user, self.case)
        hearings = selectors.hearings(self.case) if answers else None
        writer.write(
            "case.summary_viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"hearings": [str(hearing.id) for hearing in hearings or []]},
        )
        return respond({**_summary(self.case, self.at), "hearings": _hearings(hearings)})


def _summary(case: Case, at: datetime) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "pseudonym": case.pseudonym,
        "status": str(case.profile.stage(case.stage).public_label),
        "age": str(age_words(case)),
        "safe_contact": contact_of(case, at=at).ways,
    }


def _hearings(hearings: list[selectors.Hearing] | None) -> list[dict[str, Any]] | None:
    if hearings is None:
        return None
    names = ("id", "on", "what", "stage", "detained")
    return [{name: getattr(hearing, name) for name in names} for hearing in hearings]
