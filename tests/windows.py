"""A real browser against the real application, served from this process."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

AXE = Path(__file__).resolve().parent / "vendor" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def address(django_db_setup: None) -> Iterator[str]:
    """Where the application answers, one thread a request."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: Any) -> None:
            """The application's own logs are enough."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    # The shell is the same engine without windows of its own, and takes half the processor time.
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("No Chromium was found on the PATH.")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop on this thread; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


class Eyes:
    """One browser window of one person, and what can be seen to be wrong in it."""

    def __init__(self, context: Any, address: str) -> None:
        self.context = context
        self.address = address
        self.faults: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))

    def _console(self, message: Any) -> None:
        text = message.text
        if "Content Security Policy" in text or "Refused to" in text:
            self.faults.append(text)

    def go(self, path: str) -> Any:
        return self.page.goto(self.address + path)

    def arrive(self, path: str) -> None:
        """Waits until the window is at this path."""
        self.page.wait_for_url(lambda url: urlsplit(url).path == path)

    def sign_in(self, email: str, password: str) -> None:
        """Signs in on the page that is open."""
        self.page.fill("input[name=username]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("main form button[type=submit]")

    def sideways(self) -> int:
        """By how many pixels the page scrolls sideways."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))

    def axe(self) -> list[str]:
        """What axe finds, one line a violation and element."""
        # Through the debugger, so that the page's own policy is not in the way.
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            """tags => axe.run(document, {
                runOnly: {type: 'tag', values: tags},
                resultTypes: ['violations'],
                preload: false,
            }).then(({violations}) => violations)""",
            AXE_TAGS,
        )
        return [
            f"{violation['id']}: {node['target']} {node['html'][:120]}"
            for violation in found
            for node in violation["nodes"]
        ]


@pytest.fixture
def eyes(db: None, address: str, chromium: Any) -> Iterator[Callable[..., Eyes]]:
    """Opens windows: `eyes(world.client("caseworker"), width=390, javascript=False)`."""
    with contextlib.ExitStack() as windows:

        def open_window(
            client: Any = None, *, width: int = 1280, javascript: bool = True, **more: Any
        ) -> Eyes:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, java_script_enabled=javascript, **more
            )
            windows.callback(context.close)
            if client is not None:
                context.add_cookies(
                    [
                        {"name": morsel.key, "value": morsel.value, "url": address}
                        for morsel in client.cookies.values()
                    ]
                )
            return Eyes(context, address)

        yield open_window
