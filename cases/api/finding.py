"""Finding a person, and who may be the same, by REST."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.finding import LONGEST, Sought, find_person
from cases.api.base import CaseAPIView
from cases.rights import ASSIGN, FIND_PEOPLE
from cases.selectors.finding import Found, duplicates_of
from identities.tokens import TokenKind
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, Coded, ReferenceField, coded_choice, describe, respond

TAG = "Cases"


class SoughtSerializer(serializers.Serializer):
    """A document number, a telephone number, or a name with a date of birth."""

    document = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    telephone = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    name = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    birth_date = serializers.CharField(
        max_length=10, required=False, allow_blank=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD."
    )


class AlikeSerializer(serializers.Serializer):
    """A case of somebody who may be the one, and what they share."""

    reference = ReferenceField()
    pseudonym = serializers.CharField()
    why = Coded(many=True)


class FoundSerializer(serializers.Serializer):
    """Cases that you may see. `elsewhere`: there is a record that you may not see; ask intake."""

    results = AlikeSerializer(many=True)
    elsewhere = serializers.BooleanField()


def _found(found: Found) -> dict[str, Any]:
    return {
        "results": [
            {
                "reference": alike.case.reference,
                "pseudonym": alike.case.pseudonym,
                "why": [coded_choice(TokenKind, kind) for kind in alike.kinds],
            }
            for alike in found.alike
        ],
        "elsewhere": found.elsewhere,
    }


class PersonSearchView(APIView):
    """Finding a person. Nothing of it stands in an address."""

    role_right = FIND_PEOPLE

    @describe(
        "find_person",
        "Find the cases of a person by facts that few people share",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        request=SoughtSerializer,
        responses={200: FoundSerializer},
    )
    def post(self, request: Request) -> Response:
        told = self.read(SoughtSerializer)
        found = find_person(None, actor=request.user, at=timezone.now(), sought=Sought(**told))
        return respond(_found(found))


class DuplicatesView(CaseAPIView):
    """Cases of people who may be the same as this one's."""

    right = ASSIGN

    @describe(
        "list_possible_duplicates",
        "Read which cases may be about the same person, and why",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: FoundSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        found = duplicates_of(self.case, request.user)
        writer.write(
            "duplicates.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"cases": [str(alike.case.pk) for alike in found.alike]},
        )
        return respond(_found(found))
