"""What a browser is told, and what it is not."""

import re
from uuid import uuid4

import pytest
from django.urls import path

from nrm.accounts.models import Organisation
from nrm.actions import Hidden, Refused
from nrm.audit.models import Event
from tests.world import signed_in

SECRET = "Zinnia Quillfeather"


def failing(request):
    Organisation.objects.create(name=SECRET, kind="ngo", profile="uk")
    raise RuntimeError(SECRET)


def hidden(request):
    Organisation.objects.create(name=SECRET, kind="ngo", profile="uk")
    raise Hidden("test")


def refusing(request):
    Organisation.objects.create(name=SECRET, kind="ngo", profile="uk")
    raise Refused(["The first reason.", "The second reason."])


@pytest.fixture
def broken_routes(settings):
    import nrm.urls

    class Urls:
        urlpatterns = [
            *nrm.urls.urlpatterns,
            path("fail/", failing, name="fail"),
            path("hide-me/", hidden, name="hide_me"),
            path("refuse/", refusing, name="refuse"),
        ]
        handler404 = nrm.urls.handler404
        handler500 = nrm.urls.handler500
        handler403 = nrm.urls.handler403
        handler400 = nrm.urls.handler400

    settings.ROOT_URLCONF = Urls


def body(response) -> bytes:
    return response.content


def test_page_not_found_carries_no_token_path_or_id(world):
    page = world.client("caseworker").get(f"/cases/{uuid4()}/").content.decode()
    assert "csrf" not in page
    assert "/cases/" not in page
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", page)


def test_failing_view_is_rolled_back_and_its_page_says_nothing(world, broken_routes):
    client = signed_in(world.caseworker, raise_request_exception=False)
    page = client.get("/fail/")
    assert page.status_code == 500
    assert SECRET.encode() not in page.content
    assert b"Traceback" not in page.content
    assert not Organisation.objects.filter(name=SECRET).exists()


def test_log_of_a_failure_names_the_place_and_not_what_was_typed(world, broken_routes, capfd):
    client = signed_in(world.caseworker, raise_request_exception=False)
    client.get("/fail/")
    log = capfd.readouterr().err
    assert "RuntimeError" in log
    assert "test_web.py" in log
    assert SECRET not in log


def test_hidden_thing_is_rolled_back_and_the_refusal_is_on_record(world, broken_routes):
    response = world.client("caseworker").get("/hide-me/")
    assert response.status_code == 404
    assert not Organisation.objects.filter(name=SECRET).exists()
    event = Event.objects.get(verb="access.refused")
    assert (event.actor_id, event.refused) == (world.caseworker.pk, True)
    assert event.data == {"route": "hide_me", "method": "GET", "right": "test"}


def test_refusal_without_a_form_shows_every_reason_and_undoes_all(world, broken_routes):
    response = world.client("caseworker").get("/refuse/")
    assert response.status_code == 422
    assert b"The first reason." in response.content
    assert b"The second reason." in response.content
    assert not Organisation.objects.filter(name=SECRET).exists()


@pytest.mark.parametrize("address", ["/account/", "/sign-in/", "/cases/nothing/", "/api/v1/cases/"])
def test_nothing_is_stored_and_nothing_may_be_framed(world, address):
    response = world.client("caseworker").get(address)
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


def test_form_without_its_token_is_refused_and_told_plainly(world):
    client = signed_in(world.administrator, enforce_csrf_checks=True)
    page = client.post("/administration/organisations/new/", {"name": "x"})
    assert page.status_code == 403
    assert b"This page is too old" in page.content


def test_program_that_is_not_found_anything_gets_a_problem(world):
    response = world.client("caseworker").get("/api/v1/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {"type": "about:blank", "title": "Not found", "status": 404}


def test_session_of_a_program_must_bring_its_csrf_token(world):
    client = signed_in(world.responder, enforce_csrf_checks=True)
    response = client.post("/api/v1/referrals/", {}, content_type="application/json")
    assert response.status_code == 403
