"""After the whole journey, no name, contact or number of any invented person stands anywhere but
under its key: not in a log, a dump, a message, a mail, an address, a title or the browser.

The long run, with 200 victims in six scripts and a build that leaks each into one place, is
`python -m tests.leaks` (`make canaries`)."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import call_command

from nrm.accounts.models import Organisation, User
from nrm.demonstration.stories import secrets
from tests.leaks import sinks
from tests.leaks import stack as places
from tests.leaks.canaries import SCRIPTS, victims
from tests.leaks.drive import Drive
from tests.leaks.stack import Stack, overheard, ring_the_worker
from tests.leaks.variants import Search, variants

PASSWORD = "a password for the search"
TYPED = ["Quillon Vesperleigh-Østby", "+44 7700 900988", "quillon.vesperleigh@example.net"]


@pytest.fixture
def messages(db: None, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What Redis is told, from the first case of the demonstration on, which is then there."""
    monkeypatch.setenv("NRM_DEMO_PASSWORD", PASSWORD)
    heard = overheard()
    call_command("demo", verbosity=0)
    return heard


@pytest.fixture
def stack(messages: list[bytes], tmp_path: Path) -> Iterator[Stack]:
    with places.running(tmp_path, NRM_DEMO="1") as started:
        yield started


def _paths_to_visit(window) -> list[str]:
    """Every address that the links of the open page lead to, inside the system."""
    links = window.page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.pathname)")
    return sorted({link for link in links if "/static/" not in link})


def test_no_identity_leaves_by_a_side_door(stack, messages, eyes):
    seen_addresses: list[str] = []
    seen_titles: list[str] = []
    left_in_browser: list[str] = []
    for who in ("responder", "intake", "caseworker", "supervisor", "liaison", "auditor", "admin"):
        window = eyes()
        page = window.page
        window.address = stack.address
        page.on("request", lambda request: seen_addresses.append(request.url))
        window.go("/sign-in/")
        window.sign_in(f"{who}@demo.example", PASSWORD)
        page.wait_for_load_state()
        first = _paths_to_visit(window)
        second: set[str] = set()
        for path in first[:12]:
            window.go(path)
            seen_titles.append(page.title())
            second.update(_paths_to_visit(window))
        for path in sorted(second - set(first))[:15]:
            window.go(path)
            seen_titles.append(page.title())
        if who == "responder":
            _type_a_draft(window)
        if who == "caseworker":
            _show_an_identity(window)
        left_in_browser.append(
            str(
                page.evaluate(
                    "async () => JSON.stringify([{...localStorage}, {...sessionStorage},"
                    " await indexedDB.databases(), await caches.keys()])"
                )
            )
        )
    demonstration = {
        who: User.objects.get(email=f"{who}@demo.example")
        for who in ("responder", "intake", "caseworker", "auditor")
    }
    british = Organisation.objects.get(
        profile="uk", role_groups__group__memberships__user=demonstration["responder"]
    )
    drive = Drive(stack.address, demonstration, organisation=str(british.pk))
    drive.addresses += [*seen_addresses, *seen_titles]
    canaries = victims(len(SCRIPTS))
    for victim in canaries:
        drive.take(victim)
    drive.publish()
    assert drive.wrong == []
    ring_the_worker(stack)

    everyone = [*secrets(), *TYPED, *(s for victim in canaries for s in victim.secrets)]
    contents = {
        **sinks.contents(stack, drive, messages),
        "browser": "\n".join(left_in_browser).encode(),
    }
    search = Search(everyone)
    assert {name: search.hits(content) for name, content in contents.items()} == {
        name: [] for name in contents
    }
    # The search itself sees: the sinks hold what they should, and a planted name is found.
    assert b"GET /cases/" in contents["web log"]
    assert b"cases.tasks.sweep" in contents["Celery messages"]
    assert b"You have a task" in contents["mails"]
    assert b"cases_note" in contents["cases dump"]
    assert b"identities_fact" in contents["full dump without keys"]
    assert b"person_key" not in contents["full dump without keys"]
    assert b"document-1.jpg" in contents["names of files"]
    assert b"referrals_age_sex" in contents["statistics files"]
    assert len(seen_addresses) > 100
    for name, content in contents.items():
        for form in (everyone[0].encode(), everyone[0].encode().hex().encode()):
            assert search.hits(content[-1000:] + form) == [everyone[0]], name


def _type_a_draft(window) -> None:
    """A draft with a name, a telephone and an address, saved page by page and left unsent."""
    page = window.page
    draft = next(p for p in _links(window, "/referrals/") if "/drafts/" in p and p.count("/") == 4)
    for code, field_name, value in (
        ("name", "name", TYPED[0]),
        ("contact_details", "telephone", TYPED[1]),
        ("contact_details", "email", TYPED[2]),
    ):
        window.go(f"{draft}pages/{code}/")
        page.fill(f"[name={field_name}]", value)
        page.click("main form button[type=submit] >> nth=0")
        page.wait_for_load_state()
    window.go(f"{draft}check/")
    assert TYPED[0] in page.inner_text("main")


def _links(window, path: str) -> list[str]:
    window.go(path)
    return _paths_to_visit(window)


def _show_an_identity(window) -> None:
    page = window.page
    window.go("/cases/")
    page.click("main tbody a[href^='/cases/']")
    page.wait_for_load_state()
    page.click("text=Show identity")
    page.wait_for_load_state()
    page.check("input[name=purpose] >> nth=0")
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    shown = page.inner_text("main")
    assert any(secret in shown for secret in secrets())


@pytest.mark.parametrize("script", SCRIPTS)
def test_search_finds_a_name_of_any_script_in_each_of_its_forms(script):
    victim = victims(len(SCRIPTS))[SCRIPTS.index(script)]
    name, search = victim.name, Search([*victim.secrets, "somebody else"])
    for form in (
        name.encode(),
        quote(name).encode(),
        re.sub("%..", lambda found: found[0].lower(), quote(name)).encode(),
        json.dumps({"n": name}).encode(),
        name.encode().hex().encode(),
        name.encode().hex().upper().encode(),
        base64.b64encode(name.encode()),
        base64.b64encode(b"x" + name.encode() + b"y"),
        base64.b64encode(b"xy" + name.encode()),
        base64.urlsafe_b64encode(b"xy" + name.encode()),
        base64.b64encode(json.dumps([["x"], {"name": name}]).encode()),
    ):
        assert name in search.hits(b"before " + form + b" after")
    assert search.hits(b"nothing of the kind") == []
    for secret in victim.secrets:
        for form in variants(secret):
            assert search.hits(form)


def test_no_two_of_two_hundred_victims_share_a_name_or_a_number():
    people = victims(200)
    for what in ("name", "telephone", "email", "document", "address", "told"):
        assert len({getattr(victim, what) for victim in people}) == 200, what
