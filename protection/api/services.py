"""The services of a person, and the people whom a provider was referred, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView, PageQuery
from cases.selectors.contact import dialect_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, Coded, describe, page_response, page_schema, respond
from protection.actions import services as actions
from protection.models import ServiceState
from protection.rules.services import ANSWERS, LONGEST_REASON
from protection.selectors import services as reads

TAG = "Support"
STATES = [*ServiceState.values, reads.CONSENTED]


class SupportServiceSerializer(serializers.Serializer):
    """A service that the person needs or is given."""

    id = serializers.UUIDField()
    service = Coded()
    urgency = Coded()
    state = serializers.ChoiceField(
        choices=STATES, help_text="`consented`: a need for which a consent stands."
    )
    provider = serializers.CharField(allow_null=True)
    consent = serializers.UUIDField(allow_null=True, help_text="The consent on which it rests.")
    until = serializers.DateTimeField(allow_null=True, help_text="Until when that holds.")
    without_consent = serializers.BooleanField()
    reason_was_read = serializers.BooleanField(
        help_text="Whether a supervisor has read why there was no consent."
    )
    reason = serializers.CharField(
        allow_blank=True, help_text="Why it was declined, held or ended, in words."
    )
    noted_at = serializers.DateTimeField()
    referred_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    days_waiting = serializers.IntegerField(
        allow_null=True, help_text="Until it began; null where it ended before."
    )
    waits_long = serializers.BooleanField()


class SupportServiceReadSerializer(SupportServiceSerializer):
    why_without_consent = serializers.CharField(allow_blank=True)


class SupportServicesSerializer(serializers.Serializer):
    results = SupportServiceSerializer(many=True)


class NeedSerializer(serializers.Serializer):
    """A need of the person."""

    code = serializers.CharField(max_length=40, help_text="A service of the profile.")
    urgency = serializers.CharField(max_length=20, help_text="A code of the profile.")


class ServiceReferralSerializer(serializers.Serializer):
    """To whom the person is referred."""

    organisation = serializers.UUIDField(help_text="A provider.")
    without_consent = serializers.CharField(
        max_length=LONGEST_REASON,
        default="",
        allow_blank=True,
        help_text="Why this cannot wait for the person's consent, for supervisors to read. Empty: "
        "it rests on their consent, and is refused where there is none.",
    )


class ServiceEndSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=40, help_text="An exit code of the profile.")


class ContactMarksSerializer(serializers.Serializer):
    channel = serializers.CharField()
    word = serializers.CharField(help_text="Only what is safe may be used.")


class ReferredSerializer(serializers.Serializer):
    """A person who was referred to your organisation: what the service needs to know."""

    id = serializers.UUIDField()
    pseudonym = serializers.CharField(help_text="Two words; not the person's name.")
    service = Coded()
    urgency = Coded()
    state = serializers.ChoiceField(choices=ServiceState.choices)
    reason = serializers.CharField(allow_blank=True)
    age = serializers.CharField(help_text="In words.")
    language = serializers.CharField(allow_blank=True)
    referred_at = serializers.DateTimeField()
    days_waiting = serializers.IntegerField(allow_null=True)
    waits_long = serializers.BooleanField()
    safe_contact = ContactMarksSerializer(many=True)
    answers = serializers.ListField(
        child=serializers.CharField(), help_text="What can be answered now."
    )


class ReferredPersonSerializer(ReferredSerializer):
    dialect = serializers.CharField(allow_blank=True)


class AnswerSerializer(serializers.Serializer):
    answer = serializers.ChoiceField(choices=list(ANSWERS))
    reason = serializers.CharField(
        max_length=40,
        default="",
        allow_blank=True,
        help_text="Of the profile: with `decline`, `hold` and `end`.",
    )


class AnsweredSerializer(serializers.Serializer):
    """Where it stands now. What has ended you do not see any more."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ServiceState.choices)


def _coded(code: str, label: str) -> dict[str, str]:
    return {"code": code, "label": label}


class _SupportView(CaseAPIView):
    right = rights.SUPPORT

    def looked(self, lines: list[reads.Line]) -> None:
        writer.write(
            "services.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"services": [str(line.row.pk) for line in lines]},
        )

    def body(self, line: reads.Line) -> dict[str, Any]:
        row = line.row
        override = getattr(row, "override", None)
        return {
            "id": row.pk,
            "service": _coded(row.code, line.label),
            "urgency": _coded(row.urgency, line.urgency),
            "state": line.state,
            "provider": row.organisation.name if row.organisation else None,
            "consent": row.consent_id,
            "until": row.until,
            "without_consent": row.overridden,
            "reason_was_read": override is not None and override.seen_at is not None,
            "reason": line.reason,
            "noted_at": row.noted_at,
            "referred_at": row.referred_at,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "days_waiting": reads.days_waiting(row, self.at),
            "waits_long": line.late,
        }

    def read_one(self, pk: UUID) -> dict[str, Any]:
        line = reads.find_service(self.case, pk, at=self.at)
        override = getattr(line.row, "override", None)
        why = reads.why_overridden(self.case, override) if override else ""
        return {**self.body(line), "why_without_consent": why}


