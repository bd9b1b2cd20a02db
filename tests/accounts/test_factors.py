"""The second factor: set up before anything is reached, asked at each sign-in, and asked again
before what reveals or changes who may see. But for the last ones, nothing here is a
demonstration."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import InboxItem
from nrm.accounts import factor_actions as actions
from nrm.accounts import factors, presence, role_requests
from nrm.accounts.models import SYSTEM_ID, Factor, Membership, RecoveryCode, Session, Token
from nrm.accounts.roles import Role
from nrm.actions import Forbidden
from nrm.audit.models import Event
from tests.casework.people import assigned
from tests.world import PASSWORD, confirmed, prove, signed_in

STEP = timedelta(seconds=30)


def half(user) -> Client:
    """A browser in which this user's password was right, and nothing else was given yet."""
    client = Client()
    client.force_login(user, backend="nrm.accounts.backends.SignIn")
    return client


def by_password(user, **more) -> Client:
    """The same by the page."""
    client = Client()
    answer = client.post("/sign-in/", {"username": user.email, "password": PASSWORD, **more})
    assert answer.status_code == 302
    return client


def secret_on(page) -> bytes:
    """The secret as the page shows it to be typed."""
    from base64 import b32decode

    found = re.search(
        r'<code class="nrm-code" dir="ltr">([A-Z2-7 ]+)</code>', page.content.decode()
    )
    return b32decode(found[1].replace(" ", ""))


def code(secret: bytes, *, later: timedelta = timedelta()) -> str:
    return factors.code_at(secret, timezone.now() + later)


def enrol(client: Client) -> tuple[bytes, list[str]]:
    """Sets up an app in this browser; returns its secret and the recovery codes that were shown."""
    secret = secret_on(client.get(reverse("factor_app")))
    page = client.post(reverse("factor_app"), {"code": code(secret)})
    assert page.status_code == 200, page.content
    codes = re.findall(r"<li><code[^>]*>([\d ]+)</code>", page.content.decode())
    return secret, codes


def reaches(client: Client) -> bool:
    return client.get("/account/").status_code == 200


# Before it is set up -----------------------------------------------------------------------------
ROLES = (
    "responder",
    "lead",
    "intake",
    "caseworker",
    "supervisor",
    "provider",
    "liaison",
    "auditor",
    "administrator",
)


@pytest.mark.parametrize("name", ROLES)
def test_person_of_any_role_without_a_factor_is_led_to_set_one_up_and_reaches_nothing(world, name):
    client = half(world.users[name])
    answer = client.get("/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/factors/?next=/account/")
    page = client.get(answer["Location"])
    assert b"Set up a second factor" in page.content
    assert b'id="navigation"' not in page.content
    problem = client.get("/api/v1/account/")
    assert problem.status_code == 403
    assert problem["Content-Type"] == "application/problem+json"
    assert [error["code"] for error in problem.json()["errors"]] == ["enrolment"]


def test_after_setting_up_an_app_the_person_goes_where_they_wanted_and_has_ten_codes(world):
    client = by_password(world.caseworker, next="/inbox/")
    client.get("/inbox/", follow=True)
    page = client.get(reverse("factor_app"))
    assert b"<svg" in page.content
    secret = secret_on(page)
    page = client.post(reverse("factor_app"), {"code": code(secret)})
    codes = re.findall(r"<li><code[^>]*>([\d ]+)</code>", page.content.decode())
    assert len(set(codes)) == 10
    assert b'href="/inbox/"' in page.content
    assert reaches(client)
    assert client.get("/api/v1/account/").status_code == 200
    assert not any(code.encode() in client.get("/account/factors/").content for code in codes)


def test_wrong_code_sets_up_nothing_and_the_same_square_stays(world):
    client = half(world.caseworker)
    secret = secret_on(client.get(reverse("factor_app")))
    page = client.post(reverse("factor_app"), {"code": "000000"})
    assert b"This is not right" in page.content
    assert secret_on(page) == secret
    assert not reaches(client)


