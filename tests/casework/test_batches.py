"""Several cases at once: each has its own result, and twice does nothing twice."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from cases.actions.assigning import assign_case
from cases.actions.batches import MOST
from cases.actions.confidentiality import change_confidentiality
from cases.models import Batch, Case, InboxItem
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned, child


@pytest.fixture
def cases(world, at):
    return {
        "first": assigned(world, at=at),
        "second": assigned(world, at=at),
        "theirs": assigned(world, at=at, to="caseworker2"),
        "waiting": child(world, at=at),
    }


def ask(client, what, *cases):
    return client.post(reverse("batch"), {"what": what, "case": [c.reference for c in cases]})


def send(client, page, **more):
    """Sends the page that asks once more, as a browser would."""
    html = page.content.decode()
    form = html[html.index('name="confirmed"') :]
    key = re.search(r'name="submission_key" value="([^"]+)"', form)
    return client.post(
        reverse("batch"),
        {
            "what": page.context["what"],
            "confirmed": "1",
            "case": re.findall(r'name="case" value="([^"]+)"', form),
            "submission_key": key[1] if key else str(uuid4()),
            **more,
        },
    )


def test_a_supervisor_ticks_cases_and_gives_them_with_a_result_for_each(world, cases):
    client = world.client("supervisor")
    page = client.get(reverse("worklist")).content.decode()
    assert page.count('form="batch"') == 4
    asked = ask(client, "assign", cases["first"], cases["theirs"], cases["waiting"])
    text = asked.content.decode()
    assert "Caseworker2 (1 open case)" in text  # how much each has already
    assert cases["second"].pseudonym not in text
    answer = send(client, asked, caseworker=world.caseworker2.pk)
    result = client.get(answer.headers["Location"]).content.decode()
    assert "2 of 3 cases done" in result
    assert "Caseworker2 has this case already." in result
    workers = dict(Case.objects.values_list("reference", "caseworker__display_name"))
    assert workers == {
        cases["first"].reference: "Caseworker2",
        cases["second"].reference: "Caseworker",
        cases["theirs"].reference: "Caseworker2",
        cases["waiting"].reference: "Caseworker2",
    }
    # Each by its own action, with its own event.
    assert Event.objects.filter(verb="case.assigned", actor_id=world.supervisor.pk).count() == 2
    batch = Batch.objects.get()
    (event,) = Event.objects.filter(verb="cases.batch")
    assert (event.object_id, event.data) == (batch.pk, {"what": "assign", "done": 2, "sent": 3})


def test_the_same_submission_twice_does_nothing_twice(world, cases):
    client = world.client("supervisor")
    asked = ask(client, "assign", cases["first"])
    first = send(client, asked, caseworker=world.caseworker2.pk)
    again = send(client, asked, caseworker=world.caseworker2.pk)
    assert first.headers["Location"] == again.headers["Location"]
    assert Batch.objects.count() == 1
    assert InboxItem.objects.filter(user=world.caseworker2, kind="case_assigned").count() == 2


def test_a_case_that_somebody_gave_away_meanwhile_is_not_overwritten(world, cases, at):
    client = world.client("supervisor")
    asked = ask(client, "assign", cases["first"], cases["second"])
    with acting_as(world.intake):
        assign_case(cases["first"], actor=world.intake, at=at, caseworker=world.caseworker2)
    answer = send(client, asked, caseworker=world.caseworker.pk)
    result = client.get(answer.headers["Location"]).content.decode()
    assert "Meanwhile the case was given to Caseworker2." in result
    assert "Caseworker has this case already." in result
    cases["first"].refresh_from_db()
    assert cases["first"].caseworker == world.caseworker2


def test_reminding_reaches_whoever_has_the_case_once_a_day(world, cases):
    client = world.client("supervisor")
    for expected in ("1 of 2 cases done", "0 of 2 cases done"):
        asked = ask(client, "remind", cases["first"], cases["waiting"])
        answer = send(client, asked)
        result = client.get(answer.headers["Location"]).content.decode()
        assert expected in result
        assert "Nobody has this case yet." in result
    assert "Caseworker was reminded of it today already." in result
    (item,) = InboxItem.objects.filter(kind="case_reminder")
    assert (item.user, item.case) == (world.caseworker, cases["first"])
    assert hasattr(item, "mail")
    inbox = world.client("caseworker").get(reverse("inbox")).content.decode()
    assert "Your supervisor reminds you of a case." in inbox


def test_what_is_missing_is_told_and_nothing_is_done(world, cases):
    client = world.client("supervisor")
    nothing = client.post(reverse("batch"), {"what": "assign"})
    assert nothing.status_code == 422
    assert "No case was chosen" in nothing.content.decode()
    asked = ask(client, "assign", cases["first"])
    for worker in ("", "nonsense", str(world.intake.pk), str(world.other_caseworker.pk)):
        answer = send(client, asked, caseworker=worker)
        assert answer.status_code == 422
        assert cases["first"].pseudonym in answer.content.decode()  # what was chosen is kept
    assert not Batch.objects.exists()


def test_a_case_of_another_authority_is_told_like_none(world, cases, at):
    reference = cases["first"].reference
    client = world.client("other_supervisor")
    asked = ask(client, "remind", cases["first"])
    assert cases["first"].pseudonym not in asked.content.decode()
    answer = api(world.other_supervisor).post(
        "/api/v1/batches/",
        {"what": "remind", "cases": [{"reference": reference}, {"reference": "AAAAA-AAAAA-AAAA"}]},
        format="json",
        HTTP_IDEMPOTENCY_KEY="one",
    )
    why = [result["why"] for result in answer.json()["results"]]
    assert why == [["There is no such case that you can change."]] * 2
    assert not InboxItem.objects.filter(kind="case_reminder").exists()


def test_what_came_of_a_case_that_was_sealed_since_is_not_told_any_more(world, cases, at):
    client = world.client("supervisor2")
    path = send(client, ask(client, "remind", cases["first"], cases["theirs"])).headers["Location"]
    assert cases["first"].reference in client.get(path).content.decode()
    change_confidentiality(
        cases["first"],
        actor=world.supervisor,
        at=at,
        level="sealed",
        reason="insider_risk",
        people=[],
    )
    text = client.get(path).content.decode()
    assert cases["first"].reference not in text
    assert cases["theirs"].reference in text


def test_only_whoever_sent_it_sees_what_came_of_it(world, cases):
    client = world.client("supervisor")
    answer = send(client, ask(client, "remind", cases["first"]))
    path = answer.headers["Location"]
    assert world.client("supervisor2").get(path).status_code == 404
    assert world.client("caseworker").post(reverse("batch"), {}).status_code == 403


def test_a_program_does_the_same_and_needs_a_key(world, cases):
    client = api(world.supervisor)
    body = {
        "what": "assign",
        "caseworker": str(world.caseworker2.pk),
        "cases": [
            {"reference": cases["first"].reference, "version": 0},
            {"reference": cases["waiting"].reference},
        ],
    }
    path = "/api/v1/batches/"
    assert client.post(path, body, format="json").status_code == 400
    answers = [client.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY="k") for _n in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    done = {result["reference"]: result["done"] for result in answers[0].json()["results"]}
    assert done == {cases["first"].reference: False, cases["waiting"].reference: True}
    assert client.get(answers[0].headers["Location"]).json() == answers[0].json()
    too_many = {**body, "cases": [{"reference": "AAAAA-AAAAA-AAAA"}] * (MOST + 1)}
    refused = client.post(path, too_many, format="json", HTTP_IDEMPOTENCY_KEY="m")
    assert refused.status_code == 400
