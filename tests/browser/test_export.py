"""What leaves the service, taken by keyboard alone and without scripts: the auditor's table as a
file, and the letter of a decision on paper."""

import re
from pathlib import Path
from typing import Any

import pytest

from reporting.rules import closed_quarters
from tests.browser.keys import Keyboard
from tests.decisions import road


@pytest.mark.parametrize("javascript", [True, False])
def test_auditor_builds_and_downloads_a_table(
    world: Any, at: Any, eyes: Any, javascript: bool
) -> None:
    window = eyes(world.client("auditor"), javascript=javascript)
    quarter = str(next(iter(closed_quarters(at.date(), 1))))
    window.go("/statistics/")
    if javascript:
        keys = Keyboard(window)
        keys.follow(quarter)
        keys.round_trip()
        keys.follow("Build the table")
        keys.round_trip()
        keys.to("Download as CSV")
        with window.page.expect_download() as file:
            window.page.keyboard.press("Enter")
    else:
        page = window.page
        page.get_by_role("link", name=quarter).click()
        page.get_by_role("button", name="Build the table").click()
        with page.expect_download() as file:
            page.get_by_role("button", name="Download as CSV").click()
    text = Path(file.value.path()).read_text(encoding="utf-8-sig")
    assert file.value.suggested_filename.endswith(".csv")
    assert quarter in text + file.value.suggested_filename
    assert "[c]" in text  # no count of a quarter without referrals is shown
    assert window.faults == []


def test_caseworker_comes_to_the_letter_by_keyboard(world: Any, at: Any, eyes: Any) -> None:
    case = road.ready_case(world, at=at)
    road.made(world, case, at=at)
    window = eyes(world.client("caseworker"))
    window.go(f"/cases/{case.reference}/decisions/")
    keys = Keyboard(window)
    keys.follow("Letter:")
    keys.round_trip()
    assert window.page.url.endswith("/letter/")
    assert window.faults == []


def test_letter_is_read_and_printed_without_scripts(world: Any, at: Any, eyes: Any) -> None:
    case = road.ready_case(world, at=at)
    road.made(world, case, at=at)
    window = eyes(world.client("caseworker"), javascript=False)
    window.go(f"/cases/{case.reference}/decisions/")
    window.page.locator("main").get_by_role("link", name=re.compile(r"^Letter\b")).click()
    assert case.pseudonym not in window.page.title()
    assert window.page.pdf().startswith(b"%PDF")
    assert window.faults == []
