"""What a load balancer and an operator are told, and what stays unsaid."""

import os
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.db import connections
from django.test import Client

from nrm import health, heartbeat, startup
from nrm.accounts.models import Installation


@pytest.fixture(autouse=True)
def loopback(settings: LazySettings) -> None:
    """The hosts of this test bed; Django's test client adds one that is no loopback name."""
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture
def heard() -> Any:
    """Nothing heard of worker and beat yet, and no look remembered."""
    from django.conf import settings

    redis = heartbeat._client(settings.REDIS_URL)
    keys = ["nrm:heartbeat:worker", "nrm:heartbeat:beat"]
    redis.delete(*keys)
    _forget()
    yield redis
    redis.delete(*keys)
    _forget()


def _forget() -> None:
    heartbeat._looked_at = -heartbeat.REMEMBERED_FOR
    health._asked_at = -health.REMEMBERED_FOR


def test_anybody_learns_that_the_process_lives(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"


def test_ready_without_worker_and_says_so(db: None, heard: Any, client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "migrations": "ok",
        "redis": "ok",
        "worker": "degraded",
        "beat": "degraded",
    }


def test_work_is_unavailable_until_worker_and_beat_are_heard(heard: Any, client: Client) -> None:
    assert client.get("/health/work").status_code == 503
    heartbeat.note("beat")
    assert client.get("/health/work").json()["beat"] == "ok"
    heartbeat.note("worker")
    assert client.get("/health/work").status_code == 200


def test_silence_of_a_minute_makes_reminders_late(heard: Any) -> None:
    heartbeat.note("beat")
    heard.set("nrm:heartbeat:worker", time.time() - heartbeat.LATE_AFTER - 1)
    assert heartbeat.reminders_late() is True
    heartbeat.note("worker")
    assert heartbeat.reminders_late() is True, "one look serves every page for 15 seconds"
    _forget()
    assert heartbeat.reminders_late() is False


def test_database_that_is_gone_is_unavailable_without_a_reason(
    heard: Any, client: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", "1")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["database"] == answer.json()["migrations"] == "degraded"
    assert set(answer.json().values()) <= {"ok", "degraded"}


def test_redis_that_is_gone_stops_no_page(
    heard: Any, client: Client, settings: LazySettings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    before = time.monotonic()
    assert client.get("/health/work").json()["redis"] == "degraded"
    assert heartbeat.reminders_late() is True
    heartbeat.note("worker")
    assert time.monotonic() - before < 5


def test_start_checks_find_nothing_where_all_is_right(db: None) -> None:
    assert list(startup.faults("web")) == []


def test_demonstration_is_refused_on_a_database_not_marked_as_one(
    db: None, settings: LazySettings
) -> None:
    settings.DEMO = True
    (fault,) = startup.faults("web")
    assert fault.startswith("NRM_DEMO=1 is set, but this database is not marked")
    Installation.objects.create(demonstration=True)
    assert list(startup.faults("web")) == []
    settings.DEMO = False
    (fault,) = startup.faults("web")
    assert fault.startswith("This database is marked as a demonstration")


def test_role_that_row_level_security_does_not_bind_is_refused(
    db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = urlsplit(os.environ["DATABASE_ADMIN_URL"])
    monkeypatch.setitem(settings.DATABASES["default"], "USER", admin.username)
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", admin.password)
    (fault,) = startup.faults("web")
    assert "row-level security does not bind" in fault


def test_unapplied_migration_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(startup.faults("web")) == []
    monkeypatch.setattr(
        startup, "_in_the_code", {*startup._in_the_code, ("cases", "9999_from_tomorrow")}
    )
    (fault,) = startup.faults("web")
    assert fault.startswith("The database waits for 1 migrations")


def test_web_opens_its_connections_at_once_and_a_database_that_is_gone_ends_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = connections["default"]
    ours.close()
    ours.close_pool()
    with monkeypatch.context() as gone:
        gone.setitem(ours.settings_dict, "PORT", "1")
        assert startup.open_connections(3, patience=1) is False
    assert startup.open_connections(3) is True
    assert ours.pool.get_stats()["pool_available"] == 3
    assert startup.open_connections(100) is True
    assert ours.pool.get_stats()["pool_available"] == ours.pool.max_size
    assert not Installation.objects.exists()
    ours.close()
    ours.close_pool()
