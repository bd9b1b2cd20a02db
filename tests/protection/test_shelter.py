"""A bed is held, lived in and left; it fits or the page says why not; nobody is placed beside
whoever is linked to their exploiter; and where a place is, only its own people read, on record."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.urls import reverse
from django.utils import timezone

from cases.actions.linking import link_cases, unlink_cases
from cases.models import Case, InboxItem
from nrm.accounts.models import Organisation
from nrm.accounts.roles import Role
from nrm.actions import Forbidden, Hidden
from nrm.audit.models import Event
from nrm.context import acting_as
from protection.actions.services import refer
from protection.actions.shelter import (
    add_bed,
    end_stay,
    hold_bed,
    keep_from,
    let_go,
    lift_keeping,
    move_in,
    open_place,
    show_address,
    take_in,
    use_bed,
)
from protection.models import Address, Bed, Place, Stay
from protection.selectors import shelter as reads
from tests.api.tools import api
from tests.casework.people import assigned
from tests.protection.race import BEDS, WORKERS, rounds
from tests.protection.test_services import agree, need, refusals
from tests.world import person

ADDRESS = "17 Tanner Street, behind the green door"


def a_place(world, at, *, region="", who="provider", house=None):
    return open_place(
        house or world.provider_house,
        actor=world.users[who],
        at=at,
        region=region or world.profile.regions[0].code,
        address=ADDRESS,
    )


def a_bed(world, at, place, number=1, **more):
    is_ = {"sex": "any", "ages": "any", "family": False, "step_free": False, **more}
    return add_bed(place, actor=world.provider, at=at, unit=1, number=number, **is_)


def a_case(world, at, **more):
    case = assigned(world, at=at, **more)
    agree(world, case, at, who=more.get("to", "caseworker"))
    return case


def hold(world, case, bed, at, **more):
    return hold_bed(case, actor=world.caseworker, at=at, bed=bed.pk, **more)


@pytest.fixture
def place(world, at):
    return a_place(world, at)


@pytest.fixture
def bed(world, at, place):
    return a_bed(world, at, place)


@pytest.fixture
def case(world, at):
    return a_case(world, at)


def counts(world, at, name="caseworker"):
    with acting_as(world.users[name]):
        return [(r.free, r.held, r.occupied, r.out) for r in reads.board(world.users[name], at=at)]


# Where a place is ---------------------------------------------------------------------------------
def test_an_address_is_sealed_shown_to_its_own_people_and_on_record(world, place, at):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT value FROM protection_address")
        assert ADDRESS.encode() not in bytes(cursor.fetchone()[0])
    # Without a reading on record in the same transaction, the database shows nothing.
    with acting_as(world.provider):
        assert not Address.objects.exists()
    assert show_address(place, actor=world.provider, at=at) == ADDRESS
    assert Event.objects.filter(verb="shelter.address_shown", actor_id=world.provider.pk).count()
    far = Organisation.objects.create(name="Far House", kind="provider", profile="uk")
    world.users["far"] = person("far@example.org", Role.PROTECTION_PROVIDER, far)
    for name, refused in (("far", Hidden), ("caseworker", Forbidden), ("supervisor", Forbidden)):
        with pytest.raises(refused):
            show_address(place, actor=world.users[name], at=at)
    for url in (reverse("shelters"), reverse("place", args=[place.pk])):
        text = world.client("provider").get(url).content.decode()
        assert place.code in text
        assert "Tanner" not in text
    shown = world.client("provider").post(reverse("place_address", args=[place.pk]))
    assert "Tanner Street" in shown.content.decode()
    assert world.client("far").get(reverse("place", args=[place.pk])).status_code == 404


def test_a_code_says_nothing_and_a_place_needs_a_region_and_an_address(world, at):
    first, second = a_place(world, at), a_place(world, at)
    assert first.code != second.code
    told = refusals(
        open_place, world.provider_house, actor=world.provider, at=at, region="moon", address=" "
    )
    assert set(told) == {"region", "address"}
    with pytest.raises(Hidden):
        open_place(
            Organisation.objects.create(name="Far House", kind="provider", profile="uk"),
            actor=world.provider,
            at=at,
            region=world.profile.regions[0].code,
            address=ADDRESS,
        )


# From the hold to the end -------------------------------------------------------------------------
def test_a_bed_is_held_lived_in_and_left(world, case, bed, at):
    assert counts(world, at) == [(1, 0, 0, 0)]
    stay = hold(world, case, bed, at)
    assert stay.hold_until == at + timedelta(hours=case.profile.support.hold_hours)
    assert counts(world, at) == [(0, 1, 0, 0)]
    # The provider sees that a bed is held, and nobody's name in it before they are referred.
    assert (
        case.pseudonym
        not in world.client("provider").get(reverse("place", args=[bed.place_id])).content.decode()
    )
    assert "Refer the person" in refusals(move_in, stay, actor=world.caseworker, at=at)[None]
    house = world.provider_house.pk
    refer(need(world, case, at), actor=world.caseworker, at=at, organisation=house)
    assert (
        case.pseudonym
        in world.client("provider").get(reverse("place", args=[bed.place_id])).content.decode()
    )
    take_in(stay, actor=world.provider, at=at)
    assert counts(world, at) == [(0, 0, 1, 0)]
    assert "reason" in refusals(let_go, stay, actor=world.provider, at=at, reason="bored")
    let_go(stay, actor=world.provider, at=at, reason="moved_on")
    assert counts(world, at) == [(1, 0, 0, 0)]
    stay.refresh_from_db()
    assert (stay.state, stay.reason) == ("ended", "moved_on")
    assert refusals(end_stay, stay, actor=world.caseworker, at=at, reason="moved_on")


def test_a_hold_that_runs_out_holds_nothing(world, case, bed, at):
    long_ago = at - timedelta(hours=case.profile.support.hold_hours, minutes=1)
    old = hold(world, case, bed, long_ago)
    assert counts(world, at) == [(1, 0, 0, 0)]
    assert reads.stay_now(case, at=at) is None
    assert [one.bed for one in reads.offers(case, reads.wanted_by(case), at=at)] == [bed]
    # Of another case, whose worker does not see the first one.
    other = a_case(world, at, to="caseworker2")
    new = hold_bed(other, actor=world.caseworker2, at=at, bed=bed.pk)
    old.refresh_from_db()
    assert (old.state, old.ended_at) == ("lapsed", old.hold_until)
    assert counts(world, at) == [(0, 1, 0, 0)]
    assert new.bed_id == bed.pk
    assert "ended already" in refusals(move_in, old, actor=world.caseworker, at=at)[None]


def test_nobody_is_held_a_bed_without_consent_or_two(world, case, bed, place, at):
    silent = assigned(world, at=at)
    assert "not agreed" in refusals(hold, world, silent, bed, at)[None]
    hold(world, case, bed, at)
    second = a_bed(world, at, place, 2)
    assert "End that first" in refusals(hold, world, case, second, at)[None]
    with pytest.raises(Hidden):
        hold_bed(case, actor=world.caseworker2, at=at, bed=second.pk)


def test_a_bed_out_of_use_is_not_offered_and_one_in_use_is_not_taken_out(world, case, bed, at):
    use_bed(bed, actor=world.provider, at=at, out_because="repair")
    assert counts(world, at) == [(0, 0, 0, 1)]
    assert "Out of use" in refusals(hold, world, case, bed, at)["bed"]
    use_bed(bed, actor=world.provider, at=at, out_because="")
    hold(world, case, bed, at)
    assert refusals(use_bed, bed, actor=world.provider, at=at, out_because="repair")


# What fits ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("is_", "asked", "against"),
    [
        ({"sex": "female"}, {"sex": "male"}, "Only for women and girls"),
        ({"sex": "male"}, {}, "Only for men and boys"),
        ({"ages": "children"}, {}, "Only for children"),
        ({}, {"family": True}, "A family cannot stay together"),
        ({}, {"step_free": True}, "There are steps"),
        ({"sex": "female", "family": True}, {"sex": "female", "family": True}, ""),
    ],
)
def test_a_bed_says_in_words_why_it_does_not_fit(world, case, place, at, is_, asked, against):
    bed = a_bed(world, at, place, **is_)
    (offer,) = reads.offers(case, reads.wanted_by(case, **asked), at=at)
    assert offer.against == ([against] if against else [])
    if against:
        assert refusals(hold, world, case, bed, at, **asked)["bed"] == against
    else:
        assert offer.fits == ["For women and girls", "A family can stay together"]
        hold(world, case, bed, at, **asked)


def test_a_child_is_kept_from_beds_for_adults(world, place, at):
    from tests.intake.answers import CHILD

    bed = a_bed(world, at, place, ages="adults")
    child = a_case(world, at, answers=CHILD)
    assert refusals(hold, world, child, bed, at)["bed"] == "Only for adults"


# Whom they must not meet --------------------------------------------------------------------------
def test_a_region_to_be_kept_from_is_refused_until_it_is_lifted(world, case, bed, place, at):
    by = {"actor": world.caseworker, "at": at}
    row = keep_from(case, kind="region", region=place.region, **by)
    assert "must not be in this region" in refusals(hold, world, case, bed, at)["bed"]
    lift_keeping(row, **by)
    hold(world, case, bed, at)


def test_who_is_linked_to_the_same_exploiter_is_kept_apart_and_nobody_learns_of_whom(
    world, place, bed, at
):
    """Two workers who do not see each other's case write him differently."""
    mine, theirs = a_case(world, at), a_case(world, at, to="caseworker2")
    second = a_bed(world, at, place, 2)
    elsewhere = a_bed(world, at, a_place(world, at))
    keep_from(mine, actor=world.caseworker, at=at, kind="exploiter", exploiter="“Big” Arben K.")
    by = {"actor": world.caseworker2, "at": at}
    keep_from(theirs, kind="exploiter", exploiter="K ARBEN, big", **by)
    stay = hold(world, mine, bed, at)
    told = refusals(hold_bed, theirs, bed=second.pk, **by)
    assert told == {"bed": "The person would not be safe there. Choose another place."}
    page = world.client("caseworker2").post(
        reverse("case_shelter", args=[theirs.reference]), {"bed": second.pk}
    )
    assert page.status_code == 422
    assert "would not be safe there" in page.content.decode()
    for hidden in (mine.pseudonym, mine.reference):
        assert hidden not in page.content.decode()
    other = hold_bed(theirs, bed=elsewhere.pk, **by)
    end_stay(other, reason="not_needed", **by)
    end_stay(stay, actor=world.caseworker, at=at, reason="moved_on")
    hold_bed(theirs, bed=second.pk, **by)


