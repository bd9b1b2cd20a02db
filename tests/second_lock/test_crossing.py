"""One person's context never reaches the next, and what runs without a page around it has one."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.utils import timezone

from cases.models import Case, Deadline
from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from nrm.audit.models import Event, Seal
from nrm.context import SYSTEM, acting_as
from tests.second_lock.crossing import crossings, seen_by
from tests.world import person


def test_people_take_turns_on_two_connections_and_see_their_own_alone(world: Any) -> None:
    users = [user for user in world.users.values() if user.is_active]
    users += [
        person(f"more{n}@example.org", "caseworker", world.authority)
        for n in range(20 - len(users))
    ]
    for age in ("adult", "child"):
        world.assigned_case(age_status=age)
    world.case()
    assert len({seen_by(user) for user in users}) >= 3
    assert crossings(users, 300) == (300, 0, 2)


def test_a_program_sees_its_persons_cases_with_the_first_call_of_a_new_connection(
    world: Any,
) -> None:
    case = world.assigned_case()
    for name, expected in (("caseworker", 200), ("caseworker2", 404)):
        _token, secret = new_token(
            world.users[name], label="program", scopes=ALL, at=timezone.now()
        )
        connection.close()
        connection.close_pool()
        answer = Client().get(
            f"/api/v1/cases/{case.reference}/", headers={"Authorization": f"Bearer {secret}"}
        )
        assert answer.status_code == expected


def test_tasks_and_commands_act_as_the_system_on_a_cold_connection(
    world: Any, as_worker: Any
) -> None:
    from cases.tasks import sweep
    from nrm.audit.tasks import seal, verify

    case = world.assigned_case()
    Deadline.objects.filter(case=case).update(next_reminder_at=timezone.now())
    with as_worker():
        sweep()
        seal()
        verify()
    assert Deadline.objects.filter(case=case, next_reminder_at__lte=timezone.now()).count() == 0
    assert Seal.objects.exists()
    connection.close()
    connection.close_pool()
    call_command("sweep")
    call_command("verify_audit")


def test_the_system_sees_clocks_and_no_narrative_screening_document_or_identity(
    world: Any, as_worker: Any
) -> None:
    world.assigned_case()
    with as_worker(), acting_as(SYSTEM), connection.cursor() as cursor:
        for table, rows in (("cases_case", 1), ("cases_note", 0), ("cases_referral", 0)):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (rows,)


def test_a_job_that_acts_for_a_person_has_nothing_of_theirs(world: Any, as_worker: Any) -> None:
    """The worker's own sign-in is for the system: a person's cases are for the web."""
    world.assigned_case()
    with as_worker(), acting_as(world.supervisor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        assert cursor.fetchone() == (0,)


def test_whoever_has_opened_a_case_sees_its_status_after_and_nothing_else(world: Any) -> None:
    world.case(age_status="child")
    with acting_as(world.responder), connection.cursor() as cursor:
        for table, rows in (("cases_case", 1), ("cases_casetask", 0), ("cases_casegroupgrant", 1)):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert (table, cursor.fetchone()[0]) == (table, rows)


def test_an_auditor_reads_no_case_and_no_snapshot_and_freezes_nothing(world: Any) -> None:
    """Of a case nothing reaches an auditor but the counts of a release that a job built."""
    world.case()
    freeze = (
        "SELECT reporting_freeze(gen_random_uuid(), '{}', '', '', 'UTC', now()::date, now()::date,"
        " now(), now())"
    )
    for who in (world.auditor, world.supervisor, None):
        with acting_as(who), connection.cursor() as cursor:
            if who == world.auditor:
                cursor.execute("SELECT count(*) FROM cases_case")
                assert cursor.fetchone() == (0,)
        for asked in (freeze, "SELECT count(*) FROM reporting_snapshotrow"):
            refused = pytest.raises(DatabaseError, match="permission denied")
            with refused, acting_as(who), connection.cursor() as cursor:
                cursor.execute(asked)


def test_an_event_is_written_by_who_acts_and_in_nobody_elses_name(world: Any) -> None:
    from nrm.audit import writer

    now = timezone.now()
    with acting_as(world.auditor):
        writer.write("test.looked", at=now, actor_id=world.auditor.pk)
    with pytest.raises(DatabaseError), acting_as(world.auditor):
        writer.write("test.forged", at=now, actor_id=world.caseworker.pk)
    assert list(Event.objects.filter(verb__startswith="test.").values_list("verb", flat=True)) == [
        "test.looked"
    ]


def test_a_disclosure_opens_the_person_of_its_case_to_who_may_show_them(world: Any) -> None:
    """Raw SQL, as somebody who leaves the actions out: no disclosure of a foreign person, none for
    another case, none by whoever may not show an identity."""
    case, other = world.assigned_case(), world.case()
    write = (
        "INSERT INTO identities_disclosure (id, person_id, case_id, actor_id, purpose, xact, at)"
        " VALUES (%s, %s, %s, %s, %s, 0, now())"
    )

    def discloses(name: str, about: Case, person_of: Case, purpose: str = "contact") -> bool:
        user = world.users[name]
        try:
            with acting_as(user, case_id=about.pk), connection.cursor() as cursor:
                cursor.execute(write, [uuid4(), person_of.person_id, about.pk, user.pk, purpose])
        except DatabaseError:
            return False
        return True

    assert discloses("caseworker", case, case)
    assert discloses("supervisor", other, other)
    assert not discloses("caseworker", other, other)
    assert not discloses("caseworker", case, other)
    for name in ("responder", "intake", "auditor", "caseworker2", "other_supervisor", "superuser"):
        assert not discloses(name, case, case)
        assert not discloses(name, case, case, "recording")


def test_the_owners_migrations_see_every_row_and_say_how_many(world: Any) -> None:
    world.case()
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cases_case SET version = version")
        assert cursor.rowcount == 1
