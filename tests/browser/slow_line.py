"""How soon the largest part of a page is there on a slow phone: a line of 400 kbit/s on which each
request waits 400 ms, and a processor four times slower. Not part of the suite, which counts what a
page waits for instead (tests/browser/test_weight.py); `make check-all` runs it.
"""

from typing import Any

import pytest
from django.urls import reverse

from tests.browser.scales import Scales

COLD, WARM = 2.5, 1.2  # seconds, at the first visit and with the static files there
TRIES = 3  # the best counts: another process may have had the processor

# Which arguments an address takes.
ARGUMENTS = {"draft": ["draft"], "draft_page": ["draft", "page"], "case": ["reference"]}
# Who opens which page, and where.
PAGES = (
    ("", "sign_in", ""),
    ("responder", "referrals", ""),
    ("responder", "draft", "draft"),
    ("responder", "draft_page", "draft"),
    ("caseworker", "worklist", ""),
    ("caseworker", "case", "wide"),
    ("supervisor", "dashboard", ""),
)


@pytest.mark.parametrize(("who", "name", "place"), PAGES)
def test_the_largest_part_is_there_in_time_on_a_slow_phone(
    busy: Any,
    chromium: Any,
    production: str,
    record_property: Any,
    who: str,
    name: str,
    place: str,
) -> None:
    known = {**busy.places[place], "page": "who"}
    path = reverse(name, kwargs={key: known[key] for key in ARGUMENTS.get(name, ())})
    client = busy.world.client(who) if who else None
    cold, warm = [], []
    for _ in range(TRIES):
        scales = Scales(chromium, production, client)
        try:
            scales.page.set_viewport_size({"width": 390, "height": 844})
            scales.slow_down(bits=400_000, delay=400, processor=4)
            for found in (cold, warm):
                scales.weigh(path)
                found.append(scales.largest()["at"])
        finally:
            scales.context.close()
    record_property("slow", (name, min(cold), min(warm)))
    assert min(cold) <= COLD, cold
    assert min(warm) <= WARM, warm
