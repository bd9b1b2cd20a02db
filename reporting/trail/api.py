"""The audit trail by REST, in the same codes as on the auditor's page."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts.rights import SEE_AUDIT, SEE_OWN_STAFF
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, Refused
from nrm.audit.codes import CASE, PERSON
from nrm.rest import (
    APIView,
    Coded,
    PageQuery,
    coded_choice,
    describe,
    page_response,
    page_schema,
    respond,
)
from reporting.models import AnomalyKind
from reporting.trail.anomalies import ALL, OPEN, anomalies, find_anomaly, read_of, told
from reporting.trail.codes import codes_of
from reporting.trail.own_staff import read_by, unusual_of_staff
from reporting.trail.rules import objections_to_asking
from reporting.trail.selectors import LOOKS, OPEN_TO_ALL, Asked, find_staff, hour_of, staff, trail
from reporting.trail.views import code_found, looked
from reporting.trail.watch import LONGEST, look_into, note_of


class AuditQuery(PageQuery):
    """What may stand after the question mark."""

    case = serializers.CharField(required=False, max_length=40, help_text="The code of a case.")
    person = serializers.CharField(required=False, max_length=40, help_text="Of a person.")
    action = serializers.CharField(
        required=False,
        max_length=64,
        help_text="A verb of the trail, or `looks`. Without `case` or `person` only `looks` and"
        " `identity.shown`.",
    )
    first = serializers.DateField(required=False, help_text="The first day.")
    last = serializers.DateField(required=False, help_text="The last day.")

    def validate_after(self, value: str) -> str:
        if value and self.context["codes"].event(value) is None:
            raise serializers.ValidationError(_("No page ends here: use the address in `next`."))
        return value

    def validate_case(self, value: str) -> Any:
        return self._id(CASE, value, _("There is no such code of a case"))

    def validate_person(self, value: str) -> Any:
        return self._id(PERSON, value, _("There is no such code of a person"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        about_one = bool(attrs.get("case") or attrs.get("person"))
        for objection in objections_to_asking(
            action=attrs.get("action", ""), open_to_all=OPEN_TO_ALL, about_one=about_one
        ):
            raise serializers.ValidationError({objection.field: objection.text})
        return attrs

    def _id(self, kind: str, value: str, fault: Any) -> Any:
        if (found := self.context["codes"].id(kind, value)) is None:
            raise serializers.ValidationError(fault)
        return found


class AuditEventSerializer(serializers.Serializer):
    """One event. Codes are of the trail alone and your own: no other endpoint takes or gives them,
    and another auditor has others."""

    id = serializers.CharField(help_text="Your code of the event.")
    at = serializers.DateTimeField(help_text="When the hour began in which it happened.")
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
        looked(request.user, asked, lines, codes, at=self.at)
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
        looked(request.user, asked, [], codes, at=self.at)
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


# What is unusual ----------------------------------------------------------------------------------
class AnomaliesQuery(PageQuery):
    """What may stand after the question mark."""

    show = serializers.ChoiceField(
        [OPEN, ALL], required=False, default=OPEN, help_text="What nobody looked into, or all."
    )


class AnomalySerializer(serializers.Serializer):
    """Something unusual: one person, one day, and how many there were."""

    id = serializers.UUIDField()
    kind = Coded()
    person = serializers.CharField(help_text="Your code of them.")
    day = serializers.DateField()
    count = serializers.IntegerField()
    why = serializers.CharField(help_text="In a sentence.")
    first_at = serializers.DateTimeField(help_text="When the hour of the first of them began.")
    last_at = serializers.DateTimeField(help_text="When the hour of the last of them began.")
    open = serializers.BooleanField()
    looked_at = serializers.DateTimeField(allow_null=True)


class OneAnomalySerializer(AnomalySerializer):
    looked_by = serializers.CharField(allow_blank=True, help_text="Your code of the auditor.")
    note = serializers.CharField(allow_blank=True)


class LookIntoSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=LONGEST, help_text="What you found. Name nobody.")
    count = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="How many there were when you read it."
    )


def _anomaly(row: Any, codes: Any) -> dict[str, Any]:
    one = told(row, codes)
    return {
        "id": row.pk,
        "kind": coded_choice(AnomalyKind, row.kind),
        "person": one.person,
        "day": row.day,
        "count": row.count,
        "why": one.why,
        "first_at": hour_of(row.first_at),
        "last_at": hour_of(row.last_at),
        "open": row.is_open,
        "looked_at": row.looked_at,
    }


def _one(row: Any, codes: Any) -> dict[str, Any]:
    more = {"looked_by": codes.of(PERSON, row.looked_by), "note": note_of(row)}
    return {**_anomaly(row, codes), **more}


class OwnStaffPersonSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class OwnStaffUnusualSerializer(serializers.Serializer):
    """Something unusual: one person of your authority, one day, over the cases that you see."""

    kind = Coded()
    person = OwnStaffPersonSerializer()
    day = serializers.DateField()
    count = serializers.IntegerField()
    why = serializers.CharField(help_text="In a sentence.")
    cases = serializers.ListField(
        child=serializers.CharField(), help_text="References of those that you see."
    )


class OwnStaffView(APIView):
    """What is unusual in how your authority's staff looked at its cases, the newest first."""

    role_right = SEE_OWN_STAFF

    @describe(
        "list_unusual_access",
        "Read what is unusual in how your staff looked at cases",
        tag="Audit",
        scope=Scope.CASES_READ,
        responses={200: page_schema(OwnStaffUnusualSerializer, "UnusualAccessPage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        lines, more = unusual_of_staff(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        read_by(request.user, lines, at=self.at)
        results = [
            {
                "kind": coded_choice(AnomalyKind, line.kind),
                "person": {"id": line.person_id, "name": line.name},
                "day": line.day,
                "count": line.count,
                "why": line.why,
                "cases": list(line.cases),
            }
            for line in lines
        ]
        return page_response(request, results, after=more)


class AnomaliesView(APIView):
    """What stands out in the trail."""

    role_right = SEE_AUDIT

    @describe(
        "list_anomalies",
        "Read what is unusual in the audit trail",
        tag="Audit",
        scope=Scope.AUDIT_READ,
        responses={200: page_schema(AnomalySerializer, "AnomalyPage")},
        parameters=[AnomaliesQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(AnomaliesQuery)
        codes = codes_of(request.user)
        lines, page = anomalies(
            codes, show=query["show"], after=query["after"], size=query["limit"]
        )
        read_of(request.user, lines, at=self.at)
        return page_response(
            request, [_anomaly(line.row, codes) for line in lines], after=page.after
        )


class AnomalyView(APIView):
    """One of them."""

    role_right = SEE_AUDIT

    @describe(
        "read_anomaly",
        "Read one, with what an auditor found",
        tag="Audit",
        scope=Scope.AUDIT_READ,
        responses={200: OneAnomalySerializer},
        problems=(404,),
    )
    def get(self, request: Request, anomaly: UUID) -> Response:
        row, codes = find_anomaly(anomaly), codes_of(request.user)
        read_of(request.user, [told(row, codes)], at=self.at)
        return respond(_one(row, codes))

    @describe(
        "look_into_anomaly",
        "Say that you looked into it, and what you found",
        tag="Audit",
        scope=Scope.AUDIT_READ,
        request=LookIntoSerializer,
        responses={200: OneAnomalySerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, anomaly: UUID) -> Response:
        row, codes = find_anomaly(anomaly), codes_of(request.user)
        row = look_into(row, actor=request.user, at=self.at, **self.read(LookIntoSerializer))
        return respond(_one(row, codes))
