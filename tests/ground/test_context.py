"""The database knows who acts, for one transaction and no longer."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, transaction

from nrm import context
from nrm.context import about_case, acting_as


def told() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('nrm.actor', true), ''),"
            " coalesce(current_setting('nrm.case', true), '')"
        )
        return cursor.fetchone()


def test_application_signs_in_as_a_role_that_owns_nothing_and_bypasses_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("nrm_web", "nrm_web")
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'nrm\\_%'"
            " AND (rolsuper OR rolbypassrls OR rolcreaterole)"
        )
        assert [name for (name,) in cursor.fetchall()] == ["nrm_backup"]
        cursor.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'keys')"
        )
        assert cursor.fetchall() == [("nrm_owner",)]


def test_worker_signs_in_as_its_own_role(as_worker):
    with as_worker(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("nrm_worker",)


def test_context_holds_inside_and_is_gone_after(world):
    with acting_as(world.caseworker):
        assert told() == (str(world.caseworker.pk), "")
    assert told() == ("", "")
    assert context.current() is None


def test_inner_context_gives_way_to_the_outer_again(world):
    case = uuid4()
    with acting_as(world.caseworker), about_case(case):
        assert told() == (str(world.caseworker.pk), str(case))
        with acting_as(world.supervisor):
            assert told() == (str(world.supervisor.pk), "")
        assert told() == (str(world.caseworker.pk), str(case))


def test_context_is_gone_after_an_error_inside(world):
    with pytest.raises(RuntimeError), acting_as(world.caseworker):
        raise RuntimeError
    assert told() == ("", "")
    assert context.current() is None


def test_outer_context_is_told_again_after_an_error_in_an_inner_one(world):
    with acting_as(world.caseworker):
        with pytest.raises(RuntimeError), acting_as(world.supervisor):
            raise RuntimeError
        assert told() == (str(world.caseworker.pk), "")


def test_inactive_user_and_nobody_get_a_context_without_an_actor(world):
    with acting_as(world.inactive):
        assert told() == ("", "")
    with acting_as(None):
        assert told() == ("", "")


def test_a_hundred_interleaved_contexts_on_pooled_connections_never_cross(world):
    users = list(world.users.values())[:10]

    def look(number):
        user = users[number % len(users)]
        try:
            with acting_as(user):
                first = told()
                with transaction.atomic():
                    second = told()
            return first == second == (str(user.pk), "") and told() == ("", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(look, range(100)))


def test_nobody_can_name_a_case_without_acting():
    with pytest.raises(RuntimeError), about_case(uuid4()):
        pass


def test_guards_of_the_database_stand_again_when_a_test_begins(db):
    """The test bed lets them down to empty the database, and must never forget them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
        )
        assert cursor.fetchone() == (0,)
