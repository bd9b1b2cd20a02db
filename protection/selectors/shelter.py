"""The board of shelters by code, the beds that fit a person and why, and who is where."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from cases.rights import PROVIDE, RUN_SHELTER, SUPPORT
from cases.selectors.sharing import today_of
from identities.crypto import Opener, Unreadable
from identities.tokens import tokens_of_words
from nrm.accounts.models import User
from nrm.actions import Hidden
from nrm.profiles import every_profile, load_profile
from protection.models import Avoidance, Bed, Place, Service, Stay
from protection.models.service import WITH_PROVIDER
from protection.models.shelter import AvoidKind, StayState, Taken
from protection.rules.shelter import Offered, Wanted, reasons_against, reasons_for
from protection.selectors.services import reason_label

MOST = 200
EXPLOITER = "exploiter"


def free(at: datetime) -> Q:
    """The condition on a bed that nobody has it now: a hold that has run out holds nothing."""
    return Q(taken=Taken.FREE) | Q(taken=Taken.HELD, held_until__lte=at)


# The board ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """A place on the board: how many beds are free, held, taken and out of use."""

    row: Place
    region: str
    provider: str
    free: int
    held: int
    occupied: int
    out: int

    @property
    def is_full(self) -> bool:
        return not self.free


def board(actor: User, *, at: datetime, region: str = "") -> list[Row]:
    """Every place that the actor may see, by region and code, or those of one region. One query."""
    in_use = Q(beds__out_since=None)
    held = in_use & Q(beds__taken=Taken.HELD, beds__held_until__gt=at)
    lived_in = in_use & Q(beds__taken=Taken.OCCUPIED)
    rows = places_of(actor).annotate(
        beds_=Count("beds", filter=in_use),
        held_=Count("beds", filter=held),
        occupied_=Count("beds", filter=lived_in),
        out_=Count("beds", filter=Q(beds__out_since__isnull=False)),
    )
    if region:
        rows = rows.filter(region=region)
    found: Any = rows.select_related("organisation").order_by("region", "code")[:MOST]
    return [
        Row(
            row=row,
            region=region_label(row.organisation.profile, row.region),
            provider=row.organisation.name,
            free=row.beds_ - row.held_ - row.occupied_,
            held=row.held_,
            occupied=row.occupied_,
            out=row.out_,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Beds:
    """The beds of a region, of all its places: free, held for somebody, lived in, out of use."""

    code: str
    region: str
    free: int
    held: int
    occupied: int
    out: int

    @property
    def in_use(self) -> int:
        return self.free + self.held + self.occupied

    @property
    def taken(self) -> int:
        return self.held + self.occupied


def beds_by_region(actor: User, *, at: datetime) -> list[Beds]:
    """How full the places are that the actor may see, region by region. One query."""
    in_use = Q(out_since=None)
    counted = (
        Bed.objects.filter(place__in=places_of(actor))
        .values("place__region")
        .annotate(
            profile=Min("place__organisation__profile"),
            free_=Count("pk", filter=in_use & free(at)),
            held_=Count("pk", filter=in_use & Q(taken=Taken.HELD, held_until__gt=at)),
            occupied_=Count("pk", filter=in_use & Q(taken=Taken.OCCUPIED)),
            out_=Count("pk", filter=~in_use),
        )
        .order_by("place__region")
    )
    return [
        Beds(
            code=row["place__region"],
            region=region_label(row["profile"], row["place__region"]),
            free=row["free_"],
            held=row["held_"],
            occupied=row["occupied_"],
            out=row["out_"],
        )
        for row in counted
    ]


def places_of(actor: User) -> QuerySet[Place]:
    """The places that the actor may see: a provider's own people theirs, workers every one."""
    if actor.organisations("caseworker", "supervisor"):
        return Place.objects.all()
    return Place.objects.filter(organisation__in=RUN_SHELTER.teams_of(actor))


def region_label(profile: str, code: str) -> str:
    """The name of a region in a profile, or its code."""
    regions = load_profile(profile).regions if profile else ()
    return next((str(one.label) for one in regions if one.code == code), code)


def known_region(code: str) -> str:
    """The code where some profile has a region of it, else nothing."""
    return code if any(one.code == code for p in every_profile() for one in p.regions) else ""


# A place, for its provider ------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Lodging:
    """A bed as its provider reads it: with the person where they are referred to them."""

    row: Bed
    state: str
    stay: Stay | None


def find_place(actor: User, pk: UUID) -> Place:
    """A place of an organisation of the actor's. Hidden (404) where it is none."""
    rows = Place.objects.filter(organisation__in=RUN_SHELTER.teams_of(actor), pk=pk)
    if row := rows.select_related("organisation").first():
        return row
    raise Hidden(RUN_SHELTER.code)


def find_bed(place: Place, pk: UUID) -> Bed:
    """A bed of a place. Hidden (404) where it is none."""
    if row := place.beds.filter(pk=pk).first():
        row.place = place
        return row
    raise Hidden(RUN_SHELTER.code)


