"""Documents of a case: several at once, each for itself; kept under the person's key; served as
something to save and never as a page."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from django.utils import timezone

from cases.actions.documents import (
    About,
    add_documents,
    bring_back_document,
    download_document,
    withdraw_document,
)
from cases.models import Case, Document, DocumentPart
from cases.selectors.documents import page_of_documents
from identities.models import PersonKey
from nrm.accounts.models import Session
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.uploads import BLOCK
from tests.api.tools import api, field_errors
from tests.casework.people import assigned
from tests.documents import files
from tests.world import PASSWORD

ABOUT = About("photograph", "person")


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def add(world, case, *contents, at, who="caseworker", key=None, about=ABOUT):
    sent = [files.upload(content, f"file{n}") for n, content in enumerate(contents)]
    return add_documents(
        case, actor=world.users[who], at=at, files=sent, about=about, key=key or uuid4()
    )


def url(case, name="case_documents", *more):
    return reverse(name, args=[case.reference, *more])


def send(client, case, *sent, **told):
    fields = {
        "files": [SimpleUploadedFile(name, content) for name, content in sent],
        "kind": "photograph",
        "source": "person",
        "submission_key": str(uuid4()),
        **told,
    }
    return client.post(url(case), fields)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


# Adding ------------------------------------------------------------------------------------------
def test_three_of_four_files_are_kept_and_the_fourth_is_told_why_not(world, case):
    client = world.client("caseworker")
    answer = send(
        client,
        case,
        ("a.jpg", files.jpeg()),
        ("scan.heic", files.heic()),
        ("b.png", files.png()),
        ("c.pdf", files.pdf()),
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "File 2, “scan.heic”, was not saved. Use JPG, PNG, PDF, DOC or DOCX." in page
    assert "Your other 3 files are saved." in page
    assert page.count('class="nrm-document"') == 3
    assert [row.file_type for row in Document.objects.order_by("number")] == ["jpeg", "png", "pdf"]
    assert Event.objects.filter(verb="document.added").count() == 3
    refused = Event.objects.get(verb="document.refused")
    assert refused.data == {"place": 2, "size": len(files.heic()), "why": ["type"]}
    # What was told of the files is still there for the next try, which is a submission of its own.
    assert '<option value="photograph" selected>' in page


def test_the_name_and_the_promised_type_of_a_file_count_for_nothing(world, case):
    client = world.client("caseworker")
    answer = send(
        client,
        case,
        ("photo.jpg", b"MZ\x90\x00 this program cannot be run"),
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("nothing.png", b""),
        ("notes.exe", files.png()),
    )
    page = answer.content.decode()
    assert "File 1, “photo.jpg”, was not saved. Use" in page
    assert "File 2, “page.pdf”, was not saved. Use" in page
    assert "File 3, “nothing.png”, was not saved. It is empty." in page
    kept = Document.objects.get()
    assert kept.file_type == "png"
    file = client.get(url(case, "document_file", kept.pk))
    assert file["Content-Disposition"] == f'attachment; filename="{case.reference}-document-1.png"'


def test_a_polyglot_is_kept_as_it_is_and_can_only_be_saved(world, case):
    """A picture that is also a page and a program is evidence too; no browser ever opens it, and
    the copy is a picture and nothing else."""
    content = files.jpeg(b"<html><script>alert(document.cookie)</script>") + files.zipped()
    client = world.client("caseworker")
    assert send(client, case, ("both.html", content)).status_code == 302
    address = url(case, "document_file", Document.objects.get().pk)
    file = client.get(address)
    assert body(client.get(address + "?copy=original")) == content
    assert body(file) == b"\xff\xd8" + files.JFIF + files.PICTURE
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment;")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert file["Cache-Control"] == "no-store"
    assert file["Content-Length"] == str(2 + len(files.JFIF + files.PICTURE))


def test_a_file_larger_than_the_profile_allows_is_refused_beside_the_others(world, case):
    limit = case.profile.evidence.megabytes * 1024 * 1024
    answer = send(
        world.client("caseworker"), case, ("big.pdf", files.pdf(limit + 1)), ("b.png", files.png())
    )
    page = answer.content.decode()
    assert "File 1, “big.pdf”, was not saved. It is larger than 25 MB." in page
    assert "Your other file is saved." in page
    assert Document.objects.get().file_type == "png"


def test_more_than_the_profile_allows_in_all_is_refused_before_it_is_read(world, case):
    client = world.client("caseworker")
    answer = client.generic(
        "POST",
        url(case),
        b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(102 * 1024 * 1024),
    )
    assert answer.status_code == 413
    assert "Nothing was saved" in answer.content.decode()
    program = api(world.caseworker).generic(
        "POST",
        url(case, "api_documents"),
        b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(102 * 1024 * 1024),
    )
    assert program.status_code == 413
    assert program["Content-Type"] == "application/problem+json"


def test_the_21st_file_of_a_submission_is_refused_and_20_are_kept(world, case, at):
    added = add(world, case, *(files.pdf(100 + n) for n in range(21)), at=at)
    assert len(added.saved) == 20
    (refused,) = added.refused
    assert refused.place == 21
    assert [o.text for o in refused.objections] == ["Add at most 20 files at once."]


def test_a_case_that_has_all_its_documents_takes_no_more(world, case, at, monkeypatch):
    add(world, case, files.pdf(), at=at)
    limits = case.profile.evidence
    object.__setattr__(limits, "files", 1)
    try:
        refused = add(world, case, files.png(), at=at).refused
    finally:
        object.__setattr__(limits, "files", 100)
    assert [o.code for o in refused[0].objections] == ["full"]


def test_the_same_file_is_not_kept_twice_and_is_said_where_it_is(world, case, at):
    add(world, case, files.png(), files.pdf(), at=at)
    (refused,) = add(world, case, files.pdf(), at=at).refused
    assert [o.text for o in refused.objections] == ["It is already here as document 2."]
    withdraw_document(
        Document.objects.get(number=2), actor=world.caseworker, at=at, reason="wrong_file"
    )
    assert add(world, case, files.pdf(), at=at).saved[0].number == 3


def test_the_same_form_sent_twice_keeps_its_files_once(world, case):
    client, key = world.client("caseworker"), str(uuid4())
    for _ in range(2):
        answer = send(
            client, case, ("a.pdf", files.pdf()), ("b.png", files.png()), submission_key=key
        )
        assert answer.status_code == 302
    assert Document.objects.count() == 2
    # The same key in the hands of a colleague, or on another case, is another submission.
    assert send(world.client("supervisor"), case, ("c.jpg", files.jpeg()), submission_key=key)
    assert Document.objects.count() == 3


def test_what_is_told_wrong_is_said_beside_its_field_and_no_file_is_kept(world, case):
    answer = send(
        world.client("caseworker"), case, ("a.pdf", files.pdf()), kind="", dated_year="2999"
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Select what kind of document it is" in page
    assert "The date must be today or earlier" in page
    assert not Document.objects.exists()
    nothing = world.client("caseworker").post(url(case), {"kind": "other", "source": "other"})
    assert "Choose at least one file" in nothing.content.decode()


# Who ---------------------------------------------------------------------------------------------
def test_who_works_on_the_case_adds_and_reads_and_nobody_else_does(world, case, at):
    (document,) = add(world, case, files.pdf(), at=at).saved
    for who in ("caseworker", "supervisor"):
        client = world.client(who)
        assert client.get(url(case)).status_code == 200
        assert client.get(url(case, "document_file", document.pk)).status_code == 200
    # Intake sees the case and may not know who the person is: a document may show it.
    for who, status in (
        ("intake", 403),
        ("responder", 403),
        ("other_caseworker", 404),
        ("auditor", 404),
    ):
        client = world.client(who)
        assert client.get(url(case)).status_code == status
        assert client.get(url(case, "document_file", document.pk)).status_code == status
        assert send(client, case, ("a.png", files.png())).status_code == status
    assert Document.objects.count() == 1
    with pytest.raises(Forbidden):
        add(world, case, files.png(), at=at, who="responder")
    with pytest.raises(Hidden):
        add(world, case, files.png(), at=at, who="other_caseworker")


def test_a_document_of_another_case_is_absent_here(world, case, at):
    other = assigned(world, at=at)
    (document,) = add(world, other, files.pdf(), at=at).saved
    client = world.client("caseworker")
    for name in ("document_file", "document_withdrawal", "api_document"):
        assert client.get(url(case, name, document.pk)).status_code == 404


def test_a_download_is_a_look_on_record_and_so_is_the_list(world, case, at):
    (document,) = add(world, case, files.pdf(), at=at).saved
    client = world.client("caseworker")
    client.get(url(case))
    body(client.get(url(case, "document_file", document.pk)))
    seen = Event.objects.get(verb="documents.viewed")
    assert seen.data == {"documents": [str(document.pk)]}
    look = Event.objects.get(verb="document.downloaded")
    assert (look.object_id, look.case_id, look.actor_id) == (
        document.pk,
        case.pk,
        world.caseworker.pk,
    )


# What is kept ------------------------------------------------------------------------------------
def test_the_database_holds_nothing_of_a_file_that_can_be_read(world, case):
    text = b"Zamira Hoxhaj lives at Dragon Street 9"
    client = world.client("caseworker")
    send(client, case, (files.NAME, files.jpeg(text)), note="Her aunt Besa took it")
    assert files.NAME in client.get(url(case)).content.decode()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, '') FROM \"{table}\" t")
            (everything,) = cursor.fetchone()
            for word in ("Zamira", "Dragon", "passport", "Besa"):
                assert word not in (everything or ""), table
                assert word.encode().hex() not in (everything or ""), table


def test_a_file_of_many_parts_comes_back_whole(world, case, at):
    content = files.pdf(3 * BLOCK + 11)
    (document,) = add(world, case, content, at=at).saved
    assert document.parts.count() == 4
    assert download_document(document, actor=world.caseworker, at=at).read() == content


def tampered(case, statement, **values):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        # cut off at the end, put in another order, one byte changed, taken from another file
        "DELETE FROM cases_documentpart WHERE document_id = %(one)s AND number = 2",
        "DELETE FROM cases_documentpart WHERE document_id = %(one)s AND number = 0",
        "UPDATE cases_documentpart SET number = number + 10 WHERE document_id = %(one)s"
        " AND number = 0",
        "UPDATE cases_documentpart SET data = set_byte(data, 40, (get_byte(data, 40) + 1) %% 256)"
        " WHERE document_id = %(one)s AND number = 1",
        "UPDATE cases_documentpart SET data = (SELECT data FROM cases_documentpart"
        " WHERE document_id = %(two)s AND number = 1) WHERE document_id = %(one)s AND number = 1",
        "UPDATE cases_documentpart SET document_id = %(one)s WHERE document_id = %(two)s"
        " AND number = 3",
    ],
)
def test_a_file_that_was_cut_moved_or_changed_does_not_open(world, case, at, statement):
    one, two = add(world, case, files.pdf(3 * BLOCK - 5), files.pdf(4 * BLOCK - 5), at=at).saved
    tampered(case, statement, one=one.pk, two=two.pk)
    with pytest.raises(Refused) as refusal:
        download_document(one, actor=world.caseworker, at=at)
    assert [o.code for o in refusal.value.objections] == ["unreadable"]
    answer = world.client("caseworker").get(url(case, "document_file", one.pk))
    assert answer.status_code == 422
    assert "cannot be opened any more" in answer.content.decode()


def test_when_the_key_is_destroyed_the_files_are_gone_and_the_page_says_so(world, case, at):
    (document,) = add(world, case, files.pdf(), at=at).saved
    PersonKey.objects.filter(person_id=case.person_id).delete()
    client = world.client("caseworker")
    page = client.get(url(case)).content.decode()
    assert "cannot be opened any more" in page
    assert "It was called" not in page
    assert client.get(url(case, "document_file", document.pk)).status_code == 422


def test_neither_web_nor_worker_can_change_a_file(world, case, at, as_worker):
    (document,) = add(world, case, files.pdf(), at=at).saved
    with acting_as(world.caseworker):
        for change in (
            lambda: DocumentPart.objects.update(number=9),
            lambda: DocumentPart.objects.all().delete(),
            lambda: Document.objects.filter(pk=document.pk).delete(),
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                change()
    with as_worker(), pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("SELECT data FROM cases_documentpart")


# Withdrawing -------------------------------------------------------------------------------------
def test_a_wrong_file_is_withdrawn_with_a_reason_and_brought_back(world, case, at):
    (document,) = add(world, case, files.pdf(), at=at).saved
    client = world.client("caseworker")
    form = url(case, "document_withdrawal", document.pk)
    assert "Why is it withdrawn?" in client.get(form).content.decode()
    assert client.post(form, {}).status_code == 422
    assert client.post(form, {"reason": "other_case"}).status_code == 302
    assert "No documents yet" in client.get(url(case)).content.decode()
    withdrawn = client.get(url(case) + "?show=withdrawn").content.decode()
    assert "It belongs to another case" in withdrawn
    assert client.get(url(case, "document_file", document.pk)).status_code == 422
    assert client.post(url(case, "document_return", document.pk)).status_code == 302
    assert body(client.get(url(case, "document_file", document.pk))) == files.pdf()
    told = [e.verb for e in Event.objects.filter(verb__startswith="document.").order_by("at")]
    assert told.count("document.withdrawn") == told.count("document.brought_back") == 1


def test_withdrawing_twice_keeps_the_first_reason(world, case, at):
    (document,) = add(world, case, files.pdf(), at=at).saved
    withdraw_document(document, actor=world.caseworker, at=at, reason="twice")
    again = withdraw_document(document, actor=world.supervisor, at=at, reason="not_needed")
    assert (again.withdrawn_for, again.withdrawn_by_id) == ("twice", world.caseworker.pk)
    bring_back_document(document, actor=world.caseworker, at=at)
    assert not bring_back_document(document, actor=world.caseworker, at=at).withdrawn


def test_pages_of_the_list_turn_both_ways(world, case, at):
    add(world, case, *(files.pdf(100 + n) for n in range(20)), at=at)
    add(world, case, *(files.pdf(200 + n) for n in range(10)), at=at)
    with acting_as(world.caseworker):
        case = Case.objects.get(pk=case.pk)
        first = page_of_documents(case, world.caseworker)
        second = page_of_documents(case, world.caseworker, after=first.after)
        back = page_of_documents(case, world.caseworker, before=second.before)

    def numbers(page):
        return [line.row.number for line in page.rows]

    assert numbers(first) == numbers(back) == list(range(30, 5, -1))
    assert numbers(second) == [5, 4, 3, 2, 1]
    assert (first.before, second.after) == ("", "")


def test_the_timeline_tells_of_documents_without_their_names(world, case):
    client = world.client("caseworker")
    send(client, case, (files.NAME, files.jpeg()))
    page = client.get(url(case, "case_timeline")).content.decode()
    assert "Document added" in page
    assert "Document 1." in page
    assert "Zamira" not in page


@pytest.mark.usefixtures("password_is_enough")
def test_what_was_told_of_files_is_kept_when_the_session_has_ended_and_the_files_are_not(
    world, case
):
    client = world.client("caseworker")
    long_ago = timezone.now() - timedelta(hours=1)
    Session.objects.filter(user=world.caseworker).update(seen_at=long_ago)
    answer = send(client, case, ("a.pdf", files.pdf()), note="The second page is missing")
    address = answer["Location"]
    assert address.startswith("/sign-in/?next=")
    signed_in = client.post(
        address,
        {
            "username": "caseworker@example.org",
            "password": PASSWORD,
            "next": parse_qs(urlsplit(address).query)["next"][0],
        },
    )
    shown = client.get(signed_in["Location"]).content.decode()
    assert "The second page is missing" in shown
    assert '<option value="photograph" selected>' in shown
    assert "Files are not kept. Choose them again." in shown
    assert not Document.objects.exists()


# REST --------------------------------------------------------------------------------------------
def test_a_program_adds_lists_downloads_and_withdraws(world, case):
    client = api(world.caseworker)
    fields = {"kind": "health", "source": "health", "dated": "2026-03"}

    def post(*sent):
        sent_files = [SimpleUploadedFile(name, content) for name, content in sent]
        return client.post(
            url(case, "api_documents"),
            {**fields, "files": sent_files},
            format="multipart",
            headers={"Idempotency-Key": "letters"},
        )

    sent = (("a.pdf", files.pdf()), ("b.exe", b"MZ"), ("c.png", files.png()))
    answer = post(*sent)
    assert answer.status_code == 201
    told = answer.json()
    assert [one["number"] for one in told["saved"]] == [1, 2]
    assert told["refused"][0]["place"] == 2
    assert told["refused"][0]["errors"][0]["code"] == "type"
    assert post(*sent).json()["saved"] == told["saved"]
    assert Document.objects.count() == 2

    listed = client.get(url(case, "api_documents") + "?limit=1").json()
    assert [one["number"] for one in listed["results"]] == [2]
    following = client.get(listed["next"]).json()
    (one,) = following["results"]
    assert one["number"] == 1
    assert "name" not in one  # it may say who the person is
    assert client.get(url(case, "api_document", one["id"])).json()["name"] == "a.pdf"
    assert one["checked_for_viruses"] is False
    assert one["dated"] == "2026-03"
    file = client.get(url(case, "api_document_file", one["id"]))
    assert body(file) == files.pdf()
    assert file["Content-Disposition"].startswith("attachment;")

    withdrawal = url(case, "api_document_withdrawal", one["id"])
    gone = client.post(withdrawal, {"reason": "twice"}, format="json").json()
    assert gone["withdrawal"]["reason"]["code"] == "twice"
    refused = client.get(url(case, "api_document_file", one["id"]))
    assert refused.status_code == 422
    assert client.delete(withdrawal).json()["withdrawal"] is None


def test_a_program_that_sends_nothing_good_is_told_of_every_file(world, case):
    answer = api(world.caseworker).post(
        url(case, "api_documents"),
        {
            "files": [SimpleUploadedFile("a", b"MZ"), SimpleUploadedFile("b", b"")],
            "kind": "other",
            "source": "other",
        },
        format="multipart",
    )
    assert answer.status_code == 422
    errors = field_errors(answer)
    assert errors["files[0]"].startswith("Use JPG")
    assert errors["files[1]"] == "It is empty."
    assert re.fullmatch(r"[^<]*", answer.content.decode())
