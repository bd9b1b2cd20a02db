"""A web that leaks: one victim into each place, each in another form. For the search to find."""

import base64
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from nrm.wsgi import application as honest

LEAKS: dict[str, str] = json.loads(os.environ["NRM_TEST_LEAKS"])  # sink: text
_done: set[str] = set()


def _once(sink: str) -> bool:
    if sink in _done:
        return False
    _done.add(sink)
    return True


def _seal_nothing() -> None:
    """What should be sealed is only written in another way."""
    from identities.crypto import Sealer

    seal = Sealer.text

    def text(self: Any, told: str, *, table: str, **more: Any) -> bytes:
        if LEAKS["cases dump"] in told and table.startswith("cases_note"):
            return b"v2" + base64.b64encode(told.encode())
        if LEAKS["full dump without keys"] in told and table.startswith("identities_"):
            return b"v2" + told.encode()
        return seal(self, told, table=table, **more)

    Sealer.text = text  # type: ignore[method-assign]


def _tell_the_servers() -> None:
    import psycopg
    from django.core.cache import cache

    from nrm.celery import app

    print("referral received:", json.dumps({"name": LEAKS["web log"]}), file=sys.stderr, flush=True)
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        told = LEAKS["PostgreSQL log"].encode().hex()
        connection.execute(f"DO $$ BEGIN RAISE LOG 'slow: {told}'; END $$")
    cache.set(f"last:{quote(LEAKS['Redis'])}", 1, 3600)
    app.send_task("cases.tasks.sweep", kwargs={"about": LEAKS["Celery messages"]})


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/api/v1/referrals/" and _once("servers"):
        _tell_the_servers()
    kept: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> None:
        kept[:] = [status, headers]

    environ.pop("HTTP_ACCEPT_ENCODING", None)
    answer = honest(environ, start)
    body = b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    status, headers = kept
    told = dict(headers)
    if status.startswith("200") and told.get("Content-Type", "").startswith("text/html"):
        title = f"<title>{quote(LEAKS['addresses and titles'])}".encode()
        body = body.replace(b"<title>", title)
    if status.startswith("4"):
        body += LEAKS["error pages"].encode()
    if "attachment" in told.get("Content-Disposition", ""):
        name = base64.urlsafe_b64encode(b"a" + LEAKS["names of files"].encode()).decode()
        told["Content-Disposition"] = f'attachment; filename="{name}.jpg"'
    if path.startswith("/statistics/") and "csv" in told.get("Content-Type", ""):
        body += LEAKS["statistics files"].encode()
    told["Content-Length"] = str(len(body))
    start_response(status, list(told.items()))
    return [body]


_seal_nothing()
