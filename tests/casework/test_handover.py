"""A summary for whoever takes a case over: what is next, what runs and what protects the person; it
names nobody and holds nothing that anybody wrote."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.actions.linking import link_cases
from cases.actions.matters import raise_matter
from cases.actions.notes import write_note
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.deadline_words import day_words
from protection.actions.services import note_need, refer_without_consent
from tests.api.tools import api
from tests.casework.people import IDENTIFYING, assigned
from tests.casework.test_contact import record
from tests.decisions import road
from tests.intake.answers import CHILD, FULL


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def test_it_says_what_to_know_first_and_names_nobody(world, case, at):
    by = {"actor": world.caseworker, "at": at}
    told = {"kind": "criminal", "offence": "Theft from Besa.", "stage": "charged"}
    raise_matter(case, values={**told, "hearing_on": (at + timedelta(days=9)).date()}, **by)
    write_note(case, text="Besa knows where she is.", **by)
    record(world, case, at, call="safe")
    need = note_need(case, code="accommodation", urgency="now", **by)
    why = "Zamira has nowhere to sleep."
    refer_without_consent(need, organisation=world.provider_house.pk, reason=why, **by)
    other = assigned(world, at=at)
    link_cases(case, other=other.reference, kind="exploiter", rule="apart", **by)
    page = world.client("caseworker").get(reverse("case_handover", args=[case.reference]))
    text = page.content.decode()
    shown = (
        "Screen the case: act, means and purpose",
        "Charged",
        "Contact only by telephone",
        "Neither is told of the other, and never under one roof",
        "Nobody has asked yet",
        "Referred, not answered",
        world.provider_house.name,
        "data-nrm-print",
    )
    for word in shown:
        assert word in text, word
    hidden = ("Theft", "Besa", "nowhere to sleep", other.reference, other.pseudonym)
    for word in (*hidden, *IDENTIFYING):
        assert word not in text, word
    assert Event.objects.filter(verb="handover.viewed", case_id=case.pk).count() == 1
    answer = api(world.supervisor).get(f"/api/v1/cases/{case.reference}/handover/").json()
    titles = [part["title"] for part in answer["parts"]]
    assert titles == [
        "Where it stands",
        "What is next",
        "Clocks",
        "Open tasks",
        "Services",
        "Non-punishment",
        "What protects the person",
        "Needs and risk",
    ]
    assert not any(word in str(answer) for word in (*hidden, *IDENTIFYING))


def test_of_a_child_the_tasks_of_the_first_day_stand_on_it(world, at):
    case = assigned(world, at=at, answers=CHILD)
    task = case.profile.day_zero_tasks[0]
    page = world.client("caseworker").get(reverse("case_handover", args=[case.reference]))
    assert str(task.label) in page.content.decode()


def test_a_day_that_a_clock_says_already_is_not_said_twice(world, at):
    case = road.ready_case(world, at=at)
    client, url = world.client("caseworker"), reverse("case_handover", args=[case.reference])

    def day(term):
        with acting_as(world.caseworker):
            return day_words(case.deadlines.get(term=term).due_on)

    assert f">{day('reasonable_grounds')}: " in client.get(url).content.decode()
    road.made(world, case, at=at)
    text = client.get(url).content.decode()
    assert f">At least until {day('recovery_period')}<" in text
    assert f">Not before {day('cg_not_before')}<" in text


@pytest.mark.parametrize(
    ("who", "status"),
    [("intake", 403), ("provider", 404), ("responder", 403), ("caseworker2", 404)],
)
def test_who_does_not_work_on_the_case_does_not_read_it(world, case, who, status):
    page = world.client(who).get(reverse("case_handover", args=[case.reference]))
    assert page.status_code == status
