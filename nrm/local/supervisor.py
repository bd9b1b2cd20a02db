"""`make run`: every part of the system as a child of one process.

What it promises: one sentence for what stands in the way; Ctrl-C, a kill or the death of
the supervisor leaves no process; the death of one child ends the others and says which
it was; the data in the folder survives all of that.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from nrm.local import processes
from nrm.local.errors import LocalError
from nrm.local.postgres import Postgres
from nrm.local.redis import Redis
from nrm.local.services import VARIABLES, Services, load_secrets, own_secrets, prepare

PROJECT = Path(__file__).resolve().parent.parent.parent
READY_WITHIN = 90.0
LARGE_LOG = 10_000_000
DEMONSTRATION_USERS = (
    ("responder", "first responder"),
    ("lead", "responder lead"),
    ("intake", "intake"),
    ("caseworker", "caseworker"),
    ("supervisor", "supervisor"),
    ("supervisor2", "supervisor, the second person"),
    ("provider", "protection provider"),
    ("liaison", "prosecution liaison"),
    ("auditor", "auditor"),
    ("auditor2", "auditor, the second person"),
    ("admin", "administrator"),
    ("admin2", "administrator, the second person"),
)


class Supervisor:
    """Starts, watches and ends the parts; `run` returns the exit code of the command."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.port = port
        self.logs = root / "logs"
        self.stopping = False
        self.log_starts: dict[str, int] = {}
        self.servers: list[Postgres | Redis] = []
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.readers: list[threading.Thread] = []

    def run(self) -> int:
        """Bring everything up, keep it up until told to stop, and end it all."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        with only_one(self.root, self.port):
            if processes.port_is_taken(self.port):
                raise LocalError(
                    f"Port {self.port} is taken by another program; "
                    f"choose another one: make run PORT={self.port + 1}"
                )
            prepare(self.root)
            self._look_after_logs()
            try:
                environment = self._start_servers()
                self._prepare(environment)
                self._start_parts(environment)
                self._wait_until_ready()
                if not self.stopping:
                    self._announce(environment)
                while not self.stopping:
                    self._look()
                    time.sleep(0.2)
            finally:
                self._end_all()
        say("Everything has stopped. The data is kept.")
        return 0

    def _stop(self, *_: object) -> None:
        if not self.stopping:
            self.stopping = True
            say("Stopping …")

    def _start_servers(self) -> dict[str, str]:
        """Start the servers that the environment does not name; return the whole environment."""
        made = load_secrets(self.root)
        environment = {
            **os.environ,
            **{
                name: os.environ.get(name) or value
                for name, value in {
                    **own_secrets(self.root, made),
                    "NRM_STATIC_ROOT": str(self.root / "static"),
                    "NRM_SERVICE_URL": f"http://127.0.0.1:{self.port}",
                }.items()
            },
            "DJANGO_SETTINGS_MODULE": "nrm.settings",
            "PYTHONUNBUFFERED": "1",
        }
        postgres_port = redis_port = 0
        if os.environ.get("DATABASE_URL"):
            missing = [
                name
                for name in ("DATABASE_OWNER_URL", "DATABASE_WORKER_URL")
                if not os.environ.get(name)
            ]
            if missing:
                raise LocalError(
                    f"DATABASE_URL names a server of your own, so {' and '.join(missing)} "
                    "must be set too (docs/operators.md)."
                )
            say("Using the PostgreSQL server that DATABASE_URL names.")
        else:
            say("Starting PostgreSQL …")
            postgres = Postgres(
                self.root / "postgres",
                self.logs / "postgres.log",
                password=made["postgres"],
                durable=True,
            )
            self.servers.append(postgres)
            postgres.start()
            postgres_port = postgres.port
        if os.environ.get("REDIS_URL"):
            say("Using the Redis server that REDIS_URL names.")
        else:
            say("Starting Redis …")
            redis = Redis(self.root / "redis", self.logs / "redis.log", password=made["redis"])
            self.servers.append(redis)
            redis.start()
            redis_port = redis.port
        services = Services(self.root, postgres_port, redis_port, made)
        if postgres_port:
            environment["DATABASE_ADMIN_URL"] = services.admin_url
            for name, role in VARIABLES.items():
                environment[name] = services.database_url(role)
            # Only a database of our own is filled with invented people unasked.
            environment.setdefault("NRM_DEMO", "1")
        if redis_port:
            environment["REDIS_URL"] = services.redis_url
        if environment.get("NRM_DEMO") == "1":
            environment["NRM_DEMO_PASSWORD"] = demonstration_password(self.root)
        return environment

    def _prepare(self, environment: dict[str, str]) -> None:
        say("Preparing the database …")
        sys.stdout.flush()
        child = processes.spawn(
            [sys.executable, "-m", "nrm.local.prepare"],
            environment=environment,
            directory=PROJECT,
            stdout=None,
        )
        try:
            while child.poll() is None and not self.stopping:
                time.sleep(0.05)
        finally:
            processes.end(child, grace=3)
        if child.returncode != 0 and not self.stopping:
            raise LocalError("The database could not be prepared; the reason is above.")

    def _start_parts(self, environment: dict[str, str]) -> None:
        if self.stopping:
            return
        python = sys.executable
        background = {
            **environment,
            "NRM_PROCESS": "worker",
            # Root on a machine of one's own, in a container say, is no news.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
        }
        celery = [python, "-m", "celery", "-A", "nrm", "--quiet"]
        self._start(
            "web",
            [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "nrm.wsgi"],
            {**environment, "NRM_PROCESS": "web"},
        )
        self._start(
            "worker",
            [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
            background,
        )
        # What needs keys in the background: it signs in as the web does.
        self._start(
            "identities",
            [
                *celery,
                "worker",
                "--queues",
                "identities",
                "--hostname",
                "identities@%h",
                "--concurrency",
                "1",
                "--without-gossip",
                "--without-mingle",
            ],
            {**background, "NRM_PROCESS": "identities"},
        )
        self._start(
            "beat",
            [*celery, "beat", "--scheduler", "celery.beat.Scheduler"],
            background,
        )

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        child = processes.spawn(
            command, environment=environment, directory=PROJECT, stdout=subprocess.PIPE
        )
        self.parts[name] = child
        reader = threading.Thread(target=self._copy_lines, args=(name, child), daemon=True)
        reader.start()
        self.readers.append(reader)

    def _copy_lines(self, name: str, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        with (self.logs / f"{name}.log").open("ab") as log:
            for line in child.stdout:
                log.write(line)
                log.flush()
                print(f"{name:<6} | {line.decode(errors='replace').rstrip()}", flush=True)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not self.stopping:
            self._look()
            if self._web_is_ready():
                return
            if time.monotonic() > deadline:
                raise LocalError(
                    f"The web did not become ready in {READY_WITHIN:.0f} seconds; the end of its "
                    f"log, {self.logs / 'web.log'}:\n{self._end_of_log('web')}"
                )
            time.sleep(0.25)

    def _web_is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/health/ready"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _look(self) -> None:
        """Raise LocalError for the first part that has ended by itself."""
        children = {
            **{type(server).__name__: server.process for server in self.servers},
            **self.parts,
        }
        for name, child in children.items():
            if child is not None and child.poll() is not None:
                time.sleep(0.3)  # its last lines are still on their way into the log
                raise LocalError(
                    f"{name} ended by itself ({_how(child.returncode)}), so everything was "
                    f"stopped. The end of its log, {self.logs / f'{name.lower()}.log'}:\n"
                    f"{self._end_of_log(name.lower())}"
                )

    def _announce(self, environment: dict[str, str]) -> None:
        lines = [
            "",
            f"Ready: http://127.0.0.1:{self.port}/   (Ctrl-C stops everything)",
        ]
        if environment.get("NRM_DEMO") == "1":
            lines += ["", "Demonstration sign-ins; all people in it are invented:"]
            lines += [
                f"  {f'{name}@demo.example':<26} {role}" for name, role in DEMONSTRATION_USERS
            ]
            lines += [f"Password for all of them: {environment['NRM_DEMO_PASSWORD']}"]
        print("\n".join([*lines, ""]), flush=True)

    def _end_all(self) -> None:
        """End the parts side by side, then the servers that they use."""
        for child in self.parts.values():
            if child.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    child.terminate()
        deadline = time.monotonic() + 10
        for child in self.parts.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            processes.end(child, grace=0)
        for reader in self.readers:
            reader.join(2)
        for server in reversed(self.servers):
            server.stop()

    def _look_after_logs(self) -> None:
        """Put large logs aside, and note where those of this run begin."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LARGE_LOG:
                log.replace(log.with_suffix(".log.1"))
            else:
                self.log_starts[log.stem] = log.stat().st_size

    def _end_of_log(self, name: str) -> str:
        return processes.last_lines(self.logs / f"{name}.log", since=self.log_starts.get(name, 0))


