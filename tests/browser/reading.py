"""Looks at one page in a real browser and tells everything that is wrong with it: by axe, by its
policy, its title, its errors, and whether it scrolls sideways."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import translation

from tests.browser.pages import Page, Sent
from tests.browser.undecided import UNDECIDED
from tests.casework.people import IDENTIFYING
from tests.permissions.scene import Scene
from tests.windows import AXE, AXE_TAGS, Eyes


@dataclass(frozen=True)
class Size:
    """A window, and whether axe looks at it too."""

    width: int
    height: int = 900
    axe: bool = True

    @property
    def viewport(self) -> dict[str, int]:
        return {"width": self.width, "height": self.height}

    def __str__(self) -> str:
        return "400 %" if self == ZOOMED else str(self.width)


DESK = Size(1280)
PHONE = Size(390)
# What a window of 1280 by 1024 has left at 400 %; as wide as the narrowest phone.
ZOOMED = Size(320, 256, axe=False)
SIGNED_IN_FOR = 300  # seconds
NARROW = Size(320)
PAPER = Size(700)  # A4 between its margins, at 96 pixels an inch


def routes(patterns: Any, before: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every address with its name and its view."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name or route, pattern.callback


class Reader:
    """Keeps one window a person and language, and notes everything that is wrong in it."""

    def __init__(self, scene: Scene, chromium: Any, address: str) -> None:
        self.scene, self.chromium, self.address = scene, chromium, address
        self.windows: dict[tuple[str, str], tuple[Eyes, float]] = {}
        self.axe = AXE.read_text(encoding="utf-8")

    def window(self, who: str, language: str) -> Eyes:
        """The window of this person in this language, signed in a while ago at most: a session that
        is not used ends, and some pages ask for a second factor of the last minutes."""
        eyes, since = self.windows.get((who, language), (None, 0.0))
        if eyes is None:
            context = self.chromium.new_context(viewport=DESK.viewport)
            # Each page of this window brings axe with it: sent anew for each page, it would take
            # longer than loading many of them.
            context.add_init_script(self.axe)
            eyes = Eyes(context, self.address)
            eyes.page.on("console", lambda message: _note_error(eyes, message))
        if (who, language) not in self.windows or time.monotonic() - since > SIGNED_IN_FOR:
            cookies = {"django_language": language}
            if who:
                client = self.scene.world.client(who)
                cookies |= {m.key: m.value for m in client.cookies.values()}
            eyes.context.add_cookies(
                [{"name": n, "value": v, "url": self.address} for n, v in cookies.items()]
            )
            self.windows[who, language] = eyes, time.monotonic()
        return eyes

    def close(self) -> None:
        for eyes, _since in self.windows.values():
            eyes.context.close()

    def path_of(self, page: Page) -> str:
        if page.path:
            return page.path
        return self.address_of(page.name, page) + page.query.format(**self._values(page))

    def address_of(self, name: str, page: Page) -> str:
        """The address of a route at the place of the page."""
        values = self._values(page)
        route = next(r for r, n, _view in routes(get_resolver().url_patterns) if n == name)
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
        path = reverse(name, kwargs={argument: values[argument] for argument in wanted})
        assert resolve(path).url_name == name, (path, name)
        return path

    def _values(self, page: Page) -> dict[str, str]:
        place = self.scene.places.get(page.place, {})
        return {**place, **{k: v.format(**place) for k, v in page.arguments.items()}}

    def meet(
        self,
        page: Page,
        monkeypatch: pytest.MonkeyPatch,
        *,
        sizes: tuple[Size, ...],
        language: str = "en",
        who: str | None = None,
        sends: tuple[Sent, ...] | None = None,
        media: bool = False,
    ) -> list[str]:
        """Opens a page, sends what is sent from it, and tells what is wrong with each page met.
        `who` opens it in place of the person whose page it is; `sends` is sent in place of all;
        `media` also looks at it on paper and in forced colours."""
        if page.fails_with:
            _break_home(monkeypatch, page.fails_with)
        eyes = self.window(page.who if who is None else who, language)
        path = self.path_of(page)
        sends = page.sent if sends is None else sends
        faults: list[str] = []
        for number, sent in enumerate((None, *sends)):
            if number != 1:  # the first thing is sent from the page as it was opened
                eyes.page.set_viewport_size(sizes[0].viewport)
                answer = eyes.go(path)
            if sent is not None:
                answer = send(self, eyes, page, sent)
            elif page.sent and page.sent[0].to:
                continue  # only the way to what is sent
            wanted = sent.status if sent else page.status
            if answer.status != wanted:
                faults.append(f"{sent.said if sent else 'opened'}: answered with {answer.status}")
            found = self.look(eyes, answer, sizes=sizes, language=language)
            if media:
                found += in_other_media(eyes.page)
            if fingers(page, page.who if who is None else who):
                eyes.page.set_viewport_size(PHONE.viewport)
                found += [f"{PHONE}: {fault}" for fault in eyes.page.evaluate(SMALL_TARGETS)]
            faults += [f"{sent.said}: {fault}" if sent else fault for fault in found]
        return faults

    def look(self, eyes: Eyes, answer: Any, *, sizes: tuple[Size, ...], language: str) -> list[str]:
        """What is wrong with the page that is open."""
        page = eyes.page
        html = answer.text()
        faults = inline(html)
        title, summary, direction = page.evaluate(WHAT_IT_SAYS)
        with translation.override(language):
            error = translation.gettext("Error:")
        if told := [secret for secret in self.secrets if secret in title]:
            faults.append(f"the title tells of {told}")
        if not title.strip():
            faults.append("no title")
        if summary:
            if not title.startswith(error):
                faults.append(f"errors, and the title is {title}")
            faults += page.evaluate(REACH)
        elif title.startswith(error):
            faults.append("the title tells of errors, the page does not")
        if language == "ar" and direction != "rtl":
            faults.append("does not read from right to left")
        page.evaluate("scrollTo(0, 0)")  # what lies under the bar in sight has no size of its own
        for size in sizes:
            page.set_viewport_size(size.viewport)
            if sideways := eyes.sideways():
                faults.append(f"{size}: scrolls sideways by {sideways}")
            if size.axe:
                faults += [f"{size}: {fault}" for fault in self._axe(page)]
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


WHAT_IT_SAYS = """
() => [document.title, !!document.querySelector('.govuk-error-summary'),
       document.documentElement.dir]
