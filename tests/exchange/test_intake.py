"""A payload of the Home Office form becomes one referral, by REST and by command."""

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from cases.models import Case, Consent, Deadline, Episode, Referral, SafeContact
from identities import vault
from nrm.accounts.models import Membership, RoleGroup
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api, field_errors
from tests.exchange.test_mapping import mutated
from tests.exchange.tools import VARIANTS, path, payload, told, told_of_episode, unknown

INTAKE = "/api/v1/intake/home-office/"


def by_api(world: Any, name: str) -> dict[str, Any]:
    response = api(world.responder).post(INTAKE, payload(name))
    assert response.status_code == 201, response.content
    return response.json()


def by_command(world: Any, name: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_home_office", str(path(name)), "--as", world.responder.email, stdout=out)
    return json.loads(out.getvalue())


both_ways = pytest.mark.parametrize("send", [by_api, by_command])
Send = Callable[[Any, str], dict[str, Any]]


def identity(world: Any, case: Case) -> dict[str, str]:
    with acting_as(world.supervisor):
        _disclosure, facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")
    return {fact.kind: fact.value for fact in facts}


# What each payload becomes -----------------------------------------------------------------------
@both_ways
@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_becomes_one_referral_of_the_senders_organisation(
    world: Any, send: Send, name: str
) -> None:
    body = send(world, name)
    referral = Referral.objects.select_related("case").get()
    assert body["receipt"] == referral.receipt
    assert body["external_id"] == referral.external_id == payload(name)["ExternalId"]
    assert body["made_now"] is True
    assert body["kind"]["code"] == referral.case.kind
    assert referral.source == "home_office"
    assert referral.organisation == world.police
    assert referral.sent_by == world.responder
    assert Case.objects.count() == 1
    event = Event.objects.get(verb="referral.sent")
    assert event.actor_id == world.responder.pk
    assert event.data["source"] == "home_office"


@both_ways
def test_the_example_becomes_a_case_on_the_clock_that_says_no_name(world: Any, send: Send) -> None:
    body = send(world, "example-payload")
    assert body["unknown_keys"] == []
    assert body["status"] == "Received"
    referral = Referral.objects.select_related("case__person").get()
    case = referral.case
    assert (case.kind, case.stage) == ("referral", "nrm_submitted")
    assert (case.age_status, case.jurisdiction) == ("adult", "england")
    assert case.interpreter_needed is False
    assert Deadline.objects.filter(case=case, term="reasonable_grounds").exists()
    assert identity(world, case) == {
        "name": "TestFirstname TestSurname",
        "email": "test@test.com",
    }
    consent = Consent.objects.get()
    assert consent.answer == "agreed"
    assert consent.given_on == ""  # the form does not send it
    card = SafeContact.objects.get()
    assert (card.email, card.post, card.call, card.text) == (
        "safe",
        "unknown",
        "unknown",
        "unknown",
    )
    episode = Episode.objects.get()
    assert (episode.types, episode.place, episode.countries) == (["forced_work"], "uk", ["GB"])
    assert told_of_episode(episode)["towns"] == "London"
    assert told(referral)["how_started"] == "How it started"
    assert referral.answers["reported_before"] == "no"


@both_ways
def test_the_professionals_name_and_contacts_are_sealed(world: Any, send: Send) -> None:
    send(world, "example-payload")
    referral = Referral.objects.get()
    words = told(referral)
    assert words["responder_name"] == "AgentFirstname AgentSurname"
    assert words["responder_telephone"] == "0208123567"
    assert words["responder_other_email"] == "test@test.com"
    assert referral.answers["responder_kind"] == "border_force"
    clear = json.dumps(
        [referral.answers, referral.unknown_keys, list(Event.objects.values())], default=str
    )
    for secret in ("Agent", "0208123567", "test@test.com", "TestSurname", "London"):
        assert secret not in clear


@both_ways
def test_a_duty_to_notify_says_nothing_of_who_the_person_is(world: Any, send: Send) -> None:
    body = send(world, "duty-to-notify-with-identity")
    assert body["kind"]["code"] == "duty_to_notify"
    assert body["unknown_keys"] == ["Customer.MiddleName"]
    referral = Referral.objects.select_related("case").get()
    assert referral.case.stage == "dtn_submitted"
    assert not Deadline.objects.exists()
    assert identity(world, referral.case) == {}
    assert unknown(referral) == {}
    event = Event.objects.get(verb="referral.identity_destroyed")
    assert {"name", "birth_date", "email"} <= set(event.data["questions"])
    assert event.data["unknown_values"] is True
    assert "Marchbanks" not in json.dumps([told(referral), event.data])


@both_ways
def test_a_duty_to_notify_of_somebody_who_co_operates_says_who(world: Any, send: Send) -> None:
    send(world, "duty-to-notify-co-operating")
    case = Case.objects.get()
    assert case.kind == "duty_to_notify"
    assert identity(world, case)["name"] == "Quillon Marchbanks"
    assert not Event.objects.filter(verb="referral.identity_destroyed").exists()


@both_ways
def test_a_child_and_an_unknown_age_take_the_childs_path(world: Any, send: Send) -> None:
    send(world, "child")
    send(world, "unknown-age")
    child, not_sure = Case.objects.order_by("opened_at")
    assert (child.age_status, child.jurisdiction, child.calendar) == (
        "child",
        "northern_ireland",
        "northern_ireland",
    )
    assert child.language == "vi"
    assert (not_sure.age_status, not_sure.calendar) == ("not_sure", "scotland")
    assert set(Consent.objects.values_list("answer", flat=True)) == {"not_required"}
    for case in (child, not_sure):
        assert case.casetasks.exists()
    assert Referral.objects.get(case=not_sure).answers["gender"] == "another"


@both_ways
def test_ten_towns_and_ten_countries_arrive(world: Any, send: Send) -> None:
    send(world, "ten-cities")
    send(world, "overseas")
    uk, overseas = Episode.objects.order_by("case__opened_at")
    assert len(told_of_episode(uk)["towns"].split("\n")) == 10
    assert len(overseas.countries) == 10
    assert overseas.place == "overseas"


@both_ways
def test_keys_without_a_question_are_kept_sealed_and_listed(world: Any, send: Send) -> None:
    body = send(world, "overseas")
    referral = Referral.objects.get()
    assert set(body["unknown_keys"]) == set(referral.unknown_keys)
    assert set(body["unknown_keys"]) == {
        "Document1.URL",
        "Document1.Name",
        "Document1.MimeType",
        "Document1.URLLoadContent",
        "Cohort",
    }
    assert unknown(referral)["Cohort"] == "B-7"
    assert b"B-7" not in bytes(referral.unknown_values or b"")


def test_the_sender_follows_the_referral_and_the_authority_finds_its_case(world: Any) -> None:
    response = api(world.responder).post(INTAKE, payload())
    receipt = response.json()["receipt"]
    followed = api(world.responder).get(response["Location"]).json()
    assert (followed["receipt"], followed["status"]) == (receipt, "Received")
    found = api(world.intake).get(f"/api/v1/cases/?receipt={receipt}").json()["results"]
    assert [row["reference"] for row in found] == [Case.objects.get().reference]
    assert api(world.other_supervisor).get(f"/api/v1/cases/?receipt={receipt}").json() == {
        "results": [],
        "next": None,
    }
    assert api(world.intake).get("/api/v1/cases/?receipt=x").status_code == 400


# Once --------------------------------------------------------------------------------------------
@both_ways
def test_an_external_id_sent_again_makes_no_second_referral(world: Any, send: Send) -> None:
    first = send(world, "example-payload")
    events = Event.objects.filter(verb="referral.sent").count()
    again = api(world.lead).post(INTAKE, payload(NeedSupport="Yes"))
    assert again.status_code == 200
    assert again.json() == {**first, "made_now": False}
    third = by_command(world, "example-payload")
    assert third == {**first, "made_now": False}
    assert Referral.objects.count() == Case.objects.count() == 1
    assert Event.objects.filter(verb="referral.sent").count() == events == 1


def test_an_external_id_of_another_organisation_tells_nothing_of_it(world: Any) -> None:
    first = by_api(world, "example-payload")
    response = api(world.other_responder).post(INTAKE, payload())
    assert response.status_code == 422
    assert set(field_errors(response)) == {"ExternalId"}
    assert first["receipt"] not in response.content.decode()
    assert Referral.objects.count() == 1


def test_ten_posts_at_once_make_one_referral(world: Any) -> None:
    client = api(world.responder)
    header = client._credentials

    def post(_number: int) -> tuple[int, str]:
        from rest_framework.test import APIClient

        mine = APIClient()
        mine.credentials(**header)
        try:
            response = mine.post(INTAKE, payload())
            return response.status_code, response.json()["receipt"]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, range(10)))
    assert sorted(status for status, _receipt in answers) == [200] * 9 + [201]
    assert len({receipt for _status, receipt in answers}) == 1
    assert Referral.objects.count() == Case.objects.count() == 1


