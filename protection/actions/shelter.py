"""Shelter: places and beds of a provider, holding a bed for a person, moving in and leaving, and
whom a person must be kept from."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.matter_alerts import people_of
from cases.actions.telling import tell
from cases.models import Case
from cases.references import ALPHABET
from identities.crypto import create_key, seal, unseal
from identities.tokens import tokens_of_words
from nrm.accounts import limits
from nrm.accounts.models import Organisation, User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.accounts.roles import OrganisationKind
from nrm.actions import Objection, action, also, detail, refuse_if
from nrm.profiles import load_profile
from protection.models import Address, AddressReading, Avoidance, Bed, Place, Stay
from protection.models.shelter import AgesOf, AvoidKind, OutReason, SexOf, StayState
from protection.rules import shelter as rules
from protection.selectors import services as support
from protection.selectors import shelter as reads

_ADDRESS: dict[str, Any] = {"table": "protection_address", "column": "value"}


# Places of a provider -----------------------------------------------------------------------------
@action("shelter.opened", right=rights.RUN_SHELTER)
def open_place(
    organisation: Organisation, *, actor: User, at: datetime, region: str, address: str
) -> Place:
    """A place of a provider, with a code drawn by lot and its address sealed under a key of its
    own. Raises Refused with every reason against it."""
    words = address.strip()
    regions = {one.code for one in load_profile(organisation.profile).regions}
    objections = []
    if organisation.kind != OrganisationKind.PROVIDER:
        objections.append(Objection(_("Only a protection provider has places.")))
    if region not in regions:
        objections.append(Objection(_("Select a region"), field="region"))
    if not words or len(words) > rules.LONGEST_ADDRESS:
        text = _("Enter the address, in %(limit)d characters or less")
        objections.append(Objection(text % {"limit": rules.LONGEST_ADDRESS}, field="address"))
    refuse_if(objections)
    place = Place.objects.create(
        organisation=organisation, code=_new_code(), region=region, opened_by=actor, opened_at=at
    )
    create_key(place.pk)
    AddressReading.objects.create(place=place, actor_id=actor.pk)
    row = uuid4()
    value = seal(place.pk, words, row=row, **_ADDRESS)
    Address.objects.create(id=row, place=place, value=value, written_at=at)
    detail(region=region)
    return place


def _new_code() -> str:
    """A code that says nothing of the place."""
    drawn = "".join(secrets.choice(ALPHABET) for _letter in range(6))
    return f"{drawn[:3]}-{drawn[3:]}"


@action("shelter.address_shown", right=rights.RUN_SHELTER)
def show_address(place: Place, *, actor: User, at: datetime) -> str:
    """Where a place is. The database shows it only where this reading is on record. Raises KeyGone
    where nothing opens it any more."""
    limits.count_identity(actor)
    AddressReading.objects.create(place=place, actor_id=actor.pk)
    row = Address.objects.get(place=place)
    return unseal(place.pk, row.value, row=row.pk, **_ADDRESS)


@action("shelter.bed_added", right=rights.RUN_SHELTER)
def add_bed(
    place: Place,
    *,
    actor: User,
    at: datetime,
    unit: int,
    number: int,
    sex: str,
    ages: str,
    family: bool,
    step_free: bool,
) -> Bed:
    """A bed in a unit of a place, and for whom it is. Raises Refused with every reason against
    it."""
    objections = []
    if not (0 < unit < 1000 and 0 < number < 1000):
        objections.append(Objection(_("Enter a number from 1 to 999"), field="number"))
    if sex not in SexOf.values:
        objections.append(Objection(_("Select for whom it is"), field="sex"))
    if ages not in AgesOf.values:
        objections.append(Objection(_("Select for which age it is"), field="ages"))
    if place.beds.filter(unit=unit, number=number).exists():
        objections.append(Objection(_("There is a bed of this number already"), field="number"))
    if place.beds.count() >= rules.MOST_BEDS:
        objections.append(Objection(_("A place has no more beds than these.")))
    refuse_if(objections)
    row = Bed.objects.create(
        place=place,
        unit=unit,
        number=number,
        sex=sex,
        ages=ages,
        family=family,
        step_free=step_free,
    )
    detail(place=str(place.pk))
    return row


@action("shelter.bed_changed", right=rights.RUN_SHELTER)
def use_bed(bed: Bed, *, actor: User, at: datetime, out_because: str) -> Bed:
    """Takes a bed out of use for a reason, or into use again where there is none. Refused where
    somebody has it."""
    bed.refresh_from_db()
    objections = []
    if out_because and out_because not in OutReason.values:
        objections.append(Objection(_("Select why it is out of use"), field="out_because"))
    if out_because and reads.bed_state(bed, at) in ("held", "occupied"):
        objections.append(Objection(_("Somebody has this bed. Find them another one first.")))
    refuse_if(objections)
    bed.out_because, bed.out_since = out_because, at if out_because else None
    bed.save(update_fields=["out_because", "out_since"])
    detail(out=out_because)
    return bed


# A bed for a person -------------------------------------------------------------------------------
def _case_and_bed(case: Case, *, bed: UUID, **_more: Any) -> list[UUID]:
    """And the place: who lives there decides who else may, whichever bed is theirs."""
    row = reads.bed_for(bed)
    return [case.pk, bed, *([row.place_id] if row else [])]


def _of_stay(stay: Stay, **_more: Any) -> list[UUID]:
    return [stay.case_id, stay.bed_id]


@action("shelter.held", right=rights.SUPPORT, locks=_case_and_bed)
def hold_bed(
    case: Case,
    *,
    actor: User,
    at: datetime,
    bed: UUID,
    sex: str = "",
    family: bool = False,
    step_free: bool = False,
) -> Stay:
    """Holds a bed for the person for the hours of the profile. Of those who want one bed at the
    same moment one gets it, and each of the others a sentence. Raises Refused with every reason
    against it; of another person there, none says who."""
    with connection.cursor() as cursor:
        # Holds that have run out, of whomever, hold nothing any more.
        cursor.execute("SELECT protection_lapse(%s, %s)", [bed, case.pk])
    row = reads.bed_for(bed)
    if row is None:
        refuse_if([Objection(_("Choose a bed from the list"), field="bed")])
    assert row is not None
    wanted = reads.wanted_by(case, sex=sex, family=family, step_free=step_free)
    purpose = support.catalogued(case.profile, case.profile.support.shelter)
    house = row.place.organisation_id
    taken = list(
        rules.objections_to_hold(
            wanted,
            reads.offered_by(row, at),
            consent=reads.is_referred(case, house)
            or (
                purpose is not None and support.consent_to(case, purpose.purpose, at=at) is not None
            ),
            placed_already=reads.stay_now(case, at=at) is not None,
            must_not_meet=reads.must_not_meet(case, row.place_id),
        )
    )
    refuse_if(taken)
    until = at + timedelta(hours=case.profile.support.hold_hours)
    try:
        with transaction.atomic():
            stay = Stay.objects.create(
                case=case,
                bed=row,
                organisation_id=house,
                held_by=actor,
                held_at=at,
                hold_until=until,
                next_look_at=until - timedelta(hours=case.profile.support.hold_warning_hours),
            )
    except IntegrityError:  # whoever did not come this way was quicker
        refuse_if([Objection(_("Somebody else has this bed now. Choose another."), field="bed")])
        raise
    detail(place=str(row.place_id), bed=str(row.pk))
    return stay


@action("shelter.moved_in", right=rights.SUPPORT, locks=_of_stay)
def move_in(stay: Stay, *, actor: User, at: datetime) -> Stay:
    """The person lives there now. Refused where they are not referred to the provider."""
    return _move(stay, actor, at, "move_in", "")


@action("shelter.left", right=rights.SUPPORT, ended=True, locks=_of_stay)
def end_stay(stay: Stay, *, actor: User, at: datetime, reason: str) -> Stay:
    """The hold is given up, or the person leaves. The bed is free at once."""
    return _move(stay, actor, at, "leave", reason)


@action("shelter.moved_in", right=rights.PROVIDE, locks=_of_stay)
def take_in(stay: Stay, *, actor: User, at: datetime) -> Stay:
    """The provider says that the person lives there now."""
    return _move(reads.find_provided_stay(actor, stay.pk, at=at), actor, at, "move_in", "")


@action("shelter.left", right=rights.PROVIDE, locks=_of_stay)
def let_go(stay: Stay, *, actor: User, at: datetime, reason: str) -> Stay:
    """The provider says that the person has left."""
    return _move(reads.find_provided_stay(actor, stay.pk, at=at), actor, at, "leave", reason)


@action("shelter.left", right=rights.RUN_SHELTER)
def empty_bed(bed: Bed, *, actor: User, at: datetime, reason: str) -> Stay:
    """The provider says that whoever lived in a bed has left, of whom it sees nothing any more: it
    knows best that the bed is empty. Their caseworker is told. Raises Refused with every reason
    against it; also where it sees who lives there, and says it of them (`let_go`)."""
    profile = load_profile(bed.place.organisation.profile)
    if reason not in {code for code, _label in support.reasons(profile, "exit_codes")}:
        refuse_if([Objection(_("Select why it ends"), field="reason")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM protection_bed_left(%s, %s, %s)", [bed.pk, reason, at])
        stay, case, worker = cursor.fetchone()
    if stay is None:
        text = _("Nobody lives in this bed who is not referred to you. Look again who is there.")
        refuse_if([Objection(text)])
    if worker is not None:
        told, of_case = User(pk=worker), Case(pk=case)
        tell([told], "bed_left", once=f"bed_left:{stay}", at=at, case=of_case)
    detail(bed=str(bed.pk), reason=reason)
    # What the provider may not read any more, as far as the trail names it.
    return Stay(pk=stay, case_id=case)


def _move(stay: Stay, actor: User, at: datetime, wants: str, reason: str) -> Stay:
    stay.refresh_from_db()
    case = stay.case
    codes = {code for code, _label in support.reasons(case.profile, "exit_codes")}
    refuse_if(
        rules.objections_to_moving(
            state=stay.state,
            wants=wants,
            lapsed=stay.state == StayState.HELD and stay.hold_until <= at,
            referred=wants == "leave" or reads.is_referred(case, stay.organisation_id),
            reason=reason,
            reasons=codes,
        )
    )
    if wants == "move_in":
        stay.state, stay.moved_in_at = StayState.OCCUPIED, at
    else:
        stay.state, stay.ended_at, stay.reason = StayState.ENDED, at, reason
    stay.next_look_at = None
    stay.save(update_fields=["state", "moved_in_at", "ended_at", "reason", "next_look_at"])
    detail(bed=str(stay.bed_id), reason=reason)
    return stay


# The sweep ----------------------------------------------------------------------------------------
def look_at_stay(row: Stay, *, actor: User, at: datetime) -> int:
    """Says that a hold is about to run out, and then that it has. A hold that has run out already
    says only that. Within the lock of its case. Returns how many people were told now."""
    held = row.state == StayState.HELD
    over = row.state == StayState.LAPSED or (held and row.hold_until <= at)
    row.next_look_at = row.hold_until if held and not over else None
    row.save(update_fields=["next_look_at"])
    if not (held or over):
        return 0
    kind = "hold_ran_out" if over else "hold_runs_out"
    told = tell(_who_held(row), kind, once=f"{kind}:{row.pk}", at=at, case=row.case)
    if told:
        remind_of_hold(row, actor=actor, at=at, over=over, people=told)
    return told


def _who_held(stay: Stay) -> list[User]:
    """Whoever set the hold while they plan the person's support; else who works on the case."""
    for near, role in rights.SUPPORT.holders:
        if own := access.people_near(stay.case, near, role).filter(pk=stay.held_by_id).first():
            return [own]
    return people_of(stay.case, ("owner",))


