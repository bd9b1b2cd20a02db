"""What is unusual in the trail: an auditor is told in a sentence, and says that they looked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection

from nrm.audit import writer
from nrm.audit.models import Event
from nrm.context import acting_as
from reporting.models import Anomaly
from reporting.trail.watch import FARTHEST, watch
from tests.api.tools import api
from tests.casework.people import assigned
from tests.reporting.test_trail import codes

NOON = datetime(2026, 6, 11, 11, tzinfo=UTC)
URL = "/audit/unusual/"
REST = "/api/v1/audit-anomalies/"


@pytest.fixture
def rule(world):
    return world.profile.watch


def look(world, case, who, at, verb="case.viewed", **more):
    with acting_as(world.users[who]):
        about = case.pk if case else None
        writer.write(verb, at=at, actor_id=world.users[who].pk, case_id=about, **more)


def some(world, number):
    return [assigned(world, at=NOON - timedelta(days=60)) for _ in range(number)]


def found(as_worker, at):
    with as_worker():
        watch(at=at)
    return {(row.kind, row.actor_id): row for row in Anomaly.objects.using("watcher").all()}


def nights(world, case, number, at, who="caseworker"):
    for minute in range(number):
        look(world, case, who, at + timedelta(minutes=minute))


def test_looks_at_night_count_on_the_clock_of_the_profile(world, rule, as_worker):
    (case,) = some(world, 1)
    # In June the clock of London is an hour ahead: 21:30 UTC is half past ten at night there.
    nights(world, case, rule.night_looks, NOON.replace(hour=21, minute=30))
    nights(world, case, rule.night_looks, NOON.replace(hour=20, minute=30), "supervisor")
    nights(world, case, rule.night_looks - 1, NOON.replace(hour=23), "intake")
    # After midnight it is still the night of the day before.
    nights(world, case, 1, NOON.replace(day=12, hour=2))
    rows = found(as_worker, NOON.replace(day=12, hour=9))
    assert set(rows) == {("night", world.caseworker.pk)}
    row = rows["night", world.caseworker.pk]
    assert (str(row.day), row.count) == ("2026-06-11", rule.night_looks + 1)
    page = world.client("auditor").get(URL)
    (line,) = page.context["lines"]
    assert line.why == (
        f"Looked at cases {rule.night_looks + 1} times at night (22:00–6:00)."
        f" From {rule.night_looks} on a day it is shown here."
    )
    assert line.person == codes(world).of("P", world.caseworker.pk)
    text = page.content.decode()
    assert world.caseworker.email not in text[text.index("<main") :]


def test_cases_that_nobody_gave_and_in_which_nothing_was_done(world, rule, as_worker):
    cases = some(world, rule.unassigned_a_day)
    for case in cases:
        look(world, case, "supervisor", NOON)  # only reads
        look(world, case, "caseworker", NOON)  # to whom all were given
        look(world, case, "intake", NOON)
        look(world, case, "intake", NOON, "note.written")  # worked on it
    rows = found(as_worker, NOON + timedelta(hours=5))
    assert set(rows) == {("unassigned", world.supervisor.pk)}
    assert rows["unassigned", world.supervisor.pk].count == rule.unassigned_a_day


def test_many_cases_and_several_refusals(world, rule, as_worker, monkeypatch):
    cases = some(world, 3)
    monkeypatch.setattr("reporting.trail.watch._rules", lambda: {**_rules(), "cases": [3] * 9})
    for case in cases:
        look(world, case, "caseworker", NOON)
    for case in cases[:2]:
        look(world, case, "supervisor", NOON)
        look(world, case, "supervisor", NOON)  # twice the same is one case
    for _ in range(rule.refusals_a_day):
        look(world, None, "caseworker2", NOON, "access.refused", refused=True)
    for _ in range(rule.refusals_a_day - 1):
        look(world, None, "intake", NOON, "access.refused", refused=True)
    rows = found(as_worker, NOON + timedelta(hours=1))
    assert set(rows) == {("volume", world.caseworker.pk), ("refusals", world.caseworker2.pk)}


def _rules():
    from nrm.profiles import load_profile

    watch_rule = load_profile("uk").watch
    return {
        "profiles": ["uk"],
        "zones": ["Europe/London"],
        "night_from": [watch_rule.night_from],
        "night_to": [watch_rule.night_to],
        "night_looks": [watch_rule.night_looks],
        "unassigned": [watch_rule.unassigned_a_day],
        "refusals": [watch_rule.refusals_a_day],
    }


def test_it_finds_nothing_twice_and_reads_no_more_than_its_window(world, rule, as_worker):
    (case,) = some(world, 1)
    night = NOON.replace(hour=23)
    nights(world, case, rule.night_looks, night)
    nights(world, case, rule.night_looks, night - FARTHEST - timedelta(days=2), "supervisor")
    for _ in range(2):
        rows = found(as_worker, night + timedelta(hours=1))
        assert set(rows) == {("night", world.caseworker.pk)}
    # The next run reads two days, and no more.
    nights(world, case, rule.night_looks, night - timedelta(days=3), "intake")
    nights(world, case, rule.night_looks, night - timedelta(days=1), "supervisor2")
    rows = found(as_worker, night + timedelta(hours=2))
    assert set(rows) == {("night", world.caseworker.pk), ("night", world.supervisor2.pk)}


def test_an_auditor_looks_into_it_and_what_comes_after_opens_it_again(world, rule, as_worker):
    (case,) = some(world, 1)
    night = NOON.replace(hour=23)
    nights(world, case, rule.night_looks, night)
    (row,) = found(as_worker, night + timedelta(minutes=30)).values()
    client, program = world.client("auditor"), api(world.auditor)
    where = f"{URL}{row.pk}/"
    empty = client.post(where, {"note": " ", "count": row.count})
    assert (empty.status_code, "Write what you found" in empty.content.decode()) == (422, True)
    # There were more by the time that it was sent.
    stale = client.post(where, {"note": "On call that night", "count": row.count - 1})
    assert stale.status_code == 409
    assert "On call that night" in stale.content.decode()
    done = client.post(where, {"note": "On call that night", "count": row.count})
    assert done["Location"] == URL
    event = Event.objects.get(verb="anomaly.looked_into")
    assert event.data["person"] == str(world.caseworker.pk)
    assert "On call" not in str(event.data)
    kept = Anomaly.objects.using("watcher").get()
    assert b"On call" not in bytes(kept.note)
    assert "Nothing to look into" in client.get(URL).content.decode()
    assert client.post(where, {"note": "Again", "count": row.count}).status_code == 409
    assert [one["id"] for one in program.get(f"{REST}?show=all").json()["results"]] == [str(row.pk)]
    assert program.get(f"{REST}{row.pk}/").json()["note"] == "On call that night"
    # The same night goes on.
    nights(world, case, 2, night + timedelta(minutes=40))
    found(as_worker, night + timedelta(hours=1))
    (again,) = program.get(REST).json()["results"]
    assert (again["count"], again["open"]) == (rule.night_looks + 2, True)
    told = {"note": "Still on call", "count": again["count"]}
    assert program.post(f"{REST}{row.pk}/", told).json()["open"] is False
    assert program.post(f"{REST}{row.pk}/", told).status_code == 409


def test_only_a_job_finds_and_only_an_auditor_reads(world, rule, as_worker):
    (case,) = some(world, 1)
    nights(world, case, rule.night_looks, NOON.replace(hour=23))
    (row,) = found(as_worker, NOON + timedelta(days=1)).values()
    for who in ("supervisor", "administrator"):
        for path in (URL, f"{URL}{row.pk}/", REST, f"{REST}{row.pk}/"):
            client = world.client(who) if not path.startswith("/api") else api(world.users[who])
            assert client.get(path).status_code == 403, (who, path)
    assert world.client("auditor").get(f"{URL}{case.pk}/").status_code == 404
    change = "UPDATE reporting_anomaly SET count = 1"
    make = "DELETE FROM reporting_anomaly"
    for statement in (change, make):
        with pytest.raises(DatabaseError), acting_as(world.auditor):
            connection.cursor().execute(statement)
    assert api(world.auditor).get(f"{REST}?after=nonsense").status_code == 200
