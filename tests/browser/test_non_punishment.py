"""A matter from the arrest to the discontinuance, in the windows of who works on the case, who
answers for the prosecution, and who supervises; and what each of them must not see."""

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
    worker.page.get_by_role("link", name="Change (Why they should not be punished)").click()
    worker.page.check("[name=basis][value=s45_adult]")
    worker.page.fill("[name=need_compulsion]", "The house was locked and his parents threatened.")
    worker.page.fill("[name=need_no_realistic_alternative]", "He had no key and no telephone.")
    look(worker, "matter-law")
    press(worker, "Save")
    expect(worker.page.get_by_text("May be argued")).to_be_visible()
    worker.page.get_by_role("link", name="Change (How far it has gone)").click()
    worker.page.check("[name=stage][value=charged]")
    worker.page.check("[name=representation][value=yes]")
    worker.page.fill("[name=their_reference]", "01AB/23456/26")
    worker.page.fill("[name=officer]", "Northern team")
    press(worker, "Save")

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
    liaison.go("/notices/")
    liaison.page.get_by_role("link", name=world.authority.name).click()
    liaison.page.check("[name=answer][value=discontinued]")
    press(liaison, "Send the answer")
    expect(liaison.page.get_by_text("Your answer is sent.")).to_be_visible()

    watch_days(actor=User.objects.system(), at=timezone.now() + timedelta(seconds=1))
    worker.go("/inbox/")
    expect(worker.page.get_by_text("There is an answer on a matter.").first).to_be_visible()
    worker.go(matter.removeprefix(worker.address))
    expect(worker.page.get_by_text("Discontinued").first).to_be_visible()
    look(worker, "matter-answered")
    worker.page.get_by_role("link", name="Record how it ended").click()
    worker.page.check("[name=outcome][value=discontinued]")
    press(worker, "Save")
    expect(worker.page.get_by_role("heading", name="Discontinued")).to_be_visible()

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
