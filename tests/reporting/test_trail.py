"""The audit trail as auditors read it: everything that happened, in codes that join to nothing."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import words
from cases.actions.identity import show_identity
from nrm.accounts.roles import Role
from nrm.audit import chain, writer
from nrm.audit.codes import CASE, PERSON, Codes
from nrm.audit.models import Event, Verification
from nrm.audit.tasks import verify
from nrm.context import acting_as
from reporting.models import CodeSecret
from reporting.trail.codes import codes_of
from tests.api.tools import api
from tests.casework.people import assigned
from tests.reporting.anomalies import an_anomaly
from tests.watching import as_application
from tests.world import person

JUNE = datetime(2026, 6, 11, 9, tzinfo=UTC)
URL = "/audit/"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def look(world, case, who, at, verb="case.viewed"):
    with acting_as(world.users[who]):
        writer.write(verb, at=at, actor_id=world.users[who].pk, case_id=case.pk)


def lines(client, query=""):
    page = client.get(URL + query)
    assert page.status_code == 200
    return page.context["lines"]


def codes(world, who="auditor"):
    with as_application(), acting_as(world.users[who]):
        return codes_of(world.users[who])


def test_a_code_says_nothing_and_comes_back_to_its_id():
    pk, mine = uuid4(), Codes(b"m" * 32)
    code = mine.of(CASE, pk)
    assert mine.id(CASE, code) == mine.id(CASE, code.lower()) == pk
    assert mine.of(PERSON, pk)[2:] != code[2:]
    assert mine.id(PERSON, code) is None
    assert pk.hex.upper() not in code
    for nonsense in ("", "C-", "C-123", "é" * 26, "0" * 26, "C-" + "A" * 27):
        assert mine.id(CASE, nonsense) is None
    assert Codes(b"o" * 32).id(CASE, code) != pk


def test_a_code_is_the_auditors_own_and_stays_theirs_after_a_change_of_keys(world, case):
    second = person("auditor2@example.org", Role.AUDITOR, world.oversight)
    world.users["auditor2"] = second
    code, theirs = codes(world).of(CASE, case.pk), codes(world, "auditor2").of(CASE, case.pk)
    assert code != theirs
    (line,) = lines(world.client("auditor"), f"?case={code}&action=case.assigned")
    assert line.case == code
    # Another auditor's code is of nothing.
    assert list(lines(world.client("auditor"), f"?case={theirs}")) == []
    assert api(second).get(f"/api/v1/audit-events/?case={code}").json()["results"] == []
    before = CodeSecret.objects.using("watcher").get(user=world.auditor).secret
    call_command("rotate_keys", stdout=StringIO())
    after = CodeSecret.objects.using("watcher").get(user=world.auditor).secret
    assert bytes(before) != bytes(after)
    assert codes(world).of(CASE, case.pk) == code


def test_who_saw_this_case_in_june(world, case, at):
    look(world, case, "caseworker", JUNE)
    look(world, case, "intake", JUNE + timedelta(days=30))  # in July
    look(world, assigned(world, at=at), "supervisor", JUNE)  # another case
    code = codes(world).of(CASE, case.pk)
    june = "&first_day=1&first_month=6&first_year=2026&last_day=30&last_month=6&last_year=2026"
    (found,) = lines(world.client("auditor"), f"?case={code}&action=looks{june}")
    assert (found.at, found.title) == (JUNE, "Case page opened")
    assert found.person == codes(world).of(PERSON, world.caseworker.pk)


def test_no_page_of_the_trail_joins_to_a_person_or_a_case(world, case, at):
    show_identity(case, actor=world.caseworker, at=at, purpose="contact", reason="")
    text = world.client("auditor").get(URL).content.decode()
    assert "Identity shown" in text
    assert "contact" in text  # the purpose, as a code
    told = api(world.auditor).get("/api/v1/audit-events/").content.decode()
    for secret in (
        case.reference,
        case.pseudonym,
        str(case.pk),
        str(case.person_id),
        world.caseworker.email,
        str(world.caseworker.pk),
    ):
        main = text[text.index("<main") :]
        assert secret not in main, secret
        assert secret not in told, secret


def values(told):
    """Every id and every moment in an answer, however deep."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name == "id" or (isinstance(value, str) and MOMENT.match(value)):
                yield str(value)
            yield from values(value)
    elif isinstance(told, list):
        for one in told:
            yield from values(one)


