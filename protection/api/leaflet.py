"""The leaflet about a person's rights, by REST."""

from typing import Any

from django.utils.translation import override
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import IDEMPOTENCY_KEY, APIView, describe, respond
from protection.actions.leaflet import give_leaflet
from protection.selectors import leaflet as reads

TAG = "Support"


class LeafletPartSerializer(serializers.Serializer):
    title = serializers.CharField()
    points = serializers.ListField(child=serializers.CharField())


class NumberToCallSerializer(serializers.Serializer):
    label = serializers.CharField()
    number = serializers.CharField()
    help = serializers.CharField(allow_blank=True)


class LeafletSerializer(serializers.Serializer):
    """What the person is told, in the language that was asked for."""

    version = serializers.CharField(help_text="Of the profile.")
    language = serializers.CharField()
    parts = LeafletPartSerializer(many=True)
    call = NumberToCallSerializer(many=True)
    verified = serializers.BooleanField(help_text="Whether its wording was checked.")


class NewLeafletGivenSerializer(serializers.Serializer):
    """That the person was told."""

    language = serializers.CharField(max_length=10, help_text="ISO 639: what was spoken or read.")
    text_language = serializers.CharField(max_length=10, help_text="Of the leaflet itself.")
    interpreter = serializers.CharField(max_length=40, help_text="As a referral asks it.")
    read_aloud = serializers.BooleanField()
    on_paper = serializers.BooleanField(help_text="The person kept it.")
    given_on = serializers.DateField()


class LeafletGivenSerializer(NewLeafletGivenSerializer):
    id = serializers.UUIDField()
    version = serializers.CharField(help_text="Of the profile.")
    age = serializers.CharField(help_text="Whom it was written for: adult or child.")
    by = serializers.CharField()
    at = serializers.DateTimeField()


class LeafletsGivenSerializer(serializers.Serializer):
    results = LeafletGivenSerializer(many=True)


class SheetView(APIView):
    """The leaflet of a profile."""

    role_right = rights.SEE_LEAFLET

    @describe(
        "read_leaflet",
        "Read the leaflet about a person's rights, for an adult or a child, in a language",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: LeafletSerializer},
        problems=(404,),
    )
    def get(self, request: Request, profile: str, age: str, language: str) -> Response:
        found = reads.find_leaflet(profile, age, language)
        with override(language):
            body = {
                "version": found.version,
                "language": language,
                "parts": [
                    {"title": part.title, "points": part.points}
                    for part in reads.leaflet_of(found, age)
                ],
                "call": [
                    {"label": str(one.label), "number": one.number, "help": str(one.help)}
                    for one in found.emergency
                ],
                "verified": found.leaflet.verified,
            }
        return respond(body)


class CaseLeafletsView(CaseAPIView):
    """When it was given to the person."""

    right = rights.SUPPORT

    @describe(
        "list_leaflets_given",
        "List when the person was told of their rights, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: LeafletsGivenSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        given = reads.given_to(self.case)
        writer.write(
            "leaflets.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"leaflets": [str(one.row.pk) for one in given]},
        )
        return respond({"results": [_given(one.row) for one in given]})

    @describe(
        "give_leaflet",
        "Record that the person was told of their rights",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NewLeafletGivenSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: LeafletGivenSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(NewLeafletGivenSerializer)
        key = self.submission_key()
        row = give_leaflet(self.case, actor=request.user, at=self.at, submission_key=key, **told)
        return respond(_given(row), status=201)


def _given(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version,
        "age": row.age,
        "language": row.language,
        "text_language": row.text_language,
        "interpreter": row.interpreter,
        "read_aloud": row.read_aloud,
        "on_paper": row.on_paper,
        "given_on": row.given_on,
        "by": row.by.display_name,
        "at": row.at,
    }
