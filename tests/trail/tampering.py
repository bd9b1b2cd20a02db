"""Falsifying the audit trail as somebody who owns the database and has put its triggers aside: what
they change, delete, insert, put in another order or cut off, `verify_audit` has to find.

Outside the promise, and so not tried: events that are not sealed yet (at most a minute).
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from nrm.audit import chain, writer
from nrm.audit.models import Event, Seal

VERBS = ("identity.shown", "case.viewed", "note.written", "document.downloaded", "access.refused")


def make_trail(rng: Random, *, at: datetime, seals: int = 12, each: int = 8) -> None:
    """A trail of people who looked at cases; the sealer works in this process."""
    people = [UUID(int=rng.getrandbits(128)) for _ in range(6)]
    cases = [UUID(int=rng.getrandbits(128)) for _ in range(6)]
    for _seal in range(seals):
        for number in range(rng.randrange(2, each)):
            with transaction.atomic():
                for _event in range(rng.randrange(1, 4)):
                    writer.write(
                        rng.choice(VERBS),
                        at=at + timedelta(seconds=number),
                        actor_id=rng.choice(people),
                        object_type="cases.case",
                        object_id=rng.choice(cases),
                        case_id=rng.choice(cases),
                        refused=rng.random() < 0.2,
                        data={"purpose": "contact", "n": rng.randrange(9)},
                    )
        chain.seal(at=at, using="owner")


class Owner:
    """The database's owner, without triggers; puts everything back as it was."""

    def __init__(self) -> None:
        self.events = list(Event.objects.order_by("xact", "id").values())
        self.seals = list(Seal.objects.order_by("number").values())
        with connections["owner"].cursor() as cursor:
            for table in ("audit_event", "audit_seal"):
                cursor.execute(f"DROP TABLE IF EXISTS kept_{table}")
                cursor.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")

    @contextmanager
    def at_work(self) -> Any:
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            for table in ("audit_event", "audit_seal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield cursor
            for table in ("audit_event", "audit_seal"):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def put_back(self) -> None:
        with self.at_work() as cursor:
            for table in ("audit_event", "audit_seal"):
                cursor.execute(f"DELETE FROM {table}")
                cursor.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")

    def leave(self) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP TABLE kept_audit_event, kept_audit_seal")


# What is done ------------------------------------------------------------------------------------
def _other(rng: Random, column: str, now: Any) -> Any:
    """Another value of the same kind."""
    if column in ("at", "recorded_at"):
        return now + timedelta(microseconds=rng.choice((1, -1, 60_000_000, -86_400_000_000)))
    if column in ("actor_id", "object_id", "case_id", "request_id"):
        return None if column != "request_id" and rng.random() < 0.3 else uuid4()
    if column == "refused":
        return not now
    if column == "data":
        return json.dumps({**now, rng.choice(("purpose", "n", "more")): rng.random()})
    if column == "xact":
        return now + rng.choice((1, -1, 5))
    return rng.choice(("x", "", f"{now}x"))


def edit(owner: Owner, cursor: Any, rng: Random) -> None:
    """One column of one event."""
    columns = [name for name in chain._FIELDS if name != "id"]
    event, column = rng.choice(owner.events), rng.choice(columns)
    value = _other(rng, column, event[column])
    while value == event[column]:
        value = _other(rng, column, event[column])
    cursor.execute(f"UPDATE audit_event SET {column} = %s WHERE id = %s", [value, event["id"]])


def delete(owner: Owner, cursor: Any, rng: Random) -> None:
    """Some events, and in half of the trials the seal is told the new number of them."""
    gone = rng.sample(owner.events, rng.randrange(1, 4))
    cursor.execute("DELETE FROM audit_event WHERE id = ANY(%s)", [[e["id"] for e in gone]])
    if rng.random() < 0.5:
        cursor.execute(
            "UPDATE audit_seal s SET count = (SELECT count(*) FROM audit_event e"
            " WHERE e.xact >= s.low AND e.xact < s.high)"
        )


def insert(owner: Owner, cursor: Any, rng: Random) -> None:
    """An event that never was, among those of a transaction that was; the seal may be told."""
    like = rng.choice(owner.events)
    number = rng.choice((like["id"] + 100_000, -rng.randrange(1, 1000)))
    cursor.execute(
        "INSERT INTO audit_event (id, xact, recorded_at, at, actor_id, verb, object_type,"
        " object_id, case_id, request_id, refused, data) SELECT %s, xact, recorded_at, at, %s,"
        " verb, object_type, object_id, case_id, request_id, refused, data FROM audit_event"
        " WHERE id = %s",
        [number, uuid4(), like["id"]],
    )
    if rng.random() < 0.5:
        cursor.execute(
            "UPDATE audit_seal SET count = count + 1 WHERE low <= %s AND high > %s",
            [like["xact"], like["xact"]],
        )


def reorder(owner: Owner, cursor: Any, rng: Random) -> None:
    """Two events change places: their numbers, or the transactions they were in."""
    while True:
        one, two = rng.sample(owner.events, 2)
        by_number = rng.random() < 0.5
        if by_number or one["xact"] != two["xact"]:
            break
    if by_number:
        for old, new in ((one["id"], -7), (two["id"], one["id"]), (-7, two["id"])):
            cursor.execute("UPDATE audit_event SET id = %s WHERE id = %s", [new, old])
    else:
        for event, other in ((one, two), (two, one)):
            cursor.execute(
                "UPDATE audit_event SET xact = %s WHERE id = %s", [other["xact"], event["id"]]
            )


def cut(owner: Owner, cursor: Any, rng: Random) -> None:
    """The end of the trail with its seals, or its seals alone."""
    left = rng.randrange(0, len(owner.seals) - 1)
    low = owner.seals[left]["low"]
    cursor.execute("DELETE FROM audit_seal WHERE number > %s", [left])
    if rng.random() < 0.7:
        cursor.execute("DELETE FROM audit_event WHERE xact >= %s", [low])


def loosen(owner: Owner, cursor: Any, rng: Random) -> None:
    """A seal itself."""
    seal = rng.choice(owner.seals)
    column = rng.choice(
        ("digest", "previous", "signature", "count", "low", "high", "number", "form")
    )
    value = seal[column]
    if isinstance(value, int):
        value += rng.choice((1000, 1)) if column == "number" else rng.choice((1, -1))
        if column == "number" and any(s["number"] == value for s in owner.seals):
            value += 1000
    else:
        changed = bytearray(value)
        changed[rng.randrange(len(changed))] ^= rng.randrange(1, 256)
        value = bytes(changed)
    cursor.execute(
        f"UPDATE audit_seal SET {column} = %s WHERE number = %s", [value, seal["number"]]
    )


def redate(owner: Owner, cursor: Any, rng: Random) -> None:
    """The moment at which a seal says that it was made; in half of the trials the seal is then
    called one of the form that did not sign it."""
    seal = rng.choice(owner.seals)
    moved = timedelta(microseconds=rng.choice((1, -1, 60_000_000, -86_400_000_000)))
    form = rng.choice((seal["form"], 1))
    cursor.execute(
        "UPDATE audit_seal SET sealed_at = sealed_at + %s, form = %s WHERE number = %s",
        [moved, form, seal["number"]],
    )


def forge(owner: Owner, cursor: Any, rng: Random) -> None:
    """An event is changed, and all seals from it on are made anew with the forger's own key."""
    event = rng.choice(owner.events)
    cursor.execute("UPDATE audit_event SET verb = 'x' WHERE id = %s", [event["id"]])
    key = Ed25519PrivateKey.generate()
    previous = chain.GENESIS
    for seal in owner.seals:
        number, low, high = seal["number"], seal["low"], seal["high"]
        cursor.execute(
            f"SELECT {', '.join(chain._FIELDS)} FROM audit_event"
            " WHERE xact >= %s AND xact < %s ORDER BY xact, id",
            [low, high],
        )
        lines = [
            chain._line(
                tuple(
                    json.loads(value) if name == "data" else value
                    for name, value in zip(chain._FIELDS, row, strict=True)
                )
            )
            for row in cursor.fetchall()
        ]
        digest, _count = chain.digest_of(Seal(**{**seal, "previous": previous}), lines)
        if digest != bytes(seal["digest"]):
            cursor.execute(
                "UPDATE audit_seal SET digest = %s, previous = %s, signature = %s"
                " WHERE number = %s",
                [digest, previous, key.sign(digest), number],
            )
        previous = digest


WAYS: tuple[Callable[[Owner, Any, Random], None], ...] = (
    edit,
    delete,
    insert,
    reorder,
    cut,
    loosen,
    redate,
    forge,
)


# How it is found ---------------------------------------------------------------------------------
@dataclass
class Outcome:
    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    false_alarms: int = 0
    said: Counter[str] = field(default_factory=Counter)


def holds() -> str:
    """Empty where `manage.py verify_audit` ends with exit 0; what it says where it ends with 1."""
    with open(os.devnull, "w") as nowhere:
        try:
            call_command("verify_audit", stdout=nowhere)
        except CommandError as fault:
            return str(fault) if fault.returncode == 1 else ""
    return ""


def run(trials: int, *, number: int, told: Callable[[int], None] = lambda _: None) -> Outcome:
    """Tries so many falsifications of the trail that is there, each way in turn."""
    rng, outcome, owner = Random(number), Outcome(), Owner()
    assert owner.seals
    assert Path(os.environ["NRM_AUDIT_HEADS"]).exists()
    try:
        for trial in range(trials):
            way = WAYS[trial % len(WAYS)]
            with owner.at_work() as cursor:
                way(owner, cursor, rng)
            outcome.tried[way.__name__] += 1
            if said := holds():
                outcome.found[way.__name__] += 1
                outcome.said[" ".join(w for w in said.split() if not w.strip(".;").isdigit())] += 1
            else:
                outcome.missed.append(f"{way.__name__}, trial {trial}")
            owner.put_back()
            if trial % 50 == 0:
                outcome.false_alarms += bool(holds())
            told(trial + 1)
        outcome.false_alarms += bool(holds())
    finally:
        owner.leave()
    return outcome
