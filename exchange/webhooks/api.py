"""By REST: which case it is that a webhook told of."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.webhooks.selectors import case_told_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, describe, respond


class WebhookCaseSerializer(serializers.Serializer):
    """By what your organisation knows the case; one of the two is empty."""

    reference = serializers.CharField(help_text="Of the case, for who sees it or its summary.")
    receipt = serializers.CharField(help_text="Of the referral, for who referred the person.")


class WebhookCaseView(APIView):
    """The case of an id that a webhook of your organisation sent.

    404 where the id is another organisation's, or you do not see the case now.
    """

    @describe(
        "read_webhook_case",
        "Find the case that a webhook told of",
        tag="Webhooks",
        scope=Scope.CASES_READ,
        responses={200: WebhookCaseSerializer},
        problems=(404,),
    )
    def get(self, request: Request, handle: UUID) -> Response:
        case, body = case_told_of(request.user, handle)
        writer.write(
            "cases.listed",
            at=self.at,
            actor_id=request.user.pk,
            data={"list": "webhook", "cases": [str(case.pk)]},
        )
        return respond(body)
