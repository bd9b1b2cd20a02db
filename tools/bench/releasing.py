"""What a release costs over every case there is: frozen, counted, hashed and noised, in passes of
one plain GROUP BY of PostgreSQL over the same cases. Run with the address of the superuser in
BENCH_ADMIN_URL as `python -m tools.bench.releasing`; prints one JSON object. What it writes, it
takes away again. The attacks are of the files alone and cost the same however many people there
are; they are not in it.

Time is that of the clock, the best of three for the plain pass. Memory is the most that a session
or the process held for itself at any of the moments looked at (each 20 ms), beyond what it began
with.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

PLAIN = "SELECT profile_code, kind, age_status, count(*) FROM cases_case GROUP BY 1, 2, 3"


def own_kilobytes(pid: int | str) -> int:
    """What the process holds for itself alone."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


class Watch:
    """Time and memory of what runs within it."""

    def __init__(self, pid: int | str) -> None:
        self.pid, self.seconds, self.kilobytes = pid, 0.0, 0
        self._done = threading.Event()

    def __enter__(self) -> "Watch":
        self._before = own_kilobytes(self.pid)
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: Any) -> None:
        self.seconds = time.monotonic() - self._began
        self._done.set()
        self._thread.join()

    @property
    def most(self) -> int:
        """All that it held for itself at the most, in kilobytes."""
        return self._before + self.kilobytes

    def _look(self) -> None:
        while True:
            self.kilobytes = max(self.kilobytes, own_kilobytes(self.pid) - self._before)
            if self._done.wait(0.02):
                return


@contextmanager
def _release(admin: Any, profile: str) -> Iterator[Any]:
    """A release that was asked for, and its epsilon; taken away again with all that came of it."""
    release = uuid4()
    (user,) = admin.execute("SELECT id FROM accounts_user ORDER BY id LIMIT 1").fetchone()
    admin.execute(
        "INSERT INTO reporting_release (id, profile_code, period, state, step, asked_by_id,"
        " asked_at, sha256, withheld_because)"
        " VALUES (%s, %s, '1900-Q1', 'asked', 'waiting', %s, now(), '', '')",
        [release, profile, user],
    )
    admin.execute(
        "INSERT INTO reporting_spend (id, profile_code, year, epsilon, cap, at, by_id, release_id)"
        " VALUES (%s, %s, 1900, 1, 5, now(), %s, %s)",
        [uuid4(), profile, user, release],
    )
    try:
        yield release
    finally:
        admin.execute("SET session_replication_role = replica")  # past the triggers that keep it
        for table, column in (
            ("snapshotrow", "snapshot_id"),
            ("snapshot", "release_id"),
            ("spend", "release_id"),
            ("release", "id"),
        ):
            admin.execute(f"DELETE FROM reporting_{table} WHERE {column} = %s", [release])


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()

    from nrm.profiles import load_profile
    from reporting.releases import document
    from reporting.releases.periods import Period
    from reporting.releases.rule import Rule
    from reporting.releases.tables import load_plan
    from reporting.statistics import counting, freezing

    plan, profile = load_plan("uk"), load_profile("uk")
    decisions = [one.code for one in profile.decisions]
    with psycopg.connect(os.environ["BENCH_ADMIN_URL"], dbname="nrm", autocommit=True) as admin:
        pid = admin.info.backend_pid
        admin.execute(PLAIN)
        plain = []
        for _ in range(3):
            with Watch(pid) as watch:
                admin.execute(PLAIN).fetchall()
            plain.append(watch)
        unit = min(one.seconds for one in plain)
        unit_memory = max(1, *(own_kilobytes(pid), *(one.kilobytes for one in plain)))
        with _release(admin, profile.code) as release:
            with Watch(pid) as frozen:
                admin.execute(
                    "SELECT reporting_freeze(%s, %s::jsonb, %s, %s, 'UTC', '1900-01-01',"
                    " now()::date, '1900-01-01', now())",
                    [release, json.dumps(freezing.as_table(plan)), decisions[0], decisions[-1]],
                )
            frozen_memory = frozen.most
            (rows,) = admin.execute("SELECT count(*) FROM reporting_snapshotrow").fetchone()
            with (
                counting.statistics() as reader,
                Watch("self") as counted,
                Watch(reader.info.backend_pid) as session,
            ):
                counts = counting.counts(reader, release, plan, "year")
                digest = counting.hash_of(reader, release)
                document.release(
                    plan, Period(1900), counts, rule=Rule(10, 5), snapshot=digest
                ).as_bytes()
    found = {
        "people": rows,
        "plain_pass_ms": round(1000 * unit, 1),
        "plain_pass_megabytes": round(unit_memory / 1024, 1),
        "freeze_in_plain_passes": round(frozen.seconds / unit, 1),
        "freeze_megabytes": round(frozen_memory / 1024, 1),
        "freeze_memory_in_plain_passes": round(frozen_memory / unit_memory, 1),
        "count_in_plain_passes": round(counted.seconds / unit, 1),
        "count_megabytes": round(session.most / 1024, 1),
        "job_megabytes_more": round(counted.kilobytes / 1024, 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
