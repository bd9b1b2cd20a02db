"""Who sends a file that is refused, and what stays of it: nothing."""

import os
import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from nrm.audit.models import Event
from tests.api.tools import api
from tests.casework.people import assigned
from tests.documents import files, scanner
from tests.documents.test_documents import send, url
from tests.world import signed_in

SECRET = b"Zamira Hoxhaj, Dragon Street 9"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>"
# Larger than a block, so that it lies on the disk while it is looked into.
LARGE = b"%PDF-1.7\n" + SECRET * 30_000

REJECTED = {
    "a program": b"MZ" + LARGE,
    "a PDF that runs": LARGE + b"/S/JavaScript ",
    "a document with macros": files.docx("word/vbaProject.bin", word__media__a=os.urandom(300_000)),
    "a bomb": files.docx(word__a=bytes(30 * 1024 * 1024), word__b=os.urandom(300_000)),
    "a picture that is none": b"\xff\xd8\xff\xe0" + LARGE,
    "a drawing with a script": SVG + LARGE,
    "more than is allowed": LARGE * 30,
    "nothing": b"",
}


def kept_in_the_database() -> list[tuple[int, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM cases_document),"
            " (SELECT count(*) FROM cases_documentpart)"
        )
        return cursor.fetchall()


def on_the_disk() -> tuple[set[str], int]:
    """What lies in the temporary folder, and how many nameless files this process holds there."""
    folder = tempfile.gettempdir()
    held = 0
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        held += target.startswith(folder) and target.endswith("(deleted)")
    return {name for name in os.listdir(folder) if name.startswith("tmp")}, held


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def test_a_file_that_was_left_on_the_disk_would_be_seen():
    before = on_the_disk()
    held = files.upload(LARGE)
    assert on_the_disk() != before
    held.sealed.close()
    assert on_the_disk() == before


@pytest.mark.parametrize("name", REJECTED)
def test_upload_is_not_kept_after_its_rejection(world, case, name):
    """The fault that GlobaLeaks had: refused, and stored all the same."""
    before = on_the_disk()
    page = send(world.client("caseworker"), case, ("a.pdf", REJECTED[name]))
    assert page.status_code in (413, 422)
    program = api(world.caseworker).post(
        url(case, "api_documents"),
        {
            "files": [SimpleUploadedFile("a.pdf", REJECTED[name])],
            "kind": "other",
            "source": "other",
        },
        format="multipart",
    )
    assert program.status_code in (413, 422)
    for answer in (page, program):
        assert SECRET not in answer.content
        answer.close()
    assert kept_in_the_database() == [(0, 0)]
    assert on_the_disk() == before
    assert not Event.objects.filter(verb="document.added").exists()


def test_infected_upload_is_not_kept_and_the_others_of_its_form_are(world, case, settings):
    with tempfile.TemporaryDirectory() as folder, scanner.speaking(Path(folder)) as path:
        settings.CLAMD = path
        sent = (("a.pdf", files.pdf() + scanner.EICAR), ("b.pdf", files.pdf()))
        assert send(world.client("caseworker"), case, *sent).status_code == 422
    assert kept_in_the_database() == [(1, 1)]


def test_upload_of_who_may_not_add_is_neither_looked_into_nor_kept(world, case, settings):
    settings.CLAMD = "/nowhere"  # asking it would refuse the file, and say so
    for who, status in (("intake", 403), ("other_caseworker", 404)):
        answer = send(world.client(who), case, ("a.pdf", LARGE))
        assert answer.status_code == status
        assert b"viruses" not in answer.content
    assert kept_in_the_database() == [(0, 0)]


@pytest.mark.parametrize("name", ["a.svg", "a.png", "<svg onload=alert(1)>.svg"])
def test_svg_with_a_script_is_refused_whatever_it_is_called_and_its_name_runs_nothing(
    world, case, name
):
    client = signed_in(world.caseworker)
    for content in (SVG, b"\xef\xbb\xbf<?xml version='1.0'?>" + SVG, b"<!DOCTYPE svg>" + SVG):
        answer = client.post(
            url(case),
            {
                "files": [SimpleUploadedFile(name, content, content_type="image/svg+xml")],
                "kind": "photograph",
                "source": "person",
                "submission_key": "6f1c5c1e-6a55-4f4e-9a51-2f1f2d5a1b11",
            },
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "was not saved. Use JPG" in page
        assert "<svg onload" not in page
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert kept_in_the_database() == [(0, 0)]
