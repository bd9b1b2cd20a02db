"""Detention, removal and return, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.removals import change_removal, record_removal
from cases.api.matters import TAG, MatterEndpoint
from cases.models.removal import RemovalEnd, RemovalKind, Risk
from cases.rules.removals import LONGEST
from cases.selectors import removals as reads
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, IF_MATCH, describe, respond


def _one_of(choices: Any) -> str:
    return f"{', '.join(f'`{code}`' for code in choices.values)}, or empty."


class RemovalWriteSerializer(serializers.Serializer):
    kind = serializers.CharField(max_length=20, help_text=_one_of(RemovalKind))
    on = serializers.DateField(default=None, allow_null=True)
    words = serializers.CharField(max_length=LONGEST, default="", allow_blank=True)
    risk = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text=_one_of(Risk)
    )
    risk_on = serializers.DateField(default=None, allow_null=True)
    ended = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text=_one_of(RemovalEnd)
    )
    ended_on = serializers.DateField(default=None, allow_null=True)


class RemovalSerializer(serializers.Serializer):
    """A detention, a removal or a return, and what stands against it."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    kind = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    words = serializers.CharField(allow_blank=True)
    risk = serializers.CharField(allow_blank=True)
    risk_on = serializers.DateField(allow_null=True)
    ended = serializers.CharField(allow_blank=True)
    ended_on = serializers.DateField(allow_null=True)
    recorded_at = serializers.DateTimeField()
    against = serializers.ListField(
        child=serializers.CharField(), help_text="`barred`, `unassessed`, `unsafe`."
    )


class RemovalsSerializer(serializers.Serializer):
    results = RemovalSerializer(many=True)


def _body(line: reads.Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "version": row.version,
        "kind": row.kind,
        "on": row.on,
        "words": line.words,
        "risk": row.risk,
        "risk_on": row.risk_on,
        "ended": row.ended,
        "ended_on": row.ended_on,
        "recorded_at": row.recorded_at,
        "against": line.against,
    }


class RemovalsView(MatterEndpoint):
    """The detentions, removals and returns of a case."""

    @describe(
        "list_removals",
        "List detentions, removals and returns, and what stands against each",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: RemovalsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = reads.removals_of(self.case)
        writer.write(
            "removals.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"removals": [str(line.row.pk) for line in lines]},
        )
        return respond({"results": [_body(line) for line in lines]})

    @describe(
        "record_removal",
        "Record a detention, a removal or a return; supervisors are told what stands against it",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=RemovalWriteSerializer,
        responses={201: RemovalSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        row = record_removal(
            self.case,
            actor=request.user,
            at=self.at,
            values=self.read(RemovalWriteSerializer),
            submission_key=self.submission_key(),
        )
        line = reads.line_of(reads.find_removal(self.case, row.pk))
        return respond(_body(line), status=201, version=row.version)


class RemovalView(MatterEndpoint):
    """One of them."""

    @describe(
        "change_removal",
        "Say anew what a detention, a removal or a return is; what is left out is emptied",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=RemovalWriteSerializer,
        responses={200: RemovalSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, reference: str, removal_id: UUID) -> Response:
        row = reads.find_removal(self.case, removal_id)
        change_removal(
            row,
            actor=request.user,
            at=self.at,
            values=self.read(RemovalWriteSerializer),
            version=self.expected_version(),
        )
        line = reads.line_of(reads.find_removal(self.case, removal_id))
        return respond(_body(line), version=line.row.version)
