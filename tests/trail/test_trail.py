"""Short runs of what `make tampering` and `make reveals` do at length."""

from collections import Counter
from pathlib import Path
from random import Random

from tests.leaks import stack
from tests.trail import reveals, tampering


def test_owner_who_falsifies_the_trail_in_any_way_is_found_out_and_nobody_else_is(db, at):
    tampering.make_trail(Random(1), at=at, seals=5, each=4)
    assert tampering.holds() == ""
    outcome = tampering.run(6 * len(tampering.WAYS), number=2)
    assert outcome.missed == []
    assert outcome.found == outcome.tried == Counter({way.__name__: 6 for way in tampering.WAYS})
    assert outcome.false_alarms == 0


def test_as_many_disclosures_as_reveals_though_the_web_is_killed(world, tmp_path: Path):
    with stack.running(tmp_path, only="web", WEB_CONCURRENCY="2") as started:
        outcome = reveals.run(
            started, started.start_web, world.users, asked=120, kills=3, number=1, cases=3
        )
    assert outcome.faults == []
    assert outcome.kills == 3
    assert len(outcome.shown) > 5
    assert outcome.disclosures == outcome.events >= len(outcome.shown)