def lodgings(actor: User, place: Place, *, at: datetime) -> list[Lodging]:
    """The beds of a place, and who is in them as far as the actor may know. Two queries."""
    beds = list(place.beds.order_by("unit", "number")[:MOST])
    stays = {stay.bed_id: stay for stay in stays_of(actor, at=at).filter(bed__in=beds)}
    return [Lodging(bed, bed_state(bed, at), stays.get(bed.pk)) for bed in beds]


def bed_state(bed: Bed, at: datetime) -> str:
    """Whether a bed is `out`, `free`, `held` or `occupied` now."""
    if bed.out_since is not None:
        return "out"
    if bed.taken == Taken.FREE or is_lapsed_hold(bed, at):
        return "free"
    return bed.taken


def is_lapsed_hold(bed: Bed, at: datetime) -> bool:
    """Whether the bed is held no more, since the hold has run out."""
    return bed.taken == Taken.HELD and bed.held_until is not None and bed.held_until <= at


def stays_of(actor: User, *, at: datetime) -> QuerySet[Stay]:
    """The stays at places of the actor's organisations, of people who are referred to them."""
    found = Stay.objects.filter(
        Q(state=StayState.OCCUPIED) | Q(state=StayState.HELD, hold_until__gt=at),
        organisation__in=RUN_SHELTER.teams_of(actor),
        case__in=Case.objects.visible_to(actor, PROVIDE),
    )
    return found.select_related("case__person", "bed__place", "transport")


def find_provided_stay(actor: User, pk: UUID, *, at: datetime) -> Stay:
    """One of them. Hidden (404) where it is none."""
    if row := stays_of(actor, at=at).filter(pk=pk).first():
        return row
    raise Hidden(PROVIDE.code)


# A place for a person -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Offer:
    """A bed that is free, and in words why it fits and why it does not."""

    bed: Bed
    region: str
    fits: list[str]
    against: list[str]


def wanted_by(
    case: Case, *, sex: str = "", family: bool = False, step_free: bool = False
) -> Wanted:
    """What the person needs of a bed: what was asked, their age as it is treated, and where they
    must not be. One query."""
    regions = avoidances(case).filter(kind=AvoidKind.REGION).values_list("region", flat=True)
    return Wanted(sex, case.treated_as_child, family, step_free, frozenset(regions))


def offered_by(bed: Bed, at: datetime) -> Offered:
    """What a bed is, as the rules ask it."""
    state = bed_state(bed, at)
    return Offered(
        sex=bed.sex,
        ages=bed.ages,
        family=bed.family,
        step_free=bed.step_free,
        region=bed.place.region,
        free=state == "free",
        out=state == "out",
    )


def offers(case: Case, wanted: Wanted, *, at: datetime) -> list[Offer]:
    """The free beds, those that fit first. One query."""
    beds = Bed.objects.filter(free(at), out_since=None).select_related("place__organisation")
    made = []
    for bed in beds.order_by("place__region", "place__code", "unit", "number")[:MOST]:
        offered = offered_by(bed, at)
        made.append(
            Offer(
                bed=bed,
                region=region_label(bed.place.organisation.profile, bed.place.region),
                fits=reasons_for(wanted, offered),
                against=reasons_against(wanted, offered),
            )
        )
    return sorted(made, key=lambda offer: (len(offer.against), -len(offer.fits)))


def bed_for(pk: UUID | None) -> Bed | None:
    """A bed by its id, whoever has it; None where there is none."""
    return Bed.objects.select_related("place").filter(pk=pk).first() if pk else None


def stay_now(case: Case, *, at: datetime) -> Stay | None:
    """Where the person is, or the bed that is held for them. One query."""
    rows = case.stays.filter(
        Q(state=StayState.OCCUPIED) | Q(state=StayState.HELD, hold_until__gt=at)
    )
    return rows.select_related("bed__place__organisation", "held_by", "transport").first()


def past_stays(case: Case, *, at: datetime) -> list[Stay]:
    """Where they were before, the newest first. One query."""
    rows = case.stays.exclude(
        Q(state=StayState.OCCUPIED) | Q(state=StayState.HELD, hold_until__gt=at)
    )
    return list(rows.select_related("bed__place")[:MOST])


def find_stay(case: Case, pk: UUID) -> Stay:
    """A stay of the case. Hidden (404) where it is none."""
    if row := case.stays.filter(pk=pk).select_related("bed__place").first():
        return row
    raise Hidden(SUPPORT.code)


def is_referred(case: Case, organisation: UUID) -> bool:
    """Whether the person is with this provider for shelter, on their consent or with a reason. One
    query."""
    return case.services.filter(
        code=case.profile.support.shelter, organisation=organisation, state__in=WITH_PROVIDER
    ).exists()


