"""Shelter by REST: the board, a bed for a person, and the places of a provider."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView
from nrm.accounts.models import Organisation
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.rest import APIView, describe, respond
from protection.actions import shelter as actions
from protection.api import transport
from protection.api.transport import NotedTransportSerializer, TransportSerializer
from protection.models import Place, Stay
from protection.models.shelter import AgesOf, AvoidKind, OutReason, SexOf, StayState
from protection.rules.shelter import LONGEST_ADDRESS
from protection.selectors import shelter as reads

TAG = "Shelter"
BED_STATES = ["free", "held", "occupied", "out"]
MOVES = ["move_in", "leave"]
SEXES = ["female", "male"]


class BoardRowSerializer(serializers.Serializer):
    """A place on the board."""

    id = serializers.UUIDField()
    code = serializers.CharField(help_text="Drawn by lot: it says nothing of where it is.")
    region = serializers.CharField()
    provider = serializers.CharField()
    free = serializers.IntegerField()
    held = serializers.IntegerField()
    occupied = serializers.IntegerField()
    out = serializers.IntegerField()


class LeftBehindSerializer(serializers.Serializer):
    """Somebody lives in a place, and what brought them there has ended."""

    since = serializers.DateTimeField()
    because = serializers.CharField(allow_blank=True, help_text="In words.")
    settle_by = serializers.DateField(help_text="By when it is agreed where they live.")
    overdue = serializers.BooleanField()


class PersonLeftBehindSerializer(LeftBehindSerializer):
    reference = serializers.CharField()
    pseudonym = serializers.CharField()
    place = serializers.CharField(help_text="The code of the place.")


class BoardSerializer(serializers.Serializer):
    results = BoardRowSerializer(many=True)
    to_settle = PersonLeftBehindSerializer(
        many=True, help_text="Of the cases whose support you plan, the longest first."
    )


class NewPlaceSerializer(serializers.Serializer):
    organisation = serializers.UUIDField()
    region = serializers.CharField(max_length=40, help_text="A region of the profile.")
    address = serializers.CharField(max_length=LONGEST_ADDRESS, help_text="It is sealed.")


class NewBedSerializer(serializers.Serializer):
    unit = serializers.IntegerField(min_value=1, max_value=999)
    number = serializers.IntegerField(min_value=1, max_value=999)
    sex = serializers.ChoiceField(choices=SexOf.choices)
    ages = serializers.ChoiceField(choices=AgesOf.choices)
    family = serializers.BooleanField(default=False)
    step_free = serializers.BooleanField(default=False)


class BedSerializer(NewBedSerializer):
    """A bed, and whether somebody has it."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=BED_STATES)
    stay = serializers.UUIDField(allow_null=True, help_text="Of a person referred to you.")
    pseudonym = serializers.CharField(allow_null=True)
    transport = TransportSerializer(
        allow_null=True, help_text="How a person referred to you gets there, where it is noted."
    )


class PlaceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    region = serializers.CharField()
    beds = BedSerializer(many=True)


class AddressSerializer(serializers.Serializer):
    address = serializers.CharField()


class BedEmptiedSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=40, help_text="An exit code of the profile.")


class BedUseSerializer(serializers.Serializer):
    out_because = serializers.ChoiceField(
        choices=OutReason.choices, allow_blank=True, help_text="Empty: it is used again."
    )


class StaySerializer(serializers.Serializer):
    """A bed that is held for the person, or in which they live or lived."""

    id = serializers.UUIDField()
    place = serializers.CharField(help_text="The code of the place.")
    bed = serializers.CharField()
    state = serializers.ChoiceField(choices=StayState.choices)
    held_at = serializers.DateTimeField()
    hold_until = serializers.DateTimeField()
    moved_in_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class OfferSerializer(serializers.Serializer):
    """A bed that is free, and in words why it fits and why it does not."""

    bed = serializers.UUIDField()
    place = serializers.CharField()
    region = serializers.CharField()
    fits = serializers.ListField(child=serializers.CharField())
    against = serializers.ListField(child=serializers.CharField())


class AvoidanceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=AvoidKind.choices)
    what = serializers.CharField(allow_blank=True, help_text="In words.")


class CaseShelterSerializer(serializers.Serializer):
    now = StaySerializer(allow_null=True)
    unsafe = serializers.BooleanField(
        help_text="The person is in a place, or is to be, where they are not safe any more."
    )
    transport = NotedTransportSerializer(
        allow_null=True, help_text="How the person gets there, where it is noted."
    )
    to_settle = LeftBehindSerializer(
        allow_null=True, help_text="Where they still live there, and their shelter has ended."
    )
    before = StaySerializer(many=True)
    offers = OfferSerializer(many=True)
    kept_from = AvoidanceSerializer(many=True)


class WantedQuery(serializers.Serializer):
    sex = serializers.ChoiceField(choices=SEXES, default="", allow_blank=True)
    family = serializers.BooleanField(default=False)
    step_free = serializers.BooleanField(default=False)


class HoldSerializer(WantedQuery):
    bed = serializers.UUIDField()


class MoveSerializer(serializers.Serializer):
    move = serializers.ChoiceField(choices=MOVES)
    reason = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="An exit code, with `leave`."
    )


class NewAvoidanceSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=AvoidKind.choices)
    region = serializers.CharField(max_length=40, default="", allow_blank=True)
    exploiter = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="A name, number or word by which others know them too. It is sealed.",
    )


def _stay(row: Stay) -> dict[str, Any]:
    return {
        "id": row.pk,
        "place": row.bed.place.code,
        "bed": str(row.bed),
        "state": row.state,
        "held_at": row.held_at,
        "hold_until": row.hold_until,
        "moved_in_at": row.moved_in_at,
        "ended_at": row.ended_at,
    }


def _left_behind(one: reads.LeftBehind) -> dict[str, Any]:
    return {
        "since": one.since,
        "because": one.because,
        "settle_by": one.due_on,
        "overdue": one.overdue,
    }


class BoardView(APIView):
    """What is free, held and full."""

    role_right = rights.SEE_SHELTERS

    @describe(
        "read_shelters",
        "Read the board of shelters: by code and region, what is free, held and full",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: BoardSerializer},
    )
    def get(self, request: Request) -> Response:
        rows = reads.board(request.user, at=self.at)
        left = reads.people_left_behind(request.user, at=self.at)
        writer.write(
            "shelters.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={"cases": [str(one.stay.case_id) for one in left]},
        )
        return respond(
            {
                "results": [
                    {
                        "id": one.row.pk,
                        "code": one.row.code,
                        "region": one.region,
                        "provider": one.provider,
                        "free": one.free,
                        "held": one.held,
                        "occupied": one.occupied,
                        "out": one.out,
                    }
                    for one in rows
                ],
                "to_settle": [
                    {
                        **_left_behind(one),
                        "reference": one.stay.case.reference,
                        "pseudonym": one.stay.case.pseudonym,
                        "place": one.stay.bed.place.code,
                    }
                    for one in left
                ],
            }
        )


class PlacesView(APIView):
    """A new place of your organisation."""

    role_right = rights.RUN_SHELTER

    @describe(
        "open_place",
        "Add a place of your organisation; its address is sealed",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NewPlaceSerializer,
        responses={201: PlaceSerializer},
        problems=(404,),
    )
    def post(self, request: Request) -> Response:
        told = self.read(NewPlaceSerializer)
        house = Organisation.objects.filter(pk=told["organisation"]).first()
        if house is None:
            raise Hidden(rights.RUN_SHELTER.code)
        row = actions.open_place(
            house,
            actor=request.user,
            at=self.at,
            region=told["region"],
            address=told["address"],
        )
        return respond(
            {"id": row.pk, "code": row.code, "region": row.region, "beds": []}, status=201
        )


class _PlaceView(APIView):
    role_right = rights.RUN_SHELTER
    place: Place

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.place = reads.find_place(request.user, kwargs["place_id"])

    def body(self) -> dict[str, Any]:
        user: Any = self.request.user
        rows = reads.lodgings(user, self.place, at=self.at)
        stays = [row.stay for row in rows if row.stay is not None]
        writer.write(
            "shelters.viewed",
            at=self.at,
            actor_id=user.pk,
            data={"cases": sorted({str(stay.case_id) for stay in stays})},
        )
        return {
            "id": self.place.pk,
            "code": self.place.code,
            "region": self.place.region,
            "beds": [
                {
                    "id": one.row.pk,
                    "unit": one.row.unit,
                    "number": one.row.number,
                    "sex": one.row.sex,
                    "ages": one.row.ages,
                    "family": one.row.family,
                    "step_free": one.row.step_free,
                    "state": one.state,
                    "stay": one.stay.pk if one.stay else None,
                    "pseudonym": one.stay.case.pseudonym if one.stay else None,
                    "transport": transport.as_provided(one.stay) if one.stay else None,
                }
                for one in rows
            ],
        }


class PlaceView(_PlaceView):
    """A place, and its beds."""

    @describe(
        "read_place",
        "Read a place of your organisation and its beds",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: PlaceSerializer},
        problems=(404,),
    )
    def get(self, request: Request, place_id: UUID) -> Response:
        return respond(self.body())

    @describe(
        "add_bed",
        "Add a bed to a place",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NewBedSerializer,
        responses={201: PlaceSerializer},
        problems=(404,),
    )
    def post(self, request: Request, place_id: UUID) -> Response:
        told = self.read(NewBedSerializer)
        actions.add_bed(self.place, actor=request.user, at=self.at, **told)
        return respond(self.body(), status=201)


