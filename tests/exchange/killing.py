"""A register of any length brought in by a worker that is killed again and again: no row is lost
and none is there twice, and the memory of the worker does not grow with the rows."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4, uuid5

from django.db import connections
from django.utils import timezone

from exchange.models import RegisterImport
from exchange.registers import actions, tasks
from nrm.celery import app
from nrm.context import acting_as
from tests.exchange.registers import PLACE, again, as_csv, line, upload
from tests.leaks.stack import ROOT, on_test_database
from tests.watching import WATCHER

LOOKS = 0.25  # seconds between two looks at the worker
RINGS = 2.0  # seconds between two rings, as beat rings each half minute


@dataclass
class Outcome:
    """What happened, and every fault."""

    rows: int = 0
    kills: int = 0
    killed_at: list[int] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    # Megabytes of the process that works, when so many rows were in; and the most there was.
    memory: dict[int, float] = field(default_factory=dict)
    most_memory: float = 0.0
    faults: list[str] = field(default_factory=list)


class Worker:
    """The worker of queue `identities` as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "identities.log"
        environment = {
            **os.environ,
            "NRM_PROCESS": "identities",
            "NRM_REGISTER_STILL_SECONDS": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
        }
        for name in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"):
            environment[name] = on_test_database(os.environ[name])
        self.environment = environment
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = "celery -A nrm worker --queues identities --concurrency 1 --without-gossip"
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command.split(), "--without-mingle"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def child(self) -> int:
        """The process that does the work; 0 while there is none."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            pids = [int(pid) for pid in path.read_text().split()]
        except OSError:
            return 0
        return max(pids, default=0)

    def memory(self) -> float:
        """Megabytes that the process at work holds."""
        try:
            status = Path(f"/proc/{self.child()}/status").read_text()
        except OSError:
            return 0.0
        found = [row.split()[1] for row in status.splitlines() if row.startswith("VmRSS")]
        return int(found[0]) / 1024 if found else 0.0

    def kill(self, rng: Random) -> None:
        """kill -9, of the process at work alone or of all of the worker; then it starts anew."""
        child = self.child()
        if child and rng.random() < 0.5:
            os.kill(child, signal.SIGKILL)
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = self._started()

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def worker(folder: Path) -> Iterator[Worker]:
    started = Worker(folder)
    try:
        yield started
    finally:
        started.end()


def run(
    world: Any,
    folder: Path,
    *,
    rows: int,
    kills: int,
    number: int = 1,
    told: Callable[[str, int], None] = lambda _state, _rows: None,
) -> Outcome:
    """Brings in a register of so many invented people, with so many kills on the way."""
    rng, outcome = Random(number), Outcome(rows=rows)
    content = as_csv(line(n) for n in range(rows))
    with acting_as(world.lead):
        register = actions.bring(
            world.police,
            actor=world.lead,
            at=timezone.now(),
            file=upload(content),
            open_now=False,
            submission_key=uuid4(),
        )
    del content
    with worker(folder) as at_work:
        _wait(world, register, at_work, outcome, "reading", told)
        _does(world, register, actions.keep_mapping, **_as_proposed(world, register))
        _does(world, register, actions.start_check)
        _wait(world, register, at_work, outcome, "checking", told)
        if again(world, register).alike:
            _does(world, register, actions.decide, all_others="import")
        _does(world, register, actions.start_run)
        wanted = sorted(rng.sample(range(1, max(2, rows - 1)), kills))
        _wait(world, register, at_work, outcome, "running", told, kills=wanted, rng=rng)
    _compare(world, register, outcome)
    return outcome


def _as_proposed(world: Any, register: RegisterImport) -> dict[str, Any]:
    return {"columns": again(world, register).mapping["columns"], "always": PLACE}


def _does(world: Any, register: RegisterImport, act: Any, **more: Any) -> None:
    with acting_as(world.lead):
        act(register, actor=world.lead, at=timezone.now(), **more)
        tasks.ring_on_commit(register.pk)


def _wait(
    world: Any,
    register: RegisterImport,
    at_work: Worker,
    outcome: Outcome,
    state: str,
    told: Callable[[str, int], None],
    *,
    kills: list[int] | None = None,
    rng: Random | None = None,
) -> None:
    """Until the register is out of this state; kills the worker when so many rows are in."""
    began = time.monotonic()
    rung, moved, waiting = 0.0, (time.monotonic(), -1), list(kills or ())
    marks = [n for n in (1_000, 10_000, 50_000, outcome.rows) if n <= outcome.rows]
    while (row := again(world, register)).state == state:
        now = time.monotonic()
        if now - rung > RINGS:
            app.send_task(tasks.go_on_with_all.name, queue=tasks.QUEUE)
            rung = now
        if row.passed != moved[1]:
            moved = (now, row.passed)
        if now - moved[0] > 180:
            outcome.faults.append(f"nothing happens while {state}, after {row.passed} rows")
            raise SystemExit(f"{outcome.faults} {at_work.log.read_text()[-3000:]}")
        outcome.most_memory = max(outcome.most_memory, at_work.memory())
        if state == "running":
            while marks and row.passed >= marks[0]:
                outcome.memory[marks.pop(0)] = round(at_work.memory(), 1)
            if waiting and row.passed >= waiting[0]:
                while waiting and row.passed >= waiting[0]:
                    waiting.pop(0)
                assert rng is not None
                at_work.kill(rng)
                outcome.kills += 1
                outcome.killed_at.append(row.passed)
        told(state, row.passed)
        time.sleep(LOOKS)
    outcome.seconds[state] = round(time.monotonic() - began, 1)
    if state == "running":
        outcome.memory[outcome.rows] = round(at_work.memory(), 1)


def _compare(world: Any, register: RegisterImport, outcome: Outcome) -> None:
    """Every row is there once: as a referral, as what was noted of it, and as a person."""
    row, rows = again(world, register), outcome.rows
    if (row.state, row.brought_in, row.wrong) != ("done", rows, 0):
        outcome.faults.append(f"{row.state}: {row.brought_in} in, {row.wrong} wrong")
    wanted = {uuid5(register.pk, str(number)) for number in range(2, rows + 2)}
    with connections[WATCHER].cursor() as cursor:

        def ask(query: str) -> list[Any]:
            cursor.execute(query)
            return [found for (found,) in cursor.fetchall()]

        keys = ask("SELECT submission_key FROM cases_referral")
        if set(keys) != wanted:
            outcome.faults.append(f"{len(wanted - set(keys))} rows are lost")
        for what, query in (
            ("referrals", "SELECT count(*) FROM cases_referral"),
            ("cases", "SELECT count(*) FROM cases_case"),
            ("people", "SELECT count(*) FROM identities_person"),
            ("keys", "SELECT count(*) FROM keys.person_key"),
            ("names", "SELECT count(*) FROM identities_fact WHERE kind = 'name'"),
            ("numbers", "SELECT count(DISTINCT token) FROM identities_token"
                        " WHERE kind = 'document'"),
            ("rows", "SELECT count(*) FROM exchange_registerrow WHERE state = 'in'"),
            ("referrals of rows", "SELECT count(DISTINCT referral_id) FROM exchange_registerrow"),
            ("events", "SELECT count(*) FROM audit_event WHERE verb = 'referral.brought_in'"),
        ):  # fmt: skip
            (found,) = ask(query)
            if found != rows:
                outcome.faults.append(f"{found} {what} instead of {rows}")
        for what, query in (
            ("parts of the file", "SELECT count(*) FROM exchange_registerpart"),
            ("tokens of the file", "SELECT count(*) FROM exchange_registertoken"),
            ("notices", "SELECT count(*) FROM cases_inboxitem"),
            ("e-mails", "SELECT count(*) FROM cases_outgoingmail"),
            ("clocks", "SELECT count(*) FROM cases_deadline"),
        ):
            (found,) = ask(query)
            if found:
                outcome.faults.append(f"{found} {what} are there")
    # What 10,000 rows take is taken for 100,000 too; a fifth more is what a process varies by.
    early, late = outcome.memory.get(10_000, 0.0), outcome.memory.get(rows, 0.0)
    if rows > 10_000 and early and late > 1.2 * early:
        outcome.faults.append(f"memory grew from {early} to {late} MB")
