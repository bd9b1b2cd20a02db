"""Child processes that never outlive the process that started them.

Each child leads its own process group, so that one signal reaches all it starts, and
asks the kernel (Linux: PR_SET_PDEATHSIG) for SIGTERM when its parent dies, however it
dies. A child can also give up the root user: PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from nrm.local.errors import LocalError

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAPBSET_READ = 23
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_CAPABILITY_VERSION_3 = 0x20080522


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapabilityData(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


@dataclass(frozen=True)
class Account:
    """The system user a child runs as, and the capability it keeps to reach its files."""

    uid: int
    gid: int
    capability: int | None = None


def account_for(directory: Path, *, reads: Sequence[Path]) -> Account | None:
    """The user to run a server as whose data is in `directory`; None means ourselves.

    Only root needs another user: the owner of data that is already there, else `nobody`.
    Where a folder above the data or above `reads` is closed to that user (a clone in
    /root or in a folder made by mktemp), the child keeps the one capability to walk
    through it, so that no folder's permissions need changing.
    Raises LocalError where the data belongs to somebody else.
    """
    owner = directory.stat().st_uid if directory.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise LocalError(
                f"The data in {directory} belongs to another user; "
                "run as that user, or move it away."
            )
        return None
    if owner:
        try:
            gid = pwd.getpwuid(owner).pw_gid
        except KeyError:
            gid = owner
        account = Account(owner, gid)
    else:
        nobody = pwd.getpwnam("nobody")
        account = Account(nobody.pw_uid, nobody.pw_gid)
    if all(_can_walk_to(path, account) for path in (directory, *reads)):
        return account
    return Account(account.uid, account.gid, _walking_capability())


def _can_walk_to(path: Path, account: Account) -> bool:
    for folder in path.resolve().parents:
        try:
            status = folder.stat()
        except FileNotFoundError:
            continue
        if status.st_uid == account.uid:
            needed = 0o100
        elif status.st_gid == account.gid:
            needed = 0o010
        else:
            needed = 0o001
        if not status.st_mode & needed:
            return False
    return True


def _walking_capability() -> int | None:
    """Reading and walking where root has it, else overriding (a container keeps only that)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        if libc.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            return capability
    return None


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    directory: Path | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = subprocess.DEVNULL,
    stop_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in its own group that gets `stop_signal` when this process dies.

    Call it from the main thread: the kernel's promise ends with the thread that asked.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=None if environment is None else dict(environment),
        cwd=directory,
        stdin=stdin,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        start_new_session=True,
        # Safe here: this process starts children from its main thread only.
        preexec_fn=_before_exec(os.getpid(), account, stop_signal),
    )


def run_as(
    command: Sequence[str | Path], account: Account | None, *, directory: Path
) -> subprocess.CompletedProcess[str]:
    """Run a short command as `account` and wait for it; its output is captured."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_before_exec(os.getpid(), account, signal.SIGTERM),
    )


def _before_exec(parent: int, account: Account | None, stop_signal: int) -> Callable[[], None]:
    # Loaded before the fork: nothing should be imported between fork and exec.
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if account is not None:
            _become(account, libc)
        if libc is not None:
            # After the change of user, which clears it.
            libc.prctl(_PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def _become(account: Account, libc: ctypes.CDLL | None) -> None:
    keep = account.capability if libc is not None else None
    if keep is not None and libc is not None:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if keep is not None and libc is not None:
        header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
        data = (_CapabilityData * 2)()
        bit = 1 << keep
        data[0] = _CapabilityData(bit, bit, bit)
        libc.capset(ctypes.byref(header), ctypes.byref(data))
        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, keep, 0, 0)


def group_is_alive(pid: int) -> bool:
    """Whether any process of the group that `pid` leads still runs."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the whole group that the child leads; gone already is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def end(process: subprocess.Popen[bytes], *, grace: float, first: int = signal.SIGTERM) -> None:
    """Ask the child to end, wait `grace` seconds, then end its whole group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    signal_group(process, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 2
    while group_is_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def end_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def port_is_taken(port: int) -> bool:
    """Whether another program listens on this TCP port of the loopback address."""
    with socket.socket() as probe:
        # As the web server does it: a port that an ended server has just left is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port() -> int:
    """A TCP port on the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def last_lines(path: Path, *, since: int = 0, count: int = 12) -> str:
    """The end of a log file from byte `since` on, indented, for a person to read."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(since)
        lines = log.read().decode(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines)
