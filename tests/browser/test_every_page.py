"""Every page, as each person who opens it meets it: on a desk, on a phone, and at 320 pixels. What
is looked at stands in tests/browser/pages.py."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils.translation import gettext, override

from tests.browser.pages import NOT_PAGES, PAGES, TURNED, Page, Sent
from tests.casework.people import IDENTIFYING
from tests.permissions.scene import Scene
from tests.windows import AXE, AXE_TAGS, Eyes

DESK, PHONE, NARROW = 1280, 390, 320

# What axe cannot judge by itself, and why we can live with that. Anything else fails.
UNDECIDED = {
    "color-contrast": "a shape or the bar that stays in sight lies over or under the text; the "
    "same colours are judged where nothing covers them",
    "th-has-data-cells": "the heading of a group in a list heads the rows below it, not a column",
}


# The pages are all there -------------------------------------------------------------------------
def _routes(patterns: Any, before: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every address with its name and its view."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name or route, pattern.callback


def _unlisted(patterns: Any) -> list[str]:
    """Routes outside of REST of which nobody has said whether and where they show a page."""
    known = {page.name for page in PAGES if not page.path} | set(NOT_PAGES)
    return [
        f"{route} ({name})"
        for route, name, _view in _routes(patterns)
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
    served = {name for _route, name, _view in _routes(get_resolver().url_patterns)}
    assert {page.name for page in (*PAGES, *TURNED) if not page.path} | set(NOT_PAGES) <= served
    assert {sent.to for page in PAGES for sent in page.sent if sent.to} <= served


# The windows -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """Built once; what is sent in these tests stays in it."""
    from tests.browser.places import build_places
    from tests.conftest import _empty_the_database

    with django_db_blocker.unblock():
        yield build_places()
        from django.db import connections

        connections["default"].close()
        _empty_the_database()


class Reader:
    """Keeps one window a person and language, and notes everything that is wrong in it."""

    def __init__(self, scene: Scene, chromium: Any, address: str) -> None:
        self.scene, self.chromium, self.address = scene, chromium, address
        self.windows: dict[tuple[str, str], Eyes] = {}
        self.axe = AXE.read_text(encoding="utf-8")

    def window(self, who: str, language: str) -> Eyes:
        if (who, language) not in self.windows:
            context = self.chromium.new_context(viewport={"width": DESK, "height": 900})
            cookies = {"django_language": language}
            if who:
                client = Client()
                client.force_login(
                    self.scene.world.users[who], backend="nrm.accounts.backends.SignIn"
                )
                cookies |= {m.key: m.value for m in client.cookies.values()}
            context.add_cookies(
                [{"name": n, "value": v, "url": self.address} for n, v in cookies.items()]
            )
            eyes = Eyes(context, self.address)
            eyes.page.on("console", lambda message: _note_error(eyes, message))
            self.windows[who, language] = eyes
        return self.windows[who, language]

    def close(self) -> None:
        for eyes in self.windows.values():
            eyes.context.close()

    def path_of(self, page: Page) -> str:
        if page.path:
            return page.path
        return self.address_of(page.name, page) + page.query.format(**self._values(page))

    def address_of(self, name: str, page: Page) -> str:
        """The address of a route at the place of the page."""
        values = self._values(page)
        route = next(r for r, n, _view in _routes(get_resolver().url_patterns) if n == name)
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
        path = reverse(name, kwargs={argument: values[argument] for argument in wanted})
        assert resolve(path).url_name == name, (path, name)
        return path

    def _values(self, page: Page) -> dict[str, str]:
        place = self.scene.places.get(page.place, {})
        return {**place, **{k: v.format(**place) for k, v in page.arguments.items()}}

    def look(
        self,
        eyes: Eyes,
        answer: Any,
        *,
        widths: tuple[int, ...],
        turned: bool,
        language: str = "en",
    ) -> list[str]:
        """What is wrong on a page, whose title begins with "Error:" in its language where there is
        one."""
        with override(language):
            error = gettext("Error:")
        page = eyes.page
        html = answer.text()
        faults = inline(html)
        title = page.title()
        if told := [secret for secret in self.secrets if secret in title]:
            faults.append(f"the title tells of {told}")
        if not title.strip():
            faults.append("no title")
        if page.query_selector(".govuk-error-summary"):
            if not title.startswith(error):
                faults.append(f"errors, and the title is {title}")
            faults += page.evaluate(REACH)
        elif title.startswith(error):
            faults.append("the title tells of errors, the page does not")
        if turned and page.evaluate("document.documentElement.dir") != "rtl":
            faults.append("does not read from right to left")
        page.evaluate("scrollTo(0, 0)")  # what lies under the bar in sight has no size of its own
        page.evaluate(self.axe)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            if (width == NARROW or turned) and (sideways := eyes.sideways()):
                faults.append(f"{width}: scrolls sideways by {sideways}")
            if width != NARROW:
                faults += [f"{width}: {fault}" for fault in self._axe(page)]
        faults += eyes.faults
        eyes.faults.clear()
        return faults

    def _axe(self, page: Any) -> list[str]:
        found = page.evaluate(
            """tags => axe.run(document, {
                runOnly: {type: 'tag', values: tags},
                resultTypes: ['violations', 'incomplete'],
                preload: false,
            }).then(({violations, incomplete}) => [violations, incomplete].map(rules =>
                rules.flatMap(({id, nodes}) => nodes.map(n => [id, `${n.target} ${n.html}`]))))""",
            AXE_TAGS,
        )
        violations, incomplete = found
        return [f"{rule}: {node[:200]}" for rule, node in violations] + [
            f"{rule} (undecided): {node[:200]}"
            for rule, node in incomplete
            if rule not in UNDECIDED
        ]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no title may hold: who somebody is, and which case is theirs."""
        scene = self.scene
        people = [user.display_name for user in scene.world.users.values()]
        return (
            *scene.pseudonyms.values(),
            *scene.references.values(),
            *scene.receipts.values(),
            *IDENTIFYING,
            *(name for name in people if " " in name),
        )


