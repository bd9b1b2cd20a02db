"""The test bed: a real PostgreSQL and Redis of this run's own. Tests sign in to the database as the
application does (nrm_web, nrm_worker); only making and migrating the test database is the owner's.
Nothing is rolled back behind a test's back: transactions commit, then all is emptied.
"""

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("nrm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nrm")

pytest_plugins = ["tests.windows"]

_running: Any = None


@contextmanager
def begin_servers(folder: Path) -> Iterator[None]:
    """PostgreSQL and Redis of our own, and settings that point there. Before settings are read."""
    from nrm.local import services

    with services(folder, durable=False) as started:
        os.environ.update(started.environment())
        os.environ["NRM_STATIC_ROOT"] = str(folder / "static")
        os.environ["NRM_TEST_ROOT"] = str(folder)
        os.environ.pop("NRM_DEMO", None)
        # One user of a test asks more in a second than a program in a minute; tests of the limits
        # set their own.
        for limit in ("PER_MINUTE", "IDENTITIES_PER_HOUR", "INVITATIONS_PER_HOUR"):
            os.environ[f"NRM_API_{limit}"] = "1000000"
        # Only now: pytest-django reads the settings as soon as it knows their name.
        os.environ["DJANGO_SETTINGS_MODULE"] = "nrm.settings"
        import django

        django.setup()

        from django.conf import settings

        from tests import lots, watching

        watching.begin(settings)
        lots.begin()

        # That hashing is slow is Django's; that it is done once for everybody is tested by itself.
        from django.contrib.auth.hashers import PBKDF2PasswordHasher

        PBKDF2PasswordHasher.iterations = 1_000

        # Pages in tests name their files plainly: hashing and compressing them all takes seconds.
        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
        yield


def pytest_configure(config: pytest.Config) -> None:
    """One set of servers a worker process."""
    global _running
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        _running = ExitStack()
        folder = _running.enter_context(tempfile.TemporaryDirectory(prefix="nrm-test-"))
        _running.enter_context(begin_servers(Path(folder)))


# The files that take longest, longest first: begun last, one of them would be waited for by itself.
_LONGEST = (
    "browser/test_every_page.py",
    "permissions/test_table.py",
    "relations/test_relations.py",
    "permissions/test_refusals.py",
    "browser/test_languages.py",
    "browser/test_journey.py",
    "performance/test_query_counts.py",
    "performance/test_plans.py",
    "demonstration/test_generated.py",
    "second_lock/test_matrix.py",
    "leaks/test_leaks.py",
    "screening/test_in_browser.py",
    "browser/test_keyboard.py",
    "local/test_running.py",
    "browser/test_weight.py",
    "ground/test_access.py",
    "fuzz/test_fuzz.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files in this order; the others as they come."""
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish() -> None:
    """What is imported by now stays: nothing of it is looked at again for what can be freed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _with_room(call: Callable[[], Any]) -> Any:
    """Calls it. Python takes memory for its frames 16 KB at a time and gives it back at once, so
    that whatever calls back and forth over such an edge asks the system for memory at each call:
    of a request, fifty times. Beside a frame that is said to be larger there is room for others."""
    return call()


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=70_000)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    names = pyfuncitem._fixtureinfo.argnames
    given = {name: pyfuncitem.funcargs[name] for name in names}
    _with_room(lambda: pyfuncitem.obj(**given))
    return True


def pytest_unconfigure(config: pytest.Config) -> None:
    if _running is not None:
        _running.close()


def make_database() -> None:
    """Makes the roles and the test database, migrated by its owner. The servers end with the run,
    so nothing is torn down."""
    from django.core.management import call_command
    from django.test.utils import setup_databases

    call_command("create_roles", verbosity=0)
    setup_databases(
        verbosity=0,
        interactive=False,
        aliases={"default", "owner", "watcher"},
        serialized_aliases=set(),
    )


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> None:
    """The static files and the database of this run."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    with django_db_blocker.unblock():
        make_database()


def _empty_the_database() -> None:
    from django.core.cache import cache

    from tests.rows import take_all_away

    take_all_away()
    cache.clear()
    heads = Path(os.environ["NRM_AUDIT_HEADS"])
    heads.unlink(missing_ok=True)
    # Of releases that are gone now too: the next start would take them for lost.
    heads.with_name("releases.jsonl").unlink(missing_ok=True)


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database whose transactions are real, empty again after the test."""
    with django_db_blocker.unblock():
        yield
        from django.db import connections

        connections["default"].close()
        _let_go_of("watcher")
        _empty_the_database()


def _let_go_of(alias: str) -> None:
    """Closes a connection on which a test has left something open, or has failed. Signing in anew
    for each test would take longer than many a test."""
    from django.db import connections

    connection = connections[alias]
    if connection.in_atomic_block or not connection.autocommit or connection.errors_occurred:
        connection.close()


transactional_db = db


@pytest.fixture
def at() -> Any:
    """Now. Actions are told the time; tests that need another day pass another."""
    from django.utils import timezone

    return timezone.now()


@pytest.fixture
def password_is_enough(settings: Any) -> None:
    """As in a demonstration, somebody without a second factor signs in by password alone: for tests
    that sign in on the page and are about something else."""
    settings.DEMO = True


@pytest.fixture
def world(db: None) -> Any:
    """Organisations and one user for each role, under the uk profile."""
    from tests.world import begin_world

    return begin_world("uk")


@pytest.fixture
def palermo(db: None) -> Any:
    """The same under the palermo profile."""
    from tests.world import begin_world

    return begin_world("palermo")


@pytest.fixture
def as_worker(db: None) -> Any:
    """A context manager in which the default connection signs in as nrm_worker."""
    return signed_in_as_worker


@contextmanager
def signed_in_as_worker() -> Iterator[None]:
    from urllib.parse import unquote, urlsplit

    from django.db import connection

    from tests.watching import as_application

    url = urlsplit(os.environ["DATABASE_WORKER_URL"])
    before = dict(connection.settings_dict)
    connection.close()
    connection.close_pool()
    connection.settings_dict["USER"] = unquote(url.username or "")
    connection.settings_dict["PASSWORD"] = unquote(url.password or "")
    try:
        with as_application():
            yield
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict.update(before)
