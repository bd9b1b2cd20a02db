"""What a page weighs on the wire, served as in production: hashed, compressed, kept for ever."""

from typing import Any

from django.test import Client

from tests.browser.scales import Scales
from tests.performance.rows import Rows

FIRST_BYTES, FIRST_REQUESTS, AGAIN_BYTES = 60 * 1024, 6, 12 * 1024
# What is fetched before anything is drawn: two sheets and the script of a few lines.
FIRST_DRAWN_AFTER = 3

# The main page of each role.
MAIN = {
    "responder": "/referrals/",
    "intake": "/intake/",
    "caseworker": "/cases/",
    "supervisor": "/reviews/",
    "provider": "/near/",
    "auditor": "/statistics/",
    "administrator": "/administration/",
}


def _too_heavy(
    chromium: Any, address: str, client: Client | None, path: str, which: str
) -> list[str]:
    scales = Scales(chromium, address, client)
    try:
        weight, asked = scales.weigh(path)
        found = []
        if weight > FIRST_BYTES or len(asked) > FIRST_REQUESTS:
            found.append(f"{which}, first visit: {weight} bytes in {len(asked)} requests: {asked}")
        if len(waits := scales.waited_for()) > FIRST_DRAWN_AFTER:
            found.append(f"{which}: nothing is drawn before {waits}")
        if picture := scales.largest()["from"]:
            found.append(f"{which}: its largest part is fetched by itself: {picture}")
        again, asked = scales.weigh(path)
        if again > AGAIN_BYTES or len(asked) > 1:
            found.append(f"{which}, again: {again} bytes, {asked}")
        return found
    finally:
        scales.context.close()


def test_main_page_of_each_role_is_light_the_first_time_and_lighter_again(
    busy: Rows, chromium: Any, production: str
) -> None:
    found = _too_heavy(chromium, production, None, "/sign-in/", "anybody")
    for who, path in MAIN.items():
        found += _too_heavy(chromium, production, busy.world.client(who), path, who)
    case = busy.places["wide"]["reference"]
    for page in ("", "timeline/", "notes/"):
        client = busy.world.client("caseworker")
        found += _too_heavy(chromium, production, client, f"/cases/{case}/{page}", "case " + page)
    assert found == []


def test_static_files_are_kept_for_ever_and_come_compressed(production: str) -> None:
    from urllib.request import Request, urlopen

    from django.templatetags.static import static

    for coding in ("br", "gzip"):
        request = Request(production + static("nrm/nrm.css"), headers={"Accept-Encoding": coding})
        with urlopen(request) as answer:
            assert answer.headers["Content-Encoding"] == coding
            assert "immutable" in answer.headers["Cache-Control"]
            assert "max-age=315360000" in answer.headers["Cache-Control"]


def test_answers_that_may_hold_a_secret_are_not_compressed(busy: Rows) -> None:
    client = busy.world.client("caseworker")
    coded = {"headers": {"Accept-Encoding": "gzip"}}
    assert client.get("/account/", **coded)["Content-Encoding"] == "gzip"
    made = client.post(
        "/account/", {"label": "Desk", "scopes": ["cases:read"], "days": "30"}, **coded
    )
    assert b"This is the token" in made.content
    assert "Content-Encoding" not in made
