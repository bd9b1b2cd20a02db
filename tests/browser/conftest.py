"""What the tests in a browser share: the scene with its places, a reader of pages, and the pages
served as in production with many rows on them."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Built once a module; what is sent in its tests stays in it."""
    from tests.browser.places import build_places
    from tests.conftest import _empty_the_database
    from tests.rows import begun_with

    with django_db_blocker.unblock():
        yield begun_with("places", build_places)
        from django.db import connections

        connections["default"].close()
        _empty_the_database()


@pytest.fixture(scope="module")
def reader(scene: Any, chromium: Any, address: str) -> Iterator[Any]:
    from tests.browser.reading import Reader

    found = Reader(scene, chromium, address)
    yield found
    found.close()


@pytest.fixture(scope="module")
def busy(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """25 rows wherever a page shows rows."""
    from django.utils import timezone

    from tests.conftest import _empty_the_database
    from tests.performance.rows import Rows
    from tests.world import build_world

    with django_db_blocker.unblock():
        rows = Rows(build_world("uk"), timezone.now())
        rows.fill(25)
        yield rows
        from django.db import connections

        connections["default"].close()
        _empty_the_database()


@pytest.fixture(scope="module")
def production(busy: Any, tmp_path_factory: Any) -> Iterator[str]:
    """The address of the application with the static files of production."""
    import threading

    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command
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


@pytest.fixture
def meet(reader: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Reader.meet, for this test."""

    def met(page: Any, **how: Any) -> list[str]:
        return reader.meet(page, monkeypatch, **how)

    return met


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The tables at the end of `make check-all`: what was looked at, and what failed."""
    _tell_of_slow_lines(terminalreporter)
    looked: Counter[tuple[str, str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", ()):
                if name == "looked":
                    who, language, width, pages = value
                    looked[who, language, width] += pages
                    wrong[who, language] += outcome == "failed" and width == "1280"
    if not looked:
        return
    widths = list(dict.fromkeys(width for _who, _language, width in looked))
    line = terminalreporter.write_line
    line("")
    line(f"{'pages looked at':<24} language " + "".join(f"{w:>8}" for w in widths) + "  failed")
    for who, language in dict.fromkeys((who, language) for who, language, _width in looked):
        counts = "".join(f"{looked[who, language, width]:>8}" for width in widths)
        line(f"{who:<24} {language:<8} {counts}  {wrong[who, language] or '-':>6}")
    line(f"{sum(looked.values())} looks in all: page x role x language x width.")


def _tell_of_slow_lines(terminalreporter: Any) -> None:
    slow = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in getattr(report, "user_properties", ())
        if name == "slow"
    ]
    if slow:
        terminalreporter.write_line("")
        terminalreporter.write_line("seconds to the largest part    first   again")
    for page, cold, warm in slow:
        terminalreporter.write_line(f"{page:<28} {cold:>7.2f} {warm:>7.2f}")
