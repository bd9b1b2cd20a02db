"""Short runs of what `make tampering` and `make reveals` do at length."""

import os
from collections import Counter
from pathlib import Path
from random import Random

import psycopg

from tests.leaks import stack
from tests.trail import reveals, tampering


def test_owner_who_falsifies_the_trail_in_any_way_is_found_out_and_nobody_else_is(db, at):
    tampering.make_trail(Random(1), at=at, seals=5, each=4)
    assert tampering.holds() == ""
    outcome = tampering.run(6 * len(tampering.WAYS), number=2)
    assert outcome.missed == []
    assert outcome.found == outcome.tried == Counter({way.__name__: 6 for way in tampering.WAYS})
    assert outcome.false_alarms == 0


def test_a_trial_that_changes_nothing_counts_as_missed_and_not_as_found(db, at, monkeypatch):
    def nothing(owner, cursor, rng):
        pass

    tampering.make_trail(Random(1), at=at, seals=2, each=3)
    monkeypatch.setattr(tampering, "WAYS", (nothing,))
    outcome = tampering.run(1, number=1)
    assert (outcome.missed, outcome.found) == (["nothing, trial 0"], Counter())


def test_as_many_disclosures_as_reveals_though_the_web_is_killed(world, tmp_path: Path):
    with stack.running(tmp_path, only="web", WEB_CONCURRENCY="2") as started:
        outcome = reveals.run(
            started, started.start_web, world.users, asked=120, kills=3, number=1, cases=3
        )
    assert outcome.faults == []
    assert outcome.kills == 3
    assert len(outcome.shown) > 5
    assert outcome.disclosures == outcome.events >= len(outcome.shown)
    # One event less, and one disclosure less, would both be seen.
    shown = next(iter(outcome.shown))
    for statement in (
        "DELETE FROM audit_event WHERE data->>'disclosure' = %s",
        "DELETE FROM identities_disclosure WHERE id::text = %s",
    ):
        with psycopg.connect(
            stack.on_test_database(os.environ["DATABASE_ADMIN_URL"]), autocommit=True
        ) as admin:
            admin.execute("SET session_replication_role = replica")
            assert admin.execute(statement, [shown]).rowcount == 1
        again = reveals.Outcome(shown=dict(outcome.shown), unanswered=outcome.unanswered)
        reveals._compare(again, (set(), []))
        assert again.faults, statement
