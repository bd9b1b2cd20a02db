"""Processor time of a server: of its workers and of the database sessions that serve it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path


def processor_ns(pid: int) -> int:
    """Nanoseconds of processor time that a process has used, ended threads included; 0 where the
    process is gone. The clock id of a process is Linux's CPUCLOCK_SCHED of its number."""
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def children(pid: int) -> list[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in found.split()]


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process, pages that it shares with its parent included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)


@dataclass(frozen=True)
class Reading:
    server: int  # ns
    database: int  # ns


@dataclass
class Meter:
    """Reads one server: the gunicorn process `arbiter` and the sessions of `database`."""

    arbiter: int
    postmaster: int
    database: str

    def __post_init__(self) -> None:
        self._serves: dict[int, bool] = {}

    def _sessions(self) -> list[int]:
        found = []
        for pid in children(self.postmaster):
            # A new process shows its parent's title until it knows its database.
            if not self._serves.get(pid):
                try:
                    title = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
                except OSError:
                    continue
                # "postgres: role database 127.0.0.1(port) state"
                words = title.replace("\0", " ").split()
                self._serves[pid] = len(words) > 2 and words[2] == self.database
            if self._serves[pid]:
                found.append(pid)
        return found

    def read(self) -> Reading:
        return Reading(
            server=sum(processor_ns(pid) for pid in children(self.arbiter)),
            database=sum(processor_ns(pid) for pid in self._sessions()),
        )

    def memory(self) -> float:
        """Megabytes of the largest worker."""
        return max(resident_megabytes(pid) for pid in children(self.arbiter))
