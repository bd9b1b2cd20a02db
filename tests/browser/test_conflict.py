"""Where no authority functions, with an armed group, in the windows of the people concerned: the
organisation that met the child identifies on a telephone, the police of the place learn nothing,
and the panel that works again takes it on and confirms it; then the road is closed, the clock of
the final decision is held, and somebody looks again at whether it still has to be."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from cases.actions import deciding
from cases.actions.assigning import assign_case
from cases.actions.sweeping import sweep
from cases.models import InboxItem
from nrm.accounts.models import Organisation
from nrm.context import acting_as
from tests.casework import people
from tests.decisions.road import again, content, findings
from tests.intake.answers import CHILD
from tests.windows import Eyes

LOOK = os.environ.get("NRM_LOOK")
WHY = "Taken at a roadblock, cooked for the group of Zanzibar-Quill for five months."


def press(window: Eyes, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name, exact=True).click()


def look(window: Eyes, name: str) -> None:
    """Keeps a picture where somebody asked for one."""
    if LOOK:
        window.page.screenshot(path=f"{LOOK}/{name}.png", full_page=True)


def test_a_child_of_an_armed_group_is_identified_where_no_authority_functions(
    palermo: Any, at: Any, eyes: Callable[..., Eyes]
) -> None:
    world = palermo
    Organisation.objects.filter(pk=world.police.pk).update(kind="ngo")
    world.police.refresh_from_db()
    case = people.referred(world, at=at, answers={**CHILD, "jurisdiction": "country"})
    receipt = case.referrals.get().receipt
    lead = eyes(world.client("lead"), width=390, javascript=False)
    lead.go(reverse("referral", args=[receipt]))
    look(lead, "conflict-referral")
    lead.page.get_by_role("link", name="Provisional identification").click()
    lead.page.fill("[name=why]", WHY)
    look(lead, "conflict-identify")
    press(lead, "Identify the person for now")  # nothing else is said yet
    expect(lead.page.get_by_text("Select why no authority decides there").first).to_be_visible()
    assert lead.page.input_value("[name=why]") == WHY
    lead.page.check("[name=situation][value=out_of_reach]")
    lead.page.check("[name=grounds][value=child_elements_met]")
    lead.page.check("[name=explained]")
    look(lead, "conflict-identify-filled")
    press(lead, "Identify the person for now")
    expect(
        lead.page.get_by_role("heading", name="Holds until an authority decides")
    ).to_be_visible()
    look(lead, "conflict-identified")
    lead.page.check("[name=situation][value=not_safe]")
    press(lead, "No authority decides there")
    expect(lead.page.get_by_text("Noted. You are asked again.")).to_be_visible()

    # The police of the place: nothing at its address, and nothing in the inbox.
    Organisation.objects.filter(pk=world.other_police.pk).update(kind="police")
    police = eyes(world.client("other_responder"))
    answer = police.page.goto(lead.page.url)
    assert answer is not None
    assert answer.status == 404
    with acting_as(world.other_responder):
        assert not InboxItem.objects.filter(user=world.other_responder).exists()

    # The panel works again, reads why, and takes it on.
    supervisor = eyes(world.client("supervisor"))
    supervisor.go(reverse("inbox"))
    expect(supervisor.page.get_by_text("identified provisionally").first).to_be_visible()
    supervisor.go(reverse("case_course", args=[case.reference]))
    expect(supervisor.page.get_by_text(WHY)).to_be_visible()
    look(supervisor, "conflict-course")
    press(supervisor, "An authority functions again and decides")
    expect(supervisor.page.get_by_text("Until then it stands.").first).to_be_visible()
    look(supervisor, "conflict-functions")

    # A child is accused of being with them: the prosecution can be told, the security forces never.
    assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker)
    worker = eyes(world.client("caseworker"))
    worker.go(reverse("case_matter_new", args=[case.reference]))
    worker.page.check("[name=kind][value=criminal]")
    worker.page.fill("[name=offence]", "Being with an armed group.")
    press(worker, "Record it")
    worker.page.get_by_role("button", name="Tell an agency").click()
    expect(worker.page.get_by_text("Never tell:").first).to_be_visible()
    assert worker.page.locator("[name=agency][value=prosecutor]").count() == 1
    assert worker.page.locator("[name=agency][value=police]").count() == 0
    look(worker, "conflict-never")

    findings(world, case, at=at)
    draft = deciding.draft_decision(
        again(world, case), actor=world.caseworker, at=at, code="presumed_identification",
        content=content(grounds=("child_elements_met",)),
    )  # fmt: skip
    deciding.submit_for_review(draft, actor=world.caseworker, at=at)
    lead.go(reverse("referral_provisional", args=[receipt]))
    expect(lead.page.get_by_role("heading", name="Confirmed by a decision")).to_be_visible()
    look(lead, "conflict-confirmed")
    the_road_is_closed(worker, supervisor, case, at)


def the_road_is_closed(worker: Eyes, supervisor: Eyes, case: Any, at: Any) -> None:
    """The clock of the final decision is held until a day on which it is looked at, by whom it is
    kept so once more, and runs again when the place can be reached."""
    page = worker.page

    def look_again_in(days: int) -> None:
        day = at.date() + timedelta(days=days)
        for part in ("day", "month", "year"):
            page.fill(f"[name=review_on_{part}]", str(getattr(day, part)))

    worker.go(reverse("deadlines", args=[case.reference]))
    page.locator("section:has(h3:text-is('Formal identification')) a").click()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.check("[name=reason][value=force_majeure]")
    press(worker, "Pause the deadline")  # for ever
    assert page.is_checked("[name=reason][value=force_majeure]")
    look_again_in(14)
    press(worker, "Pause the deadline")
    held = "Paused: The authority or the place cannot be reached"
    expect(page.get_by_text(held).first).to_be_visible()
    look(worker, "conflict-held")
    clock = page.url.removeprefix(worker.address)

    sweep(at=at + timedelta(days=13))
    supervisor.go(reverse("inbox"))
    due = "Look again at the pause of: Formal identification."
    assert supervisor.page.get_by_text(due).count() == 0
    sweep(at=at + timedelta(days=14, hours=12))
    for window in (worker, supervisor):
        window.go(reverse("inbox"))
        expect(window.page.get_by_text(due).first).to_be_visible()
    worker.go(clock)
    page.get_by_role("button", name="Keep it paused").click()
    look_again_in(21)
    press(worker, "Keep it paused")
    expect(page.get_by_text(held).first).to_be_visible()
    press(worker, "Let it run again")
    assert page.get_by_text(held).count() == 0
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
