"""No period is released twice, through a restore too: what was begun is noted outside, and put back
as lost in a database that does not know of it."""

import json
import os
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from identities.restoring import after_restore
from nrm.accounts.models import SYSTEM_ID
from nrm.actions import Refused
from nrm.audit.models import Event
from nrm.context import SYSTEM, acting_as
from nrm.startup import database_faults, needs_after_restore, open_database
from reporting.models import Release, ReleaseFile, Spend
from reporting.releases.periods import Period
from reporting.statistics import building, outside
from reporting.statistics.actions import ask_for_release
from reporting.statistics.selectors import account_of, cap_of, plan_of
from tests.reporting.made import NOVEMBER, a_release, asked_for
from tests.reporting.test_releases import PASSED

Q1, Q2 = Period(2026, 1), Period(2026, 2)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(building, "attack", lambda *_: PASSED)


def ask(world, period=Q1):
    return ask_for_release(actor=world.auditor, at=NOVEMBER, profile=world.profile, period=period)


def build(as_worker, at=NOVEMBER):
    with as_worker():
        return building.build_waiting(at=at)


def lines():
    file = outside.releases_file()
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def restore(*, asked=False):
    """As if a backup were restored that was made before anything was asked for, or (`asked`) after
    that and before it was built: past triggers, as the superuser who restores."""
    name = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], dbname=name, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        for table in ("releasefile", "snapshotrow", "snapshot", "approval"):
            server.execute(f"DELETE FROM reporting_{table}")
        if asked:
            server.execute(
                "UPDATE reporting_release SET state = 'asked', step = 'waiting', sha256 = '',"
                " built_at = NULL, attacks = NULL"
            )
        else:
            server.execute("DELETE FROM reporting_spend; DELETE FROM reporting_release")


def needed():
    with open_database() as opened:
        return needs_after_restore(opened)


# Noted -------------------------------------------------------------------------------------------
def test_a_release_is_noted_outside_before_anything_is_counted(
    world, as_worker, quick, monkeypatch
):
    release = ask(world)
    assert lines() == []
    seen = []
    noised = building._noised
    monkeypatch.setattr(building, "_noised", lambda *one: seen.extend(lines()) or noised(*one))
    assert build(as_worker) == 1
    begun = {
        "release": str(release.pk),
        "profile": "uk",
        "period": "2026-Q1",
        "year": 2026,
        "epsilon": "1.000000000000",
        "cap": "5.000000000000",
        "asked": NOVEMBER.isoformat(),
    }
    assert seen == [begun]
    assert lines() == [begun, {"release": str(release.pk), "done": True}]
    build(as_worker)
    assert len(lines()) == 2
    assert not needed()


