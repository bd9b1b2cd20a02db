"""A document is added anew with something blacked out: as pictures, under which nothing lies, bound
to the original, which stays; and the log says what kind of thing it was and never what it said."""

import struct
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse

from cases.actions.documents import About, download_document, withdraw_document
from cases.actions.redacting import redact_document
from cases.models import Document, Redaction
from cases.rules.files import may_hide_pixels
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api, field_errors
from tests.casework.people import assigned
from tests.documents import files
from tests.documents.test_documents import add


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


@pytest.fixture
def paper(world, case, at):
    about = About("identity", "police", "2026-03", "A copy.")
    return add(world, case, files.pdf(), at=at, about=about).saved[0]


def redact(world, document, at, *contents, who="caseworker", key=None, **more):
    told = {"ground": "third_party", "removed": ["name", "place"], "looked": True, **more}
    sent = [files.upload(content, "Zamira page.jpg") for content in contents]
    by = {"actor": world.users[who], "at": at}
    return redact_document(document, files=sent, key=key or uuid4(), **told, **by)


def codes(refused) -> set[str]:
    return {objection.code for objection in refused.value.objections}


def png(colours: int, *chunks: bytes) -> bytes:
    head = files.chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, colours, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + files.chunk(b"IEND", b"")


def test_each_page_is_a_document_of_its_own_without_what_the_camera_wrote(world, case, paper, at):
    made = redact(world, paper, at, files.photograph(), files.jpeg(grey=9))
    first, second = (row.version for row in made)
    assert [(row.page, row.document_id) for row in made] == [(1, paper.pk), (2, paper.pk)]
    # Under the same protection: who downloads it says why, as of the original.
    assert {(row.kind, row.dated, row.source) for row in (first, second)} == {
        ("identity", "2026-03", "authority")
    }
    why = {"actor": world.caseworker, "at": at, "purpose": "decision", "original": True}
    with pytest.raises(Refused):
        download_document(first, actor=world.caseworker, at=at)
    content = b"".join(download_document(first, **why).blocks())
    for hidden in (b"Dragon", b"GPS", b"MotionPhoto"):
        assert hidden not in content
    # The original is what it was.
    assert b"".join(download_document(paper, **why).blocks()) == files.pdf()
    event = Event.objects.get(verb="document.redacted")
    assert event.data == {
        "number": paper.number,
        "versions": [first.number, second.number],
        "ground": "third_party",
        "removed": ["name", "place"],
    }
    page = world.client("caseworker").get(reverse("case_documents", args=[case.reference]))
    text = page.content.decode()
    assert "Document 1 with something blacked out, page 2." in text
    # What the picture was called may be what was blacked out.
    assert "Zamira" not in text
    log = world.client("supervisor").get(reverse("case_redactions", args=[case.reference]))
    for word in ("It is about somebody else", "A name; An address or a place", "page 2"):
        assert word in log.content.decode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (files.pdf(), "type"),
        (files.docx(), "type"),
        (png(6), "hides"),
        (png(4), "hides"),
        (png(3, files.chunk(b"tRNS", b"\0")), "hides"),
        (png(2, files.chunk(b"acTL", bytes(8))), "hides"),
        (files.jpeg()[:-40], "damaged"),
    ],
)
def test_what_can_hold_more_than_it_shows_is_no_version(world, paper, at, content, code):
    with pytest.raises(Refused) as refused:
        redact(world, paper, at, files.jpeg(grey=9), content)
    assert codes(refused) == {code}
    assert "File 2" in refused.value.objections[0].text
    # All pages or none.
    assert Document.objects.count() == 1


def test_a_flat_picture_hides_nothing():
    assert not may_hide_pixels(files.upload(png(2)).sealed)
    assert not may_hide_pixels(files.upload(files.jpeg()).sealed)


def test_the_original_sent_again_is_no_version_whatever_stands_beside_the_picture(world, case, at):
    photo = add(world, case, files.jpeg(b"one"), at=at).saved[0]
    with pytest.raises(Refused) as refused:
        redact(world, photo, at, files.jpeg(b"two"))
    assert codes(refused) == {"same"}


def test_everything_that_is_missing_is_said_at_once(world, paper, at):
    with pytest.raises(Refused) as refused:
        redact(world, paper, at, ground="", removed=["soul"], looked=False)
    fields = {objection.field for objection in refused.value.objections}
    assert fields == {"files", "ground", "removed", "looked"}
    withdraw_document(paper, actor=world.caseworker, at=at, reason="twice")
    with pytest.raises(Refused) as refused:
        redact(world, paper, at, files.jpeg())
    assert codes(refused) == {"withdrawn"}


def test_sent_twice_it_is_added_once_and_a_version_has_no_version(world, paper, at):
    key = uuid4()
    one = redact(world, paper, at, files.jpeg(), key=key)
    two = redact(world, paper, at, files.jpeg(), key=key)
    assert [row.pk for row in one] == [row.pk for row in two]
    assert Document.objects.count() == 2
    with pytest.raises(Refused) as refused:
        redact(world, one[0].version, at, files.jpeg(grey=9))
    assert codes(refused) == {"version"}


def test_who_may_not_add_documents_adds_no_version_and_nobody_changes_the_log(world, paper, at):
    with pytest.raises(Forbidden):
        redact(world, paper, at, files.jpeg(), who="intake")
    (row,) = redact(world, paper, at, files.jpeg())
    changes = "UPDATE cases_redaction SET ground = 'harm'", "DELETE FROM cases_redaction"
    for change in changes:
        with (
            pytest.raises(ProgrammingError),
            acting_as(world.supervisor),
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(change)
    assert Redaction.objects.get().ground == row.ground == "third_party"


def test_by_rest_and_by_page_the_same_is_done_and_refused(world, case, paper):
    about = {"ground": "harm", "removed": ["face"], "looked": True}
    url = f"/api/v1/cases/{case.reference}/documents/{paper.pk}/redactions/"
    sent = {"files": [SimpleUploadedFile("a.jpg", files.jpeg())], **about}
    answer = api(world.caseworker).post(url, sent, format="multipart")
    assert answer.status_code == 201, answer.content
    (line,) = answer.json()["results"]
    assert line["removed"] == [{"code": "face", "label": "A face, or what somebody looks like"}]
    listed = api(world.supervisor).get(f"/api/v1/cases/{case.reference}/redactions/")
    assert listed.json()["results"] == [line]
    refused = api(world.caseworker).post(
        url, {**sent, "files": [SimpleUploadedFile("a.pdf", files.pdf())]}, format="multipart"
    )
    assert (refused.status_code, field_errors(refused).keys()) == (422, {"files"})
    page = reverse("document_redaction", args=[case.reference, paper.pk])
    form = {**about, "looked": "on", "key": str(uuid4())}
    client = world.client("caseworker")
    empty = client.post(page, {"key": str(uuid4())})
    assert empty.status_code == 422
    assert "Choose a picture of each page" in empty.content.decode()
    done = client.post(page, {**form, "files": SimpleUploadedFile("b.jpg", files.jpeg(grey=9))})
    assert done.status_code == 302
    assert Redaction.objects.count() == 2
