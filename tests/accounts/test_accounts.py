"""Signing in, accounts, roles and tokens, as people and programs meet them."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nrm.accounts import actions, forms, models, role_requests, throttle, tokens
from nrm.accounts.models import Membership, Organisation, RoleGroup, RoleRequest, User
from nrm.accounts.roles import Role
from nrm.accounts.scopes import ALL, Scope
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from nrm.profiles import load_profile
from tests.world import PASSWORD, confirmed, person, second_administrator, signed_in

pytestmark = pytest.mark.usefixtures("password_is_enough")


def sign_in(client: Client, email: str, password: str = PASSWORD):
    return client.post("/sign-in/", {"username": email, "password": password})


def test_person_signs_in_with_email_in_any_case_and_lands_on_their_first_page(world):
    client = Client()
    assert sign_in(client, "Administrator@Example.ORG").status_code == 302
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/administration/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("administrator@example.org", "wrong password here"),
        ("nobody@example.org", PASSWORD),
        ("inactive@example.org", PASSWORD),
        ("system@nrm.invalid", "!"),
        ("system@nrm.invalid", ""),
    ],
)
def test_wrong_password_unknown_closed_and_system_account_get_the_same_refusal(
    world, email, password
):
    client = Client()
    page = sign_in(client, email, password)
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session
    if password:
        assert b"Enter the e-mail address and password of an account that is open" in page.content


class Counting(PBKDF2PasswordHasher):
    """Counts how often a password is hashed: that is what takes the time of a sign-in."""

    iterations = 1_000
    done = 0

    def encode(self, *args: Any, **kwargs: Any) -> str:
        type(self).done += 1
        return str(super().encode(*args, **kwargs))


def test_no_account_is_told_from_another_by_statements_or_by_the_time_a_hash_takes(world, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    user, closed, empty = world.administrator, world.users["inactive"], world.auditor
    for each in (user, closed):
        each.set_password(PASSWORD)
        each.save()
    empty.set_unusable_password()
    empty.save()
    told = {}
    for email in ("nobody@example.org", user.email, closed.email, empty.email):
        client = Client()
        client.get("/sign-in/")
        Counting.done = 0
        with CaptureQueriesContext(connection) as captured:
            page = sign_in(client, email, "wrong password here")
        body = re.sub(rb'value="[^"]*"|data-nrm-left="\d+"', b"", page.content)
        told[email] = (Counting.done, len(captured), len(body), page.status_code)
    assert len(set(told.values())) == 1, told
    assert told[user.email][0] == 1


def test_session_key_changes_when_somebody_signs_in(world):
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    before = session.session_key
    client.cookies["nrm_session"] = before
    sign_in(client, "administrator@example.org")
    assert client.session.session_key != before


def test_hidden_screen_ends_the_session_and_shows_nothing(world):
    client = world.client("administrator")
    page = client.post("/hide/")
    assert page["Clear-Site-Data"] == '"cache", "storage"'
    assert b"Administrator" not in page.content
    assert client.get("/administration/").status_code == 302


def test_administrator_adds_an_organisation_and_an_account_whose_owner_signs_in(world):
    admin = world.client("administrator")
    added = admin.post(
        "/administration/organisations/new/",
        {"name": "Eastshire Police", "kind": "police", "profile": "uk"},
    )
    organisation = Organisation.objects.get(name="Eastshire Police")
    assert added["Location"] == f"/administration/organisations/{organisation.pk}/"
    page = admin.post(
        f"/administration/organisations/{organisation.pk}/accounts/new/",
        {"display_name": "New Officer", "email": "New@Example.org", "role": "first_responder"},
    )
    asked = RoleRequest.objects.get()
    assert page["Location"] == f"/administration/requests/{asked.pk}/"
    second = signed_in(second_administrator())
    link = second.post(page["Location"], {"do": "confirm"}).context["link"]
    newcomer = Client()
    landed = newcomer.get(link, follow=True)
    words = {"new_password1": "four good long words", "new_password2": "four good long words"}
    assert b"Enter the code that" in newcomer.post(landed.redirect_chain[-1][0], words).content
    words["code"] = admin.get(page["Location"]).context["code"].lower()
    newcomer.post(landed.redirect_chain[-1][0], words)
    assert sign_in(newcomer, "new@example.org", "four good long words").status_code == 302
    assert b"This link no longer works" in Client().get(link, follow=True).content
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"organisation.added", "account.asked", "account.added"} <= verbs


def test_account_form_keeps_what_was_typed_and_names_every_fault(world):
    page = world.client("administrator").post(
        f"/administration/organisations/{world.police.pk}/accounts/new/",
        {"display_name": "Kept Name", "email": "responder@example.org", "role": "first_responder"},
    )
    assert b"Kept Name" in page.content
    assert b"already here" in page.content


def test_role_that_the_organisation_cannot_have_is_refused(world, at):
    with pytest.raises(Refused) as refusal:
        role_requests.ask_for_role(
            world.responder,
            actor=world.administrator,
            at=at,
            organisation=world.police,
            role=Role.SUPERVISOR,
        )
    assert [o.code for o in refusal.value.objections] == ["role_of_kind"]
    assert not world.responder.memberships.filter(group__role_group__role="supervisor").exists()


def test_caseworker_cannot_administer_and_the_refusal_is_on_record(world):
    client = world.client("caseworker")
    assert client.get("/administration/").status_code == 403
    event = Event.objects.get(verb="access.refused")
    assert event.actor_id == world.caseworker.pk
    assert event.data["route"] == "administration"


def test_action_refuses_whoever_calls_it(world, at):
    with pytest.raises(Forbidden):
        actions.close_account(world.caseworker, actor=world.supervisor, at=at)
    assert User.objects.get(pk=world.caseworker.pk).is_active


def test_closed_account_loses_its_session_and_token_at_once(world, at):
    caseworker = world.client("caseworker")
    _row, secret = tokens.new_token(world.caseworker, label="program", scopes=ALL, at=at)
    actions.close_account(world.caseworker, actor=world.administrator, at=at)
    assert caseworker.get("/account/").status_code == 302
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/cases/").status_code == 401


def test_ended_role_gives_nothing_from_the_next_request(world, at):
    client = world.client("administrator")
    membership = Membership.objects.get(user=world.administrator)
    other = User.objects.create(email="second@example.org", display_name="Second")
    asked = role_requests.ask_for_role(
        other,
        actor=world.administrator,
        at=at,
        organisation=world.oversight,
        role=Role.ADMINISTRATOR,
    )
    confirmed(asked, at=at)
    actions.end_role(membership, actor=other, at=at)
    assert client.get("/administration/").status_code == 302  # the session has ended
    assert world.client("administrator").get("/administration/").status_code == 403


def test_last_administrator_stays(world, at):
    membership = Membership.objects.get(user=world.administrator)
    with pytest.raises(Refused):
        actions.end_role(membership, actor=world.administrator, at=at)
    with pytest.raises(Refused):
        actions.close_account(world.administrator, actor=world.administrator, at=at)


def test_closed_organisation_makes_its_roles_worth_nothing(world, at):
    actions.change_organisation(
        world.authority, actor=world.administrator, at=at, name="Central Authority", is_active=False
    )
    assert User.objects.get(pk=world.caseworker.pk).roles == frozenset()


def test_token_is_shown_once_kept_as_digest_and_ends_when_revoked(world):
    client = world.client("caseworker")
    said = {"label": "case system", "scopes": ["cases:read"], "days": "7"}
    page = client.post("/account/", said)
    secret = page.context["secret"]
    assert secret.encode() in page.content
    assert secret.encode() not in client.get("/account/").content
    row = world.caseworker.tokens.get()
    assert row.digest == tokens.digest(secret)
    assert row.scopes == ["cases:read"]
    assert row.expires_at - row.created_at == timedelta(days=7)
    assert "Read cases" in client.get("/account/").content.decode()
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/cases/").status_code == 200
    client.post(f"/account/tokens/{row.pk}/revocation/")
    assert program.get("/api/v1/cases/").status_code == 401


def test_expired_token_and_anothers_token_are_refused(world, at):
    _row, secret = tokens.new_token(
        world.caseworker, label="old", scopes=ALL, at=at - timedelta(days=91)
    )
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/cases/").status_code == 401
    row, _secret = tokens.new_token(world.supervisor, label="hers", scopes=ALL, at=timezone.now())
    stranger = world.client("caseworker")
    assert stranger.post(f"/account/tokens/{row.pk}/revocation/").status_code == 404
    row.refresh_from_db()
    assert row.revoked_at is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"label": "x", "days": "7"}, "scopes"),
        ({"label": "x", "days": "7", "scopes": ["everything"]}, "scopes"),
        ({"label": "x", "days": "3650", "scopes": ["cases:read"]}, "days"),
        ({"label": "x", "scopes": ["cases:read"]}, "days"),
    ],
)
def test_token_without_a_scope_or_of_another_length_is_not_made(world, said, field):
    page = world.client("caseworker").post("/account/", said)
    assert page.context["form"].errors[field]
    assert not page.context["secret"]
    assert not world.caseworker.tokens.exists()


def test_no_way_of_making_a_token_makes_one_for_longer_than_a_year(world, at):
    with pytest.raises(Refused):
        actions.make_token(
            world.caseworker, actor=world.caseworker, at=at, label="x", scopes=ALL, days=91
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        tokens.new_token(world.caseworker, label="x", scopes=ALL, at=at, days=367)


def test_token_does_what_its_scopes_say_and_is_told_which_one_it_lacks(world, at):
    _row, secret = tokens.new_token(
        world.caseworker, label="lists", scopes=[Scope.CASES_READ], at=timezone.now()
    )
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/cases/").status_code == 200
    path = "/api/v1/cases/7K3MQ-9TD2X-4HJ3/disclosures/"
    for where in (path, path.replace("7K3MQ", "5K3MQ")):  # said before any case is looked for
        refused = program.post(where, {}, content_type="application/json")
        assert refused.status_code == 403
        assert refused["Content-Type"] == "application/problem+json"
        (error,) = refused.json()["errors"]
        assert error["code"] == "scope"
        assert "identities:read" in error["detail"]
        assert 'scope="identities:read"' in refused["WWW-Authenticate"]
    assert world.client("caseworker").get("/api/v1/cases/").status_code == 200  # needs no scope


def test_use_of_a_token_is_noted_once_an_hour(world, at):
    row, secret = tokens.new_token(
        world.caseworker, label="lists", scopes=[Scope.CASES_READ], at=timezone.now()
    )
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    program.get("/api/v1/cases/")
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    program.get("/api/v1/cases/")
    row.refresh_from_db()
    assert row.last_used_at == first
    row.last_used_at = first - timedelta(minutes=61)
    row.save()
    program.get("/api/v1/cases/")
    row.refresh_from_db()
    assert row.last_used_at > first


def test_token_beats_the_session_it_comes_with(world, at):
    client = world.client("supervisor")
    response = client.get("/api/v1/cases/", headers={"Authorization": "Bearer nrm_wrong"})
    assert response.status_code == 401


def test_language_is_chosen_and_kept_for_the_account(world):
    client = world.client("caseworker")
    client.post("/language/", {"language": "fr", "next": "/account/"})
    assert User.objects.get(pk=world.caseworker.pk).language == "fr"
    elsewhere = Client()
    sign_in(elsewhere, "caseworker@example.org")
    assert b'lang="fr"' in elsewhere.get("/account/").content


def test_superuser_flag_gives_nothing(world):
    client = world.client("superuser")
    assert client.get("/administration/").status_code == 403
    assert not world.superuser.has_perm("cases.see_case", world.case())


def test_administrator_gives_themselves_no_role_and_holds_none_on_cases(world, at):
    def give(user, role, organisation):
        asked = role_requests.ask_for_role(
            user, actor=world.administrator, at=at, organisation=organisation, role=role
        )
        confirmed(asked, at=at)

    with pytest.raises(Refused):
        give(world.administrator, Role.SUPERVISOR, world.authority)
    second = User.objects.create(email="second@example.org", display_name="Second")
    give(second, Role.ADMINISTRATOR, world.oversight)
    with pytest.raises(Refused) as refusal:
        give(second, Role.SUPERVISOR, world.authority)
    assert [o.code for o in refusal.value.objections] == ["administrator_and_cases"]
    with pytest.raises(Refused):
        give(world.supervisor, Role.ADMINISTRATOR, world.authority)
    assert second.memberships.count() == 1


APART = [
    (Role.AUDITOR, Role.CASEWORKER),
    (Role.AUDITOR, Role.FIRST_RESPONDER),
    (Role.AUDITOR, Role.PROTECTION_PROVIDER),
    (Role.SUPERVISOR, Role.AUDITOR),
    (Role.INTAKE, Role.AUDITOR),
    (Role.PROSECUTION_LIAISON, Role.AUDITOR),
    (Role.AUDITOR, Role.ADMINISTRATOR),
    (Role.ADMINISTRATOR, Role.AUDITOR),
    (Role.ADMINISTRATOR, Role.RESPONDER_LEAD),
    (Role.CASEWORKER, Role.ADMINISTRATOR),
]


@pytest.mark.parametrize(("held", "given"), APART)
def test_roles_that_need_two_accounts_are_not_given_to_one_by_anybody(world, at, held, given):
    """To an auditor who also works on cases, the codes of the trail would be no codes."""
    houses = {
        Role.AUDITOR: world.oversight,
        Role.ADMINISTRATOR: world.oversight,
        Role.FIRST_RESPONDER: world.police,
        Role.RESPONDER_LEAD: world.police,
        Role.PROTECTION_PROVIDER: world.provider_house,
        Role.PROSECUTION_LIAISON: world.prosecution,
    }
    house = {role: houses.get(role, world.authority) for role in (held, given)}
    who = person("both@example.org", held, house[held])
    with pytest.raises(Refused) as refusal:
        role_requests.ask_for_role(
            who, actor=world.administrator, at=at, organisation=house[given], role=given
        )
    code = "auditor_apart" if Role.AUDITOR in (held, given) else "administrator_and_cases"
    assert [(o.code, o.field) for o in refusal.value.objections] == [(code, "role")]
    # And whoever writes past the rule is refused by the database, the owner included.
    group = RoleGroup.of(house[given], given)
    with pytest.raises(IntegrityError, match="two accounts"):
        Membership.objects.create(user=who, group=group)
    with pytest.raises(IntegrityError, match="two accounts"):
        Membership.objects.filter(user=who).update(
            user=world.caseworker if held in (Role.AUDITOR, Role.ADMINISTRATOR) else world.auditor
        )
    assert User.objects.get(pk=who.pk).roles == {held}


def test_a_group_with_members_does_not_become_one_of_another_kind(world):
    both = Group.objects.create(name="nothing yet")
    for who in (world.caseworker, world.auditor):
        Membership.objects.create(user=who, group=both)
    with pytest.raises(IntegrityError, match="two accounts"):
        RoleGroup.objects.create(group=both, organisation=world.police, role=Role.INTAKE)
    own = RoleGroup.objects.filter(role=Role.SUPERVISOR, organisation=world.authority)
    Membership.objects.create(user=world.caseworker, group=own.get().group)
    with pytest.raises(IntegrityError, match="two accounts"):
        own.update(role=Role.AUDITOR)


def test_a_role_that_was_taken_away_makes_room_for_one_of_another_kind(world, at):
    actions.end_role(world.supervisor.memberships.get(), actor=world.administrator, at=at)
    asked = role_requests.ask_for_role(
        world.supervisor,
        actor=world.administrator,
        at=at,
        organisation=world.oversight,
        role=Role.AUDITOR,
    )
    confirmed(asked, at=at)
    assert User.objects.get(pk=world.supervisor.pk).roles == {Role.AUDITOR}


def test_sixth_guess_is_refused_even_with_the_right_password_and_looks_the_same(world):
    client = Client()
    refused = [sign_in(client, "caseworker@example.org", f"wrong {n}") for n in range(5)]
    blocked = sign_in(client, "caseworker@example.org")
    assert blocked.status_code == 200
    assert "_auth_user_id" not in client.session
    message = b"Enter the e-mail address and password of an account that is open"
    assert message in refused[0].content
    assert message in blocked.content
    assert sign_in(Client(), "supervisor@example.org").status_code == 302
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere, "caseworker@example.org").status_code == 302


def test_one_account_tried_from_everywhere_and_one_address_trying_everybody_are_stopped(world):
    for number in range(throttle.ACCOUNT):
        throttle.note_failure("caseworker@example.org", f"198.51.100.{number}")
    assert throttle.too_many("caseworker@example.org", "203.0.113.9")
    assert not throttle.too_many("supervisor@example.org", "203.0.113.9")
    for number in range(throttle.ADDRESS):
        throttle.note_failure(f"{number}@example.org", "203.0.113.10")
    assert throttle.too_many("supervisor@example.org", "203.0.113.10")
    assert not throttle.too_many("supervisor@example.org", "203.0.113.11")


def test_signing_in_failing_and_signing_out_are_on_record_without_the_address(world):
    client = Client()
    sign_in(client, "caseworker@example.org", "wrong password here")
    sign_in(client, "caseworker@example.org")
    client.post("/sign-out/")
    events = Event.objects.filter(verb__startswith="account.").order_by("id")
    assert [(e.verb, e.actor_id) for e in events] == [
        ("account.sign_in_failed", None),
        ("account.signed_in", world.caseworker.pk),
        ("account.signed_out", world.caseworker.pk),
    ]
    assert all("caseworker" not in str(event.data) for event in events)


def test_two_administrators_are_both_told_and_neither_overwrites_the_other(world):
    world.users["second"] = person("second@example.org", Role.ADMINISTRATOR, world.oversight)
    first, second = world.client("administrator"), world.client("second")
    path = f"/administration/organisations/{world.police.pk}/"
    read = {"was_name": "Northshire Police", "was_active": "yes"}
    assert b"Northshire Police" in second.get(path).content
    saved = first.post(path, {"name": "Northshire Constabulary", "is_active": "yes", **read})
    assert saved.status_code == 302
    clash = second.post(path, {"name": "North Police", "is_active": "no", **read})
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "Administrator changed this organisation while you were writing" in page
    assert "it is now “Northshire Constabulary”, open" in page
    assert 'value="North Police"' in page
    world.police.refresh_from_db()
    assert (world.police.name, world.police.is_active) == ("Northshire Constabulary", True)
    # Once more, now knowing of it.
    knowing = {"was_name": "Northshire Constabulary", "was_active": "yes"}
    assert second.post(path, {"name": "North Police", "is_active": "no", **knowing}).status_code
    world.police.refresh_from_db()
    assert (world.police.name, world.police.is_active) == ("North Police", False)


# Which authority an office is ---------------------------------------------------------------------
NEW_OFFICE = {"name": "Immigration Office", "kind": "competent_authority", "profile": "uk"}
ADD = "/administration/organisations/new/"


def test_administrator_says_which_authority_of_its_law_a_new_office_is(world):
    admin = world.client("administrator")
    page = admin.get(ADD).content.decode()
    for law, code in (("United Kingdom", "uk:ieca"), ("Cameroon", "cameroon:panel")):
        assert f'<optgroup label="{law}">' in page
        assert f'<option value="{code}"' in page
    added = admin.post(ADD, {**NEW_OFFICE, "authority_kind": "uk:ieca"})
    assert added.status_code == 302
    office = Organisation.objects.get(name="Immigration Office")
    assert office.authority_kind == "ieca"
    event = Event.objects.get(verb="organisation.added", object_id=office.pk)
    assert event.data["authority_kind"] == "ieca"
    for path in (added["Location"], "/administration/"):
        assert b"Immigration Enforcement Competent Authority" in admin.get(path).content


@pytest.mark.parametrize("name", ["caseworker", "supervisor", "intake", "auditor", "responder"])
def test_nobody_but_an_administrator_says_which_authority_it_is(world, at, name):
    where = f"/administration/organisations/{world.authority.pk}/"
    said = {"name": "Central Authority", "is_active": "yes", "authority_kind": "ieca"}
    assert world.client(name).post(where, said).status_code == 403
    with pytest.raises(Forbidden):
        actions.change_organisation(
            world.authority,
            actor=world.users[name],
            at=at,
            name="Central Authority",
            is_active=True,
            authority_kind="ieca",
        )
    world.authority.refresh_from_db()
    assert world.authority.authority_kind == "sca"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "police", "authority_kind": "uk:sca"}, "Only a competent authority is one"),
        ({"authority_kind": "palermo:panel"}, "The law that it works under has no such authority"),
        ({"authority_kind": "uk:panel"}, "Select one of the answers shown"),
        # Of both laws there is a panel: it is one of the law that was chosen, or refused.
        (
            {"profile": "cameroon", "authority_kind": "palermo:panel"},
            "The law that it works under has no such authority",
        ),
    ],
)
def test_no_office_is_an_authority_of_another_law_nor_another_kind_of_office(
    world, change, sentence
):
    page = world.client("administrator").post(ADD, {**NEW_OFFICE, **change})
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert 'href="#id_authority_kind"' in page.content.decode()
    assert not Organisation.objects.filter(name="Immigration Office").exists()


def test_which_authority_it_is_is_changed_and_taken_back_and_both_are_on_record(world):
    admin = world.client("administrator")
    where = f"/administration/organisations/{world.authority.pk}/"
    read = {"was_name": "Central Authority", "was_active": "yes"}
    said = {"name": "Central Authority", "is_active": "yes"}
    page = admin.get(where).content.decode()
    assert re.search(r'name="authority_kind"\s+value="sca"[^>]* checked', page)
    assert 'name="was_authority" value="sca"' in page
    bad = admin.post(where, {**said, **read, "was_authority": "sca", "authority_kind": "panel"})
    assert b"Select one of the answers shown" in bad.content
    for was, now in (("sca", "child_panel"), ("child_panel", "")):
        told = {**said, **read, "was_authority": was, "authority_kind": now}
        assert admin.post(where, told).status_code == 302
        world.authority.refresh_from_db()
        assert world.authority.authority_kind == now
    events = Event.objects.filter(verb="organisation.changed").order_by("id")
    assert [event.data["authority_kind"] for event in events] == ["child_panel", ""]


def test_who_did_not_see_which_authority_it_became_is_told_and_overwrites_nothing(world):
    world.users["second"] = person("second@example.org", Role.ADMINISTRATOR, world.oversight)
    where = f"/administration/organisations/{world.authority.pk}/"
    read = {"was_name": "Central Authority", "was_active": "yes", "was_authority": "sca"}
    said = {"name": "Central Authority", "is_active": "yes", **read}
    first = world.client("administrator").post(where, {**said, "authority_kind": "ieca"})
    assert first.status_code == 302
    clash = world.client("second").post(where, {**said, "name": "Centre", "authority_kind": "sca"})
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "and as an authority: Immigration Enforcement Competent Authority" in page
    assert 'name="was_authority" value="ieca"' in page
    world.authority.refresh_from_db()
    assert (world.authority.name, world.authority.authority_kind) == ("Central Authority", "ieca")


def test_of_other_offices_and_of_a_law_without_authorities_nobody_is_asked(world, monkeypatch):
    admin = world.client("administrator")
    where = f"/administration/organisations/{world.authority.pk}/"
    asked = b'name="authority_kind"'
    other = f"/administration/organisations/{world.police.pk}/"
    assert [asked in admin.get(path).content for path in (ADD, where, other)] == [True, True, False]
    without = replace(load_profile("uk"), authorities=())
    monkeypatch.setattr(forms, "profiles", lambda: (without,))
    monkeypatch.setattr(models, "load_profile", lambda _code: without)
    assert [asked in admin.get(path).content for path in (ADD, where)] == [False, False]
    # What was recorded of it stays.
    assert admin.post(where, {"name": "Centre", "is_active": "yes"}).status_code == 302
    world.authority.refresh_from_db()
    assert (world.authority.name, world.authority.authority_kind) == ("Centre", "sca")


def test_the_database_keeps_an_office_of_another_kind_from_being_an_authority(world):
    with pytest.raises(IntegrityError, match="only_an_authority_is_one_of_its_law"):
        Organisation.objects.filter(pk=world.police.pk).update(authority_kind="sca")
