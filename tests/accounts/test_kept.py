"""What somebody had typed when their session ended: kept, shown again to them alone, never done."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Note
from identities import kept
from identities.models import KeptText
from nrm.accounts import actions, writers
from nrm.accounts.models import Session
from nrm.audit.models import Event
from nrm.context import NothingIsDone, acting_as, show_again
from tests.casework.people import assigned
from tests.world import PASSWORD

pytestmark = pytest.mark.usefixtures("password_is_enough")

KEY = "6f1d3c2e-98a4-4a52-8a3c-0e0f9a0f2f10"
WORDS = "She said the grey house & the river"


def sign_in(client: Client, name: str, address: str):
    return client.post(address, {"username": f"{name}@example.org", "password": PASSWORD,
                                 "next": _next(address)})  # fmt: skip


def _next(address: str) -> str:
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(address).query)["next"][0]


def end_idle(user) -> None:
    Session.objects.filter(user=user).update(seen_at=timezone.now() - timedelta(minutes=16))


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


@pytest.fixture
def notes(case) -> str:
    return reverse("case_notes", args=[case.reference])


@pytest.fixture
def late(world, notes):
    """The caseworker's browser, whose note came after the session had ended; and what it was
    answered."""
    client = world.client("caseworker")
    end_idle(world.caseworker)
    answer = client.post(notes, {"text": WORDS, "submission_key": KEY})
    return client, answer


def test_note_that_meets_an_expired_session_is_back_after_signing_in(world, case, late):
    client, answer = late
    assert answer["Location"].startswith("/sign-in/?next=/cases/")
    assert WORDS.split("&")[0] not in answer["Location"]
    page = client.get(answer["Location"])
    assert b"What you typed is kept for 24 hours" in page.content
    signed_in = sign_in(client, "caseworker", answer["Location"])
    shown = client.get(signed_in["Location"])
    assert shown.status_code == 200
    assert b"Your text was kept" in shown.content
    assert b"She said the grey house &amp; the river</textarea>" in shown.content
    # The key of the submission is the one of the first try, so that it cannot be done twice.
    assert KEY.encode() in shown.content
    assert b"There is a problem" not in shown.content
    # Nothing was done by itself; its writer sends it, and then it is no longer kept.
    assert not Note.objects.exists()
    sent = client.post(signed_in["Location"], {"text": WORDS, "submission_key": KEY})
    assert sent.status_code == 302
    assert Note.objects.count() == 1
    with acting_as(world.caseworker):
        assert not KeptText.objects.exists()


def test_somebody_else_at_the_same_browser_gets_nothing(world, case, late):
    client, answer = late
    signed_in = sign_in(client, "supervisor", answer["Location"])
    shown = client.get(signed_in["Location"])
    assert b"grey house" not in shown.content
    assert b"Your text was kept" not in shown.content
    assert b"grey house" not in client.get("/account/kept/").content
    found = kept_ids(world.caseworker)
    assert client.post(reverse("kept_removal", args=found)).status_code == 404
    assert kept_ids(world.caseworker) == found


def kept_ids(user):
    with acting_as(user):
        return [row.pk for row in kept.kept_of(user, at=timezone.now())]


def test_database_holds_it_sealed_and_shows_it_to_nobody_else(world, late):
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE identities_kepttext NO FORCE ROW LEVEL SECURITY")
        cursor.execute("SELECT encode(content, 'escape') FROM identities_kepttext")
        (stored,) = cursor.fetchone()
        cursor.execute("ALTER TABLE identities_kepttext FORCE ROW LEVEL SECURITY")
    assert "grey" not in stored
    assert "cases" not in stored
    assert kept_ids(world.caseworker)
    with acting_as(world.supervisor):
        assert not KeptText.objects.exists()
    with acting_as(None):
        assert not KeptText.objects.exists()
    assert not Event.objects.filter(data__icontains="grey").exists()


def test_a_cookie_alone_keeps_nothing(world, notes):
    client = Client()
    client.cookies["nrm_session"] = "a" * 32
    answer = client.post(notes, {"text": WORDS})
    assert answer["Location"].startswith("/sign-in/?next=")
    assert "kept" not in answer["Location"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE identities_kepttext NO FORCE ROW LEVEL SECURITY")
        cursor.execute("SELECT count(*) FROM identities_kepttext")
        assert cursor.fetchone() == (0,)
        cursor.execute("ALTER TABLE identities_kepttext FORCE ROW LEVEL SECURITY")


@pytest.mark.parametrize("how", ["hidden", "ended elsewhere", "absolute end"])
def test_only_hiding_keeps_the_text_of_a_session_that_somebody_ended(world, notes, how):
    client = world.client("caseworker")
    if how == "hidden":
        client.post("/hide/")
    elif how == "ended elsewhere":
        world.client("caseworker").post("/account/sessions/end/")
    else:
        Session.objects.update(ends_at=timezone.now())
    answer = client.post(notes, {"text": WORDS})
    # A session that was ended by name may be a thief's: it puts nothing into the account.
    assert ("kept" in answer["Location"]) is (how == "hidden")


def test_closed_account_keeps_nothing(world, notes):
    client = world.client("caseworker")
    end_idle(world.caseworker)
    type(world.caseworker).objects.filter(pk=world.caseworker.pk).update(is_active=False)
    assert "kept" not in client.post(notes, {"text": WORDS})["Location"]


def test_what_needs_no_form_is_not_done_and_its_page_is_named(world, case):
    client = world.client("supervisor")
    end_idle(world.supervisor)
    overview = reverse("case", args=[case.reference])
    answer = client.post(
        reverse("case_tasks", args=[case.reference]),
        {"done": "no_such_task"},
        headers={"Referer": f"http://testserver{overview}"},
    )
    signed_in = sign_in(client, "supervisor", answer["Location"])
    before = Event.objects.filter(verb__startswith="task").count()
    shown = client.get(signed_in["Location"])
    assert shown.status_code == 200
    assert overview.encode() in shown.content
    assert Event.objects.filter(verb__startswith="task").count() == before


def test_administration_by_one_button_is_never_done_by_signing_in_again(world):
    client = world.client("administrator")
    end_idle(world.administrator)
    path = reverse("administered_account", args=[world.responder.pk])
    answer = client.post(path, {"do": "close"})
    signed_in = sign_in(client, "administrator", answer["Location"])
    assert client.get(signed_in["Location"]).status_code == 200
    world.responder.refresh_from_db()
    assert world.responder.is_active


def test_too_much_and_passwords_and_files_are_not_kept(world, at):
    with acting_as(world.caseworker):
        too_long = [("text", ["x" * (kept.MOST_CHARACTERS + 1)])]
        more = {"path": "/", "page": "", "at": at}
        assert kept.keep(world.caseworker, fields=too_long, **more) is None
        assert kept.keep(world.caseworker, fields=[("text", ["  "])], **more) is None
        for number in range(kept.MOST_TEXTS + 3):
            kept.keep(world.caseworker, fields=[("text", [f"text {number}"])], **more)
    rows = kept_ids(world.caseworker)
    assert len(rows) == kept.MOST_TEXTS
    from django.http import QueryDict

    sent = QueryDict("text=a&new_password1=secret&csrfmiddlewaretoken=t")
    assert kept.typed(sent) == [("text", ["a"])]


def test_after_a_day_it_is_gone_and_the_worker_forgets_it_unread(world, at, as_worker):
    with acting_as(world.caseworker):
        old = at - kept.KEPT_FOR
        fields = [("text", ["an old text"])]
        kept.keep(world.caseworker, fields=fields, path="/", page="", at=old)
        young = kept.keep(world.caseworker, fields=fields, path="/", page="", at=at)
    assert kept_ids(world.caseworker) == [young]
    from identities.tasks import forget_kept_texts

    with as_worker():
        forget_kept_texts()
        with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM identities_kepttext")
    with acting_as(world.caseworker):
        assert [row.pk for row in KeptText.objects.all()] == [young]


def token_of(client: Client, path: str) -> str:
    """The token that stands in the forms of a page."""
    page = client.get(path).content.decode()
    return re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)[1]


def again(client: Client, name: str) -> None:
    """Another session of somebody at this browser, begun on the page."""
    told = {"username": f"{name}@example.org", "password": PASSWORD}
    told["csrfmiddlewaretoken"] = token_of(client, "/sign-in/")
    assert client.post("/sign-in/", told).status_code == 302


def test_form_from_before_signing_in_anew_is_shown_again_instead_of_refused(world, notes):
    client = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    again(client, "caseworker")
    old = {"text": WORDS, "csrfmiddlewaretoken": token_of(client, notes)}
    end_idle(world.caseworker)
    again(client, "caseworker")
    token_of(client, notes)
    answer = client.post(notes, old)
    assert answer.status_code == 302
    assert b"grey house" in client.get(answer["Location"]).content
    elsewhere = client.post(notes, old, headers={"Origin": "https://elsewhere.example"})
    assert elsewhere.status_code == 403
    assert not Note.objects.exists()


@pytest.mark.parametrize("left", ["signed out", "away"])
@pytest.mark.parametrize("way", ["sent", "hidden"])
def test_form_of_somebody_else_at_the_same_browser_is_kept_for_nobody(world, notes, left, way):
    client = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    again(client, "caseworker")
    token = token_of(client, notes)
    old = {"text": WORDS, "csrfmiddlewaretoken": token}
    if left == "away":
        end_idle(world.caseworker)
    else:
        client.post("/sign-out/", {"csrfmiddlewaretoken": token})
    again(client, "supervisor")
    if way == "sent":
        answer = client.post(notes, old)
        assert answer.status_code == 403
        assert b"grey house" not in answer.content
        assert b"grey house" not in client.get("/account/kept/").content
    else:
        client.post("/hide/", {"typed_to": notes, "typed": urlencode(old)})
    for name in ("supervisor", "caseworker"):
        assert kept_ids(world.users[name]) == []
    assert not Note.objects.exists()


@pytest.mark.parametrize("token", ["", "a" * 64, "é" * 64, "a" * 63])
def test_token_that_was_made_up_is_nobodys(world, token):
    assert not writers.wrote(world.caseworker, token)


def test_hiding_keeps_what_was_typed_on_the_page(world, case, notes):
    client = world.client("caseworker")
    typed = urlencode({"text": "half a note", "csrfmiddlewaretoken": token_of(client, notes)})
    answer = client.post("/hide/", {"typed_to": notes, "typed": typed})
    assert answer["Location"] == "/empty/"
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    (row,) = kept_ids(world.caseworker)
    client.post("/sign-in/", {"username": "caseworker@example.org", "password": PASSWORD})
    assert b"half a note" in client.get(f"{notes}?kept={row}").content
    assert f"kept={row}".encode() in client.get("/account/kept/").content


@pytest.mark.parametrize(
    "path",
    [
        "/no/such/",
        "https://elsewhere.example/cases/",
        "//elsewhere.example/cases/",
        "/sign-out/",
        "",
    ],
)
def test_hiding_keeps_nothing_for_an_address_that_is_not_a_page_of_ours(world, path):
    client = world.client("caseworker")
    token = token_of(client, "/account/")
    typed = urlencode({"text": "half a note", "csrfmiddlewaretoken": token})
    client.post("/hide/", {"typed_to": path, "typed": typed})
    assert kept_ids(world.caseworker) == []


def test_hiding_asked_by_another_site_locks_and_keeps_nothing(world, notes):
    client = world.client("caseworker")
    typed = urlencode({"text": "no one's", "csrfmiddlewaretoken": token_of(client, notes)})
    told = {"typed_to": notes, "typed": typed}
    client.post("/hide/", told, headers={"Origin": "https://other.example"})
    assert client.get(notes).status_code == 302
    assert kept_ids(world.caseworker) == []


def test_hiding_locks_though_what_was_typed_cannot_be_kept(world, notes):
    client = world.client("caseworker")
    told = {"typed_to": notes, "typed": "&".join(f"a{n}=1" for n in range(1200))}
    assert client.post("/hide/", told).status_code == 302
    assert client.get(notes).status_code == 302
    assert kept_ids(world.caseworker) == []


def test_no_action_runs_while_a_form_is_only_shown_again(world, at):
    with show_again(), pytest.raises(NothingIsDone):
        actions.choose_language(world.caseworker, actor=world.caseworker, at=at, language="fr")
    world.caseworker.refresh_from_db()
    assert world.caseworker.language == "en"
