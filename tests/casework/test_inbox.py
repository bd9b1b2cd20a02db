"""The inbox: in words, the reader's own, linked only while the case may be seen."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import words
from cases.actions.assigning import assign_case, bring_near, take_away
from cases.actions.telling import tell
from cases.models import InboxItem
from nrm.context import acting_as
from tests.casework.people import assigned

INBOX = "/inbox/"
# What the sentences of the inbox speak of.
FACTS = {"term": "reasonable_grounds", "due_on": "2026-01-05", "decision": "reasonable_grounds"}


def told(world, at, number, case=None, who="caseworker"):
    with acting_as(world.users[who]):
        for n in range(number):
            tell(
                [world.users[who]],
                "case_assigned",
                once=f"test:{uuid4()}",
                at=at + timedelta(seconds=n),
                case=case,
            )


def test_an_item_is_told_in_words_and_leads_to_the_case(world, at):
    case = assigned(world, at=at)
    page = world.client("caseworker").get(INBOX)
    text = page.content.decode()
    assert "A case was given to you." in text
    assert case.get_absolute_url() in text
    assert "Inbox (1)" in text


def test_a_case_that_may_no_longer_be_seen_is_neither_named_nor_linked(world, at):
    case = assigned(world, at=at)
    assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker2)
    text = world.client("caseworker").get(INBOX).content.decode()
    assert "A case was given to you." in text
    assert "You can no longer see this case" in text
    assert case.reference not in text
    assert case.pseudonym not in text


def test_whatever_was_told_of_a_case_that_was_given_away_stands_there_without_a_name(world, at):
    case = assigned(world, at=at)
    with acting_as(world.caseworker):
        for kind in words.notices():
            tell([world.caseworker], kind, once=f"test:{kind}", at=at, case=case, **FACTS)
    assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker2)
    client = world.client("caseworker")
    for address in (INBOX, f"{reverse('api_inbox')}?limit=100"):
        answer = client.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert case.reference not in text
        assert case.pseudonym not in text


def test_a_provider_is_led_to_the_summary_and_loses_it_with_the_access(world, at):
    case = assigned(world, at=at)
    bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    summary = reverse("case_summary", args=[case.reference])
    assert summary in world.client("provider").get(INBOX).content.decode()
    take_away(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    assert case.reference not in world.client("provider").get(INBOX).content.decode()


def test_one_item_and_then_all_are_marked_as_read(world, at):
    told(world, at, 3)
    client = world.client("caseworker")
    first = InboxItem.objects.filter(user=world.caseworker).first()
    assert client.post(reverse("inbox_item_read", args=[first.pk]))["Location"] == INBOX
    assert InboxItem.objects.filter(user=world.caseworker, read_at=None).count() == 2
    assert "Inbox (2)" in client.get(INBOX).content.decode()
    answer = client.post(INBOX, follow=True)
    assert "2 items marked as read." in answer.content.decode()
    assert not InboxItem.objects.filter(user=world.caseworker, read_at=None).exists()
    assert "Everything is read" in client.get(INBOX + "?show=unread").content.decode()


def test_nobody_marks_an_item_of_somebody_else(world, at):
    told(world, at, 1)
    item = InboxItem.objects.get(user=world.caseworker)
    url = reverse("inbox_item_read", args=[item.pk])
    assert world.client("caseworker2").post(url).status_code == 404
    absent = world.client("caseworker2").post(reverse("inbox_item_read", args=[uuid4()]))
    assert absent.status_code == 404
    world.client("caseworker2").post(INBOX)
    item.refresh_from_db()
    assert item.read_at is None
    assert world.client("caseworker").get(url).status_code == 405


def test_an_empty_inbox_says_so(world):
    assert "Your inbox is empty" in world.client("auditor").get(INBOX).content.decode()


def test_a_kind_that_nobody_has_words_for_is_still_told(world, at):
    with acting_as(world.caseworker):
        tell([world.caseworker], "moon_risen", once="moon", at=at)
    assert "There is something to do." in world.client("caseworker").get(INBOX).content.decode()


def test_pages_of_the_inbox_follow_each_other(world, at):
    told(world, at, 30)
    client = world.client("caseworker")
    first = client.get(INBOX)
    second = client.get(first.context["next_url"])
    shown = [item.row.pk for item in [*first.context["items"], *second.context["items"]]]
    assert len(shown) == len(set(shown)) == 30
    assert client.get(INBOX + "?after=broken").status_code == 200


@pytest.mark.parametrize("count", [9])
def test_the_inbox_costs_the_same_for_25_and_for_50(world, at, count):
    def cost():
        client = world.client("caseworker")
        client.get(INBOX)
        with CaptureQueriesContext(connection) as captured:
            client.get(INBOX)
        return len(captured)

    case = assigned(world, at=at)
    told(world, at, 25, case)
    assert cost() == count
    told(world, at, 25, case)
    assert cost() == count
