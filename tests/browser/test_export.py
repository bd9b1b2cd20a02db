"""What leaves the service, taken by keyboard alone and without scripts: what auditors release, and
the letter of a decision on paper."""

import os
import re
from pathlib import Path
from typing import Any

from nrm.accounts.roles import Role
from reporting.attacks.population import invented
from reporting.releases.tables import load_plan, true_counts
from reporting.statistics import building, counting
from reporting.statistics.selectors import closed_periods
from tests.browser.keys import Keyboard
from tests.decisions import road
from tests.world import person, signed_in


def test_two_auditors_release_a_year_of_four_quarters_and_take_its_files(
    world: Any, at: Any, eyes: Any, as_worker: Any, monkeypatch: Any
) -> None:
    """One asks by keyboard and approves, the other approves without scripts; the last quarter is
    attacked together with the three before."""
    second = person("auditor2@example.org", Role.AUDITOR, world.oversight)
    plan, true = load_plan("uk"), building.attack
    people = iter(range(4))
    monkeypatch.setattr(
        counting,
        "counts",
        lambda *_: true_counts(plan, "quarter", invented(plan, 2000, next(people))),
    )
    passed = {"passed": True, "reasons": [], "codes": [], "joined_with": [], "proof": {}}
    one, two = eyes(world.client("auditor")), eyes(signed_in(second), javascript=False)
    keys = Keyboard(one)
    closed = [p for p in closed_periods(world.profile, at=at) if p.number][:4]
    for number, period in enumerate(sorted(closed)):
        last = number == 3
        monkeypatch.setattr(building, "attack", true if last else lambda *_: passed)
        one.go("/statistics/")
        keys.follow(str(period))
        keys.round_trip()
        keys.follow("Build this release")
        keys.round_trip()
        assert "Waits for its turn" in one.page.content()
        with as_worker():
            assert building.build_waiting(at=at) == 1
        one.go(f"/statistics/{period}/")
        keys.follow("Approve this release")
        keys.round_trip()
        assert "A second person has to approve it too" in one.page.content()
        two.go(f"/statistics/{period}/")
        two.page.get_by_role("button", name="Approve this release").click()
        assert "Published. It does not change any more" in two.page.content()
    one.go(f"/statistics/{period}/attacks/")
    assert "It withstood every attack" in one.page.content()
    one.go(f"/statistics/{period}/")
    assert one.page.locator("svg.nrm-counts__bar").count() > 10
    _shot(one, "release")
    with one.page.expect_download() as file:
        one.page.get_by_role("link", name="CSV").click()
    text = Path(file.value.path()).read_text(encoding="utf-8")
    assert file.value.suggested_filename == f"statistics-uk-{period}.csv"
    assert f"{period},referrals_age_sex,Referrals by age and sex" in text
    assert "[c]" in text
    one.go("/statistics/epsilon/")
    _shot(one, "epsilon")
    one.go("/statistics/")
    assert one.page.get_by_text("Published").count() == 4
    _shot(one, "releases")
    assert one.faults == two.faults == []


def _shot(window: Any, name: str) -> None:
    """For somebody to look at, where NRM_SHOTS names a folder."""
    if folder := os.environ.get("NRM_SHOTS"):
        window.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


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
