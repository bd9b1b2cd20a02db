"""What the person is accused of, by REST: the matters of a case, and what may be argued in them."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.hearings import record_hearing, say_what_happened
from cases.actions.matters import From, change_matter, raise_matter
from cases.api.base import CaseAPIView, PageQuery
from cases.models import Matter
from cases.models.matter import (
    Consequence,
    Custody,
    HearingKind,
    MatterKind,
    MatterOutcome,
    MatterStage,
    Representation,
    Review,
)
from cases.rules.hearings import RESULTS
from cases.rules.matters import LONGEST, NEED, words_of
from cases.selectors import matters as reads
from cases.selectors.hearings import find_hearing, hearings_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, IF_MATCH, describe, page_response, page_schema, respond

TAG = "Non-punishment"
_OF_HEARING = ("kind", "on_day", "interpreter", "result", "at")


def _code(choices: Any = None, **more: Any) -> serializers.Field:
    if choices is None:
        return serializers.CharField(max_length=40, required=False, allow_blank=True, **more)
    return serializers.ChoiceField(
        choices=choices.choices, required=False, allow_blank=True, **more
    )


def _text(**more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, **more)


def _day(**more: Any) -> serializers.DateField:
    return serializers.DateField(required=False, allow_null=True, **more)


class MatterChangeSerializer(serializers.Serializer):
    """Only what is sent is changed."""

    kind = serializers.ChoiceField(choices=MatterKind.choices, required=False)
    offence = serializers.CharField(
        max_length=LONGEST, required=False, help_text="What the person is accused of."
    )
    place = _text()
    acted_on = serializers.CharField(
        max_length=10,
        required=False,
        allow_blank=True,
        help_text="When it was: YYYY, YYYY-MM or YYYY-MM-DD.",
    )
    age_status = _code(
        help_text="How old the person was then: `child`, `adult`, `disputed` or `not_sure`."
    )
    age_years = serializers.IntegerField(
        min_value=0, max_value=120, required=False, allow_null=True
    )
    episode = serializers.UUIDField(required=False, allow_null=True)
    exclusion = _code(
        help_text="An excluded offence of the profile, `none`, or empty: nobody has looked."
    )
    basis = _code(help_text="A ground in law of the profile.")
    needs = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST, allow_blank=True),
        required=False,
        help_text="What the grounds of the profile need, in words, by their codes.",
    )
    characteristics = _text()
    stage = serializers.ChoiceField(choices=MatterStage.choices, required=False)
    stage_on = _day()
    agency = _code(help_text="Who decides about it: a code of the profile.")
    custody = _code(Custody)
    custody_until = _day(help_text="The last day of the time limit.")
    hearing = _code(HearingKind)
    hearing_on = _day(help_text="The next one.")
    interpreter = _code(help_text="For the hearing: `booked`, `no` or `not_needed`.")
    representation = _code(Representation)
    officer = _text()
    their_reference = _text()
    representative = _text()
    outcome = _code(MatterOutcome)
    outcome_on = _day()
    outcome_words = _text()
    consequence = _code(Consequence)
    review = _code(Review)


class MatterWriteSerializer(MatterChangeSerializer):
    kind = serializers.ChoiceField(choices=MatterKind.choices)
    offence = serializers.CharField(max_length=LONGEST)
    allegation = serializers.UUIDField(
        default=None, allow_null=True, help_text="An allegation of the referral that it is made of."
    )
    proposal = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="A proposal that it is made of."
    )


class ReadingSerializer(serializers.Serializer):
    """How a ground in law stands: advice, and no finding."""

    basis = serializers.CharField()
    label = serializers.CharField()
    may_be_open = serializers.BooleanField()
    why = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()
    verified = serializers.BooleanField()


class MatterSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    origin = serializers.CharField()
    kind = serializers.CharField()
    offence = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    acted_on = serializers.CharField(allow_blank=True)
    age_status = serializers.CharField(allow_blank=True)
    age_years = serializers.IntegerField(allow_null=True)
    episode = serializers.UUIDField(allow_null=True)
    exclusion = serializers.CharField(allow_blank=True)
    basis = serializers.CharField(allow_blank=True)
    needs = serializers.DictField(child=serializers.CharField())
    characteristics = serializers.CharField(allow_blank=True)
    stage = serializers.CharField()
    stage_on = serializers.DateField(allow_null=True)
    agency = serializers.CharField(allow_blank=True)
    custody = serializers.CharField(allow_blank=True)
    custody_until = serializers.DateField(allow_null=True)
    hearing = serializers.CharField(allow_blank=True)
    hearing_on = serializers.DateField(allow_null=True)
    interpreter = serializers.CharField(allow_blank=True)
    representation = serializers.CharField(allow_blank=True)
    officer = serializers.CharField(allow_blank=True)
    their_reference = serializers.CharField(allow_blank=True)
    representative = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    outcome_on = serializers.DateField(allow_null=True)
    outcome_words = serializers.CharField(allow_blank=True)
    consequence = serializers.CharField(allow_blank=True)
    review = serializers.CharField(allow_blank=True)
    raised_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    to_see_to = serializers.ListField(child=serializers.CharField())
    grounds = ReadingSerializer(many=True)


class PastHearingSerializer(serializers.Serializer):
    """A hearing that is over, or was moved. `result` is empty where nobody has said what
    happened."""

    id = serializers.UUIDField()
    kind = serializers.CharField(allow_blank=True)
    on_day = serializers.DateField()
    interpreter = serializers.CharField(allow_blank=True)
    result = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


class PastHearingsSerializer(serializers.Serializer):
    """The earlier hearings of a matter, the latest day first. The next one stands in the matter."""

    results = PastHearingSerializer(many=True)


class HearingResultSerializer(serializers.Serializer):
    result = serializers.ChoiceField(RESULTS)
    words = serializers.CharField(
        max_length=LONGEST,
        required=False,
        default="",
        allow_blank=True,
        help_text="What was said and ordered.",
    )


class HearingWriteSerializer(HearingResultSerializer):
    next_on = serializers.DateField(required=False, default=None, allow_null=True)
    next_kind = serializers.ChoiceField(
        HearingKind.choices, required=False, default="", allow_blank=True
    )


class MatterLineSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    offence = serializers.CharField(help_text="Its beginning.")
    stage = serializers.CharField()
    outcome = serializers.CharField(allow_blank=True)
    hearing_on = serializers.DateField(allow_null=True)
    to_see_to = serializers.ListField(child=serializers.CharField())


class ToAskSerializer(serializers.Serializer):
    """What gives reason to record a matter: an allegation of the referral, or a proposal of the
    profile that the assessment gives reason for."""

    allegation = serializers.UUIDField(allow_null=True)
    proposal = serializers.CharField(allow_blank=True)
    says = serializers.CharField(allow_blank=True)


class ToAskListSerializer(serializers.Serializer):
    results = ToAskSerializer(many=True)


def _body(row: Matter, at: Any) -> dict[str, Any]:
    one = reads.opened(row, at=at)
    words = {name: one.told.get(name, "") for name in words_of(row.case.profile.non_punishment)}
    needs = {
        name.removeprefix(NEED): text for name, text in one.told.items() if name.startswith(NEED)
    }
    return {
        "id": row.pk,
        "version": row.version,
        "origin": row.origin,
        "raised_at": row.raised_at,
        "changed_at": row.changed_at,
        "to_see_to": one.to_see_to,
        "needs": needs,
        **reads.codes_of(row),
        **{name: text for name, text in words.items() if not name.startswith(NEED)},
        "grounds": [
            {
                "basis": reading.basis.code,
                "label": str(reading.basis.label),
                "may_be_open": reading.open,
                "why": reading.why,
                "missing": reading.missing,
                "source": reading.basis.source,
                "verified": reading.basis.verified,
            }
            for reading in one.readings
        ],
    }


def _values(told: dict[str, Any]) -> dict[str, Any]:
    kept = ("allegation", "proposal", "needs")
    values = {name: value for name, value in told.items() if name not in kept}
    return values | {NEED + code: text for code, text in told.get("needs", {}).items()}


class MatterEndpoint(CaseAPIView):
    """An endpoint of the matters of a case."""

    right = rights.KEEP_MATTERS

    def looked(self, verb: str, rows: list[Matter]) -> None:
        writer.write(
            verb,
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"matters": [str(row.pk) for row in rows]},
        )

    def answer(self, pk: UUID, status: int = 200) -> Response:
        """The matter as it is now, with its version as ETag."""
        row = reads.find_matter(self.case, pk)
        return respond(_body(row, self.at), status=status, version=row.version)


class MattersView(MatterEndpoint):
    """The matters of a case."""

    @describe(
        "list_matters",
        "List what the person is accused of, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(MatterLineSerializer, "MatterPage")},
        problems=(404,),
        parameters=[PageQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(PageQuery)
        page = reads.matters_of(self.case, at=self.at, after=query["after"], size=query["limit"])
        self.looked("matters.viewed", [line.row for line in page.rows])
        rows = [
            {
                "id": line.row.pk,
                "kind": line.row.kind,
                "offence": line.offence,
                "stage": line.row.stage,
                "outcome": line.row.outcome,
                "hearing_on": line.row.hearing_on,
                "to_see_to": line.missing,
            }
            for line in page.rows
        ]
        return page_response(request, rows, after=page.after)

    @describe(
        "raise_matter",
        "Record something that the person is accused of; nobody is told of it by this",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=MatterWriteSerializer,
        responses={201: MatterSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(MatterWriteSerializer)
        row = raise_matter(
            self.case,
            actor=request.user,
            at=self.at,
            values=_values(told),
            source=From(told["allegation"], told["proposal"]),
            submission_key=self.submission_key(),
        )
        return self.answer(row.pk, status=201)


class MattersToAskView(MatterEndpoint):
    """What gives reason to ask about a matter."""

    @describe(
        "list_matters_to_ask",
        "List what the referral and the assessment give reason to ask about",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: ToAskListSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        self.looked("matters.viewed", [])
        told = [
            {"allegation": one.id, "proposal": "", "says": one.offence}
            for one in reads.told_in_referral(self.case)
        ]
        proposed = [
            {"allegation": None, "proposal": one.code, "says": str(one.label)}
            for one in reads.proposals_of(self.case, reads.proposed_already(self.case))
        ]
        return respond({"results": told + proposed})


class MatterView(MatterEndpoint):
    """One matter."""

    @describe(
        "read_matter",
        "Read a matter, and which ground in law may be open in it",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: MatterSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, matter_id: UUID) -> Response:
        self.looked("matter.viewed", [reads.find_matter(self.case, matter_id)])
        return self.answer(matter_id)

    @describe(
        "change_matter",
        "Change a matter; what is not sent stays as it is",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=MatterChangeSerializer,
        responses={200: MatterSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def patch(self, request: Request, reference: str, matter_id: UUID) -> Response:
        row = reads.find_matter(self.case, matter_id)
        told = self.read(MatterChangeSerializer)
        change_matter(
            row,
            actor=request.user,
            at=self.at,
            values=_values(told),
            version=self.expected_version(),
        )
        return self.answer(matter_id)


class HearingsView(MatterEndpoint):
    """The hearings of a matter."""

    @describe(
        "list_hearings",
        "List the earlier hearings of a matter, and what happened in them",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: PastHearingsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, matter_id: UUID) -> Response:
        row = reads.find_matter(self.case, matter_id)
        self.looked("matter.viewed", [row])
        return respond({"results": _hearings(row)})

    @describe(
        "record_hearing",
        "Record what happened in the hearing that a matter names, and when the next one is",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=HearingWriteSerializer,
        responses={201: PastHearingsSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, reference: str, matter_id: UUID) -> Response:
        row = reads.find_matter(self.case, matter_id)
        told = self.read(HearingWriteSerializer)
        record_hearing(row, actor=request.user, at=self.at, version=self.expected_version(), **told)
        return respond({"results": _hearings(row)}, status=201)


class HearingResultView(MatterEndpoint):
    @describe(
        "say_what_happened_in_hearing",
        "Say what happened in an earlier hearing of which nobody has said it",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=HearingResultSerializer,
        responses={200: PastHearingsSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, matter_id: UUID, hearing_id: UUID) -> Response:
        row = reads.find_matter(self.case, matter_id)
        one = find_hearing(row, hearing_id)
        told = self.read(HearingResultSerializer)
        say_what_happened(one, actor=request.user, at=self.at, **told)
        return respond({"results": _hearings(row)})


def _hearings(row: Matter) -> list[dict[str, Any]]:
    return [
        {
            **{name: getattr(line.row, name) for name in _OF_HEARING},
            "id": line.row.pk,
            "by": line.row.by.display_name,
            "words": line.words,
        }
        for line in hearings_of(row)
    ]
