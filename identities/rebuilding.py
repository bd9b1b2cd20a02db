"""Tokens made anew from the facts, person by person, as nrm_keys: after the search key was changed,
and for people who were recorded before there were tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from identities import crypto
from identities.as_keys import Connection, keys_connection, write_event
from identities.kek import Unreadable, Wrapped
from identities.models import PersonKey
from identities.rotation import Held
from identities.tokens import tokens_to_keep

PEOPLE = 200  # at once


@dataclass
class Done:
    people: int = 0
    tokens: int = 0
    unreadable: int = 0


def rebuild_tokens(*, tell: Callable[[str], None]) -> Done:
    """Makes everybody's tokens anew. Broken off, it is begun again. Raises Faulty without the
    connection as nrm_keys."""
    done = Done()
    last = UUID(int=0)
    with keys_connection() as opened:
        while people := [
            pk
            for (pk,) in opened.execute(
                "SELECT DISTINCT person_id FROM keys.person_key WHERE person_id > %s"
                f" ORDER BY person_id LIMIT {PEOPLE}",
                [last],
            )
        ]:
            last = people[-1]
            with opened.transaction():
                _rebuild(opened, people, done)
            tell(f"{done.people} people.")
        write_event(opened, "tokens.rebuilt", people=done.people, tokens=done.tokens)
    return done


def _rebuild(opened: Connection, people: list[UUID], done: Done) -> None:
    """Under the lock of each person: what an action records meanwhile waits for a moment."""
    opened.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 0))"
        " FROM unnest(%s::uuid[]) AS id ORDER BY id",
        [people],
    )
    held: dict[UUID, Held] = {}
    for owner, number, kek, wrapped in opened.execute(
        "SELECT person_id, number, kek, wrapped FROM keys.person_key WHERE person_id = ANY(%s)",
        [people],
    ):
        one = held.setdefault(owner, Held(crypto.table_of(PersonKey), owner))
        one.wrapped[number] = Wrapped(kek, wrapped)
    rows = opened.execute(
        "SELECT person_id, id, kind, value FROM identities_fact"
        " WHERE person_id = ANY(%s) AND superseded_at IS NULL ORDER BY person_id",
        [list(held)],
    ).fetchall()
    opened.execute("DELETE FROM identities_token WHERE person_id = ANY(%s)", [list(held)])
    made = []
    for person, group in groupby(rows, key=lambda row: row[0]):
        try:
            facts = [(kind, _open(held[person], value, pk)) for _person, pk, kind, value in group]
        except Unreadable:
            done.unreadable += 1
            continue
        made += [(person, kind, key, token) for kind, key, token in tokens_to_keep(facts)]
        done.people += 1
    with opened.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO identities_token (person_id, kind, key, token) VALUES (%s, %s, %s, %s)",
            made,
        )
    done.tokens += len(made)


def _open(held: Held, value: bytes, row: UUID) -> str:
    where = crypto.associated("identities_fact", "value", row)
    return crypto.open_value(held.of(crypto.number_of(value)), value, where).decode()
