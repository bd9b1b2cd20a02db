"""The sign-in page, seen by a person and by axe."""

import pytest

from tests.world import PASSWORD

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_sign_in_page_is_accessible_and_does_not_scroll_sideways(eyes, width):
    window = eyes(width=width)
    window.go("/sign-in/")
    assert window.axe() == []
    assert window.sideways() == 0
    assert window.faults == []


def test_person_signs_in_without_javascript_and_back_shows_nothing_after_hiding(eyes, world):
    window = eyes(javascript=False)
    page = window.page
    window.go("/administration/")
    window.sign_in("administrator@example.org", PASSWORD)
    window.arrive("/administration/")
    assert page.get_by_text("Northshire Police").is_visible()
    page.click("text=Hide this screen")
    window.arrive("/empty/")
    page.go_back()
    page.wait_for_load_state()
    assert page.get_by_role("heading", name="Sign in").is_visible()
    assert "Northshire Police" not in page.content()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_page_for_a_bad_request_is_accessible_and_does_not_scroll_sideways(eyes, width):
    """A host that is not ours is the bad request that a browser can make."""
    window = eyes(width=width)
    window.address = window.address.replace("127.0.0.1", "other.localhost")
    answer = window.go("/sign-in/")
    assert answer.status == 400
    assert window.axe() == []
    assert window.sideways() == 0
    assert window.faults == []