def test_two_who_must_never_be_under_one_roof_are_not_while_the_link_holds(world, place, bed, at):
    mine, theirs = a_case(world, at), a_case(world, at)
    second = a_bed(world, at, place, 2)
    by = {"actor": world.caseworker, "at": at}
    link = link_cases(mine, other=theirs.reference, kind="family", rule="apart", **by)
    hold(world, mine, bed, at)
    told = refusals(hold_bed, theirs, bed=second.pk, **by)
    assert told == {"bed": "The person would not be safe there. Choose another place."}
    unlink_cases(link, because="rule", **by)
    link_cases(theirs, other=mine.reference, kind="family", rule="not_told", **by)
    hold_bed(theirs, bed=second.pk, **by)


def test_where_both_are_under_one_roof_already_it_is_told_at_once(world, place, bed, at):
    mine, theirs, third = (a_case(world, at) for _number in range(3))
    by = {"actor": world.caseworker, "at": at}
    hold(world, mine, bed, at)
    hold(world, theirs, a_bed(world, at, place, 2), at)
    link_cases(mine, other=third.reference, kind="event", rule="apart", **by)
    link_cases(third, other=theirs.reference, kind="event", rule="not_told", **by)
    assert not InboxItem.objects.filter(kind="link_under_one_roof").exists()
    link_cases(theirs, other=mine.reference, kind="event", rule="apart", **by)
    told = InboxItem.objects.filter(kind="link_under_one_roof").values_list("user_id", flat=True)
    assert set(told) == {world.caseworker.pk, world.supervisor.pk, world.supervisor2.pk}


