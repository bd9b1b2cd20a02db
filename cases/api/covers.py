"""Cover for an absence, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.covering import end_cover, hand_on
from cases.rights import HAND_ON
from cases.selectors import covers as reads
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, describe, respond

TAG = "Cases"


class CoverSerializer(serializers.Serializer):
    """The cases of one person, handed to a colleague for some days, both included."""

    id = serializers.UUIDField()
    giver = serializers.CharField()
    delegate = serializers.CharField()
    begins_on = serializers.DateField()
    ends_on = serializers.DateField()
    runs = serializers.BooleanField(help_text="Whether the colleague sees the cases now.")


class EndedCoverSerializer(CoverSerializer):
    ended_at = serializers.DateTimeField()
    why_ended = serializers.CharField()


class CoversSerializer(serializers.Serializer):
    results = CoverSerializer(many=True)
    ended = EndedCoverSerializer(many=True, help_text="In the last 30 days, the last first.")
    cases = serializers.ListField(
        child=serializers.CharField(),
        help_text="References of the cases that you cover now, the most urgent first; 100 at most.",
    )


class CoverWriteSerializer(serializers.Serializer):
    delegate = serializers.UUIDField(help_text="A caseworker of your authority.")
    begins_on = serializers.DateField()
    ends_on = serializers.DateField()


def _body(line: reads.CoverLine) -> dict[str, Any]:
    return {
        "id": line.row.pk,
        "giver": line.row.giver.display_name,
        "delegate": line.row.delegate.display_name,
        "begins_on": line.first,
        "ends_on": line.last,
        "runs": line.runs,
    }


class CoversView(APIView):
    """Your own covers, those handed to you, and to a supervisor all of the authority."""

    role_right = HAND_ON

    @describe(
        "list_covers",
        "List the covers for an absence that run, are to come or ended lately",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: CoversSerializer},
    )
    def get(self, request: Request) -> Response:
        lines = reads.covers(request.user, at=self.at)
        ended = reads.ended_covers(request.user, at=self.at)
        covered = reads.covered_cases(request.user, at=self.at)
        writer.write(
            "covers.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data=reads.looked_at([*lines, *ended], covered),
        )
        cases = [line.case.reference for line in covered]
        over = [
            {**_body(line), "ended_at": line.ended_at, "why_ended": line.why_ended}
            for line in ended
        ]
        results = [_body(line) for line in lines]
        return respond({"results": results, "ended": over, "cases": cases})

    @describe(
        "hand_on_cases",
        "Hand your own cases to a colleague while you are away",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=CoverWriteSerializer,
        responses={201: CoverSerializer},
        fresh=True,
    )
    def post(self, request: Request) -> Response:
        told = self.read(CoverWriteSerializer)
        row = hand_on(request.user, actor=request.user, at=self.at, **told)
        return respond(_body(reads.cover_line(row, request.user, self.at)), status=201)


class CoverEndView(APIView):
    """The end of one, before its time."""

    role_right = HAND_ON

    @describe(
        "end_cover",
        "End a cover for an absence at once",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={204: None},
        problems=(404, 422),
    )
    def post(self, request: Request, cover_id: UUID) -> Response:
        end_cover(reads.find_cover(request.user, cover_id), actor=request.user, at=self.at)
        return respond(None, status=204)
