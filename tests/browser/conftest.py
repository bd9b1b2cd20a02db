"""What the tests in a browser share: the scene with its places, and a reader of pages."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Built once a module; what is sent in its tests stays in it."""
    from tests.browser.places import build_places
    from tests.conftest import _empty_the_database

    with django_db_blocker.unblock():
        yield build_places()
        from django.db import connections

        connections["default"].close()
        _empty_the_database()


@pytest.fixture(scope="module")
def reader(scene: Any, chromium: Any, address: str) -> Iterator[Any]:
    from tests.browser.reading import Reader

    found = Reader(scene, chromium, address)
    yield found
    found.close()


@pytest.fixture
def meet(reader: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Reader.meet, for this test."""

    def met(page: Any, **how: Any) -> list[str]:
        return reader.meet(page, monkeypatch, **how)

    return met


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table at the end of `make check-all`: what was looked at, and what failed."""
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
