"""The plan of support, by REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView, PageQuery
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, Refused
from nrm.audit import writer
from nrm.rest import (
    IDEMPOTENCY_KEY,
    APIView,
    ReferenceField,
    describe,
    page_response,
    page_schema,
    respond,
)
from protection.actions.plan import record_item, take_step
from protection.rules.plan import KINDS
from protection.rules.plan.shape import Part, Step
from protection.selectors import plan as reads

TAG = "Plan of support"


def _named(parts: tuple[Part, ...]) -> str:
    return ", ".join(f"`{part.name}`" for part in parts if part.asked)


_PARTS = "; ".join(f"`{kind.code}`: {_named(kind.parts)}" for kind in KINDS.values())
_STEPS = "; ".join(
    f"`{step.code}` of `{kind.code}`: {_named(step.parts)}"
    for kind in KINDS.values()
    for step in kind.steps
    if step.begins
)
_HOW = "A code, words, a day as YYYY-MM-DD, or a list of codes or ids where several can be chosen."


class PlanAnswersField(serializers.DictField):
    """Answers by name."""

    child = serializers.JSONField()


class PlanItemNewSerializer(serializers.Serializer):
    kind = serializers.CharField(max_length=20, help_text=f"One of: {', '.join(KINDS)}.")
    answers = PlanAnswersField(help_text=f"{_HOW} By kind: {_PARTS}.")


class PlanStepNewSerializer(serializers.Serializer):
    step = serializers.CharField(max_length=20, help_text="One of those in `can`.")
    answers = PlanAnswersField(help_text=f"{_HOW} By step: {_STEPS}.")


class PlanItemSerializer(serializers.Serializer):
    """One thing of the plan, as it stands now."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.CharField()
    open = serializers.BooleanField()
    answers = PlanAnswersField()
    against = serializers.ListField(
        child=serializers.CharField(), help_text="What stands against it, in words."
    )
    due_on = serializers.DateField(
        allow_null=True, help_text="By when somebody has to see to it next."
    )
    overdue = serializers.BooleanField()
    recorded_at = serializers.DateTimeField()


class PlanStepSerializer(serializers.Serializer):
    """Something that happened to it."""

    step = serializers.CharField()
    answers = PlanAnswersField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class PlanItemWholeSerializer(PlanItemSerializer):
    """One thing of the plan, what happened to it, the newest first, and what can happen next."""

    steps = PlanStepSerializer(many=True)
    can = serializers.ListField(child=serializers.CharField())


class PlanSerializer(serializers.Serializer):
    results = PlanItemSerializer(many=True)


class PlanDueSerializer(serializers.Serializer):
    """Something of a plan that somebody has to see to."""

    reference = ReferenceField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    id = serializers.UUIDField()
    kind = serializers.CharField()
    due_on = serializers.DateField()
    caseworker = serializers.CharField(allow_null=True)


def _body(line: reads.Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "open": line.open,
        "answers": _told(line.answers),
        "against": line.says,
        "due_on": row.due_on,
        "overdue": line.overdue,
        "recorded_at": row.recorded_at,
    }


def _whole(found: reads.Whole, can: list[Step]) -> dict[str, Any]:
    return {
        **_body(found.line),
        "steps": [
            {
                "step": one.row.code,
                "answers": _told(one.answers),
                "by": one.row.by.display_name,
                "at": one.row.at,
            }
            for one in found.steps
        ],
        "can": [step.code for step in can],
    }


def _told(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if value}


def _values(parts: tuple[Part, ...], answers: dict[str, Any]) -> dict[str, Any]:
    """The answers as the action takes them. Raises Refused for what is not asked, and for what is
    no answer of its kind."""
    known = {part.name: part for part in parts if part.asked}
    found: dict[str, Any] = {}
    faults = []
    for name, value in answers.items():
        part = known.get(name)
        if part is None:
            faults.append(Objection(_("This is not asked here"), field=name))
        elif value is None:
            continue
        elif part.answer == "many":
            if isinstance(value, list) and all(isinstance(one, str) for one in value):
                found[name] = value
            else:
                faults.append(Objection(_("Send a list"), field=name))
        elif not isinstance(value, str):
            faults.append(Objection(_("Send a text"), field=name))
        elif value and part.answer == "day":
            try:
                found[name] = date.fromisoformat(value)
            except ValueError:
                faults.append(Objection(_("Write the day as YYYY-MM-DD"), field=name))
        else:
            found[name] = value
    if faults:
        raise Refused(faults)
    return found


class _PlanEndpoint(CaseAPIView):
    right = rights.SUPPORT

    def looked(self, *items: UUID) -> None:
        writer.write(
            "plan.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"items": [str(pk) for pk in items]},
        )

    def whole(self, pk: UUID) -> dict[str, Any]:
        found = reads.whole(reads.find_item(self.case, pk), at=self.at)
        return _whole(found, reads.steps_for(found, self.request.user, self.held))


class PlanView(_PlanEndpoint):
    """The plan of a case."""

    @describe(
        "list_plan",
        "List what the plan of support holds, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: PlanSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = reads.items_of(self.case, at=self.at)
        self.looked(*(line.row.pk for line in lines))
        return respond({"results": [_body(line) for line in lines]})

    @describe(
        "record_plan_item",
        "Write down something of the plan: a goal in the person's own words, a wish to return",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=PlanItemNewSerializer,
        responses={201: PlanItemWholeSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(PlanItemNewSerializer)
        kind = reads.find_kind(self.case.profile, told["kind"])
        row = record_item(
            self.case,
            actor=request.user,
            at=self.at,
            kind=told["kind"],
            values=_values(kind.parts, told["answers"]) if kind else {},
            submission_key=self.submission_key(),
        )
        return respond(self.whole(row.pk), status=201)


class PlanItemView(_PlanEndpoint):
    """One thing of the plan."""

    @describe(
        "read_plan_item",
        "Read one thing of the plan, what happened to it, and what can happen next",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: PlanItemWholeSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, plan_item_id: UUID) -> Response:
        self.looked(plan_item_id)
        return respond(self.whole(plan_item_id))


class PlanStepsView(_PlanEndpoint):
    """What happens to it."""

    @describe(
        "take_plan_step",
        "Record what happened to a thing of the plan: looked at again, reached, given up",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=PlanStepNewSerializer,
        responses={201: PlanItemWholeSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str, plan_item_id: UUID) -> Response:
        item = reads.find_item(self.case, plan_item_id)
        told = self.read(PlanStepNewSerializer)
        step = KINDS[item.kind].step(told["step"])
        take_step(
            item,
            actor=request.user,
            at=self.at,
            step=told["step"],
            values=_values(step.parts, told["answers"]) if step else {},
            submission_key=self.submission_key(),
        )
        return respond(self.whole(plan_item_id), status=201)


class PlanDueView(APIView):
    """What is overdue in the plans of the reader's cases."""

    role_right = rights.SEE_RISK_REVIEWS

    @describe(
        "list_plan_due",
        "List what is overdue in the plans of your cases, the longest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(PlanDueSerializer, "PlanDuePage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        page = reads.overdue_page(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "plan.due_viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={"cases": [str(line.row.case_id) for line in page.rows]},
        )
        bodies = [
            {
                "reference": line.row.case.reference,
                "pseudonym": line.row.case.pseudonym,
                "id": line.row.pk,
                "kind": line.row.kind,
                "due_on": line.row.due_on,
                "caseworker": getattr(line.row.case.caseworker, "display_name", None),
            }
            for line in page.rows
        ]
        return page_response(request, bodies, after=page.after)
