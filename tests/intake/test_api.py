"""Referrals sent by a program."""

from typing import Any

from cases.models import Referral
from tests.api.tools import api, field_errors
from tests.intake.answers import ADULT, DECLINES, FULL, IDENTITY

URL = "/api/v1/referrals/"


def send(client: Any, answers: Any, key: str = "one", **more: Any) -> Any:
    return client.post(URL, {"answers": answers, **more}, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_a_program_sends_a_referral_once_a_key_and_reads_its_status(world: Any) -> None:
    client = api(world.responder)
    first = send(client, FULL)
    assert first.status_code == 201
    assert send(client, FULL).json() == first.json()
    other = send(client, ADULT)
    assert other.status_code == 422
    assert "has served for something else" in field_errors(other)["Idempotency-Key"]
    assert Referral.objects.count() == 1
    body = first.json()
    assert body["kind"]["code"] == "referral"
    assert body["next_date"]["term"]["code"] == "reasonable_grounds"
    for word in IDENTITY.values():
        assert str(word) not in first.content.decode() or word in ("safe", "unsafe", "yes")
    one = client.get(first["Location"])
    assert one.json() == body
    assert client.get(URL).json()["results"] == [body]


def test_a_key_is_required_and_everything_wrong_is_told_at_once(world: Any) -> None:
    client = api(world.responder)
    response = client.post(URL, {"answers": ADULT}, format="json")
    assert response.status_code == 400
    response = send(client, {"age_status": "young", "colour": "x", "episodes": "none"})
    assert response.status_code == 422
    assert set(field_errors(response)) == {
        "age_status",
        "colour",
        "episodes",
        "danger_now",
        "jurisdiction",
    }
    assert send(client, ["not an object"]).status_code == 400
    assert not Referral.objects.exists()


def test_another_organisation_and_another_role_see_nothing(world: Any) -> None:
    sent = send(api(world.responder), ADULT)
    other = api(world.other_responder)
    assert other.get(sent["Location"]).status_code == 404
    assert other.get(URL).json()["results"] == []
    assert api(world.caseworker).get(URL).status_code == 403
    assert send(api(world.caseworker), ADULT).status_code == 403
    # The same key of somebody else is another key.
    assert send(other, ADULT).json()["receipt"] != sent.json()["receipt"]


def test_a_later_agreement_follows_the_notification(world: Any) -> None:
    client = api(world.responder)
    notified = send(client, DECLINES).json()
    assert notified["next_date"] is None
    later = send(client, ADULT, "two", follows=notified["receipt"]).json()
    assert later["follows"] == notified["receipt"]
    assert later["pseudonym"] == notified["pseudonym"]
    refused = send(client, ADULT, "three", follows="7K3MQ-9TD2X-4HJ3")
    assert set(field_errors(refused)) == {"follows"}


def test_the_questions_are_listed_with_their_codes(world: Any) -> None:
    body = api(world.responder).get("/api/v1/referral-form/").json()
    assert body["profile"].startswith("uk/")
    questions = {q["code"]: q for page in body["pages"] for q in page["questions"]}
    assert "not_known" in questions["danger_now"]["no_answer"]
    assert "types" in questions
