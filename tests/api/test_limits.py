"""Rate limits: counted for a token and its user in Redis, told in headers, let through without."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from cases.actions.sharing import record_consent
from identities.models import Disclosure
from nrm.accounts import limits
from nrm.accounts.models import RoleRequest
from tests.api.tools import api, by_session, field_errors

ME = "/api/v1/account/"


@pytest.fixture(autouse=True)
def _redis_is_asked(monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "_away_until", 0.0)


def test_a_token_is_told_what_is_left_and_waits_while_a_second_one_goes_on(
    world: Any, settings: Any
) -> None:
    settings.API_PER_MINUTE = 6  # and of one token, three
    client, second = api(world.caseworker), api(world.caseworker)
    first = client.get(ME)
    assert first["RateLimit-Policy"] == '"token";q=3;w=60, "user";q=6;w=60'
    assert first["RateLimit"].startswith('"token";r=2;t=')
    answers = [client.get(ME) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert field_errors(refused)[""].startswith("Too many calls. Wait ")
    assert refused["RateLimit"].startswith('"token";r=0;t=')
    assert second.get(ME).status_code == 200
    assert api(world.supervisor).get(ME).status_code == 200


def test_all_tokens_of_a_user_together_have_the_users_limit(world: Any, settings: Any) -> None:
    settings.API_PER_MINUTE = 2
    assert [api(world.caseworker).get(ME).status_code for _ in range(3)] == [200, 200, 429]


def test_identities_and_invitations_have_limits_of_their_own(world: Any, settings: Any) -> None:
    settings.API_IDENTITIES_PER_HOUR = settings.API_INVITATIONS_PER_HOUR = 1
    case = world.assigned_case()
    client = api(world.caseworker)
    where = f"/api/v1/cases/{case.reference}/disclosures/"
    shown = [client.post(where, {"purpose": "contact"}) for _ in range(2)]
    assert [answer.status_code for answer in shown] == [201, 429]
    assert '"identities";r=0' in shown[-1]["RateLimit"]
    assert client.get(f"/api/v1/cases/{case.reference}/").status_code == 200
    invite = f"/api/v1/administration/organisations/{world.police.pk}/accounts/"
    client = api(world.administrator)
    made = [
        client.post(invite, {"name": "A", "email": f"{n}@x.example", "role": "first_responder"})
        for n in range(2)
    ]
    assert [answer.status_code for answer in made] == [201, 429]
    assert not RoleRequest.objects.filter(email="1@x.example").exists()
    assert client.get(invite).status_code == 200


def test_without_redis_everybody_is_let_through_and_it_is_noted(
    world: Any, settings: Any, capfd: Any
) -> None:
    settings.API_PER_MINUTE = 1
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client = api(world.caseworker)
    answers = [client.get(ME) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit" in answer for answer in answers)
    told = capfd.readouterr()
    assert (told.out + told.err).count("calls.not_counted") == 1


def test_a_window_ends_and_the_next_one_begins_anew(settings: Any) -> None:
    settings.API_PER_MINUTE = 1
    who = [(limits.calls_of_a_user(), uuid4())]
    now = 1_800_000_000.0
    assert [limits.count(who, now=now)[0].exceeded for _ in range(2)] == [False, True]
    assert limits.count(who, now=now + 59)[0].seconds == 1
    assert not limits.count(who, now=now + 60)[0].exceeded


def test_pages_and_programs_show_who_somebody_is_under_one_limit(world: Any, settings: Any) -> None:
    settings.API_IDENTITIES_PER_HOUR = 1
    case = world.assigned_case()
    pages = world.client("caseworker")
    page = f"/cases/{case.reference}/identity/"
    asked = {"purpose": "contact", "key": str(uuid4())}
    assert pages.post(page, asked).status_code == 200
    again = pages.post(page, {**asked, "key": str(uuid4())})
    assert again.status_code == 422
    assert "too often in this hour" in again.content.decode()
    refused = api(world.caseworker).post(
        f"/api/v1/cases/{case.reference}/disclosures/", {"purpose": "contact"}
    )
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 3600
    # What is looked at before it is shared counts as well, and only what shows somebody.
    row = record_consent(
        case,
        actor=world.caseworker,
        at=timezone.now(),
        purpose="support",
        recipient_kind="provider",
        answer="agreed",
        given_on=timezone.localdate(),
        language="sq",
        interpreter="none",
    )
    wanted = {
        "organisation": str(world.provider_house.pk),
        "purpose": "support",
        "consent": str(row.pk),
    }
    for parts, page_status, rest_status in ((["standing"], 200, 200), (["identity"], 422, 429)):
        sent = {**wanted, "parts": parts}
        shared = pages.post(f"/cases/{case.reference}/sharing/new/", sent)
        assert shared.status_code == page_status
        by_rest = by_session(world.caseworker).post(
            f"/api/v1/cases/{case.reference}/bundles/preview/", sent
        )
        assert by_rest.status_code == rest_status
    assert Disclosure.objects.filter(case_id=case.pk, purpose="contact").count() == 1
    supervisor = api(world.supervisor)
    where = f"/api/v1/cases/{case.reference}/disclosures/"
    assert supervisor.post(where, {"purpose": "contact"}).status_code == 201
