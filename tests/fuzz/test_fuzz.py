"""A short run of what `python -m tests.fuzz` does at length, against a real server too."""

from typing import Any

from tests.browser.places import build_places
from tests.fuzz.calls import run
from tests.rows import begun_with


def test_made_up_calls_meet_no_error_no_surprise_and_nothing_of_others(
    db: None, live_server: Any
) -> None:
    found = run(begun_with("places", build_places), live_server.url, calls=310, number=7)
    assert found.calls == 310
    assert found.problems == {}
    assert found.never_arrived == []
