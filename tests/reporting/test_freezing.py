"""What a freeze writes down of a period: one row a person, exactly, and nothing that leads back."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction

from cases.actions import transferring
from nrm.accounts.models import Organisation
from nrm.context import SYSTEM, acting_as
from reporting.models import Release
from reporting.releases import document
from reporting.releases.periods import Period
from reporting.releases.tables import load_plan, true_counts
from reporting.statistics import counting, freezing
from tests.decisions.road import ready_case
from tests.reporting.made import a_release, asked_for
from tests.reporting.persons import Casework, rows_of, some_casework, some_offices

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


def by_authority(world, release):
    plan = load_plan(world.profile.code)
    with counting.statistics() as reader:
        counts = counting.counts(reader, release.pk, plan, "year")["referrals_authority"]
    return {cell[0]: count for cell, count in counts.items() if count}


def test_who_is_referred_counts_under_the_authority_that_has_their_newest_case(world, as_worker):
    """Nobody said which authority an office is, or its law has it no more: among the others."""
    ieca, unsaid, abolished = some_offices(world)
    work = Casework(world)
    for office in (world.authority, world.authority, ieca, unsaid, abolished):
        work.case(JULY_2025, authority=office)
    again = work.case(JULY_2025, authority=ieca)
    work.case(JULY_2025 + timedelta(days=9), again.person, authority=world.authority)
    work.case(JULY_2025, authority=ieca, confidentiality="sealed")
    release = frozen(world, Period(2025, 3), as_worker)
    assert by_authority(world, release) == {"sca": 3, "ieca": 1, "other": 2}


def test_a_case_that_another_authority_took_counts_under_that_one(world, as_worker):
    case = ready_case(world, at=JULY_2025)
    other = world.other_authority
    Organisation.objects.filter(pk=other.pk).update(authority_kind="child_panel")
    row = transferring.offer_transfer(
        case, actor=world.supervisor, at=JULY_2025, organisation=other.pk, reason="place", words="x"
    )
    long_after = JULY_2025 + timedelta(days=200)
    transferring.answer_transfer(row, actor=world.other_supervisor, at=long_after, accept=True)
    release = frozen(world, Period(2025, 3), as_worker)
    assert by_authority(world, release) == {"child_panel": 1}


@pytest.mark.parametrize("how", ["later", "elsewhere", "merged later", "later in the period"])
def test_a_person_with_a_sealed_case_anywhere_is_in_totals_only(world, as_worker, how):
    """Also one that was opened after the period, under another law, or in another name."""
    plan, period = load_plan("uk"), Period(2025, 4)
    work = some_casework(world, JULY_2025, people=5, seed=5)
    at = datetime(2025, 11, 3, tzinfo=UTC)
    plain = work.case(at)
    work.referral(plain, at, sex="female", nationality="VN", responder_kind="police")
    then = at + timedelta(days=20 if how == "later in the period" else 300)
    law = {"profile_code": "palermo"} if how == "elsewhere" else {}
    person = None if how == "merged later" else plain.person
    hidden = work.case(then, person, confidentiality="sealed", **law)
    if how == "merged later":
        work.merge(hidden, plain, then)
    release = frozen(world, period, as_worker)
    with counting.statistics() as connection:
        rows = connection.execute(
            "SELECT sealed, sex, nationality, age FROM reporting_snapshotrow"
            " WHERE snapshot_id = %s AND (nationality = 'VN' OR sealed)",
            [release.pk],
        ).fetchall()
        counts = counting.counts(connection, release.pk, plan, "year")
    wanted = rows_of(work, plan, period)
    assert counts == true_counts(plan, "year", wanted)
    assert sum(row.sealed for row in wanted) == sum(sealed for sealed, *_codes in rows) > 0
    assert not any("VN" in codes for _sealed, *codes in rows)


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


def test_the_hash_of_rows_from_before_a_column_is_that_which_was_published(world, as_worker):
    some_casework(world, JULY_2025, people=20, seed=3)
    release = frozen(world, Period(2025, 3), as_worker)
    of_then = [name for name in freezing.COLUMNS if name != "authority"]
    with counting.statistics() as reader:
        digest = document.SnapshotHash(
            bytes(reader.execute("SELECT salt FROM reporting_snapshot").fetchone()[0])
        )
        query = f"COPY (SELECT {', '.join(of_then)} FROM reporting_snapshotrow ORDER BY number)"
        with reader.cursor() as cursor, cursor.copy(f"{query} TO STDOUT") as copy:
            for part in copy:
                digest.add(bytes(part))
        now = counting.hash_of(reader, release.pk)
        with connections["owner"].cursor() as owner:
            owner.execute("ALTER TABLE reporting_snapshotrow DISABLE TRIGGER for_good")
            try:
                owner.execute("UPDATE reporting_snapshotrow SET authority = NULL")
            finally:
                owner.execute("ALTER TABLE reporting_snapshotrow ENABLE TRIGGER for_good")
        assert counting.hash_of(reader, release.pk) == digest.hexdigest() != now


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


def test_a_snapshot_of_which_nothing_was_kept_is_frozen_anew_with_a_new_column(world, as_worker):
    """What the migration does that brought the authority. One that was built stays."""
    some_casework(world, JULY_2025, people=20, seed=3)
    a_release(world, Period(2025, 1))
    unfinished = frozen(world, Period(2025, 3), as_worker)
    brought = import_module("reporting.migrations.0007_by_authority")
    kept = "SELECT count(*), (SELECT count(*) FROM reporting_snapshotrow) FROM reporting_snapshot"
    with counting.statistics() as reader:
        before = reader.execute(kept).fetchone()
        with transaction.atomic("owner"), connections["owner"].cursor() as owner:
            owner.execute(brought.UNFINISHED)
        assert (before[0], reader.execute(kept).fetchone()) == (2, (1, 0))
        with as_worker(), acting_as(SYSTEM):
            freezing.freeze(unfinished, load_plan("uk"), world.profile)
        assert reader.execute(kept).fetchone() == before
    with connections["owner"].cursor() as owner, pytest.raises(DatabaseError):
        owner.execute("DELETE FROM reporting_snapshotrow")
