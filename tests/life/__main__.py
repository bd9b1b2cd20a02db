"""Many lives of a case, long ones, on a database of their own:

    python -m tests.life --runs 5000 --steps 50 --number 1

Prints what was done and refused; exit 1 with the steps that led there where something does not
hold."""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.life")
    options.add_argument("--runs", type=int, default=5_000)
    options.add_argument("--steps", type=int, default=50)
    options.add_argument("--number", type=int, default=1, help="the same makes up the same lives")
    asked = options.parse_args()
    from tests.conftest import begin_servers, make_database

    with tempfile.TemporaryDirectory(prefix="nrm-lives-") as folder, begin_servers(Path(folder)):
        os.environ.setdefault("NRM_DEMO", "")
        make_database()
        return _live(asked)


def _live(asked: Any) -> int:
    from django.utils import timezone
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.stateful import run_state_machine_as_test

    from tests.life.machine import LifeOfACase
    from tests.life.scene import lay_out
    from tests.world import begin_world

    begun = time.monotonic()
    lay_out(begin_world("uk"), timezone.now())
    lived = 0

    @seed(asked.number)
    class Lives(LifeOfACase):
        def teardown(self) -> None:
            nonlocal lived
            super().teardown()
            lived += 1
            if lived % 10 == 0:
                print(f"\r{lived} lives", end="", file=sys.stderr, flush=True)

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=asked.runs,
            stateful_step_count=asked.steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(
        json.dumps(
            {
                "lives": lived,
                "steps_at_most": asked.steps,
                "seconds": round(time.monotonic() - begun),
                "done": sorted(LifeOfACase.done),
                "refused_at_times": sorted(LifeOfACase.refused),
            },
            indent=1,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
