"""A session: what it costs, how long it lasts, and who ends it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nrm.accounts import actions
from nrm.accounts.models import Session, Submission
from nrm.accounts.sessions import browser_of
from nrm.accounts.tasks import forget_sessions
from nrm.accounts.tokens import new_token
from tests.world import PASSWORD

pytestmark = pytest.mark.usefixtures("password_is_enough")

FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def asked(client: Client, path: str) -> list[str]:
    """What a request asks of the database, without the frame of its transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    sql = [query["sql"] for query in captured.captured_queries]
    return [text for text in sql if not text.startswith(FRAME)]


def moved(user, **back: timedelta) -> None:
    """Sets the moments of the user's sessions back."""
    for name, ago in back.items():
        Session.objects.filter(user=user).update(**{name: timezone.now() - ago})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


# What it costs -----------------------------------------------------------------------------------
def test_session_and_user_are_one_query_and_nothing_is_written(world):
    client = world.client("superuser")  # no role: no number in the menu
    asked(client, "/account/kept/")
    queries = asked(client, "/account/kept/")
    assert len(queries) <= 4  # session with user, who acts, roles, and the page's own
    about = [sql for sql in queries if "accounts_session" in sql or 'FROM "accounts_user"' in sql]
    assert len(about) == 1
    assert not [sql for sql in queries if sql.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_last_seen_is_written_once_a_minute_and_no_more(world):
    client = world.client("caseworker")
    moved(world.caseworker, seen_at=timedelta(seconds=61))
    writes = [sql for sql in asked(client, "/account/") if sql.startswith("UPDATE")]
    assert len(writes) == 1
    assert "accounts_session" in writes[0]
    assert not [sql for sql in asked(client, "/account/") if sql.startswith("UPDATE")]


def test_key_in_the_cookie_is_not_in_the_database(world):
    client = world.client("caseworker")
    key = client.cookies["nrm_session"].value
    row = Session.objects.get(user=world.caseworker)
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM accounts_session s WHERE id = %s", [row.pk])
        assert key not in cursor.fetchone()[0]
    stolen = Client()
    stolen.cookies["nrm_session"] = row.digest
    assert not is_in(stolen)


# How long it lasts -------------------------------------------------------------------------------
@pytest.mark.parametrize(("minutes", "lives"), [(14, True), (15, False)])
def test_idle_session_ends_after_fifteen_minutes(world, minutes, lives):
    client = world.client("caseworker")
    moved(world.caseworker, seen_at=timedelta(minutes=minutes))
    assert is_in(client) is lives


def test_session_ends_after_its_last_moment_however_busy(world):
    client = world.client("caseworker")
    row = Session.objects.get(user=world.caseworker)
    assert row.ends_at - row.started_at == timedelta(hours=8)
    Session.objects.filter(pk=row.pk).update(ends_at=timezone.now())
    assert not is_in(client)


def test_signing_in_begins_anew_and_keeps_a_word_about_the_browser(world):
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    client = Client(headers={"User-Agent": agent})
    client.post("/sign-in/", {"username": "caseworker@example.org", "password": PASSWORD})
    row = Session.objects.get()
    assert (row.user, row.browser) == (world.caseworker, "Firefox, Linux")
    client.post("/sign-out/")
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
         "Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_browser_is_told_in_a_word_or_two(agent, words):
    assert browser_of(agent) == words


# Who ends it -------------------------------------------------------------------------------------
def test_choosing_a_new_password_ends_every_session(world, at):
    client, other = world.client("caseworker"), world.client("intake")
    actions.end_sessions_of(world.caseworker, at=at, ended=Session.Ended.PASSWORD)
    assert (is_in(client), is_in(other)) == (False, True)


def test_password_changed_behind_the_session_ends_it(world):
    client = world.client("caseworker")
    world.caseworker.set_password("another good long one")
    world.caseworker.save()
    assert not is_in(client)


def test_one_sessions_end_leaves_the_others(world, at):
    desk, phone = world.client("caseworker"), world.client("caseworker")
    session = Session.objects.get(digest__startswith=_digest_of(phone)[:64])
    actions.end_session(world.caseworker, actor=world.caseworker, at=at, session=session)
    assert (is_in(desk), is_in(phone)) == (True, False)


def test_nobody_ends_the_session_of_another(world, at):
    desk = world.client("supervisor")
    session = Session.objects.get(user=world.supervisor)
    actions.end_session(world.caseworker, actor=world.caseworker, at=at, session=session)
    assert is_in(desk)


def _digest_of(client: Client) -> str:
    from nrm.accounts.sessions import _digest

    return _digest(client.cookies["nrm_session"].value)


# By REST -----------------------------------------------------------------------------------------
def test_program_lists_and_ends_the_sessions_of_its_user_and_of_nobody_else(world, at):
    desk, others = world.client("caseworker"), world.client("supervisor")
    _row, secret = new_token(world.caseworker, label="program", scopes=["account"], at=at)
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    (listed,) = program.get("/api/v1/account/sessions/").json()["results"]
    assert set(listed) == {"id", "browser", "started_at", "seen_at", "ends_at"}
    theirs = Session.objects.get(user=world.supervisor)
    assert program.delete(f"/api/v1/account/sessions/{theirs.pk}/").status_code == 404
    assert program.delete(f"/api/v1/account/sessions/{listed['id']}/").status_code == 204
    assert program.get("/api/v1/account/sessions/").json()["results"] == []
    assert (is_in(desk), is_in(others)) == (False, True)


def test_account_page_lists_this_session_and_ends_the_others(world):
    desk, phone = world.client("caseworker"), world.client("caseworker")
    page = desk.get("/account/").content.decode()
    assert page.count("This one") == 1
    other = Session.objects.get(digest=_digest_of(phone))
    assert f"/account/sessions/{other.pk}/end/" in page
    desk.post("/account/sessions/end/")
    assert (is_in(desk), is_in(phone)) == (True, False)


def test_jobs_forget_sessions_after_their_last_moment_without_reading_them(world, as_worker):
    world.client("caseworker"), world.client("supervisor")
    Session.objects.filter(user=world.caseworker).update(ends_at=timezone.now())
    now = timezone.now()
    for days in (29, 31):
        at = now - timedelta(days=days)
        Submission.objects.create(key=uuid4(), fingerprint=b"x", at=at)
    with as_worker():
        forget_sessions()
    assert Submission.objects.get().at > now - timedelta(days=30)
    assert [row.user for row in Session.objects.all()] == [world.supervisor]
