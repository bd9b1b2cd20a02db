"""What protects a child, by REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.adulthood import plan_adulthood
from cases.api.base import CaseAPIView
from cases.models.adulthood import StayAnswer
from cases.rules.adulthood import VALUES
from cases.selectors import adulthood as road_reads
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, Refused
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, IF_MATCH, describe, respond
from protection.actions.children import change_child, record_child
from protection.models.child import RecordKind
from protection.rules.children import LONGEST, PARTS, WORDS, parts_of
from protection.selectors import children as reads

TAG = "Children"

_NAMES = "; ".join(
    f"`{RecordKind(kind).value}`: {', '.join(f'`{part.name}`' for part in parts)}"
    for kind, parts in PARTS.items()
)


class _Answers(serializers.DictField):
    child = serializers.CharField(allow_blank=True, allow_null=True, max_length=LONGEST)


class ChildRecordWriteSerializer(serializers.Serializer):
    """Answers by name: codes, words, and days as YYYY-MM-DD. What is left out is emptied."""

    answers = _Answers(help_text=f"By kind: {_NAMES}.")


class ChildRecordNewSerializer(ChildRecordWriteSerializer):
    kind = serializers.CharField(max_length=20, help_text=f"One of: {', '.join(PARTS)}.")


class ChildRecordSerializer(serializers.Serializer):
    """One record."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    kind = serializers.CharField()
    answers = _Answers()
    open = serializers.BooleanField(help_text="It lasts: the child is missing, is cared for so.")
    overdue = serializers.BooleanField(help_text="Somebody has to see to it now.")
    recorded_at = serializers.DateTimeField()


class ChildRecordsSerializer(serializers.Serializer):
    treated_as_child = serializers.BooleanField()
    results = ChildRecordSerializer(many=True)


class AdulthoodWriteSerializer(serializers.Serializer):
    """What is left out is emptied."""

    on = serializers.DateField(default=None, allow_null=True, help_text="The 18th birthday.")
    answer = serializers.CharField(
        max_length=10,
        default="",
        allow_blank=True,
        help_text=f"Whether they agree to stay: {', '.join(StayAnswer.values)}, or empty.",
    )
    answered_on = serializers.DateField(default=None, allow_null=True)
    method = serializers.CharField(max_length=20, default="", allow_blank=True)
    language = serializers.CharField(max_length=20, default="", allow_blank=True)
    interpreter = serializers.CharField(max_length=20, default="", allow_blank=True)


class AdulthoodSerializer(AdulthoodWriteSerializer):
    """The road to 18 of a case."""

    version = serializers.IntegerField(help_text="0 while nothing is recorded.")
    turned_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when the person is treated as an adult."
    )
    days = serializers.IntegerField(allow_null=True, help_text="Until the birthday.")


def _body(line: reads.Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "version": row.version,
        "kind": row.kind,
        "answers": {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in line.answers.items()
        },
        "open": line.open,
        "overdue": line.overdue,
        "recorded_at": row.recorded_at,
    }


def _values(kind: str, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers as the action takes them. Raises Refused for what is no day, or is not asked."""
    parts = {part.name: part for part in parts_of(kind)}
    found: dict[str, Any] = {}
    faults = []
    for name, value in answers.items():
        part = parts.get(name)
        if part is None:
            if parts:
                faults.append(Objection(_("This is not asked of this kind"), field=name))
        elif value and part.choices is None and part.column != WORDS:
            try:
                found[name] = date.fromisoformat(value)
            except ValueError:
                faults.append(Objection(_("Write the day as YYYY-MM-DD"), field=name))
        else:
            found[name] = value
    if faults:
        raise Refused(faults)
    return found


class _ChildEndpoint(CaseAPIView):
    right = rights.CARE_FOR_CHILD

    def looked(self, *records: UUID) -> None:
        writer.write(
            "child.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"records": [str(pk) for pk in records]},
        )


class RecordsView(_ChildEndpoint):
    """The records of a case."""

    @describe(
        "list_child_records",
        "List what protects the child: guardian, best interests, care, absences, family, age",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: ChildRecordsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = reads.records_of(self.case, at=self.at)
        self.looked(*(line.row.pk for line in lines))
        return respond(
            {
                "treated_as_child": self.case.treated_as_child,
                "results": [_body(line) for line in lines],
            }
        )

    @describe(
        "record_child",
        "Record something that protects the child; an age in doubt makes the person a child",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ChildRecordNewSerializer,
        responses={201: ChildRecordSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ChildRecordNewSerializer)
        row = record_child(
            self.case,
            actor=request.user,
            at=self.at,
            kind=told["kind"],
            values=_values(told["kind"], told["answers"]),
            submission_key=self.submission_key(),
        )
        line = reads.line_of(reads.find_record(self.case, row.pk), at=self.at)
        return respond(_body(line), status=201, version=row.version)


class RecordView(_ChildEndpoint):
    """One of them."""

    @describe(
        "change_child_record",
        "Say anew what a record of a child says: that it ended, what was decided",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ChildRecordWriteSerializer,
        responses={200: ChildRecordSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, reference: str, record_id: UUID) -> Response:
        row = reads.find_record(self.case, record_id)
        answers = self.read(ChildRecordWriteSerializer)["answers"]
        change_child(
            row,
            actor=request.user,
            at=self.at,
            values=_values(row.kind, answers),
            version=self.expected_version(),
        )
        line = reads.line_of(reads.find_record(self.case, record_id), at=self.at)
        return respond(_body(line), version=line.row.version)


class AdulthoodView(_ChildEndpoint):
    """The day on which they turn 18, and whether they agree to stay."""

    @describe(
        "read_adulthood",
        "Read when the child turns 18, and whether they agree to stay",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: AdulthoodSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        self.looked()
        return self.answer()

    @describe(
        "plan_adulthood",
        "Record when the child turns 18, and what they said to staying",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=AdulthoodWriteSerializer,
        responses={200: AdulthoodSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, reference: str) -> Response:
        plan_adulthood(
            self.case,
            actor=request.user,
            at=self.at,
            values=self.read(AdulthoodWriteSerializer),
            version=self.expected_version(),
        )
        return self.answer()

    def answer(self) -> Response:
        row = road_reads.adulthood_of(self.case)
        road = road_reads.road_of(self.case, row, at=self.at)
        empty = {"on": None, "answered_on": None}
        body = {name: getattr(row, name) if row else empty.get(name, "") for name in VALUES}
        body |= {
            "version": row.version if row else 0,
            "turned_at": row.turned_at if row else None,
            "days": road.days,
        }
        return respond(body, version=body["version"])
