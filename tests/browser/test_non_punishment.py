"""A matter from the arrest to the discontinuance, in the windows of who works on the case, who
answers for the prosecution, and who supervises: two of them change it at once, the person is held
and has a hearing, two agencies are told, one is chased; and what each must not see."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cases.actions.watching import watch_days
from nrm.accounts.models import User
from tests.casework.people import IDENTIFYING, assigned
from tests.intake.answers import FULL
from tests.windows import Eyes

LOOK = os.environ.get("NRM_LOOK")


@pytest.fixture
def case(world: Any, at: Any) -> Any:
    return assigned(world, at=at, answers=FULL)


def press(window: Eyes, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name, exact=True).click()


def look(window: Eyes, name: str) -> None:
    """Keeps a picture where somebody asked for one."""
    if LOOK:
        window.page.screenshot(path=f"{LOOK}/{name}.png", full_page=True)


def sweep(later: timedelta) -> None:
    watch_days(actor=User.objects.system(), at=timezone.now() + later)


def two_save_at_once(later: Eyes) -> str:
    """Who saves later is told, sees what was saved and what they typed, and brings both together.
    Gives what they save."""
    page, mine = later.page, "They were shown photographs of his sister."
    page.fill("[name=need_compulsion]", mine)
    press(later, "Save")
    said = "A colleague has changed this since you opened it. Nothing was overwritten."
    expect(page.get_by_text(said).first).to_be_visible()
    theirs = "The house was locked and his parents threatened."
    expect(page.get_by_text(theirs)).to_be_visible()
    expect(page.get_by_text("He had no key and no telephone.")).to_be_visible()
    assert page.input_value("[name=need_compulsion]") == mine
    look(later, "matter-clash")
    page.check("[name=basis][value=s45_adult]")
    page.fill("[name=need_compulsion]", f"{theirs} {mine}")
    page.fill("[name=need_no_realistic_alternative]", "He had no key and no telephone.")
    press(later, "Save")
    return f"{theirs} {mine}"


def test_a_matter_goes_from_the_arrest_to_its_discontinuance(
    world: Any, case: Any, eyes: Callable[..., Eyes]
) -> None:
    worker = eyes(world.client("caseworker"))
    liaison = eyes(world.client("liaison"), width=390)
    supervisor = eyes(world.client("supervisor"))
    worker.go(reverse("case_matters", args=[case.reference]))
    look(worker, "matters-empty")
    worker.page.get_by_role("button", name="Record a matter").click()
    worker.page.check("[name=kind][value=criminal]")
    worker.page.fill("[name=offence]", "Growing cannabis, section 6.")
    worker.page.check("[name=age_status][value=adult]")
    worker.page.check("[name=exclusion][value=none]")
    worker.page.check("[name=stage][value=arrested]")
    look(worker, "matter-new")
    press(worker, "Record it")
    expect(worker.page.get_by_role("heading", name="Arrested")).to_be_visible()
    expect(worker.page.get_by_text("It is for children")).to_be_visible()
    matter = worker.page.url

    # What the defence needs, and their reference.
    law = "Change (Why they should not be punished)"
    supervisor.go(matter.removeprefix(worker.address))
    supervisor.page.get_by_role("link", name=law).click()  # and looks into the file for a while
    worker.page.get_by_role("link", name=law).click()
    worker.page.check("[name=basis][value=s45_adult]")
    worker.page.fill("[name=need_compulsion]", "The house was locked and his parents threatened.")
    worker.page.fill("[name=need_no_realistic_alternative]", "He had no key and no telephone.")
    look(worker, "matter-law")
    press(worker, "Save")
    expect(worker.page.get_by_text("May be argued")).to_be_visible()
    both = two_save_at_once(supervisor)
    worker.page.reload()
    expect(worker.page.get_by_text(both)).to_be_visible()

    # They are held, and there is a hearing soon, before anybody is told and anything decided.
    worker.page.get_by_role("link", name="Change (How far it has gone)").click()
    worker.page.check("[name=stage][value=charged]")
    worker.page.check("[name=custody][value=remand]")
    worker.page.check("[name=hearing][value=plea]")
    for name, days in (("custody_until", 12), ("hearing_on", 6)):
        day = timezone.localdate() + timedelta(days=days)
        for part in ("day", "month", "year"):
            worker.page.fill(f"[name={name}_{part}]", str(getattr(day, part)))
    worker.page.check("[name=representation][value=yes]")
    worker.page.fill("[name=their_reference]", "01AB/23456/26")
    worker.page.fill("[name=officer]", "Northern team")
    press(worker, "Save")
    sweep(timedelta(seconds=1))
    for window in (worker, supervisor):
        window.go("/inbox/")
        for alert in (
            "There is a hearing soon, and nobody was told of the matter.",
            "There is a hearing soon, and the decision that should come before it is not made.",
            "The time limit for holding the person ends soon.",
        ):
            expect(window.page.get_by_text(alert).first).to_be_visible()
    look(worker, "matter-alerts")
    worker.go(reverse("case_matters", args=[case.reference]))
    expect(worker.page.get_by_text("Held in prison before the trial")).to_be_visible()
    worker.go(matter.removeprefix(worker.address))

    # The prison is told by letter, and answers by letter.
    worker.page.get_by_role("button", name="Tell an agency").click()
    worker.page.check("[name=agency][value=prison]")
    worker.page.check("[name=rests_on][value='ground:disclosure_duty']")
    press(worker, "Tell them")
    expect(worker.page.get_by_text("Outside the system")).to_be_visible()
    worker.page.check("[name=answer][value=continues]")
    press(worker, "Note the answer")  # and not why
    assert worker.page.is_checked("[name=answer][value=continues]")
    worker.page.check("[name=answer][value=received]")
    press(worker, "Note the answer")
    worker.go(matter.removeprefix(worker.address))

    # The prosecution is told, without who it is.
    worker.page.get_by_role("button", name="Tell an agency").click()
    worker.page.check("[name=agency][value=prosecutor]")
    worker.page.select_option("[name=organisation]", value=str(world.prosecution.pk))
    worker.page.check("[name=rests_on][value='ground:disclosure_duty']")
    look(worker, "matter-tell")
    press(worker, "Tell them")
    expect(worker.page.get_by_text("They are told, and asked to answer.")).to_be_visible()
    look(worker, "matter-notice")

    liaison.go("/inbox/")
    expect(
        liaison.page.get_by_text("A matter was sent to your organisation.").first
    ).to_be_visible()
    liaison.go("/notices/")
    look(liaison, "notices-390")
    liaison.page.get_by_role("link", name=world.authority.name).click()
    expect(liaison.page.get_by_text("01AB/23456/26")).to_be_visible()
    look(liaison, "received-390")
    html = liaison.page.content()
    for hidden in (*IDENTIFYING, case.reference, case.person.pseudonym):
        assert hidden not in html
    for path in (matter.removeprefix(liaison.address), reverse("case", args=[case.reference])):
        assert int(liaison.go(path).status) == 404

    # It does not answer, and is chased.
    sweep(timedelta(days=9))
    liaison.go("/inbox/")
    due = "An answer on a matter sent to you is due."
    expect(liaison.page.get_by_text(due).first).to_be_visible()
    worker.go("/inbox/")
    silent = "An answer on a matter is due, and none has come."
    expect(worker.page.get_by_text(silent).first).to_be_visible()
    liaison.go("/notices/")
    liaison.page.get_by_role("link", name=world.authority.name).click()
    liaison.page.check("[name=answer][value=discontinued]")
    press(liaison, "Send the answer")
    expect(liaison.page.get_by_text("Your answer is sent.")).to_be_visible()

    sweep(timedelta(seconds=1))
    worker.go("/inbox/")
    expect(worker.page.get_by_text("There is an answer on a matter.").first).to_be_visible()
    worker.go(matter.removeprefix(worker.address))
    expect(worker.page.get_by_text("Discontinued").first).to_be_visible()
    look(worker, "matter-answered")
    worker.page.get_by_role("link", name="Record how it ended").click()
    worker.page.check("[name=outcome][value=discontinued]")
    press(worker, "Save")
    expect(worker.page.get_by_role("heading", name="Discontinued")).to_be_visible()
    worker.page.get_by_role("link", name="Say what happened").click()
    worker.page.check("[name=result][value=cancelled]")
    press(worker, "Record it")
    expect(worker.page.get_by_text("The hearing is recorded.").first).to_be_visible()

    supervisor.go(reverse("case_timeline", args=[case.reference]))
    expect(supervisor.page.get_by_text("An agency answered on a matter").first).to_be_visible()
    assert "cannabis" not in supervisor.page.content()
    supervisor.go(reverse("case_matters", args=[case.reference]))
    expect(supervisor.page.get_by_text("Growing cannabis, section 6.")).to_be_visible()
    look(supervisor, "matters")
    for stranger in ("intake", "caseworker2", "provider"):
        window = eyes(world.client(stranger))
        answer = int(window.go(reverse("case_matters", args=[case.reference])).status)
        assert answer == (403 if stranger == "intake" else 404)
        assert "cannabis" not in window.page.content()
    assert [*worker.faults, *liaison.faults, *supervisor.faults] == []
