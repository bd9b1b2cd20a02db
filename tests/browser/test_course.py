"""The course of a case in the windows of the people concerned: a negative decision that reached the
person 22 days ago is asked to be looked at again, answered and prepared by others; one that reached
them 31 days ago is not taken without what was exceptional; somebody withdraws and is referred
again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.actions import deciding
from cases.models import Case
from tests.casework.people import assigned
from tests.decisions.road import findings, made
from tests.windows import Eyes


@pytest.fixture
def window(world: Any, eyes: Callable[..., Eyes]) -> Callable[..., Eyes]:
    """A window of somebody who has signed in with both factors; one each."""
    opened: dict[str, Eyes] = {}

    def of(name: str, **more: Any) -> Eyes:
        if name not in opened:
            opened[name] = eyes(world.client(name), **more)
        return opened[name]

    return of


def press(window: Eyes, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name, exact=True).click()


def refused(world: Any, at: Any, days: int) -> tuple[Case, str]:
    """A case with a negative decision that reached the person so many days ago, and the receipt of
    its referral."""
    then = at - timedelta(days=days)
    case = assigned(world, at=then)
    findings(world, case, at=then)
    decision = made(world, case, at=then, outcome="negative")
    how = {"served_on": then.date(), "channel": "in_person", "language": "sq"}
    deciding.serve_decision(decision, actor=world.caseworker, at=then, **how)
    return case, case.referrals.get().receipt


def ask(window: Eyes, receipt: str, **more: str) -> None:
    """Asks on the page of the referral, as somebody does who reads that it was refused."""
    window.go(reverse("referral", args=[receipt]))
    window.page.get_by_role("link", name="Ask for another look").click()
    window.page.check("[name=asked_by][value=person]")
    window.page.check("[name=grounds][value=new_evidence]")
    window.page.fill("[name=why]", "The clinic has written since.")
    for name, text in more.items():
        window.page.fill(f"[name={name}]", text)
    press(window, "Ask for another look")


def test_a_decision_is_asked_to_be_looked_at_again_in_time_and_not_after_it(world, at, window):
    responder, answers = window("responder", width=390), window("supervisor2")
    case, receipt = refused(world, at, 22)
    ask(responder, receipt)
    expect(responder.page.get_by_text("Asked. You are told of the answer.")).to_be_visible()
    expect(responder.page.get_by_role("heading", name="Being looked at again")).to_be_visible()
    # Whoever made it answers nothing.
    course = reverse("case_course", args=[case.reference])
    first = window("supervisor")
    first.go(course)
    first.page.get_by_role("link", name="Answer", exact=True).click()
    first.page.check("[name=accept][value=yes]")
    first.page.fill("[name=reasons]", "It is new.")
    press(first, "Give the answer")
    expect(first.page.get_by_text("You took part in this decision.").first).to_be_visible()
    answers.go(course)
    answers.page.get_by_role("link", name="Answer", exact=True).click()
    expect(answers.page.get_by_text("The clinic has written since.")).to_be_visible()
    answers.page.check("[name=accept][value=yes]")
    answers.page.fill("[name=reasons]", "It is new.")
    press(answers, "Give the answer")
    case.refresh_from_db()
    assert case.stage == "rg_pending"
    # Whoever prepared the first one prepares no other.
    worker = window("caseworker")
    worker.go(reverse("decision_start", args=[case.reference, "reasonable_grounds"]))
    press(worker, "Start the draft")
    expect(worker.page.get_by_text("You took part in the first decision.").first).to_be_visible()

    late, receipt = refused(world, at, 31)
    ask(responder, receipt)
    said = "30 days after the decision reached the person"
    expect(responder.page.get_by_text(said).first).to_be_visible()
    assert responder.page.input_value("[name=why]") == "The clinic has written since."
    late.refresh_from_db()
    assert late.stage == "rg_negative"
    ask(responder, receipt, exceptional="In hospital until yesterday.")
    late.refresh_from_db()
    assert late.stage == "reconsideration"


def test_somebody_withdraws_and_is_referred_again(world, at, window):
    case = assigned(world, at=at)
    receipt = case.referrals.get().receipt
    worker, responder = window("caseworker", javascript=False), window("responder", width=390)
    worker.go(reverse("case_course", args=[case.reference]))
    worker.page.get_by_role("link", name="Record that the person withdraws").click()
    page = worker.page
    page.check("[name=method][value=spoken]")
    for part, number in (("day", at.day), ("month", at.month), ("year", at.year)):
        page.get_by_label(part.title(), exact=True).fill(str(number))
    page.fill("[name=heard_by]", "Quillon Zanzibar, harbour mission")
    press(worker, "Record the withdrawal")  # not yet explained
    expect(page.get_by_text("Explain first what ends").first).to_be_visible()
    assert page.input_value("[name=heard_by]") == "Quillon Zanzibar, harbour mission"
    page.check("[name=explained]")
    press(worker, "Record the withdrawal")
    expect(page.get_by_text("The withdrawal is recorded.").first).to_be_visible()
    worker.go(reverse("case_notes", args=[case.reference]))
    expect(page.get_by_text("This case has ended.").first).to_be_visible()
    assert page.locator("[name=text]").count() == 0
    responder.go(reverse("referral", args=[receipt]))
    assert "Quillon" not in responder.page.content()
    press(responder, "Refer the person again")
    expect(responder.page.locator("main").get_by_text(case.pseudonym).first).to_be_visible()