"""

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


def send(reader: Reader, eyes: Eyes, page: Page, sent: Sent) -> Any:
    to = reader.address_of(sent.to, page) if sent.to else ""
    with eyes.page.expect_navigation() as navigation:
        eyes.page.evaluate(SEND, [sent.button, to, sent.values, sent.emptied, sent.ticked])
    return navigation.value


def _break_home(monkeypatch: pytest.MonkeyPatch, failure: type[Exception]) -> None:
    def fail(user: Any) -> str:
        raise failure

    monkeypatch.setattr("nrm.accounts.views.first_page", fail)


# Pages that everybody opens, whoever looks at them here; who fills in referrals on a phone; and
# before anybody has signed in.
_OF_EVERYBODY = {"account", "inbox", "kept_texts", "password", "confirmation", "factors"}
_OF_EVERYBODY |= {"factor_app", "factor_passkey"}
_ON_A_PHONE = {"", "responder", "responder2", "lead", "new_responder", "palermo_responder"}
# The reference of REST is read by who writes a program.
_AT_A_DESK = {"reference", "reference_chapter"}


def fingers(page: Page, who: str) -> bool:
    """Whether every target of this page has to be large enough for a finger of this reader."""
    if page.name in _OF_EVERYBODY:
        return True
    return who in _ON_A_PHONE and page.name not in _AT_A_DESK


def in_other_media(page: Any) -> list[str]:
    """What is wrong with the page that is open, on paper and in forced colours."""
    page.set_viewport_size(PAPER.viewport)
    page.emulate_media(media="print")
    faults = [f"on paper {fault}" for fault in page.evaluate(ON_PAPER)]
    page.emulate_media(media="screen", forced_colors="active")
    faults += [f"in forced colours {fault}" for fault in page.evaluate(FORCED)]
    page.emulate_media(media="screen", forced_colors="none")
    return faults


# On paper there is nothing to press, no way to go and nothing cut off, and what names its reader
# on the screen says who printed it. The pages of errors are the same for everybody and name nobody.
ON_PAPER = """
() => {
  const shown = selector => [...document.querySelectorAll(selector)]
    .filter(e => e.checkVisibility({visibilityProperty: true}));
  const faults = shown('nav, .nrm-hide, .nrm-footer, button, [type=submit]')
    .map(e => `is printed: ${e.outerHTML.slice(0, 120)}`);
  const named = document.querySelector('.nrm-header__who');
  // A sheet that somebody keeps names nobody, so not who printed it either.
  const given = document.querySelector('[data-nrm-names-nobody]');
  if (named && !given === !shown('.nrm-printed-by').length)
    faults.push(given ? 'names who printed it' : 'does not say who printed it');
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
    faults.push('is wider than the paper');
  // What scrolls by itself on the screen is cut off where it is printed.
  return faults.concat(shown('main *')
    .filter(e => getComputedStyle(e).overflowX !== 'visible' && e.clientWidth > 1)
    .filter(e => e.scrollWidth > e.clientWidth)
    .map(e => `is cut off: ${e.outerHTML.slice(0, 120)}`));
}
"""

# With colours taken away, what can be pressed or filled in still has an edge or an underline, and a
# drawn shape is not of the colour of what lies behind it, but for the square that a camera reads,
# which is black on white. What the browser draws itself, boxes to tick and files to choose, it
# draws in the reader's colours.
FORCED = """
() => {
  const faults = [];
  const seen = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const box = e => e.getBoundingClientRect();
  for (const e of document.querySelectorAll(
      'main :is(button, select, textarea, [type=text], [type=search], [type=email])')) {
    if (!seen(e) || box(e).width < 2) continue;
    const looks = [e, ...(e.labels || [])].flatMap(x =>
      [null, '::before', '::after'].map(part => getComputedStyle(x, part)));
    const edge = looks.some(s => s.content !== 'none' &&
      (parseFloat(s.borderTopWidth) || parseFloat(s.borderBottomWidth) ||
       s.textDecorationLine !== 'none'));
    if (!edge) faults.push(`no edge: ${e.outerHTML.slice(0, 120)}`);
  }
  const behind = getComputedStyle(document.body).backgroundColor;
  for (const e of document.querySelectorAll(
      'main svg:not(.nrm-square) :is(path, rect, circle, polygon, line)')) {
    if (!seen(e)) continue;
    const s = getComputedStyle(e);
    const none = c => c === 'none' || c === behind || /^rgba.*, 0\\)$/.test(c);
    if (none(s.fill) && none(s.stroke) && box(e).width > 0)
      faults.push(`cannot be seen: ${e.outerHTML.slice(0, 120)}`);
  }
  return faults;
}
"""

# What can be pressed answers on 44 by 44 pixels, measured by where a finger meets it: a label
# belongs to its box, and a row that answers as a whole to its link. A link between the words of a
# sentence is as high as they are (WCAG 2.5.5). What is folded is opened first.
SMALL_TARGETS = """
() => {
  const wanted = 44, faults = [];
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  const menu = document.querySelector('.govuk-js-service-navigation-toggle[aria-expanded=false]');
  if (menu && menu.checkVisibility()) menu.click();
  const block = e => getComputedStyle(e).display.startsWith('inline') ? block(e.parentElement) : e;
  const inSentence = e => {
    if (getComputedStyle(e).display !== 'inline') return false;
    const around = block(e).cloneNode(true);
    const others = around.querySelectorAll('a, button, summary, .govuk-visually-hidden');
    for (const other of others) other.remove();
    return /\\p{L}/u.test(around.textContent);
  };
  for (const e of document.querySelectorAll('a[href], button, summary, select, textarea, input')) {
    if (e.type === 'hidden' || !e.checkVisibility({visibilityProperty: true})) continue;
    if (e.getBoundingClientRect().width < 2 || inSentence(e)) continue;
    e.scrollIntoView({block: 'center'});
    const labels = [...(e.labels || [])];
    const [box] = [...e.getClientRects()].sort((a, b) => b.width * b.height - a.width * a.height);
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const meets = (dx, dy) => {
      const hit = document.elementFromPoint(x + dx, y + dy);
      return hit && (e.contains(hit) || labels.some(label => label.contains(hit)));
    };
    const reach = (dx, dy) => {
      let steps = 0;
      while (steps < wanted && meets(dx * (steps + 1), dy * (steps + 1))) steps += 1;
      return steps;
    };
    const wide = reach(-1, 0) + reach(1, 0) + 1, high = reach(0, -1) + reach(0, 1) + 1;
    if (wide < wanted || high < wanted)
      faults.push(`${wide} by ${high} to press: ${e.outerHTML.slice(0, 160)}`);
  }
  return faults;
}
"""
