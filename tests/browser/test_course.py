"""The course of a case in the windows of the people concerned: a negative decision that reached the
person by a safe way 22 days ago is asked to be looked at again, answered and decided anew by
others; one that reached them 31 days ago is not taken without what was exceptional; somebody
withdraws and is referred again, which becomes a case that says which one it follows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Case, Decision, Referral
from nrm.context import acting_as
from tests.casework.people import assigned
from tests.decisions.road import REASONS, findings, made
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


def day_in(window: Eyes, name: str, day: Any) -> None:
    for part in ("day", "month", "year"):
        window.page.fill(f"[name={name}_{part}]", str(getattr(day, part)))


def refused(world: Any, at: Any, days: int) -> tuple[Case, Decision, str]:
    """A case with a negative decision of so many days ago, and the receipt of its referral."""
    then = at - timedelta(days=days)
    case = assigned(world, at=then)
    findings(world, case, at=then)
    decision = made(world, case, at=then, outcome="negative")
    return case, decision, case.referrals.get().receipt


def card(window: Eyes, case: Case, *safe: str) -> None:
    """Asks the person again how they are reached, and records these ways alone as safe."""
    window.go(reverse("case_contact", args=[case.reference]))
    for way in ("call", "text", "voicemail", "email", "post"):
        window.page.check(f"[name={way}][value={'safe' if way in safe else 'unknown'}]")
    press(window, "Record it")


def serve(window: Eyes, decision: Decision, day: Any) -> None:
    """Records on the page of the decision that it reached the person by post on that day."""
    window.go(reverse("decision", args=[decision.case.reference, decision.pk]))
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Record when it was received").click()
    day_in(window, "served_on", day)
    window.page.check("[name=channel][value=post]")
    window.page.select_option("[name=language]", "sq")
    press(window, "Record it")


def decide_anew(worker: Eyes, supervisor: Eyes, case: Case) -> None:
    """One drafts the other decision, another reads and makes it."""
    worker.go(reverse("decision_start", args=[case.reference, "reasonable_grounds"]))
    press(worker, "Start the draft")
    page = worker.page
    page.check("[name=outcome][value=positive]")
    page.check("[name=grounds_positive][value=elements_met]")
    for part in ("for", "against", "missing", "letter"):
        page.fill(f"[name=reason_{part}]", REASONS[part])
    page.check("[name=age_basis][value=document]")
    page.check("[name=no_conflict]")
    press(worker, "Submit to a second person")
    supervisor.go(reverse("reviews"))
    with supervisor.page.expect_navigation():
        supervisor.page.get_by_role("link", name="Read it").click()
    supervisor.page.check("[name=own_outcome][value=positive]")
    supervisor.page.fill("[name=own_grounds]", "The clinic confirms what she told.")
    supervisor.page.check("[name=no_conflict]")
    press(supervisor, "Record your own grounds")
    press(supervisor, "I agree: make the decision")


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
    worker = window("caseworker")
    case, decision, receipt = refused(world, at, 22)
    day = decision.made_on
    serve(worker, decision, day)  # nobody has said that a letter is safe
    expect(worker.page.get_by_text("does not mark this way as safe").first).to_be_visible()
    assert worker.page.input_value("[name=served_on_year]") == str(day.year)
    card(worker, case, "post")
    serve(worker, decision, day)
    expect(worker.page.get_by_text("The clocks that run from that day").first).to_be_visible()
    expect(worker.page.get_by_text("By post").first).to_be_visible()
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
    worker.go(reverse("decision_start", args=[case.reference, "reasonable_grounds"]))
    press(worker, "Start the draft")
    expect(worker.page.get_by_text("You took part in the first decision.").first).to_be_visible()
    intake = window("intake")
    intake.go(reverse("triage", args=[case.reference]))
    intake.page.select_option("[name=caseworker]", str(world.caseworker2.pk))
    press(intake, "Give the case")
    decide_anew(window("caseworker2"), answers, case)
    responder.go(reverse("referral", args=[receipt]))
    expect(responder.page.get_by_text("Accepted: recovery period").first).to_be_visible()

    late, decision, receipt = refused(world, at, 31)
    card(worker, late, "post")
    serve(worker, decision, decision.made_on)
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
    page = responder.page
    with page.expect_navigation():
        page.locator("main .govuk-task-list__link").first.click()
    page.check("[name=danger_now][value=no]")
    press(responder, "Save and continue")
    page.check("[name=age_status][value=adult]")
    page.check("[name=jurisdiction][value=england]")
    press(responder, "Save and continue")
    page.check("[name=consent_answer][value=given]")
    press(responder, "Save and continue")
    press(responder, "Check and send")
    press(responder, "Send the referral")
    expect(page.get_by_text("Referral sent").first).to_be_visible()

    # The same person, and a case of its own that says which one it follows.
    with acting_as(world.intake):
        again = Referral.objects.exclude(receipt=receipt).select_related("case__person").get()
    assert (again.case.pseudonym, again.case.stage) == (case.pseudonym, "nrm_submitted")
    intake = window("intake")
    intake.go(reverse("intake_queue"))
    with intake.page.expect_navigation():
        intake.page.get_by_role("link", name=case.pseudonym).click()
    expect(intake.page.get_by_text("The person was referred before:")).to_be_visible()
    with intake.page.expect_navigation():
        intake.page.locator("main").get_by_role("link", name=case.reference).click()
    expect(intake.page.get_by_text("The person was referred again:")).to_be_visible()
    expect(intake.page.get_by_role("link", name=again.case.reference)).to_be_visible()
