"""The rows of the test database: taken away after each test, and put back where a test begins with
the same ones as another.

Done by the server's superuser, as a replica of another server would: past triggers, policies and
foreign keys. What is there was there before, or nothing is."""

import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

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
    """Rows as they were at one moment."""

    statement: Any

    def put_back(self) -> None:
        """Into tables that are as empty as after each test."""
        _server().execute(self.statement)


def keep() -> Kept:
    """All rows that are there now, but for the account of the system."""
    from nrm.accounts.models import SYSTEM_ID

    made = []
    for name in _tables():
        (found,) = (
            _server().execute(f"SELECT jsonb_agg(to_jsonb(t))::text FROM {name} t").fetchone()
        )
        rows = [row for row in json.loads(found or "[]") if row.get("id") != str(SYSTEM_ID)]
        if rows:
            made.append(
                sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, {1})")
                .format(sql.SQL(name), sql.Literal(json.dumps(rows)))
            )  # fmt: skip
    return Kept(sql.SQL("; ").join(made))
