"""A new installation begins with two administrators, let in by whoever runs the machine; after that
only administrators let anybody in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from nrm.accounts.actions import administrators
from nrm.accounts.models import SYSTEM_ID, Membership, User
from nrm.accounts.roles import Role
from nrm.audit.models import Event

HERE = {"organisation": "Oversight office", "profile": "uk"}


@pytest.fixture
def nobody(world):
    Membership.objects.filter(group__role_group__role=Role.ADMINISTRATOR).delete()
    assert not administrators().exists()


def begin(email: str, name: str = "Somebody", **more: str) -> str:
    said = StringIO()
    call_command("add_administrator", email, name, stdout=said, **{**HERE, **more})
    return said.getvalue()


def test_two_administrators_are_let_in_and_no_third(nobody):
    for email in ("first@example.org", "second@example.org"):
        path = begin(email).splitlines()[0]
        page = Client().get(path, follow=True)
        assert page.status_code == 200
        assert b"password" in page.content
    assert {user.email for user in administrators()} == {"first@example.org", "second@example.org"}
    assert not User.objects.get(email="first@example.org").has_usable_password()
    events = Event.objects.filter(verb="account.added", actor_id=SYSTEM_ID)
    assert events.count() == 2
    assert "example.org" not in str([event.data for event in events])
    with pytest.raises(CommandError, match="Two administrators are there already"):
        begin("third@example.org")
    assert not User.objects.filter(email="third@example.org").exists()


def test_what_is_wrong_is_said_at_once_and_nothing_is_left(nobody, world):
    before = User.objects.count()
    with pytest.raises(CommandError) as refusal:
        begin("no address", " ", organisation=" ", profile="mars")
    for words in ("not an e-mail", "Enter the name of the person", "organisation", "palermo"):
        assert words in str(refusal.value)
    with pytest.raises(CommandError, match="already here"):
        begin(world.caseworker.email.upper())
    assert User.objects.count() == before
