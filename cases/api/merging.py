"""Two cases of one person, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.merging import ask_merging, ask_undoing, decide_merging, withdraw_merging
from cases.api.base import CaseAPIView
from cases.models.merging import MergeReason, MergingState, UndoReason
from cases.rights import DECIDE_MERGING, PROPOSE_MERGING
from cases.selectors.merging import Line, find_merging, lines_of, mergings
from nrm.accounts.scopes import Scope
from nrm.actions import Forbidden
from nrm.audit import writer
from nrm.rest import Coded, ReferenceField, coded_choice, describe, respond

TAG = "Cases"


class MergingSerializer(serializers.Serializer):
    """What was asked about two cases of one person, and what was decided."""

    id = serializers.UUIDField()
    undo = serializers.BooleanField(help_text="It was asked to undo a merging.")
    state = Coded()
    reason = serializers.CharField()
    other = ReferenceField(allow_blank=True, help_text="Empty where you do not see it.")
    ends = serializers.BooleanField(help_text="This case is the one that goes on in the other.")
    holds = serializers.BooleanField(help_text="The cases are merged now.")
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class MergingsSerializer(serializers.Serializer):
    results = MergingSerializer(many=True)


class MergingAskSerializer(serializers.Serializer):
    other = ReferenceField(help_text="The other case.")
    reason = serializers.ChoiceField(MergeReason.choices)
    goes_on = serializers.ChoiceField(
        ["this", "other"], help_text="Which of the two is worked on from then on."
    )


class MergingDecisionSerializer(serializers.Serializer):
    answer = serializers.ChoiceField(
        ["agree", "decline", "withdraw"], help_text="`withdraw`: what you asked for yourself."
    )


class UndoingSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(UndoReason.choices)


def _body(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "undo": row.undo,
        "state": coded_choice(MergingState, row.state),
        "reason": row.get_reason_display(),
        "other": line.other.reference if line.other else "",
        "ends": line.ends,
        "holds": row.holds,
        "asked_by": row.asked_by.display_name,
        "asked_at": row.asked_at,
        "decided_by": row.decided_by.display_name if row.decided_by else "",
        "decided_at": row.decided_at,
    }


class _MergingView(CaseAPIView):
    right = PROPOSE_MERGING

    def one(self, row: Any, status: int = 200) -> Response:
        (line,) = lines_of(self.case, self.request.user, [row])
        return respond(_body(line), status=status)


class MergingsView(_MergingView):
    """With which cases this one is, was or may be merged."""

    @describe(
        "list_mergings",
        "Read with which other cases of the person a case is merged",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: MergingsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = mergings(self.case, request.user)
        writer.write(
            "merging.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"cases": [str(line.other.pk) for line in lines if line.other]},
        )
        return respond({"results": [_body(line) for line in lines]})

    @describe(
        "ask_merging",
        "Ask for a case to be merged with another one of the same person",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=MergingAskSerializer,
        responses={201: MergingSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(MergingAskSerializer)
        return self.one(ask_merging(self.case, actor=request.user, at=self.at, **told), 201)


class MergingDecisionView(_MergingView):
    """What was asked, decided by another person or taken back."""

    @describe(
        "decide_merging",
        "Agree to what was asked about two cases of one person, do not, or take it back",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=MergingDecisionSerializer,
        responses={200: MergingSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, merging: UUID) -> Response:
        row = find_merging(self.case, merging)
        answer = self.read(MergingDecisionSerializer)["answer"]
        if answer == "withdraw":
            return self.one(withdraw_merging(row, actor=request.user, at=self.at))
        if DECIDE_MERGING.code not in self.held:
            raise Forbidden(DECIDE_MERGING.code)
        done = decide_merging(row, actor=request.user, at=self.at, agree=answer == "agree")
        return self.one(done)


class UndoingView(_MergingView):
    """That a merging is to be undone."""

    @describe(
        "ask_undoing",
        "Ask for a merging to be undone",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=UndoingSerializer,
        responses={201: MergingSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, merging: UUID) -> Response:
        row = find_merging(self.case, merging)
        told = self.read(UndoingSerializer)
        return self.one(ask_undoing(row, actor=request.user, at=self.at, **told), 201)
