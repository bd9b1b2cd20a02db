"""Referrals that another system sends."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models.case import CaseKind
from cases.rights import REFER
from exchange.actions import Imported, import_home_office, sending_organisation
from nrm.accounts.scopes import Scope
from nrm.rest import APIView, Coded, coded_choice, describe, respond


class ImportQuery(serializers.Serializer):
    """What may stand after the question mark."""

    organisation = serializers.UUIDField(
        required=False,
        help_text="The id of your organisation, where you refer people for more than one.",
    )


class ImportedReferralSerializer(serializers.Serializer):
    """What became of a payload. Keep the receipt: by it you and the authority speak of it."""

    receipt = serializers.CharField()
    external_id = serializers.CharField()
    kind = Coded()
    status = serializers.CharField(help_text="What the sender may know of the case.")
    received_at = serializers.DateTimeField()
    made_now = serializers.BooleanField(help_text="False: this ExternalId was received before.")
    unknown_keys = serializers.ListField(
        child=serializers.CharField(),
        help_text="Keys for which the referral has no question, or whose value does not fit it.",
    )


def imported_body(imported: Imported) -> dict[str, Any]:
    referral = imported.referral
    case = referral.case
    return {
        "receipt": referral.receipt,
        "external_id": referral.external_id,
        "kind": coded_choice(CaseKind, case.kind),
        "status": str(case.profile.stage(case.stage).public_label),
        "received_at": referral.sent_at,
        "made_now": imported.made_now,
        "unknown_keys": list(imported.unknown_keys),
    }


class HomeOfficeView(APIView):
    """The payload of the live referral form of the Home Office, as that form sends it.

    201 where it became a referral now, 200 where its `ExternalId` was received before: then
    nothing is written. Keys that the referral has no question for are kept encrypted, and listed.
    """

    role_right = REFER

    @describe(
        "import_home_office",
        "Send a payload of the Home Office form",
        tag="Referrals",
        scope=Scope.REFERRALS_WRITE,
        request={"application/json": {"type": "object", "additionalProperties": True}},
        responses={200: ImportedReferralSerializer, 201: ImportedReferralSerializer},
        problems=(413,),
        parameters=[ImportQuery],
    )
    def post(self, request: Request) -> Response:
        wanted = self.read_query(ImportQuery).get("organisation")
        imported = import_home_office(
            request.data,
            actor=request.user,
            at=self.at,
            organisation=sending_organisation(request.user, wanted=str(wanted or "")),
        )
        return respond(
            imported_body(imported),
            status=201 if imported.made_now else 200,
            location=reverse("api_referral", args=[imported.referral.receipt]),
        )
