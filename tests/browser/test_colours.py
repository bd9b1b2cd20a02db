"""Without colour: the states of a deadline are told apart by a word and a shape, in grey and where
the reader has put colours of their own over ours."""

from datetime import date
from typing import Any

import pytest
from django.template.loader import render_to_string

from nrm.deadline_words import state_words
from nrm.profiles.terms import ClockState

DAY = date(2026, 11, 9)
STATES = {
    "overdue": ClockState("overdue", 2, DAY),
    "due_now": ClockState("due_now", 0, DAY),
    "on_track": ClockState("on_track", 4, DAY),
    "paused": ClockState("paused", 4, DAY),
    "met": ClockState("met", 0, DAY),
}


def _cards() -> str:
    """A card a state, all of them of the same term and day."""
    return "".join(
        render_to_string(
            "components/deadline_card.html",
            {
                "deadline": {
                    "state": code,
                    "label": "First decision",
                    "words": state_words(state),
                    "due_on": DAY,
                }
            },
        )
        for code, state in STATES.items()
    )


@pytest.mark.parametrize("how", ["in grey", "in forced colours"])
def test_states_of_a_deadline_are_told_apart_by_word_and_shape(eyes: Any, how: str) -> None:
    window = eyes(**({"forced_colors": "active"} if how == "in forced colours" else {}))
    window.go("/sign-in/")
    page = window.page
    if how == "in grey":
        window.context.new_cdp_session(page).send(
            "Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"}
        )
    page.evaluate("cards => { document.querySelector('main').innerHTML = cards; }", _cards())
    words = page.locator(".nrm-deadline-card__words").all_inner_texts()
    assert len({text[1:].strip() for text in words}) == len(STATES), words
    shapes = page.locator(".nrm-deadline-card__words .nrm-deadline__shape")
    pictures = [shapes.nth(number).screenshot() for number in range(len(STATES))]
    assert len(set(pictures)) == len(STATES)
    place = shapes.first.bounding_box()
    seen = page.screenshot(clip=place)
    page.evaluate("document.querySelector('.nrm-deadline__shape').style.visibility = 'hidden'")
    assert page.screenshot(clip=place) != seen, "the shape cannot be seen"
