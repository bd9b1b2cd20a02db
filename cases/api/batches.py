"""Several cases at once by REST: one request, one result for each case."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.batches import MOST, Chosen, run_batch
from cases.api.cases import TAG, WorkerSerializer, worker
from cases.models import Batch
from cases.selectors.intake import caseworkers_of
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden, Objection, Refused
from nrm.rest import IDEMPOTENCY_KEY_NEEDED, APIView, ReferenceField, describe, respond


class BatchCaseSerializer(serializers.Serializer):
    reference = ReferenceField()
    version = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="The version that you read; where the case has another, nothing is done with it.",
    )


class BatchRequestSerializer(serializers.Serializer):
    what = serializers.ChoiceField(Batch.What.choices)
    cases = BatchCaseSerializer(many=True, allow_empty=False, max_length=MOST)
    caseworker = serializers.UUIDField(
        required=False, allow_null=True, help_text="Whom to give them to; only for `assign`."
    )


class BatchResultSerializer(serializers.Serializer):
    """What came of one case."""

    reference = serializers.CharField()
    done = serializers.BooleanField()
    why = serializers.ListField(
        child=serializers.CharField(), help_text="Every reason why not; empty where it was done."
    )


class BatchSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    what = serializers.ChoiceField(Batch.What.choices)
    caseworker = WorkerSerializer(allow_null=True)
    at = serializers.DateTimeField()
    results = BatchResultSerializer(many=True)


def _body(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "what": batch.what,
        "caseworker": worker(batch.caseworker),
        "at": batch.at,
        "results": batch.results,
    }


class BatchesView(APIView):
    """Giving several cases to a caseworker, or reminding of them."""

    role_right = rights.CHANGE_TOGETHER

    @describe(
        "run_batch",
        "Give several cases to a caseworker, or remind of them",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=BatchRequestSerializer,
        responses={201: BatchSerializer},
        parameters=[IDEMPOTENCY_KEY_NEEDED],
    )
    def post(self, request: Request) -> Response:
        key = self.submission_key(required=True)
        said = self.read(BatchRequestSerializer)
        wanted = said.get("caseworker")
        caseworker = caseworkers_of(request.user).filter(pk=wanted).first() if wanted else None
        if wanted and caseworker is None:
            text = _("Choose a caseworker from the list")
            raise Refused([Objection(text, field="caseworker")])
        assert key is not None
        batch = run_batch(
            request.user,
            actor=request.user,
            at=self.at,
            what=said["what"],
            chosen=[Chosen(one["reference"], one.get("version")) for one in said["cases"]],
            caseworker=caseworker,
            submission_key=key,
        )
        return respond(_body(batch), status=201, location=reverse("api_batch", args=[batch.pk]))


class BatchView(APIView):
    """What came of one of your batches."""

    role_right = rights.CHANGE_TOGETHER

    @describe(
        "get_batch",
        "Read what came of a batch of yours",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: BatchSerializer},
        problems=(404,),
    )
    def get(self, request: Request, batch: UUID) -> Response:
        found = Batch.objects.filter(pk=batch, actor=request.user).first()
        if found is None:
            raise Hidden(rights.CHANGE_TOGETHER.code)
        return respond(_body(found))