def test_secret_is_sealed_and_recovery_codes_are_kept_as_digests(world):
    client = half(world.caseworker)
    secret, codes = enrol(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM accounts_factor f")
        (row,) = cursor.fetchone()
        assert secret.hex() not in row
        cursor.execute("SELECT string_agg(c::text, '|') FROM accounts_recoverycode c")
        (rows,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(data::text, '|') FROM accounts_session")
        (sessions,) = cursor.fetchone()
    assert not any(factors.digits_of(shown) in rows for shown in codes)
    assert secret.hex() not in sessions


def test_secret_that_is_moved_to_another_user_opens_nothing(world):
    client = half(world.caseworker)
    enrol(client)
    enrol(half(world.supervisor))
    mine, theirs = (
        Factor.objects.get(user=world.caseworker),
        Factor.objects.get(user=world.supervisor),
    )
    theirs.secret = mine.secret
    assert actions.secret_of(theirs) is None


# Setting up for somebody else --------------------------------------------------------------------
def test_password_alone_adds_no_factor_where_there_is_one(world):
    enrol(half(world.caseworker))
    thief = half(world.caseworker)
    for name in ("factors", "factor_app", "factor_passkey", "password"):
        for answer in (thief.get(reverse(name)), thief.post(reverse(name), {"code": "000000"})):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/confirmation/?next=")
    assert Factor.objects.filter(user=world.caseworker).count() == 1


# Signing in --------------------------------------------------------------------------------------
def test_signing_in_asks_for_the_code_and_then_goes_where_the_person_wanted(world):
    secret, _codes = enrol(half(world.caseworker))
    client = by_password(world.caseworker, next="/inbox/")
    assert not reaches(client)
    answer = client.get("/inbox/")
    assert answer["Location"] == "/confirmation/?next=/inbox/"
    page = client.get(answer["Location"])
    assert b'autocomplete="one-time-code"' in page.content
    answer = client.post(answer["Location"], {"code": code(secret, later=STEP)})
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert reaches(client)


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_second_step_leads_to_no_other_site(world, address):
    secret, _codes = enrol(half(world.caseworker))
    client = half(world.caseworker)
    answer = client.post("/confirmation/", {"code": code(secret, later=STEP), "next": address})
    assert answer["Location"] == "/cases/"


def test_code_works_once_and_none_from_before_it_either(world):
    secret, _codes = enrol(half(world.caseworker))
    used = code(secret)
    for again in (used, code(secret, later=-STEP)):
        client = half(world.caseworker)
        assert client.post("/confirmation/", {"code": again}).status_code == 200
        assert not reaches(client)
    assert client.post("/confirmation/", {"code": code(secret, later=STEP)}).status_code == 302


def test_code_typed_with_spaces_or_arabic_digits_is_the_same_code(world):
    secret, _codes = enrol(half(world.caseworker))
    digits = code(secret, later=STEP)
    arabic = digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    client = half(world.caseworker)
    client.post("/confirmation/", {"code": f"{arabic[:3]} {arabic[3:]}"})
    assert reaches(client)


def test_recovery_code_works_once(world):
    _secret, codes = enrol(half(world.caseworker))
    client = half(world.caseworker)
    assert client.post("/confirmation/", {"code": codes[3]}).status_code == 302
    assert reaches(client)
    client = half(world.caseworker)
    assert client.post("/confirmation/", {"code": codes[3]}).status_code == 200
    assert not reaches(client)
    assert actions.codes_left(world.caseworker) == 9


def test_recovery_code_of_another_user_is_none(world):
    _secret, codes = enrol(half(world.caseworker))
    enrol(half(world.supervisor))
    client = half(world.supervisor)
    client.post("/confirmation/", {"code": codes[0]})
    assert not reaches(client)


def test_new_recovery_codes_take_the_place_of_the_old_ones(world):
    client = half(world.caseworker)
    _secret, old = enrol(client)
    page = client.post(reverse("recovery_codes"))
    new = re.findall(r"<li><code[^>]*>([\d ]+)</code>", page.content.decode())
    assert len(new) == 10
    assert not set(new) & set(old)
    client = half(world.caseworker)
    client.post("/confirmation/", {"code": old[0]})
    assert not reaches(client)
    client.post("/confirmation/", {"code": new[0]})
    assert reaches(client)


def test_guessing_stops_after_five_and_a_right_code_does_not_help_until_then(world):
    secret, codes = enrol(half(world.caseworker))
    client = half(world.caseworker)
    for _time in range(5):
        assert client.post("/confirmation/", {"code": "000001"}).status_code == 200
    for right in (code(secret, later=STEP), codes[0]):
        page = client.post("/confirmation/", {"code": right})
        assert b"Too many were wrong" in page.content
        assert not reaches(client)
    # The owner is told, in their inbox.
    assert InboxItem.objects.filter(user=world.caseworker, kind="codes_guessed").count() == 1
    world.caseworker.refresh_from_db()
    wait = world.caseworker.codes_wait_until - timezone.now()
    assert timedelta(minutes=14) < wait <= timedelta(minutes=15)
    # Nor does another browser, or a new sign-in.
    other = half(world.caseworker)
    assert b"Too many were wrong" in other.post("/confirmation/", {"code": codes[0]}).content
    world.caseworker.codes_wait_until = timezone.now()
    world.caseworker.save()
    assert client.post("/confirmation/", {"code": codes[0]}).status_code == 302


def test_each_further_five_wrong_codes_wait_twice_as_long_up_to_a_day(world, at):
    waits = []
    for number in range(60):
        world.caseworker.codes_wait_until = None
        world.caseworker.save()
        tried = actions.try_code(world.caseworker, actor=world.caseworker, at=at, code="1234567")
        if (number + 1) % 5 == 0:
            waits.append(tried.until - at)
    assert waits[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert waits[-1] == timedelta(hours=24)


# Sessions ----------------------------------------------------------------------------------------
def test_new_key_does_not_move_the_last_moment_of_the_session(world):
    secret, _codes = enrol(half(world.caseworker))
    client = half(world.caseworker)
    row = Session.objects.filter(user=world.caseworker).latest("started_at")
    client.post("/confirmation/", {"code": code(secret, later=STEP)})
    again = Session.objects.get(pk=row.pk)
    assert again.digest != row.digest
    assert again.ends_at == row.ends_at


def test_setting_up_a_factor_ends_the_other_sessions_and_tells_the_person(world):
    desk = world.client("caseworker")
    phone = world.client("caseworker")
    enrol(phone)
    assert (reaches(desk), reaches(phone)) == (False, True)
    assert InboxItem.objects.filter(user=world.caseworker, kind="factor_added").exists()
    assert Event.objects.filter(verb="factor.app_tried", data__outcome="right").exists()


def test_changing_the_password_ends_the_other_sessions_and_not_this_one(world):
    desk, phone = world.client("caseworker"), world.client("caseworker")
    page = phone.post(
        reverse("password"), {"new_password1": "four words to keep", "new_password2": "other"}
    )
    assert page.status_code == 200
    assert reaches(desk)
    new = "four words to keep safe"
    phone.post(reverse("password"), {"new_password1": new, "new_password2": new})
    assert (reaches(desk), reaches(phone)) == (False, True)
    world.caseworker.refresh_from_db()
    assert world.caseworker.check_password(new)


@pytest.mark.parametrize("change", ["given", "ended", "organisation closed"])
def test_change_of_role_ends_the_sessions_of_its_holder(world, at, change):
    from nrm.accounts import actions as accounts

    client, others = world.client("caseworker"), world.client("provider")
    admin = world.administrator
    if change == "given":
        asked = role_requests.ask_for_role(
            world.caseworker, actor=admin, at=at, organisation=world.authority, role=Role.INTAKE
        )
        assert reaches(client)
        confirmed(asked, at=at)
    elif change == "ended":
        accounts.end_role(Membership.objects.get(user=world.caseworker), actor=admin, at=at)
    else:
        accounts.change_organisation(
            world.authority, actor=admin, at=at, name=world.authority.name, is_active=False
        )
    assert (reaches(client), reaches(others)) == (False, True)


def test_text_on_its_way_when_a_role_changes_is_kept(world, at):
    case = assigned(world, at=at)
    client = world.client("caseworker")
    asked = role_requests.ask_for_role(
        world.caseworker,
        actor=world.administrator,
        at=at,
        organisation=world.authority,
        role=Role.INTAKE,
    )
    confirmed(asked, at=at)
    answer = client.post(
        reverse("case_notes", args=[case.reference]), {"text": "The grey house by the river"}
    )
    assert "kept=" in parse_qs(urlsplit(answer["Location"]).query)["next"][0]


# A fresh proof -----------------------------------------------------------------------------------
@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def identity(case) -> str:
    return reverse("show_identity", args=[case.reference])


def test_stale_factor_shows_no_identity_and_what_was_typed_comes_back(world, case):
    client = half(world.caseworker)
    secret, _codes = enrol(client)
    asked = client.get(identity(case))
    key = re.search(r'name="key" value="([^"]+)"', asked.content.decode())[1]
    prove(client, ago=timedelta(minutes=11))
    said = {"purpose": "court", "reason": "Hearing on the grey house", "key": key}
    answer = client.post(identity(case), said)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/confirmation/?next=")
    assert not Event.objects.filter(verb="identity.shown").exists()
    page = client.get(answer["Location"])
    assert b"Show that it is you" in page.content
    answer = client.post(answer["Location"], {"code": code(secret, later=STEP)})
    page = client.get(answer["Location"])
    assert b"Hearing on the grey house" in page.content
    assert b"You have proved that it is you. Nothing has been done yet." in page.content
    assert not Event.objects.filter(verb="identity.shown").exists()
    assert client.post(identity(case), said).status_code in (200, 422)


@pytest.mark.parametrize(("minutes", "fresh"), [(9, True), (10, False), (-5, False)])
def test_proof_is_fresh_for_ten_minutes_and_never_of_the_future(world, minutes, fresh):
    client = world.client("caseworker")
    prove(client, ago=timedelta(minutes=minutes))
    answer = client.post("/account/", {})
    assert (answer.status_code == 200) is fresh


def _needing(world, case) -> dict[str, tuple[str, str]]:
    """What needs a fresh proof, by the one who may do it otherwise."""
    account = reverse("administered_account", args=[world.caseworker.pk])
    organisation = reverse("organisation", args=[world.authority.pk])
    return {
        "show identity": ("caseworker", identity(case)),
        "say who may see": (
            "supervisor",
            reverse("case_confidentiality", args=[case.reference]),
        ),
        "take a table away": ("auditor", reverse("statistics_file", args=["2025-Q1", "csv"])),
        "ask for a release": ("auditor", reverse("statistics_release", args=["2026-Q1"])),
        "make a token": ("caseworker", "/account/"),
        "remove a factor": ("caseworker", reverse("factor_removal", args=[case.pk])),
        "make codes": ("caseworker", reverse("recovery_codes")),
        "set up an app": ("caseworker", reverse("factor_app")),
        "add a passkey": ("caseworker", reverse("factor_passkey")),
        "change password": ("caseworker", reverse("password")),
        "change a role": ("administrator", account),
        "change an organisation": ("administrator", organisation),
        "add an account": ("administrator", reverse("account_add", args=[world.authority.pk])),
        "add an organisation": ("administrator", reverse("organisation_add")),
    }


def test_everything_that_needs_a_fresh_proof_asks_for_it(world, case):
    for what, (name, address) in _needing(world, case).items():
        client = world.client(name)
        prove(client, ago=timedelta(minutes=30))
        if what == "take a table away":
            answer = client.get(address)
        else:
            answer = client.post(address, {"do": "close", "label": "My desk"})
        assert answer.status_code == 302, what
        assert answer["Location"].startswith("/confirmation/?next="), what
    assert world.caseworker.__class__.objects.get(pk=world.caseworker.pk).is_active
    assert not Token.objects.exists()


def test_pressing_a_button_again_after_the_proof_is_on_the_page_it_stands_on(world):
    client = half(world.administrator)
    secret, _codes = enrol(client)
    prove(client, ago=timedelta(minutes=30))
    page = reverse("administered_account", args=[world.caseworker.pk])
    answer = client.post(page, {"do": "close"}, headers={"Referer": f"http://testserver{page}"})
    answer = client.post(answer["Location"], {"code": code(secret, later=STEP)}, follow=True)
    assert answer.redirect_chain[-1][0] == page
    assert b"Nothing has been done yet" in answer.content
    world.caseworker.refresh_from_db()
    assert world.caseworker.is_active


def test_rest_by_session_asks_for_a_fresh_proof_where_pages_do(world, case):
    client = world.client("caseworker")
    prove(client, ago=timedelta(minutes=30))
    address = reverse("api_case_disclosures", args=[case.reference])
    answer = client.post(address, {"purpose": "contact"}, content_type="application/json")
    assert answer.status_code == 403
    assert [error["code"] for error in answer.json()["errors"]] == ["fresh_factor"]
    assert client.get(reverse("api_case", args=[case.reference])).status_code == 200
    admin = world.client("administrator")
    prove(admin, ago=timedelta(minutes=30))
    answer = admin.post(reverse("api_account_closure", args=[world.caseworker.pk]))
    assert [error["code"] for error in answer.json()["errors"]] == ["fresh_factor"]


# Somebody who has lost theirs --------------------------------------------------------------------
def reset(world) -> str:
    page = world.client("administrator").post(
        reverse("administered_account", args=[world.caseworker.pk]), {"do": "reset_factor"}
    )
    return re.search(r"<code[^>]*>([\d ]+)</code>", page.content.decode())[1]


def test_administrator_resets_a_lost_factor_and_hands_over_a_code_that_sets_up_another(world):
    lost = half(world.caseworker)
    secret, codes = enrol(lost)
    handed = reset(world)
    assert not reaches(lost)
    client = half(world.caseworker)
    # Neither the password, nor what was there before, opens anything.
    assert client.get("/account/")["Location"].startswith("/confirmation/")
    for old in (code(secret, later=STEP), codes[0]):
        client.post("/confirmation/", {"code": old})
        assert not reaches(client)
    answer = client.post("/confirmation/", {"code": handed})
    assert answer["Location"] == "/account/factors/"
    assert not reaches(client)
    enrol(client)
    assert reaches(client)
    assert not RecoveryCode.objects.filter(user=world.caseworker, used_at__isnull=False).exists()
    assert InboxItem.objects.filter(user=world.caseworker, kind="factor_reset").exists()
    event = Event.objects.get(verb="factor.reset")
    assert (event.actor_id, event.object_id) == (world.administrator.pk, world.caseworker.pk)


@pytest.mark.parametrize("spoilt", ["used", "too old"])
def test_handed_code_that_is_spent_or_old_leaves_the_password_alone_worth_nothing(world, spoilt):
    enrol(half(world.caseworker))
    handed = reset(world)
    if spoilt == "used":
        half(world.caseworker).post("/confirmation/", {"code": handed})
    else:
        RecoveryCode.objects.update(expires_at=timezone.now())
    client = half(world.caseworker)
    client.post("/confirmation/", {"code": handed})
    assert not reaches(client)
    answer = client.get(reverse("factor_app"))
    assert answer["Location"].startswith("/confirmation/")


def test_nobody_resets_their_own_factor_and_only_administrators_that_of_others(world, at):
    for actor, subject in (
        (world.administrator, world.administrator),
        (world.supervisor, world.caseworker),
    ):
        with pytest.raises(Forbidden):
            actions.reset_factors(subject, actor=actor, at=at)


def test_other_administrators_are_told_of_a_reset(world, at):
    from tests.world import person

    second = person("second@example.org", Role.ADMINISTRATOR, world.oversight)
    actions.reset_factors(world.caseworker, actor=world.administrator, at=at)
    told = InboxItem.objects.filter(kind="somebodys_factor_reset")
    assert [item.user_id for item in told] == [second.pk]


# The demonstration -------------------------------------------------------------------------------
@pytest.mark.usefixtures("password_is_enough")
def test_in_a_demonstration_the_password_is_enough_until_a_factor_is_set_up(world):
    client = by_password(world.caseworker)
    assert reaches(client)
    prove(client, by="password", ago=timedelta(minutes=30))
    answer = client.post("/account/", {"label": "My desk"})
    page = client.get(answer["Location"])
    assert b'name="password"' in page.content
    client.post(answer["Location"], {"password": "wrong"})
    assert client.post("/account/", {}).status_code == 302
    client.post(answer["Location"], {"password": PASSWORD})
    assert client.post("/account/", {}).status_code == 200
    enrol(client)
    assert not reaches(by_password(world.caseworker))


def test_session_of_a_demonstration_is_worth_nothing_outside_of_one(world, settings):
    settings.DEMO = True
    client = by_password(world.caseworker)
    assert reaches(client)
    settings.DEMO = False
    assert not reaches(client)


def test_token_needs_no_factor_and_is_made_with_a_fresh_one_alone(world, at):
    from nrm.accounts.tokens import new_token

    _row, secret = new_token(world.caseworker, label="x", scopes=["account"], at=at)
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/account/").status_code == 200
    assert presence.fresh_for() == timedelta(minutes=10)
    assert signed_in(world.caseworker).post("/account/", {}).status_code == 200


def test_operator_resets_a_factor_when_no_administrator_can_sign_in(world):
    from io import StringIO

    from django.core.management import CommandError, call_command

    enrol(half(world.administrator))
    said = StringIO()
    call_command("reset_factor", "administrator@example.org", stdout=said)
    client = half(world.administrator)
    client.post("/confirmation/", {"code": said.getvalue().splitlines()[0]})
    enrol(client)
    assert reaches(client)
    assert Event.objects.get(verb="factor.reset").actor_id == SYSTEM_ID
    for absent in ("nobody@example.org", "system@nrm.invalid", "inactive@example.org"):
        with pytest.raises(CommandError):
            call_command("reset_factor", absent)