# Who may -----------------------------------------------------------------------------------------
def test_only_those_who_refer_people_can_send_a_payload(world: Any) -> None:
    for name, user in world.users.items():
        sends = name in ("responder", "responder2", "lead", "other_responder")
        expected = 401 if name == "inactive" else 200 if sends else 403
        client = api(user)
        body = payload(ExternalId=f"for-{user.pk.hex}")
        response = client.post(INTAKE, body)
        assert response.status_code == (201 if expected == 200 else expected), name
    assert Referral.objects.count() == 4
    assert api(world.responder).get(INTAKE).status_code == 405


def test_who_refers_for_two_organisations_says_for_which(world: Any) -> None:
    Membership.objects.create(
        user=world.responder, group=RoleGroup.of(world.other_police, "first_responder")
    )
    client = api(world.responder)
    response = client.post(INTAKE, payload())
    assert set(field_errors(response)) == {"organisation"}
    response = client.post(f"{INTAKE}?organisation={world.other_police.pk}", payload())
    assert response.status_code == 201
    assert Referral.objects.get().organisation == world.other_police
    strange = client.post(f"{INTAKE}?organisation={world.authority.pk}", payload())
    assert set(field_errors(strange)) == {"organisation"}
    assert client.post(f"{INTAKE}?organisation=x", payload()).status_code == 400


