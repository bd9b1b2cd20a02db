"""Cases by REST: each role reads what its pages show, no more, and writes by the same actions."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.actions.notes import write_note
from cases.models import Case, Note
from identities import vault
from identities.models import Disclosure
from nrm.accounts.models import Submission
from nrm.actions import Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api, field_errors
from tests.world import signed_in

LIST = "/api/v1/cases/"
SEES_CASES = ("caseworker", "supervisor", "supervisor2", "intake")
SEES_NONE = (
    "responder",
    "lead",
    "provider",
    "liaison",
    "auditor",
    "administrator",
    "other_responder",
    "other_caseworker",
    "other_supervisor",
    "caseworker2",
    "superuser",
)


def detail(case: Case) -> str:
    return f"{LIST}{case.reference}/"


@pytest.fixture
def case(world: Any) -> Case:
    return world.assigned_case()


@pytest.fixture
def known(world: Any, case: Case, at: Any) -> Case:
    """A case whose person has a name."""
    with acting_as(world.caseworker):
        facts = [("name", "Quillon Marchbanks"), ("telephone", "07700 900123")]
        vault.record(case.person_id, facts, at=at, case_id=case.pk)
    return case


# Reading -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", SEES_CASES)
def test_those_who_work_on_a_case_find_it_in_the_list_and_by_its_reference(
    world: Any, case: Case, who: str
) -> None:
    client = api(world.users[who])
    rows = client.get(LIST).json()["results"]
    assert [row["reference"] for row in rows] == [case.reference]
    response = client.get(detail(case))
    assert response.status_code == 200
    assert response["ETag"] == f'"{case.version}"'
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert {key: body[key] for key in rows[0]} == rows[0]
    assert body["caseworker"] == {"id": str(world.caseworker.pk), "name": "Caseworker"}
    assert body["profile"] == "uk/2026.1"
    assert body["stage"]["code"] == case.stage
    assert {d["term"]["code"] for d in body["deadlines"]} >= {"reasonable_grounds"}


@pytest.mark.parametrize("who", SEES_NONE)
def test_everybody_else_has_an_empty_list_and_no_case(world: Any, case: Case, who: str) -> None:
    client = api(world.users[who])
    assert client.get(LIST).json() == {"results": [], "next": None}
    response = client.get(detail(case))
    # The team that referred the case knows that it exists; nobody else may know.
    assert response.status_code == (403 if who in ("responder", "lead") else 404)


def test_a_strangers_answer_is_the_same_for_a_hidden_case_as_for_none(
    world: Any, case: Case
) -> None:
    client = api(world.other_supervisor)
    hidden, absent = client.get(detail(case)), client.get(f"{LIST}7K3MQ-9TD2X-4HJ3/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    # One call fewer is left after each, whatever the answer; nothing else may differ.
    for answer in (hidden, absent):
        assert answer.headers.pop("RateLimit")
    assert sorted(hidden.headers.items()) == sorted(absent.headers.items())


def test_list_detail_and_page_rights_agree_for_every_role(world: Any, case: Case) -> None:
    for user in world.users.values():
        if not user.is_active:
            continue
        client = api(user)
        listed = bool(client.get(LIST).json()["results"])
        assert listed == (client.get(detail(case)).status_code == 200)
        assert listed == user.has_perm("cases.see_case", case)


def test_page_and_rest_answer_every_role_alike(world: Any, case: Case) -> None:
    pages = {
        "": "",
        "timeline/": "timeline/",
        "notes/": "notes/",
        "deadlines/": "deadlines/",
        "decisions/": "decisions/",
        "assessment/": "screenings/",
    }
    for name, user in world.users.items():
        if not user.is_active:
            continue
        browser, program = world.client(name), api(user)
        for page, endpoint in pages.items():
            shown = browser.get(f"/cases/{case.reference}/{page}").status_code
            told = program.get(f"{detail(case)}{endpoint}").status_code
            assert shown == told, (name, page)
        listed = bool(program.get(LIST).json()["results"])
        work = browser.get("/cases/?view=team")
        if work.status_code == 200:  # the work list is a page of caseworkers and supervisors
            assert (case.reference in work.content.decode()) == listed, name


def test_nobody_signs_in_with_no_token_a_wrong_one_or_one_of_somebody_inactive(
    world: Any, case: Case
) -> None:
    client = api(world.supervisor)
    without = api(world.supervisor)
    without.credentials()
    wrong = api(world.supervisor)
    wrong.credentials(HTTP_AUTHORIZATION="Bearer nrm_wrong")
    inactive = api(world.inactive)
    revoked = api(world.caseworker)
    world.caseworker.tokens.update(revoked_at=case.opened_at)
    expired = api(world.intake)
    world.intake.tokens.update(expires_at=case.opened_at - timedelta(days=1))
    for refused in (without, wrong, inactive, revoked, expired):
        for address in (LIST, detail(case)):
            response = refused.get(address)
            assert response.status_code == 401
            assert response["WWW-Authenticate"] == "Bearer"
            assert response["Content-Type"] == "application/problem+json"
    assert client.get(LIST).status_code == 200


def test_a_session_reads_and_needs_its_csrf_token_to_write(world: Any, case: Case) -> None:
    browser = signed_in(world.intake, enforce_csrf_checks=True)
    assert browser.get(LIST).status_code == 200
    response = browser.post(f"{detail(case)}notes/", {"text": "x"}, "application/json")
    assert response.status_code == 403
    assert not Note.objects.exists()


def test_no_answer_but_a_disclosure_says_who_the_person_is(world: Any, known: Case) -> None:
    client = api(world.caseworker)
    for address in (LIST, detail(known), f"{detail(known)}notes/"):
        text = client.get(address).content.decode()
        assert "Marchbanks" not in text
        assert "900123" not in text


def test_the_list_is_filtered_by_view_stage_kind_and_date(world: Any, at: Any) -> None:
    mine = world.assigned_case()
    open_case = world.case()
    notified = world.case(kind="duty_to_notify")

    def found(query: str, who: str = "supervisor") -> set[str]:
        response = api(world.users[who]).get(f"{LIST}?{query}")
        assert response.status_code == 200, response.content
        return {row["reference"] for row in response.json()["results"]}

    everything = {mine.reference, open_case.reference, notified.reference}
    assert found("") == found("view=team") == everything
    assert found("view=mine") == set()
    assert found("view=mine", "caseworker") == {mine.reference}
    assert found("view=unassigned") == everything - {mine.reference}
    assert found("view=closed") == set()
    assert found(f"stage={open_case.stage}") == {open_case.reference}
    assert found("kind=duty_to_notify") == {notified.reference}
    # Only the reasonable grounds of the two referrals run; a duty to notify has no date.
    assert found("due_before=2999-01-01") == {mine.reference, open_case.reference}
    assert found("due_before=2001-01-01") == set()


def test_a_bad_question_is_told_everything_at_once(world: Any) -> None:
    response = api(world.supervisor).get(
        f"{LIST}?view=all&stage=nowhere&kind=x&due_before=soon&limit=1000"
    )
    assert response.status_code == 400
    assert set(field_errors(response)) == {"view", "stage", "kind", "due_before", "limit"}


def test_pages_follow_each_other_without_a_gap_or_a_repetition(world: Any) -> None:
    references = {world.case().reference for _ in range(3)}
    references |= {world.case(kind="duty_to_notify").reference for _ in range(2)}
    client = api(world.supervisor)
    seen: list[str] = []
    address = f"{LIST}?limit=2"
    while address:
        body = client.get(address).json()
        seen += [row["reference"] for row in body["results"]]
        address = body["next"]
    assert len(seen) == 5
    assert set(seen) == references
    # A damaged place is told, not guessed at.
    assert client.get(f"{LIST}?after=rubbish").status_code == 400


def test_the_list_costs_the_same_queries_for_50_cases_as_for_25(world: Any) -> None:
    client = api(world.supervisor)
    client.get(LIST)
    for _ in range(50):
        world.case()
    counts = []
    for limit in (25, 50):
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(f"{LIST}?limit={limit}").json()["results"]
        assert len(rows) == limit
        counts.append(len(queries))
    assert counts == [LIST_QUERIES, LIST_QUERIES]


def test_a_case_costs_a_known_number_of_queries(world: Any, case: Case) -> None:
    client = api(world.caseworker)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(detail(case)).status_code == 200
    assert len(queries) == DETAIL_QUERIES


LIST_QUERIES = 8
DETAIL_QUERIES = 10


def test_each_look_is_an_event_with_the_ids_shown(world: Any, case: Case) -> None:
    client = api(world.caseworker)
    client.get(LIST)
    client.get(detail(case))
    listed = Event.objects.get(verb="cases.listed")
    assert listed.actor_id == world.caseworker.pk
    assert listed.data == {"list": "api", "cases": [str(case.pk)]}
    viewed = Event.objects.get(verb="case.viewed")
    assert viewed.case_id == case.pk
    assert viewed.data["deadlines"] == [str(d.pk) for d in case.deadlines.order_by("due_at")]


def test_the_timeline_tells_what_was_done_and_who_looked(world: Any, case: Case) -> None:
    client = api(world.caseworker)
    client.get(detail(case))
    address = f"{detail(case)}timeline/"
    done = client.get(address).json()["results"]
    assert [event["look"] for event in done] == [False] * len(done)
    assert done[0]["by"] == "Intake"
    looks = client.get(f"{address}?show=looks").json()["results"]
    assert looks
    assert all(event["look"] for event in looks)
    one = client.get(f"{address}?show=all&limit=1").json()
    assert len(one["results"]) == 1
    assert one["next"]
    assert client.get(f"{address}?show=x&after=y").status_code == 400
    assert api(world.other_supervisor).get(address).status_code == 404
    assert api(world.responder).get(address).status_code == 403


# Assigning ---------------------------------------------------------------------------------------
def test_intake_gives_the_case_to_one_of_the_candidates(world: Any) -> None:
    case = world.case()
    client = api(world.intake)
    address = f"{detail(case)}assignment/"
    offered = client.get(address)
    assert {c["name"] for c in offered.json()["candidates"]} == {"Caseworker", "Caseworker2"}
    response = client.post(
        address, {"caseworker": str(world.caseworker2.pk)}, HTTP_IF_MATCH=offered["ETag"]
    )
    assert response.status_code == 200
    assert response.json()["caseworker"]["name"] == "Caseworker2"
    assert response.json()["stage"]["code"] == "rg_pending"
    case.refresh_from_db()
    assert case.caseworker == world.caseworker2
    assert response["ETag"] == f'"{case.version}"' != offered["ETag"]


def test_an_assignment_on_an_old_version_changes_nothing(world: Any, case: Case) -> None:
    response = api(world.supervisor).post(
        f"{detail(case)}assignment/",
        {"caseworker": str(world.caseworker2.pk)},
        HTTP_IF_MATCH=f'"{case.version - 1}"',
    )
    assert response.status_code == 412
    assert response["Content-Type"] == "application/problem+json"
    case.refresh_from_db()
    assert case.caseworker == world.caseworker


@pytest.mark.parametrize("whom", ["other_caseworker", "provider", "supervisor", "nobody"])
def test_only_a_caseworker_of_the_authority_can_be_given_a_case(
    world: Any, case: Case, whom: str
) -> None:
    ids = {"nobody": "00000000-0000-4000-8000-00000000abcd"}
    chosen = ids.get(whom) or str(world.users[whom].pk)
    address = f"{detail(case)}assignment/"
    response = api(world.intake).post(address, {"caseworker": chosen}, HTTP_IF_MATCH="*")
    assert response.status_code == 422
    assert set(field_errors(response)) == {"caseworker"}


def test_a_caseworker_may_not_assign_and_a_stranger_may_not_know(world: Any, case: Case) -> None:
    body = {"caseworker": str(world.caseworker2.pk)}
    address = f"{detail(case)}assignment/"
    assert api(world.caseworker).post(address, body).status_code == 403
    assert api(world.other_supervisor).post(address, body).status_code == 404
    assert Event.objects.filter(verb="access.refused").count() == 2
    assert api(world.intake).post(address, body).status_code == 428
    case.refresh_from_db()
    assert case.caseworker == world.caseworker


# Who the person is -------------------------------------------------------------------------------
def test_an_identity_is_shown_for_a_purpose_and_recorded(world: Any, known: Case) -> None:
    response = api(world.caseworker).post(f"{detail(known)}disclosures/", {"purpose": "contact"})
    assert response.status_code == 201
    body = response.json()
    assert {fact["kind"]["code"]: fact["value"] for fact in body["facts"]} == {
        "name": "Quillon Marchbanks",
        "telephone": "07700 900123",
    }
    with acting_as(world.caseworker):
        row = Disclosure.objects.get(pk=body["disclosure"])
    assert (row.actor_id, row.case_id, row.purpose) == (
        world.caseworker.pk,
        known.pk,
        "contact",
    )
    event = Event.objects.get(verb="identity.shown")
    assert "Marchbanks" not in json.dumps(event.data)


def test_an_identity_is_not_shown_without_a_purpose_that_the_profile_knows(
    world: Any, known: Case
) -> None:
    client = api(world.caseworker)
    address = f"{detail(known)}disclosures/"
    assert set(field_errors(client.post(address, {}))) == {"purpose"}
    refused = client.post(address, {"purpose": "curiosity"})
    assert refused.status_code == 422
    assert set(field_errors(refused)) == {"purpose"}
    needs_words = client.post(address, {"purpose": "other"})
    assert set(field_errors(needs_words)) == {"reason"}
    assert client.get(address).status_code == 405


@pytest.mark.parametrize(("who", "status"), [("intake", 403), ("provider", 404), ("lead", 403)])
def test_who_may_not_see_an_identity_is_shown_none(
    world: Any, known: Case, who: str, status: int
) -> None:
    address = f"{detail(known)}disclosures/"
    response = api(world.users[who]).post(address, {"purpose": "contact"})
    assert response.status_code == status
    assert "Marchbanks" not in response.content.decode()


# Notes -------------------------------------------------------------------------------------------
def test_a_note_sent_twice_with_one_key_is_one_note(world: Any, case: Case) -> None:
    client = api(world.caseworker)
    address = f"{detail(case)}notes/"
    sent = [
        client.post(address, {"text": "Rang the shelter."}, HTTP_IDEMPOTENCY_KEY="note-1")
        for _ in range(2)
    ]
    assert [response.status_code for response in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    client.post(address, {"text": "Rang again."}, HTTP_IDEMPOTENCY_KEY="note-2")
    # The same key with another text is refused, and of neither anything is kept in the clear.
    other = client.post(address, {"text": "Nobody answered."}, HTTP_IDEMPOTENCY_KEY="note-2")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "key_served")
    for row in Submission.objects.all():
        assert len(bytes(row.fingerprint)) == 32
        told = json.dumps(["POST", {"text": "Rang again."}], sort_keys=True).encode()
        assert bytes(row.fingerprint) != hashlib.sha256(told).digest()
    # What was refused can be put right under the same key.
    empty = client.post(address, {"text": ""}, HTTP_IDEMPOTENCY_KEY="note-3")
    assert empty.status_code == 400
    right = client.post(address, {"text": "Rang once more."}, HTTP_IDEMPOTENCY_KEY="note-3")
    assert right.status_code == 201
    texts = [note["text"] for note in client.get(address).json()["results"]]
    assert texts == ["Rang once more.", "Rang again.", "Rang the shelter."]


@pytest.mark.parametrize(
    "unseen", ["\u200b", " \u2060\ufeff\n", "\u3164\u2800", "\u0301\u200d", "\u00ad"]
)
def test_what_nobody_can_see_is_no_note(world: Any, case: Case, unseen: str) -> None:
    answer = api(world.caseworker).post(f"{detail(case)}notes/", {"text": unseen})
    assert (answer.status_code, set(field_errors(answer))) == (400, {"text"})
    page = signed_in(world.caseworker).post(
        f"/cases/{case.reference}/notes/", {"text": unseen, "submission_key": str(uuid4())}
    )
    assert page.status_code == 422
    assert "Enter a note" in page.content.decode()
    with pytest.raises(Refused):
        write_note(case, actor=world.caseworker, at=timezone.now(), text=unseen)
    assert not Note.objects.exists()


@pytest.mark.parametrize("text", ["\u200fنص\u200f", "ትግርኛ", "🚐", "é", "0"])
def test_what_is_seen_is_kept_as_it_was_sent(world: Any, case: Case, text: str) -> None:
    answer = api(world.caseworker).post(f"{detail(case)}notes/", {"text": text})
    assert (answer.status_code, answer.json()["text"]) == (201, text)


def test_the_same_key_of_two_people_is_two_notes(world: Any, case: Case) -> None:
    for user in (world.caseworker, world.supervisor):
        client = api(user)
        response = client.post(
            f"{detail(case)}notes/", {"text": user.email}, HTTP_IDEMPOTENCY_KEY="same"
        )
        assert response.status_code == 201
        assert response.json()["text"] == user.email


# What cannot be read -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"text": "\\ud800"}', 400),
        (b'{"text": "a\\u0000b"}', 400),
        (b"\xff\xfe", 400),
        (b'"text"', 400),
        (b"[1]", 400),
        (b'{"text": {"a": 1}}', 400),
        (b'{"text": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem_and_not_a_crash(
    world: Any, case: Case, body: bytes, status: int
) -> None:
    client = api(world.caseworker)
    response = client.generic("POST", f"{detail(case)}notes/", body, "application/json")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_other_methods_and_types_are_problems_too(world: Any, case: Case) -> None:
    client = api(world.caseworker)
    assert client.delete(detail(case)).status_code == 405
    assert client.options(detail(case)).status_code == 405
    response = client.generic("POST", f"{detail(case)}notes/", b"text=a", "text/plain")
    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("header", ["x", '"-1"', "'1'", '"99999999999999"', '"١"'])
def test_an_if_match_that_is_no_etag_is_told(world: Any, case: Case, header: str) -> None:
    body = {"caseworker": str(world.caseworker2.pk)}
    response = api(world.intake).post(
        f"{detail(case)}assignment/", body, HTTP_IF_MATCH=header.encode().decode("latin-1")
    )
    assert response.status_code == 400
    assert set(field_errors(response)) == {"If-Match"}