def test_nothing_that_readers_of_the_case_are_told_of_an_event_stands_in_the_trail(world, case, at):
    """Laid beside each other, the trail in codes and what a supervisor reads of a case have no id
    and no moment in common: not of events, not in the addresses of the next pages."""
    at = at.replace(minute=37, second=41, microsecond=907_313)
    for number in range(60):
        look(world, case, "caseworker", at + timedelta(seconds=number))
    show_identity(case, actor=world.caseworker, at=at, purpose="contact", reason="")
    for number in range(30):
        an_anomaly(world, at + timedelta(seconds=number), actor_id=UUID(int=number))
    supervisor, auditor, page = api(world.supervisor), api(world.auditor), world.client("auditor")
    theirs, numbers = set(), set()
    for part in ("timeline", "access/log"):
        told = supervisor.get(f"/api/v1/cases/{case.reference}/{part}/?limit=100").json()
        numbers |= {row["id"] for row in told["results"]}
        theirs |= set(values(told))
    assert len(numbers) >= 4  # looks that follow each other are told once
    moments = {at + timedelta(seconds=number) for number in range(60)}
    shown = {moment.strftime("%M:%S") for moment in moments}
    theirs |= shown | {str(int(m.timestamp() * 1e6)) for m in moments} | {"907313"}
    first = auditor.get("/api/v1/audit-events/?limit=30")
    unusual = auditor.get("/api/v1/audit-anomalies/?limit=10")
    answers = [first, auditor.get(first.json()["next"]), unusual]
    answers.append(auditor.get(unusual.json()["next"]))
    for list_of in (URL, "/audit/unusual/"):
        answers.append(page.get(list_of))
        answers.append(page.get(answers[-1].context["next_url"]))
    answers.append(page.get(f"/audit/unusual/{unusual.json()['results'][0]['id']}/"))
    code = codes(world).of(PERSON, world.caseworker.pk)
    answers.append(page.get(f"{STAFF}?person={code}"))
    for number, answer in enumerate(answers):
        assert answer.status_code == 200
        text = answer.content.decode()
        text = text[text.find("<main") + 1 :]
        for value in theirs - {str(one) for one in numbers}:
            assert value not in text, (number, value)
        if number < 4:
            rows = answer.json()["results"]
            assert len(rows) > 5
            assert not {row["id"] for row in rows} & numbers
    # What an auditor needs is still there: the hour, in their order.
    hour = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
    told = {datetime.fromisoformat(row["at"]) for row in first.json()["results"][1:]}
    assert hour in told
    assert {moment.minute for moment in told} == {0}


def test_filters_narrow_by_person_and_action(world, case, at):
    look(world, case, "intake", at)
    client = world.client("auditor")
    person = codes(world).of(PERSON, world.intake.pk)
    assert {line.person for line in lines(client, f"?person={person}")} == {person}
    code = codes(world).of(CASE, case.pk)
    found = lines(client, f"?case={code}&action=case.assigned")
    assert {line.action for line in found} == {"case.assigned"}
    assert "case.viewed" in {line.action for line in lines(client, "?action=looks")}
    assert lines(client, "?first_day=1&first_month=1&first_year=2099") == []
    refused = client.get(URL + "?case=nonsense")
    assert refused.status_code == 422
    assert "There is no such code of a case" in refused.content.decode()
    assert list(refused.context["lines"]) == []


def test_no_kind_of_event_is_listed_over_all_cases_where_it_could_be_counted(world, case, at):
    """Distinct codes in such a list would be an exact count, sealed cases with the rest."""
    client, program = world.client("auditor"), api(world.auditor)
    days = "&first_day=1&first_month=1&first_year=2026"
    open_to_all = {"looks", "identity.shown"}
    asked = [verb for verb in words.known() if verb not in open_to_all]
    assert {"referral.sent", "case.assigned", "case.viewed"} < set(asked)
    for verb in asked:
        page = client.get(f"{URL}?action={verb}{days}")
        assert (page.status_code, list(page.context["lines"])) == (422, []), verb
    assert "a small count can point to a person" in page.content.decode()
    for verb in (*asked, "case.opened", "no.verb"):
        answer = program.get(f"/api/v1/audit-events/?action={verb}&first=2026-01-01")
        assert answer.status_code == 400, verb
        assert "a small count" in answer.content.decode()
        assert "results" not in answer.json()
    mine = codes(world)
    for one in (
        f"case={mine.of(CASE, case.pk)}",
        f"person={mine.of(PERSON, world.supervisor.pk)}",
    ):
        assert client.get(f"{URL}?action=case.assigned&{one}").status_code == 200
        assert program.get(f"/api/v1/audit-events/?action=case.assigned&{one}").status_code == 200
    for verb in open_to_all:
        assert client.get(f"{URL}?action={verb}").status_code == 200
        assert program.get(f"/api/v1/audit-events/?action={verb}").status_code == 200


