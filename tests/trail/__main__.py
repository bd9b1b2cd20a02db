"""The audit trail against those who would falsify it, and against a web that is killed:

    python -m tests.trail tampering --trials 1000    as the database's owner, triggers aside
    python -m tests.trail reveals --requests 10000   with kill -9 of the web in between

Prints what was tried and found; exit 1 where one falsification was missed, or where what was shown
and what is on record differ. `make tampering`, `make reveals`.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.trail")
    parser.add_argument("what", choices=("tampering", "reveals"))
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--number", type=int, default=1, help="the same tries the same")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nrm-trail-") as folder:
        from tests.conftest import begin_servers

        os.environ["NRM_SEARCHES_PER_HOUR"] = "1000000"
        with begin_servers(Path(folder)):
            from django.test.utils import setup_test_environment

            setup_test_environment()
            from tests.conftest import make_database

            make_database()
            began = time.monotonic()
            found = (
                _tampering(asked) if asked.what == "tampering" else _reveals(asked, Path(folder))
            )
            print(
                f"\n{json.dumps({**found, 'seconds': round(time.monotonic() - began)}, indent=1)}"
            )
            return 1 if found["faults"] else 0


def _progress(done: int) -> None:
    if done % 100 == 0:
        print(f"\r{done}", end="", file=sys.stderr, flush=True)


def _tampering(asked: argparse.Namespace) -> dict[str, object]:
    from django.utils import timezone

    from nrm.audit.models import Event, Seal
    from tests.trail.tampering import make_trail, run

    make_trail(Random(asked.number), at=timezone.now())
    found = run(asked.trials, number=asked.number, told=_progress)
    return {
        "events": Event.objects.count(),
        "seals": Seal.objects.count(),
        "tried": dict(found.tried),
        "found": dict(found.found),
        "said": dict(found.said.most_common()),
        "false_alarms": found.false_alarms,
        "faults": found.missed + ["false alarm"] * bool(found.false_alarms),
    }


def _reveals(asked: argparse.Namespace, folder: Path) -> dict[str, object]:
    from tests.leaks import stack
    from tests.trail.reveals import run
    from tests.world import build_world

    world = build_world("uk")
    place = folder / "web"
    place.mkdir()
    with stack.running(place, only="web", WEB_CONCURRENCY="2") as started:
        found = run(
            started,
            started.start_web,
            world.users,
            asked=asked.requests,
            kills=asked.kills,
            number=asked.number,
            told=_progress,
        )
    return {
        "requests": dict(found.requests),
        "statuses": dict(sorted(found.statuses.items())),
        "unanswered": found.unanswered,
        "kills": found.kills,
        "of_these_of_the_whole_server": found.restarts,
        "identities_shown": len(found.shown),
        "disclosures_on_record": found.disclosures,
        "events_in_the_trail": found.events,
        "faults": found.faults,
    }


if __name__ == "__main__":
    sys.exit(main())
