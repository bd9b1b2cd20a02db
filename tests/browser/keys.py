"""Somebody who has only a keyboard: where the focus goes, that it is seen there, and that it can
always leave."""

from typing import Any

from tests.windows import Eyes

# What has the focus, how it can be seen, and how its look differs from the look without focus:
# that of the element before is compared when the focus has left it.
HERE = """
() => {
  const look = e => [e, ...(e.labels || [])].map(x => ['', '::before', '::after'].map(part => {
    const s = getComputedStyle(x, part || undefined);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor,
            s.borderTopWidth, s.textDecorationThickness].join(' ');
  }).join('|')).join('||');
  const last = window.lastFocused;
  const e = document.activeElement;
  const nothing = !e || e === document.body || e === document.documentElement;
  const left = last && last.e !== e && last.e.isConnected && look(last.e) === last.look
    ? last.name : '';
  window.lastFocused = null;
  if (nothing) return {nothing, left};
  const words = x => (x?.textContent || '').replace(/\\s+/g, ' ').trim();
  const legend = words(e.closest('fieldset')?.querySelector('legend'));
  const label = e.getAttribute('aria-label') || words(e.labels?.[0]) || words(e);
  const name = label.slice(0, 200) || e.id;
  const box = e.getClientRects()[0] || e.getBoundingClientRect();
  const inside = {
    left: Math.max(box.left, 0), right: Math.min(box.right, innerWidth),
    top: Math.max(box.top, 0), bottom: Math.min(box.bottom, innerHeight),
  };
  const seen = inside.right - inside.left > 1 && inside.bottom - inside.top > 1;
  const hit = (x, y) => document.elementFromPoint(x, y);
  const mine = x => x && [e, ...(e.labels || [])].some(one => one.contains(x));
  const middle = hit((inside.left + inside.right) / 2, (inside.top + inside.bottom) / 2);
  // What is taller than the window beside the bar cannot be clear of it as a whole.
  const root = getComputedStyle(document.documentElement);
  const room = innerHeight - (parseFloat(root.scrollPaddingTop) || 0);
  const corners = [[inside.left + 2, inside.top + 2], [inside.right - 2, inside.top + 2],
    [inside.left + 2, inside.bottom - 2], [inside.right - 2, inside.bottom - 2]];
  const under = box.height < room && corners
    .map(([x, y]) => hit(x, y))
    .some(x => x && x.closest('.nrm-sticky') && !e.closest('.nrm-sticky'));
  window.lastFocused = {e, look: look(e), name};
  e.dataset.visited = '1';
  return {nothing, left, name, legend, type: e.type || '', tag: e.localName, seen,
          covered: !mine(middle), under, by: middle?.outerHTML.slice(0, 120) || ''};
}
"""
# What the Tab key must reach: everything that can be worked, one radio button a group.
MISSED = """
() => {
  const groups = new Set();
  return [...document.querySelectorAll(
      'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}))
    .filter(e => {
      if (e.type !== 'radio') return true;
      const group = [...document.querySelectorAll(`input[type=radio][name="${e.name}"]`)];
      if (groups.has(e.name)) return false;
      groups.add(e.name);
      return !group.some(one => one.dataset.visited);
    })
    .filter(e => e.type === 'radio' || !e.dataset.visited)
    .map(e => e.outerHTML.slice(0, 120));
}
"""

FORGET = """
() => document.querySelectorAll('[data-visited]').forEach(e => delete e.dataset.visited)
"""


class Keyboard:
    """Somebody who has only a keyboard. At each step what has the focus is looked at."""

    def __init__(self, window: Eyes) -> None:
        self.window = window
        self.page = window.page
        self.keys = window.page.keyboard

    def press(self, key: str) -> dict[str, Any]:
        """Presses a key and gives what has the focus then."""
        self.keys.press(key)
        return self.here()

    def here(self) -> dict[str, Any]:
        here = self.page.evaluate(HERE)
        where = f"on {self.page.url}: {here}"
        assert not here["left"], f"no mark of the focus at “{here['left']}” {where}"
        if not here["nothing"]:
            assert here["seen"], f"outside the window {where}"
            assert not here["covered"], f"covered {where}"
            assert not here["under"], f"under the bar {where}"
        return here

    def leave(self, key: str) -> None:
        """Goes on until nothing in the page has the focus."""
        # The reference of the API has hundreds of stops: whatever scrolls by itself is one too.
        elements = self.page.evaluate("document.querySelectorAll('*').length")
        for _step in range(elements):
            if self.press(key)["nothing"]:
                return
        raise AssertionError(f"{key} never leaves {self.page.url}")

    def round_trip(self) -> None:
        """Through the whole page and out of it, forwards and backwards."""
        if not self.here()["nothing"]:
            self.leave("Tab")  # a page may begin at its message
        for key in ("Tab", "Shift+Tab"):
            self.page.evaluate(FORGET)
            self.leave(key)
            missed = self.page.evaluate(MISSED)
            assert missed == [], f"{key} never comes to {missed} on {self.page.url}"

    def to(self, name: str, *, legend: str = "", kind: str = "") -> None:
        """Presses Tab until this has the focus: by its name, by the legend of its group, or by its
        type."""
        passed = []
        for _step in range(150):
            here = self.press("Tab")
            if here["nothing"]:
                passed.append("(out of the page)")
                continue
            if (
                here["name"].startswith(name)
                and here["legend"].startswith(legend)
                and kind in ("", here["type"])
            ):
                return
            passed.append(here["name"][:40])
        raise AssertionError(f"{name} {legend} was not reached on {self.page.url}: {passed}")

    def follow(self, name: str) -> None:
        """To a link or button, and Enter."""
        self.to(name)
        with self.page.expect_navigation(wait_until="load"):
            self.keys.press("Enter")

    def choose(self, legend: str, option: str) -> None:
        """To a group of radio buttons, and to one of them by the arrows."""
        self.to("", legend=legend, kind="radio")
        here = self.press("Space")
        for _step in range(20):
            if here["name"].startswith(option):
                return
            here = self.press("ArrowDown")
        raise AssertionError(f"{legend} has no {option}")

    def unfold(self, name: str) -> None:
        """To what is folded up, and opens it."""
        self.to(name)
        self.press("Enter")

    def tick(self, name: str) -> None:
        self.to(name)
        self.press("Space")

    def write(self, name: str, text: str) -> None:
        self.to(name)
        self.keys.type(text)

    def reads(self, text: str) -> None:
        assert self.page.get_by_text(text).first.is_visible(), f"{text}: {self.page.url}"
