"""`make run` as a person meets it: started, refused, killed, started again, ended.

One system for the whole file, because a start takes seconds: the tests follow each other.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from nrm.local import processes

PROJECT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 180
ENDS_WITHIN = 40

pytestmark = pytest.mark.xdist_group("running")


def bare_environment(**more: str) -> dict[str, str]:
    """This environment without anything that the test bed or a developer has set for us."""
    ours = re.compile(r"^(NRM_|DATABASE_|REDIS_URL$|DJANGO_|PYTEST_)")
    kept = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return {**kept, **more}


class Running:
    """One `python -m nrm.local run` and what it printed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.output = folder.with_name(f"output-{time.monotonic_ns()}")
        with self.output.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "nrm.local", "run", "--folder", folder, "--port", str(port)],
                cwd=PROJECT,
                # Without demonstration data, which has tests of its own.
                env=bare_environment(NRM_DEMO="0"),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )

    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while words not in self.text():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.1)

    def descendants(self) -> set[int]:
        """Every process that this one has started, and what those have started."""
        parents = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                parents[int(entry.name)] = int(fields[1])
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {self.process.pid}


def wait_until_gone(pids: set[int]) -> None:
    """Fails where one of these processes still runs after a while."""
    deadline = time.monotonic() + ENDS_WITHIN
    while alive := {pid for pid in pids if _runs(pid)}:
        assert time.monotonic() < deadline, f"still running: {alive}"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Deep, and closed to other users: root's PostgreSQL runs as somebody else.
    return tmp_path_factory.mktemp("a-clone-with-a-rather-long-name" * 4) / "local"


@pytest.fixture(scope="module")
def port() -> int:
    return processes.free_port()


@pytest.fixture(scope="module")
def started(folder: Path, port: int) -> Iterator[list[Running]]:
    """The systems of this file, the one that runs now at the end; all are ended after it."""
    systems = [Running(folder, port)]
    systems[0].wait_for("Ready: ")
    yield systems
    for system in systems:
        if system.process.poll() is None:
            system.process.send_signal(signal.SIGTERM)
            system.process.wait(ENDS_WITHIN)


def test_person_gets_the_address_and_a_service_that_answers(started: list[Running]) -> None:
    system = started[-1]
    assert f"Ready: http://127.0.0.1:{system.port}/" in system.text()
    with urllib.request.urlopen(f"http://127.0.0.1:{system.port}/health/ready") as answer:
        assert answer.status == 200


def test_each_thread_of_the_web_has_a_connection_before_anybody_asks_for_a_page(
    started: list[Running],
) -> None:
    deadline = time.monotonic() + ENDS_WITHIN
    while len(_sessions_of_the_web(started[-1])) < 2 * 4:  # gunicorn.conf.py: workers and threads
        assert time.monotonic() < deadline, _sessions_of_the_web(started[-1])
        time.sleep(0.1)


def _sessions_of_the_web(system: Running) -> list[str]:
    """What PostgreSQL calls its processes that serve the web's role."""
    titles = []
    for pid in system.descendants():
        try:
            titles.append(Path(f"/proc/{pid}/cmdline").read_text(errors="replace"))
        except OSError:
            continue
    return [title for title in titles if title.startswith("postgres: nrm_web")]


def test_secrets_are_for_the_owner_only(started: list[Running], folder: Path) -> None:
    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "logs").stat().st_mode & 0o777 == 0o700
    shown = started[-1].text()
    for secret in (folder / "secrets.json").read_text().split('"')[3::4]:
        assert secret not in shown
        for command_line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                assert secret not in command_line.read_text(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue


def test_second_run_is_told_in_one_sentence_where_the_first_one_is(
    started: list[Running], folder: Path
) -> None:
    second = Running(folder, processes.free_port())
    assert second.process.wait(STARTS_WITHIN) == 1
    first = started[-1]
    assert second.text() == (
        f"It is already running at http://127.0.0.1:{first.port}/ "
        f"(process {first.process.pid}); `make stop` ends it.\n"
    )


def test_killed_supervisor_leaves_no_process(started: list[Running]) -> None:
    system = started[-1]
    children = system.descendants()
    assert len(children) > 5
    system.process.kill()
    system.process.wait()
    wait_until_gone(children)


def test_after_a_kill_it_starts_again_with_its_data(
    started: list[Running], folder: Path, port: int
) -> None:
    secrets = (folder / "secrets.json").read_bytes()
    version = (folder / "postgres" / "PG_VERSION").stat().st_mtime_ns
    # What a machine that lost its power leaves: a number that another program has by now.
    stale = folder / "postgres" / "postmaster.pid"
    if not stale.exists():
        stale.write_text(f"{os.getpid()}\n{folder / 'postgres'}\n0\n1\n\n127.0.0.1\n\nready\n")
    started.append(Running(folder, port))
    started[-1].wait_for("Ready: ")
    assert (folder / "secrets.json").read_bytes() == secrets
    assert (folder / "postgres" / "PG_VERSION").stat().st_mtime_ns == version


def test_dead_worker_ends_everything_and_is_named(started: list[Running]) -> None:
    system = started[-1]
    children = system.descendants()
    worker = min(pid for pid in children if _is_worker(pid))
    os.kill(worker, signal.SIGKILL)
    assert system.process.wait(ENDS_WITHIN) == 1
    assert "worker ended by itself (killed by signal 9), so everything was stopped." in (
        system.text()
    )
    wait_until_gone(children)


def _is_worker(pid: int) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return b"celery" in words and b"worker" in words


def test_ctrl_c_ends_everything_and_leaves_no_process(
    started: list[Running], folder: Path, port: int
) -> None:
    started.append(Running(folder, port))
    system = started[-1]
    system.wait_for("Ready: ")
    children = system.descendants()
    system.process.send_signal(signal.SIGINT)
    assert system.process.wait(ENDS_WITHIN) == 0
    wait_until_gone(children)
    assert "Everything has stopped." in system.text()
    assert not processes.port_is_taken(port)
