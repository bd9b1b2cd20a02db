"""Whether the work in the background goes on: what Redis last heard of worker and beat.

Every 15 seconds beat sends a small task; beat notes that it sent it, the worker that it
did it. Where either is silent for a minute, reminders are late and the pages say so.
"""

import threading
import time
from functools import lru_cache
from typing import Literal

import redis
from celery import shared_task
from celery.signals import beat_init, before_task_publish, worker_ready
from django.conf import settings

Part = Literal["worker", "beat", "identities"]
State = Literal["ok", "degraded"]

LATE_AFTER = 60  # seconds: four heartbeats that did not come
REMEMBERED_FOR = 15  # seconds that a page may rely on an earlier look
FORGOTTEN_AFTER = 3600
TASK = "nrm.heartbeat.beat"


@lru_cache(maxsize=1)
def _client(url: str) -> redis.Redis:
    # A page must not wait for a Redis that is not there.
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)


def note(part: Part) -> None:
    """Notes in Redis that this part is alive now. A Redis that does not answer is no error here:
    the silence is what tells."""
    if not settings.REDIS_URL:
        return
    try:
        _client(settings.REDIS_URL).set(f"nrm:heartbeat:{part}", time.time(), ex=FORGOTTEN_AFTER)
    except redis.RedisError:
        return


def states() -> dict[str, State]:
    """Redis, worker and beat, each ok or degraded, as Redis tells it now."""
    silent: dict[str, State] = {
        "redis": "degraded",
        "worker": "degraded",
        "beat": "degraded",
    }
    if not settings.REDIS_URL:
        return silent
    try:
        heard = _client(settings.REDIS_URL).mget("nrm:heartbeat:worker", "nrm:heartbeat:beat")
    except (redis.RedisError, ValueError):
        return silent
    worker, beat = (_fresh(value) for value in heard)
    return {"redis": "ok", "worker": worker, "beat": beat}


def is_heard(part: Part) -> bool:
    """Whether Redis has heard of this part within the last minute."""
    try:
        value = _client(settings.REDIS_URL).get(f"nrm:heartbeat:{part}")
    except (redis.RedisError, ValueError):
        return False
    return _fresh(value) == "ok"  # type: ignore[arg-type]


def _fresh(value: bytes | str | None) -> State:
    # The clocks of two machines may differ a little in either direction.
    return "ok" if value and abs(time.time() - float(value)) < LATE_AFTER else "degraded"


_lock = threading.Lock()
_looked_at = 0.0
_late = False


def reminders_late() -> bool:
    """Whether reminders may be late because Redis, worker or beat is silent.

    For every page: looks at most once in 15 seconds, and never waits for another thread that
    is looking.
    """
    global _looked_at, _late
    if time.monotonic() - _looked_at < REMEMBERED_FOR or not _lock.acquire(blocking=False):
        return _late
    try:
        _late = "degraded" in states().values()
        _looked_at = time.monotonic()
    finally:
        _lock.release()
    return _late


@shared_task(name=TASK)
def beat(**_: object) -> None:
    """The task that beat sends every 15 seconds; doing it is the worker's sign of life."""
    note("worker")


@before_task_publish.connect(sender=TASK)
def _sent(**_: object) -> None:
    note("beat")


@worker_ready.connect
def _worker_started(**_: object) -> None:
    note("identities" if settings.PROCESS == "identities" else "worker")


@beat_init.connect
def _beat_started(**_: object) -> None:
    note("beat")
