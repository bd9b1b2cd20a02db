"""Many lives of a case, long ones, each process on a database of its own:

    python -m tests.life --runs 5000 --steps 50 --number 1 --side-by-side 2

Prints what was done and refused, and how many lives were at each stage; exit 1 with the steps that
led there where something does not hold, or where too few lives got far."""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

# Lives of one part are told apart by what was chosen in them. Where one of them could not be told
# again with the same choices (the database decides something by its own clock, or by where a row
# lies) nothing was broken, but the part is over: the others are made up in a part of their own.
A_PART = 100
# Of a hundred lives, how many are at this stage at least, and how many get there themselves: what
# is looked for is found where a life goes on after a decision.
AT_LEAST = {
    "decision made": (35, 6),
    "negative decision made": (20, 1),
    "negative decision served": (18, 0),
    "asked to be looked at again": (15, 8),
    "looked at again": (12, 8),
    "decided afresh by others": (0.2, 0.2),
    "decided at both stages": (5, 0),
    "with a provider": (25, 0),
    "in a bed": (20, 0),
    "shared with others": (8, 8),
    "recalled": (1, 1),
    "offered to another authority": (10, 8),
    "transferred": (3, 2),
    "accused of something": (25, 20),
    "agency told": (5, 3),
    "answered by the agency": (1, 1),
    "disqualification proposed": (10, 6),
    "disqualified": (1, 0),
    "disqualified and come back": (0.2, 0.2),
    "opened in an emergency": (8, 5),
    "reviewed": (3, 3),
    "handed on for an absence": (4, 3),
    "merged": (3, 3),
    "ended": (6, 1),
}


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.life")
    options.add_argument("--runs", type=int, default=5_000)
    options.add_argument("--steps", type=int, default=50)
    options.add_argument("--number", type=int, default=1, help="the same makes up the same lives")
    options.add_argument("--side-by-side", type=int, default=1, help="how many processes")
    options.add_argument("--tells", type=Path, help="writes what came of it here, as JSON")
    asked = options.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nrm-lives-") as folder:
        parts = _side_by_side(asked, Path(folder)) if asked.side_by_side > 1 else [_part(asked)]
    if not all(parts):
        return 1
    if asked.tells:
        asked.tells.write_text(json.dumps(parts[0]))
        return 0
    return _tell(parts, asked, round(time.monotonic() - begun))


def _side_by_side(asked: Any, folder: Path) -> list[Any]:
    """The same in several processes, each with lives of its own. None for one that failed."""
    runs = [asked.runs // asked.side_by_side] * asked.side_by_side
    runs[0] += asked.runs - sum(runs)
    started = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.life", "--runs", str(some)),
                *("--steps", str(asked.steps), "--number", str(asked.number * 1_000 + place)),
                *("--tells", str(folder / f"{place}.json")),
            ]
        )
        for place, some in enumerate(runs)
    ]
    ended = [process.wait() for process in started]
    return [
        json.loads((folder / f"{place}.json").read_text()) if code == 0 else None
        for place, code in enumerate(ended)
    ]


def _part(asked: Any) -> dict[str, Any]:
    from tests.conftest import begin_servers, make_database

    with tempfile.TemporaryDirectory(prefix="nrm-lives-") as folder, begin_servers(Path(folder)):
        os.environ.setdefault("NRM_DEMO", "")
        make_database()
        return _live(asked)


def _live(asked: Any) -> dict[str, Any]:
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.errors import FlakyStrategyDefinition
    from hypothesis.stateful import run_state_machine_as_test

    from tests.life.chance import same_in_every_life
    from tests.life.machine import LifeOfACase
    from tests.life.scene import lay_out
    from tests.life.stages import STAGES
    from tests.rows import take_all_away
    from tests.world import begin_world

    first = lay_out(begin_world("uk"))
    take_all_away()
    LifeOfACase.scenes = first, lay_out(begin_world("palermo"))
    begun = time.monotonic()

    class Lives(LifeOfACase):
        def teardown(self) -> None:
            super().teardown()
            if self.lives % 10 == 0:
                print(f"\r{self.lives} lives", end="", file=sys.stderr, flush=True)

    not_twice = 0
    with same_in_every_life():
        for part in itertools.count():
            left = asked.runs - LifeOfACase.lives
            if left <= 0:
                break
            try:
                run_state_machine_as_test(
                    seed(asked.number * 1_000 + part)(type("Lives", (Lives,), {})),
                    settings=settings(
                        max_examples=min(left, A_PART),
                        stateful_step_count=asked.steps,
                        deadline=None,
                        database=None,
                        phases=[Phase.generate],
                        suppress_health_check=list(HealthCheck),
                    ),
                )
            except FlakyStrategyDefinition:
                if LifeOfACase.broken:
                    raise
                not_twice += 1
    return {
        "lives": LifeOfACase.lives,
        "not_twice": not_twice,
        "seconds": time.monotonic() - begun,
        "done": sorted(LifeOfACase.done),
        "refused": sorted(LifeOfACase.refused),
        "stages": list(STAGES),
        "reached": LifeOfACase.reached,
        "walked": LifeOfACase.walked,
    }


def _tell(parts: list[dict[str, Any]], asked: Any, seconds: int) -> int:
    lives = sum(part["lives"] for part in parts)
    reached: Counter[str] = sum((Counter(part["reached"]) for part in parts), Counter())
    walked: Counter[str] = sum((Counter(part["walked"]) for part in parts), Counter())
    told = {
        "lives": lives,
        "steps": asked.steps,
        "not_the_same_twice": sum(part["not_twice"] for part in parts),
        "seconds": seconds,
        "seconds_a_life": round(sum(part["seconds"] for part in parts) / lives, 2),
        "done": sorted(set().union(*(part["done"] for part in parts))),
        "refused_at_times": sorted(set().union(*(part["refused"] for part in parts))),
    }
    print(json.dumps(told, indent=1))
    print(f"\n{'how many lives were at a stage':<36} in all  by their own steps")
    for stage in parts[0]["stages"]:
        print(f"{stage:<36} {reached[stage]:>6} {walked[stage]:>18}")
    few = [
        f"{stage}: fewer than {least} of a hundred lives {how}"
        for stage, wanted in AT_LEAST.items()
        for least, found, how in zip(
            wanted, (reached[stage], walked[stage]), ("are there", "get there"), strict=True
        )
        if found * 100 < least * lives
    ]
    print("\n".join(few), file=sys.stderr)
    return 1 if few else 0


if __name__ == "__main__":
    sys.exit(main())
