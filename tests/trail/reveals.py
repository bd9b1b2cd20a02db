"""As many disclosures on record as identities were shown, also where the web is killed meanwhile:
random requests of several people at once against a real server, whose processes are ended with
kill -9 while they work."""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
import requests
from django.utils import timezone

from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from tests.leaks.canaries import victims
from tests.leaks.drive import NEEDED
from tests.leaks.stack import Stack, on_test_database

PEOPLE_AT_ONCE = 4


@dataclass
class Outcome:
    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0  # the connection broke, so that nobody saw anything
    kills: int = 0
    restarts: int = 0
    shown: dict[str, str] = field(default_factory=dict)  # disclosure: person, as it was shown
    disclosures: int = 0
    events: int = 0
    faults: list[str] = field(default_factory=list)


class Web:
    """The server, and how it is killed."""

    def __init__(self, stack: Stack, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._start = start
        self.process = stack.processes["web"]
        self._stack = stack

    def workers(self) -> list[int]:
        pid = self.process.pid
        with suppress(OSError):
            return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def kill_one(self, rng: Random) -> bool:
        if not (there := self.workers()):
            return False
        with suppress(ProcessLookupError):
            os.kill(rng.choice(there), signal.SIGKILL)
        return True

    def kill_all(self) -> None:
        """All of it at once, as when the machine ends; then it is started again."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = self._stack.processes["web"] = self._start()


def _prepare(address: str, users: dict[str, Any], tokens: dict[str, str], cases: int) -> list[str]:
    """Cases of people with names, given to the caseworker."""

    def call(who: str, method: str, path: str, **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {tokens[who]}", "Idempotency-Key": str(uuid4())}
        headers |= sent.pop("headers", {})
        answer = requests.request(
            method, f"{address}/api/v1/{path}", headers=headers, timeout=60, **sent
        )
        assert answer.ok, answer.text
        return answer.json()

    references = []
    for victim in victims(cases):
        answers = {**NEEDED, "name": victim.name, "telephone": victim.telephone}
        sent = call("responder", "POST", "referrals/", json={"answers": answers})
        found = call("intake", "GET", f"cases/?receipt={sent['receipt']}")
        references.append(found["results"][0]["reference"])
        call(
            "intake",
            "POST",
            f"cases/{references[-1]}/assignment/",
            headers={"If-Match": "*"},
            json={"caseworker": str(users["caseworker"].pk)},
        )
    return references


def _ask(
    number: int, address: str, tokens: dict[str, str], references: list[str], rng: Random
) -> tuple[str, requests.Response]:
    """One request: every second shows somebody's identity, or tries to."""
    reference = rng.choice(references)
    who = rng.choice(("caseworker", "caseworker", "supervisor", "intake", "responder"))
    kind = rng.choice(("reveal", "reveal", "reveal", "read", "note", "list", "find"))
    sent: dict[str, Any] = {
        "reveal": {"json": {"purpose": rng.choice(("contact", "decision", "nonsense"))}},
        "note": {"json": {"text": f"Note {number}."}},
        "find": {"json": {"telephone": "+44 7700 980001"}},
    }.get(kind, {})
    path = {
        "reveal": f"cases/{reference}/disclosures/",
        "read": f"cases/{reference}/",
        "note": f"cases/{reference}/notes/",
        "list": "cases/",
        "find": "people/search/",
    }[kind]
    answer = requests.request(
        "POST" if sent else "GET",
        f"{address}/api/v1/{path}",
        headers={"Authorization": f"Bearer {tokens[who]}", "Idempotency-Key": str(uuid4())},
        timeout=30,
        **sent,
    )
    return kind, answer


def run(
    stack: Stack,
    start: Callable[[], subprocess.Popen[bytes]],
    users: dict[str, Any],
    *,
    asked: int,
    kills: int,
    number: int,
    cases: int = 12,
    told: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Makes so many requests, with so many kills in between, and compares what was shown with what
    is on record."""
    outcome, web = Outcome(), Web(stack, start)
    tokens = {
        who: new_token(users[who], label="reveals", scopes=ALL, at=timezone.now())[1]
        for who in ("responder", "intake", "caseworker", "supervisor")
    }
    references = _prepare(stack.address, users, tokens, cases)
    before = _on_record(set())
    lock, made = threading.Lock(), 0
    kill_at = [round((n + 1) * asked / (kills + 1)) for n in range(kills)]

    def work(seed: int) -> None:
        nonlocal made
        rng = Random(seed)
        while True:
            with lock:
                if made >= asked:
                    return
                made += 1
                mine = made
                if kill_at and mine >= kill_at[0]:
                    kill_at.pop(0)
                    _kill(web, outcome, rng)
                told(mine)
            try:
                kind, answer = _ask(mine, stack.address, tokens, references, rng)
            except requests.RequestException:
                with lock:
                    outcome.unanswered += 1
                time.sleep(0.2)  # the server is starting again
                continue
            with lock:
                outcome.requests[kind] += 1
                outcome.statuses[answer.status_code] += 1
                if kind == "reveal" and answer.status_code == 201:
                    body = answer.json()
                    names = [f["value"] for f in body["facts"] if f["kind"]["code"] == "name"]
                    outcome.shown[body["disclosure"]] = ", ".join(names)

    threads = [
        threading.Thread(target=work, args=(number * 100 + n,)) for n in range(PEOPLE_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _compare(outcome, before)
    return outcome


def _kill(web: Web, outcome: Outcome, rng: Random) -> None:
    outcome.kills += 1
    if outcome.kills % 5 == 0 or not web.kill_one(rng):
        web.kill_all()
        outcome.restarts += 1


def _on_record(but: set[str]) -> tuple[set[str], list[str]]:
    """The disclosures for a purpose of people, and those that events of the trail name."""
    with psycopg.connect(on_test_database(os.environ["DATABASE_ADMIN_URL"])) as admin:
        rows = admin.execute(
            "SELECT id::text FROM identities_disclosure WHERE purpose <> 'recording'"
        ).fetchall()
        events = admin.execute(
            "SELECT data->>'disclosure' FROM audit_event"
            " WHERE verb = 'identity.shown' AND NOT refused"
        ).fetchall()
    return {row[0] for row in rows} - but, [e[0] for e in events if e[0] not in but]


def _compare(outcome: Outcome, before: tuple[set[str], list[str]]) -> None:
    # What the server was doing when its last client had gone is done or undone in a moment.
    time.sleep(1)
    rows, events = _on_record(before[0])
    outcome.disclosures, outcome.events = len(rows), len(events)
    if unrecorded := set(outcome.shown) - rows:
        outcome.faults.append(f"{len(unrecorded)} were shown and are not on record")
    if set(events) != rows or len(events) != len(rows):
        outcome.faults.append("the disclosures and the events of the trail are not the same")
    if not all(outcome.shown.values()):
        outcome.faults.append("a reveal showed no name")
    # An answer may be lost on its way; then it is on record though nobody saw it.
    if len(rows) - len(outcome.shown) > outcome.unanswered:
        outcome.faults.append("more on record than shown or lost on the way")