class AddressView(_PlaceView):
    """Where it is."""

    @describe(
        "show_address",
        "Be shown the address of a place of your organisation; that you were is on record",
        tag=TAG,
        scope=Scope.IDENTITIES_READ,
        responses={200: AddressSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, place_id: UUID) -> Response:
        return respond(
            {"address": actions.show_address(self.place, actor=request.user, at=self.at)}
        )


class BedUseView(_PlaceView):
    """Out of use, or in use again."""

    @describe(
        "use_bed",
        "Take a bed out of use, or into use again",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=BedUseSerializer,
        responses={200: PlaceSerializer},
        problems=(404,),
    )
    def put(self, request: Request, place_id: UUID, bed_id: UUID) -> Response:
        row = reads.find_bed(self.place, bed_id)
        because = self.read(BedUseSerializer)["out_because"]
        actions.use_bed(row, actor=request.user, at=self.at, out_because=because)
        return respond(self.body())


class BedEmptiedView(_PlaceView):
    """Whoever lived there has left."""

    @describe(
        "empty_bed",
        "Say that somebody has left a bed who was not referred to you any more",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=BedEmptiedSerializer,
        responses={200: PlaceSerializer},
        problems=(404,),
    )
    def post(self, request: Request, place_id: UUID, bed_id: UUID) -> Response:
        row = reads.find_bed(self.place, bed_id)
        reason = self.read(BedEmptiedSerializer)["reason"]
        actions.empty_bed(row, actor=request.user, at=self.at, reason=reason)
        return respond(self.body())


class ProvidedStayView(APIView):
    """The provider says who moved in, and who left."""

    role_right = rights.RUN_SHELTER

    @describe(
        "move_provided",
        "Say that a person who is referred to you has moved in or left",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=MoveSerializer,
        responses={200: StaySerializer},
        problems=(404,),
    )
    def post(self, request: Request, stay_id: UUID) -> Response:
        row = reads.find_provided_stay(request.user, stay_id, at=self.at)
        told = self.read(MoveSerializer)
        by: dict[str, Any] = {"actor": request.user, "at": self.at}
        if told["move"] == "move_in":
            row = actions.take_in(row, **by)
        else:
            row = actions.let_go(row, reason=told["reason"], **by)
        return respond(_stay(row))


# On a case ----------------------------------------------------------------------------------------
class CaseShelterView(CaseAPIView):
    """Where the person is, and which beds fit."""

    right = rights.SUPPORT

    @describe(
        "read_case_shelter",
        "Read where the person lives or which bed is held, and which free beds fit, with why",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: CaseShelterSerializer},
        problems=(404,),
        parameters=[WantedQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        case = self.case
        wanted = reads.wanted_by(case, **self.read_query(WantedQuery))
        stay = reads.stay_now(case, at=self.at)
        writer.write(
            "shelter.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=case.pk,
            data={"stays": [str(stay.pk)] if stay else []},
        )
        left = reads.left_behind(case, stay, at=self.at) if stay else None
        return respond(
            {
                "now": _stay(stay) if stay else None,
                "unsafe": stay is not None and reads.is_unsafe(case, stay),
                "transport": transport.as_noted(stay) if stay else None,
                "to_settle": _left_behind(left) if left else None,
                "before": [_stay(row) for row in reads.past_stays(case, at=self.at)],
                "offers": [
                    {
                        "bed": one.bed.pk,
                        "place": one.bed.place.code,
                        "region": one.region,
                        "fits": one.fits,
                        "against": one.against,
                    }
                    for one in reads.offers(case, wanted, at=self.at)
                ],
                "kept_from": [
                    {"id": row.pk, "kind": row.kind, "what": words}
                    for row, words in reads.avoidances_in_words(case)
                ],
            }
        )

    @describe(
        "hold_bed",
        "Hold a bed for the person. Of several who want one at once, one gets it",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=HoldSerializer,
        responses={201: StaySerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(HoldSerializer)
        row = actions.hold_bed(self.case, actor=request.user, at=self.at, **told)
        return respond(_stay(row), status=201)


class StayMoveView(CaseAPIView):
    """Moving in and leaving."""

    right = rights.SUPPORT

    @describe(
        "move_stay",
        "Say that the person has moved in, or that the bed is not needed any more",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=MoveSerializer,
        responses={200: StaySerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, stay_id: UUID) -> Response:
        row = reads.find_stay(self.case, stay_id)
        told = self.read(MoveSerializer)
        by: dict[str, Any] = {"actor": request.user, "at": self.at}
        if told["move"] == "move_in":
            row = actions.move_in(row, **by)
        else:
            row = actions.end_stay(row, reason=told["reason"], **by)
        return respond(_stay(row))


class AvoidancesView(CaseAPIView):
    """Whom or what the person must be kept from."""

    right = rights.SUPPORT

    @describe(
        "keep_from",
        "Record a region, or an exploiter, that the person must be kept from",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NewAvoidanceSerializer,
        responses={201: AvoidanceSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(NewAvoidanceSerializer)
        row = actions.keep_from(self.case, actor=request.user, at=self.at, **told)
        words = dict((one.pk, what) for one, what in reads.avoidances_in_words(self.case))
        return respond({"id": row.pk, "kind": row.kind, "what": words.get(row.pk, "")}, status=201)


class AvoidanceView(CaseAPIView):
    """One of them."""

    right = rights.SUPPORT

    @describe(
        "lift_keeping",
        "Say that the person need not be kept from it any more",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={204: None},
        problems=(404, 422),
    )
    def delete(self, request: Request, reference: str, avoidance_id: UUID) -> Response:
        row = reads.find_avoidance(self.case, avoidance_id)
        actions.lift_keeping(row, actor=request.user, at=self.at)
        return Response(status=204)
