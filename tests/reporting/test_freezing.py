"""What a freeze writes down of a period: one row a person, exactly, and nothing that leads back."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connections

from nrm.context import SYSTEM, acting_as
from reporting import counting, freezing
from reporting.models import Release
from reporting.releases.periods import Period
from reporting.releases.tables import load_plan, true_counts
from tests.reporting.made import a_release, asked_for
from tests.reporting.persons import rows_of, some_casework

JULY_2025 = datetime(2025, 7, 1, tzinfo=UTC)
PERIODS = [Period(2025, 4), Period(2026, 1), Period(2025)]


def frozen(world, period: Period, as_worker) -> Release:
    release = asked_for(world, period)
    with as_worker(), acting_as(SYSTEM):
        freezing.freeze(release, load_plan(world.profile.code), world.profile)
    return release


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_counts_are_exactly_those_of_the_casework_counted_person_by_person(
    world, period, as_worker
):
    plan = load_plan("uk")
    work = some_casework(world, JULY_2025, people=260, seed=7)
    wanted = rows_of(work, plan, period)
    release = frozen(world, period, as_worker)
    with counting.statistics() as connection:
        counts = counting.counts(connection, release.pk, plan, "year")  # every table
    assert counts == true_counts(plan, "year", wanted)
    assert min(Counter(of for row in wanted for of in row.of).values()) > 2  # there are some of all


def test_only_a_closed_period_is_frozen_for_a_release_that_was_asked_for_and_once(world, as_worker):
    plan = load_plan("uk")
    released = a_release(world, Period(2025, 1))
    open_one = asked_for(world, Period(2999, 1))
    for release in (released, open_one):
        refused = pytest.raises(DatabaseError, match="Only a closed period")
        with as_worker(), refused, acting_as(SYSTEM):
            freezing.freeze(release, plan, world.profile)
    once = frozen(world, Period(2025, 2), as_worker)
    with as_worker(), pytest.raises(DatabaseError, match="duplicate key"), acting_as(SYSTEM):
        freezing.freeze(once, plan, world.profile)


def test_a_snapshot_has_nothing_that_leads_to_a_case_and_says_nothing_of_its_order(
    world, as_worker
):
    work = some_casework(world, JULY_2025, people=40, seed=3)
    work.case(JULY_2025 + timedelta(days=9), confidentiality="sealed")
    release = frozen(world, Period(2025, 3), as_worker)
    with counting.statistics() as reader:
        every = reader.execute("SELECT * FROM reporting_snapshotrow").description
        names = ["snapshot_id", "number", *freezing.COLUMNS]
        assert {column.name for column in every} == set(names)
        query = f"SELECT {', '.join(names)} FROM reporting_snapshotrow ORDER BY number"
        rows = reader.execute(query).fetchall()
    codes = {name for one in load_plan("uk").dimensions for name in one.names} | {""}
    for row in rows:
        told = dict(zip(names, row, strict=True))
        assert told.pop("snapshot_id") == release.pk
        words = {word for word in told.values() if isinstance(word, str)} | set(told["service"])
        assert words <= codes
        if told["sealed"]:
            assert words == {""}
    assert sum(row[2] for row in rows)  # there is a sealed one among them
    assert [row[2:] for row in rows] == sorted(row[2:] for row in rows)
    told = repr(rows)
    for case in work.cases.values():
        for own in (case.pk, case.person_id, case.reference):
            assert str(own) not in told


def test_the_hash_is_of_the_rows_under_the_salt_and_another_for_one_changed_row(world, as_worker):
    some_casework(world, JULY_2025, people=20, seed=3)
    release = frozen(world, Period(2025, 3), as_worker)
    with counting.statistics() as reader:
        first = counting.hash_of(reader, release.pk)
        assert counting.hash_of(reader, release.pk) == first
        with connections["owner"].cursor() as owner:
            owner.execute("ALTER TABLE reporting_snapshotrow DISABLE TRIGGER for_good")
            try:
                owner.execute(
                    "UPDATE reporting_snapshotrow SET sealed = NOT sealed WHERE number = 1"
                )
            finally:
                owner.execute("ALTER TABLE reporting_snapshotrow ENABLE TRIGGER for_good")
        assert counting.hash_of(reader, release.pk) != first
    assert len(first) == 64


def test_statistics_reach_snapshots_and_nothing_else_in_raw_sql(world, as_worker):
    """As nrm_reporting signs in: each table, each function of ours, and every way to write."""
    some_casework(world, JULY_2025, people=10, seed=3)
    frozen(world, Period(2025, 3), as_worker)
    with connections["owner"].cursor() as owner:
        owner.execute(
            "SELECT n.nspname || '.' || c.relname, c.relkind IN ('v', 'm') FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname IN ('public', 'keys')"
        )
        views = dict(owner.fetchall())
        owner.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('public', 'keys')"
            " AND p.prosecdef AND p.prorettype <> 'trigger'::regtype"
            " AND has_function_privilege('nrm_reporting', p.oid, 'EXECUTE')"
        )
        assert owner.fetchall() == []
    own = {"public.reporting_snapshot", "public.reporting_snapshotrow"}
    assert own < set(views)
    with counting.statistics() as reader:
        for table, is_view in views.items():
            if table in own:
                assert reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reader.execute(f"SELECT count(*) FROM {table}")
            for way in ("DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES"):
                if not is_view:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        reader.execute(way.format(table))