def test_the_question_who_meets_whom_is_answered_only_to_who_plans_the_support(world, case, bed):
    for name in ("caseworker2", "intake", "provider", "other_supervisor"):
        with (
            acting_as(world.users[name]),
            pytest.raises(Exception, match="plans the support"),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "SELECT protection_must_not_meet(%s, %s, %s)", [case.pk, bed.place_id, [b"x"]]
            )


# At once ------------------------------------------------------------------------------------------
def test_fifty_want_twenty_beds_and_no_bed_is_had_twice(world, at):
    place = a_place(world, at)
    beds = [a_bed(world, at, place, number).pk for number in range(1, BEDS + 1)]
    cases = [a_case(world, at) for _number in range(WORKERS)]
    many = int(os.environ.get("NRM_ROUNDS", "2"))
    for wrong in rounds(world.caseworker, cases, beds, many=many, threads=WORKERS):
        assert wrong == []


def test_two_who_must_never_be_under_one_roof_want_beds_there_at_the_same_moment(
    world, place, bed, at
):
    by = {"actor": world.caseworker, "at": at}
    second = a_bed(world, at, place, 2)
    mine, theirs = a_case(world, at), a_case(world, at)
    link_cases(mine, other=theirs.reference, kind="family", rule="apart", **by)

    def impatient():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        try:
            hold_bed(theirs, bed=second.pk, **by)
        finally:
            connection.close()

    with acting_as(world.caseworker), ThreadPoolExecutor(1) as other:
        hold(world, mine, bed, at)
        with pytest.raises(OperationalError, match="lock timeout"):
            other.submit(impatient).result()
    told = refusals(hold_bed, theirs, bed=second.pk, **by)
    assert told == {"bed": "The person would not be safe there. Choose another place."}