class ServicesView(_SupportView):
    """What the person needs and is given."""

    @describe(
        "list_services",
        "List the services that a person needs and is given, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: SupportServicesSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        lines = reads.services_of(self.case, at=self.at)
        self.looked(lines)
        return respond({"results": [self.body(line) for line in lines]})

    @describe(
        "note_need",
        "Note that the person needs a service",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NeedSerializer,
        responses={201: SupportServiceReadSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(NeedSerializer)
        row = actions.note_need(self.case, actor=request.user, at=self.at, **told)
        return respond(self.read_one(row.pk), status=201)


class ServiceView(_SupportView):
    """One of them."""

    @describe(
        "read_service",
        "Read one service, and why it was asked for without consent, where it was",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: SupportServiceReadSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, service_id: UUID) -> Response:
        self.looked([reads.find_service(self.case, service_id, at=self.at)])
        return respond(self.read_one(service_id))


class ServiceReferralView(_SupportView):
    """Referring the person to a provider."""

    @describe(
        "refer_to_provider",
        "Refer the person to a provider, on their consent or with a reason why there is none",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ServiceReferralSerializer,
        responses={200: SupportServiceReadSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, service_id: UUID) -> Response:
        row = reads.find_service(self.case, service_id, at=self.at).row
        told = self.read(ServiceReferralSerializer)
        by: dict[str, Any] = {"actor": request.user, "at": self.at}
        by["organisation"] = told["organisation"]
        if told["without_consent"]:
            actions.refer_without_consent(row, reason=told["without_consent"], **by)
        else:
            actions.refer(row, **by)
        return respond(self.read_one(service_id))


class ServiceEndView(_SupportView):
    """Ending a service, or a need that is none any more."""

    @describe(
        "end_service",
        "End a service: its provider does not see the person any more",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ServiceEndSerializer,
        responses={200: SupportServiceReadSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, service_id: UUID) -> Response:
        row = reads.find_service(self.case, service_id, at=self.at).row
        reason = self.read(ServiceEndSerializer)["reason"]
        actions.end_service(row, actor=request.user, at=self.at, reason=reason)
        return respond(self.read_one(service_id))


class OverrideReadView(_SupportView):
    """A supervisor has read why there was no consent."""

    right = rights.READ_OVERRIDE

    @describe(
        "confirm_reason_read",
        "Confirm that you read why a person was referred without their consent",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={200: SupportServiceReadSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str, service_id: UUID) -> Response:
        row = reads.find_service(self.case, service_id, at=self.at).row
        actions.read_override(row, actor=request.user, at=self.at)
        return respond(self.read_one(service_id))


# Referred to us -----------------------------------------------------------------------------------
def _referred(line: reads.Referred, at: Any) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk,
        "pseudonym": row.case.pseudonym,
        "service": _coded(row.code, line.label),
        "urgency": _coded(row.urgency, line.urgency),
        "state": row.state,
        "reason": line.reason,
        "age": line.age,
        "language": line.language,
        "referred_at": row.referred_at,
        "days_waiting": reads.days_waiting(row, at),
        "waits_long": line.late,
        "safe_contact": [{"channel": m.channel, "word": m.word} for m in line.marks],
        "answers": line.answers,
    }


class ReferredView(APIView):
    """The people whom your organisation was referred."""

    role_right = rights.SEE_REFERRED

    @describe(
        "list_referred",
        "List the people who are referred to your organisation, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(ReferredSerializer, "ReferredPage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        page = reads.referred_page(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "referred.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={
                "services": [str(line.row.pk) for line in page.rows],
                "cases": sorted({str(line.row.case_id) for line in page.rows}),
            },
        )
        bodies = [_referred(line, self.at) for line in page.rows]
        return page_response(request, bodies, after=page.after)


class ReferredPersonView(APIView):
    """One of them."""

    role_right = rights.SEE_REFERRED

    @describe(
        "read_referred",
        "Read what a service needs to know of a person referred to it",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: ReferredPersonSerializer},
        problems=(404,),
    )
    def get(self, request: Request, service_id: UUID) -> Response:
        line = reads.find_referred(request.user, service_id, at=self.at)
        writer.write(
            "referred.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=line.row.case_id,
            data={"services": [str(line.row.pk)]},
        )
        dialect = dialect_of(line.row.case, line.card)
        return respond({**_referred(line, self.at), "dialect": dialect})


class AnswerView(APIView):
    """What your organisation answers."""

    role_right = rights.SEE_REFERRED

    @describe(
        "answer_referral",
        "Accept, decline, begin, hold, complete or end a service for a person",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=AnswerSerializer,
        responses={200: AnsweredSerializer},
        problems=(404,),
    )
    def post(self, request: Request, service_id: UUID) -> Response:
        row = reads.find_referred(request.user, service_id, at=self.at).row
        told = self.read(AnswerSerializer)
        row = actions.answer(row, actor=request.user, at=self.at, **told)
        return respond({"id": row.pk, "state": row.state})
