"""How the person can safely be reached, recorded by REST; it is read with the case."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.contact import record_contact
from cases.api.base import CaseAPIView
from cases.models.referral import Safety
from cases.rules.contact import DETAILS, LONGEST, WAYS
from cases.selectors.contact import contact_by
from nrm.accounts.scopes import Scope
from nrm.rest import describe, respond

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
        )
        counts = contact_by(self.case, card, at=self.at)
        made = {"id": card.pk, "recorded_at": card.recorded_at, "counts_until": counts.until}
        return respond(made, status=201)
