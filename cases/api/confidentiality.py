"""Who may see a case at all, by REST."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.confidentiality import change_confidentiality
from cases.api.base import CaseAPIView
from cases.models.case import Confidentiality, ConfidentialityReason
from cases.rights import SET_CONFIDENTIALITY
from cases.selectors.confidentiality import people_to_name
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import Coded, coded_choice, describe, respond


class NameableSerializer(serializers.Serializer):
    """Somebody who may be named."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    named = serializers.BooleanField()
    always = serializers.BooleanField(help_text="They are named whether or not they are sent.")


class ConfidentialitySerializer(serializers.Serializer):
    """Who may see the case: everybody whose role has access, or the people who are named."""

    level = Coded()
    people = NameableSerializer(many=True)


class ConfidentialityWriteSerializer(serializers.Serializer):
    level = serializers.ChoiceField(choices=Confidentiality.choices)
    reason = serializers.ChoiceField(choices=ConfidentialityReason.choices)
    people = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=200,
        default=list,
        help_text="All who are to be named. You and the caseworker always are.",
    )


class ConfidentialityView(CaseAPIView):
    """Who may see the case at all."""

    right = SET_CONFIDENTIALITY

    @describe(
        "read_confidentiality",
        "Read whether a case is restricted or sealed, and who is named",
        tag="Cases",
        scope=Scope.CASES_READ,
        responses={200: ConfidentialitySerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        writer.write(
            "confidentiality.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
        )
        return respond(self._body())

    @describe(
        "set_confidentiality",
        "Restrict, seal or open a case, for a reason, and name who may see it",
        tag="Cases",
        scope=Scope.CASES_WRITE,
        request=ConfidentialityWriteSerializer,
        fresh=True,
        responses={200: ConfidentialitySerializer},
        problems=(404, 422),
    )
    def put(self, request: Request, reference: str) -> Response:
        told = self.read(ConfidentialityWriteSerializer)
        change_confidentiality(self.case, actor=request.user, at=self.at, **told)
        return respond(self._body())

    def _body(self) -> dict[str, Any]:
        return {
            "level": coded_choice(Confidentiality, self.case.confidentiality),
            "people": [
                {"id": one.id, "name": one.name, "named": one.named, "always": one.always}
                for one in people_to_name(self.case, self.request.user)
            ],
        }
