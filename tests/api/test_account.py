"""One's own account, the inbox and administration by REST."""

from typing import Any

import pytest

from cases.actions import assigning
from cases.models import InboxItem
from nrm.accounts.models import Organisation, RoleRequest, Token, User
from nrm.accounts.scopes import Scope
from nrm.context import acting_as
from tests.api.tools import api, by_session, field_errors
from tests.world import second_administrator, with_app

ACCOUNT = "/api/v1/account/"
ORGANISATIONS = "/api/v1/administration/organisations/"
REQUESTS = "/api/v1/administration/requests/"


def test_a_program_reads_who_it_is_and_what_its_token_is_for(world: Any) -> None:
    client = api(world.caseworker, Scope.ACCOUNT)
    body = client.get(ACCOUNT).json()
    assert (body["name"], body["email"]) == ("Caseworker", "caseworker@example.org")
    assert [role["role"]["code"] for role in body["roles"]] == ["caseworker"]
    assert body["token"]["scopes"] == ["account"]
    assert client.put(f"{ACCOUNT}language/", {"language": "fr"}).json() == {"language": "fr"}
    assert User.objects.get(pk=world.caseworker.pk).language == "fr"
    assert client.put(f"{ACCOUNT}language/", {"language": "tlh"}).status_code == 400
    assert client.put(f"{ACCOUNT}shortcuts/", {"on": False}).json() == {"on": False}
    assert world.client("caseworker").get(ACCOUNT).json()["token"] is None


def test_a_program_lists_and_revokes_tokens_and_makes_none(world: Any) -> None:
    client, other = api(world.caseworker), api(world.caseworker)
    hers = api(world.supervisor)
    rows = client.get(f"{ACCOUNT}tokens/?limit=1").json()
    rows = [*rows["results"], *client.get(rows["next"]).json()["results"]]
    assert len(rows) == 2
    assert not any("secret" in row or "digest" in row for row in rows)
    made = client.post(f"{ACCOUNT}tokens/", {"label": "x", "scopes": ["cases:read"], "days": 90})
    assert made.status_code == 405
    own = other.get(ACCOUNT).json()["token"]["id"]
    assert client.delete(f"{ACCOUNT}tokens/{own}/").status_code == 204
    assert other.get(ACCOUNT).status_code == 401
    foreign = hers.get(ACCOUNT).json()["token"]["id"]
    assert client.delete(f"{ACCOUNT}tokens/{foreign}/").status_code == 404
    assert Token.objects.get(pk=foreign).revoked_at is None


def test_a_program_lists_and_ends_its_users_sessions_and_no_one_elses(world: Any) -> None:
    browsers = [world.client("caseworker") for _ in range(2)]
    hers = world.client("supervisor")
    for browser in (*browsers, hers):
        assert browser.get("/account/").status_code == 200
    client = api(world.caseworker)
    rows = client.get(f"{ACCOUNT}sessions/").json()["results"]
    assert len(rows) == 2
    (foreign,) = hers.get(f"{ACCOUNT}sessions/").json()["results"]
    assert client.delete(f"{ACCOUNT}sessions/{foreign['id']}/").status_code == 404
    for row in rows:
        assert client.delete(f"{ACCOUNT}sessions/{row['id']}/").status_code == 204
    assert client.get(f"{ACCOUNT}sessions/").json()["results"] == []
    assert [browser.get("/account/").status_code for browser in browsers] == [302, 302]
    assert hers.get("/account/").status_code == 200


def test_the_inbox_is_ones_own_and_marked_as_read_by_item_or_whole(world: Any, at: Any) -> None:
    for _ in range(2):
        world.assigned_case()
    client, colleague = api(world.caseworker), api(world.caseworker2)
    rows = client.get("/api/v1/inbox/?unread=true&limit=1").json()
    assert rows["next"]
    (item,) = rows["results"]
    assert item["case"]
    assert colleague.get("/api/v1/inbox/").json()["results"] == []
    assert colleague.post("/api/v1/inbox/read/", {"items": [item["id"]]}).json() == {"unread": 0}
    with acting_as(world.caseworker):
        assert InboxItem.objects.get(pk=item["id"]).read_at is None
    assert client.post("/api/v1/inbox/read/", {"items": [item["id"]]}).json() == {"unread": 1}
    assert client.post("/api/v1/inbox/read/", {}).json() == {"unread": 0}


