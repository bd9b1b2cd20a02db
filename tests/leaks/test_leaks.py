"""After the whole journey, no name, contact or number of any invented person stands anywhere but
under its key: not in a log, a dump, a message, a mail, an address, a title or the browser."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from django.core.management import call_command
from django.db import connection

from nrm.demonstration.stories import secrets
from tests.leaks.variants import hits

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for the search"
TYPED = ["Quillon Vesperleigh-Østby", "+44 7700 900988", "quillon.vesperleigh@example.net"]


@dataclass
class Stack:
    """The web and the worker as processes of their own, on the test database."""

    address: str
    logs: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)


def _on_test_database(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{connection.settings_dict['NAME']}"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def messages(db: None, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What Redis is told, from the first case of the demonstration on, which is then there."""
    monkeypatch.setenv("NRM_DEMO_PASSWORD", PASSWORD)
    heard = _overheard()
    call_command("demo", verbosity=0)
    return heard


@pytest.fixture
def stack(messages: list[bytes], tmp_path: Path) -> Iterator[Stack]:
    environment = {**os.environ, "NRM_EMAIL_FOLDER": str(tmp_path / "mail"), "NRM_DEMO": "1"}
    for name in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"):
        environment[name] = _on_test_database(os.environ[name])
    environment["WEB_CONCURRENCY"] = "1"
    environment["NRM_STATIC_ROOT"] = str(tmp_path / "static")
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    port = _free_port()
    found = Stack(f"http://127.0.0.1:{port}", tmp_path)
    commands = {
        "web": ["gunicorn", "--bind", f"127.0.0.1:{port}", "nrm.wsgi"],
        "worker": ["celery", "-A", "nrm", "worker", "--concurrency", "1", "--without-gossip"],
    }
    for name, command in commands.items():
        log = (tmp_path / f"{name}.log").open("wb")
        found.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**environment, "NRM_PROCESS": name},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )
    try:
        _wait_for(port)
        yield found
    finally:
        for process in found.processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in found.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("The web did not start.")


def _dump() -> bytes:
    """Every row of every table as text, read by the superuser past every policy."""
    found = []
    url = _on_test_database(os.environ["DATABASE_ADMIN_URL"])
    with psycopg.connect(url) as admin:
        tables = admin.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in tables:
            with admin.cursor().copy(f"COPY {table} TO STDOUT") as rows:
                found += [bytes(row) for row in rows]
    return b"".join(found)


def _redis_contents() -> bytes:
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    found = []
    for key in client.scan_iter():
        found.append(key)
        kind = client.type(key)
        if kind == b"string":
            found.append(client.get(key) or b"")
        elif kind == b"list":
            found += client.lrange(key, 0, -1)
        elif kind == b"hash":
            found += [part for pair in client.hgetall(key).items() for part in pair]
        elif kind in (b"set", b"zset"):
            found += list(client.sscan_iter(key) if kind == b"set" else client.zrange(key, 0, -1))
    return b"\n".join(found)


def _overheard() -> list[bytes]:
    """Everything that Redis is told from now on, every Celery message among it."""
    heard: list[bytes] = []

    def listen() -> None:
        # Redis may be silent for longer than the client would wait by itself.
        client = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3600)
        with client.monitor() as monitor:
            listening.set()
            with contextlib.suppress(redis.ConnectionError, OSError, ValueError):
                for told in monitor.listen():
                    # Redis writes what is not ASCII as \xNN; here it is bytes again.
                    text = told["command"].encode("ascii", "backslashreplace").decode("ascii")
                    heard.append(
                        text.encode().decode("unicode_escape").encode("latin-1", "replace")
                    )

    listening = threading.Event()
    threading.Thread(target=listen, daemon=True).start()
    listening.wait(10)
    return heard


def _paths_to_visit(window) -> list[str]:
    """Every address that the links of the open page lead to, inside the system."""
    links = window.page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.pathname)")
    return sorted({link for link in links if "/static/" not in link})


