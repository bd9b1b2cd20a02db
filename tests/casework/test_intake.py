"""Intake: what waits, what it says, and giving it to a caseworker."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions.assigning import assign_case
from cases.models import Case, InboxItem
from nrm.accounts.models import User
from nrm.actions import Changed
from nrm.audit.models import Event
from tests.casework.people import child, referred
from tests.intake.answers import ADULT, DECLINES, FULL


def queue(world, who="intake"):
    return world.client(who).get(reverse("intake_queue"))


def test_intake_sees_what_waits_the_oldest_deadline_first(world, at):
    late = referred(world, at=at - timedelta(days=20), answers=ADULT)
    young = child(world, at=at - timedelta(days=1))
    told = referred(world, at=at, answers=DECLINES)
    page = queue(world)
    assert [line.case.pk for line in page.context["waiting"]] == [late.pk, young.pk, told.pk]
    text = page.content.decode()
    assert "Overdue by" in text
    assert "govuk-tag--purple" in text
    assert "2 of 2 to do" in text
    assert "Scotland" in text
    assert "Duty to notify" in text
    assert "No decision is due" in text
    assert "from Northshire Police" in text
    event = Event.objects.get(verb="cases.listed")
    assert len(event.data["cases"]) == 3


def test_an_empty_queue_says_so(world):
    assert "Nobody is waiting" in queue(world).content.decode()


def test_the_triage_page_tells_what_the_referral_says_and_not_who_it_is(world, at):
    case = referred(world, at=at, answers=FULL)
    text = world.client("intake").get(reverse("triage", args=[case.reference])).content.decode()
    for words in (
        "Papers taken, door locked.",
        "Made to work, Unpaid work in a household",
        "Albania, United Kingdom",
        "Poverty, Displacement",
        "January 2026",
        "Possession of a false document",
        "Charged",
        "Northshire Police",
    ):
        assert words in text
    assert "Hoxhaj" not in text
    event = Event.objects.get(verb="referral.viewed")
    assert event.case_id == case.pk


def test_intake_gives_a_case_to_a_caseworker_once(world, at):
    case = referred(world, at=at, answers=ADULT)
    client = world.client("intake")
    url = reverse("triage", args=[case.reference])
    data = {"caseworker": world.caseworker.pk, "version": case.version}
    answer = client.post(url, data)
    assert answer["Location"] == reverse("intake_queue")
    case = Case.objects.get(pk=case.pk)
    assert (case.caseworker, case.stage) == (world.caseworker, "rg_pending")
    assert InboxItem.objects.filter(user=world.caseworker, kind="case_assigned").count() == 1
    # The same form again meets the change that it made itself.
    again = client.post(url, data)
    assert again.status_code == 409
    assert "Meanwhile the case was given to Caseworker" in again.content.decode()
    assert InboxItem.objects.filter(user=world.caseworker, kind="case_assigned").count() == 1
    assert "Nobody is waiting" in queue(world).content.decode()


def test_two_people_who_assign_at_once_lose_nothing_in_silence(world, at):
    case = referred(world, at=at, answers=ADULT)
    url = reverse("triage", args=[case.reference])
    seen = case.version
    assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker, version=seen)
    with pytest.raises(Changed):
        assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker2, version=seen)
    page = world.client("supervisor").post(
        url, {"caseworker": world.caseworker2.pk, "version": seen}
    )
    assert page.status_code == 409
    # What was chosen stays chosen, and the next click is made knowing of the change.
    assert f'value="{world.caseworker2.pk}" selected' in page.content.decode()
    assert Case.objects.get(pk=case.pk).caseworker == world.caseworker
    version = Case.objects.get(pk=case.pk).version
    assert f'name="version" value="{version}"' in page.content.decode()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({}, "Choose a caseworker"),
        ({"caseworker": "nobody"}, "Choose a caseworker from the list"),
    ],
)
def test_a_bad_choice_gets_one_clear_error_beside_the_field(world, at, data, error):
    case = referred(world, at=at, answers=ADULT)
    answer = world.client("intake").post(
        reverse("triage", args=[case.reference]), {"version": case.version, **data}
    )
    assert answer.status_code == 422
    assert answer.content.decode().count(error) >= 2
    assert "<title>Error:" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).caseworker is None


def test_only_active_caseworkers_of_the_authority_can_be_chosen(world, at):
    case = referred(world, at=at, answers=ADULT)
    User.objects.filter(pk=world.caseworker2.pk).update(is_active=False)
    page = world.client("intake").get(reverse("triage", args=[case.reference]))
    offered = set(page.context["form"].fields["caseworker"].queryset)
    assert offered == {world.caseworker}
    answer = world.client("intake").post(
        reverse("triage", args=[case.reference]),
        {"caseworker": world.other_caseworker.pk, "version": case.version},
    )
    assert answer.status_code == 422


def test_the_choice_says_how_many_cases_each_has(world, at):
    for _ in range(2):
        assign_case(
            referred(world, at=at, answers=ADULT),
            actor=world.intake,
            at=at,
            caseworker=world.caseworker,
        )
    case = referred(world, at=at, answers=ADULT)
    text = world.client("intake").get(reverse("triage", args=[case.reference])).content.decode()
    assert "Caseworker (2 open cases)" in text
    assert "Caseworker2 (0 open cases)" in text


def test_a_notification_tells_that_there_is_no_decision(world, at):
    case = referred(world, at=at, answers=DECLINES)
    text = world.client("intake").get(reverse("triage", args=[case.reference])).content.decode()
    assert "There is no decision to make." in text


def queries(world, url):
    client = world.client("intake")
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_the_queue_costs_the_same_for_25_and_for_50(world, at):
    for _ in range(25):
        world.case(age_status="child")
    assert queries(world, reverse("intake_queue")) == 12
    for _ in range(25):
        world.case(age_status="child")
    assert queries(world, reverse("intake_queue")) == 12
