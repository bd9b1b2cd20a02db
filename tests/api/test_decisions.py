"""Decisions and deadlines by REST: the same people, refusals and dates as on the pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, Decision
from cases.rules.deadlines import EXTENSION_REASONS
from tests.api.tools import api, field_errors
from tests.decisions.road import made, ready_case, submitted

CONTENT = {
    "outcome": "positive",
    "grounds": ["elements_met"],
    "reasons": {"for": "For.", "against": "Nothing.", "missing": "Nothing.", "letter": "Yes."},
    "age_basis": "document",
    "no_conflict": True,
}


@pytest.fixture
def case(world: Any) -> Case:
    return ready_case(world, at=timezone.now())


def decisions(case: Case) -> str:
    return f"/api/v1/cases/{case.reference}/decisions/"


def draft(world: Any, case: Case) -> Any:
    response = api(world.caseworker).post(decisions(case), {"code": "reasonable_grounds"})
    assert response.status_code == 201, response.content
    return response


# Drafting ----------------------------------------------------------------------------------------
def test_a_draft_is_begun_once_and_has_an_address_and_a_version(world: Any, case: Case) -> None:
    client = api(world.caseworker)
    body = {"code": "reasonable_grounds"}
    first, second = (
        client.post(decisions(case), body, HTTP_IDEMPOTENCY_KEY="draft") for _ in range(2)
    )
    assert first.json()["id"] == second.json()["id"]
    assert client.get(first["Location"]).json() == first.json()
    assert first["ETag"] == '"1"'
    assert set(field_errors(client.post(decisions(case), {"code": "acquittal"}))) == {"code"}


def test_saving_needs_the_version_that_was_read(world: Any, case: Case) -> None:
    started = draft(world, case)
    client = api(world.caseworker)
    where = started["Location"]
    assert client.put(where, CONTENT).status_code == 428
    assert client.put(where, CONTENT, HTTP_IF_MATCH=started["ETag"]).status_code == 200
    stale = client.put(where, {**CONTENT, "reasons": {}}, HTTP_IF_MATCH=started["ETag"])
    assert stale.status_code == 412
    assert client.get(where).json()["content"]["reasons"] == CONTENT["reasons"]


def test_codes_that_are_none_are_refused_so_that_no_text_is_kept_in_the_clear(
    world: Any, case: Case
) -> None:
    started = draft(world, case)
    bad = {
        "outcome": "positive",
        "grounds": ["Quillon Marchbanks"],
        "reasons": {"gossip": "x"},
        "weights": {"Quillon": "strong"},
        "age_basis": "hearsay",
        "no_conflict": "perhaps",
    }
    client = api(world.caseworker)
    response = client.put(started["Location"], bad, HTTP_IF_MATCH=started["ETag"])
    assert response.status_code == 400
    assert set(field_errors(response)) == {"age_basis", "no_conflict"}
    bad.update(age_basis="document", no_conflict=True)
    response = client.put(started["Location"], bad, HTTP_IF_MATCH=started["ETag"])
    assert set(field_errors(response)) == {"grounds", "reasons", "weights"}
    assert "Marchbanks" not in str(Decision.objects.values_list("grounds", "answers"))


def test_no_step_of_a_decision_is_taken_without_saying_what_was_read(
    world: Any, case: Case
) -> None:
    decision = submitted(world, case, at=timezone.now())
    where = f"{decisions(case)}{decision.pk}/"
    own = {"own_outcome": "positive", "own_grounds": "Same.", "no_conflict": True}
    served = {"served_on": "2026-03-02", "channel": "in_person", "language": "en"}
    for step, body in (
        ("submission", None),
        ("withdrawal", None),
        ("review", own),
        ("verdict", {"verdict": "agree"}),
        ("service", served),
    ):
        refused = api(world.supervisor).post(f"{where}{step}/", body)
        assert (step, refused.status_code) == (step, 428)
        assert refused["Content-Type"] == "application/problem+json"
    decision.refresh_from_db()
    assert decision.state == "in_review"


def test_everything_that_is_missing_is_told_when_it_is_submitted(world: Any, case: Case) -> None:
    started = draft(world, case)
    response = api(world.caseworker).post(f"{started['Location']}submission/", HTTP_IF_MATCH="*")
    assert response.status_code == 422
    problem = response.json()
    assert len(problem["errors"]) >= 4
    told = {error["detail"] for error in started.json()["objections"]}
    assert {error["detail"] for error in problem["errors"]} == told


# The second person -------------------------------------------------------------------------------
def test_nobody_agrees_their_own_decision(world: Any, case: Case) -> None:
    client = api(world.supervisor)
    started = client.post(decisions(case), {"code": "reasonable_grounds"})
    where = started["Location"]
    client.put(where, CONTENT, HTTP_IF_MATCH=started["ETag"])
    assert client.post(f"{where}submission/", HTTP_IF_MATCH="*").status_code == 200
    own = {"own_outcome": "positive", "own_grounds": "Same.", "no_conflict": True}
    assert client.post(f"{where}review/", own, HTTP_IF_MATCH="*").status_code == 422
    assert (
        client.post(f"{where}verdict/", {"verdict": "agree"}, HTTP_IF_MATCH="*").status_code == 422
    )
    assert api(world.caseworker).post(f"{where}review/", own, HTTP_IF_MATCH="*").status_code == 403


def test_a_decision_is_returned_with_reasons_or_passed_to_another_reader(
    world: Any, case: Case
) -> None:
    decision = submitted(world, case, at=timezone.now())
    where = f"{decisions(case)}{decision.pk}/"
    client = api(world.supervisor)
    own = {"own_outcome": "negative", "own_grounds": "I doubt it.", "no_conflict": True}
    read = client.post(f"{where}review/", own, HTTP_IF_MATCH="*")
    assert read.status_code == 201
    assert [reader["name"] for reader in read.json()["readers"]] == ["Supervisor2"]
    assert set(
        field_errors(client.post(f"{where}verdict/", {"verdict": "return"}, HTTP_IF_MATCH="*"))
    ) == {"reasons"}
    passed = client.post(
        f"{where}verdict/",
        {"verdict": "escalate", "reasons": "Look.", "to": str(world.supervisor2.pk)},
        HTTP_IF_MATCH=read["ETag"],
    )
    assert passed.status_code == 200
    assert passed.json()["second_person"]["name"] == "Supervisor2"
    queue = api(world.supervisor2).get("/api/v1/reviews/").json()["results"]
    assert [(row["id"], row["passed_on"]) for row in queue] == [(str(decision.pk), True)]


def test_who_may_not_read_a_decision_gets_none_of_it(world: Any, case: Case) -> None:
    decision = submitted(world, case, at=timezone.now())
    for who, status in (
        ("other_supervisor", 404),
        ("auditor", 404),
        ("responder", 403),
        ("intake", 403),
        ("supervisor2", 200),
    ):
        client = api(world.users[who])
        for address in (decisions(case), f"{decisions(case)}{decision.pk}/"):
            assert client.get(address).status_code == status, who
    assert api(world.caseworker).get("/api/v1/reviews/").status_code == 403
    other = ready_case(world, at=timezone.now())
    # A decision of another case is none of this one.
    elsewhere = f"{decisions(other)}{decision.pk}/"
    assert api(world.supervisor).get(elsewhere).status_code == 404


def test_a_draft_is_withdrawn_and_stays_on_file(world: Any, case: Case) -> None:
    started = draft(world, case)
    client = api(world.caseworker)
    assert client.post(f"{started['Location']}withdrawal/", HTTP_IF_MATCH="*").status_code == 200
    (row,) = client.get(decisions(case)).json()["results"]
    assert row["state"]["code"] == "withdrawn"
    assert row["outcome"] is None


# Deadlines ---------------------------------------------------------------------------------------
def test_a_deadline_is_extended_once_a_key_and_keeps_its_first_date(world: Any) -> None:
    case = ready_case(world, at=timezone.now())
    made(world, case, at=timezone.now())
    client = api(world.caseworker)
    address = f"/api/v1/cases/{case.reference}/deadlines/"
    clock = next(c for c in client.get(address).json()["results"] if c["extendable"])
    assert clock["term"]["code"] == "recovery_period"
    body = {"length": 2, "reason": "x", "explanation": "The interpreter is ill."}
    where = f"{address}{clock['id']}/extension/"
    assert set(field_errors(client.post(where, body))) == {"reason"}
    body["reason"] = EXTENSION_REASONS[0][0]
    answers = [client.post(where, body, HTTP_IDEMPOTENCY_KEY="more") for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    after = answers[0].json()
    first = date.fromisoformat(clock["due_on"])
    assert after["original_due_on"] == clock["due_on"]
    assert after["due_on"] == (first + timedelta(days=2)).isoformat()
    assert client.post(where, {**body, "seen": clock["due_on"]}).status_code == 409


def test_a_pause_that_the_term_does_not_allow_is_refused_with_reasons(world: Any) -> None:
    case = ready_case(world, at=timezone.now())
    client = api(world.caseworker)
    address = f"/api/v1/cases/{case.reference}/deadlines/"
    clocks = client.get(address).json()["results"]
    clock = next(c for c in clocks if c["term"]["code"] == "reasonable_grounds")
    assert not clock["pausable"]
    review_on = (timezone.localdate() + timedelta(days=7)).isoformat()
    paused = client.post(
        f"{address}{clock['id']}/pause/", {"reason": "lost_contact", "review_on": review_on}
    )
    assert paused.status_code == 422
    assert paused.json()["errors"]
    assert client.post(f"{address}{clock['id']}/resumption/").status_code == 422
    for who, status in (("intake", 403), ("other_supervisor", 404), ("responder", 403)):
        told = api(world.users[who]).post(f"{address}{clock['id']}/pause/", {"reason": "x"})
        assert told.status_code == status


def test_decisions_and_deadlines_cost_known_numbers_of_queries(world: Any, case: Case) -> None:
    decision = submitted(world, case, at=timezone.now())
    client = api(world.supervisor)
    counts = {}
    for name, address in {
        "decisions": decisions(case),
        "decision": f"{decisions(case)}{decision.pk}/",
        "deadlines": f"/api/v1/cases/{case.reference}/deadlines/",
        "reviews": "/api/v1/reviews/",
    }.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts[name] = len(queries)
    assert counts == QUERIES


QUERIES = {"decisions": 9, "decision": 15, "deadlines": 10, "reviews": 10}