def test_the_form_of_one_country_is_not_for_another(palermo: Any) -> None:
    response = api(palermo.responder).post(INTAKE, payload())
    assert response.status_code == 422
    assert set(field_errors(response)) == {"organisation"}


# Bad input ---------------------------------------------------------------------------------------
BAD = {
    "Type",
    "NRMOrDuty",
    "AdultOrChild",
    "Case.Jurisdiction",
    "ExternalId",
    "Customer.DOB",
    "Customer.Email",
    "SafeToEmail",
    "PVExploitersLastContact",
    "ExploitationTreatment",
    "NeedSupport",
}


def test_a_bad_payload_is_told_all_its_faults_as_a_problem(world: Any) -> None:
    response = api(world.responder).post(INTAKE, payload("bad"))
    assert response.status_code == 422
    assert set(field_errors(response)) == BAD
    assert not Referral.objects.exists()
    assert not Event.objects.filter(verb="referral.sent").exists()


def test_a_bad_payload_ends_the_command_with_every_fault_on_stderr(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        by_command(world, "bad")
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert {line.partition(":")[0] for line in printed.err.splitlines()} == BAD
    assert not Referral.objects.exists()


def test_a_nominated_person_needs_permission_and_the_fault_names_the_key(world: Any) -> None:
    body = payload(AltContactFirstName="Isolde", AltContactName="Farthing")
    response = api(world.responder).post(INTAKE, body)
    assert response.status_code == 422
    assert set(field_errors(response)) == {"AltContactPermissionToSend"}
    body["AltContactPermissionToSend"] = "Yes"
    assert api(world.responder).post(INTAKE, body).status_code == 201


def test_a_character_that_cannot_be_kept_is_a_fault_at_its_key(world: Any) -> None:
    response = api(world.responder).post(INTAKE, payload(PVFamily="a\x01b", Type="1"))
    assert set(field_errors(response)) == {"PVFamily", "Type"}


@pytest.mark.parametrize("more", [{"Cohort": "a\x00b"}, {"Co\x00hort": "b"}, {"Cohort": "\ud800"}])
def test_what_is_not_text_is_refused_wherever_it_stands(world: Any, more: dict[str, str]) -> None:
    body = json.dumps({**payload(), **more}).encode()
    response = api(world.responder).generic("POST", INTAKE, body, "application/json")
    assert response.status_code == 400
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"[" * 60_000, b'{"a": "\\u0000"}', b"\xff"]
)
def test_a_body_that_is_no_payload_is_a_problem(world: Any, body: bytes) -> None:
    response = api(world.responder).generic("POST", INTAKE, body, "application/json")
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 60_000, b'{"a": "\\ud800"}', b"\xff", b" " * 3_000_000]
)
def test_a_file_that_is_no_payload_ends_the_command_with_one_sentence(
    world: Any, tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "payload.json"
    file.write_bytes(data)
    with pytest.raises(SystemExit) as ended:
        call_command("import_home_office", str(file), "--as", world.responder.email)
    assert ended.value.code == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as", "nobody@example.org"], "Nobody active signs in as nobody@example.org."),
        (["--as", "inactive@example.org"], "Nobody active signs in as inactive@example.org."),
        (["--as", "caseworker@example.org"], "is no first responder"),
        ([], "Say who sends it"),
        (
            ["--as", "responder@example.org", "--organisation", "Southshire Police"],
            "not an organisation that you refer people for",
        ),
    ],
)
def test_the_command_says_why_somebody_cannot_send(
    world: Any, options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("import_home_office", str(path("example-payload")), *options)
    assert ended.value.code == 1
    assert says in capsys.readouterr().err
    assert not Referral.objects.exists()


def test_a_missing_file_is_one_sentence(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("import_home_office", "nowhere.json", "--as", world.responder.email)
    assert capsys.readouterr().err == "nowhere.json: No such file or directory.\n"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mutated())
def test_no_mutated_payload_is_answered_with_a_crash(world: Any, sent: dict[str, Any]) -> None:
    body = json.dumps(sent).encode()  # NaN and infinity are no JSON, and are told so
    response = api(world.responder).generic("POST", INTAKE, body, "application/json")
    assert response.status_code in (200, 201, 400, 422), response.content
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"


def test_a_payload_costs_a_known_number_of_queries(world: Any) -> None:
    client = api(world.responder)
    client.post(INTAKE, payload(ExternalId="warm"))
    with CaptureQueriesContext(connection) as queries:
        assert client.post(INTAKE, payload()).status_code == 201
    assert len(queries) == QUERIES


QUERIES = 36
