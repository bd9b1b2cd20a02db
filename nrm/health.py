"""Whether the service lives, is ready for people, and does its work in the background.

For load balancers and containers. The bodies hold ok or degraded and nothing else: no version,
no address, no reason.
"""

import threading
import time

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nrm import antivirus, heartbeat
from nrm.startup import migrations_waiting, open_database

# Anybody may ask, so that asking often may not cost a database connection each time.
REMEMBERED_FOR = 1.0
SCANNER_REMEMBERED_FOR = 15.0

_lock = threading.Lock()
_asked_at = 0.0
_answer: dict[str, heartbeat.State] = {}
_scanner_lock = threading.Lock()
_scanner_asked_at = float("-inf")
_scanner_answers = False


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 while the database answers and has every migration; 503 otherwise.

    Redis, worker and beat are told in the body only, and the virus scanner where there is to be
    one: the pages work without them.
    """
    database = _database()
    good = all(state == "ok" for state in database.values())
    parts = {**database, **heartbeat.states(), **_scanner()}
    body = {"status": "ok" if good else "degraded", **parts}
    return JsonResponse(body, status=200 if good else 503)


@login_not_required
@never_cache
@require_safe
def work(request: HttpRequest) -> JsonResponse:
    """200 while Redis, worker and beat do their work; 503 while reminders are late."""
    parts = heartbeat.states()
    good = all(state == "ok" for state in parts.values())
    return JsonResponse(
        {"status": "ok" if good else "degraded", **parts}, status=200 if good else 503
    )


def _database() -> dict[str, heartbeat.State]:
    global _asked_at, _answer
    with _lock:
        if time.monotonic() - _asked_at >= REMEMBERED_FOR:
            _answer = _ask_database()
            _asked_at = time.monotonic()
        return _answer


def _scanner() -> dict[str, heartbeat.State]:
    """Nothing where the operator has named no scanner."""
    global _scanner_asked_at, _scanner_answers
    if not antivirus.configured():
        return {}
    # One asks, which may take seconds; meanwhile the others tell what was known before.
    if _scanner_lock.acquire(blocking=False):
        try:
            if time.monotonic() - _scanner_asked_at >= SCANNER_REMEMBERED_FOR:
                _scanner_answers = antivirus.answers()
                _scanner_asked_at = time.monotonic()
        finally:
            _scanner_lock.release()
    return {"scanner": "ok" if _scanner_answers else "degraded"}


def _ask_database() -> dict[str, heartbeat.State]:
    try:
        with open_database() as connection:
            waiting = migrations_waiting(connection)
    except psycopg.Error:
        return {"database": "degraded", "migrations": "degraded"}
    return {"database": "ok", "migrations": "degraded" if waiting else "ok"}


urlpatterns = [
    path("live", live, name="health_live"),
    path("ready", ready, name="health_ready"),
    path("work", work, name="health_work"),
]
