"""A short run of what `python -m tests.fuzz` does at length, against a real server too."""

from typing import Any

from tests.fuzz.calls import run
from tests.permissions.scene import build_scene


def test_made_up_calls_meet_no_error_no_surprise_and_nothing_of_others(
    db: None, live_server: Any
) -> None:
    found = run(build_scene(), live_server.url, calls=200, number=7)
    assert found.calls == 200
    assert found.problems == {}
    assert len(found.arrived) > 15
