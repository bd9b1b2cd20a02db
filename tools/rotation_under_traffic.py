"""A change of keys under traffic: does anybody notice?

    .venv/bin/python -m tools.rotation_under_traffic                  100,000 values and more
    .venv/bin/python -m tools.rotation_under_traffic --values 5000    a quick look

Fills a database of its own (kept in .local/rotation for the next run) with generated cases until it
holds as many sealed values, serves it as the product is served, and lets programs of two
supervisors read who people are, notes, referrals and decisions, and write notes, over REST, while
`manage.py rotate_keys` runs. Then every value is opened. The result is JSON on standard output;
exit 1 where a request failed, a value could not be read, a note was lost or none was written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import psycopg

from nrm.local.services import services
from tools.bench.__main__ import PROJECT, fill, product_environment, run, say, server
from tools.bench.browser import Answer, Browser

_A_CASE = 10  # sealed values of a generated case, about
PROGRAMS = 4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=PROJECT / ".local" / "rotation")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--open-all", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.prepare:
        return _prepare()
    if chosen.open_all:
        return _open_all()
    found = rotate_under_traffic(chosen.values, chosen.folder / str(chosen.values))
    print(json.dumps(found, indent=1))
    faults = found["failed_requests"] or found["unreadable"] or found["lost_notes"]
    return 1 if faults or not found["notes_written"] else 0


def rotate_under_traffic(values: int, folder: Path) -> dict[str, Any]:
    with services(folder, durable=False) as started:
        environment = product_environment(started, folder)
        environment["NRM_API_IDENTITIES_PER_HOUR"] = "1000000000"
        fill(values // _A_CASE, started, environment, folder / "filled.json")
        told = json.loads(run("tools.rotation_under_traffic", "--prepare", env=environment))
        before = json.loads(run("tools.rotation_under_traffic", "--open-all", env=environment))
        say(f"{before['values']:,} values; the keys change …")
        with server("nrm.wsgi", environment, folder) as served:
            traffic = Traffic(served.port, told)
            traffic.begin()
            start = time.monotonic()
            rotation = subprocess.run(
                [sys.executable, "manage.py", "rotate_keys"],
                cwd=PROJECT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            took = time.monotonic() - start
            traffic.end()
        say(rotation.stdout + rotation.stderr)
        after = json.loads(run("tools.rotation_under_traffic", "--open-all", env=environment))
        with psycopg.connect(started.admin_url, dbname="nrm") as connection:
            notes = {
                str(pk) for (pk,) in connection.execute("SELECT id FROM cases_note").fetchall()
            }
        return {
            "values": before["values"],
            "people": before["owners"],
            "seconds": round(took, 1),
            "values_a_second": round(before["values"] / took),
            "rotation_exit": rotation.returncode,
            "requests": sum(traffic.asked.values()),
            "requests_by_kind": dict(traffic.asked),
            "failed_requests": len(traffic.failed),
            "failures": traffic.failed[:5],
            "median_ms": round(traffic.median(), 1),
            "slowest_ms": round(max(traffic.took, default=0.0), 1),
            "notes_written": len(traffic.notes),
            "lost_notes": len(set(traffic.notes) - notes),
            "unreadable": before["unreadable"] + after["unreadable"],
            "values_after": after["values"],
            "key_numbers_after": after["numbers"],
        }


class Traffic:
    """Programs that read and write without a pause, each on a thread of its own."""

    def __init__(self, port: int, told: dict[str, Any]) -> None:
        self._port, self._told = port, told
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._go, args=(number,)) for number in range(PROGRAMS)
        ]
        self.asked: Counter[str] = Counter()
        self.failed: list[str] = []
        self.took: list[float] = []
        self.notes: list[str] = []

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def median(self) -> float:
        return sorted(self.took)[len(self.took) // 2] if self.took else 0.0

    def _go(self, number: int) -> None:
        rng = Random(number)
        program = Browser(self._port, token=self._told["tokens"][number])
        while not self._over.is_set():
            case = rng.choice(self._told["cases"])
            for kind in ("identity", "notes", "decisions", "note"):
                start = time.monotonic()
                answer = self._ask(program, kind, f"/api/v1/cases/{case}/")
                self.took.append((time.monotonic() - start) * 1000)
                self.asked[kind] += 1
                fault = self._fault(kind, answer)
                if fault:
                    self.failed.append(f"{kind}: {answer.status} {fault}")

    @staticmethod
    def _ask(program: Browser, kind: str, case: str) -> Answer:
        if kind == "identity":
            body = json.dumps({"purpose": "contact"})
            return program.send(
                "POST", case + "disclosures/", json=body, headers={"Idempotency-Key": str(uuid4())}
            )
        if kind == "note":
            body = json.dumps({"text": f"Rang the shelter, {uuid4().hex}."})
            return program.send(
                "POST", case + "notes/", json=body, headers={"Idempotency-Key": str(uuid4())}
            )
        return program.send("GET", case + f"{kind}/")

    def _fault(self, kind: str, answer: Answer) -> str:
        if answer.status not in (200, 201):
            return answer.text[:200]
        told = json.loads(answer.body)
        if kind == "note":
            self.notes.append(told["id"])
        if kind == "identity" and not all(fact["value"] for fact in told["facts"]):
            return "a fact is empty"
        if kind == "notes" and not all(note["text"] for note in told["results"]):
            return "a note is empty"
        return ""


# Run in the product's environment -----------------------------------------------------------------
def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()


def _prepare() -> int:
    """Tokens for the programs, and references of cases that they may see: as JSON."""
    _django()
    from django.utils import timezone

    from cases.models import Case
    from cases.rights import SHOW_IDENTITY
    from nrm.accounts.models import User
    from nrm.accounts.scopes import Scope
    from nrm.accounts.tokens import new_token
    from nrm.context import acting_as

    user = User.objects.get(email="supervisor@demo.example")
    scopes = [Scope.CASES_READ, Scope.CASES_WRITE, Scope.IDENTITIES_READ]
    tokens = [
        new_token(user, label=f"Rotation {number}", scopes=scopes, at=timezone.now())[1]
        for number in range(PROGRAMS)
    ]
    with acting_as(user):
        # Nothing more is written on a case that has ended.
        seen = Case.objects.visible_to(user, SHOW_IDENTITY).filter(closed_at=None).order_by("id")
        cases = list(seen.values_list("reference", flat=True)[:2000])
    print(json.dumps({"tokens": tokens, "cases": cases}))
    return 0


def _open_all() -> int:
    """How many values there are, how many do not open, and under which numbers: as JSON."""
    _django()
    from identities import crypto, rotation
    from identities.as_keys import keys_connection
    from identities.kek import Unreadable, Wrapped
    from identities.models import PersonKey
    from identities.sealed import sealed_columns

    counted: Counter[str] = Counter()
    numbers: Counter[int] = Counter()
    with keys_connection() as opened:
        held: dict[Any, Any] = {}
        table = crypto.table_of(PersonKey)
        for owner, number, kek, wrapped in opened.execute(
            "SELECT person_id, number, kek, wrapped FROM keys.person_key"
        ):
            held.setdefault(owner, rotation.Held(table, owner)).wrapped[number] = Wrapped(
                kek, wrapped
            )
        for column in sealed_columns(PersonKey):
            place = "0, false"
            if column.parts:
                place = (
                    "t.number, t.number = (SELECT max(o.number) FROM "
                    f"{column.table} o WHERE o.document_id = t.document_id)"
                )
            for owner, bound, value, number, last in opened.execute(
                f"SELECT {column.owner}, {column.bound_row}, t.{column.column}, {place}"
                f" FROM {column.table} t {column.joins} WHERE t.{column.column} IS NOT NULL"
            ):
                where = crypto.associated(*column.bound, bound)
                if column.parts:
                    where = crypto.associated_part(*column.bound, bound, number, last=last)
                counted["values"] += 1
                try:
                    key = held[owner].of(crypto.number_of(value))
                    crypto.open_value(key, value, where)
                    numbers[crypto.number_of(value)] += 1
                except (Unreadable, KeyError):
                    counted["unreadable"] += 1
    print(
        json.dumps(
            {
                "values": counted["values"],
                "unreadable": counted["unreadable"],
                "owners": len(held),
                "numbers": dict(numbers),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
