"""The responder's pages on a phone: a clash of two colleagues, the keyboard. What axe says of every
page, and how large its targets are, is with the other pages of the system."""

from typing import Any

import pytest
from django.urls import reverse

from cases.actions import drafting
from cases.models import Referral
from tests.intake.test_drafts import draft_of


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_clash_of_two_colleagues_hinders_nobody(
    world: Any, at: Any, eyes: Any, width: int
) -> None:
    draft = draft_of(world, at)
    window = eyes(world.client("responder"), width=width)
    window.go(reverse("draft_page", args=[draft.pk, "treatment"]))
    drafting.save_page(
        draft,
        actor=world.responder2,
        at=at,
        page="treatment",
        answers={"how_treated": "Door locked"},
        version=draft.version,
    )
    window.page.fill("#id_how_treated", "Papers taken")
    window.page.click("main form button[type=submit]")
    window.page.wait_for_selector("#theirs")
    assert "Door locked" in window.page.inner_text("main")
    assert window.page.input_value("#id_how_treated") == "Papers taken"
    assert window.axe() == []
    assert window.sideways() == 0
    assert window.faults == []


@pytest.mark.parametrize("javascript", [True, False])
def test_a_responder_refers_by_keyboard(world: Any, eyes: Any, javascript: bool) -> None:
    window = eyes(world.client("responder"), width=390, javascript=javascript)
    keys = window.page.keyboard

    def choose(field: str) -> None:
        window.page.focus(f"#{field}")
        keys.press("Space")

    def go_on() -> None:
        window.page.focus("main form button[type=submit]")
        keys.press("Enter")

    window.go("/referrals/new/")
    choose("id_danger_now_1")
    go_on()
    window.page.wait_for_selector("#id_age_status_0")
    choose("id_age_status_0")
    choose("id_jurisdiction_0")
    go_on()
    window.page.wait_for_selector("#id_consent_answer_0")
    go_on()  # nothing chosen yet
    window.page.wait_for_selector(".govuk-error-summary")
    assert window.page.title().startswith("Error:")
    choose("id_consent_answer_0")
    go_on()
    window.page.wait_for_selector("text=Check and send")
    window.page.click("text=Check and send")
    window.page.wait_for_selector("text=After it is sent")
    go_on()
    window.page.wait_for_selector("text=Your receipt number")
    assert Referral.objects.count() == 1
    assert window.faults == []
    stored = "() => [localStorage.length, sessionStorage.length]"
    assert window.page.evaluate(stored) == [0, 0]
