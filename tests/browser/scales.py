"""Weighs what comes over the wire, and notes when the largest part of a page is there."""

from typing import Any
from urllib.parse import urlsplit

from django.test import Client


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

    def slow_down(self, *, bits: int, delay: int, processor: int) -> None:
        """A line of so many bits a second with a delay in milliseconds for each request, and a
        processor so many times slower."""
        self.wire.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": delay,
                "downloadThroughput": bits // 8,
                "uploadThroughput": bits // 8,
            },
        )
        self.wire.send("Emulation.setCPUThrottlingRate", {"rate": processor})

    def largest(self) -> dict[str, Any]:
        """The largest part of the page that is open: `at`, in seconds after it was asked for, and
        `from`, the address of the picture that it is, or nothing where it is text."""
        return dict(self.page.evaluate(LARGEST))

    def waited_for(self) -> list[str]:
        """What a browser has to fetch before it draws anything of the page that is open."""
        return [urlsplit(url).path for url in self.page.evaluate(BLOCKING)]


LARGEST = """
() => new Promise(tell => new PerformanceObserver(list => {
  const last = list.getEntries().at(-1);
  tell({at: last.startTime / 1000, from: last.url});
}).observe({type: 'largest-contentful-paint', buffered: true}))
"""
BLOCKING = """
() => performance.getEntriesByType('resource')
  .filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => entry.name)
"""
