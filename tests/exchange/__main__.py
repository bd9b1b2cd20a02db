"""A register is brought in while the worker is killed:

    python -m tests.exchange --rows 100000 --kills 6

Prints as JSON how long it took, what memory the worker held and where it was killed; exit 1 where a
row was lost or is there twice, or memory grew with the rows. `make register`.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.exchange")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--number", type=int, default=1, help="the same kills at the same rows")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nrm-register-") as name:
        from tests.conftest import begin_servers

        folder = Path(name)
        with begin_servers(folder):
            from django.test.utils import setup_test_environment

            setup_test_environment()
            from tests.conftest import make_database

            make_database()
            from tests.exchange.killing import run
            from tests.world import build_world

            began = time.monotonic()
            found = run(
                build_world("uk"),
                folder,
                rows=asked.rows,
                kills=asked.kills,
                number=asked.number,
                told=_progress,
            )
            seconds = round(time.monotonic() - began, 1)
            running = found.seconds.get("running") or 1
            print(
                "\n"
                + json.dumps(
                    {
                        "rows": found.rows,
                        "kills": found.kills,
                        "killed_after_rows": found.killed_at,
                        "seconds": found.seconds,
                        "seconds_in_all": seconds,
                        "rows_a_second_brought_in": round(found.rows / running, 1),
                        "megabytes_of_the_worker_after_rows": found.memory,
                        "most_megabytes": round(found.most_memory, 1),
                        "faults": found.faults,
                    },
                    indent=1,
                )
            )
            return 1 if found.faults else 0


def _progress(state: str, rows: int) -> None:
    print(f"\r{state} {rows:>8}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
