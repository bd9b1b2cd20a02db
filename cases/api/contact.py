"""How the person can safely be reached, recorded by REST, where it is read with the case; and whom
else they named."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.contact import end_nominee, nominate, record_contact
from cases.api.base import CaseAPIView
from cases.models.nominee import ToldOf
from cases.models.referral import InterpreterSex, Safety
from cases.rules.contact import DETAILS, LONGEST, LONGEST_DIALECT, LONGEST_NAME, SPOKEN, WAYS
from cases.selectors.contact import Named, contact_by, nominees_of
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, describe, respond

_TEXT = {"required": False, "allow_blank": True, "max_length": LONGEST, "default": ""}


class ContactWriteSerializer(serializers.Serializer):
    """What the person said of each way. Only `safe` is used."""

    call = serializers.ChoiceField(Safety.choices)
    text = serializers.ChoiceField(Safety.choices)
    voicemail = serializers.ChoiceField(Safety.choices)
    email = serializers.ChoiceField(Safety.choices)
    post = serializers.ChoiceField(Safety.choices)
    contact_times = serializers.CharField(**_TEXT, help_text="When it is safe: days and hours.")
    contact_code_word = serializers.CharField(
        **_TEXT, help_text="A word that shows who is calling."
    )
    contact_who_may_answer = serializers.CharField(**_TEXT, help_text="Whom the person named.")
    # How they are spoken with: what is left out stays as it is known.
    language = serializers.CharField(
        required=False, allow_blank=True, max_length=10, help_text="ISO 639: what they speak best."
    )
    interpreter_needed = serializers.BooleanField(required=False, allow_null=True)
    dialect = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_DIALECT, help_text="Sealed."
    )
    interpreter_sex = serializers.ChoiceField(
        InterpreterSex.choices, required=False, help_text="Whom they want as an interpreter."
    )
    no_companions = serializers.BooleanField(
        required=False, help_text="Nobody of the family, or who came along, interprets."
    )


class ContactMadeSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    recorded_at = serializers.DateTimeField()
    counts_until = serializers.DateField(
        help_text="The last day on which what is marked safe may be used."
    )


class ContactView(CaseAPIView):
    """A new safe-contact card takes the place of the one before."""

    right = rights.RECORD_CONTACT

    @describe(
        "record_contact",
        "Record by which ways the person can safely be reached",
        tag="Cases",
        scope=Scope.CASES_WRITE,
        request=ContactWriteSerializer,
        responses={201: ContactMadeSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ContactWriteSerializer)
        card = record_contact(
            self.case,
            actor=request.user,
            at=self.at,
            ways={way: told[way] for way in WAYS},
            details={code: told[code] for code in DETAILS},
            speaking={name: told[name] for name in SPOKEN if name in told},
        )
        counts = contact_by(self.case, card, at=self.at)
        made = {"id": card.pk, "recorded_at": card.recorded_at, "counts_until": counts.until}
        return respond(made, status=201)


class NomineeWriteSerializer(serializers.Serializer):
    """Somebody whom the person named, and what they may be told."""

    who = serializers.CharField(max_length=LONGEST_NAME)
    reach = serializers.CharField(max_length=LONGEST, help_text="How they are reached.")
    ways = serializers.ListField(
        child=serializers.ChoiceField(WAYS), help_text="By which ways they may be told."
    )
    about = serializers.ListField(
        child=serializers.ChoiceField(ToldOf.choices), help_text="Of what they may be told."
    )
    given_on = serializers.DateField(help_text="When the person said so.")
    method = serializers.CharField(max_length=20, help_text="How, as the profile has it.")
    language = serializers.CharField(max_length=10, help_text="ISO 639: in which it was asked.")
    interpreter = serializers.CharField(max_length=20, help_text="As the referral asks it.")
    ends_on = serializers.DateField(
        default=None, allow_null=True, help_text="The last day, where the person said one."
    )


class NomineeSerializer(NomineeWriteSerializer):
    id = serializers.UUIDField()
    recorded_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    holds = serializers.BooleanField(help_text="They may be told something today.")


class NomineesSerializer(serializers.Serializer):
    results = NomineeSerializer(many=True)


def _body(one: Named) -> dict[str, Any]:
    row = one.row
    kept = ("ways", "about", "given_on", "method", "language", "interpreter", "ends_on")
    return {
        "id": row.pk,
        "who": one.who,
        "reach": one.reach,
        **{name: getattr(row, name) for name in kept},
        "recorded_at": row.recorded_at,
        "ended_at": row.ended_at,
        "holds": one.holds,
    }


class NomineesView(CaseAPIView):
    """Whom else the person named."""

    right = rights.RECORD_CONTACT

    @describe(
        "list_nominees",
        "List whom else the person named, the newest first; only one who holds is told anything",
        tag="Cases",
        scope=Scope.CASES_READ,
        responses={200: NomineesSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        return respond({"results": self.bodies()})

    @describe(
        "nominate",
        "Record that the person named somebody, and what they may be told; it replaces the last",
        tag="Cases",
        scope=Scope.CASES_WRITE,
        request=NomineeWriteSerializer,
        responses={201: NomineeSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, reference: str) -> Response:
        row = nominate(
            self.case,
            actor=request.user,
            at=self.at,
            values=self.read(NomineeWriteSerializer),
            submission_key=self.submission_key(),
        )
        made = next(one for one in self.bodies() if one["id"] == row.pk)
        return respond(made, status=201)

    def bodies(self) -> list[dict[str, Any]]:
        found = nominees_of(self.case, at=self.at)
        writer.write(
            "nominees.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"nominees": [str(one.row.pk) for one in found]},
        )
        return [_body(one) for one in found]


class NomineeEndView(NomineesView):
    """The person takes it back."""

    http_method_names = ["post"]

    @describe(
        "end_nominee",
        "Record that the person takes it back: whom they named is told nothing more",
        tag="Cases",
        scope=Scope.CASES_WRITE,
        request=None,
        responses={200: NomineesSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        end_nominee(self.case, actor=request.user, at=self.at)
        return respond({"results": self.bodies()})
