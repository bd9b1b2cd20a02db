"""Who saw this case in June: answered for its supervisor, person by person, with what they did,
what lists showed of it, and who was refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse

from nrm.audit import writer
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned

JUNE = datetime(2026, 6, 11, 9, tzinfo=UTC)


@pytest.fixture
def case(world):
    return assigned(world, at=JUNE - timedelta(days=40))


def look(world, case, who, at, verb="case.viewed", **data):
    with acting_as(world.users[who]):
        about = None if data else case.pk
        writer.write(verb, at=at, actor_id=world.users[who].pk, case_id=about, data=data)


def access(case, query=""):
    return reverse("case_access", args=[case.reference]) + query


def saw(world, case, query, who="supervisor"):
    page = world.client(who).get(access(case, query))
    assert page.status_code == 200
    return {one.name: one for one in page.context["lookers"]}, page.content.decode()


def test_who_saw_this_case_in_june_and_what_they_did(world, case, at):
    other = assigned(world, at=JUNE - timedelta(days=40))
    for minutes in (0, 1):
        look(world, case, "caseworker", JUNE + timedelta(minutes=minutes))
    look(world, case, "caseworker", JUNE, "identity.shown")
    look(world, case, "supervisor2", JUNE, "cases.listed", list="mine", cases=[str(case.pk)])
    look(world, case, "caseworker2", JUNE, "cases.listed", list="mine", cases=[str(other.pk)])
    look(world, case, "intake", JUNE + timedelta(days=30))  # in July
    look(world, other, "caseworker2", JUNE)
    people, text = saw(world, case, "?month=2026-06")
    assert set(people) == {world.caseworker.display_name, world.supervisor2.display_name}
    worker = people[world.caseworker.display_name]
    assert set(worker.did) == {"Case page opened (2)", "Identity shown (1)"}
    assert (worker.shown, worker.refused) == (True, False)
    assert (worker.first, worker.last) == (JUNE, JUNE + timedelta(minutes=1))
    assert people[world.supervisor2.display_name].did == ("List of cases shown (1)",)
    assert "Who saw this case in June 2026" in text
    assert world.intake.display_name in saw(world, case, "?month=2026-07")[0]
    assert len(saw(world, case, "")[0]) > 2
    # A month that is none of those that can be chosen is no month.
    assert len(saw(world, case, "?month=1999-13")[0]) > 2
    # A program is told the same.
    url = f"/api/v1/cases/{case.reference}/access/log/people/"
    told = api(world.supervisor).get(f"{url}?first=2026-06-01&last=2026-06-30").json()
    assert told["more"] is False
    assert {one["name"]: one["did"] for one in told["results"]} == {
        name: list(one.did) for name, one in people.items()
    }
    assert api(world.caseworker).get(url).status_code == 403
    assert api(world.other_supervisor).get(url).status_code == 404


def test_the_question_is_an_event_with_who_was_read_about(world, case):
    look(world, case, "caseworker", JUNE)
    saw(world, case, "?month=2026-06")
    event = Event.objects.filter(verb="access_log.viewed", case_id=case.pk).latest("id")
    assert event.data["people"] == [str(world.caseworker.pk)]


def test_a_refusal_names_the_case_to_its_supervisor_and_to_nobody_else(world, case):
    page = reverse("case", args=[case.reference])
    stranger = world.client("caseworker2")
    hidden = stranger.get(page)
    absent = stranger.get(reverse("case", args=["7K3MQ-9TD2X-4HJ3"]))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert hidden.status_code == 404
    assert world.client("caseworker").get(access(case)).status_code == 403
    refused = Event.objects.filter(refused=True).order_by("id")
    assert [(e.actor_id, e.case_id, e.data["route"]) for e in refused] == [
        (world.caseworker2.pk, case.pk, "case"),
        (world.caseworker2.pk, None, "case"),
        (world.caseworker.pk, case.pk, "case_access"),
    ]
    people, text = saw(world, case, "?log=refused")
    assert people[world.caseworker2.display_name].did == ("Was refused (1)",)
    log = text[text.index("Each look") :]
    assert world.caseworker2.display_name in log
    assert "See the case page, its deadlines and timeline" in log
    assert "Case page opened" not in log
    url = f"/api/v1/cases/{case.reference}/access/log/?show=refused"
    told = api(world.supervisor).get(url).json()["results"]
    assert [(one["by"], one["refused"]) for one in told] == [
        (world.caseworker.display_name, True),
        (world.caseworker2.display_name, True),
    ]
    assert api(world.supervisor).get(f"{url}&last=2026-06-30").json()["results"] == []
    looks = world.client("caseworker").get(
        reverse("case_timeline", args=[case.reference]) + "?show=looks"
    )
    assert "Was refused" not in looks.content.decode()


def test_the_database_tells_only_its_supervisors_who_was_shown_a_case(world, case):
    ask = "SELECT count(*) FROM cases_listed_to(%s, NULL, NULL)"
    for who in ("supervisor", "supervisor2"):
        with acting_as(world.users[who]), connection.cursor() as cursor:
            cursor.execute(ask, [case.pk])
    for who in ("caseworker", "intake", "other_supervisor", "auditor", "superuser"):
        with pytest.raises(DatabaseError), acting_as(world.users[who]):
            connection.cursor().execute(ask, [case.pk])


def test_lists_that_showed_a_case_are_found_by_an_index(world, case):
    """As the function asks it, by the owner's rights: under a policy it could not be used."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT FROM audit_event e WHERE e.data ? 'cases'"
            " AND e.data -> 'cases' @> jsonb_build_array(%s::uuid)",
            [case.pk],
        )
        assert "event_by_case_shown" in str(cursor.fetchall())
