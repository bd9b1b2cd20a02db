"""Covering for somebody and sharing with another organisation, in a browser, by the people
concerned: seen, and then not seen any more."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Bundle, CaseUserGrant, Cover
from tests.casework.people import IDENTIFYING, assigned
from tests.intake.answers import FULL


@pytest.fixture
def case(world: Any, at: Any) -> Any:
    return assigned(world, at=at, answers=FULL)


def press(eyes: Any, name: str) -> None:
    with eyes.page.expect_navigation():
        eyes.page.get_by_role("button", name=name).first.click()


def fill_day(eyes: Any, legend: str, day: Any) -> None:
    group = eyes.page.get_by_role("group", name=legend)
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(box).fill(str(value))


def gone(eyes: Any, path: str) -> None:
    answer = eyes.go(path)
    assert answer.status == 404
    expect(eyes.page.get_by_role("heading", level=1)).to_be_visible()


def test_a_delegated_case_is_seen_for_its_days_and_then_not(world, case, at, eyes):
    page, today = f"/cases/{case.reference}/", timezone.localdate(at)
    away, covering = eyes(world.client("caseworker")), eyes(world.client("caseworker2"), width=390)
    gone(covering, page)
    away.go("/account/")
    with away.page.expect_navigation():
        away.page.get_by_role("link", name="Cover while I am away").click()
    expect(away.page.get_by_text("1 open case of yours is handed on.")).to_be_visible()
    away.page.get_by_label("Who looks after your cases?").select_option(label="Caseworker2")
    fill_day(away, "First day", today)
    fill_day(away, "Last day", today + timedelta(days=6))
    press(away, "Hand on my cases")
    expect(away.page.get_by_text("Caseworker2 can work on your cases now.")).to_be_visible()
    covering.go("/inbox/")
    notice = "A colleague’s cases are handed to you for the time of an absence."
    expect(covering.page.get_by_text(notice).first).to_be_visible()
    covering.go("/cover/")
    with covering.page.expect_navigation():
        covering.page.get_by_role("link", name=case.pseudonym).click()
    covering.arrive(page)
    expect(covering.page.get_by_text(case.pseudonym).first).to_be_visible()
    # The last day has passed.
    CaseUserGrant.objects.filter(reason="absence").update(ends_at=at)
    gone(covering, page)
    covering.go("/cover/")
    expect(covering.page.get_by_role("link", name=case.pseudonym)).to_have_count(0)
    # And one that a supervisor ends before its time.
    CaseUserGrant.objects.filter(reason="absence").update(ends_at=Cover.objects.get().ends_at)
    assert covering.go(page).status == 200
    leading = eyes(world.client("supervisor"))
    leading.go("/cover/")
    press(leading, "End it now")
    expect(leading.page.get_by_text("The cover has ended.")).to_be_visible()
    gone(covering, page)
    assert away.faults + covering.faults + leading.faults == []


def test_a_bundle_is_shared_opened_and_recalled_by_the_people_concerned(world, case, at, eyes):
    giving, taking = eyes(world.client("caseworker")), eyes(world.client("provider"), width=390)
    taking.go("/shared/")
    expect(taking.page.get_by_text("Nothing is shared with your organisation now")).to_be_visible()
    giving.go(f"/cases/{case.reference}/people/")
    with giving.page.expect_navigation():
        giving.page.get_by_role("link", name="Shared with other organisations").click()
    with giving.page.expect_navigation():
        giving.page.get_by_role("button", name="Share with an organisation").click()
    giving.page.get_by_label("Who receives it?").select_option(
        label="Harbour House (Protection provider)"
    )
    giving.page.get_by_label("Shelter, support and care").check()
    giving.page.get_by_label("Referral to the National Referral Mechanism").check()
    giving.page.get_by_label("How the case stands").check()
    giving.page.get_by_label("Who the person is").check()
    press(giving, "See what they will see")
    # Who the person is needs a consent to exactly that; what was chosen is still there.
    expect(giving.page.get_by_text("has not agreed to exactly this").first).to_be_visible()
    expect(giving.page.get_by_label("How the case stands")).to_be_checked()
    giving.page.get_by_label("Who the person is").uncheck()
    press(giving, "See what they will see")
    expect(giving.page.get_by_role("heading", name="What they will see")).to_be_visible()
    expect(giving.page.get_by_text(case.pseudonym).first).to_be_visible()
    press(giving, "Share it")
    expect(giving.page.get_by_text("It is shared with Harbour House.")).to_be_visible()
    expect(giving.page.get_by_text("Nobody")).to_be_visible()
    taking.go("/inbox/")
    notice = "Something was shared with your organisation."
    expect(taking.page.get_by_text(notice).first).to_be_visible()
    taking.go("/shared/")
    with taking.page.expect_navigation():
        taking.page.get_by_role("link", name="Central Authority").click()
    expect(taking.page.get_by_text(case.pseudonym)).to_be_visible()
    text, path = taking.page.content(), taking.page.url.removeprefix(taking.address)
    assert not [secret for secret in (*IDENTIFYING, case.reference) if secret in text]
    assert str(Bundle.objects.get().pk) in path
    stranger = eyes(world.client("liaison"))
    gone(stranger, path)
    giving.page.reload()
    giving.page.get_by_label("It could put the person at risk").check()
    press(giving, "Recall it")
    expect(giving.page.get_by_text("nobody there can open it any more")).to_be_visible()
    expect(giving.page.get_by_text("Provider,").first).to_be_visible()
    gone(taking, path)
    taking.go("/shared/")
    expect(taking.page.get_by_role("link", name="Central Authority")).to_have_count(0)
    assert giving.faults + taking.faults + stranger.faults == []