@pytest.mark.parametrize("where", ["_noised", "attack", "files_of"])
def test_what_breaks_off_and_is_tried_again_is_noted_once(
    world, as_worker, quick, monkeypatch, where
):
    release = ask(world)
    with monkeypatch.context() as broken:
        broken.setattr(building, where, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build(as_worker)
    assert [line["release"] for line in lines()] == [str(release.pk)]
    assert not needed()  # it is being built, and nothing is lost
    assert after_restore().nothing
    assert build(as_worker, at=NOVEMBER + timedelta(minutes=1)) == 1
    assert len([line for line in lines() if "period" in line]) == 1


def test_releases_of_before_the_file_are_noted_too(world, as_worker, quick):
    release, waits = a_release(world, Q1), asked_for(world, Q2)
    with as_worker(), acting_as(SYSTEM):
        outside.note_done()
        outside.note_done()
    assert [line["release"] for line in lines()] == [str(release.pk)] * 2
    assert outside.noted()["uk", "2026-Q1"].done
    assert ("uk", waits.period) not in outside.noted()


def test_without_a_place_outside_nothing_is_noted(world, as_worker, quick, settings):
    settings.AUDIT_HEADS = ""
    ask(world)
    assert build(as_worker) == 1
    assert outside.noted() == {}
    assert not needed()


# Put back ----------------------------------------------------------------------------------------
def test_a_restore_brings_back_no_period_and_no_epsilon(world, as_worker, quick):
    release = ask(world)
    build(as_worker)
    restore()
    assert Release.objects.count() == 0
    assert needed()
    out = StringIO()
    call_command("after_restore", stdout=out)
    assert "1 releases were put back." in out.getvalue()
    assert not needed()
    with acting_as(SYSTEM):
        told = Event.objects.get(verb="database.restored").data
    assert (told["erased"], told["releases"]) == (0, 1)
    back = Release.objects.get()
    assert (back.pk, back.state, back.period) == (release.pk, "lost", "2026-Q1")
    assert (back.asked_by_id, back.asked_at) == (SYSTEM_ID, release.asked_at)
    spend = Spend.objects.get()
    assert (spend.release_id, spend.year, spend.epsilon, spend.cap) == (back.pk, 2026, 1, 5)
    # Asked for again, it is what there is, and no job builds it.
    assert ask(world) == back
    assert build(as_worker) == 0
    assert not ReleaseFile.objects.exists()
    assert Release.objects.get().state == "lost"
    # And once more, nothing is to be done.
    assert after_restore().nothing
    assert Release.objects.count() == Spend.objects.count() == 1


def test_what_was_lost_counts_of_the_cap_of_its_year(world, as_worker, quick):
    ask(world)
    build(as_worker)
    restore()
    after_restore()
    [year] = account_of(world.profile, plan_of(world.profile))
    assert year.left == cap_of(plan_of(world.profile)) - 1
    asked_for(world, Q2, epsilon=4)
    with pytest.raises(Refused) as refused:
        ask(world, Period(2026, 3))
    assert [one.code for one in refused.value.objections] == ["no_epsilon"]


def test_a_backup_in_which_it_waited_does_not_build_it_once_more(world, as_worker, quick):
    """It was built after that backup: built anew, it would have other numbers."""
    release = ask(world)
    build(as_worker)
    restore(asked=True)
    assert needed()
    assert after_restore().put_back == {"releases": 1}
    assert not needed()
    assert build(as_worker) == 0
    assert Release.objects.get().state == "lost"
    assert Spend.objects.get().release_id == release.pk
    assert after_restore().nothing


def test_what_was_asked_for_anew_before_that_was_run_is_not_built(world, as_worker, monkeypatch):
    """Whether the one before had numbers is not known: that it was begun is enough."""
    ask(world)
    monkeypatch.setattr(building, "attack", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build(as_worker)
    restore()
    anew = asked_for(world, Q1)
    assert needed()
    assert after_restore().put_back == {"releases": 1}
    assert Release.objects.get().pk == anew.pk
    assert build(as_worker) == 0
    assert not needed()


def test_neither_web_nor_worker_serves_until_then(world, as_worker, quick):
    ask(world)
    build(as_worker)
    assert list(database_faults("web")) == []
    restore()

    def faults():
        with as_worker():
            yield from database_faults("worker")
        yield from database_faults("web")

    assert ["after_restore" in fault for fault in faults()] == [True, True]
    after_restore()
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("lost", "wanted", "free"),
    [("2025-Q2", "2025", "2025-Q1"), ("2025", "2025-Q3", "2026-Q1"), ("2025-Q4", "2025", "2024")],
)
def test_what_would_have_to_be_attacked_with_a_lost_release_is_not_made(
    world, as_worker, quick, lost, wanted, free
):
    """A year is attacked with its quarters, and one of these could be out that nobody sees."""
    ask(world, Period.parse(lost))
    build(as_worker)
    restore()
    after_restore()
    with pytest.raises(Refused) as refused:
        ask(world, Period.parse(wanted))
    assert [one.code for one in refused.value.objections] == ["lost_with_a_restore"]
    assert ask(world, Period.parse(free)).state == "asked"


def test_what_waited_for_being_built_beside_it_is_lost_with_it(world, as_worker, quick):
    ask(world, Period(2025, 2))
    build(as_worker)
    restore()
    year, quarter = asked_for(world, Period(2025)), asked_for(world, Period(2025, 1))
    assert after_restore().put_back == {"releases": 2}
    assert not needed()
    states = dict(Release.objects.values_list("period", "state"))
    assert states == {"2025-Q2": "lost", year.period: "lost", quarter.period: "asked"}
    assert ask(world, Period(2025, 3)).state == "asked"  # of the year no file is out
    assert after_restore().nothing


def test_two_restores_put_one_period_back_once(world, as_worker, quick):
    """Asked for anew in between, the file names two releases of it."""
    first = ask(world)
    build(as_worker)
    restore()
    keep = outside.releases_file().read_text()
    outside.releases_file().unlink()
    ask(world)
    build(as_worker)
    outside.releases_file().write_text(keep + outside.releases_file().read_text())
    assert len({line["release"] for line in lines()}) == 2
    restore()
    assert after_restore().put_back == {"releases": 1}
    assert Release.objects.get().pk == first.pk
    assert not needed()


def test_each_is_noted_as_built_before_the_next_is_begun(world, as_worker, quick, monkeypatch):
    for number in (1, 2):
        ask(world, Period(2026, number))
    noised, seen = building._noised, []

    def dies_with_the_second(*one):
        seen.append(lines())
        if len(seen) == 2:
            raise SystemExit
        return noised(*one)

    monkeypatch.setattr(building, "_noised", dies_with_the_second)
    with pytest.raises(SystemExit):
        build(as_worker)
    assert ["done" in line for line in seen[1]] == [False, True, False]


def test_what_a_job_that_died_had_no_time_to_note_the_next_one_notes(
    world, as_worker, quick, monkeypatch
):
    ask(world)
    kept = building.keep_built

    def dies_after(*one, **more):
        kept(*one, **more)
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(building, "keep_built", dies_after)
        with pytest.raises(SystemExit):
            build(as_worker)
    assert ["done" in line for line in lines()] == [False]
    assert build(as_worker) == 0
    assert ["done" in line for line in lines()] == [False, True]


def test_what_was_taken_is_put_back_also_where_the_year_has_no_more(world, as_worker, quick):
    ask(world)
    build(as_worker)
    restore()
    asked_for(world, Q2, epsilon=5)
    after_restore()
    [year] = account_of(world.profile, plan_of(world.profile))
    assert (year.spent, year.left, year.percent) == (6, 0, 100)
    # To nobody else more is given than there is.
    with pytest.raises(Refused) as refused:
        ask(world, Period(2026, 3))
    assert [one.code for one in refused.value.objections] == ["no_epsilon"]


# A file that is not whole -------------------------------------------------------------------------
def test_half_a_line_was_never_written_and_the_next_one_stands_alone(world, as_worker, quick):
    ask(world)
    build(as_worker)
    before = lines()
    with outside.releases_file().open("a") as file:
        file.write('{"release": "0f')
    assert outside.noted().keys() == {("uk", "2026-Q1")}
    assert not needed()
    ask(world, Q2)
    build(as_worker)
    assert lines()[:2] == before
    assert len(lines()) == 4


@pytest.mark.parametrize("name", ["releases.jsonl", "erased.jsonl"])
def test_a_damaged_file_is_named_with_its_line_and_nothing_is_done(world, as_worker, quick, name):
    ask(world)
    build(as_worker)
    file = outside.releases_file().with_name(name)
    kept = file.read_text() if file.exists() else ""
    try:
        file.write_text(kept + "half a line\n")
        number = len(kept.splitlines()) + 1
        [fault] = database_faults("web")
        assert f"{name}, line {number}, is damaged" in fault
        with pytest.raises(CommandError, match="is damaged"):
            call_command("after_restore")
    finally:
        file.write_text(kept)
    assert list(database_faults("web")) == []


# By nobody else ----------------------------------------------------------------------------------
def test_nobody_but_the_owner_calls_a_release_lost_and_it_stays_so(world, as_worker, quick):
    release = ask(world)
    asked = {"profile_code": "uk", "asked_at": NOVEMBER, "state": "lost", "step": "done"}
    with acting_as(world.auditor), pytest.raises(DatabaseError, match="Only after a restore"):
        Release.objects.create(period="2026-Q2", asked_by=world.auditor, **asked)
    with acting_as(world.auditor), pytest.raises(DatabaseError, match="Only after a restore"):
        Release.objects.filter(pk=release.pk).update(state="lost")
    with as_worker(), acting_as(SYSTEM), pytest.raises(DatabaseError, match="Only after a restore"):
        Release.objects.filter(pk=release.pk).update(state="lost")
    build(as_worker)
    owners = Release.objects.using("owner")
    with pytest.raises(DatabaseError):  # what has numbers is not lost
        owners.update(state="lost")
    restore()
    after_restore()
    changes = [{"state": "asked"}, {"state": "published"}, {"step": "waiting"}]
    for change in changes:
        with pytest.raises(DatabaseError, match="does not change"):
            owners.update(**change)


# Shown -------------------------------------------------------------------------------------------
def test_pages_and_rest_say_that_it_is_lost(world, as_worker, quick):
    ask(world)
    build(as_worker)
    restore()
    after_restore()
    client = world.client("auditor")
    assert "Lost with a restore" in client.get("/statistics/").content.decode()
    page = client.get("/statistics/2026-Q1/").content.decode()
    assert "so this period is not released again." in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert client.get("/statistics/2026-Q1/files/csv/").status_code == 404
    account = client.get("/statistics/epsilon/").content.decode()
    assert "1 of 5 is spent; 4 is left." in account
    assert "The system" in account
    told = client.get("/api/v1/statistics/2026-Q1/").json()
    assert (told["state"], told["files"], told["sha256"]) == ("lost", [], "")
