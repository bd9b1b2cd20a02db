"""A document that is kept to a smaller circle: there for those who decide the case and for whoever
added it, and for nobody else of it, wherever its documents are read."""

import pytest
from django.db import connection
from django.urls import reverse

from cases.actions.assigning import assign_case
from cases.actions.documents import About, add_documents, keep_document_to
from cases.actions.sharing import Wanted, open_bundle, preview_bundle, share_bundle
from cases.models import Document
from cases.selectors.court import withdrawn_since
from cases.selectors.documents import document_of, page_of_documents
from cases.selectors.sharing import documents_to_share
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from screening.selectors import documents_of as documents_for_evidence
from tests.api.tools import by_session
from tests.casework.people import assigned
from tests.documents import files
from tests.protection.test_services import agree

ABOUT = About("expert", "lawyer", note="Zanzibar-Quill wrote it.")
KEPT = About("expert", "lawyer", note="Zanzibar-Quill wrote it.", seen_by="deciders")


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


@pytest.fixture
def agreed(world, case, at):
    with acting_as(world.caseworker):
        return agree(world, case, at)


def added(world, case, at, who="caseworker", about=ABOUT, size=100):
    with acting_as(world.users[who]):
        (row,) = add_documents(
            case, actor=world.users[who], at=at, files=[files.upload(files.pdf(size))], about=about
        ).saved
        return row


def keep(world, row, at, who="supervisor", seen_by="deciders"):
    with acting_as(world.users[who]):
        return keep_document_to(row, actor=world.users[who], at=at, seen_by=seen_by)


def seen(world, case, who):
    """The numbers that somebody is shown by the application, which are those of the database
    alone."""
    with acting_as(world.users[who]), connection.cursor() as cursor:
        shown = {line.row.number for line in page_of_documents(case, world.users[who]).rows}
        cursor.execute("SELECT number FROM cases_document WHERE case_id = %s", [case.pk])
        assert {number for (number,) in cursor.fetchall()} == shown, who
        cursor.execute(
            "SELECT d.number FROM cases_documentpart p JOIN cases_document d ON d.id = document_id"
            " WHERE d.case_id = %s",
            [case.pk],
        )
        assert {number for (number,) in cursor.fetchall()} == shown, who
        cursor.execute("SELECT count(*) FROM cases_documentpart")
        assert cursor.fetchone()[0] == len(shown)
        return shown


def test_it_is_there_for_those_who_decide_and_for_whoever_added_it(world, case, at):
    added(world, case, at)
    report = added(world, case, at, who="supervisor", about=KEPT, size=200)
    own = added(world, case, at, about=KEPT, size=201)
    assert seen(world, case, "supervisor") == {1, 2, 3}
    assert seen(world, case, "caseworker") == {1, 3}
    # Another caseworker, of the case from now on, sees neither; who added one and left sees none.
    with acting_as(world.supervisor):
        assign_case(case, actor=world.supervisor, at=at, caseworker=world.caseworker2)
    assert seen(world, case, "caseworker2") == {1}
    assert seen(world, case, "caseworker") == set()
    keep(world, own, at, seen_by="case")
    assert seen(world, case, "caseworker2") == {1, 3}
    # The next one has a number of its own, though not all are seen.
    assert added(world, case, at, who="caseworker2", size=202).number == 4
    keep(world, report, at, seen_by="case")
    assert seen(world, case, "caseworker2") == {1, 2, 3, 4}