@contextlib.contextmanager
def only_one(root: Path, port: int) -> Iterator[None]:
    """Hold the lock of this folder. Raises LocalError where somebody else holds it.

    The kernel lets the lock go when its holder dies, so it can never be stale.
    """
    root.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with (root / "running").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, running_port = holder(root)
            raise LocalError(
                f"It is already running at http://127.0.0.1:{running_port}/ (process {pid}); "
                "`make stop` ends it."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {port}\n")
        lock.flush()
        yield


def holder(root: Path) -> tuple[int, int]:
    """The process and port written into the lock file; zeros where nothing is written."""
    try:
        pid, port = (root / "running").read_text().split()
    except (OSError, ValueError):
        return 0, 0
    return int(pid), int(port)


def stop(root: Path) -> int:
    """End the supervisor that runs in `root`, if one does, and wait until it has."""
    path = root / "running"
    if not path.exists():
        say("Nothing is running.")
        return 0
    with path.open("a+") as lock:
        pid, _port = holder(root)
        for attempt in range(300):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if attempt == 0:
                    os.kill(pid, signal.SIGTERM)
                time.sleep(0.1)
            else:
                say("Nothing is running." if attempt == 0 else "Stopped.")
                return 0
    raise LocalError(f"Process {pid} does not stop.")


def demonstration_password(root: Path) -> str:
    """The one password of the demonstration sign-ins: NRM_DEMO_PASSWORD, else the one kept."""
    path = root / "demo-password"
    wished = os.environ.get("NRM_DEMO_PASSWORD", "").strip()
    if not wished and path.exists():
        return path.read_text().strip()
    password = wished or secrets.token_urlsafe(12)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(password + "\n")
    return password


def say(sentence: str) -> None:
    """One line to the person at the terminal."""
    print(sentence, flush=True)


def _how(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
