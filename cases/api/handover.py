"""The summary for whoever takes a case over, by REST."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseAPIView
from cases.api.sharing import ContentRowSerializer
from cases.ports import HandoverPart
from cases.rights import READ_HANDOVER
from cases.selectors.handover import handover_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import describe, respond


class HandoverPartSerializer(serializers.Serializer):
    title = serializers.CharField()
    rows = ContentRowSerializer(many=True)


class HandoverSerializer(serializers.Serializer):
    """What to know first: codes, days and numbers, and nobody's own words."""

    parts = HandoverPartSerializer(many=True)


def _rows(part: HandoverPart) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in part.rows]


class HandoverView(CaseAPIView):
    right = READ_HANDOVER

    @describe(
        "read_handover",
        "Read the summary for whoever takes a case over: it names nobody",
        tag="Cases",
        scope=Scope.CASES_READ,
        responses={200: HandoverSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        parts = handover_of(self.case, request.user, self.held, at=self.at)
        writer.write("handover.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)
        told = [
            {
                "title": part.title,
                "rows": [{"key": key, "value": value} for key, value in part.rows],
            }
            for part in parts
        ]
        return respond({"parts": told})
