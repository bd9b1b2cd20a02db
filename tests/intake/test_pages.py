"""The responder's pages on a phone: targets, a clash of two colleagues, the keyboard. What axe says
of every page is with the other pages of the system."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from cases.actions import drafting
from cases.models import Referral
from cases.rules.referral_form import form_for
from tests.intake.answers import ALLEGATIONS, CHILD, DECLINES, EPISODES, FULL, STORY
from tests.intake.test_drafts import draft_of
from tests.intake.test_receiving import receive


def pages_of(world: Any, at: Any) -> dict[str, str]:
    """The address of each page, with something on it."""
    told = {code: value for code, value in FULL.items() if code not in STORY}
    draft = draft_of(world, at, **told, **{k: v for k, v in STORY.items() if "left" not in k})
    for part, items in (("episodes", EPISODES), ("allegations", ALLEGATIONS)):
        for item in items:
            pages = form_for(world.profile).pages_of(part)
            row = uuid4().hex
            for page in pages:
                asked = {question.code for question in page.questions}
                draft = drafting.save_page(
                    draft,
                    actor=world.responder2,
                    at=at,
                    page=page.code,
                    answers={code: value for code, value in item.items() if code in asked},
                    version=draft.version,
                    item=row,
                )
    child = draft_of(world, at, **CHILD)
    declines = draft_of(world, at, **{**DECLINES, "name": "Somebody", "family": "Mr Zef Hoti"})
    empty = draft_of(world, at)
    sent = receive(world, at, FULL)
    notified = receive(world, at, DECLINES)
    found = {
        "home": reverse("referrals"),
        "start": reverse("referral_start"),
        "drafts": reverse("drafts"),
        "sheet": reverse("prompt_sheet"),
        "tasks": reverse("draft", args=[draft.pk]),
        "tasks-empty": reverse("draft", args=[empty.pk]),
        "tasks-child": reverse("draft", args=[child.pk]),
        "tasks-declines": reverse("draft", args=[declines.pk]),
        "child": reverse("draft_page", args=[child.pk, "child_protection"]),
        "cooperation": reverse("draft_page", args=[declines.pk, "cooperation"]),
        "warned": reverse("draft_page", args=[declines.pk, "background"]),
        "check": reverse("draft_check", args=[draft.pk]),
        "check-empty": reverse("draft_check", args=[empty.pk]),
        "check-declines": reverse("draft_check", args=[declines.pk]),
        "hand-over": reverse("draft_hand_over", args=[draft.pk]),
        "discard": reverse("draft_discard", args=[draft.pk]),
        "referral": reverse("referral", args=[sent.receipt]),
        "notification": reverse("referral", args=[notified.receipt]),
        "receipt": reverse("referral_receipt", args=[sent.receipt]),
        "items-empty": reverse("draft_page", args=[empty.pk, "episodes"]),
    }
    for page in form_for(world.profile).pages:
        if page.code not in KINDS:
            continue
        args = [draft.pk, page.code]
        found[f"page-{page.code}"] = reverse("draft_page", args=args)
        if page.part:
            found[f"item-{page.code}"] = reverse("draft_item", args=[*args, uuid4().hex])
    return found


# Of the pages of questions, those that together have every kind of field and of notice.
KINDS = {
    *("danger", "who", "consent", "episodes", "episode_people", "allegations", "treatment"),
    *("safe_contact", "contact_details", "name", "about", "recruitment"),
}

# Text in a sentence and what is hidden until it has the focus need not be 44 pixels high.
SMALL_TARGETS = """
() => [...document.querySelectorAll('main a, main button, main input, main select, main summary')]
  .filter(e => e.offsetParent && !e.closest('p, dd, td, th, .govuk-error-summary')
               && !['radio', 'checkbox', 'hidden'].includes(e.type))
  .filter(e => e.getBoundingClientRect().height < 43.5)
  .map(e => e.outerHTML.slice(0, 120))
"""


def test_every_target_is_large_enough_for_a_finger(world: Any, at: Any, eyes: Any) -> None:
    window = eyes(world.client("responder"), width=390)
    faults: list[str] = []
    for name, url in pages_of(world, at).items():
        assert window.go(url).status == 200, name
        faults += [f"{name}: small {e}" for e in window.page.evaluate(SMALL_TARGETS)]
    assert faults == []
    assert window.faults == []


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
