"""The audit trail by REST, in the same codes as on the auditor's page."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts.rights import SEE_AUDIT
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, Refused
from nrm.audit.codes import CASE, PERSON
from nrm.rest import APIView, PageQuery, describe, page_response, page_schema, respond
from reporting.codes import codes_of
from reporting.selectors_trail import LOOKS, Asked, find_staff, staff, trail
from reporting.trail import code_found, looked


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

    def _id(self, kind: str, value: str, fault: Any) -> Any:
        if (found := self.context["codes"].id(kind, value)) is None:
            raise serializers.ValidationError(fault)
        return found


class AuditEventSerializer(serializers.Serializer):
    """One event. Codes are of the trail alone and your own: no other endpoint takes or gives them,
    and another auditor has others."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    person = serializers.CharField(
        allow_blank=True, help_text="Empty where the system or nobody signed in did it."
    )
    by_system = serializers.BooleanField()
    action = serializers.CharField()
    title = serializers.CharField()
    case = serializers.CharField(allow_blank=True)
    cases = serializers.ListField(
        child=serializers.CharField(), help_text="Those that a list or a search showed."
    )
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
        codes = codes_of(request.user)
        query = self.read_query(AuditQuery, context={"codes": codes})
        size = query.pop("limit")
        asked = Asked(**query)
        lines, older, _newer = trail(asked, codes, size=size)
        looked(request.user, asked, lines, at=self.at)
        return page_response(request, [asdict(line) for line in lines], after=older)


# One member of staff ------------------------------------------------------------------------------
class StaffAddressSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254, help_text="Their work e-mail address.")


class StaffCodeSerializer(serializers.Serializer):
    person = serializers.CharField(help_text="Your code of them.")


class StaffQuery(AuditQuery):
    """Whose looks, and on which days."""

    after = limit = case = action = None  # type: ignore[assignment]
    person = serializers.CharField(max_length=40, help_text="The code of a person.")


class StaffSerializer(serializers.Serializer):
    """What a member of staff looked at in some days, in numbers; each look is told by
    `list_audit_events`, for the same person with the action `looks`."""

    person = serializers.CharField()
    looks = serializers.IntegerField(help_text="At something of a case.")
    cases = serializers.IntegerField(help_text="How many cases these were.")
    identities = serializers.IntegerField(help_text="How often they were shown who a person is.")
    lists = serializers.IntegerField()
    refusals = serializers.IntegerField()
    more = serializers.BooleanField(help_text="There is more: only the newest events were read.")


class StaffView(APIView):
    """What one member of staff looked at."""

    role_right = SEE_AUDIT

    @describe(
        "read_staff_looks",
        "Read what a member of staff looked at, in numbers",
        tag="Audit",
        scope=Scope.AUDIT_READ,
        responses={200: StaffSerializer},
        parameters=[StaffQuery],
    )
    def get(self, request: Request) -> Response:
        codes = codes_of(request.user)
        query = self.read_query(StaffQuery, context={"codes": codes})
        asked = Asked(action=LOOKS, **query)
        looked(request.user, asked, [], at=self.at)
        return respond({"person": codes.of(PERSON, asked.person), **asdict(staff(asked))})

    @describe(
        "find_staff_code",
        "Find your code of a member of staff by their work e-mail address",
        tag="Audit",
        scope=Scope.AUDIT_READ,
        request=StaffAddressSerializer,
        responses={200: StaffCodeSerializer},
    )
    def post(self, request: Request) -> Response:
        found = find_staff(self.read(StaffAddressSerializer)["email"])
        if found is None:
            text = _("Nobody here has this address. Check how it is written.")
            raise Refused([Objection(str(text), field="email")])
        codes = codes_of(request.user)
        return respond({"person": code_found(request.user, codes, found, at=self.at)})
