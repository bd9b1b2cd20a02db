"""The audit trail by REST, in the same codes as on the auditor's page."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts.rights import SEE_AUDIT
from nrm.accounts.scopes import Scope
from nrm.audit.codes import CASE, PERSON, id_of
from nrm.rest import APIView, PageQuery, describe, page_response, page_schema
from reporting.selectors_trail import Asked, trail
from reporting.trail import looked


class AuditQuery(PageQuery):
    """What may stand after the question mark."""

    case = serializers.CharField(required=False, max_length=40, help_text="The code of a case.")
    person = serializers.CharField(required=False, max_length=40, help_text="Of a person.")
    action = serializers.CharField(
        required=False, max_length=64, help_text="A verb of the trail, or `looks`."
    )
    first = serializers.DateField(required=False, help_text="The first day.")
    last = serializers.DateField(required=False, help_text="The last day.")

    def validate_after(self, value: str) -> str:
        if value and not (value.isascii() and value.isdigit() and len(value) < 19):
            raise serializers.ValidationError(_("No page ends here: use the address in `next`."))
        return value

    def validate_case(self, value: str) -> Any:
        return self._id(CASE, value, _("There is no such code of a case"))

    def validate_person(self, value: str) -> Any:
        return self._id(PERSON, value, _("There is no such code of a person"))

    @staticmethod
    def _id(kind: str, value: str, fault: Any) -> Any:
        if (found := id_of(kind, value)) is None:
            raise serializers.ValidationError(fault)
        return found


class AuditEventSerializer(serializers.Serializer):
    """One event. Codes are of the trail alone: no other endpoint takes or gives them."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    person = serializers.CharField(
        allow_blank=True, help_text="Empty where the system or nobody signed in did it."
    )
    by_system = serializers.BooleanField()
    action = serializers.CharField()
    title = serializers.CharField()
    case = serializers.CharField(allow_blank=True)
    refused = serializers.BooleanField()
    reveal = serializers.BooleanField(help_text="Somebody was shown who a person is.")
    purpose = serializers.CharField(allow_blank=True, help_text="Of a reveal, as a code.")


class AuditEventsView(APIView):
    """Who did and saw what, the newest first."""

    role_right = SEE_AUDIT

    @describe(
        "list_audit_events",
        "Read the audit trail in codes",
        tag="Audit",
        scope=Scope.AUDIT_READ,
        responses={200: page_schema(AuditEventSerializer, "AuditEventPage")},
        parameters=[AuditQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(AuditQuery)
        size = query.pop("limit")
        asked = Asked(**query)
        lines, older, _newer = trail(asked, size=size)
        looked(request.user, asked, lines, at=self.at)
        return page_response(request, [asdict(line) for line in lines], after=older)