def test_pages_rest_and_the_story_know_nothing_of_it(world, case, at):
    row = added(world, case, at, who="supervisor", about=KEPT)
    for who, status in (("caseworker", 404), ("supervisor", 200)):
        client, caller = world.client(who), by_session(world.users[who])
        listed = client.get(reverse("case_documents", args=[case.reference])).content.decode()
        assert ("Zanzibar-Quill" in listed) == (status == 200)
        for name in ("document_file", "document_withdrawal", "document_seen_by"):
            url = reverse(name, args=[case.reference, row.pk])
            assert client.get(url).status_code == status, (who, name)
        rest = f"/api/v1/cases/{case.reference}/documents/"
        assert len(caller.get(rest).json()["results"]) == (status == 200)
        assert caller.get(f"{rest}{row.pk}/").status_code == status
        assert caller.get(f"{rest}{row.pk}/file/").status_code == status
        sent = {"seen_by": "case"} if who == "caseworker" else {"seen_by": "deciders"}
        answer = caller.put(f"{rest}{row.pk}/seen-by/", sent, format="json")
        assert answer.status_code == status
        for story in ("case_timeline", "case"):
            text = client.get(reverse(story, args=[case.reference])).content.decode()
            assert ("Document added" in text) == (status == 200), (who, story)
        told = caller.get(f"/api/v1/cases/{case.reference}/timeline/").content.decode()
        assert ("Document added" in told) == (status == 200), who
    with acting_as(world.caseworker), pytest.raises(Hidden):
        document_of(case, world.caseworker, row.pk)
    assert Document.objects.get(pk=row.pk).seen_by == "deciders"


def test_it_leaves_with_no_bundle_also_with_none_that_was_shared(world, case, at, agreed):
    row = added(world, case, at)
    wanted = Wanted(world.provider_house.pk, "support", agreed.pk, (), (row.pk,))
    by = {"actor": world.caseworker, "at": at}
    with acting_as(world.caseworker):
        digest = preview_bundle(case, wanted=wanted, **by).digest
        bundle = share_bundle(case, wanted=wanted, digest=digest, key=row.pk, **by)

    def received():
        with acting_as(world.provider):
            content = open_bundle(bundle, actor=world.provider, at=at)
            return [one["id"] for one in content.documents], Document.objects.count()

    assert received() == ([str(row.pk)], 1)
    keep(world, row, at)
    assert received() == ([], 0)
    with acting_as(world.supervisor):
        assert documents_to_share(case) == documents_for_evidence(case) == []
        again = {"actor": world.supervisor, "at": at, "wanted": wanted}
        with pytest.raises(Refused) as refused:
            preview_bundle(case, **again)
        assert [o.field for o in refused.value.objections] == ["documents"]
        content = type("Content", (), {"documents": [{"id": str(row.pk), "number": 1}]})
        assert withdrawn_since(content) == [1]


def test_only_who_added_it_or_decides_says_who_sees_it_and_it_is_on_record(world, case, at):
    row = added(world, case, at, who="supervisor")
    with pytest.raises(Refused) as refused:
        keep(world, row, at, who="caseworker", seen_by="moon")
    assert [(o.field, o.code) for o in refused.value.objections] == [
        ("seen_by", "refused"),
        (None, "not_own"),
    ]
    for who, error in (("intake", Forbidden), ("caseworker2", Hidden), ("provider", Hidden)):
        with pytest.raises(error):
            keep(world, row, at, who=who)
    own = added(world, case, at, size=203)
    keep(world, own, at, who="caseworker")
    assert seen(world, case, "caseworker") == {1, 2}
    event = Event.objects.filter(verb="document.kept_to").latest("id")
    assert event.data == {"number": 2, "before": "case", "seen_by": "deciders"}
    page = world.client("caseworker").get(reverse("case_documents", args=[case.reference]))
    assert "Seen by: Those who decide the case" in page.content.decode()
    url = reverse("document_seen_by", args=[case.reference, own.pk])
    client = world.client("caseworker")
    assert client.post(url, {"seen_by": ""}).status_code == 422
    assert client.post(url, {"seen_by": "case"}).status_code == 302
    assert Document.objects.get(pk=own.pk).seen_by == "case"


@pytest.mark.parametrize("who", ["caseworker2", "other_supervisor", "provider", "auditor"])
def test_who_is_far_from_the_case_learns_from_the_database_neither_its_number_nor_its_id(
    world, case, at, who
):
    added(world, case, at, who="supervisor", about=KEPT)
    for name, found in (("caseworker", True), (who, False)):
        with acting_as(world.users[name]), connection.cursor() as cursor:
            cursor.execute("SELECT last_number, kept FROM cases_documents_in(%s)", [case.pk])
            assert cursor.fetchone() == ((1, 1) if found else (0, 0)), name
            cursor.execute("SELECT cases_documents_kept(%s)", [case.pk])
            assert bool(cursor.fetchall()) is found, name
