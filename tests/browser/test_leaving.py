"""Leaving a page: nothing of it is found afterwards, and nothing typed on it is lost."""

import shutil
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from nrm.accounts.models import Session
from tests.browser.hands import LEFT_BEHIND
from tests.casework.people import assigned
from tests.windows import Eyes
from tests.world import PASSWORD

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def case(world: Any, at: Any) -> Any:
    return assigned(world, at=at)


@pytest.fixture(scope="module")
def remembering(chromium: Any) -> Any:
    """A Chromium that keeps whole pages in memory for going back, as people's own do."""
    names = ("chromium", "chromium-browser", "chromium-headless-shell")
    browser = chromium.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, names)), None),
        args=["--no-sandbox", "--disable-gpu"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


def window(browser: Any, address: str, client: Any, **more: Any) -> Eyes:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **more)
    context.add_cookies(
        [{"name": m.key, "value": m.value, "url": address} for m in client.cookies.values()]
    )
    return Eyes(context, address)


def sign_in_again(eyes: Eyes, name: str = "caseworker") -> None:
    with eyes.page.expect_navigation():
        eyes.sign_in(f"{name}@example.org", PASSWORD)


def end_idle(user: Any) -> None:
    Session.objects.filter(user=user).update(seen_at=timezone.now() - timedelta(minutes=16))


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("button", ["Hide this screen", "Sign out"])
def test_going_back_shows_nothing_of_the_case(
    world, case, address, remembering, javascript, button
):
    client = world.client("caseworker")
    eyes = window(remembering, address, client, java_script_enabled=javascript)
    eyes.go(f"/cases/{case.reference}/")
    name = case.person.pseudonym
    expect(eyes.page.get_by_text(name).first).to_be_visible()
    with eyes.page.expect_navigation():
        eyes.page.get_by_role("button", name=button).first.click()
    eyes.page.go_back()
    eyes.page.wait_for_load_state()
    expect(eyes.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert name not in eyes.page.content()
    assert eyes.faults == []
    eyes.context.close()


def test_hiding_leads_to_a_page_that_says_nothing_and_works_from_an_error(world, case, eyes):
    seen = eyes(world.client("caseworker"))
    seen.go("/no/such/page/")
    with seen.page.expect_navigation():
        seen.page.get_by_role("button", name="Hide this screen").click()
    seen.arrive("/empty/")
    text = seen.page.content()
    assert "Referral" not in text
    assert "Caseworker" not in text
    seen.go(f"/cases/{case.reference}/")
    seen.arrive("/sign-in/")


@pytest.mark.parametrize("key", ["Shift", "Escape"])
def test_three_presses_hide_the_screen_unless_shortcuts_are_off(world, case, eyes, key):
    seen = eyes(world.client("caseworker"))
    seen.go(f"/cases/{case.reference}/notes/")
    seen.page.locator("main textarea").fill("Half a sentence")
    with seen.page.expect_navigation():
        for _time in range(3):
            seen.page.keyboard.press(key)
    seen.arrive("/empty/")
    type(world.caseworker).objects.filter(pk=world.caseworker.pk).update(shortcuts=False)
    other = eyes(world.client("caseworker"))
    other.go(f"/cases/{case.reference}/notes/")
    for _time in range(3):
        other.page.keyboard.press(key)
    assert other.page.evaluate("fetch('/session/').then(r => r.json()).then(b => b.left)") > 0
    # What was typed when the first was hidden is kept for its writer.
    other.go("/account/kept/")
    with other.page.expect_navigation():
        other.page.get_by_role("link", name="Text of").click()
    expect(other.page.locator("main textarea")).to_have_value("Half a sentence")


def test_touch_screens_have_no_shortcuts(world, case, eyes):
    seen = eyes(world.client("caseworker"), has_touch=True, is_mobile=True, width=390)
    seen.go(f"/cases/{case.reference}/")
    for _time in range(3):
        seen.page.keyboard.press("Shift")
    assert seen.page.evaluate("fetch('/session/').then(r => r.json()).then(b => b.left)") > 0


def test_a_window_asks_before_its_time_is_up_and_one_key_keeps_it_open(world, case, eyes):
    client = world.client("caseworker")
    seen = eyes(client)
    seen.page.clock.install()
    seen.go(f"/cases/{case.reference}/notes/")
    Session.objects.filter(user=world.caseworker).update(
        seen_at=timezone.now() - timedelta(minutes=13, seconds=10)
    )
    seen.page.clock.fast_forward(13 * 60_000 + 1_000)
    dialog = seen.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    with seen.page.expect_response("**/session/") as answer:
        seen.page.keyboard.press("Enter")
    assert answer.value.json()["left"] > 890
    expect(dialog).to_be_hidden()
    assert seen.faults == []


def test_another_window_in_use_keeps_this_one_open_without_a_question(world, case, eyes):
    client = world.client("caseworker")
    seen = eyes(client)
    seen.page.clock.install()
    seen.go(f"/cases/{case.reference}/")
    with seen.page.expect_response("**/session/"):
        seen.page.clock.fast_forward(13 * 60_000 + 1_000)
    expect(seen.page.locator("#nrm-idle")).to_be_hidden()
    # Asking is not being there.
    before = Session.objects.get(user=world.caseworker).seen_at
    Session.objects.update(seen_at=before - timedelta(minutes=2))
    seen.page.evaluate("fetch('/session/').then(r => r.json())")
    assert Session.objects.get(user=world.caseworker).seen_at == before - timedelta(minutes=2)


def test_when_the_time_is_up_the_page_leaves_and_the_note_is_there_after_signing_in(
    world, case, eyes
):
    seen = eyes(world.client("caseworker"))
    seen.page.clock.install()
    seen.go(f"/cases/{case.reference}/notes/")
    seen.page.locator("main textarea").fill("She asked for a doctor")
    end_idle(world.caseworker)
    with seen.page.expect_navigation(url="**/sign-in/**"):
        seen.page.clock.fast_forward(15 * 60_000)
    assert "doctor" not in seen.page.content()
    sign_in_again(seen)
    expect(seen.page.locator("main textarea")).to_have_value("She asked for a doctor")
    expect(seen.page.get_by_role("heading", name="Your text was kept")).to_be_visible()
    assert not case.notes.exists()
    with seen.page.expect_navigation():
        seen.page.get_by_role("button", name="Save note").click()
    assert case.notes.count() == 1


def test_without_a_script_the_page_says_when_it_ends_and_loses_nothing(world, case, eyes):
    seen = eyes(world.client("caseworker"), javascript=False)
    seen.go(f"/cases/{case.reference}/notes/")
    expect(seen.page.get_by_text("If you do nothing you will be signed out at")).to_be_visible()
    seen.page.locator("main textarea").fill("She asked for a doctor")
    end_idle(world.caseworker)
    with seen.page.expect_navigation():
        seen.page.get_by_role("button", name="Save note").click()
    sign_in_again(seen)
    expect(seen.page.locator("main textarea")).to_have_value("She asked for a doctor")


def test_nothing_is_left_in_the_browser(world, case, eyes):
    seen = eyes(world.client("caseworker"))
    for path in ("", "notes/", "timeline/", "assessment/", "decisions/", "deadlines/"):
        assert seen.go(f"/cases/{case.reference}/{path}").status == 200, path
        assert seen.page.evaluate(LEFT_BEHIND) == [], path


def test_language_chosen_before_signing_in_is_kept_after_signing_out(world, eyes):
    seen = eyes()
    seen.go("/sign-in/")
    with seen.page.expect_navigation():
        seen.page.locator("footer").get_by_role("button", name="Français").click()
    sign_in_again(seen)
    world.caseworker.refresh_from_db()
    assert world.caseworker.language == "fr"
    with seen.page.expect_navigation():
        seen.page.locator(".nrm-header__sign-out button").click()
    assert seen.page.evaluate("document.documentElement.lang") == "fr"


def test_find_box_takes_the_slash_only_outside_of_a_text(world, case, eyes):
    seen = eyes(world.client("caseworker"))
    seen.go(reverse("worklist"))
    find = seen.page.locator("main input[type=text], main input[type=search]").first
    find.evaluate("box => { box.dataset.nrmFind = '' }")
    seen.page.keyboard.press("/")
    expect(find).to_be_focused()
    seen.page.keyboard.press("/")
    expect(find).to_have_value("/")


def test_focus_never_lies_under_the_button_that_hides(world, case, eyes):
    for width in (1280, 390):
        seen = eyes(world.client("caseworker"), width=width)
        seen.go(f"/cases/{case.reference}/")
        for _step in range(60):
            seen.page.keyboard.press("Tab")
            covered = seen.page.evaluate(
                """() => {
                    const had = document.activeElement, box = had.getBoundingClientRect();
                    const button = document.querySelector('.nrm-hide__button');
                    if (had === button || had === document.body || !box.height) return '';
                    const bar = button.getBoundingClientRect();
                    const hidden = box.left >= bar.left && box.right <= bar.right &&
                        box.top >= bar.top && box.bottom <= bar.bottom;
                    return hidden ? had.outerHTML : '';
                }"""
            )
            assert covered == "", width