def test_an_administrator_adds_an_organisation_and_an_account_once_a_key(world: Any) -> None:
    client = api(world.administrator, Scope.ADMINISTRATION)
    said = {"name": "Westshire Police", "kind": "police", "profile": "uk"}
    keyed = {"HTTP_IDEMPOTENCY_KEY": "new force"}
    first, again = (client.post(ORGANISATIONS, said, **keyed) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert Organisation.objects.filter(name="Westshire Police").count() == 1
    assert set(field_errors(client.post(ORGANISATIONS, said))) == {"name"}
    where = first["Location"]
    person = {"name": "Imani Okello", "email": "imani@west.example", "role": "first_responder"}
    account = client.post(f"{where}accounts/", person, **keyed)
    assert account.status_code == 201
    assert client.post(f"{where}accounts/", person, **keyed).json()["id"] == account.json()["id"]
    assert account.json()["state"]["code"] == "waiting"
    assert "welcome" not in account.content.decode()
    assert not User.objects.filter(email="imani@west.example").exists()
    asked = account["Location"]
    assert client.get(asked).json() == account.json()
    waiting = f"{REQUESTS}?state=waiting"
    assert client.get(waiting).json()["results"] == [account.json()]
    assert client.post(f"{asked}confirmation/").status_code == 403  # no program confirms
    assert by_session(world.administrator).post(f"{asked}confirmation/").status_code == 403
    second = by_session(second_administrator())
    told = second.post(f"{asked}confirmation/").json()
    assert "/welcome/" in told["welcome_url"]
    assert told["state"]["code"] == "confirmed"
    user = User.objects.get(email="imani@west.example")
    assert told["account"] == str(user.pk)
    user.set_password("a password of her own")
    user.save()
    # A call that is repeated later is no way into her account.
    assert second.post(f"{asked}confirmation/").json()["welcome_url"] is None
    assert client.get(waiting).json()["results"] == []
    listed = client.get(f"{where}accounts/").json()["results"]
    assert [row["email"] for row in listed] == ["imani@west.example"]
    assert client.get(f"{ORGANISATIONS}?kind=police&is_open=true&limit=2").json()["next"]
    changed = client.put(where, {"name": "West Police", "is_open": False}).json()
    assert (changed["name"], changed["is_open"]) == ("West Police", False)
    assert client.get(where).json() == changed
    # What is closed is opened by two.
    opened = client.put(where, {"name": "West Police", "is_open": True})
    assert set(field_errors(opened)) == {"is_active"}
    told = client.post(f"{where}opening/", **keyed)
    assert (told.status_code, told.json()["role"], told.json()["opens_organisation"]) == (
        201,
        None,
        True,
    )
    assert client.post(f"{where}opening/", **keyed).json()["id"] == told.json()["id"]
    assert client.get(where).json()["is_open"] is False
    assert second.post(f"{told['Location']}confirmation/").json()["welcome_url"] is None
    assert client.get(where).json()["is_open"] is True


def test_a_program_says_which_authority_an_office_is_and_none_that_its_law_has_not(
    world: Any,
) -> None:
    client = api(world.administrator, Scope.ADMINISTRATION)
    office = {"name": "Immigration Office", "kind": "competent_authority", "profile": "uk"}
    for bad in (
        {**office, "authority_kind": "panel"},
        {**office, "authority_kind": "uk:ieca"},
        {**office, "kind": "police", "authority_kind": "ieca"},
    ):
        refused = client.post(ORGANISATIONS, bad)
        assert set(field_errors(refused)) == {"authority_kind"}
    assert not Organisation.objects.filter(name="Immigration Office").exists()
    made = client.post(ORGANISATIONS, {**office, "authority_kind": "ieca"})
    assert (made.status_code, made.json()["authority_kind"]) == (
        201,
        {"code": "ieca", "label": "Immigration Enforcement Competent Authority"},
    )
    where = made["Location"]
    renamed = client.put(where, {"name": "Another name", "is_open": True}).json()
    assert renamed["authority_kind"]["code"] == "ieca"  # left out, it stays
    said = {"name": "Another name", "is_open": True, "authority_kind": "child_panel"}
    assert client.put(where, said).json()["authority_kind"]["code"] == "child_panel"
    refused = client.put(where, {**said, "authority_kind": "panel"})
    assert set(field_errors(refused)) == {"authority_kind"}
    assert client.put(where, {**said, "authority_kind": ""}).json()["authority_kind"] is None
    assert client.get(where).json()["authority_kind"] is None


@pytest.mark.parametrize("role", ["intake", "caseworker", "supervisor", "administrator"])
def test_a_token_gives_nobody_a_role_that_reaches_cases(world: Any, role: str) -> None:
    client = api(world.administrator, Scope.ADMINISTRATION)
    team = world.oversight if role == "administrator" else world.authority
    where = f"/api/v1/administration/organisations/{team.pk}/accounts/"
    before = User.objects.count()
    told = {"name": "N. Body", "email": "nobody@x.example", "role": role}
    assert client.post(where, told).status_code == 403
    roles = f"/api/v1/administration/accounts/{world.auditor.pk}/roles/"
    assert client.post(roles, {"organisation": str(team.pk), "role": role}).status_code == 403
    assert User.objects.count() == before
    assert not RoleRequest.objects.exists()


def test_an_administrator_gives_and_ends_roles_and_closes_accounts(world: Any) -> None:
    client = api(world.administrator, Scope.ADMINISTRATION)
    where = f"/api/v1/administration/accounts/{world.responder.pk}/"
    told = {"organisation": str(world.other_police.pk), "role": "responder_lead"}
    keyed = {"HTTP_IDEMPOTENCY_KEY": "lead"}
    given = client.post(f"{where}roles/", told, **keyed)
    assert given.status_code == 201
    assert client.post(f"{where}roles/", told, **keyed).json() == given.json()
    assert set(field_errors(client.post(f"{where}roles/", told))) == {"role"}
    assert len(client.get(where).json()["roles"]) == 1
    second = by_session(second_administrator())
    answer = second.post(f"{given['Location']}confirmation/")
    assert (answer.status_code, answer.json()["welcome_url"]) == (200, None)
    held = client.get(where).json()["roles"]
    assert len(held) == 2
    again = client.post(f"{where}roles/", {**told, "organisation": str(world.police.pk)}).json()
    refusal = f"{REQUESTS}{again['id']}/refusal/"
    assert client.post(refusal).json()["state"]["code"] == "declined"
    wrong = client.post(f"{where}roles/", {**told, "role": "auditor"})
    assert set(field_errors(wrong)) == {"role"}
    assert client.delete(f"{where}roles/{held[1]['id']}/").status_code == 204
    assert client.delete(f"{where}roles/{held[1]['id']}/").status_code == 404
    program = api(world.responder)
    assert client.post(f"{where}closure/").json()["is_open"] is False
    assert program.get(ACCOUNT).status_code == 401
    opened = client.delete(f"{where}closure/").json()
    assert (opened["is_open"], opened["roles"]) == (True, [])
    own = f"/api/v1/administration/accounts/{world.administrator.pk}/closure/"
    assert client.post(own).status_code == 422
    for row in client.get("/api/v1/administration/rights/").json()["results"]:
        assert row["role"]["label"]


def test_nobody_but_an_administrator_administers(world: Any) -> None:
    for who in ("supervisor", "auditor", "responder"):
        client = api(world.users[who])
        assert client.get(ORGANISATIONS).status_code == 403
        assert client.post(ORGANISATIONS, {"name": "x", "kind": "police", "profile": "uk"}
                           ).status_code == 403  # fmt: skip
    assert not Organisation.objects.filter(name="x").exists()


def test_the_case_of_an_item_is_named_only_while_its_reader_may_see_it(world: Any, at: Any) -> None:
    case = world.assigned_case()
    client = api(world.caseworker)
    before = client.get("/api/v1/inbox/").json()["results"][0]
    assert before["case"] == case.reference
    assigning.assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker2)
    after = client.get("/api/v1/inbox/").json()["results"][0]
    assert (after["id"], after["case"], after["pseudonym"]) == (before["id"], "", "")


def test_a_program_lists_its_users_factors_and_sets_up_none(world: Any, at: Any) -> None:
    with_app(world.caseworker, at=at)
    with_app(world.supervisor, at=at)
    client = api(world.caseworker, Scope.ACCOUNT)
    body = client.get(f"{ACCOUNT}factors/").json()
    assert [row["kind"]["code"] for row in body["factors"]] == ["app"]
    assert body["codes_left"] == 0
    assert not any("secret" in row or "key" in row for row in body["factors"])
    assert client.post(f"{ACCOUNT}factors/", {}).status_code == 405


def test_a_lost_factor_is_reset_by_a_person_who_is_there_and_by_no_token(
    world: Any, at: Any
) -> None:
    with_app(world.caseworker, at=at)
    where = f"/api/v1/administration/accounts/{world.caseworker.pk}/factors/reset/"
    answer = api(world.administrator, Scope.ADMINISTRATION).post(where)
    assert (answer.status_code, set(field_errors(answer))) == (403, {""})
    assert world.caseworker.factors.exists()
    answer = by_session(world.administrator).post(where)
    assert answer.status_code == 200
    assert len(answer.json()["code"].replace(" ", "")) == 20
    assert not world.caseworker.factors.exists()
