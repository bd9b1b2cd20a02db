"""What pages cost, in null views.

    make bench                                   at 10,000 and 100,000 cases
    make bench SIZES="10000 100000 1000000"      also at a million
    make bench ROUNDS=30 SIZES=10000             a quick look

For each size a database of its own is filled by `manage.py demo --cases` (and kept in
.local/bench for the next run). One gunicorn worker serves the product, another the null site, both
as the product is served; their requests take turns, one for one. A cost is processor time of the
worker and of its database sessions together; a figure is the median of the rounds, divided by the
median of the null view of the same run. At the end the pages of lists and cases are measured once
more with row-level security taken away, for what it costs. The result is JSON on standard output;
exit 1 where a limit does not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import math
import os
import platform
import secrets
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from nrm.local import processes
from nrm.local.services import Services, services
from tools.bench.browser import Answer, Browser
from tools.bench.meter import Meter, Reading
from tools.bench.preparing import PEOPLE, RESPONDER
from tools.bench.visits import (
    GROWTH,
    LIMITS,
    LOCKED,
    MEMORY,
    Casework,
    Referring,
    Reviewing,
    Step,
    Visit,
    Writing,
)

PROJECT = Path(__file__).resolve().parents[2]
NULL_DATABASE = "nrm_null"
WARM_UP = 8
# Attributable and steady: no parallel workers beside the session that asked, room in memory.
DATABASE_SETTINGS = {"max_parallel_workers_per_gather": "0", "work_mem": "16MB"}
DUE = 20
TIMES = "times_without_policies"
Costs = dict[tuple[str, str], list[tuple[float, float]]]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=PROJECT / ".local" / "bench")
    parser.add_argument("--fresh", action="store_true", help="fill the databases anew")
    chosen = parser.parse_args()
    found = [
        measure(size, chosen.rounds, chosen.folder / str(size), fresh=chosen.fresh)
        for size in sorted(chosen.sizes)
    ]
    faults = judge(found)
    print(json.dumps({"machine": machine(), "sizes": found, "faults": faults}, indent=1))
    for fault in faults:
        say(fault)
    return 1 if faults else 0


def machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version()}


# One size -----------------------------------------------------------------------------------------
def measure(size: int, rounds: int, folder: Path, *, fresh: bool) -> dict[str, Any]:
    if fresh and folder.exists():
        shutil.rmtree(folder)
    with services(folder, durable=False) as started:
        environment = product_environment(started, folder)
        filled = fill(size, started, environment, folder / "filled.json")
        null_environment, cookie = make_null_site(started)
        prepared = json.loads(run("tools.bench.preparing", str(rounds), env=environment))
        postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        with (
            server("tools.bench.null_site.wsgi", null_environment, folder) as null_server,
            server("nrm.wsgi", environment, folder) as product_server,
        ):
            null = Browser(null_server.port, cookies={"sessionid": cookie})
            null_meter = Meter(null_server.pid, postmaster, NULL_DATABASE)
            meter = Meter(product_server.pid, postmaster, "nrm")
            visits = all_visits(product_server.port, prepared, environment)
            say(f"{size:,} cases: measuring …")
            answers: dict[tuple[str, str], Answer] = {}
            costs, nothing = compare(visits, null, null_meter, meter, rounds, answers)
            memory = after_many(visits, meter)
            lists = [visit for visit in visits if isinstance(visit, Casework)]
            with without_policies(started):
                open_costs, open_nothing = compare(lists, null, null_meter, meter, rounds, {})
        with server("tools.bench.counting", environment, folder) as counting_server:
            visits = all_visits(counting_server.port, prepared, environment, rounds)
            statements = count(visits)
        unit, open_unit = _unit(nothing), _unit(open_nothing)
        lines = [
            line(who, label, found, unit, answers.get((who, label)), statements.get((who, label)))
            for (who, label), found in costs.items()
        ]
        for one in lines:
            if found := open_costs.get((one["who"], one["what"])):
                unlocked = statistics.median(a + b for a, b in found) / open_unit
                one[TIMES] = round(one["null_views"] / unlocked, 2)
        swept = sweep_costs(environment, unit)
        released = release_costs(started, environment)
        for one in lines:
            say(
                f"  {one['who']:<10}{one['what']:<24}{one['null_views']:>6} null views"
                f"  (database {one['database_null_views']}), {one['statements']} statements, "
                f"{one['bytes']:,} bytes, {one['bytes_gzip']:,} compressed, n={one['rounds']}"
                + (f", {one[TIMES]} times without policies" if TIMES in one else "")
            )
        return {
            "cases": size,
            "filled": filled,
            "rows": prepared["rows"],
            "null_view_ms": round(unit / 1e6, 3),
            "costs": lines,
            "sweep": swept,
            "release": released,
            "worker_megabytes": round(memory, 1),
        }


def _unit(nothing: list[tuple[float, float]]) -> float:
    return statistics.median(server_ns + base_ns for server_ns, base_ns in nothing)


def _lock(started: Services, *, on: bool) -> None:
    """Every table that row-level security is forced on has it, or for a while has it not."""
    with psycopg.connect(started.admin_url, dbname="nrm", autocommit=True) as connection:
        tables = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity"
        ).fetchall()
        verb = sql.SQL("ENABLE" if on else "DISABLE")
        for (name,) in tables:
            table = sql.Identifier(*name.split("."))
            connection.execute(sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(table, verb))


@contextlib.contextmanager
def without_policies(started: Services) -> Iterator[None]:
    """The same database of invented people with its second lock open."""
    _lock(started, on=False)
    try:
        yield
    finally:
        _lock(started, on=True)


def product_environment(started: Services, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        **started.environment(),
        "NRM_STATIC_ROOT": str(folder / "static"),
        "NRM_DEMO": "1",
        "NRM_DEMO_PASSWORD": started.secrets["nrm_web"],  # any secret of this folder does
        "DJANGO_SETTINGS_MODULE": "nrm.settings",
        "NRM_PROCESS": "web",
        "NRM_API_PER_MINUTE": "1000000000",  # counted as ever, and never reached
    }


def run(module: str, *arguments: str, env: dict[str, str]) -> str:
    """Runs a module and returns what it printed; its errors are shown."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def manage(*arguments: str, env: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=env,
        stdout=sys.stderr,
        check=True,
    )


