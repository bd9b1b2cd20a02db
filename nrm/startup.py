"""What must be right before web, worker or beat starts: every fault at once, a sentence each.

Importing settings never fails; this is where a missing secret, database, Redis or host list
stops a process. `manage.py check --deploy` says the same for all three.
"""

import base64
import binascii
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import psycopg
import redis
from django.conf import settings
from django.core import checks
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string
from psycopg_pool import PoolTimeout

from nrm import antivirus, restored

Process = Literal["web", "worker", "identities", "beat"]

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
SHORTEST_SECRET = 40


# Options that Django reads itself and libpq does not know.
_DJANGOS_OWN = {"pool", "server_side_binding", "prepare_threshold"}


def refuse_to_start_badly(process: Process) -> None:
    """Ends this process with exit code 1, every fault on standard error, unless all is right."""
    found = list(faults(process))
    if not found:
        return
    lines = [f"The {process} cannot start:", *(f"- {fault}" for fault in found), ""]
    sys.stderr.write("\n".join(lines))
    sys.stderr.flush()
    raise SystemExit(1)


def faults(process: Process) -> Iterator[str]:
    """What stands in the way of this process, in sentences for an operator."""
    yield from _secret_faults()
    yield from _host_faults()
    yield from database_faults(process)
    yield from _redis_faults()
    with_keys = process in ("web", "identities")
    yield from _kek_faults(needed=with_keys)
    yield from _search_faults(needed=with_keys)
    yield from _audit_faults(needed=process == "worker")
    yield from _exchange_faults()
    yield from antivirus.faults()


def _secret_faults() -> Iterator[str]:
    secret = settings.SECRET_KEY
    if not secret or secret.startswith("not-set"):
        yield "NRM_SECRET_KEY is not set: it signs sessions and forms."
    elif len(secret) < SHORTEST_SECRET:
        yield f"NRM_SECRET_KEY is too short: it needs {SHORTEST_SECRET} random characters or more."


def _host_faults() -> Iterator[str]:
    hosts = settings.ALLOWED_HOSTS
    if not hosts:
        yield "NRM_ALLOWED_HOSTS is not set: name the host names this service answers to."
    elif any("*" in host for host in hosts):
        yield "NRM_ALLOWED_HOSTS may not hold a wildcard: name each host."
    if settings.INSECURE_HTTP and not set(hosts) <= LOOPBACK:
        yield (
            "NRM_INSECURE_HTTP=1 sends cookies without encryption and is allowed only where "
            "NRM_ALLOWED_HOSTS names nothing but 127.0.0.1 or localhost."
        )


_AFTER_RESTORE = (
    "The database was restored from a backup, and people who were erased are readable again, "
    "statistics could be released twice or the audit trail cannot go on: run manage.py "
    "after_restore."
)


def database_faults(process: Process) -> Iterator[str]:
    """Whether the database answers this process's role, is migrated and is of the right kind."""
    as_web = settings.PROCESS in ("web", "identities")
    variable = "DATABASE_URL" if as_web else "DATABASE_WORKER_URL"
    if not settings.DATABASES["default"]["NAME"]:
        yield f"{variable} is not set: it names the database that the {process} signs in to."
        return
    try:
        with open_database() as connection:
            if _passes_row_security(connection):
                yield (
                    f"{variable} signs in as a role that row-level security does not bind; "
                    "use nrm_web or nrm_worker, as manage.py create_roles makes them."
                )
            if waiting := migrations_waiting(connection):
                yield (
                    f"The database waits for {waiting} migrations: "
                    "run manage.py migrate --database owner."
                )
            elif fault := _fault_of_a_restore(connection):
                yield fault
            elif settings.DEMO and not _is_demonstration(connection):
                yield (
                    "NRM_DEMO=1 is set, but this database is not marked as a demonstration: "
                    "unset NRM_DEMO, or use a database that manage.py demo has filled."
                )
            elif not settings.DEMO and _is_demonstration(connection):
                yield (
                    "This database is marked as a demonstration, and its sign-ins are known: "
                    "real people need a database of their own. For a demonstration set NRM_DEMO=1."
                )
    except psycopg.OperationalError as fault:
        yield f"The database that {variable} names does not answer: {_first_line(fault)}"
    except psycopg.Error as fault:
        yield f"The database that {variable} names cannot be read: {_first_line(fault)}"


def open_database() -> psycopg.Connection[Any]:
    """A short-lived connection of our own, outside Django's pool, which a fork must not inherit."""
    known = settings.DATABASES["default"]
    options = {key: value for key, value in known["OPTIONS"].items() if key not in _DJANGOS_OWN}
    return psycopg.connect(
        dbname=known["NAME"],
        user=known["USER"] or None,
        password=known["PASSWORD"] or None,
        host=known["HOST"] or None,
        port=known["PORT"] or None,
        autocommit=True,
        **{"connect_timeout": 5, **options},
    )


def open_connections(wanted: int, *, patience: float = 20.0) -> bool:
    """Opens so many connections of the pool, at most as many as it may have, and keeps them open.
    Says whether they are open after `patience` seconds. Where they are not, nothing is lost: the
    pages say that the database does not answer, and the next one asks it anew."""
    ours = connections["default"]
    pool = ours.pool
    if pool is None:
        return True
    try:
        pool.open()
        pool.resize(max(pool.min_size, min(wanted, pool.max_size)), pool.max_size)
        pool.wait(patience)
    except PoolTimeout:
        # It has closed itself, and a closed one cannot be opened again.
        ours.close_pool()
        return False
    return True


