"""Each page of a case, each kind of person: what opens, what is refused, what does not exist."""

import pytest
from django.urls import reverse

from cases.actions.assigning import bring_near
from cases.models import Case
from cases.rights import BY_CODE
from tests.casework.people import assigned

NOWHERE = "0000000000000G"

EVERYBODY = (
    "responder",
    "lead",
    "intake",
    "caseworker",
    "caseworker2",
    "supervisor",
    "provider",
    "liaison",
    "auditor",
    "administrator",
    "other_responder",
    "other_caseworker",
    "other_supervisor",
    "superuser",
)
# Who stands near the case at all, and so learns that it exists.
NEAR = {"responder", "responder2", "lead", "intake", "caseworker", "supervisor", "supervisor2"}
NEAR |= {"provider", "liaison"}

PAGES = {
    "case": {"intake", "caseworker", "supervisor"},
    "case_timeline": {"intake", "caseworker", "supervisor"},
    "case_notes": {"intake", "caseworker", "supervisor"},
    "case_people": {"intake", "caseworker", "supervisor"},
    "show_identity": {"caseworker", "supervisor"},
    "case_access": {"supervisor"},
    "triage": {"intake", "supervisor"},
    "case_summary": {"provider", "liaison"},
}
LISTS = {
    "worklist": {"caseworker", "caseworker2", "supervisor", "other_caseworker", "other_supervisor"},
    "intake_queue": {"intake", "supervisor", "other_supervisor"},
    "near_cases": {"provider", "liaison"},
    "rights_table": {"administrator"},
    "inbox": set(EVERYBODY),
}


@pytest.fixture
def shared(world, at):
    """A case in the hands of a caseworker, shared with a provider and a prosecution."""
    case = assigned(world, at=at)
    for organisation in (world.provider_house, world.prosecution):
        bring_near(case, actor=world.supervisor, at=at, organisation=organisation)
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_case_opens_for_its_right_and_for_nobody_else(world, shared, name):
    url = reverse(name, args=[shared.reference])
    for who in EVERYBODY:
        expected = 200 if who in PAGES[name] else 403 if who in NEAR else 404
        answer = world.client(who).get(url)
        assert answer.status_code == expected, (who, name)
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_gets_the_same_bytes_for_a_hidden_case_as_for_none(world, shared, name):
    hidden = world.client("other_supervisor").get(reverse(name, args=[shared.reference]))
    absent = world.client("other_supervisor").get(reverse(name, args=[NOWHERE]))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert sorted(hidden.headers) == sorted(absent.headers)


@pytest.mark.parametrize("name", [*PAGES, *LISTS])
def test_an_inactive_person_and_a_passer_by_are_sent_to_sign_in(world, shared, client, name):
    url = reverse(name, args=[shared.reference] if name in PAGES else [])
    for who in (world.client("inactive"), client):
        answer = who.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("sign_in"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_opens_for_its_roles_and_for_nobody_else(world, shared, name):
    for who in EVERYBODY:
        expected = 200 if who in LISTS[name] else 403
        assert world.client(who).get(reverse(name)).status_code == expected, (who, name)


def test_lists_of_another_authority_do_not_hold_the_case(world, shared):
    for who, name in (
        ("other_caseworker", "worklist"),
        ("other_supervisor", "worklist"),
        ("other_supervisor", "intake_queue"),
        ("caseworker2", "worklist"),
    ):
        page = world.client(who).get(reverse(name)).content.decode()
        assert shared.reference not in page
        assert shared.pseudonym not in page


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("triage", {"caseworker": "x", "version": "1"}),
        ("case_notes", {"text": "Seen"}),
        ("case_tasks", {"done": []}),
        ("show_identity", {"purpose": "contact"}),
        ("case_access", {"organisation": "x"}),
    ],
)
def test_writing_is_refused_where_the_page_is(world, shared, name, data):
    url = reverse(name, args=[shared.reference])
    assert world.client("other_supervisor").post(url, data).status_code == 404
    assert world.client("provider").post(url, data).status_code == 403
    assert world.client("superuser").post(url, data).status_code == 404


def test_a_caseworker_who_loses_the_case_loses_its_pages(world, shared, at):
    from cases.actions.assigning import assign_case

    url = reverse("case", args=[shared.reference])
    assert world.client("caseworker").get(url).status_code == 200
    assign_case(shared, actor=world.supervisor, at=at, caseworker=world.caseworker2)
    assert world.client("caseworker").get(url).status_code == 404
    assert world.client("caseworker2").get(url).status_code == 200


def test_the_case_page_offers_only_the_tabs_that_open(world, shared):
    for who in ("intake", "caseworker", "supervisor"):
        client = world.client(who)
        page = client.get(reverse("case", args=[shared.reference]))
        for tab in [tab for group in page.context["tab_groups"] for tab in group["tabs"]]:
            assert client.get(tab["url"]).status_code == 200, (who, tab["url"])


def test_an_administrator_reads_every_right_in_words_and_no_case(world, shared):
    page = world.client("administrator").get(reverse("rights_table")).content.decode()
    from django.utils.html import escape

    for right in BY_CODE.values():
        assert escape(str(right.label)) in page, right.code
    assert shared.reference not in page
    assert shared.pseudonym not in page
