"""What a person does in a window: real clicks, and waiting for the page they lead to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.windows import Eyes
from tests.world import PASSWORD

# What the page's site has left in the browser.
LEFT_BEHIND = """async () => [
    ...Object.keys(localStorage), ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(found => found.name),
    ...(window.caches ? await caches.keys() : []),
    ...(navigator.serviceWorker ? await navigator.serviceWorker.getRegistrations() : []),
]"""


class Hands:
    """The hands of one user of the world, in one window of their own. `hidden` are words that no
    page may show them on the way; `pages` the paths of the pages they came to, `taps` how often
    they clicked."""

    def __init__(self, window: Eyes, email: str, *, hidden: tuple[str, ...] = ()) -> None:
        self.window = window
        self.page = window.page
        self.hidden = hidden
        self.pages: list[str] = []
        self.taps = 0
        window.go("/")
        with self.leaving():
            window.sign_in(email, PASSWORD)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Waits for the page that comes of what is done inside."""
        with self.page.expect_navigation(wait_until="load"):
            yield
        self.pages.append(self.path)
        text = self.page.content()
        for word in self.hidden:
            assert word not in text, f"{word} is shown on {self.path}"

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def left_behind(self) -> list[str]:
        """What the service has stored in this browser; there must be nothing."""
        return list(self.page.evaluate(LEFT_BEHIND))

    def press(self, words: str) -> None:
        """Clicks the first button with these words."""
        self.taps += 1
        with self.leaving():
            self.page.get_by_role("button", name=words).first.click()

    def follow(self, words: str) -> None:
        """Clicks the first link in the page's own part with these words."""
        self.taps += 1
        with self.leaving():
            self.page.locator("main").get_by_role("link", name=words).first.click()

    def menu(self, words: str) -> None:
        """Clicks an entry of the menu."""
        with self.leaving():
            self.page.locator("#navigation").get_by_role("link", name=words).click()

    def tick(self, *labels: str) -> None:
        """Chooses radio buttons or checkboxes by their labels."""
        for label in labels:
            self.taps += 1
            self.page.locator("main").get_by_label(label, exact=True).first.check()

    def write(self, label: str, text: str) -> None:
        self.page.locator("main").get_by_label(label).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        self.page.locator("main").get_by_label(label).first.select_option(label=option)

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def text(self, selector: str = "main") -> str:
        """The text of a part of the page, with single spaces."""
        return " ".join(self.page.locator(selector).first.inner_text().split())


def facts(rows: Any, *names: str) -> list[tuple[Any, ...]]:
    """The named columns of rows, in the rows' own order."""
    return list(rows.values_list(*names))
