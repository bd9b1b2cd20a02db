"""A change of keys while the system serves.

First every data key is wrapped anew under the key-encryption key in use, which takes seconds. Then
each owner in turn gets another data key, and their values move to it. A reader never meets a value
that it cannot read, and no writer loses what it wrote:

- The next key is there, committed, before the first value is under it; who has read the keys before
  reads them again when a value names one that it does not know (identities.crypto.DataKeys).
- A value is replaced only where it still is what was read (each ciphertext is there once), under
  the lock of its case or draft, so that a writer in the middle of an action is waited for.
- The old key goes when no value is under it, and only after every transaction has ended that began
  before the last value moved: it might have read a value and not yet the key, or still write one.

Broken off at any point, it goes on where it stopped. Nothing is opened that does not move.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from psycopg import sql

from identities import crypto
from identities.as_keys import Connection, Faulty, keys_connection, write_event
from identities.crypto import Keys
from identities.kek import Unreadable, Wrapped, wrapper
from identities.models import PersonKey, UserKey
from identities.sealed import SealedColumn, sealed_columns

_ONE_AT_A_TIME = 7_201_400_002  # advisory lock of the rotation; any constant nothing else uses
OWNERS = 25  # whose values move at once, and whose cases wait for it
WRAPPED = 1000  # keys that are wrapped anew at once
_TRIES = 20  # how often an owner who is busy is asked for again, in each of the passes
_PASSES = 3
_PAUSE = 0.1

Tell = Callable[[str], None]


@dataclass
class Done:
    """What a rotation did: keys wrapped anew, owners and values that moved to fresh keys, and what
    it could not open, as table, column and row, and whose it is; that stays as it is, and so does
    the key that it may be under. `busy` is how many were written to all the time: another run
    moves them."""

    wrapped: int = 0
    owners: int = 0
    values: int = 0
    busy: int = 0
    unreadable: dict[str, UUID] = field(default_factory=dict)


def rotate(*, tell: Tell, values: bool = True) -> Done:
    """Wraps every data key anew and, with `values`, moves every value to a fresh one. `tell` is
    given a line about how far it is. Raises Faulty where it cannot begin."""
    with keys_connection() as opened:
        held = opened.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME]).fetchone()
        if not held or not held[0]:
            raise Faulty("Another rotation of keys is under way.")
        _refuse_where_rows_are_hidden(opened)
        return _Rotation(opened, tell).run(values=values)


_HIDDEN = """
SELECT wanted.name FROM unnest(%s::text[], %s::"char"[]) AS wanted (name, command)
JOIN pg_class c ON c.oid = wanted.name::regclass AND c.relrowsecurity
WHERE NOT EXISTS (
    SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN (wanted.command, '*')
    AND 'nrm_keys'::regrole = ANY (p.polroles) AND pg_get_expr(p.polqual, c.oid) = 'true'
)
ORDER BY 1
"""


def _refuse_where_rows_are_hidden(opened: Connection) -> None:
    """Faulty where a row could be hidden from the rotation: it would not move the values there, and
    then take away the key that they need."""
    wanted = set()
    for keys in (PersonKey, UserKey):
        for column in sealed_columns(keys):
            wanted |= {(column.table, "r"), (column.table, "w")}
            wanted |= {(name, "r") for name in re.findall(r"\bJOIN (\w+)", column.joins)}
    names, commands = zip(*sorted(wanted), strict=True)
    if hidden := opened.execute(_HIDDEN, [list(names), list(commands)]).fetchall():
        tables = ", ".join(sorted({name for (name,) in hidden}))
        raise Faulty(f"nrm_keys does not see, or may not change, every row of {tables}.")


def _quoted(keys: Keys) -> str:
    return connection.ops.quote_name(keys._meta.db_table)


class _Rotation:
    def __init__(self, opened: Connection, tell: Tell) -> None:
        self._db = opened
        self._tell = tell
        self._done = Done()
        self._said = time.monotonic()

    def run(self, *, values: bool) -> Done:
        number, started, resumed = self._begin()
        write_event(self._db, "keys.rotation_resumed" if resumed else "keys.rotation_started")
        for keys in (PersonKey, UserKey):
            self._wrap_anew(keys)
        self._mark(number, "wrapped_at")
        if values:
            for keys in (PersonKey, UserKey):
                self._move_all(keys, started)
                self._wrap_anew(keys)  # those made meanwhile
            if not self._done.busy:
                self._mark(number, "finished_at")
        done = self._done
        if values or done.wrapped:
            told = {"wrapped": done.wrapped, "owners": done.owners, "values": done.values}
            write_event(self._db, "keys.rotated", **told, unreadable=len(done.unreadable))
        return done

    def _begin(self) -> tuple[int, datetime, bool]:
        row = self._db.execute(
            "SELECT id, started_at FROM keys.rotation WHERE finished_at IS NULL"
            " ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if row:
            return row[0], row[1], True
        row = self._db.execute(
            "INSERT INTO keys.rotation (started_at) VALUES (clock_timestamp())"
            " RETURNING id, started_at"
        ).fetchone()
        assert row is not None
        return row[0], row[1], False

    def _mark(self, number: int, column: str) -> None:
        named = sql.Identifier(column)
        self._db.execute(
            sql.SQL("UPDATE keys.rotation SET {} = clock_timestamp() WHERE id = %s").format(named),
            [number],
        )

    def _say(self, line: str) -> None:
        if time.monotonic() - self._said > 2:
            self._tell(line)
            self._said = time.monotonic()

    # Wrapping ------------------------------------------------------------------------------------
    def _wrap_anew(self, keys: Keys) -> None:
        """Every key that is wrapped under another key-encryption key than the one in use."""
        table, owner = crypto.table_of(keys), keys.OWNER
        in_use = wrapper().wrap(bytes(32), b"which version wraps").kek
        last: tuple[UUID, int] = (UUID(int=0), 0)
        while True:
            rows = self._db.execute(
                f"SELECT {owner}, number, kek, wrapped FROM {_quoted(keys)}"
                f" WHERE ({owner}, number) > (%s, %s) AND kek <> %s"
                f" ORDER BY {owner}, number LIMIT {WRAPPED}",
                [*last, in_use],
            ).fetchall()
            if not rows:
                return
            fresh = []
            for pk, number, kek, old in rows:
                about = crypto.about_key(table, pk, number)
                try:
                    plain = wrapper().unwrap(Wrapped(kek, bytes(old)), about)
                except Unreadable:
                    self._done.unreadable[f"{table}|{pk}|{number}"] = pk
                    continue
                new = wrapper().wrap(plain, about)
                fresh.append((new.kek, new.data, pk, number, old))
            with self._db.transaction(), self._db.cursor() as cursor:
                cursor.executemany(
                    f"UPDATE {_quoted(keys)} SET kek = %s, wrapped = %s"
                    f" WHERE {owner} = %s AND number = %s AND wrapped = %s",
                    fresh,
                )
            self._done.wrapped += len(fresh)
            self._say(f"{self._done.wrapped} keys wrapped anew.")
            last = (rows[-1][0], rows[-1][1])

    # Moving values -------------------------------------------------------------------------------
    def _move_all(self, keys: Keys, started: datetime) -> None:
        for _pass in range(_PASSES):
            last = UUID(int=0)
            busy = 0
            while owners := self._waiting(keys, started, last):
                last = owners[-1]
                left = set(owners) - set(self._done.unreadable.values())
                for _try in range(_TRIES):
                    self._done.owners += len(left)
                    left = self._move(keys, left, started)
                    self._done.owners -= len(left)
                    if not left:
                        break
                    time.sleep(_PAUSE)
                busy += len(left)
                self._say(f"{self._done.owners} people, {self._done.values} values moved.")
            if not busy:
                return
        self._done.busy += busy

    def _waiting(self, keys: Keys, started: datetime, last: UUID) -> list[UUID]:
        """The next owners whose newest key is older than the rotation, or who have two."""
        rows = self._db.execute(
            f"SELECT {keys.OWNER} FROM {_quoted(keys)} WHERE {keys.OWNER} > %s"
            f" GROUP BY {keys.OWNER} HAVING max(created_at) < %s OR count(*) > 1"
            f" ORDER BY {keys.OWNER} LIMIT {OWNERS}",
            [last, started],
        )
        return [pk for (pk,) in rows]

    def _move(self, keys: Keys, owners: set[UUID], started: datetime) -> set[UUID]:
        """Gives each owner their next key, moves their values, and takes the old key away. Returns
        those who were busy."""
        with self._db.transaction():
            mine = self._lock(owners)
            self._give_next(keys, mine, started)
        with self._db.transaction():
            mine, held = self._hold(keys, mine)
            for column in sealed_columns(keys):
                self._move_column(column, held)
        self._wait_for_others()
        with self._db.transaction():
            mine, held = self._hold(keys, mine)
            late = set()
            for column in sealed_columns(keys):
                late |= {owner for _pk, owner, *_rest in self._stale(column, held)}
            self._take_old(keys, mine - late)
        return owners - (mine - late) - set(self._done.unreadable.values())

    def _lock(self, ids: Iterable[UUID]) -> set[UUID]:
        """Those of the ids whose lock nobody holds; it is ours until the transaction ends. Never
        waits, so that no request ever waits for one that waits for us."""
        rows = self._db.execute(
            "SELECT id FROM unnest(%s::uuid[]) AS id"
            " WHERE pg_try_advisory_xact_lock(hashtextextended(id::text, 0))",
            [sorted(ids)],
        )
        return {pk for (pk,) in rows}

    def _hold(self, keys: Keys, owners: set[UUID]) -> tuple[set[UUID], dict[UUID, "Held"]]:
        """Locks the owners with everything of theirs, and opens their keys. Those of whom anything
        is busy are left out; so is who has no key any more."""
        mine = self._lock(owners)
        things: dict[UUID, set[UUID]] = defaultdict(set)
        selects = dict.fromkeys(
            f"SELECT {c.owner}, {c.lock} FROM {c.table} t {c.joins} WHERE {c.owner} = ANY(%(mine)s)"
            for c in sealed_columns(keys)
            if c.lock != c.owner
        )
        for owner, thing in (
            self._db.execute(" UNION ".join(selects), {"mine": sorted(mine)}) if selects else ()
        ):
            things[owner].add(thing)
        wanted = {thing for owner in mine for thing in things[owner]}
        got = self._lock(wanted) if wanted else set()
        mine = {owner for owner in mine if things[owner] <= got}
        held: dict[UUID, Held] = {}
        table = crypto.table_of(keys)
        for owner, number, kek, wrapped in self._db.execute(
            f"SELECT {keys.OWNER}, number, kek, wrapped FROM {_quoted(keys)}"
            f" WHERE {keys.OWNER} = ANY(%s)",
            [sorted(mine)],
        ):
            held.setdefault(owner, Held(table, owner)).wrapped[number] = Wrapped(kek, wrapped)
        return mine, held

    def _give_next(self, keys: Keys, owners: set[UUID], started: datetime) -> None:
        rows = self._db.execute(
            f"SELECT {keys.OWNER}, max(number) FROM {_quoted(keys)} WHERE {keys.OWNER} = ANY(%s)"
            f" GROUP BY {keys.OWNER} HAVING max(created_at) < %s",
            [sorted(owners), started],
        ).fetchall()
        table = crypto.table_of(keys)
        made = []
        for owner, number in rows:
            _key, wrapped = crypto.fresh_key(table, owner, number + 1)
            made.append((owner, number + 1, wrapped.kek, wrapped.data, datetime.now(UTC)))
        if made:
            with self._db.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO {_quoted(keys)} ({keys.OWNER}, number, kek, wrapped, created_at)"
                    " VALUES (%s, %s, %s, %s, greatest(%s, clock_timestamp()))",
                    made,
                )

    def _stale(
        self, column: SealedColumn, held: "dict[UUID, Held]"
    ) -> list[tuple[Any, UUID, Any, int, bool]]:
        """The rows of these owners whose value is not under the newest key: id, owner, what the
        value is bound to, and of a part its number and whether it is the last."""
        owners = sorted(held)
        place = "0, false"
        if column.parts:
            place = (
                "t.number, t.number = (SELECT max(o.number) FROM "
                f"{column.table} o WHERE o.document_id = t.document_id)"
            )
        return self._db.execute(
            f"SELECT t.id, {column.owner}, {column.bound_row}, {place}"
            f" FROM {column.table} t {column.joins}"
            f" JOIN unnest(%s::uuid[], %s::bytea[]) AS h (owner, newest)"
            f" ON h.owner = {column.owner}"
            f" WHERE substring(t.{column.column} FROM 3 FOR 4) <> h.newest"
            f" OR substring(t.{column.column} FROM 1 FOR 2) = 'v1'::bytea",
            [owners, [held[owner].newest.to_bytes(4, "big") for owner in owners]],
        ).fetchall()

    def _move_column(self, column: SealedColumn, held: "dict[UUID, Held]") -> None:
        table, name = column.bound
        for pk, owner, bound, number, last in self._stale(column, held):
            row = self._db.execute(
                f"SELECT {column.column} FROM {column.table} WHERE id = %s", [pk]
            ).fetchone()
            if row is None or row[0] is None:
                continue
            old = bytes(row[0])
            where = crypto.associated(table, name, bound)
            if column.parts:
                where = crypto.associated_part(table, name, bound, number, last=last)
            keys = held[owner]
            try:
                key = keys.of(crypto.number_of(old))
                new = crypto.reseal(key, old, keys.of(keys.newest), keys.newest, where)
            except Unreadable:
                self._done.unreadable[f"{column.table}|{column.column}|{pk}"] = owner
                continue
            changed = self._db.execute(
                f"UPDATE {column.table} SET {column.column} = %s"
                f" WHERE id = %s AND {column.column} = %s",
                [new, pk, old],
            )
            self._done.values += changed.rowcount

    def _wait_for_others(self) -> None:
        """Waits until every transaction has ended that is open now in this database and can open a
        value: jobs and statistics cannot. A backup is waited for too."""
        open_now = self._transactions()
        while open_now:
            time.sleep(0.005)
            open_now &= self._transactions()
            self._say(f"Waiting for {len(open_now)} transactions to end.")

    def _transactions(self) -> set[str]:
        rows = self._db.execute(
            "SELECT l.virtualxid FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'virtualxid' AND l.granted AND l.mode = 'ExclusiveLock'"
            " AND a.datname = current_database() AND a.pid <> pg_backend_pid()"
            " AND a.usename NOT IN ('nrm_worker', 'nrm_reporting')"
        )
        return {virtual for (virtual,) in rows}

    def _take_old(self, keys: Keys, owners: set[UUID]) -> None:
        self._db.execute(
            f"DELETE FROM {_quoted(keys)} k WHERE k.{keys.OWNER} = ANY(%s) AND EXISTS ("
            f" SELECT FROM {_quoted(keys)} n"
            f" WHERE n.{keys.OWNER} = k.{keys.OWNER} AND n.number > k.number)",
            [sorted(owners)],
        )


class Held:
    """The keys of one owner."""

    def __init__(self, table: str, owner: UUID) -> None:
        self._table, self._owner = table, owner
        self.wrapped: dict[int, Wrapped] = {}
        self._opened: dict[int, AESGCM] = {}

    @property
    def newest(self) -> int:
        return max(self.wrapped)

    def of(self, number: int) -> AESGCM:
        if number not in self._opened:
            if number not in self.wrapped:
                raise Unreadable("The key is gone.")
            self._opened[number] = crypto.open_key(
                self._table, self._owner, number, self.wrapped[number]
            )
        return self._opened[number]