_in_the_code: set[tuple[str, str]] = set()


def migrations_waiting(connection: psycopg.Connection[Any]) -> int:
    """How many migrations of this code the database has not had."""
    if not _in_the_code:
        _in_the_code.update(MigrationLoader(None).disk_migrations)
    known = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if known is None or known[0] is None:
        return len(_in_the_code)
    applied = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    return len(_in_the_code - {(app, name) for app, name in applied})


def _passes_row_security(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return row is None or bool(row[0])


def _fault_of_a_restore(connection: psycopg.Connection[Any]) -> str:
    try:
        needed = needs_after_restore(connection)
    except (OSError, ValueError) as fault:
        return (
            f"What is kept outside of the database beside the audit heads is not readable: {fault}"
        )
    return _AFTER_RESTORE if needed else ""


def needs_after_restore(connection: psycopg.Connection[Any]) -> bool:
    """Whether somebody who was erased has keys again, or what rooms keep outside is missing, as
    far as the files are at hand, or new events would fall behind what is sealed."""
    from identities.erasing import noted
    from nrm.audit.chain import BEHIND

    if people := list(noted()):
        back = connection.execute("SELECT EXISTS (SELECT keys.have_keys(%s))", [people]).fetchone()
        if back and back[0]:
            return True
    if restored.is_missing(connection):
        return True
    behind = connection.execute(BEHIND).fetchone()
    return bool(behind and behind[0])


def _is_demonstration(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        "SELECT demonstration FROM accounts_installation WHERE id = 1"
    ).fetchone()
    return bool(row and row[0])


def _redis_faults() -> Iterator[str]:
    if not settings.REDIS_URL:
        yield "REDIS_URL is not set: reminders and everything in the background go through Redis."
        return
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=5, socket_timeout=5
        )
        client.ping()
        client.close()
    except ValueError:
        yield "REDIS_URL is not an address such as redis://:password@host:6379/0."
    except redis.RedisError as fault:
        yield f"The Redis that REDIS_URL names does not answer: {_first_line(fault)}"


def _kek_faults(*, needed: bool) -> Iterator[str]:
    if settings.KEY_WRAPPER:
        if needed:
            try:
                import_string(settings.KEY_WRAPPER)
            except ImportError as fault:
                yield f"The class that NRM_KEY_WRAPPER names is not there: {_first_line(fault)}"
        return
    keys = settings.KEKS
    if not keys and settings.KEK_FILE:
        try:
            keys = Path(settings.KEK_FILE).read_text().strip()
        except OSError as fault:
            yield f"The file that NRM_KEK_FILE names cannot be read: {fault.strerror}."
            return
    if not keys:
        if needed:
            yield (
                "NRM_KEKS is not set (nor NRM_KEK_FILE): identities are encrypted under it, "
                "as 1:<base64 of 32 bytes>."
            )
        return
    numbers = set()
    for entry in filter(None, (part.strip() for part in keys.replace("\n", ",").split(","))):
        number, _, value = entry.partition(":")
        if not number.isdecimal() or int(number) in numbers or not _is_key(value):
            yield "NRM_KEKS must be <number>:<base64 of 32 bytes>, several divided by commas."
            return
        numbers.add(int(number))
    in_use = settings.KEK_IN_USE
    if in_use and (not in_use.isdecimal() or int(in_use) not in numbers):
        yield "NRM_KEK_IN_USE must be the number of one of the keys in NRM_KEKS."


def _search_faults(*, needed: bool) -> Iterator[str]:
    from identities.kek import versioned_keys

    if not settings.SEARCH_KEYS:
        if needed:
            yield (
                "NRM_SEARCH_KEYS is not set: people are found by tokens under it, "
                "as 1:<base64 of 32 bytes>."
            )
        return
    try:
        versioned_keys(settings.SEARCH_KEYS)
    except ValueError:
        yield "NRM_SEARCH_KEYS must be <number>:<base64 of 32 bytes>, divided by commas."


def _exchange_faults() -> Iterator[str]:
    from identities.kek import versioned_keys

    for name in ("WEBHOOK_KEYS", "PACK_KEYS"):
        try:
            versioned_keys(getattr(settings, name))
        except ValueError:
            yield f"NRM_{name} must be <number>:<base64 of 32 bytes>, divided by commas."
    if settings.WEBHOOK_CA and not Path(settings.WEBHOOK_CA).is_file():
        yield "NRM_WEBHOOK_CA names no file: it is a file of certificates that webhooks trust."


def _audit_faults(*, needed: bool) -> Iterator[str]:
    if not settings.AUDIT_KEY:
        if needed:
            yield "NRM_AUDIT_KEY is not set: the audit trail is signed with it."
    elif not _is_key(settings.AUDIT_KEY):
        yield "NRM_AUDIT_KEY must be the base64 of 32 bytes."
    if needed and not settings.AUDIT_HEADS:
        yield (
            "NRM_AUDIT_HEADS is not set: it names the file outside the database that keeps "
            "the heads of the audit trail."
        )


def _is_key(value: str) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def _first_line(fault: Exception) -> str:
    text = str(fault).strip().splitlines()
    return (text[0] if text else type(fault).__name__).rstrip(".") + "."


@checks.register("start", deploy=True)
def deployment_is_ready(**_: object) -> list[checks.CheckMessage]:
    """The same faults, for `manage.py check --deploy`: of web, worker and beat together."""
    found: dict[str, None] = {}
    for process in ("web", "worker", "beat"):
        found |= dict.fromkeys(faults(process))
    return [checks.Error(fault, id="nrm.E001") for fault in found]