def test_reading_the_trail_is_an_event_that_the_supervisor_sees(world, case):
    lines(world.client("auditor"), f"?case={codes(world).of(CASE, case.pk)}")
    event = Event.objects.get(verb="audit.viewed")
    assert (event.actor_id, event.case_id) == (world.auditor.pk, case.pk)
    page = world.client("supervisor").get(reverse("case_access", args=[case.reference]))
    assert "Audit trail read" in page.content.decode()


def test_pages_follow_each_other_and_cost_the_same(world, case, at):
    client = world.client("auditor")
    for number in range(120):
        look(world, case, "caseworker", at + timedelta(seconds=number))
    mine = codes(world)
    seen, url = [], URL + f"?case={mine.of(CASE, case.pk)}&action=case.viewed"
    costs = []
    while url:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url)
        costs.append(len(captured))
        seen += [mine.event(line.id) for line in page.context["lines"]]
        url = page.context["next_url"]
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)
    assert costs[1] == costs[2]


def test_days_are_found_by_the_index_of_time(world, case, at):
    with CaptureQueriesContext(connection) as captured:
        lines(world.client("auditor"), "?first_day=1&first_month=6&first_year=2026")
    (asked,) = [q["sql"] for q in captured if 'ORDER BY "audit_event"."at"' in q["sql"]]
    with connection.cursor() as cursor:
        # Of a few rows, and of rows that others just rolled back, sorting is the cheapest always.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {asked}")
        assert "event_by_time" in str(cursor.fetchall())


def test_what_the_nightly_check_found_is_shown(world, case, at, as_worker):
    client = world.client("auditor")
    assert "has not been checked yet" in client.get(URL).content.decode()
    with as_worker():
        chain.seal(at=at)
        verify()
    found = Verification.objects.get()
    assert found.fault == ""
    text = client.get(URL).content.decode()
    assert "The chain holds." in text
    assert f"{found.events} events under {found.seals} seals" in text
    with as_worker():
        Verification.objects.create(at=at, seals=1, events=3, fault="Seal 2 is missing.")
    assert "Seal 2 is missing. Tell the administrator now." in client.get(URL).content.decode()


def test_only_the_job_says_what_it_found_and_nobody_changes_it(world, at, as_worker):
    with pytest.raises(ProgrammingError), transaction.atomic():
        Verification.objects.using("default").create(at=at, seals=1, events=1)
    with as_worker():
        row = Verification.objects.create(at=at, seals=1, events=1)
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            Verification.objects.filter(pk=row.pk).update(fault="nothing")


def test_only_an_auditor_reads_it(world):
    for who in ("supervisor", "administrator", "caseworker"):
        assert world.client(who).get(URL).status_code == 403
        assert api(world.users[who]).get("/api/v1/audit-events/").status_code == 403


def test_a_program_reads_the_same(world, case):
    client = api(world.auditor)
    code = codes(world).of(CASE, case.pk)
    first = client.get(f"/api/v1/audit-events/?case={code}&limit=1").json()
    second = client.get(first["next"]).json()
    mine = codes(world)
    ids = [mine.event(page["results"][0]["id"]) for page in (first, second)]
    assert ids[0] > ids[1]
    assert Event.objects.filter(pk__in=ids, case_id=case.pk).count() == 2
    assert first["results"][0]["case"] == code
    assert client.get("/api/v1/audit-events/?case=nonsense").status_code == 400
    # Neither the number of an event nor a code of something else begins a page.
    for place in ("x", str(ids[0]), code, Codes(b"x" * 32).of_event(ids[0])):
        assert client.get(f"/api/v1/audit-events/?after={place}").status_code == 400, place


# One member of staff ------------------------------------------------------------------------------
STAFF = "/audit/staff/"
JUNE_ONLY = "&month=2026-06"


