"""Files and the virus scanner: an infected file is not kept, one that was not scanned is never
called clean, and a scanner that is away is said to be."""

import tempfile
from pathlib import Path

import pytest
from django.db import connections

from cases.actions.documents import download_document
from cases.models import Document, DocumentPart
from nrm import antivirus
from nrm.actions import Refused
from nrm.antivirus import Scan
from nrm.audit.models import Event
from tests.api.tools import api
from tests.casework.people import assigned
from tests.documents import files, scanner
from tests.documents.test_documents import add, send, url

INFECTED = files.pdf() + scanner.EICAR


@pytest.fixture(scope="module")
def clamd():
    """The path of a scanner's socket: clamd where it is installed."""
    start = scanner.real if scanner.INSTALLED else scanner.speaking
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder, start(Path(folder)) as path:
        yield path


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def test_scanner_tells_a_virus_from_a_clean_file_wherever_in_it_it_is(settings, clamd):
    settings.CLAMD = clamd
    large = bytes(300_000)
    assert antivirus.scan([large, b"a", large]) == Scan.CLEAN
    assert antivirus.scan([]) == Scan.CLEAN
    assert antivirus.scan([large, scanner.EICAR, large]) == Scan.INFECTED
    # Over two blocks
    assert antivirus.scan([scanner.EICAR[:30], scanner.EICAR[30:]]) == Scan.INFECTED


def test_a_file_that_is_too_long_for_the_scanner_is_not_called_clean(settings, clamd):
    settings.CLAMD = clamd
    assert antivirus.scan([bytes(1_000_000)] * 40) == Scan.AWAY


@pytest.mark.parametrize(
    "answer", [b"", b"stream: ", b"OK\0", b"stream: something ERROR\0", b"\xff\xfe\0", b"FOUND"]
)
def test_what_is_no_answer_of_a_scanner_is_not_clean(settings, answer):
    with scanner.answering(answer) as address:
        settings.CLAMD = address
        assert antivirus.scan([b"a"]) == Scan.AWAY


def test_without_a_scanner_the_page_and_rest_say_not_checked(world, case, at):
    (document,) = add(world, case, files.pdf(), at=at).saved
    assert document.scan == "none"
    assert "not checked for viruses" in world.client("caseworker").get(url(case)).content.decode()
    listed = api(world.caseworker).get(url(case, "api_documents")).json()
    assert listed["results"][0]["checked_for_viruses"] is False


def test_clean_file_is_kept_as_checked_and_infected_one_is_not_kept(world, case, settings, clamd):
    settings.CLAMD = clamd
    client = world.client("caseworker")
    answer = send(client, case, ("a.pdf", files.pdf()), ("b.pdf", INFECTED))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "File 2, “b.pdf”, was not saved. A virus was found in it." in page
    assert "checked for viruses" in page
    assert "not checked for viruses" not in page
    assert [row.scan for row in Document.objects.all()] == ["clean"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_documentpart")
        assert cursor.fetchone() == (DocumentPart.objects.count(),) == (1,)
    assert Event.objects.get(verb="document.refused").data["why"] == ["virus"]
    listed = api(world.caseworker).get(url(case, "api_documents")).json()
    assert [one["checked_for_viruses"] for one in listed["results"]] == [True]


def test_while_the_scanner_is_away_a_file_is_refused_and_that_is_said(world, case, settings):
    settings.CLAMD = "/nowhere/clamd"
    answer = send(world.client("caseworker"), case, ("a.pdf", files.pdf()))
    assert "It could not be checked for viruses just now." in answer.content.decode()
    assert not Document.objects.exists()


def test_where_the_operator_wants_it_kept_it_is_and_says_that_nobody_checked(world, case, settings):
    settings.CLAMD, settings.CLAMD_AWAY = "127.0.0.1:1", "keep"
    client = world.client("caseworker")
    assert send(client, case, ("a.pdf", files.pdf())).status_code == 302
    assert Document.objects.get().scan == "away"
    assert "the scanner did not answer" in client.get(url(case)).content.decode()
    listed = api(world.caseworker).get(url(case, "api_documents")).json()
    assert listed["results"][0]["checked_for_viruses"] is False


def test_what_was_not_scanned_when_it_came_is_scanned_when_it_leaves(
    world, case, at, settings, clamd
):
    infected, clean = add(world, case, INFECTED, files.pdf(), at=at).saved
    settings.CLAMD = clamd
    with pytest.raises(Refused) as refusal:
        download_document(infected, actor=world.caseworker, at=at)
    assert [o.code for o in refusal.value.objections] == ["virus"]
    assert download_document(clean, actor=world.caseworker, at=at).read() == files.pdf()
    look = Event.objects.filter(verb="document.downloaded", refused=False).get()
    assert look.data["scan"] == "clean"


def test_who_watches_the_service_is_told_that_the_scanner_is_away(
    db, client, settings, clamd, monkeypatch
):
    def told():
        monkeypatch.setattr("nrm.health._scanner_asked_at", float("-inf"))
        answer = client.get("/health/ready")
        assert answer.status_code == 200  # the pages work without it
        return answer.json().get("scanner")

    assert told() is None
    settings.CLAMD = clamd
    assert told() == "ok"
    settings.CLAMD = "/nowhere/clamd"
    assert told() == "degraded"


@pytest.mark.parametrize(
    ("clamd_is", "away", "wrong"),
    [
        ("nonsense", "refuse", 1),
        ("host:99999", "keep", 1),
        ("/run/clamd", "lose", 1),
        ("", "keep", 0),
    ],
)
def test_settings_that_mean_nothing_stop_the_start(settings, clamd_is, away, wrong):
    settings.CLAMD, settings.CLAMD_AWAY = clamd_is, away
    assert len(antivirus.faults()) == wrong
