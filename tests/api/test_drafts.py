"""Drafts of referrals by REST, from the first answer to the receipt, and what stops them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from cases.models import Draft, Referral
from nrm.accounts.scopes import Scope
from nrm.context import acting_as
from tests.api.tools import api, field_errors
from tests.intake.answers import ADULT

DRAFTS = "/api/v1/drafts/"
PAGES = {
    "danger": ("danger_now",),
    "who": ("age_status", "jurisdiction"),
}


def begun(world: Any, **more: Any) -> tuple[Any, str, Any]:
    client = api(world.responder)
    answer = client.post(DRAFTS, {}, **more)
    assert answer.status_code == 201, answer.content
    return client, answer["Location"], answer.json()


def save(client: Any, where: str, page: str, answers: Any, version: int) -> Any:
    return client.put(f"{where}pages/{page}/", {"answers": answers}, HTTP_IF_MATCH=f'"{version}"')


def filled(world: Any) -> tuple[Any, str, Any]:
    """A draft with everything that is needed to send it."""
    client, where, body = begun(world)
    consent = {code: answer for code, answer in ADULT.items() if code.startswith("consent")}
    consent.pop("consent_version")
    told = {page: {code: ADULT[code] for code in codes} for page, codes in PAGES.items()}
    for page, answers in {**told, "consent": consent}.items():
        saved = save(client, where, page, answers, body["version"])
        assert saved.status_code == 200, saved.content
        body = saved.json()
    assert body["objections"] == []
    return client, where, body


def test_a_draft_is_written_page_by_page_and_sent_once(world: Any) -> None:
    client, where, body = filled(world)
    assert body["saved_pages"] == ["danger", "who", "consent"]
    sending = {"key": body["sending_key"]}
    assert client.post(f"{where}sending/", sending).status_code == 428
    stale = client.post(f"{where}sending/", sending, HTTP_IF_MATCH='"1"')
    assert stale.status_code == 412
    etag = {"HTTP_IF_MATCH": f'"{body["version"]}"'}
    sent = client.post(f"{where}sending/", sending, **etag)
    assert sent.status_code == 201, sent.content
    again = client.post(f"{where}sending/", sending, **etag)
    assert (again.status_code, again.json()) == (201, sent.json())
    assert client.get(where).status_code == 404
    assert client.get(sent["Location"]).json() == sent.json()
    # Somebody who is not of the team learns nothing by the key.
    stranger = api(world.other_responder)
    assert stranger.post(f"{where}sending/", sending, **etag).status_code == 404


def test_ten_sendings_at_once_make_one_referral(world: Any) -> None:
    _client, where, body = filled(world)
    clients = [api(world.responder) for _ in range(10)]

    def send(client: Any) -> Any:
        try:
            return client.post(
                f"{where}sending/",
                {"key": body["sending_key"]},
                HTTP_IF_MATCH=f'"{body["version"]}"',
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, clients))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    with acting_as(world.responder):
        assert Draft.objects.count() == 0
        assert Referral.objects.count() == 1


def test_what_is_missing_is_told_and_nothing_is_sent(world: Any) -> None:
    client, where, body = begun(world)
    refused = client.post(
        f"{where}sending/", {"key": body["sending_key"]}, HTTP_IF_MATCH=f'"{body["version"]}"'
    )
    assert refused.status_code == 422
    told = {error["field"] for error in body["objections"]}
    assert set(field_errors(refused)) == told
    wrong = save(client, where, "who", {"age_status": "ancient", "shoe_size": "9"}, 1)
    assert wrong.status_code == 422
    assert "shoe_size" in field_errors(wrong)
    assert client.get(where).json()["answers"] == {}


def test_two_editors_of_one_page_do_not_overwrite_each_other(world: Any) -> None:
    client, where, body = begun(world)
    colleague = api(world.responder2)
    assert colleague.get(where).json()["open_with"]["name"] == "Responder"
    first = save(client, where, "danger", {"danger_now": "no"}, body["version"])
    assert first.status_code == 200
    late = save(colleague, where, "danger", {"danger_now": "yes"}, body["version"])
    assert late.status_code == 412
    assert client.put(f"{where}pages/danger/", {"answers": {}}).status_code == 428
    assert client.get(where).json()["answers"]["danger_now"] == "no"


def test_episodes_are_added_once_a_key_changed_and_taken_out(world: Any) -> None:
    client, where, body = begun(world)
    saved = save(client, where, "who", {"age_status": "adult"}, body["version"])
    assert saved.status_code == 200
    items = f"{where}pages/episodes/items/"
    types = {"answers": {"types": ["forced_work"]}}
    first, again = (client.post(items, types, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2))
    assert first.status_code == 201, first.content
    assert len(again.json()["answers"]["episodes"]) == 1
    one = first["Location"]
    changed = client.put(one, {"answers": {"types": ["household"]}}, HTTP_IF_MATCH=again["ETag"])
    assert changed.json()["answers"]["episodes"][0]["types"] == ["household"]
    absent = one.replace("/items/", "/items/0")
    assert client.put(absent, types, HTTP_IF_MATCH="*").status_code == 404
    assert client.delete(one).status_code == 428
    assert client.delete(one, HTTP_IF_MATCH=changed["ETag"]).status_code == 204
    assert client.get(where).json()["answers"]["episodes"] == []


def test_a_draft_is_handed_over_listed_without_its_words_and_discarded(world: Any) -> None:
    client, where, body = begun(world, HTTP_IDEMPOTENCY_KEY="mine")
    assert begun(world, HTTP_IDEMPOTENCY_KEY="mine")[2]["id"] == body["id"]
    saved = save(client, where, "danger", {"danger_now": "no"}, body["version"])
    colleagues = client.get(f"{where}hand-over/").json()["colleagues"]
    assert {one["name"] for one in colleagues} == {"Responder2", "Lead"}
    to = next(one for one in colleagues if one["name"] == "Lead")
    given = client.post(f"{where}hand-over/", {"to": to["id"]})
    assert given.json()["open_with"] == to
    stranger = {"to": str(world.other_responder.pk)}
    assert set(field_errors(client.post(f"{where}hand-over/", stranger))) == {"to"}
    (row,) = api(world.lead).get(DRAFTS).json()["results"]
    assert row["id"] == body["id"]
    assert "answers" not in row
    assert client.delete(where, HTTP_IF_MATCH=saved["ETag"]).status_code == 412
    assert client.delete(where, HTTP_IF_MATCH=given["ETag"]).status_code == 204
    assert client.get(DRAFTS).json()["results"] == []


def test_a_token_that_only_follows_reads_no_draft(world: Any) -> None:
    _client, where, _body = begun(world)
    follower = api(world.responder, Scope.REFERRALS_READ)
    assert len(follower.get(DRAFTS).json()["results"]) == 1
    refused = follower.get(where)
    assert refused.status_code == 403
    assert "referrals:write" in field_errors(refused)["Authorization"]


def test_the_prompt_sheet_is_data_in_the_language_of_the_request(world: Any) -> None:
    client = api(world.responder)
    sheet = client.get("/api/v1/prompt-sheet/").json()
    assert sheet["emergency"][0]["number"]
    assert sheet["explanation"]
    assert any(section["urgent"] for section in sheet["sections"])
    french = client.get("/api/v1/prompt-sheet/", HTTP_ACCEPT_LANGUAGE="fr").json()
    assert french != sheet
