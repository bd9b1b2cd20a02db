"""Who tries to come in as somebody else, or to stay when they may not, and what they get."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.accounts import actions, factor_actions, tokens
from nrm.accounts.models import Factor
from nrm.accounts.scopes import Scope
from nrm.actions import Forbidden
from tests.accounts.test_factors import STEP, code, enrol, half, reaches, secret_on
from tests.world import PASSWORD


def test_second_factor_enrolment_of_another_user_is_not_to_be_had(world):
    """No address and no field names whose factor it is; one that is named all the same is not
    listened to, and a factor of somebody else's is absent."""
    thief, victim = world.client("intake"), world.caseworker
    enrol(half(victim))
    factor = Factor.objects.get(user=victim)
    secret = secret_on(thief.get(reverse("factor_app"), {"user": str(victim.pk)}))
    thief.post(
        f"{reverse('factor_app')}?user={victim.pk}",
        {"code": code(secret), "user": str(victim.pk), "user_id": str(victim.pk),
         "factor": str(factor.pk)},
    )  # fmt: skip
    assert Factor.objects.filter(user=victim).count() == 1
    assert Factor.objects.filter(user=world.intake).count() == 1
    answer = thief.post(reverse("factor_removal", args=[factor.pk]))
    assert answer.status_code == 404
    with pytest.raises(Forbidden):
        factor_actions.begin_app(victim, actor=world.intake, at=timezone.now())
    with pytest.raises(Forbidden):
        factor_actions.try_code(victim, actor=world.intake, at=timezone.now(), code="000000")
    assert Factor.objects.filter(user=victim).count() == 1


def test_session_fixation_a_key_from_before_signing_in_or_before_the_factor_gives_nothing(world):
    secret, _codes = enrol(half(world.caseworker))
    client = Client()
    client.get("/sign-in/")
    client.cookies["nrm_session"] = "a" * 32  # planted
    client.post("/sign-in/", {"username": world.caseworker.email, "password": PASSWORD})
    first = client.cookies["nrm_session"].value
    assert first != "a" * 32
    client.post("/confirmation/", {"code": code(secret, later=STEP)})
    second = client.cookies["nrm_session"].value
    assert second != first
    assert reaches(client)
    for planted in ("a" * 32, first):
        thief = Client()
        thief.cookies["nrm_session"] = planted
        assert not reaches(thief)


@pytest.mark.usefixtures("password_is_enough")
def test_picture_of_another_site_that_signs_out_by_get_does_nothing(world):
    client = world.client("administrator")
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/hide/").status_code == 405
    assert client.get("/administration/").status_code == 200
    assert client.head("/sign-out/").status_code == 405
    assert client.get("/administration/").status_code == 200


def test_revoked_token_opens_nothing_from_the_next_call_on(world, at):
    token, secret = tokens.new_token(world.caseworker, label="desk", scopes=[Scope.ACCOUNT], at=at)
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/account/").status_code == 200
    actions.revoke_token(world.caseworker, actor=world.caseworker, at=at, token=token)
    assert program.get("/api/v1/account/").status_code == 401
    # Nor does the session that comes with it: a bad token is nobody.
    program.cookies = world.client("caseworker").cookies
    assert program.get("/api/v1/account/").status_code == 401
