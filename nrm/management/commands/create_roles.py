"""`manage.py create_roles`: the database roles and the database, made or brought up to date.

Reads DATABASE_ADMIN_URL (a superuser) and the user, password and database of each DATABASE_*_URL.
May be run as often as one likes.
"""

import os
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

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


class Command(BaseCommand):
    help = "Makes the database roles and the database. Needs DATABASE_ADMIN_URL."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        admin = os.environ.get("DATABASE_ADMIN_URL", "")
        owner = os.environ.get("DATABASE_OWNER_URL", "")
        if not admin or not owner:
            raise CommandError("Set DATABASE_ADMIN_URL and DATABASE_OWNER_URL.")
        name = unquote(urlsplit(owner).path.lstrip("/"))
        with psycopg.connect(admin, autocommit=True) as connection:
            for role, variable in ROLES.items():
                _make_role(connection, role, os.environ.get(variable, ""))
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER nrm_owner").format(sql.Identifier(name))
                )
            # The tests make their own database, as the owner.
            connection.execute("ALTER ROLE nrm_owner CREATEDB")
            connection.execute("GRANT pg_read_all_data TO nrm_backup")
        self.stdout.write("The database roles are in place.")


def _make_role(connection: psycopg.Connection, role: str, url: str) -> None:
    named = sql.Identifier(role)
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if exists is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(named))
    bypass = sql.SQL("BYPASSRLS" if role in _BYPASSES else "NOBYPASSRLS")
    connection.execute(
        sql.SQL("ALTER ROLE {} NOSUPERUSER NOCREATEROLE NOREPLICATION {}").format(named, bypass)
    )
    if url:
        password = unquote(urlsplit(url).password or "")
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(named, sql.Literal(password))
        )
