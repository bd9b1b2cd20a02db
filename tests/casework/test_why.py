"""Why can this person see the case? The answer is the verdict of the one door, in words; and what
is new on a case since one looked."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases import access
from cases.actions.assigning import bring_near, take_away
from cases.actions.notes import write_note
from cases.selectors.timeline import VISIT
from cases.selectors.why import people_to_ask_about, why
from nrm.audit import writer
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def answer(world, case, who, at):
    with acting_as(world.supervisor):
        return why(case, world.users[who].pk, at=at)


def test_the_answer_says_because_of_which_grant(world, case, at):
    named = answer(world, case, "caseworker", at)
    assert named.can
    assert "By name: the case was given to them (Works on the case, since" in named.because[0]
    team = answer(world, case, "supervisor", at)
    assert team.can
    assert (
        "As Supervisor in Central Authority: their authority received the referral"
        in team.because[0]
    )


def test_the_answer_says_what_is_missing(world, case, at):
    colleague = answer(world, case, "caseworker2", at)
    assert not colleague.can
    assert colleague.because == [
        "No grant brings them near: neither to Caseworker in Central Authority nor by name."
    ]
    with acting_as(world.supervisor):
        access.grant_person(case, "work", world.caseworker2, reason="assigned", at=at, ends_at=at)
    assert "ended on" in answer(world, case, "caseworker2", at).because[0]
    world.caseworker.is_active = False
    world.caseworker.save(update_fields=["is_active"])
    closed = answer(world, case, "caseworker", at)
    assert (closed.can, closed.because[0]) == (False, "Their account is closed.")


def test_the_verdict_is_that_of_the_door_for_everybody(world, case, at):
    bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
    with acting_as(world.supervisor):
        people = list(people_to_ask_about(case))
        assert world.provider in people
        for person in people:
            assert why(case, person.pk, at=at).can is access.can_see_at_all(person, case.pk)
    take_away(case, actor=world.supervisor, at=at, organisation=world.provider_house)


def test_it_is_asked_on_the_page_of_access_and_by_a_program(world, case):
    url = reverse("case_access", args=[case.reference])
    page = world.client("supervisor").get(f"{url}?person={world.caseworker2.pk}").content.decode()
    assert "Caseworker2 cannot see this case, because:" in page
    for nonsense in ("x", str(world.other_supervisor.pk)):
        page = world.client("supervisor").get(f"{url}?person={nonsense}")
        assert page.context["answer"] is None
    where = f"/api/v1/cases/{case.reference}/access/people/"
    people = api(world.supervisor).get(where).json()
    assert {"id": str(world.caseworker.pk), "name": "Caseworker"} in people
    told = api(world.supervisor).get(f"{where}{world.caseworker2.pk}/").json()
    assert (told["can"], told["rights"]) == (False, [])
    assert api(world.supervisor).get(f"{where}{world.other_supervisor.pk}/").status_code == 404


# New since you last looked ------------------------------------------------------------------------
def looked(world, case, at):
    with acting_as(world.caseworker):
        writer.write("case.viewed", at=at, actor_id=world.caseworker.pk, case_id=case.pk)


def test_what_others_did_since_the_last_visit_is_new(world, case, at):
    url = reverse("case", args=[case.reference])
    client = world.client("caseworker")
    assert client.get(url).context["new"] == ""  # a first look marks nothing
    looked(world, case, at - VISIT - timedelta(minutes=1))
    with acting_as(world.supervisor):
        write_note(case, actor=world.supervisor, at=at, text="Seen.")
    with acting_as(world.caseworker):
        write_note(case, actor=world.caseworker, at=at, text="Mine.")
    before = Event.objects.count()
    page = client.get(url)
    assert page.context["new"] == "1"
    assert "new since you last looked on" in page.content.decode()
    # It stays new while one reads on, and nothing but the look itself is written.
    assert client.get(url).context["new"] == "1"
    assert Event.objects.count() == before + 2
    timeline = client.get(reverse("case_timeline", args=[case.reference]))
    marks = [(event.title, event.new, event.line) for event in timeline.context["events"][:3]]
    assert marks == [
        ("Note added", False, False),
        ("Note added", True, False),
        ("Caseworker chosen", False, True),
    ]
    assert "You last looked on" in timeline.content.decode()
    (new,) = [
        event
        for event in api(world.caseworker)
        .get(f"/api/v1/cases/{case.reference}/timeline/")
        .json()["results"]
        if event["new"]
    ]
    assert new["by"] == "Supervisor"


def test_the_timeline_is_narrowed_by_what_and_when(world, case, at):
    with acting_as(world.caseworker):
        write_note(case, actor=world.caseworker, at=at - timedelta(days=40), text="Then.")
        write_note(case, actor=world.caseworker, at=at, text="Now.")
    url = reverse("case_timeline", args=[case.reference])
    client = world.client("caseworker")

    def told(query):
        return [event.title for event in client.get(url + query).context["events"]]

    assert set(told("?kind=notes")) == {"Note added"}
    assert told("?kind=access") == ["Caseworker chosen"]
    day = (at - timedelta(days=30)).date()
    until = f"&last_day={day.day}&last_month={day.month}&last_year={day.year}"
    assert len(told(f"?kind=notes{until}")) == 1
    wrong = client.get(f"{url}?first_day=1")
    assert wrong.status_code == 422
    assert "The first day must include a year" in wrong.content.decode()
    rest = api(world.caseworker)
    rows = rest.get(f"/api/v1/cases/{case.reference}/timeline/?kind=notes&last={day}").json()
    assert len(rows["results"]) == 1
