"""Keeping and erasing who a person is, by REST: a legal hold, and an erasure by two people."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions import erasing
from cases.api.base import CaseAPIView
from cases.models import Case
from cases.rights import KEEP_OR_ERASE
from cases.selectors.keeping import Line, keeping_of
from identities.models import EraseReason, ErasureState, HoldReason, LiftReason
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import Coded, coded_choice, describe, respond

TAG = "Cases"


class HoldBodySerializer(serializers.Serializer):
    """A legal hold. `lifted_at` is null while it holds."""

    reason = Coded()
    note = serializers.CharField(allow_blank=True)
    set_by = serializers.CharField()
    set_at = serializers.DateTimeField()
    lifted_by = serializers.CharField(allow_blank=True)
    lifted_at = serializers.DateTimeField(allow_null=True)


class ErasureBodySerializer(serializers.Serializer):
    """What one person asked for and another decided. `noted_at`: since when no backup can bring
    the identity back."""

    state = Coded()
    reason = Coded()
    note = serializers.CharField(allow_blank=True)
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    noted_at = serializers.DateTimeField(allow_null=True)


class KeepingSerializer(serializers.Serializer):
    """How the person's identity is kept: the newest holds and erasures first."""

    erased_at = serializers.DateTimeField(allow_null=True)
    held = serializers.BooleanField(help_text="A hold on any case of the person is not lifted.")
    holds = HoldBodySerializer(many=True)
    erasures = ErasureBodySerializer(many=True)


class HoldWriteSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(HoldReason.choices)
    note = serializers.CharField(max_length=erasing.LONGEST, required=False, allow_blank=True)


class HoldLiftSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(LiftReason.choices)


class ErasureWriteSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(EraseReason.choices)
    note = serializers.CharField(max_length=erasing.LONGEST, required=False, allow_blank=True)


class ErasureVerdict(models.TextChoices):
    AGREE = "agree", _("Agree: it is erased for good")
    REFUSE = "refuse", _("Do not agree")
    WITHDRAW = "withdraw", _("Take back what you asked for")


class ErasureVerdictSerializer(serializers.Serializer):
    verdict = serializers.ChoiceField(ErasureVerdict.choices)


def _hold(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "reason": coded_choice(HoldReason, row.reason),
        "note": line.note,
        "set_by": line.by,
        "set_at": row.set_at,
        "lifted_by": line.then_by,
        "lifted_at": row.lifted_at,
    }


def _erasure(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "state": coded_choice(ErasureState, row.state),
        "reason": coded_choice(EraseReason, row.reason),
        "note": line.note,
        "asked_by": line.by,
        "asked_at": row.asked_at,
        "decided_by": line.then_by,
        "decided_at": row.decided_at,
        "noted_at": row.noted_at,
    }


def _keeping(case: Case) -> dict[str, Any]:
    case.person.refresh_from_db(fields=["erased_at"])
    found = keeping_of(case)
    return {
        "erased_at": found.erased_at,
        "held": found.hold is not None or found.other_hold,
        "holds": [_hold(line) for line in found.holds],
        "erasures": [_erasure(line) for line in found.erasures],
    }


class KeepingView(CaseAPIView):
    """How who the person is is kept."""

    right = KEEP_OR_ERASE

    @describe(
        "read_keeping",
        "Read whether an identity is held, asked to be erased, or erased",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: KeepingSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        writer.write("keeping.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)
        return respond(_keeping(self.case))


class HoldView(CaseAPIView):
    right = KEEP_OR_ERASE

    @describe(
        "set_hold",
        "Set a legal hold; one that is there stays",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=HoldWriteSerializer,
        responses={200: KeepingSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(HoldWriteSerializer)
        erasing.set_hold(self.case, actor=request.user, at=self.at, **told)
        return respond(_keeping(self.case))


class HoldLiftingView(CaseAPIView):
    right = KEEP_OR_ERASE

    @describe(
        "lift_hold",
        "Lift the legal hold of a case",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=HoldLiftSerializer,
        responses={200: KeepingSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(HoldLiftSerializer)
        erasing.lift_hold(self.case, actor=request.user, at=self.at, **told)
        return respond(_keeping(self.case))


class ErasureView(CaseAPIView):
    right = KEEP_OR_ERASE

    @describe(
        "ask_for_erasure",
        "Ask for an identity to be erased; another supervisor decides",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ErasureWriteSerializer,
        responses={200: KeepingSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ErasureWriteSerializer)
        erasing.ask_for_erasure(self.case, actor=request.user, at=self.at, **told)
        return respond(_keeping(self.case))


class ErasureDecisionView(CaseAPIView):
    right = KEEP_OR_ERASE

    @describe(
        "decide_erasure",
        "Agree to an erasure that a colleague asked for, refuse it, or take your own back",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ErasureVerdictSerializer,
        fresh=True,
        responses={200: KeepingSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        do = {
            ErasureVerdict.AGREE: erasing.agree_to_erasure,
            ErasureVerdict.REFUSE: erasing.refuse_erasure,
            ErasureVerdict.WITHDRAW: erasing.withdraw_erasure,
        }[ErasureVerdict(self.read(ErasureVerdictSerializer)["verdict"])]
        do(self.case, actor=request.user, at=self.at)
        return respond(_keeping(self.case))
