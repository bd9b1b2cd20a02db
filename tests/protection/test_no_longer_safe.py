"""Somebody is in a place, and something is recorded or merged by which they are not safe there any
more: who has to find another one is told, and nobody learns who the other person is."""

import pytest
from django.db import connection
from django.urls import reverse

from cases.actions.excluding import exclude
from cases.actions.linking import link_cases
from cases.models import InboxItem
from nrm.audit.models import Event
from nrm.context import acting_as
from protection.actions.shelter import end_stay, hold_bed, keep_from, lift_keeping
from tests.api.tools import api
from tests.casework.test_joined import merge
from tests.casework.test_transfers import answered, offered
from tests.protection.test_shelter import a_bed, a_case, a_place, hold

UNSAFE = "This place is no longer safe for this person: look for another."
WHO = "Arben the tall"


@pytest.fixture
def place(world, at):
    return a_place(world, at)


@pytest.fixture
def mine(world, at, place):
    """In a bed, of the caseworker."""
    case = a_case(world, at)
    hold(world, case, a_bed(world, at, place), at)
    return case


@pytest.fixture
def theirs(world, at, place):
    """In a bed of the same place, of a caseworker who does not see the first case."""
    case = a_case(world, at, to="caseworker2")
    hold_bed(case, actor=world.caseworker2, at=at, bed=a_bed(world, at, place, 2).pk)
    return case


def told(case):
    items = InboxItem.objects.filter(kind="stay_unsafe", case=case).select_related("user")
    return sorted(item.user.email.partition("@")[0] for item in items)


def shows(world, case, who):
    page = world.client(who).get(reverse("case_shelter", args=[case.reference]))
    rest = api(world.users[who]).get(reverse("api_case_shelter", args=[case.reference]))
    assert rest.json()["unsafe"] is (UNSAFE in page.content.decode())
    return rest.json()["unsafe"]


def told_exploiter(world, case, at, who):
    by = {"actor": world.users[who], "at": at}
    return keep_from(case, kind="exploiter", exploiter=WHO, **by)


BOTH = ["supervisor", "supervisor2"]


def test_by_the_same_exploiter_both_supervisors_are_told_and_both_pages_say_so_until_one_moves(
    world, place, mine, theirs, at
):
    told_exploiter(world, theirs, at, "caseworker2")
    assert (told(mine), told(theirs)) == ([], [])
    assert not shows(world, mine, "caseworker")
    row = told_exploiter(world, mine, at, "caseworker")
    assert (told(mine), told(theirs)) == (BOTH, BOTH)
    assert shows(world, mine, "caseworker")
    assert shows(world, theirs, "caseworker2")
    # Of the other person no word, to who does not see their case.
    for who, own, other in (("caseworker", mine, theirs), ("caseworker2", theirs, mine)):
        page = world.client(who).get(reverse("case_shelter", args=[own.reference]))
        for hidden in (other.pseudonym, other.reference, str(other.pk)):
            assert hidden not in page.content.decode()
    data = InboxItem.objects.filter(kind="stay_unsafe").values_list("data", flat=True)
    assert list(data) == [{}] * 4
    # On record where it was done; on the other case no colleague of the first stands in the trail.
    events = Event.objects.filter(verb="shelter.unsafe")
    assert [(one.case_id, one.data) for one in events] == [(mine.pk, {})]
    lift_keeping(row, actor=world.caseworker, at=at)
    assert not shows(world, mine, "caseworker")
    told_exploiter(world, mine, at, "caseworker")
    end_stay(theirs.stays.get(), actor=world.caseworker2, at=at, reason="not_needed")
    assert not shows(world, mine, "caseworker")


def test_a_region_they_must_not_be_in_is_told_of_at_once(world, place, mine, theirs, at):
    by = {"actor": world.caseworker, "at": at, "kind": "region"}
    keep_from(mine, region=world.profile.regions[1].code, **by)
    assert told(mine) == []
    assert not shows(world, mine, "caseworker")
    keep_from(mine, region=place.region, **by)
    assert (told(mine), told(theirs)) == (BOTH, [])
    assert shows(world, mine, "caseworker")


def test_of_a_case_of_another_authority_its_own_supervisors_are_told_and_nobody_else(
    world, mine, theirs, at
):
    told_exploiter(world, theirs, at, "caseworker2")
    answered(world, offered(world, theirs, at), at)
    told_exploiter(world, mine, at, "caseworker")
    assert (told(mine), told(theirs)) == (BOTH, ["other_supervisor"])
    text = world.client("other_supervisor").get("/inbox/").content.decode()
    assert "no longer safe" in text
    for hidden in (mine.pseudonym, mine.reference, WHO):
        assert hidden not in text
    assert shows(world, theirs, "other_supervisor")


def test_who_is_kept_from_the_case_is_not_told(world, mine, theirs, at):
    told_exploiter(world, theirs, at, "caseworker2")
    exclude(theirs, actor=world.supervisor, at=at, reason="named", person=world.supervisor2)
    told_exploiter(world, mine, at, "caseworker")
    assert (told(mine), told(theirs)) == (BOTH, ["supervisor"])


@pytest.mark.parametrize("how", ["apart", "exploiter", "region"])
def test_two_cases_are_merged_and_what_one_says_holds_where_the_other_one_lives(
    world, place, mine, theirs, at, how
):
    """`before` is the same person as `mine`, who lives with `theirs`."""
    before = a_case(world, at)
    if how == "apart":
        by = {"actor": world.supervisor, "at": at}
        link_cases(before, other=theirs.reference, kind="family", rule="apart", **by)
    elif how == "exploiter":
        told_exploiter(world, theirs, at, "caseworker2")
        told_exploiter(world, before, at, "caseworker")
    else:
        by = {"actor": world.caseworker, "at": at}
        keep_from(before, kind="region", region=place.region, **by)
    assert (told(mine), told(theirs)) == ([], [])
    merge(world, before, mine, at)
    assert (told(mine), told(theirs)) == (BOTH, [] if how == "region" else BOTH)
    assert told(before) == []
    assert shows(world, mine, "caseworker")
    assert shows(world, theirs, "caseworker2") is (how != "region")


def test_where_nobody_meets_anybody_a_merging_tells_nobody(world, mine, theirs, at):
    merge(world, a_case(world, at), mine, at)
    assert (told(mine), told(theirs)) == ([], [])
    assert not shows(world, mine, "caseworker")


def test_a_link_of_the_case_that_was_merged_finds_them_where_the_other_one_lives(
    world, mine, theirs, at
):
    """Linked is the case that goes on; the bed is in the one that ended."""
    goes_on = a_case(world, at)
    merge(world, mine, goes_on, at)
    by = {"actor": world.supervisor, "at": at}
    link_cases(goes_on, other=theirs.reference, kind="family", rule="apart", **by)
    assert InboxItem.objects.filter(kind="link_under_one_roof").exists()
    assert shows(world, mine, "caseworker")


def test_only_who_plans_the_support_or_decides_the_merging_can_have_it_told(world, mine):
    for name in ("caseworker2", "intake", "provider", "other_supervisor"):
        with (
            acting_as(world.users[name]),
            pytest.raises(Exception, match="what keeps the person safe"),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "SELECT * FROM protection_tell_unsafe(%s, gen_random_uuid(), now())", [mine.pk]
            )
