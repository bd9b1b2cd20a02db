"""The rows of the test database: taken away after each test, and put back where a test begins with
the same ones as another.

Done by the server's superuser, as a replica of another server would: past triggers, policies and
foreign keys. What is there was there before, or nothing is."""

import io
import itertools
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import psycopg
from psycopg import sql

Made = TypeVar("Made")

# What migrations put there stays.
_STAYS = ("django_migrations", "django_content_type", "auth_permission", "audit_cluster")


@cache
def _server() -> Any:
    """The superuser in the test database, for as long as this process runs."""
    from django.db import connections

    name = connections["owner"].settings_dict["NAME"]
    server = psycopg.connect(os.environ["DATABASE_ADMIN_URL"], dbname=name, autocommit=True)
    server.execute("SET session_replication_role = replica")
    return server


@cache
def _tables() -> tuple[str, ...]:
    found = _server().execute(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r'"
        " AND c.relnamespace IN ('public'::regnamespace, 'keys'::regnamespace)"
        " AND NOT c.relname = ANY (%s) ORDER BY 1",
        [list(_STAYS)],
    )
    return tuple(name for (name,) in found)


@cache
def _prepared() -> str:
    """A function of this connection: PostgreSQL keeps the plans of what stands in one."""
    from nrm.accounts.models import SYSTEM_ID

    emptied = " ".join(f"DELETE FROM {name};" for name in _tables())
    _server().execute(
        sql.SQL(
            "CREATE FUNCTION pg_temp.take_all_away() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {}"
            " INSERT INTO accounts_user (id, email, display_name, password, language, is_active,"
            " is_superuser, created_at) VALUES ({}, 'system@nrm.invalid', 'The system', '!', 'en',"
            " true, false, now()); END $$"
        ).format(sql.SQL(emptied), sql.Literal(str(SYSTEM_ID)))
    )
    return "SELECT pg_temp.take_all_away()"


def take_all_away() -> None:
    """Empties every table but for the account of the system."""
    _server().execute(_prepared())


def delete_others(table: str, ids: list[Any]) -> None:
    """Takes away the rows of a table that are not among these."""
    statement = sql.SQL("DELETE FROM {} WHERE NOT id = ANY (%s)").format(sql.Identifier(table))
    _server().execute(statement, [ids])


@dataclass(frozen=True)
class Kept:
    """Rows as they were at one moment, in tables of this connection that nobody else sees."""

    statement: str

    def put_back(self) -> None:
        """Into tables that are as empty as after each test."""
        _server().execute(self.statement)


_numbers = itertools.count()


def keep() -> Kept:
    """All rows that are there now, but for the account of the system. They are put back by a
    function, of which PostgreSQL keeps the plans."""
    from nrm.accounts.models import SYSTEM_ID

    server, number = _server(), next(_numbers)
    filled = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in _tables()
    )
    back = []
    for place, (name,) in enumerate(server.execute(filled).fetchall()):
        copy = f"pg_temp.kept_{number}_{place}"
        but = f" WHERE id <> '{SYSTEM_ID}'" if name == "accounts_user" else ""
        server.execute(f"CREATE TEMP TABLE {copy.partition('.')[2]} AS SELECT * FROM {name}{but}")
        back.append(f"INSERT INTO {name} SELECT * FROM {copy};")
    server.execute(
        f"CREATE FUNCTION pg_temp.put_back_{number}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
        f" {' '.join(back)} END $$"
    )
    return Kept(f"SELECT pg_temp.put_back_{number}()")


# What takes long to build -------------------------------------------------------------------------
_begun: dict[str, tuple[Kept, bytes]] = {}


def begun_with(name: str, build: Callable[[], Made]) -> Made:
    """What `build` returns that was called in an empty database, with the rows that it made. It is
    called once in a process; then its rows are put back, into a database that is as empty, and what
    it returned is read from what was kept of it."""
    if name not in _begun:
        made = build()
        written = io.BytesIO()
        _Writer(written).dump(made)
        _begun[name] = keep(), written.getvalue()
        return made
    rows, written_before = _begun[name]
    rows.put_back()
    found: Made = _Reader(io.BytesIO(written_before)).load()
    return found


class _Writer(pickle.Pickler):
    """Of a profile its code alone: there is one of each in a process."""

    def persistent_id(self, what: Any) -> Any:
        from nrm.profiles import Profile

        return (what.code, what.version) if isinstance(what, Profile) else None


class _Reader(pickle.Unpickler):
    def persistent_load(self, name: Any) -> Any:
        from nrm.profiles import load_profile

        return load_profile(*name)
