"""What a page weighs on the wire, served as in production: hashed, compressed, kept for ever."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.performance.rows import Rows
from tests.world import build_world

FIRST_BYTES, FIRST_REQUESTS, AGAIN_BYTES = 60 * 1024, 6, 12 * 1024

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


@pytest.fixture(scope="module")
def busy(django_db_setup: None, django_db_blocker: Any) -> Iterator[Rows]:
    """25 rows wherever a page shows rows."""
    from tests.conftest import _empty_the_database

    with django_db_blocker.unblock():
        rows = Rows(build_world("uk"), timezone.now())
        rows.fill(25)
        yield rows
        from django.db import connections

        connections["default"].close()
        _empty_the_database()


@pytest.fixture(scope="module")
def production(busy: Rows, tmp_path_factory: Any) -> Iterator[str]:
    """The address of the application with the static files of production."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.test import override_settings

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: Any) -> None:
            """The application's own logs are enough."""

    root: Path = tmp_path_factory.mktemp("static")
    kept = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    memory = "django.core.files.storage.InMemoryStorage"
    storages = {"default": {"BACKEND": memory}, "staticfiles": {"BACKEND": kept}}
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        call_command("collectstatic", verbosity=0, interactive=False)
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        server.daemon_threads = True
        server.set_app(WSGIHandler())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Scales:
    """A window that weighs what comes over the wire, and notes what was asked for."""

    def __init__(self, chromium: Any, address: str, client: Client | None) -> None:
        self.context = chromium.new_context(viewport={"width": 1280, "height": 900})
        self.address = address
        if client is not None:
            self.context.add_cookies(
                [{"name": m.key, "value": m.value, "url": address} for m in client.cookies.values()]
            )
        self.page = self.context.new_page()
        self.wire = self.context.new_cdp_session(self.page)
        self.wire.send("Network.enable")
        self.wire.on("Network.loadingFinished", self._came)
        self.wire.on("Network.requestWillBeSent", self._asked)
        self.wire.on("Network.requestServedFromCache", self._from_cache)
        self.bytes, self.asked = 0, {}

    def _asked(self, event: Any) -> None:
        self.asked[event["requestId"]] = event["request"]["url"]

    def _from_cache(self, event: Any) -> None:
        self.asked.pop(event["requestId"], None)

    def _came(self, event: Any) -> None:
        self.bytes += event["encodedDataLength"]
        if not event["encodedDataLength"]:
            self.asked.pop(event["requestId"], None)

    def weigh(self, path: str) -> tuple[int, list[str]]:
        self.bytes, self.asked = 0, {}
        answer = self.page.goto(self.address + path, wait_until="networkidle")
        assert answer.status == 200, path
        return self.bytes, [urlsplit(url).path for url in self.asked.values()]


def _too_heavy(
    chromium: Any, address: str, client: Client | None, path: str, which: str
) -> list[str]:
    scales = Scales(chromium, address, client)
    try:
        weight, asked = scales.weigh(path)
        found = []
        if weight > FIRST_BYTES or len(asked) > FIRST_REQUESTS:
            found.append(f"{which}, first visit: {weight} bytes in {len(asked)} requests: {asked}")
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
