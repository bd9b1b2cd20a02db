"""Where a place of shelter is, asked past the application: who reads it, and who writes it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.db import connections, transaction

from tests import rows
from tests.second_lock.asking import PASSED, _try, told
from tests.second_lock.expected import Who
from tests.watching import WATCHER

_READ = "SELECT place_id::text FROM protection_address"
_SAY = (
    "INSERT INTO protection_addressreading (id, place_id, actor_id, xact, at)"
    " VALUES (%s, %s, %s, 0, now())"
)
_WRITE = "INSERT INTO protection_address (place_id, value) VALUES (%s, 'x')"


class Addresses:
    """What is asked about two places of the house of `who`, by them and by a colleague of
    theirs."""

    def __init__(self, who: Any, colleague: Any, stranger: Any) -> None:
        self.who, self.colleague = Who("who", who), Who("colleague", colleague)
        self.stranger = Who("stranger", stranger)
        with connections[WATCHER].cursor() as cursor:
            cursor.execute(
                "SELECT a.place_id::text FROM protection_address a"
                " JOIN protection_place p ON p.id = a.place_id ORDER BY p.code"
            )
            self.first, self.second, *_more = [pk for (pk,) in cursor.fetchall()]

    def _say(self, cursor: Any, who: Who, place: str) -> str:
        return _try(cursor, _SAY, [uuid4(), place, who.pk])[0]

    def _read(self, cursor: Any) -> list[str]:
        cursor.execute(_READ)
        return [pk for (pk,) in cursor.fetchall()]

    def faults(self) -> Iterator[str]:
        """What is wrong, in sentences. What has to be committed on the way is taken away again."""
        with connections[WATCHER].cursor() as cursor:
            cursor.execute("SELECT id FROM protection_addressreading")
            before = [pk for (pk,) in cursor.fetchall()]
        try:
            yield from self._faults()
        finally:
            rows.delete_others("protection_addressreading", before)

    def _faults(self) -> Iterator[str]:
        first, second = self.first, self.second
        for who in (self.who, self.colleague, self.stranger):
            with told(who) as cursor:
                if self._read(cursor):
                    yield f"{who.name}: an address is read that nobody said they read"
                if _try(cursor, _WRITE, [first])[0] == PASSED:
                    yield f"{who.name}: an address is written that nobody said they write"
        with told(self.stranger) as cursor:
            if self._say(cursor, self.stranger, first) == PASSED:
                yield "a stranger says that they read an address"
        with told(self.who) as cursor:
            cursor.execute(_SAY, [uuid4(), first, self.colleague.pk])
            if self._read(cursor) != [first]:
                yield "an address is not read by who says so, or another one is"
            if _try(cursor, _WRITE, [first])[0] != PASSED:
                yield "an address is not written by who says so"
            if _try(cursor, _WRITE, [second])[0] == PASSED:
                yield "another address is written"
            cursor.execute("SELECT set_config('nrm.actor', %s, true)", [self.colleague.pk])
            if self._read(cursor):
                yield "an address is read on what another one said"
            if _try(cursor, _WRITE, [first])[0] == PASSED:
                yield "an address is written on what another one said"
        yield from self._another_moment(first)

    def _another_moment(self, place: str) -> Iterator[str]:
        """Numbers of transactions come again after a restore, and two transactions may begin in the
        same moment: a row that agrees in one of the two opens nothing."""
        for number, moment in ((1, "interval '0'"), (0, "interval '1 second'")):
            with told(self.who) as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text::bigint, transaction_timestamp()")
                xact, at = cursor.fetchone()
                with transaction.atomic("owner"), connections["owner"].cursor() as owner:
                    owner.execute("ALTER TABLE protection_addressreading DISABLE TRIGGER USER")
                    owner.execute(
                        "INSERT INTO protection_addressreading (id, place_id, actor_id, xact, at)"
                        f" VALUES (%s, %s, %s, %s, %s - {moment})",
                        [uuid4(), place, self.who.pk, xact + number, at],
                    )
                    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    owner.execute("ALTER TABLE protection_addressreading ENABLE TRIGGER USER")
                if self._read(cursor):
                    yield "an address is read on what was said at another moment"
                if _try(cursor, _WRITE, [place])[0] == PASSED:
                    yield "an address is written on what was said at another moment"