def test_no_identity_leaves_by_a_side_door(stack, messages, eyes):
    seen_addresses: list[str] = []
    seen_titles: list[str] = []
    left_in_browser: list[str] = []
    for who in ("responder", "intake", "caseworker", "supervisor", "liaison", "auditor", "admin"):
        window = eyes()
        page = window.page
        window.address = stack.address
        page.on("request", lambda request: seen_addresses.append(request.url))
        window.go("/sign-in/")
        window.sign_in(f"{who}@demo.example", PASSWORD)
        page.wait_for_load_state()
        first = _paths_to_visit(window)
        second: set[str] = set()
        for path in first[:12]:
            window.go(path)
            seen_titles.append(page.title())
            second.update(_paths_to_visit(window))
        for path in sorted(second - set(first))[:15]:
            window.go(path)
            seen_titles.append(page.title())
        if who == "responder":
            _type_a_draft(window)
        if who == "caseworker":
            _show_an_identity(window)
        left_in_browser.append(
            str(
                page.evaluate(
                    "async () => JSON.stringify([{...localStorage}, {...sessionStorage},"
                    " await indexedDB.databases(), await caches.keys()])"
                )
            )
        )
    _ring_the_worker(stack)

    everyone = [*secrets(), *TYPED]
    logs = Path(os.environ["NRM_TEST_ROOT"]) / "logs"
    sinks = {
        "web log": (stack.logs / "web.log").read_bytes(),
        "worker log": (stack.logs / "worker.log").read_bytes(),
        "PostgreSQL log": (logs / "postgres.log").read_bytes(),
        "Redis log": (logs / "redis.log").read_bytes(),
        "database dump": _dump(),
        "Redis contents": _redis_contents(),
        "Celery messages": b"\n".join(messages),
        "mails": b"\n".join(p.read_bytes() for p in (stack.logs / "mail").glob("*")),
        "addresses": "\n".join(seen_addresses).encode(),
        "titles": "\n".join(seen_titles).encode(),
        "browser": "\n".join(left_in_browser).encode(),
    }
    assert {name: hits(content, everyone) for name, content in sinks.items()} == {
        name: [] for name in sinks
    }
    # The search itself sees: the sinks hold what they should, and a planted name is found.
    assert b"GET /cases/" in sinks["web log"]
    assert b"cases.tasks.sweep" in sinks["Celery messages"]
    assert b"You have a task" in sinks["mails"]
    assert len(seen_addresses) > 100
    for name, content in sinks.items():
        for form in (everyone[0].encode(), everyone[0].encode().hex().encode()):
            assert hits(content + form, everyone) == [everyone[0]], name


def _type_a_draft(window) -> None:
    """A draft with a name, a telephone and an address, saved page by page and left unsent."""
    page = window.page
    draft = next(p for p in _links(window, "/referrals/") if "/drafts/" in p and p.count("/") == 4)
    for code, field_name, value in (
        ("name", "name", TYPED[0]),
        ("contact_details", "telephone", TYPED[1]),
        ("contact_details", "email", TYPED[2]),
    ):
        window.go(f"{draft}pages/{code}/")
        page.fill(f"[name={field_name}]", value)
        page.click("main form button[type=submit] >> nth=0")
        page.wait_for_load_state()
    window.go(f"{draft}check/")
    assert TYPED[0] in page.inner_text("main")


def _links(window, path: str) -> list[str]:
    window.go(path)
    return _paths_to_visit(window)


def _show_an_identity(window) -> None:
    page = window.page
    window.go("/cases/")
    page.click("main tbody a[href^='/cases/']")
    page.wait_for_load_state()
    page.click("text=Show identity")
    page.wait_for_load_state()
    page.check("input[name=purpose] >> nth=0")
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    shown = page.inner_text("main")
    assert any(secret in shown for secret in secrets())


def _ring_the_worker(stack: Stack) -> None:
    """Rings the sweep and the mail as beat would, and waits until the worker has answered."""
    from cases.models import OutgoingMail
    from nrm.celery import app

    for task in ("sweep", "send_mail", "clear_expired_drafts"):
        app.send_task(f"cases.tasks.{task}")
    for _ in range(300):
        if not OutgoingMail.objects.filter(sent_at=None).exists():
            return
        time.sleep(0.1)
    raise AssertionError((stack.logs / "worker.log").read_text()[-2000:])


def test_search_finds_a_name_in_each_of_its_forms():
    import base64
    import json
    from urllib.parse import quote

    name = "ሰላማዊት ተኽለወልድ"
    for form in (
        name.encode(),
        quote(name).encode(),
        json.dumps({"n": name}).encode(),
        name.encode().hex().encode(),
        base64.b64encode(name.encode()),
        base64.b64encode(b"x" + name.encode() + b"y"),
        base64.b64encode(b"xy" + name.encode()),
        base64.b64encode(json.dumps([["x"], {"name": name}]).encode()),
    ):
        assert hits(b"before " + form + b" after", [name]) == [name]
    assert hits(b"nothing of the kind", [name]) == []
