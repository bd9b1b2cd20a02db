"""The workbench in a real browser: wide and narrow, by keyboard, and without JavaScript."""

import re
from typing import Any

import pytest

from screening import actions
from screening.actions import FoundEpisode
from tests.screening.build import board_of, first_episode, item, started, url


@pytest.fixture
def busy(world: Any, at: Any) -> Any:
    """A screening as a caseworker leaves it at noon: two episodes, two items that disagree."""
    screening = started(world, at)
    who = {"actor": world.caseworker, "at": at}
    one = first_episode(screening, world)
    two = actions.add_episode(
        screening,
        **who,
        episode=FoundEpisode(
            types=("begging",), place="overseas", began="2015", age_then_status="child"
        ),
    )
    told = actions.record_evidence(
        screening,
        **who,
        item=item(
            "“They said 40 hours and a room of my own. It was 80 hours, and six in a garage.”",
            dated="2026-03-02",
            heard_by="first_responder",
            interpreter="remote",
            episode=one.pk,
        ),
    )
    paper = actions.record_evidence(
        screening,
        **who,
        item=item(
            "A contract for 40 hours a week.",
            source="document",
            dated="2025-11",
            reliability="A photograph of a copy.",
        ),
    )
    later = actions.record_evidence(
        screening, **who, item=item("كنت في الرابعة عشرة. كانوا يأخذون كل النقود.", episode=two.pk)
    )
    for code, state, items in [
        ("ACT-REC", "shown", [told]),
        ("ACT-HAR", "unknown", []),
        ("MD-01", "not_shown", [paper]),
        ("MD-02", "shown", [told, paper]),
        ("PU-LAB", "unknown", []),
        ("PR-01", "shown", [told]),
    ]:
        actions.record_indicator(
            screening,
            **who,
            episode=one.pk,
            code=code,
            state=state,
            evidence_ids=[each.pk for each in items],
        )
    for code in ("ACT-INT", "PU-BEG"):
        actions.record_indicator(
            screening, **who, episode=two.pk, code=code, state="shown", evidence_ids=[later.pk]
        )
    actions.note_contradiction(
        screening, **who, first=told.pk, second=paper.pk, explanation="The paper was for show."
    )
    return screening


def boards(screening: Any, world: Any) -> list[str]:
    return [
        url(screening),
        url(screening) + "?episode=2",
        url(screening) + "?episode=1&show=recorded",
        url(screening) + f"?episode=1&evidence={board_of(screening, world).items[0].id}",
    ]


def pages(screening: Any, world: Any) -> list[str]:
    board = board_of(screening, world)
    return [
        *boards(screening, world),
        url(screening, f"evidence/{board.items[1].id}/"),
        url(screening, f"episodes/{board.episodes[0].pk}/indicators/MD-02/"),
        url(screening, f"contradictions/?first={board.items[2].id}"),
        url(screening, "episodes/"),
        url(screening, "completion/"),
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wrong_on_a_board_at_noon(
    world: Any, at: Any, busy: Any, eyes: Any, width: int
) -> None:
    """What belongs to a board has pages of its own, which tests/browser looks at."""
    window = eyes(world.client("caseworker"), width=width)
    found = []
    for path in boards(busy, world):
        assert window.go(path).status == 200
        found += [f"{path}: {fault}" for fault in window.axe()]
        assert window.sideways() == 0, path
    actions.complete_screening(busy, actor=world.caseworker, at=at, differs="It was both.")
    assert window.go(url(busy)).status == 200
    found += window.axe()
    window.go(f"/cases/{world.assigned_case().reference}/assessment/")
    found += window.axe()
    assert found == []
    assert window.faults == []


def test_no_page_scrolls_sideways_on_the_narrowest_screen(world: Any, busy: Any, eyes: Any) -> None:
    window = eyes(world.client("caseworker"), width=320)
    for path in pages(busy, world):
        window.go(path)
        assert window.sideways() == 0, path


@pytest.mark.parametrize("width", [1280, 390])
def test_elements_stay_in_sight_at_every_indicator(
    world: Any, busy: Any, eyes: Any, width: int
) -> None:
    window = eyes(world.client("caseworker"), width=width)
    where = ".nrm-element__state" if width > 1000 else ".nrm-glance__element"
    for code in ("ACT-REC", "MD-02", "PR-01"):
        window.go("/account/")
        window.go(url(busy) + f"?episode=1#i-{code}")
        window.page.wait_for_timeout(100)
        for place in range(3):
            box = window.page.locator(where).nth(place).bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 900
        row = window.page.locator(f"#i-{code}").bounding_box()
        cover = window.page.locator(".nrm-glance").bounding_box() if width < 1000 else None
        assert row["y"] >= (cover["y"] + cover["height"] if cover else 0)


def test_screener_records_links_and_completes_by_keyboard_without_javascript(
    world: Any, at: Any, eyes: Any
) -> None:
    case = world.assigned_case()
    window = eyes(world.client("caseworker"), javascript=False)
    page = window.page

    def press(locator: Any) -> None:
        locator.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")

    window.go(f"/cases/{case.reference}/assessment/")
    press(page.get_by_role("button", name="Start the assessment"))
    press(page.get_by_role("link", name="Add an episode"))
    page.get_by_role("checkbox", name="Made to work").focus()
    page.keyboard.press("Space")
    press(page.get_by_role("button", name="Add the episode"))

    page.get_by_label("Where it comes from").select_option("person")
    page.get_by_label("What was said, seen or received").fill("He kept my passport.")
    press(page.get_by_role("button", name="Save the item"))
    assert re.search(r"#e-[0-9a-f-]{36}$", page.url)

    press(page.get_by_role("link", name="What does it show?"))
    for code in ("ACT-REC", "MC-05"):
        page.locator(f"#k-{code}").focus()
        page.keyboard.press("Space")
    press(page.get_by_role("button", name="Save what it shows").first)
    assert page.locator(".nrm-element__state").all_inner_texts() == [
        "Present",
        "Present",
        "Unknown",
    ]

    row = page.locator("#i-PU-LAB")
    press(row.get_by_role("button", name="Shown", exact=True))
    assert page.url.endswith("#i-PU-LAB")
    assert page.locator(".nrm-element__state").all_inner_texts() == ["Present"] * 3
    assert row.get_by_role("button", pressed=True).inner_text().endswith("Shown")

    press(page.get_by_role("button", name="Complete the assessment"))
    page.get_by_role("radio", name="Yes").focus()
    page.keyboard.press("Space")
    press(page.get_by_role("button", name="Complete the assessment"))
    assert "It cannot be changed." in page.inner_text("main")
    assert "The elements are met" in page.inner_text("#result ~ p")
    window.go(f"/cases/{case.reference}/")
    assert "What the evidence shows" in page.inner_text("main")
