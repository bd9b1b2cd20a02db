"""A child turns 18 without having agreed to stay, in the windows of the people concerned: what is
to be done 100 and 30 days before comes in its time, on the birthday the case is suspended and not
closed, they say yes, and a supervisor lets it go on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.actions.watching import watch_days
from nrm.accounts.models import User
from tests.decisions import road
from tests.windows import Eyes


def fill_day(page: Any, name: str, day: Any) -> None:
    for part in ("day", "month", "year"):
        page.fill(f"[name={name}_{part}]", str(getattr(day, part)))


def save(page: Any) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()


@pytest.fixture
def windows(world: Any, eyes: Callable[..., Eyes]) -> tuple[Eyes, Eyes]:
    return (
        eyes(world.client("caseworker"), width=390, javascript=False),
        eyes(world.client("supervisor")),
    )


def road_to_18(world: Any, worker: Eyes, supervisor: Eyes, case: Any, at: Any) -> None:
    """So many days before the birthday, each of its tasks and no other."""
    child = reverse("case_child", args=[case.reference])
    prepare, plan = "Prepare for 18: explain", "Plan what comes after 18"
    tasks = worker.page.locator("section:has(#tasks-title)")
    for days, shown, hidden in ((-1, (), (prepare, plan)), (1, (prepare,), (plan,))):
        watch_days(actor=User.objects.system(), at=at + timedelta(days=days))
        worker.go(child)
        for text in shown:
            expect(tasks.get_by_text(text)).to_be_visible()
        for text in hidden:
            assert tasks.get_by_text(text).count() == 0
    supervisor.go("/inbox/")
    near = supervisor.page.get_by_text("A child will turn 18. See what is to be done before.")
    expect(near.first).to_be_visible()
    told = near.count()
    watch_days(actor=User.objects.system(), at=at + timedelta(days=71))
    worker.go(child)
    expect(tasks.get_by_text(plan)).to_be_visible()
    supervisor.go("/inbox/")
    assert near.count() > told


def test_a_child_turns_18_without_agreeing_and_agrees_later(world, at, windows):
    worker, supervisor = windows
    page, today = worker.page, at.date()
    case = road.ready_case(world, at=at - timedelta(days=60), age_status="child")
    road.made(world, case, at=at - timedelta(days=50))
    child = reverse("case_child", args=[case.reference])
    worker.go(reverse("case", args=[case.reference]))
    assert page.locator(f'a[href="{child}"]').count() > 0  # the tab, folded on a narrow screen
    worker.go(child)
    expect(page.get_by_text("nothing reminds of it")).to_be_visible()
    page.get_by_role("link", name="Record the day, or what they said").click()
    page.check("[name=answer][value=agreed]")
    save(page)  # no day, and nothing of how they said it
    expect(page.get_by_text("Enter the day on which they turn 18").first).to_be_visible()
    assert page.is_checked("[name=answer][value=agreed]")
    page.check("[name=answer][value='']")
    fill_day(page, "on", today + timedelta(days=100))
    save(page)
    expect(page.get_by_text("100 days until they turn 18")).to_be_visible()
    road_to_18(world, worker, supervisor, case, at)
    page.get_by_role("link", name="Record the day, or what they said").click()
    fill_day(page, "on", today)  # a document says so
    save(page)
    expect(page.get_by_text("0 days until they turn 18")).to_be_visible()

    watch_days(actor=User.objects.system(), at=at + timedelta(days=1))
    case.refresh_from_db()
    assert (case.stage, case.age_status, case.closed_at) == ("suspended", "adult", None)
    worker.go("/inbox/")
    said = "A child has turned 18 without agreeing to stay. The case is suspended."
    expect(page.get_by_text(said).first).to_be_visible()
    worker.go(reverse("case", args=[case.reference]))
    assert page.locator(f'a[href="{child}"]').count() == 0  # an adult's case
    worker.go(child)
    expect(page.get_by_text("The case is suspended until they agree.")).to_be_visible()
    page.get_by_role("link", name="Record the day, or what they said").click()
    page.check("[name=answer][value=agreed]")
    fill_day(page, "answered_on", today)
    page.check("[name=method] >> nth=1")
    page.fill("[name=language]", "Albanian")
    page.check("[name=interpreter][value=by_telephone]")
    save(page)
    expect(page.get_by_text("They agree: a supervisor can let the case go on.")).to_be_visible()

    supervisor.go(reverse("case_course", args=[case.reference]))
    expect(supervisor.page.get_by_text("Turned 18 and has not agreed yet").first).to_be_visible()
    with supervisor.page.expect_navigation():
        supervisor.page.locator(
            f'form[action="{reverse("case_resumption", args=[case.reference])}"] button'
        ).click()
    case.refresh_from_db()
    assert (case.stage, case.suspended_at) == ("recovery", None)
    assert worker.faults == supervisor.faults == []
