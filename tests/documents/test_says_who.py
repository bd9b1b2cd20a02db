"""A passport says who somebody is: whoever downloads one says why, as for any identity shown."""

from dataclasses import replace

import pytest
from django.urls import reverse

from cases.models import Document
from identities.models import Disclosure
from nrm.audit.models import Event
from tests.api.tools import api
from tests.casework.people import assigned
from tests.documents import files
from tests.documents.test_documents import ABOUT, add, body, url

WHY = {"purpose": "contact", "reason": ""}


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


@pytest.fixture
def passport(world, case, at):
    added = add(world, case, files.jpeg(), at=at, about=replace(ABOUT, kind="identity"))
    return added.saved[0]


def shown(case):
    """What is on record of who was shown the person, beside the recording of who they are."""
    looks = Event.objects.filter(case_id=case.pk, verb="identity.shown").order_by("id")
    rows = Disclosure.objects.using("watcher").exclude(purpose="recording")
    written = {str(pk) for pk in rows.values_list("pk", flat=True)}
    assert written == {event.data["disclosure"] for event in looks}
    return list(looks)


def test_who_downloads_a_passport_says_why_and_it_is_written_before_they_have_it(
    world, case, passport
):
    client = world.client("caseworker")
    address = url(case, "document_file", passport.pk)
    text = client.get(url(case)).content.decode()
    assert f'href="{address}" download' not in text  # it leads to a question, not to a file
    page = client.get(address)
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "It says who the person is." in page.content.decode()
    assert b"\xff\xd8" not in page.content
    for wrong in ({}, {"purpose": "curiosity"}, {"purpose": "other", "reason": " "}):
        refused = client.post(address, wrong)
        assert refused.status_code == 422, wrong
        assert "govuk-error-message" in refused.content.decode()
    assert shown(case) == []
    assert not Event.objects.filter(verb="document.downloaded", refused=False).exists()
    given = client.post(address, WHY)
    assert given["Content-Disposition"].startswith("attachment")
    assert body(given).startswith(b"\xff\xd8")
    (event,) = shown(case)
    assert event.actor_id == world.caseworker.pk
    assert event.data["purpose"] == "contact"
    assert event.data["document"] == str(passport.pk)
    assert Event.objects.get(verb="document.downloaded").case_id == case.pk
    # Again, from the page that is still open: given again, and on record again.
    assert body(client.post(address + "?copy=original", WHY)) == files.jpeg()
    assert len(shown(case)) == 2
    # Whoever supervises the case reads why.
    log = world.client("supervisor").get(
        reverse("case_access", args=[case.reference]) + "?log=identity"
    )
    assert log.content.decode().count("Identity shown") >= 2


def test_a_program_says_why_too(world, case, passport):
    program = api(world.caseworker)
    address = url(case, "api_document_file", passport.pk)
    refused = program.get(address)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "purpose")
    assert program.post(address, {"purpose": "curiosity"}).status_code == 422
    assert shown(case) == []
    assert body(program.post(address, WHY)).startswith(b"\xff\xd8")
    assert [event.data["document"] for event in shown(case)] == [str(passport.pk)]


def test_other_documents_are_given_as_they_were(world, case, at):
    (kept,) = add(world, case, files.pdf(), at=at).saved
    assert kept.kind != "identity"
    assert body(world.client("caseworker").get(url(case, "document_file", kept.pk))) == files.pdf()
    assert body(api(world.caseworker).get(url(case, "api_document_file", kept.pk))) == files.pdf()
    assert shown(case) == []


def test_a_passport_that_was_filed_as_something_else_is_marked_and_stays_so(world, case, at):
    (letter, other) = (
        add(world, case, file, at=at).saved[0] for file in (files.pdf(), files.jpeg())
    )
    address = url(case, "document_file", letter.pk)
    client = world.client("caseworker")
    mark = url(case, "document_identity", letter.pk)
    assert f'action="{mark}"' in client.get(url(case)).content.decode()
    for who, status in (("intake", 403), ("provider", 403), ("other_supervisor", 404)):
        assert world.client(who).post(mark).status_code in (status, 404), who
    assert client.post(mark, follow=True).status_code == 200
    text = client.get(url(case)).content.decode()
    assert f'action="{mark}"' not in text
    assert f'href="{address}" download' not in text
    assert client.get(address)["Content-Type"].startswith("text/html")
    assert body(client.post(address, WHY)) == files.pdf()
    assert len(shown(case)) == 1
    told = api(world.caseworker).post(url(case, "api_document_identity", other.pk)).json()
    assert told["kind"]["code"] == "identity"
    assert api(world.caseworker).get(url(case, "api_document_file", other.pk)).status_code == 422
    assert Event.objects.filter(verb="document.says_who", case_id=case.pk).count() == 2
    # Marked again it stays, and it is said of the first time what it was.
    before = Event.objects.filter(verb="document.says_who").earliest("id").data["before"]
    assert before == ABOUT.kind
    client.post(mark)
    assert Document.objects.get(pk=letter.pk).kind == "identity"


def test_a_passport_that_cannot_be_given_leaves_no_word_of_having_been(world, case, passport, at):
    Document.objects.using("owner").filter(pk=passport.pk).update(size=1)
    answer = world.client("caseworker").post(url(case, "document_file", passport.pk), WHY)
    assert answer.status_code == 422
    assert "cannot be opened any more" in answer.content.decode()
    assert shown(case) == []
    for who in ("intake", "provider", "auditor"):
        answer = world.client(who).post(url(case, "document_file", passport.pk), WHY)
        assert answer.status_code in (403, 404), who
    assert shown(case) == []
