"""What follows from an end: the sharing stops at once, a bed that is held is free again, and who
lives somewhere stays there until somebody says that they have left, with a day by which that is
settled. Nobody is put on the street by a click."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import closing, withdrawing
from cases.actions.confidentiality import change_confidentiality
from cases.actions.sharing import withdraw_consent
from cases.models import Case, InboxItem
from cases.rights import PROVIDE
from nrm.actions import Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from protection.actions.services import answer, end_service, refer
from protection.actions.shelter import empty_bed, let_go, move_in
from protection.models import Service, Stay
from protection.selectors import shelter as reads
from protection.selectors.services import objections_to_closing
from tests.api.tools import api
from tests.protection.test_services import need, refusals
from tests.protection.test_shelter import a_bed, a_case, a_place, hold


@pytest.fixture
def case(world, at):
    return a_case(world, at)


@pytest.fixture
def bed(world, at):
    return a_bed(world, at, a_place(world, at))


@pytest.fixture
def service(world, case, at):
    house = world.provider_house.pk
    by = {"actor": world.caseworker, "at": at}
    return refer(need(world, case, at), organisation=house, **by)


@pytest.fixture
def lives(world, case, service, bed, at):
    """The person has moved in."""
    return move_in(hold(world, case, bed, at), actor=world.caseworker, at=at)


def told(world, kind):
    return list(InboxItem.objects.filter(kind=kind).values_list("user_id", flat=True))


def sees_nothing(world):
    with acting_as(world.provider):
        assert not Stay.objects.exists()
        assert not Service.objects.exists()
        assert not Case.objects.visible_to(world.provider, PROVIDE).exists()


def to_settle(world, at, name="caseworker"):
    with acting_as(world.users[name]):
        return reads.people_left_behind(world.users[name], at=at)


@pytest.mark.parametrize("how", ["withdrawn", "caseworker", "provider", "over"])
def test_whoever_lives_there_stays_and_it_is_to_be_settled_by_a_day(
    world, case, service, lives, at, how
):
    later = at + timedelta(minutes=1)
    assert to_settle(world, later) == []
    if how == "withdrawn":
        withdraw_consent(case.consents.get(purpose="support"), actor=world.caseworker, at=later)
    elif how == "caseworker":
        end_service(service, actor=world.caseworker, at=later, reason="moved_on")
    elif how == "provider":
        answer(service, actor=world.provider, at=later, answer="start")
        answer(service, actor=world.provider, at=later, answer="end", reason="moved_on")
    else:
        Service.objects.filter(pk=service.pk).update(until=at)
    sees_nothing(world)
    lives.refresh_from_db()
    assert (lives.state, lives.ended_at) == ("occupied", None)
    # A day is known without anybody to tell of it; of all else the caseworker is told at once.
    assert told(world, "stay_left_behind") == ([] if how == "over" else [world.caseworker.pk])
    for name in ("caseworker", "supervisor"):
        (one,) = to_settle(world, later, name)
        day = timezone.localdate(later) + timedelta(days=world.profile.support.settle_days)
        assert (one.stay.pk, one.due_on, one.overdue) == (lives.pk, day, False)
        assert to_settle(world, later + timedelta(days=5), name)[0].overdue
    for name in ("caseworker2", "provider"):
        assert to_settle(world, later, name) == []
    page = world.client("caseworker").get(reverse("case_shelter", args=[case.reference]))
    assert "their shelter has ended" in page.content.decode()
    board = world.client("caseworker").get(reverse("shelters")).content.decode()
    assert case.pseudonym in board
    assert case.pseudonym not in world.client("provider").get(reverse("shelters")).content.decode()
    rest = api(world.caseworker)
    own = rest.get(reverse("api_case_shelter", args=[case.reference])).json()["to_settle"]
    assert own["settle_by"] == day.isoformat()
    listed = rest.get(reverse("api_shelters")).json()["to_settle"]
    assert [row["reference"] for row in listed] == [case.reference]


def test_it_is_settled_where_the_person_agrees_again_or_has_left(world, case, service, lives, at):
    end_service(service, actor=world.caseworker, at=at, reason="moved_on")
    by = {"actor": world.caseworker, "at": at}
    refer(need(world, case, at), organisation=world.provider_house.pk, **by)
    assert to_settle(world, at) == []
    let_go(lives, actor=world.provider, at=at, reason="moved_on")
    assert to_settle(world, at) == []


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_bed_that_is_held_is_free_again_and_the_caseworker_told(
    world, case, bed, at, asked_first
):
    if asked_first:
        refer(
            need(world, case, at),
            actor=world.caseworker,
            at=at,
            organisation=world.provider_house.pk,
        )
    stay = hold(world, case, bed, at)
    withdraw_consent(case.consents.get(purpose="support"), actor=world.caseworker, at=at)
    stay.refresh_from_db()
    bed.refresh_from_db()
    assert (stay.state, stay.reason, bed.taken) == ("ended", "consent_withdrawn", "")
    assert told(world, "hold_given_up") == [world.caseworker.pk]
    ended = Event.objects.get(verb="shelter.left", object_id=stay.pk)
    assert ended.case_id == case.pk


def test_a_bed_held_at_another_house_stays_where_one_provider_declines(
    world, case, service, bed, at
):
    stay = hold(world, case, bed, at)
    other = refer(
        need(world, case, at, "education"),
        actor=world.caseworker,
        at=at,
        organisation=world.provider_house.pk,
    )
    answer(other, actor=world.provider, at=at, answer="decline", reason="no_place")
    stay.refresh_from_db()
    assert stay.state == "held"
    answer(service, actor=world.provider, at=at, answer="decline", reason="no_place")
    stay.refresh_from_db()
    assert (stay.state, stay.reason) == ("ended", "no_place")


def test_the_provider_says_that_a_bed_is_empty_whose_person_it_does_not_see(
    world, case, service, lives, bed, at
):
    by = {"actor": world.provider, "at": at}
    assert "who is not referred" in refusals(empty_bed, bed, reason="moved_on", **by)[None]
    end_service(service, actor=world.caseworker, at=at, reason="moved_on")
    with pytest.raises(Hidden):
        let_go(lives, reason="moved_on", **by)
    page = world.client("provider").get(reverse("place", args=[bed.place_id])).content.decode()
    assert "They have left" in page
    assert case.pseudonym not in page
    assert "reason" in refusals(empty_bed, bed, reason="gold", **by)
    sent = world.client("provider").post(
        reverse("bed_emptied", args=[bed.place_id, bed.pk]), {"reason": "moved_on"}, follow=True
    )
    assert "It is recorded" in sent.content.decode()
    lives.refresh_from_db()
    bed.refresh_from_db()
    assert (lives.state, bed.taken) == ("ended", "")
    assert told(world, "bed_left") == [world.caseworker.pk]
    event = Event.objects.filter(verb="shelter.left").latest("id")
    assert (event.case_id, event.object_id) == (case.pk, lives.pk)
    assert refusals(empty_bed, bed, reason="moved_on", **by)


def test_also_where_the_case_is_sealed_and_by_rest(world, case, lives, bed, at):
    change_confidentiality(
        case,
        actor=world.supervisor,
        at=at,
        level="sealed",
        reason="insider_risk",
        people={world.caseworker.pk},
    )
    rest = api(world.provider)
    answered = rest.post(
        reverse("api_bed_emptied", args=[bed.place_id, bed.pk]), {"reason": "moved_on"}
    )
    assert [one["state"] for one in answered.json()["beds"]] == ["free"]


def test_a_case_is_not_closed_while_support_goes_on_and_withdrawing_tells_of_it(
    world, case, lives, at
):
    for name in ("supervisor", "intake"):
        with acting_as(world.users[name]):
            codes = {one.code for one in objections_to_closing(case)}
        assert codes == {"service_open", "stay_open"}
    with acting_as(world.provider):
        assert objections_to_closing(case) == []
    with pytest.raises(Refused) as refused:
        closing.close(case, actor=world.supervisor, at=at, code="no_answer")
    assert {"service_open", "stay_open"} <= {one.code for one in refused.value.objections}
    withdrawing.withdraw(
        case, actor=world.caseworker, at=at, method="spoken", told_on=timezone.localdate(at),
        explained=True, heard_by="Somebody of the harbour mission", wish="",
    )  # fmt: skip
    lives.refresh_from_db()
    assert lives.state == "occupied"
    assert told(world, "support_goes_on") == [world.caseworker.pk]
