"""Many invented cases at once: copies of the marks of the roads, loaded by COPY in one transaction.

The same seed, number and anchor give the same references, pseudonyms, days and outcomes on a
database in the same state; keys and nonces are always new. The owner of the tables loads, past the
triggers that stamp what people do, and puts them back; where there is much to load it drops the
indexes and foreign keys first and makes them again, so that the database has checked every one.
All of it is one transaction: a load that is broken off leaves nothing.
"""

import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from multiprocessing.connection import Connection
from random import Random
from typing import Any
from uuid import UUID

from django.db import connections, models, transaction

from cases.models import Case
from cases.models.listing import rebuild_lists
from cases.references import reference_of
from identities.crypto import FIRST_KEY, NewKey
from identities.models import PersonKey
from identities.pseudonyms import FIRST, SECOND
from nrm.accounts.models import Installation
from nrm.audit import chain
from nrm.audit.models import Event
from nrm.demonstration import cast, names, people, roads
from nrm.demonstration.capture import (
    OF_THE_PERSON,
    Captured,
    Dated,
    Days,
    capture,
    on_days,
    stands,
    tables,
)

Progress = Callable[[int, int], None]

BATCH = 2_000
MANY = 5_000  # from here on: more roads, bare tables, and events in the order of batches
# Drafts for each thousand cases, and how many at most.
DRAFTS, MOST_DRAFTS = 45, 2_000
# Where referrals are made: jurisdictions by profile, with their share.
_PLACES = {
    "uk": (("england", 70), ("scotland", 14), ("wales", 9), ("northern_ireland", 7)),
    "palermo": (("country", 100),),
}


@dataclass(slots=True)
class Work:
    """What a generator needs, and nothing of a database."""

    captured: list[Captured]
    companies: dict[str, cast.Company]
    cases: int
    drafts: int
    seed: str
    anchor: datetime
    xact: int
    by_moment: bool


