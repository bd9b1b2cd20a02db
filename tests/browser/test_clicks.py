"""How many clicks it takes: counted where people click, in a real browser."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case, Deadline
from nrm.context import acting_as
from tests.browser.hands import Hands
from tests.casework.people import assigned
from tests.decisions import road

pytestmark = pytest.mark.usefixtures("password_is_enough")


class Counted(Hands):
    """Hands that count each click on anything and each box that is ticked."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.clicks = 0

    def press(self, words: str) -> None:
        self.clicks += 1
        super().press(words)

    def follow(self, words: str) -> None:
        self.clicks += 1
        super().follow(words)

    def menu(self, words: str) -> None:
        self.clicks += 1
        super().menu(words)

    def tick(self, *labels: str) -> None:
        self.clicks += len(labels)
        super().tick(*labels)


@pytest.fixture
def urgent(world: Any, at: Any) -> Case:
    """The most urgent of three cases: its deadline has passed."""
    for days in (9, 4):
        _due(assigned(world, at=at), at, days)
    case = assigned(world, at=at)
    _due(case, at, -2)
    return case


def _due(case: Case, at: Any, days: int) -> None:
    moment = at + timedelta(days=days)
    Deadline.objects.filter(case=case, state="open").update(due_at=moment, due_on=moment.date())
    Case.objects.filter(pk=case.pk).update(next_due_at=moment)


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_most_urgent_case_is_one_click_away_and_says_what_is_next(
    world: Any, eyes: Any, urgent: Case, width: int, height: int
) -> None:
    hands = Counted(eyes(), world.caseworker.email)
    hands.page.set_viewport_size({"width": width, "height": height})
    # The list is where a caseworker begins, and the first case in it is the most urgent.
    first = hands.page.locator("main tbody a.nrm-table__name").first
    assert first.inner_text() == urgent.pseudonym
    hands.follow(urgent.pseudonym)
    assert hands.clicks == 1
    # No click more: the next deadline is in sight without scrolling.
    card = hands.page.locator(".nrm-deadline-card__words").first
    assert "Overdue by 2 days" in card.inner_text()
    box = card.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height
    # One click explains the date.
    hands.clicks = 0
    hands.follow("Why this date")
    assert hands.clicks == 1
    hands.sees("Why this date")


def test_a_number_of_the_dashboard_opens_its_list_with_one_click(
    world: Any, eyes: Any, urgent: Case
) -> None:
    hands = Counted(eyes(), world.supervisor.email)
    assert hands.path == "/dashboard/"
    hands.follow("overdue")
    assert hands.clicks == 1
    names = hands.page.locator("main tbody a.nrm-table__name").all_inner_texts()
    assert names == [urgent.pseudonym]


def test_reviewing_takes_four_clicks_after_reading(world: Any, eyes: Any, at: Any) -> None:
    case = road.ready_case(world, at=at)
    decision = road.submitted(world, case, at=at)
    hands = Counted(eyes(), world.supervisor.email)
    hands.menu("Reviews")
    hands.follow("Read it")
    # The reading is done; from here on, clicks count.
    hands.clicks = 0
    assert not hands.page.get_by_role("button", name="I agree").is_visible()
    hands.tick("Positive: there are reasonable grounds")
    hands.write("Your own grounds", "I read the account, and come to the same.")
    hands.tick("I have no conflict of interest in this case")
    hands.press("Record your own grounds")
    hands.press("I agree: make the decision")
    assert hands.clicks == 4
    with acting_as(world.supervisor):
        decision.refresh_from_db()
    assert decision.state == "made"
