"""Passkeys in a real browser, with an authenticator that the browser plays."""

from typing import Any

import pytest
from django.test import Client

from nrm.accounts import factor_actions, factors
from nrm.accounts.models import Factor
from tests.windows import Eyes


@pytest.fixture
def window(db: None, address: str, chromium: Any) -> Any:
    """Opens a window at the name of this machine: an address in numbers has no passkeys."""
    contexts = []

    def open_window(client: Client) -> Eyes:
        here = address.replace("127.0.0.1", "localhost")
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        cookies = [{"name": m.key, "value": m.value, "url": here} for m in client.cookies.values()]
        context.add_cookies(cookies)
        return Eyes(context, here)

    yield open_window
    for context in contexts:
        context.close()


def authenticator(eyes: Eyes) -> tuple[Any, str]:
    """A key in the browser that answers by itself."""
    tools = eyes.context.new_cdp_session(eyes.page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools, made["authenticatorId"]


def begun(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="nrm.accounts.backends.SignIn")
    return client


def move(eyes: Eyes, client: Client) -> None:
    """Another sitting of the same browser: its cookies are those of this client."""
    eyes.context.clear_cookies()
    eyes.context.add_cookies(
        [{"name": m.key, "value": m.value, "url": eyes.address} for m in client.cookies.values()]
    )


def press(eyes: Eyes, words: str) -> None:
    with eyes.page.expect_navigation():
        eyes.page.get_by_role("button", name=words).click()


def test_passkey_is_added_and_signs_in_under_the_strict_policy_and_nobody_elses_does(
    world: Any, window: Any
) -> None:
    eyes = window(begun(world.caseworker))
    tools, key = authenticator(eyes)
    eyes.go("/account/factors/passkey/")
    press(eyes, "Add a passkey")
    assert eyes.page.get_by_role("heading", name="Keep these recovery codes").is_visible()
    row = Factor.objects.get(user=world.caseworker)
    assert (row.kind, row.label) == ("passkey", "Passkey")
    eyes.page.get_by_role("button", name="I have kept them: go on").click()
    eyes.arrive("/cases/")

    # Signing in anew, the passkey is enough.
    move(eyes, begun(world.caseworker))
    eyes.go("/inbox/")
    eyes.arrive("/confirmation/")
    press(eyes, "Use your passkey")
    eyes.arrive("/inbox/")
    again = Factor.objects.get(pk=row.pk)
    assert again.uses > row.uses
    assert again.used_at is not None

    # For somebody else the same key is unknown: the browser is not even asked for it.
    (credential,) = tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert credential["rpId"] == "localhost"
    move(eyes, begun(world.supervisor))
    eyes.go("/inbox/")
    eyes.arrive("/account/factors/")
    assert eyes.faults == []


def test_answer_to_another_question_or_of_a_copied_key_proves_nothing(
    world: Any, window: Any, at: Any
) -> None:
    client = begun(world.caseworker)
    eyes = window(client)
    authenticator(eyes)
    eyes.go("/account/factors/passkey/")
    press(eyes, "Add a passkey")
    row = Factor.objects.get(user=world.caseworker)
    # The counter of a copy lags behind.
    Factor.objects.update(uses=1_000_000)
    move(eyes, begun(world.caseworker))
    eyes.go("/confirmation/")
    press(eyes, "Use your passkey")
    assert eyes.page.get_by_text("This is not right").first.is_visible()
    # An answer sent again meets another question.
    said = {"host": "localhost", "origin": "http://localhost"}
    _asks, state = factors.begin_asking(keys=[row.public_key], **said)
    tried = factor_actions.try_passkey(
        world.caseworker, actor=world.caseworker, at=at, state=state, answer="{}", **said
    )
    assert not tried.is_right