@action("shelter.reminded", right=BY_THE_SYSTEM)
def remind_of_hold(stay: Stay, *, actor: User, at: datetime, over: bool, people: int) -> Stay:
    """Notes that somebody was told of it."""
    detail(over=over, told=people)
    return stay


# Whom they must be kept from ----------------------------------------------------------------------
def _case_and_place(case: Case, **_more: Any) -> list[UUID]:
    """And where they are, so that nobody gets a bed there at the same moment."""
    places = case.stays.filter(ended_at=None).values_list("bed__place_id", flat=True)
    return [case.pk, *places]


@action("shelter.kept_from", right=rights.SUPPORT, locks=_case_and_place)
def keep_from(
    case: Case, *, actor: User, at: datetime, kind: str, region: str = "", exploiter: str = ""
) -> Avoidance:
    """The person must not be placed in a region, or where somebody is who is linked to the same
    exploiter: known by a name, number or word that both are told to have said. Where they are in a
    place that is not safe for them by this, the supervisors of whoever has to move are told. Raises
    Refused with every reason against it."""
    words = exploiter.strip()
    regions = {one.code for one in case.profile.regions}
    refuse_if(
        rules.objections_to_avoidance(kind=kind, region=region, regions=regions, exploiter=words)
    )
    row = uuid4()
    by_word = kind == AvoidKind.EXPLOITER
    place: dict[str, Any] = {"table": "protection_avoidance", "column": "said", "row": row}
    made = Avoidance.objects.create(
        id=row,
        case=case,
        kind=kind,
        region="" if by_word else region,
        token=tokens_of_words(reads.EXPLOITER, words)[0] if by_word else None,
        said=seal(case.person_id, words, **place) if by_word else None,
        by=actor,
        at=at,
    )
    tell_unsafe(case, because=made.pk, at=at)
    return made


def tell_unsafe(case: Case, *, because: UUID, at: datetime) -> None:
    """Tells who has to find another place for somebody, now that something was recorded on the case
    or merged with it (`because`, its id): of whom, the database knows (protection_tell_unsafe).
    Within that action."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM protection_tell_unsafe(%s, %s, %s)", [case.pk, because, at])
        for about, stay in cursor.fetchall():
            also("shelter.unsafe", Stay(pk=stay, case_id=about))


def see_who_meets(ends: Case, into: Case, *, actor: User, at: datetime, by: UUID) -> None:
    """Two cases are one person's: of whoever must be kept from them on one, and is with them on the
    other, is told now. Within the action that merges them."""
    tell_unsafe(into, because=by, at=at)


# Also of a case that goes on in another: it keeps the person from beds there too.
@action("shelter.kept_from_lifted", right=rights.SUPPORT, ended=True)
def lift_keeping(avoidance: Avoidance, *, actor: User, at: datetime) -> Avoidance:
    """The person need not be kept from it any more."""
    avoidance.refresh_from_db()
    if avoidance.lifted_at is not None:
        refuse_if([Objection(_("It is lifted already."))])
    avoidance.lifted_at = at
    avoidance.save(update_fields=["lifted_at"])
    return avoidance
