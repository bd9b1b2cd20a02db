"""Shelter: the board, a bed for a person of a case, and the places of a provider."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from cases import rights
from cases.views.base import CaseView
from cases.views.frame import case_frame
from identities.crypto import Unreadable
from nrm.accounts.models import Organisation
from nrm.accounts.presence import fresh_factor
from nrm.actions import Refused
from nrm.audit import writer
from nrm.profiles import load_profile
from nrm.web import add_objections
from protection.actions import shelter as actions
from protection.forms.shelter import (
    AvoidanceForm,
    BedForm,
    EmptiedForm,
    HoldForm,
    MoveForm,
    PlaceForm,
    UseForm,
    WantedForm,
)
from protection.forms.transport import TransportForm, as_noted
from protection.models import Place, Stay
from protection.selectors import shelter as reads
from protection.selectors.transport import noted


class BoardView(View):
    """What is free, held and full, by code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        rights.SEE_SHELTERS.check(user, None)
        at = timezone.now()
        region = reads.known_region(request.GET.get("region", ""))
        rows = reads.board(user, at=at, region=region)
        left = reads.people_left_behind(user, at=at)
        writer.write(
            "shelters.viewed",
            at=at,
            actor_id=user.pk,
            data={"cases": [str(one.stay.case_id) for one in left]},
        )
        own = rights.RUN_SHELTER.teams_of(user)
        context = {"rows": rows, "own": own, "left": left, "region": region}
        return render(request, "protection/board.html", context)