def test_what_did_this_member_of_staff_look_at_in_june(world, case, at):
    other = assigned(world, at=at)
    look(world, case, "caseworker", JUNE)
    look(world, case, "caseworker", JUNE, "identity.shown")
    look(world, other, "intake", JUNE)  # somebody else
    look(world, case, "caseworker", JUNE, "note.written")  # no look
    with acting_as(world.caseworker):
        shown = {"list": "mine", "cases": [str(case.pk), str(other.pk)]}
        writer.write("cases.listed", at=JUNE, actor_id=world.caseworker.pk, data=shown)
    look(world, other, "caseworker", JUNE + timedelta(days=30))  # in July
    client = world.client("auditor")
    # From the trail, by the address that somebody complained of: never in an address of a page.
    assert STAFF in client.get(URL).content.decode()
    found = client.post(STAFF, {"email": world.caseworker.email.upper()})
    mine = codes(world)
    code = mine.of(PERSON, world.caseworker.pk)
    assert found["Location"] == f"{STAFF}?person={code}"
    page = client.get(found["Location"] + JUNE_ONLY)
    told = [(line.action, line.case, line.cases) for line in page.context["lines"]]
    first, second = mine.of(CASE, case.pk), mine.of(CASE, other.pk)
    assert told == [
        ("cases.listed", "", (first, second)),
        ("identity.shown", first, ()),
        ("case.viewed", first, ()),
    ]
    numbers = page.context["numbers"]
    assert (numbers.looks, numbers.cases, numbers.identities, numbers.lists) == (2, 1, 1, 1)
    text = page.content.decode()
    for secret in (case.reference, case.pseudonym, world.caseworker.email, str(case.pk)):
        assert secret not in text
    asked = Event.objects.filter(actor_id=world.auditor.pk).order_by("id")
    assert "audit.staff_found" in {event.verb for event in asked}
    assert asked.last().data["person"] == str(world.caseworker.pk)
    # A program is told the same.
    program = api(world.auditor)
    address = {"email": world.caseworker.email}
    assert program.post("/api/v1/audit-staff/", address).json() == {"person": code}
    days = f"person={code}&first=2026-06-01&last=2026-06-30"
    read = program.get(f"/api/v1/audit-staff/?{days}").json()
    assert (read["looks"], read["cases"], read["lists"], read["more"]) == (2, 1, 1, False)
    events = program.get(f"/api/v1/audit-events/?{days}&action=looks").json()["results"]
    assert [(line["action"], line["cases"]) for line in events][0] == (
        "cases.listed",
        [first, second],
    )


def test_what_is_asked_wrongly_says_so_and_finds_nobody(world):
    client, program = world.client("auditor"), api(world.auditor)
    for email, said in (
        ("nobody@x.example", "Nobody here has this address"),
        ("system@nrm.invalid", "Nobody here has this address"),
        ("", "Enter a work e-mail address"),
        ("no address", "such as name@example.org"),
    ):
        page = client.post(STAFF, {"email": email})
        assert (page.status_code, said in page.content.decode()) == (422, True), email
    assert client.get(f"{STAFF}?person=nonsense").status_code == 422
    stranger = Codes(b"x" * 32).of(PERSON, world.caseworker.pk)
    page = client.get(f"{STAFF}?person={stranger}")
    assert "They looked at nothing" in page.content.decode()
    assert program.post("/api/v1/audit-staff/", {"email": "nobody@x.example"}).status_code == 422
    assert program.get("/api/v1/audit-staff/").status_code == 400
    assert not Event.objects.filter(verb="audit.staff_found").exists()
    for who in ("supervisor", "administrator"):
        assert world.client(who).get(STAFF).status_code == 403
        assert api(world.users[who]).get("/api/v1/audit-staff/").status_code == 403


def test_the_pages_of_one_persons_looks_follow_each_other_and_cost_the_same(world, case, at):
    for number in range(120):
        look(world, case, "caseworker", JUNE + timedelta(seconds=number))
    look(world, case, "caseworker", JUNE + timedelta(days=30))
    client, seen, costs = world.client("auditor"), [], []
    url = f"{STAFF}?person={codes(world).of(PERSON, world.caseworker.pk)}{JUNE_ONLY}"
    while url:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url)
        costs.append(len(captured))
        seen += [line.id for line in page.context["lines"]]
        url = page.context["next_url"]
    assert len(seen) == len(set(seen)) == 120
    assert costs[1] == costs[2]
