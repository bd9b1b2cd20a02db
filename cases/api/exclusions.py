"""Who may not see a case, by REST; and declaring a conflict of interest."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.excluding import declare_conflict, exclude, lift
from cases.api.base import CaseAPIView
from cases.models.exclusion import ExclusionReason, LiftingReason
from cases.rights import DECLARE_CONFLICT, EXCLUDE
from cases.selectors.exclusions import (
    Kept,
    exclusions,
    kept,
    organisations_to_exclude,
    running_exclusion,
)
from cases.selectors.why import people_to_ask_about
from nrm.accounts.scopes import Scope
from nrm.actions import Objection, Refused
from nrm.audit import writer
from nrm.rest import Coded, coded_choice, describe, respond

TAG = "Cases"


class ExclusionSerializer(serializers.Serializer):
    """A person, or everybody of an organisation, who may not see the case."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    whole_organisation = serializers.BooleanField()
    reason = Coded()
    declared = serializers.BooleanField(help_text="By the person themselves.")
    by = serializers.CharField()
    since = serializers.DateTimeField()
    ended = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField(allow_blank=True)
    ended_because = serializers.CharField(allow_blank=True)


class ExclusionsSerializer(serializers.Serializer):
    results = ExclusionSerializer(many=True)


class ExclusionWriteSerializer(serializers.Serializer):
    person = serializers.UUIDField(
        required=False, help_text="One of list_access_people. Either this or `organisation`."
    )
    organisation = serializers.UUIDField(required=False)
    reason = serializers.ChoiceField(choices=ExclusionReason.choices)


class LiftingSerializer(serializers.Serializer):
    because = serializers.ChoiceField(choices=LiftingReason.choices)


def _body(one: Kept) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "whole_organisation": one.organisation,
        "reason": coded_choice(ExclusionReason, one.code),
        "declared": one.declared,
        "by": one.by,
        "since": one.since,
        "ended": one.ended,
        "ended_by": one.ended_by,
        "ended_because": one.ended_because,
    }


class ExclusionsView(CaseAPIView):
    """Who may not see the case, whatever was granted to them."""

    right = EXCLUDE

    @describe(
        "list_exclusions",
        "Read who may not see a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: ExclusionsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        rows = exclusions(self.case)
        writer.write(
            "exclusions.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"exclusions": [str(row.id) for row in rows]},
        )
        return respond({"results": [_body(row) for row in rows]})

    @describe(
        "exclude",
        "Keep a person or an organisation from a case, at once",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ExclusionWriteSerializer,
        responses={201: ExclusionSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ExclusionWriteSerializer)
        row = exclude(
            self.case,
            actor=request.user,
            at=self.at,
            reason=told["reason"],
            person=self._one_of(people_to_ask_about(self.case), told, "person"),
            organisation=self._one_of(organisations_to_exclude(self.case), told, "organisation"),
        )
        return respond(_body(kept(row)), status=201)

    def _one_of(self, among: Any, told: dict[str, Any], name: str) -> Any:
        wanted = told.get(name)
        if wanted is None:
            return None
        if found := next((one for one in among if one.pk == wanted), None):
            return found
        raise Refused([Objection(_("Choose one from the list."), field=name)])


class ExclusionLiftingView(CaseAPIView):
    """Lifting one exclusion."""

    right = EXCLUDE

    @describe(
        "lift_exclusion",
        "Lift an exclusion, for a reason",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=LiftingSerializer,
        responses={200: ExclusionSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str, exclusion_id: UUID) -> Response:
        row = running_exclusion(self.case, exclusion_id)
        because = self.read(LiftingSerializer)["because"]
        return respond(_body(kept(lift(row, actor=request.user, at=self.at, because=because))))


class ConflictView(CaseAPIView):
    """A conflict of interest of whoever asks."""

    right = DECLARE_CONFLICT

    @describe(
        "declare_conflict",
        "Declare a conflict of interest: you cannot see the case any more",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={204: None},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        declare_conflict(self.case, actor=request.user, at=self.at)
        return respond(None, status=204)
