"""The referral and the decision by keyboard alone. Nothing here touches a mouse."""

from typing import Any

import pytest

from cases.models import Case, Referral
from nrm.context import acting_as
from tests.browser.keys import Keyboard
from tests.decisions.road import ready_case


@pytest.fixture
def case(world: Any, at: Any) -> Case:
    return ready_case(world, at=at)


def test_responder_refers_by_keyboard_alone(world: Any, eyes: Any) -> None:
    window = eyes(world.client("responder"), width=390)
    window.go("/referrals/")
    keys = Keyboard(window)
    keys.round_trip()
    keys.follow("Start a referral")
    keys.round_trip()
    keys.choose("Is anyone in danger now?", "No")
    keys.follow("Save and continue")
    keys.round_trip()
    keys.choose("How old is the person?", "18 or over")
    keys.choose("Where did you meet the person?", "Northern Ireland")
    keys.follow("Save and continue")
    # Forgotten: the summary has the focus, and leads to the question.
    keys.follow("Save and continue")
    assert keys.here()["tag"] == "div"
    keys.to("Select")
    assert "govuk-error-summary" in keys.page.locator(":focus").evaluate(
        "e => e.closest('.govuk-error-summary').className"
    )
    here = keys.press("Enter")
    assert (here["type"], here["legend"]) == ("radio", "Did they agree?")
    here = keys.press("Space")
    assert here["name"].startswith("They agreed")
    keys.follow("Save and continue")
    keys.reads("Add when you can")
    keys.round_trip()
    keys.follow("Check and send")
    keys.round_trip()
    keys.follow("Send the referral")
    keys.reads("Your receipt number")
    keys.round_trip()
    with acting_as(world.intake):
        case = Referral.objects.get().case
        assert (case.jurisdiction, case.age_status) == ("northern_ireland", "adult")
    assert window.faults == []


@pytest.mark.parametrize("width", [1280, 390])
def test_two_people_decide_by_keyboard_alone(world: Any, case: Case, eyes: Any, width: int) -> None:
    window = eyes(world.client("caseworker"), width=width)
    window.go("/cases/")
    keys = Keyboard(window)
    keys.follow(case.pseudonym)
    if width == 390:
        keys.unfold("Overview Parts of this case")
    keys.follow("Decisions")
    keys.follow("Start the draft")
    keys.follow("Start the draft")
    keys.choose("Outcome", "Positive")
    keys.tick("The elements of the definition are shown")
    keys.write("What speaks for it", "The debt.")
    keys.write("What speaks against it", "Nothing.")
    keys.write("What is missing, and why", "Nothing.")
    keys.write("The reasons in plain words, for the letter", "We believe you.")
    keys.choose("How is the person's age known?", "An identity document")
    keys.tick("I have no conflict of interest in this case")
    keys.follow("Save the draft")
    keys.round_trip()
    keys.follow("Submit to a second person")
    keys.reads("With a second person")

    window = eyes(world.client("supervisor"), width=width)
    window.go("/reviews/")
    keys = Keyboard(window)
    keys.follow("Read it")
    keys.round_trip()
    keys.choose("What would you decide?", "Positive")
    keys.write("Your own grounds", "I come to the same.")
    keys.tick("I have no conflict of interest in this case")
    keys.follow("Record your own grounds")
    keys.round_trip()
    keys.follow("I agree: make the decision")
    keys.round_trip()
    with acting_as(world.supervisor):
        decision = case.decisions.get()
        assert (decision.state, decision.outcome) == ("made", "positive")
        assert (decision.author, decision.second_person) == (world.caseworker, world.supervisor)
        assert Case.objects.get(pk=case.pk).stage == "recovery"
    assert window.faults == []
