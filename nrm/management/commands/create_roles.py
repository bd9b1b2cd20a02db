"""`manage.py create_roles`: the database roles and the database, made or brought up to date.

Reads DATABASE_ADMIN_URL (a superuser) and the user, password and database of each DATABASE_*_URL.
May be run as often as one likes.
"""

import time
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

from nrm.variables import variable

# Which variable holds the sign-in of which role, and what the role may do by itself.
ROLES = {
    "nrm_owner": "DATABASE_OWNER_URL",
    "nrm_web": "DATABASE_URL",
    "nrm_worker": "DATABASE_WORKER_URL",
    "nrm_reporting": "DATABASE_REPORTING_URL",
    "nrm_keys": "DATABASE_KEYS_URL",
    "nrm_backup": "DATABASE_BACKUP_URL",
}
# Only the backup job may read past row-level security, and it may only read.
_BYPASSES = {"nrm_backup"}

ANSWERS_WITHIN = 120.0  # seconds


class Command(BaseCommand):
    help = "Makes the database roles and the database. Needs DATABASE_ADMIN_URL."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        admin = variable("DATABASE_ADMIN_URL")
        owner = variable("DATABASE_OWNER_URL")
        if not admin or not owner:
            raise CommandError("Set DATABASE_ADMIN_URL and DATABASE_OWNER_URL.")
        database = unquote(urlsplit(owner).path.lstrip("/"))
        with _connect(admin) as connection:
            for role, name in ROLES.items():
                _make_role(connection, role, variable(name))
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if found.fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER nrm_owner").format(sql.Identifier(database))
                )
            # The tests make their own database, as the owner.
            connection.execute("ALTER ROLE nrm_owner CREATEDB")
            connection.execute("GRANT pg_read_all_data TO nrm_backup")
        self.stdout.write("The database roles are in place.")


def _connect(url: str) -> psycopg.Connection:
    """Not every container engine waits until a database that has just been started answers."""
    last = time.monotonic() + ANSWERS_WITHIN
    while True:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > last:
                raise
            time.sleep(0.5)


def _make_role(connection: psycopg.Connection, role: str, url: str) -> None:
    named = sql.Identifier(role)
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if exists is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(named))
    bypass = sql.SQL("BYPASSRLS" if role in _BYPASSES else "NOBYPASSRLS")
    connection.execute(
        sql.SQL("ALTER ROLE {} NOSUPERUSER NOCREATEROLE NOREPLICATION {}").format(named, bypass)
    )
    # On disks of today a row found by an index costs about what the next row costs. Told otherwise,
    # the planner gathers all of somebody's cases before it shows the first of them.
    connection.execute(sql.SQL("ALTER ROLE {} SET random_page_cost = 1.1").format(named))
    # The driver prepares what it asks again and again. A plan for any values is kept, since making
    # one for these values, with what the policies ask, costs more than the statement.
    connection.execute(
        sql.SQL("ALTER ROLE {} SET plan_cache_mode = force_generic_plan").format(named)
    )
    if url:
        password = unquote(urlsplit(url).password or "")
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(named, sql.Literal(password))
        )