def _note_error(eyes: Eyes, message: Any) -> None:
    """Errors of a page; that it answered with 404 or 422 is what it was asked for. The page that is
    left after hiding names no icon, so that its tab tells nothing, and the browser looks for one.
    """
    where = message.location.get("url", "").partition("?")[0]
    own = where == eyes.page.url.partition("?")[0] or where.endswith("/favicon.ico")
    if message.type == "error" and not (own and "the server responded with" in message.text):
        eyes.faults.append(f"console: {message.text} {message.location}")


@pytest.fixture(scope="module")
def reader(scene: Scene, chromium: Any, address: str) -> Iterator[Reader]:
    found = Reader(scene, chromium, address)
    yield found
    found.close()


class _Inline(HTMLParser):
    """Finds what a strict content policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"inline <{tag}>")
        self.found += [f"{tag} {n}=" for n in names if n == "style" or re.match(r"on[a-z]+$", n)]


def inline(html: str) -> list[str]:
    parser = _Inline()
    parser.feed(html)
    return parser.found


def test_what_the_policy_would_block_is_found():
    html = '<p style="x" onclick="y">a</p><script>z</script><script src="a.js"></script>'
    html += "<style></style>"
    assert sorted(inline(html)) == ["inline <script>", "inline <style>", "p onclick=", "p style="]


# Follows each link of the error summary that leads to a place on the page.
REACH = """
() => {
  const faults = [];
  for (const link of document.querySelectorAll('.govuk-error-summary a')) {
    const to = new URL(link.href);
    if (to.pathname !== location.pathname || !to.hash) continue;
    const target = document.getElementById(decodeURIComponent(to.hash.slice(1)));
    if (!target) { faults.push(`${link.textContent}: ${to.hash} is not there`); continue; }
    link.click();
    const reached = document.activeElement;
    if (!target.contains(reached) || !reached.matches('input, select, textarea, button, a[href]'))
      faults.push(`${link.textContent}: ${to.hash} takes no focus, ${reached.tagName} has it`);
    const bar = document.querySelector('.nrm-hide');
    const {top} = reached.getBoundingClientRect();
    if (bar && top < bar.getBoundingClientRect().bottom && top > bar.getBoundingClientRect().top)
      faults.push(`${link.textContent}: the bar covers ${to.hash}`);
  }
  const links = document.querySelectorAll('.govuk-error-summary li').length;
  if (!links) faults.push('an error summary with nothing in it');
  return faults;
}
"""

SEND = """
([button, to, values, emptied, ticked]) => {
  const found = to ? null : document.querySelector(button);
  if (!to && !found) throw new Error('no such button');
  let form = found && found.form;
  if (to) {
    form = document.createElement('form');
    form.method = 'post';
    form.action = to;
    form.append(document.querySelector('[name=csrfmiddlewaretoken]').cloneNode());
    document.body.append(form);
  }
  if (emptied) for (const control of form.elements) {
    if (['hidden', 'submit', 'button'].includes(control.type)) continue;
    if (['radio', 'checkbox'].includes(control.type)) control.checked = false;
    else control.value = '';
  }
  for (const [name, value] of Object.entries(values)) {
    const controls = [...form.elements].filter(control => control.name === name);
    if (!controls.length) {
      const extra = document.createElement('input');
      extra.type = 'hidden';
      extra.name = name;
      form.append(extra);
      controls.push(extra);
    }
    for (const control of controls)
      if (['radio', 'checkbox'].includes(control.type)) control.checked = control.value === value;
      else control.value = value;
  }
  if (ticked) for (const control of document.querySelectorAll(ticked)) control.checked = true;
  form.noValidate = true;
  form.requestSubmit(found);
}
"""


def _send(reader: Reader, eyes: Eyes, page: Page, sent: Sent) -> Any:
    to = reader.address_of(sent.to, page) if sent.to else ""
    with eyes.page.expect_navigation() as navigation:
        eyes.page.evaluate(SEND, [sent.button, to, sent.values, sent.emptied, sent.ticked])
    return navigation.value


def _break_home(monkeypatch: pytest.MonkeyPatch, failure: type[Exception]) -> None:
    def fail(user: Any) -> str:
        raise failure

    monkeypatch.setattr("nrm.accounts.views.first_page", fail)


# What people meet --------------------------------------------------------------------------------
@pytest.fixture
def meet(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Opens a page, sends what is sent from it, and tells what is wrong with each page met."""

    def met(page: Page, *, language: str = "en", widths: tuple[int, ...]) -> list[str]:
        if page.fails_with:
            _break_home(monkeypatch, page.fails_with)
        eyes = reader.window(page.who, language)
        path = reader.path_of(page)
        turned = language == "ar"
        faults = []
        for number, sent in enumerate((None, *page.sent)):
            if number != 1:  # the first thing is sent from the page as it was opened
                eyes.page.set_viewport_size({"width": widths[0], "height": 900})
                answer = eyes.go(path)
            if sent is not None:
                answer = _send(reader, eyes, page, sent)
            elif page.sent and page.sent[0].to:
                continue  # only the way to what is sent
            wanted = sent.status if sent else page.status
            if answer.status != wanted:
                faults.append(f"{sent.said if sent else 'opened'}: answered with {answer.status}")
            found = reader.look(eyes, answer, widths=widths, turned=turned, language=language)
            faults += [f"{sent.said}: {fault}" if sent else fault for fault in found]
        return faults

    return met


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_page_hinders_nobody_and_tells_nothing(meet, page):
    assert meet(page, widths=(DESK, PHONE, NARROW)) == []


@pytest.mark.parametrize("page", TURNED, ids=str)
def test_the_page_reads_from_right_to_left(meet, page):
    assert meet(page, language="ar", widths=(PHONE, NARROW)) == []


def test_what_is_no_page_answers_with_none(reader):
    for route, name, _view in _routes(get_resolver().url_patterns):
        if name not in NOT_PAGES or "<" in route:
            continue
        client = Client()
        client.force_login(
            reader.scene.world.users["auditor"], backend="nrm.accounts.backends.SignIn"
        )
        answer = client.get(f"/{route}")
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        assert answer.status_code != 200 or not html, route