def test_the_database_keeps_two_from_one_bed_whoever_writes(world, case, bed, at):
    hold(world, case, bed, at)
    other = a_case(world, at)
    with (
        pytest.raises(Exception, match="one_person_a_bed"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO protection_stay (id, case_id, bed_id, organisation_id, state, held_by_id,"
            " held_at, hold_until, reason) SELECT gen_random_uuid(), %s, bed_id, organisation_id,"
            " 'held', held_by_id, held_at, hold_until, '' FROM protection_stay",
            [other.pk],
        )


# On the pages and by REST -------------------------------------------------------------------------
def test_each_step_on_the_pages(world, case, at):
    house, worker = world.client("provider"), world.client("caseworker")
    empty = house.post(reverse("place_add"), {})
    assert empty.status_code == 422
    region = world.profile.regions[0].code
    body = {"organisation": world.provider_house.pk, "region": region, "address": ADDRESS}
    page = house.post(reverse("place_add"), body, follow=True)
    place = Place.objects.get()
    assert place.code in page.content.decode()
    own = reverse("place", args=[place.pk])
    assert house.post(own, {"unit": "0"}).status_code == 422
    house.post(own, {"unit": "1", "number": "1", "sex": "any", "ages": "any"})
    bed = Bed.objects.get()
    theirs = reverse("case_shelter", args=[case.reference])
    assert place.code in worker.get(theirs).content.decode()
    held = worker.post(theirs, {"bed": bed.pk}, follow=True).content.decode()
    assert "The bed is held for the person" in held
    lost = a_case(world, at)
    second = worker.post(reverse("case_shelter", args=[lost.reference]), {"bed": bed.pk})
    assert second.status_code == 422
    assert "Somebody else has this bed now. Choose another." in second.content.decode()
    stay = Stay.objects.get()
    move = reverse("case_stay", args=[case.reference, stay.pk])
    early = worker.post(move, {"what": "move_in"})
    assert "Refer the person to this provider first" in early.content.decode()
    gone = worker.post(move, {"what": "leave", "reason": "not_needed"}, follow=True)
    assert "Free beds" in gone.content.decode()
    wrong = worker.post(reverse("case_avoidance", args=[case.reference]), {"kind": "exploiter"})
    assert "Enter a name, number or word" in wrong.content.decode()


def test_by_rest_as_on_the_pages(world, case, at):
    house, worker = api(world.provider), api(world.caseworker)
    body = {
        "organisation": str(world.provider_house.pk),
        "region": world.profile.regions[0].code,
        "address": ADDRESS,
    }
    made = house.post(reverse("api_places"), body)
    assert made.status_code == 201
    own = reverse("api_place", args=[made.json()["id"]])
    bed = {"unit": 1, "number": 1, "sex": "any", "ages": "any", "family": True}
    beds = house.post(own, bed).json()["beds"]
    assert house.post(f"{own}address/").json() == {"address": ADDRESS}
    used = house.put(f"{own}beds/{beds[0]['id']}/", {"out_because": "repair"})
    assert used.json()["beds"][0]["state"] == "out"
    house.put(f"{own}beds/{beds[0]['id']}/", {"out_because": ""})
    base = reverse("api_case_shelter", args=[case.reference])
    kept = worker.post(f"{base}kept-from/", {"kind": "exploiter", "exploiter": "Arben the tall"})
    assert kept.json()["what"] == "Arben the tall"
    read = worker.get(base, {"family": "true"}).json()
    assert read["offers"][0]["fits"] == ["A family can stay together"]
    held = worker.post(base, {"bed": beds[0]["id"]})
    assert (held.status_code, held.json()["state"]) == (201, "held")
    refer(
        need(world, case, at),
        actor=world.caseworker,
        at=timezone.now(),
        organisation=world.provider_house.pk,
    )
    board = api(world.supervisor).get(reverse("api_shelters")).json()["results"]
    assert (board[0]["held"], board[0]["free"]) == (1, 0)
    listed = house.get(own).json()["beds"][0]
    assert listed["pseudonym"] == case.pseudonym
    moved = house.post(reverse("api_provided_stay", args=[listed["stay"]]), {"move": "move_in"})
    assert moved.json()["state"] == "occupied"
    left = worker.post(f"{base}stays/{listed['stay']}/", {"move": "leave", "reason": "moved_on"})
    assert left.json()["state"] == "ended"
    assert worker.delete(f"{base}kept-from/{kept.json()['id']}/").status_code == 204
    assert Case.objects.filter(pk=case.pk).exists()
