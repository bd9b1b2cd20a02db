"""Every page as each person who opens it meets it on a desk, and once on a phone, at 320 pixels,
at 400 % and from right to left. Which pages there are stands in tests/browser/pages.py; every page
for every role, language and width is looked at by `make check-all` (tests/browser/everything.py).
"""

import re
from typing import Any

import pytest
from django.urls import get_resolver

from tests.browser.pages import FIRST, NOT_PAGES, PAGES, TURNED
from tests.browser.reading import DESK, NARROW, PHONE, SMALL_TARGETS, ZOOMED, inline, routes


# The pages are all there -------------------------------------------------------------------------
def _unlisted(patterns: Any) -> list[str]:
    """Routes outside of REST of which nobody has said whether and where they show a page."""
    known = {page.name for page in PAGES if not page.path} | set(NOT_PAGES)
    return [
        f"{route} ({name})"
        for route, name, _view in routes(patterns)
        if not route.startswith("api/") and name not in known
    ]


def test_every_page_route_is_listed():
    assert _unlisted(get_resolver().url_patterns) == []


def test_a_page_that_nobody_listed_fails_the_suite():
    from django.urls import path

    def view(request: Any) -> None: ...

    served = [*get_resolver().url_patterns, path("cases/<str:reference>/new/", view, name="new")]
    assert _unlisted(served) == ["cases/<str:reference>/new/ (new)"]


def test_every_line_names_a_route_that_is_served():
    served = {name for _route, name, _view in routes(get_resolver().url_patterns)}
    assert {page.name for page in (*PAGES, *TURNED) if not page.path} | set(NOT_PAGES) <= served
    assert {sent.to for page in PAGES for sent in page.sent if sent.to} <= served


def test_what_the_policy_would_block_is_found():
    html = '<p style="x" onclick="y">a</p><script>z</script><script src="a.js"></script>'
    html += "<style></style>"
    assert sorted(inline(html)) == ["inline <script>", "inline <style>", "p onclick=", "p style="]


def test_what_is_too_small_for_a_finger_is_found(chromium):
    page = chromium.new_page(viewport=PHONE.viewport)
    page.set_content(
        '<p><a href="/1">alone</a></p><p>In a <a href="/2">sentence</a>, as usual.</p>'
        '<button style="width: 44px; height: 44px">large</button>'
        '<label style="display: block; padding: 20px"><input type="checkbox"> as a row</label>'
        '<details><summary style="padding: 20px">open</summary><a href="/3">folded</a></details>'
    )
    found = page.evaluate(SMALL_TARGETS)
    page.close()
    assert [re.search(r'href="(.*?)"', fault)[1] for fault in found] == ["/1", "/3"]


# What people meet --------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_page_hinders_nobody_and_tells_nothing(meet, page):
    """One of those who open the same page also looks at it on a phone, on paper and in forced
    colours."""
    first = page in FIRST
    sizes = (DESK, PHONE, ZOOMED) if first else (DESK, ZOOMED)
    assert meet(page, sizes=sizes, media=first) == []


@pytest.mark.parametrize("page", TURNED, ids=str)
def test_the_page_reads_from_right_to_left_on_the_narrowest_phone(meet, page):
    assert meet(page, language="ar", sizes=(NARROW, ZOOMED)) == []


def test_what_is_no_page_answers_with_none(reader):
    for route, name, _view in routes(get_resolver().url_patterns):
        if name not in NOT_PAGES or "<" in route:
            continue
        client = reader.scene.world.client("auditor")
        answer = client.get(f"/{route}")
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        assert answer.status_code != 200 or not html, route
