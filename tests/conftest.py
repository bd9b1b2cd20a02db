"""The test bed: a real PostgreSQL and Redis of this run's own. Tests sign in to the database as the
application does (nrm_web, nrm_worker); only making, migrating and emptying the test database is
the owner's. Nothing is rolled back behind a test's back: transactions commit, then all is emptied.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.windows"]

_servers: Any = None
_folder: Any = None


def pytest_configure(config: pytest.Config) -> None:
    """Starts the servers before settings are read. One set of servers a worker process."""
    global _servers, _folder
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        from nrm.local import services

        _folder = tempfile.TemporaryDirectory(prefix="nrm-test-")
        _servers = services(Path(_folder.name), durable=False)
        started = _servers.__enter__()
        os.environ.update(started.environment())
        os.environ["NRM_STATIC_ROOT"] = str(Path(_folder.name) / "static")
        os.environ["NRM_TEST_ROOT"] = _folder.name
        os.environ.pop("NRM_DEMO", None)
        # Only now: pytest-django reads the settings as soon as it knows their name.
        os.environ["DJANGO_SETTINGS_MODULE"] = "nrm.settings"
        import django

        django.setup()

        # Pages in tests name their files plainly: hashing and compressing them all takes seconds.
        from django.conf import settings

        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }


def pytest_unconfigure(config: pytest.Config) -> None:
    if _servers is not None:
        _servers.__exit__(None, None, None)
        _folder.cleanup()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> None:
    """Makes the roles and the test database, migrated by its owner. The servers end with the run,
    so nothing is torn down."""
    from django.core.management import call_command
    from django.test.utils import setup_databases

    call_command("collectstatic", verbosity=0, interactive=False)
    with django_db_blocker.unblock():
        call_command("create_roles", verbosity=0)
        setup_databases(
            verbosity=0,
            interactive=False,
            aliases={"default", "owner"},
            serialized_aliases=set(),
        )


# What migrations put there stays; everything else is emptied after each test.
_KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
}


def _empty_the_database() -> None:
    from django.core.cache import cache
    from django.db import connections

    from nrm.accounts.models import SYSTEM_ID

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename), tablename FROM pg_tables"
            " WHERE schemaname IN ('public', 'keys')"
        )
        tables = [full for full, name in cursor.fetchall() if name not in _KEPT]
        sealed = ("audit_event", "audit_seal")
        cursor.execute("BEGIN")
        for table in sealed:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_table")
        cursor.execute(f"TRUNCATE {', '.join(tables)}")
        for table in sealed:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only_table")
        cursor.execute(
            "INSERT INTO accounts_user (id, email, display_name, password, language, is_active,"
            " is_superuser, created_at) VALUES (%s, 'system@nrm.invalid', 'The system', '!', 'en',"
            " true, false, now())",
            [SYSTEM_ID],
        )
        cursor.execute("COMMIT")
    cache.clear()
    heads = Path(os.environ["NRM_AUDIT_HEADS"])
    heads.unlink(missing_ok=True)


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database whose transactions are real, empty again after the test."""
    with django_db_blocker.unblock():
        yield
        from django.db import connections

        connections["default"].close()
        _empty_the_database()


transactional_db = db


@pytest.fixture
def at() -> Any:
    """Now. Actions are told the time; tests that need another day pass another."""
    from django.utils import timezone

    return timezone.now()


@pytest.fixture
def world(db: None) -> Any:
    """Organisations and one user for each role, under the uk profile."""
    from tests.world import build_world

    return build_world("uk")


@pytest.fixture
def palermo(db: None) -> Any:
    """The same under the palermo profile."""
    from tests.world import build_world

    return build_world("palermo")


@pytest.fixture
def as_worker(db: None) -> Any:
    """A context manager in which the default connection signs in as nrm_worker."""
    return signed_in_as_worker


@contextmanager
def signed_in_as_worker() -> Iterator[None]:
    from urllib.parse import unquote, urlsplit

    from django.db import connection

    url = urlsplit(os.environ["DATABASE_WORKER_URL"])
    before = dict(connection.settings_dict)
    connection.close()
    connection.close_pool()
    connection.settings_dict["USER"] = unquote(url.username or "")
    connection.settings_dict["PASSWORD"] = unquote(url.password or "")
    try:
        yield
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict.update(before)