# Where somebody stays although their shelter has ended --------------------------------------------
@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Somebody lives in a place, and what brought them there has ended: until when it has to be
    settled where they live. Worked out, never stored."""

    stay: Stay
    since: datetime
    because: str
    due_on: date
    overdue: bool


def left_behind(case: Case, stay: Stay, *, at: datetime) -> LeftBehind | None:
    """Whether that is so of where the person lives. One query, where they live somewhere."""
    if stay.state != StayState.OCCUPIED:
        return None
    brought = case.services.filter(
        code=case.profile.support.shelter, organisation=stay.organisation_id
    )
    return _left_behind(case, stay, list(brought), at)


def _left_behind(case: Case, stay: Stay, brought: list[Service], at: datetime) -> LeftBehind | None:
    if any(is_with_provider(service, at) for service in brought):
        return None
    last = max(brought, key=_ended_at, default=None)
    since = (_ended_at(last) if last else None) or stay.moved_in_at or at
    days = timedelta(days=case.profile.support.settle_days)
    due_on = today_of(case, since) + days
    because = ""
    if last is not None:
        over = last.until is not None and last.ended_at is None
        because = _("The consent on which it rested is over") if over else ""
        because = because or reason_label(case.profile, last.reason)
    return LeftBehind(stay, since, because, due_on, overdue=today_of(case, at) > due_on)


def is_with_provider(service: Service, at: datetime) -> bool:
    """Whether the provider has the person with it now: open, and the consent holds."""
    return service.state in WITH_PROVIDER and (service.until is None or service.until > at)


def _ended_at(service: Service) -> datetime:
    return service.ended_at or service.until or service.noted_at


def people_left_behind(actor: User, *, at: datetime) -> list[LeftBehind]:
    """Everybody of whom that is so whose support the actor plans, the longest first: no more than
    there are beds. Two queries."""
    shelters = {one.support.shelter for one in every_profile()}
    served = Service.objects.filter(
        Q(until=None) | Q(until__gt=at),
        case=OuterRef("case"),
        organisation=OuterRef("organisation"),
        code__in=shelters,
        state__in=WITH_PROVIDER,
    )
    found = Stay.objects.filter(
        ~Exists(served),
        state=StayState.OCCUPIED,
        case__in=Case.objects.visible_to(actor, SUPPORT),
    )
    stays = list(found.select_related("case__person", "bed__place__organisation")[:MOST])
    about = [stay.case_id for stay in stays]
    brought: dict[tuple[UUID, UUID | None], list[Service]] = defaultdict(list)
    for service in Service.objects.filter(case__in=about, code__in=shelters) if about else ():
        brought[service.case_id, service.organisation_id].append(service)
    made = [
        _left_behind(stay.case, stay, brought[stay.case_id, stay.organisation_id], at)
        for stay in stays
    ]
    return sorted((one for one in made if one is not None), key=lambda one: one.since)


# Whom they must be kept from ----------------------------------------------------------------------
def avoidances(case: Case) -> QuerySet[Avoidance]:
    """Where and with whom the person must not be placed."""
    return case.avoidances.filter(lifted_at=None)


def find_avoidance(case: Case, pk: UUID) -> Avoidance:
    """One of them. Hidden (404) where it is none."""
    if row := avoidances(case).filter(pk=pk).first():
        return row
    raise Hidden(SUPPORT.code)


def avoidances_in_words(case: Case) -> list[tuple[Avoidance, str]]:
    """Each with its words. One query, and one look at the key where there is an exploiter."""
    rows = list(avoidances(case).select_related("by"))
    texts = exploiters(case, rows)
    return [
        (row, texts.get(row.pk, "") or region_label(case.profile_code, row.region)) for row in rows
    ]


def exploiters(case: Case, rows: Iterable[Avoidance]) -> dict[UUID, str]:
    """What was said of exploiters, opened."""
    sealed = [row for row in rows if row.said is not None]
    found: dict[UUID, str] = {}
    try:
        opener = Opener(case.person_id) if sealed else None
        for row in sealed:
            if opener is not None and row.said is not None:
                place: dict[str, Any] = {"table": "protection_avoidance", "column": "said"}
                found[row.pk] = opener.text(row.said, row=row.pk, **place)
    except Unreadable:
        return {}
    return found


def must_not_meet(case: Case, place: UUID) -> bool:
    """Whether somebody is at a place who is linked to the same exploiter, or with whom this person
    must never be under one roof. The database answers, and not who: whoever asks need not see the
    other case."""
    said = exploiters(case, avoidances(case).filter(kind=AvoidKind.EXPLOITER))
    tokens = [token for text in said.values() for token in tokens_of_words(EXPLOITER, text)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT protection_must_not_meet(%s, %s, %s)", [case.pk, place, tokens])
        return bool(cursor.fetchone()[0])


def is_unsafe(case: Case, stay: Stay) -> bool:
    """Whether the person must not be where they are, or where a bed is held for them: since
    something was recorded, or cases were merged. Asked as for a new bed."""
    region = stay.bed.place.region
    avoided = avoidances(case).filter(kind=AvoidKind.REGION, region=region).exists()
    return avoided or must_not_meet(case, stay.bed.place_id)


def under_one_roof(case: Case, other: Case) -> bool:
    """Whether the people of two cases live in one place now, or a bed is held for them there. The
    database answers, and not where."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT protection_under_one_roof(%s, %s)", [case.pk, other.pk])
        return bool(cursor.fetchone()[0])