@dataclass(slots=True)
class Batch:
    """The rows of some cases as text for COPY, by the number of the table; events with their
    moments; and who read how many items of the inbox when."""

    cases: int = 0
    rows: dict[int, list[str]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    reads: Counter[tuple[str, str]] = field(default_factory=Counter)


# Making copies ------------------------------------------------------------------------------------
class _Quota:
    """Gives one in so many of what is offered to somebody, evenly."""

    def __init__(self, wanted: float, offered: float) -> None:
        self.share = min(1.0, wanted / offered) if offered else 0.0
        self.filled = 0.5

    def takes(self) -> bool:
        self.filled += self.share
        if self.filled < 1:
            return False
        self.filled -= 1
        return True


class Generator:
    """Makes batches of copies, one after the other."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.marks = [one for one in work.captured if one.case is not None]
        self.unsent = [one for one in work.captured if one.case is None]
        self.days = {id(one): self._weeks(one) for one in work.captured}
        tried = Random(0)  # noqa: S311
        self.marks = [one for one in self.marks if self._dated(one, tried) is not None]
        self.unsent = [one for one in self.unsent if self._dated(one, tried) is not None]
        self.weights = list(accumulate(one.mark.weight for one in self.marks))
        total = self.weights[-1]
        share: Counter[str] = Counter()
        for one in self.marks:
            for part in one.acting:
                share[f"{one.profile.code}/{part}"] += one.mark.weight / total  # type: ignore[assignment]
        cases = work.cases

        def quota(wanted: float, profile: str, part: str) -> _Quota:
            return _Quota(wanted, cases * share[f"{profile}/{part}"])

        self.own_worker = {
            profile: quota(cast.CASEWORKER_CASES / 2, profile, cast.CASEWORKER)
            for profile in work.companies
        }
        self.own_responder = {
            profile: quota(cast.RESPONDER_CASES / 2, profile, cast.RESPONDER)
            for profile in work.companies
        }
        self.few = quota(cast.FEW_CASES, "uk", cast.CASEWORKER)
        self.some = quota(cast.SOME_CASES, "uk", cast.AUTHORITY)
        self.own_house = quota(cast.PROVIDER_CASES, "uk", cast.HOUSE)
        self.own_office = quota(cast.LIAISON_CASES, "uk", cast.PROSECUTION)
        self.now = work.anchor.isoformat()
        # Copies on the same days at the same hour, and those that are still to be made.
        self.each = 2 if work.by_moment else 40
        self.stock: dict[int, tuple[Dated, int]] = {}

    def _weeks(self, captured: Captured) -> list[int]:
        """By how many days the mark could be moved: by whole weeks, so that people come on the days
        of the week on which they came."""
        found = []
        zone = captured.profile.calendar_for().zone
        for weeks in range(30, -106, -1):
            start = captured.start + timedelta(weeks=weeks)
            age = (self.work.anchor.date() - start).days
            if 0 <= age <= min(captured.mark.oldest, 730):
                move = Days(7 * weeks, 0, zone)
                if stands(captured, move, self.work.anchor):
                    found.append(7 * weeks)
        return found

    def batches(self) -> Iterator[Batch]:
        cases, drafts = self.work.cases, self.work.drafts
        count = max(1, -(-cases // BATCH))
        for number in range(count):
            first, last = number * cases // count, (number + 1) * cases // count
            unsent = (number + 1) * drafts // count - number * drafts // count
            yield self._batch(number, last - first, unsent)

    def _batch(self, number: int, cases: int, drafts: int) -> Batch:
        rng = Random(f"{self.work.seed}/{number}")  # noqa: S311 - invented people, by seed
        wanted: Counter[int] = Counter(
            rng.choices(range(len(self.marks)), cum_weights=self.weights, k=cases)
        )
        queue: list[Dated] = []
        for index in sorted(wanted):
            left = wanted[index]
            while left > 0:
                dated, stock = self.stock.get(index) or (None, 0)
                if dated is None or stock == 0:
                    dated, stock = self._certain(self.marks[index], rng), self.each
                copies = min(left, stock)
                queue += [dated] * copies
                self.stock[index] = (dated, stock - copies)
                left -= copies
        rng.shuffle(queue)
        for _ in range(drafts):
            queue.append(self._certain(rng.choice(self.unsent), rng))
        batch = Batch(cases=cases)
        for dated in queue:
            self._copy(dated, rng, batch)
        return batch

    def _certain(self, captured: Captured, rng: Random) -> Dated:
        while (dated := self._dated(captured, rng)) is None:
            pass  # it stood somewhere when it was tried
        return dated

    def _dated(self, captured: Captured, rng: Random) -> Dated | None:
        """The mark on days and in a jurisdiction drawn by lot; None where it can stand nowhere.
        Where a holiday is in the way, lots are drawn again."""
        possible = self.days[id(captured)]
        places = _PLACES[captured.profile.code]
        for _ in range(60 if possible else 0):
            days = rng.choice(possible)
            place = rng.choices(places, [share for _, share in places])[0][0]
            dated = on_days(
                captured,
                days=days,
                minutes=rng.randrange(-49, 1),
                jurisdiction=place,
                anchor=self.work.anchor,
                unread=lambda: rng.random() < 0.4,
            )
            if dated is not None:
                return dated
        return None

    def _copy(self, dated: Dated, rng: Random, batch: Batch) -> None:
        captured = dated.captured
        person = self._person(captured, int(dated.opened[:4]), rng)
        values = [""] * dated.size
        values[:OF_THE_PERSON] = (
            f"{rng.choice(FIRST)} {rng.choice(SECOND)}".title(),
            person.origin.language,
            person.origin.country,
            str(person.age),
            str(self.work.xact),
            self.now,
        )
        bits = rng.getrandbits(128 * len(dated.ids)).to_bytes(16 * len(dated.ids), "big").hex()
        for number, slot in enumerate(dated.ids):
            h = bits[32 * number : 32 * number + 32]
            values[slot] = f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"
        for slot in dated.references:
            values[slot] = _reference(rng)
        fills = self._company(captured, rng)
        for slot, part in dated.parts:
            values[slot] = fills[part]
        self._seal(dated, person, values, batch)
        for slot, form in dated.records:
            values[slot] = hashlib.sha256(form.fill(values).encode()).hexdigest()
        for table, form in dated.rows:
            batch.rows.setdefault(table, []).append(form.fill(values))
        batch.events += [(at, form.fill(values)) for at, form in dated.events]
        for part, at in dated.reads:
            batch.reads[fills[part], at] += 1

    def _person(self, captured: Captured, year: int, rng: Random) -> names.Persona:
        if captured.profile.code == "palermo":
            origins = names.IN_CAMP
        else:
            origins = names.ABROAD if captured.foreign else names.AT_HOME
        return names.invent(rng, origins, captured.age_status, year, captured.kind)

    def _seal(self, dated: Dated, person: names.Persona, values: list[str], batch: Batch) -> None:
        pk = values[dated.person]
        key = NewKey(pk)
        batch.keys.append(
            f"{pk}\t{FIRST_KEY}\t{key.kek}\t\\\\x{key.wrapped.hex()}\t{dated.opened}\n"
        )
        for one in dated.sealed:
            text = one.text
            if one.fact:
                text = person.fact(one.fact)
            elif "[[" in text:
                text = text.replace(roads.ACCOUNT, person.account)
                text = text.replace(roads.NAME, person.name)
            sealed = key.text(text, table=one.table, column=one.column, row=values[one.row])
            values[one.slot] = f"\\\\x{sealed.hex()}"
            if one.hashed >= 0:
                values[one.hashed] = hashlib.sha256(sealed).hexdigest()

    def _company(self, captured: Captured, rng: Random) -> dict[str, str]:
        """Who plays the parts of one copy."""
        profile = captured.profile.code
        company = self.work.companies[profile]
        parts = captured.acting
        # First, so that nobody's share is taken out of theirs.
        few = bool(company.few) and cast.CASEWORKER in parts and self.few.takes()
        small = not few and len(company.authorities) > 1 and self.some.takes()
        workers = company.caseworkers[1 if small else 0]
        fills: dict[str, str] = {}
        fills |= company.authorities[1 if small else 0].fills
        others = company.referrers[1:]
        own = self.own_responder[profile].takes() or not others
        fills |= (company.referrers[0] if own else rng.choice(others)).fills
        fills |= self._outside(company.houses, parts, cast.HOUSE, self.own_house, rng)
        fills |= self._outside(company.prosecutions, parts, cast.PROSECUTION, self.own_office, rng)
        if cast.CASEWORKER in parts:
            if few:
                fills[cast.CASEWORKER] = company.few
            elif small:
                fills[cast.CASEWORKER] = rng.choice(workers)
            elif self.own_worker[profile].takes():
                fills[cast.CASEWORKER] = workers[0]
            else:
                fills[cast.CASEWORKER] = rng.choice(workers[1:])
        return fills

    @staticmethod
    def _outside(
        places: list[cast.Part], parts: frozenset[str], part: str, own: _Quota, rng: Random
    ) -> dict[str, str]:
        if part not in parts:
            return {}
        return (places[0] if own.takes() else rng.choice(places[1:])).fills


def _reference(rng: Random) -> str:
    while True:
        if text := reference_of(rng.getrandbits(65)):
            return text


def _work_in_a_process(work: Work, out: Connection) -> None:
    """Sends each batch as text, table by table; None at the end."""
    for batch in Generator(work).batches():
        out.send(_texts(batch))
    out.send(None)
    out.close()


@dataclass(slots=True)
class Texts:
    """A batch as it is loaded."""

    cases: int
    rows: dict[int, bytes]
    keys: bytes
    events: list[tuple[str, str]] | bytes
    reads: Counter[tuple[str, str]]


def _texts(batch: Batch, *, by_moment: bool = False) -> Texts:
    events: Any = batch.events
    if not by_moment:
        events = "".join(text for _at, text in batch.events).encode()
    return Texts(
        cases=batch.cases,
        rows={table: "".join(texts).encode() for table, texts in batch.rows.items()},
        keys="".join(batch.keys).encode(),
        events=events,
        reads=batch.reads,
    )


@contextmanager
def _made(work: Work) -> Iterator[Iterator[Texts]]:
    """The batches: made here where they are few, else by a process beside this one."""
    if work.by_moment:
        yield (_texts(batch, by_moment=True) for batch in Generator(work).batches())
        return
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_work_in_a_process, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()

    def received() -> Iterator[Texts]:
        try:
            while (texts := ours.recv()) is not None:
                yield texts
        except EOFError:
            raise RuntimeError("The process that makes the cases ended early.") from None

    try:
        yield received()
        process.join()
    finally:
        ours.close()
        process.terminate()
        process.join()


# Loading ------------------------------------------------------------------------------------------
def generate(cases: int, *, seed: str, anchor: datetime, progress: Progress) -> None:
    """Adds this many invented cases, and drafts in proportion. Raises ValueError on a database that
    is not marked as a demonstration. Leaves nothing behind where it is broken off."""
    if not Installation.objects.filter(demonstration=True).exists():
        raise ValueError("This database is not marked as a demonstration.")
    companies = {profile: cast.assemble(profile, cases) for profile in _PLACES}
    captured: list[Captured] = []
    many = cases >= MANY
    roads.walk_all(
        anchor,
        lambda road, mark: captured.append(capture(road, mark)),
        many=many,
        progress=lambda done, total: progress(done * cases // total // 20, cases),
    )
    # Only now: nobody tells them of roads that were walked without them.
    if cases >= people.BENCHMARK_FROM:
        cast.add_benchmark_people(companies)
    cast.joined_before(anchor - timedelta(days=800))
    before = _there_already()
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT audit_xact()")
        work = Work(
            captured=captured,
            companies=companies,
            cases=cases,
            drafts=min(MOST_DRAFTS, max(1, cases * DRAFTS // 1000)),
            seed=f"{seed}/{before}",
            anchor=anchor,
            xact=cursor.fetchone()[0],
            by_moment=not many,
        )
        with _made(work) as batches, _unguarded(cursor, bare=many):
            _load(cursor, batches, work, progress)
        rebuild_lists(using="owner")
    with connections["owner"].cursor() as cursor:
        for name in _loaded():
            cursor.execute(f"VACUUM (ANALYZE) {name}" if many else f"ANALYZE {name}")
    chain.seal(at=anchor, using="owner")


def _there_already() -> int:
    return Case.objects.using("owner").count()


def _loaded() -> list[str]:
    return [*(table.name for table in tables()), _quoted(PersonKey)]


def _quoted(model: type[models.Model]) -> str:
    return connections["owner"].ops.quote_name(model._meta.db_table)


def _load(cursor: Any, batches: Iterator[Texts], work: Work, progress: Progress) -> None:
    events: list[tuple[str, str]] = []
    reads: Counter[tuple[str, str]] = Counter()
    done = 0
    for texts in batches:
        for number in sorted(texts.rows):
            table = tables()[number]
            _copy(cursor, table.name, [f.column for f in table.columns], texts.rows[number])
        _copy(cursor, _quoted(PersonKey), _KEY_COLUMNS, texts.keys)
        if isinstance(texts.events, bytes):
            _copy(cursor, _quoted(Event), _EVENT_COLUMNS, texts.events)
        else:
            events += texts.events
        reads += texts.reads
        done += texts.cases
        progress(work.cases // 20 + done * 18 // 20, work.cases)
    events += [(at, _read_event(work, user, at, count)) for (user, at), count in reads.items()]
    events.sort()
    _copy(cursor, _quoted(Event), _EVENT_COLUMNS, "".join(text for _, text in events).encode())


_KEY_COLUMNS = ["person_id", "number", "kek", "wrapped", "created_at"]
_EVENT_COLUMNS = [f.column for f in Event._meta.local_concrete_fields if f.column != "id"]


def _read_event(work: Work, user: str, at: str, count: int) -> str:
    """The event of somebody who marked what was in their inbox as read."""
    row = {
        "xact": str(work.xact),
        "recorded_at": work.anchor.isoformat(),
        "at": at,
        "actor_id": user,
        "verb": "inbox.read",
        "object_type": "accounts.user",
        "object_id": user,
        "case_id": "\\N",
        "request_id": str(UUID(hashlib.sha256(f"{user}{at}".encode()).hexdigest()[:32], version=4)),
        "refused": "f",
        "data": f'{{"items": {count}}}',
    }
    return "\t".join(row[column] for column in _EVENT_COLUMNS) + "\n"


def _copy(cursor: Any, table: str, columns: list[str], text: bytes) -> None:
    if not text:
        return
    listed = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
        copy.write(text)


@contextmanager
def _unguarded(cursor: Any, *, bare: bool) -> Iterator[None]:
    """Loads past the triggers and the policies that hold for people, and puts them back. With
    `bare`, past indexes and foreign keys too, which are made again and so checked."""
    guarded = _loaded()
    secured = _column(
        cursor,
        "SELECT c.oid::regclass::text FROM pg_class c"
        " WHERE c.oid = ANY(%s::regclass[]) AND c.relforcerowsecurity",
        [guarded],
    )
    for name in guarded:
        cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    for name in secured:
        cursor.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    again = _strip(cursor, guarded) if bare else []
    yield
    # Foreign keys that are there are checked now: no table changes while a check is waiting.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in again:
        cursor.execute(statement)
    for name in secured:
        cursor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    for name in guarded:
        cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")


def _column(cursor: Any, query: str, values: list[Any]) -> list[str]:
    cursor.execute(query, values)
    return [row[0] for row in cursor.fetchall()]


def _strip(cursor: Any, loaded: list[str]) -> list[str]:
    """Drops foreign keys and indexes of the tables; returns what makes them again, in order."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype"
        " FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'p', 'u')"
        " OR confrelid = ANY(%s::regclass[]) AND contype = 'f'"
        " ORDER BY contype = 'f' DESC, contype = 'u' DESC",
        [loaded, loaded],
    )
    constraints = cursor.fetchall()
    drop, make = [], []
    for table, name, definition, _kind in constraints:
        drop.append(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        make.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for statement in drop:
        cursor.execute(statement)
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[])",
        [loaded],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    # Primary keys before foreign keys, which need them.
    return [*reversed(make), *(definition for _name, definition in indexes)]