def fill(size: int, started: Services, environment: dict[str, str], note: Path) -> dict[str, Any]:
    """Roles, tables and cases, where they are not there yet; says what it took."""
    manage("create_roles", env=environment)
    with psycopg.connect(started.admin_url, autocommit=True) as connection:
        for name, value in DATABASE_SETTINGS.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
        connection.execute("SELECT pg_reload_conf()")
    manage("migrate", "--database", "owner", "--no-input", "--verbosity", "0", env=environment)
    _lock(started, on=True)  # an earlier run may have been stopped half-way
    manage("collectstatic", "--no-input", "--verbosity", "0", env=environment)
    if not note.exists():
        say(f"{size:,} cases: filling the database …")
        start = time.monotonic()
        manage("demo", "--cases", str(size), env=environment)
        took = round(time.monotonic() - start, 1)
        with psycopg.connect(started.admin_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SELECT pg_database_size('nrm')").fetchone()
        assert row is not None
        note.write_text(json.dumps({"seconds": took, "megabytes": round(row[0] / 1e6)}))
    manage("demo", "--if-empty", env=environment)
    # As autovacuum leaves a database that has been in use for a day.
    with psycopg.connect(started.admin_url, dbname="nrm", autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return dict(json.loads(note.read_text()))


def make_null_site(started: Services) -> tuple[dict[str, str], str]:
    with psycopg.connect(started.admin_url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [NULL_DATABASE]
        ).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER nrm_owner").format(sql.Identifier(NULL_DATABASE))
            )
    environment = {
        **os.environ,
        "BENCH_NULL_DATABASE_URL": started.database_url("nrm_owner", database=NULL_DATABASE),
        "BENCH_NULL_SECRET": secrets.token_urlsafe(48),
    }
    return environment, run("tools.bench.null_site", env=environment).strip()


class Server:
    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.pid = port, process.pid


@contextlib.contextmanager
def server(application: str, environment: dict[str, str], folder: Path) -> Iterator[Server]:
    """One gunicorn worker, set up as the product's configuration has it."""
    port = processes.free_port()
    with (folder / "logs" / "bench.log").open("ab") as log:
        process = processes.spawn(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "--config",
                str(PROJECT / "gunicorn.conf.py"),
                "--bind",
                f"127.0.0.1:{port}",
                "--max-requests",
                "0",
                f"{application}:application",
            ],
            environment={**environment, "WEB_CONCURRENCY": "1"},
            directory=PROJECT,
            stdout=log,
        )
    deadline = time.monotonic() + 60
    while not processes.port_is_taken(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{application} did not start; see {folder}/logs/bench.log")
        time.sleep(0.1)
    try:
        yield Server(port, process)
    finally:
        processes.end(process, grace=10)


def all_visits(
    port: int, prepared: dict[str, Any], environment: dict[str, str], skip: int = 0
) -> list[Visit]:
    """Everybody, signed in. `skip` leaves out what an earlier run has used up."""
    password = environment["NRM_DEMO_PASSWORD"]
    made: list[Visit] = []
    for name, email in PEOPLE.items():
        browser = Browser(port)
        browser.sign_in(email, password)
        program = Browser(port, token=prepared["tokens"][name])
        made.append(Casework(name, browser, program))
        if prepared["written"][name]:
            made.append(Writing(name, browser, prepared["written"][name]))
        if name == "all":
            made.append(Reviewing(name, browser, prepared["waiting"][skip:]))
    responder = Browser(port)
    responder.sign_in(RESPONDER, password)
    first, *rest = prepared["drafts"]
    program = Browser(port, token=prepared["tokens"]["responder"])
    made.append(Referring(responder, program, [first, *rest[skip:]], team=prepared["team"]))
    return made


# Measuring ----------------------------------------------------------------------------------------
def take(visit: Visit, step: Step) -> Answer:
    answer = step.run()
    if step.wanted and answer.status != step.wanted:
        raise SystemExit(f"{visit.who}, {step.label}: {answer.status} instead of {step.wanted}.")
    visit.last = answer
    return answer


def _since(before: Reading, meter: Meter) -> tuple[float, float]:
    time.sleep(0.002)  # what a server does after it has answered belongs to the request
    after = meter.read()
    return after.server - before.server, after.database - before.database


def compare(
    visits: list[Visit],
    null: Browser,
    null_meter: Meter,
    meter: Meter,
    rounds: int,
    answers: dict[tuple[str, str], Answer],
) -> tuple[Costs, list[tuple[float, float]]]:
    """Each step of each visit in turn, a null view between any two."""
    costs: Costs = defaultdict(list)
    nothing: list[tuple[float, float]] = []
    for number in range(rounds):
        for visit in visits:
            for step in visit.steps(number):
                before = null_meter.read()
                null.send("GET", "/")
                nothing.append(_since(before, null_meter))
                before = meter.read()
                answer = take(visit, step)
                cost = _since(before, meter)
                if number >= min(WARM_UP, rounds // 3) and (step.wanted or answer.status == 302):
                    costs[visit.who, step.label].append(cost)
                    answers[visit.who, step.label] = answer
    return costs, nothing[len(nothing) // 10 :]


def count(visits: list[Visit]) -> dict[tuple[str, str], int]:
    """Statements that the third round of each step took."""
    found: dict[tuple[str, str], int] = {}
    for number in range(3):
        for visit in visits:
            for step in visit.steps(number):
                answer = take(visit, step)
                found[visit.who, step.label] = int(answer.headers["x-statements"])
    return found


def after_many(visits: list[Visit], meter: Meter) -> float:
    """Megabytes of the worker after at least 500 more requests, mixed as above."""
    sent = 0
    while sent < 500:
        for visit in visits:
            if isinstance(visit, Reviewing):
                continue
            for step in visit.steps(10_000 + sent):
                take(visit, step)
                sent += 1
    return meter.memory()


def line(
    who: str,
    label: str,
    found: list[tuple[float, float]],
    unit: float,
    answer: Answer | None,
    statements: int | None,
) -> dict[str, Any]:
    body = answer.body if answer else b""
    if answer and answer.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return {
        "who": who,
        "what": label,
        "null_views": round(statistics.median(a + b for a, b in found) / unit, 2),
        "database_null_views": round(statistics.median(b for _, b in found) / unit, 2),
        "rounds": len(found),
        "statements": statements,
        "bytes": len(body),
        "bytes_gzip": len(gzip.compress(body, 6)),
    }


def release_costs(started: Services, environment: dict[str, str]) -> dict[str, Any]:
    """What a release of statistics over every case costs, in plain passes over the same cases."""
    found = json.loads(
        run("tools.bench.releasing", env={**environment, "BENCH_ADMIN_URL": started.admin_url})
    )
    say(f"  release of {found['people']:,} people: {found}")
    return dict(found)


def sweep_costs(environment: dict[str, str], unit: float) -> dict[str, float]:
    """Null views of one sweep: with nothing due, and with a few reminders due."""
    from tools.bench.meter import processor_ns

    rounds = 15
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.bench.sweeping", str(rounds), str(DUE)],
        cwd=PROJECT,
        env={**environment, "NRM_PROCESS": "worker"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    backend = json.loads(process.stdout.readline())["backend"]
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(2 * rounds):
        before = processor_ns(backend)
        process.stdin.write("\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readline())
        found[told["label"]].append(told["ns"] + processor_ns(backend) - before)
    process.wait()
    return {label: round(statistics.median(ns) / unit, 2) for label, ns in found.items()}


# Judging ------------------------------------------------------------------------------------------
def judge(sizes: list[dict[str, Any]]) -> list[str]:
    """Every limit that does not hold, as a sentence."""
    faults = []
    smallest = {(one["who"], one["what"]): one["null_views"] for one in sizes[0]["costs"]}
    for size in sizes:
        for one in size["costs"]:
            named = f"{size['cases']:,} cases, {one['who']}, {one['what']}"
            limit = LIMITS[one["what"]]
            if one["null_views"] > limit:
                faults.append(f"{named}: {one['null_views']} null views, above {limit}.")
            if one.get(TIMES, 0) > LOCKED.get(one["what"], math.inf):
                faults.append(f"{named}: {one[TIMES]} times what it costs without policies.")
            before = smallest.get((one["who"], one["what"]))
            if before and one["null_views"] > GROWTH * before:
                faults.append(
                    f"{named}: {one['null_views']} null views, more than {GROWTH} times "
                    f"the {before} at {sizes[0]['cases']:,}."
                )
        if size["worker_megabytes"] > MEMORY:
            faults.append(f"{size['cases']:,} cases: a worker of {size['worker_megabytes']} MB.")
        for label, cost in size["sweep"].items():
            before = sizes[0]["sweep"][label]
            if cost > GROWTH * before + 1:
                faults.append(
                    f"{size['cases']:,} cases, a sweep with {label}: {cost} null views, "
                    f"{before} at {sizes[0]['cases']:,}."
                )
    return faults


if __name__ == "__main__":
    sys.exit(main())
