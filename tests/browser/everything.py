"""The whole product in a browser: page × role × language × width. Not part of the suite, because it
takes long: `make check-all` runs it and ends with a table. Every page of tests/browser/pages.py is
opened by everybody who may open it, in each language, at 1280, 390 and 320 pixels and at 400 %.

At each of them axe looks with all of its tags, and the checks of the suite are made: what the
policy would block, console, title, error links, sideways scroll, paper, forced colours. In English
the page is also gone through by keyboard.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.keys import Keyboard
from tests.browser.pages import PAGES, ROLES, Page
from tests.browser.reading import DESK, NARROW, PHONE, ZOOMED, Reader

LANGUAGES = ("en", "fr", "ar")
SIZES = (DESK, PHONE, NARROW, ZOOMED)
# Who opens a case under the other profile.
OTHERS = (
    *("palermo_responder", "palermo_lead"),
    *("palermo_intake", "palermo_caseworker", "palermo_supervisor"),
)


def _each_once() -> list[Page]:
    """Each place once, whoever opens it: who else may is asked of the service."""
    found: dict[Any, Page] = {}
    for page in PAGES:
        key = (page.path or page.name, page.place, page.query, *page.arguments.items())
        if page.sent or page.fails_with or page.status != 200 or not page.who:
            key = (*key, page.who)
        found.setdefault(key, page)
    return list(found.values())


def _readers(reader: Reader, page: Page) -> list[str]:
    """Everybody to whom the service shows this page."""
    if not page.who or page.fails_with or page.status != 200:
        return [page.who]
    path = reader.path_of(page)
    found = [page.who]
    for who in (*ROLES, *OTHERS):
        if who == page.who:
            continue
        client = reader.scene.world.client(who)
        if client.get(path).status_code == 200:
            found.append(who)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", _each_once(), ids=str)
def test_page(
    reader: Reader,
    meet: Callable[..., list[str]],
    page: Page,
    language: str,
    record_property: Callable[[str, Any], None],
) -> None:
    faults = []
    for who in _readers(reader, page):
        mine = who == page.who
        sends = page.sent if mine else ()
        if language != "en":  # what is refused says so in each language; what is done, is done once
            sends = tuple(sent for sent in sends if sent.emptied or sent.status >= 400)
        found = meet(page, who=who, sizes=SIZES, language=language, sends=sends, media=True)
        if language == "en" and page.status == 200:
            found += _by_keyboard(reader, page, who)
        for size in SIZES:
            record_property("looked", (who or "anybody", language, str(size), len(sends) + 1))
        faults += [f"{who or 'anybody'}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def _by_keyboard(reader: Reader, page: Page, who: str) -> list[str]:
    """Through the page and out of it, forwards and backwards, wide and narrow."""
    eyes = reader.window(who, "en")
    faults = []
    for size in (DESK, PHONE):
        eyes.page.set_viewport_size(size.viewport)
        eyes.go(reader.path_of(page))
        try:
            Keyboard(eyes).round_trip()
        except AssertionError as fault:
            faults.append(f"{size}, keyboard: {str(fault)[:300]}")
    eyes.faults.clear()  # they were told when the page was met
    return faults
