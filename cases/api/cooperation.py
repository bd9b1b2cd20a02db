"""Whether and how the person co-operates with police and courts, by REST."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.cooperating import record_cooperation, withdraw_cooperation
from cases.api.base import CaseAPIView
from cases.models.cooperation import CooperationAnswer
from cases.rules.cooperation import LONGEST
from cases.selectors.cooperation import Said, cooperation_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, describe, respond


class CooperationWriteSerializer(serializers.Serializer):
    """What the person said, and how they were asked. Nothing depends on it."""

    answer = serializers.ChoiceField(CooperationAnswer.choices)
    ways = serializers.ListField(
        child=serializers.CharField(max_length=40),
        default=list,
        help_text="How they co-operate: codes of the profile, where they do.",
    )
    said_on = serializers.DateField(help_text="When they said it.")
    explained_by = serializers.CharField(max_length=40, help_text="As the referral asks it.")
    language = serializers.CharField(max_length=10, help_text="ISO 639: in which it was explained.")
    interpreter = serializers.CharField(max_length=20, help_text="As the referral asks it.")
    told_free = serializers.BooleanField(
        help_text="They were told that help does not depend on it; else nothing is recorded."
    )
    words = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST,
        help_text="What matters to them in this, sealed.",
    )


class CooperationSerializer(CooperationWriteSerializer):
    id = serializers.UUIDField()
    recorded_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class CooperationsSerializer(serializers.Serializer):
    """The first counts. Where there is none, nobody has asked yet."""

    results = CooperationSerializer(many=True)


def _body(one: Said) -> dict[str, Any]:
    kept = ("id", "answer", "ways", "said_on", "explained_by", "language", "interpreter")
    told = {name: getattr(one.row, name) for name in (*kept, "told_free", "recorded_at")}
    return {**told, "withdrawn_at": one.row.withdrawn_at, "words": one.words}


class CooperationsView(CaseAPIView):
    """What the person said, now and before."""

    right = rights.SHARE

    @describe(
        "list_cooperation",
        "List what the person said to co-operating with police and courts, the newest first",
        tag="Cases",
        scope=Scope.CASES_READ,
        responses={200: CooperationsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        return respond({"results": self.bodies()})

    @describe(
        "record_cooperation",
        "Record what the person said to co-operating with police and courts; nothing depends on it",
        tag="Cases",
        scope=Scope.CASES_WRITE,
        request=CooperationWriteSerializer,
        responses={201: CooperationSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        row = record_cooperation(
            self.case,
            actor=request.user,
            at=self.at,
            values=self.read(CooperationWriteSerializer),
            submission_key=self.submission_key(),
        )
        made = next(one for one in self.bodies() if one["id"] == row.pk)
        return respond(made, status=201)

    def bodies(self) -> list[dict[str, Any]]:
        found = cooperation_of(self.case)
        writer.write(
            "cooperation.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"cooperation": [str(one.row.pk) for one in found]},
        )
        return [_body(one) for one in found]


class CooperationWithdrawalView(CooperationsView):
    """The person takes it back."""

    http_method_names = ["post"]

    @describe(
        "withdraw_cooperation",
        "Record that the person does not co-operate any more",
        tag="Cases",
        scope=Scope.CASES_WRITE,
        request=None,
        responses={200: CooperationsSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        withdraw_cooperation(self.case, actor=request.user, at=self.at)
        return respond({"results": self.bodies()})