# On a case ----------------------------------------------------------------------------------------
class CaseShelterView(CaseView):
    """Where the person is, and which beds fit. POST holds one."""

    right = rights.SUPPORT

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self.page(request)

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self.page(request, wrong=form, status=422)
        try:
            actions.hold_bed(self.case, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            for objection in refusal.objections:
                form.add_error(None, objection.text)
            return self.page(request, wrong=form, status=422)
        messages.success(request, _("The bed is held for the person."))
        return redirect("case_shelter", reference=self.case.reference)

    def page(
        self,
        request: HttpRequest,
        *,
        wrong: Any = None,
        move: MoveForm | None = None,
        avoid: AvoidanceForm | None = None,
        travel: TransportForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        case = self.case
        stay = reads.stay_now(case, at=self.at)
        asked = WantedForm(wrong.data if wrong else request.GET)
        told = asked.cleaned_data if asked.is_valid() else {}
        needs = {
            "sex": told.get("sex", ""),
            "family": told.get("family", False),
            "step_free": told.get("step_free", False),
        }
        offers = reads.offers(case, reads.wanted_by(case, **needs), at=self.at) if not stay else []
        writer.write(
            "shelter.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=case.pk,
            data={"stays": [str(stay.pk)] if stay else []},
        )
        frame = case_frame(request, case, self.held, current="case_shelter")
        context = {
            **frame,
            "stay": stay,
            "unsafe": bool(stay) and reads.is_unsafe(case, stay),
            "left": reads.left_behind(case, stay, at=self.at) if stay else None,
            "past": reads.past_stays(case, at=self.at),
            "asked": asked,
            "needs": needs,
            "offers": offers,
            "move": (move or self.move_form(stay)) if stay else None,
            "travel": (travel or TransportForm(initial=as_noted(noted(stay)))) if stay else None,
            "avoid": avoid or AvoidanceForm(profile=case.profile),
            "avoidances": reads.avoidances_in_words(case),
            "forms": [form for form in (wrong, move, travel, avoid) if form is not None],
        }
        return render(request, "protection/case_shelter.html", context, status=status)

    def move_form(self, stay: Stay, data: Any = None) -> MoveForm:
        return MoveForm(data, profile=self.case.profile, held=stay.state == "held")


class StayMoveView(CaseShelterView):
    """The person moves in or leaves, or the hold is given up."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, stay: UUID) -> HttpResponse:
        row = reads.find_stay(self.case, stay)
        form = self.move_form(row, request.POST)
        if not form.is_valid():
            return self.page(request, move=form, status=422)
        by: dict[str, Any] = {"actor": request.user, "at": self.at}
        try:
            if form.cleaned_data["what"] == "move_in":
                actions.move_in(row, **by)
            else:
                actions.end_stay(row, reason=form.cleaned_data["reason"], **by)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, move=form, status=422)
        messages.success(request, _("It is recorded."))
        return redirect("case_shelter", reference=self.case.reference)


class AvoidanceView(CaseShelterView):
    """Whom or what the person must be kept from."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = AvoidanceForm(request.POST, profile=self.case.profile)
        if not form.is_valid():
            return self.page(request, avoid=form, status=422)
        try:
            actions.keep_from(self.case, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, avoid=form, status=422)
        messages.success(request, _("It is recorded, and looked at whenever a bed is held."))
        return redirect("case_shelter", reference=self.case.reference)


class AvoidanceLiftView(CaseView):
    """It is no more."""

    right = rights.SUPPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str, avoidance: UUID) -> HttpResponse:
        row = reads.find_avoidance(self.case, avoidance)
        try:
            actions.lift_keeping(row, actor=request.user, at=self.at)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        return redirect("case_shelter", reference=self.case.reference)


# Places of a provider -----------------------------------------------------------------------------
class PlaceAddView(View):
    """A new place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, self._form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request, request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        told = form.cleaned_data
        try:
            row = actions.open_place(
                told["organisation"],
                actor=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                region=told["region"],
                address=told["address"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("The place is known as %(code)s.") % {"code": row.code})
        return redirect("place", place=row.pk)

    def _form(self, request: HttpRequest, data: Any = None) -> PlaceForm:
        rights.RUN_SHELTER.check(request.user, None)
        teams = rights.RUN_SHELTER.teams_of(request.user)
        own = Organisation.objects.filter(pk__in=teams).order_by("name")
        first = own.first()
        assert first is not None
        form = PlaceForm(data, organisations=own, profile=load_profile(first.profile))
        form.initial["organisation"] = first.pk
        return form

    def _page(self, request: HttpRequest, form: PlaceForm, status: int = 200) -> HttpResponse:
        return render(request, "protection/place_add.html", {"form": form}, status=status)


class _PlaceView(View):
    place: Place

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rights.RUN_SHELTER.check(request.user, None)
        self.at = timezone.now()
        self.place = reads.find_place(request.user, kwargs["place"])  # type: ignore[arg-type]
        return super().dispatch(request, *args, **kwargs)

    def page(
        self,
        request: HttpRequest,
        *,
        form: BedForm | None = None,
        address: str | None = None,
        status: int = 200,
    ) -> HttpResponse:
        user: Any = request.user
        rows = reads.lodgings(user, self.place, at=self.at)
        stays = [row.stay for row in rows if row.stay is not None]
        writer.write(
            "shelters.viewed",
            at=self.at,
            actor_id=user.pk,
            data={"cases": sorted({str(stay.case_id) for stay in stays})},
        )
        context = {
            "place": self.place,
            "region": reads.region_label(self.place.organisation.profile, self.place.region),
            "rows": [
                (
                    row,
                    UseForm(
                        initial={"out_because": row.row.out_because},
                        auto_id=f"id_{row.row.pk}_%s",
                    )
                    if row.state in ("free", "out")
                    else None,
                    MoveForm(
                        profile=row.stay.case.profile,
                        held=row.stay.state == "held",
                        auto_id=f"id_{row.stay.pk}_%s",
                    )
                    if row.stay
                    else None,
                    EmptiedForm(
                        profile=load_profile(self.place.organisation.profile),
                        auto_id=f"id_{row.row.pk}_%s",
                    )
                    if row.state == "occupied" and not row.stay
                    else None,
                )
                for row in rows
            ],
            "form": form or BedForm(),
            "address": address,
        }
        return render(request, "protection/place.html", context, status=status)


class PlaceView(_PlaceView):
    """A place: its beds. POST adds one."""

    def get(self, request: HttpRequest, place: UUID) -> HttpResponse:
        return self.page(request)

    def post(self, request: HttpRequest, place: UUID) -> HttpResponse:
        form = BedForm(request.POST)
        if not form.is_valid():
            return self.page(request, form=form, status=422)
        try:
            actions.add_bed(self.place, actor=request.user, at=self.at, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            add_objections(form, refusal)
            return self.page(request, form=form, status=422)
        messages.success(request, _("The bed is added."))
        return redirect("place", place=place)


@method_decorator(fresh_factor("POST"), name="dispatch")
class AddressView(_PlaceView):
    """Where a place is, each time on record."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, place: UUID) -> HttpResponse:
        try:
            address = actions.show_address(self.place, actor=request.user, at=self.at)  # type: ignore[arg-type]
        except Unreadable:
            address = _("This cannot be read any more.")
        return self.page(request, address=address)


class BedUseView(_PlaceView):
    """Out of use, or in use again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, place: UUID, bed: UUID) -> HttpResponse:
        row = reads.find_bed(self.place, bed)
        because = request.POST.get("out_because", "")
        try:
            actions.use_bed(row, actor=request.user, at=self.at, out_because=because)  # type: ignore[arg-type]
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("It is recorded."))
        return redirect("place", place=place)


class BedEmptiedView(_PlaceView):
    """Whoever lived there has left, and was not with the provider any more."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, place: UUID, bed: UUID) -> HttpResponse:
        row = reads.find_bed(self.place, bed)
        reason = request.POST.get("reason", "")
        try:
            actions.empty_bed(row, actor=request.user, at=self.at, reason=reason)  # type: ignore[arg-type]
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("It is recorded."))
        return redirect("place", place=place)


class ProvidedStayView(View):
    """The provider says that the person has moved in or left."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, stay: UUID) -> HttpResponse:
        rights.RUN_SHELTER.check(request.user, None)
        user: Any = request.user
        at = timezone.now()
        row = reads.find_provided_stay(user, stay, at=at)
        form = MoveForm(request.POST, profile=row.case.profile, held=row.state == "held")
        by: dict[str, Any] = {"actor": user, "at": at}
        try:
            if form.is_valid() and form.cleaned_data["what"] == "move_in":
                actions.take_in(row, **by)
            else:
                reason = request.POST.get("reason", "")
                actions.let_go(row, reason=reason, **by)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
        else:
            messages.success(request, _("It is recorded."))
        return redirect("place", place=row.bed.place_id)
