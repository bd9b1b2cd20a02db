"""The web and the worker as processes of their own, on the test database, and the places to which
what they are told could get."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stack:
    """Where the web answers, and the folder of logs and mails."""

    address: str
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    start: Callable[[str], subprocess.Popen[bytes]] | None = None

    def start_web(self) -> subprocess.Popen[bytes]:
        """Another web in place of one that has ended."""
        assert self.start is not None
        return self.start("web")

    def log(self, name: str) -> bytes:
        return (self.folder / f"{name}.log").read_bytes()


def on_test_database(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{connection.settings_dict['NAME']}"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    folder: Path,
    *,
    web: str = "nrm.wsgi",
    worker: str = "nrm",
    only: str = "",
    **more: str,
) -> Iterator[Stack]:
    """Starts both, or `only` one, and ends them; `web` and `worker` name the builds, `more` is
    environment."""
    environment = {
        **os.environ,
        "NRM_EMAIL_FOLDER": str(folder / "mail"),
        "WEB_CONCURRENCY": "1",
        **more,
    }
    for name in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"):
        environment[name] = on_test_database(os.environ[name])
    environment["NRM_STATIC_ROOT"] = str(folder / "static")
    environment["PYTHONPATH"] = str(ROOT)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    port = _free_port()
    found = Stack(f"http://127.0.0.1:{port}", folder)
    commands = {
        "web": ["gunicorn", "--bind", f"127.0.0.1:{port}", web],
        "worker": ["celery", "-A", worker, "worker", "--concurrency", "1", "--without-gossip"],
    }

    def start(name: str) -> subprocess.Popen[bytes]:
        with (folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *commands[name]],
                cwd=ROOT,
                env={**environment, "NRM_PROCESS": name},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    found.start = start
    for name in [only] if only else list(commands):
        found.processes[name] = start(name)
    try:
        wait_for(port)
        yield found
    finally:
        for process in found.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in found.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("The web did not start.")


def ring_the_worker(stack: Stack) -> None:
    """Rings the sweep and the mail as beat would, and waits until the worker has answered."""
    from cases.models import OutgoingMail
    from nrm.celery import app

    for task in ("sweep", "send_mail", "clear_expired_drafts"):
        app.send_task(f"cases.tasks.{task}")
    for _ in range(600):
        if not OutgoingMail.objects.filter(sent_at=None).exists():
            return
        time.sleep(0.1)
    raise AssertionError(stack.log("worker").decode()[-2000:])


# The sinks ---------------------------------------------------------------------------------------
def overheard() -> list[bytes]:
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


_BYTES = re.compile(rb"\\\\x((?:[0-9a-f]{2})+)")


def dumped(*options: str) -> bytes:
    """What pg_dump writes as the superuser, past every policy."""
    from nrm.local.postgres import _binaries

    url = on_test_database(os.environ["DATABASE_ADMIN_URL"])
    made = subprocess.run(
        [_binaries() / "pg_dump", "--data-only", "--disable-triggers", *options, url],
        capture_output=True,
        check=True,
    )
    # Bytes are written in hexadecimal; what is encoded inside them is looked at as well.
    inside = (bytes.fromhex(found.decode()) for found in _BYTES.findall(made.stdout))
    return b"\n".join([made.stdout, *inside])


def cases_dump() -> bytes:
    """The tables of cases alone."""
    return dumped("--table", "public.cases_*")


def full_dump() -> bytes:
    """Everything but the wrapped keys."""
    return dumped("--exclude-schema", "keys")


def redis_contents() -> bytes:
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


def celery_messages(heard: list[bytes]) -> bytes:
    """What was put into a queue."""
    return b"\n".join(told for told in heard if told.startswith(b"LPUSH"))


def server_log(name: str) -> bytes:
    return (Path(os.environ["NRM_TEST_ROOT"]) / "logs" / f"{name}.log").read_bytes()


def mails(stack: Stack) -> bytes:
    return b"\n".join(path.read_bytes() for path in (stack.folder / "mail").glob("*"))


def names_of_files(stack: Stack) -> list[str]:
    """Of every file that the system made; the database's own are numbers."""
    made = [path for path in stack.folder.rglob("*") if "static" not in path.parts]
    return [str(path.relative_to(stack.folder)) for path in made]


_LINKS = re.compile(r"""(?:href|action|src)=["']([^"']*)["']""")
_TITLE = re.compile(r"<title>(.*?)</title>", re.S)


def addresses_and_titles(page: str) -> str:
    return "\n".join([*_TITLE.findall(page), *_LINKS.findall(page)])
