"""What stands in the way of a start is told at once, all of it, a sentence each."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nrm.local.errors import LocalError
from nrm.local.services import load_secrets
from tests.local.test_running import PROJECT, bare_environment

COMMANDS = {
    "web": ["-m", "gunicorn", "--bind", "127.0.0.1:0", "nrm.wsgi"],
    "worker": ["-m", "celery", "-A", "nrm", "worker"],
    "beat": ["-m", "celery", "-A", "nrm", "beat", "--scheduler", "celery.beat.Scheduler"],
}


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT,
        env=bare_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("process", COMMANDS)
def test_operator_is_told_everything_that_is_missing_at_once(process: str) -> None:
    ended = python(*COMMANDS[process])
    assert ended.returncode != 0
    database = "DATABASE_URL" if process == "web" else "DATABASE_WORKER_URL"
    needed = ["NRM_SECRET_KEY", "NRM_ALLOWED_HOSTS", database, "REDIS_URL"]
    needed += {
        "web": ["NRM_KEKS", "NRM_SEARCH_KEYS"],
        "worker": ["NRM_AUDIT_KEY", "NRM_AUDIT_HEADS"],
    }.get(process, [])
    assert f"The {process} cannot start:" in ended.stderr
    for name in needed:
        assert ended.stderr.count(f"- {name} is not set") == 1, ended.stderr
    assert "Traceback" not in ended.stderr


def test_operator_is_told_everything_that_is_wrong_at_once() -> None:
    ended = python(
        *COMMANDS["web"],
        NRM_SECRET_KEY="short",
        NRM_ALLOWED_HOSTS="*",
        NRM_INSECURE_HTTP="1",
        DATABASE_URL="postgresql://nrm_web:not-a-password@127.0.0.1:1/nrm",
        REDIS_URL="redis://127.0.0.1:1/0",
        NRM_KEKS="1:dG9vIHNob3J0",
        NRM_SEARCH_KEYS="1:dG9vIHNob3J0",
        NRM_AUDIT_KEY="not base64",
    )
    assert ended.returncode != 0
    told = [line for line in ended.stderr.splitlines() if line.startswith("- ")]
    beginnings = [
        "- NRM_SECRET_KEY is too short",
        "- NRM_ALLOWED_HOSTS may not hold a wildcard",
        "- NRM_INSECURE_HTTP=1 sends cookies without encryption",
        "- The database that DATABASE_URL names does not answer",
        "- The Redis that REDIS_URL names does not answer",
        "- NRM_KEKS must be",
        "- NRM_SEARCH_KEYS must be",
        "- NRM_AUDIT_KEY must be",
    ]
    assert len(told) == len(beginnings), ended.stderr
    for line, beginning in zip(told, beginnings, strict=True):
        assert line.startswith(beginning)
    assert "not-a-password" not in ended.stderr
    assert "dG9vIHNob3J0" not in ended.stderr


def test_check_deploy_tells_the_same_for_all_three() -> None:
    ended = python("manage.py", "check", "--deploy", "--tag", "start")
    assert ended.returncode == 1
    for name in ("NRM_SECRET_KEY", "NRM_KEKS", "NRM_AUDIT_KEY", "REDIS_URL", "DATABASE_URL"):
        assert f"{name} is not set" in ended.stderr


def test_settings_are_imported_with_nothing_set() -> None:
    ended = python("-c", "import nrm.settings")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = python("-m", "nrm.local", "run", "--folder", str(tmp_path), "--port", str(port))
    assert ended.returncode == 1
    assert ended.stderr == (
        f"Port {port} is taken by another program; choose another one: make run PORT={port + 1}\n"
    )
    assert not (tmp_path / "postgres").exists()


def test_a_server_of_ones_own_needs_the_other_roles_too(tmp_path: Path) -> None:
    ended = python(
        *("-m", "nrm.local", "run", "--folder", str(tmp_path), "--port", "65001"),
        DATABASE_URL="postgresql://nrm_web:x@127.0.0.1:1/nrm",
    )
    assert ended.returncode == 1
    assert "so DATABASE_OWNER_URL and DATABASE_WORKER_URL must be set too" in ended.stderr


def test_damaged_secrets_are_never_replaced(tmp_path: Path) -> None:
    load_secrets(tmp_path)
    path = tmp_path / "secrets.json"
    path.write_text(path.read_text()[:40])
    with pytest.raises(LocalError, match="is damaged"):
        load_secrets(tmp_path)
    assert len(path.read_text()) == 40


@pytest.mark.parametrize("wish", [[], ["PYTHON=/nowhere/python3"]])
def test_no_suitable_python_is_one_sentence(tmp_path: Path, wish: list[str]) -> None:
    make = shutil.which("make")
    assert make is not None
    shutil.copy(PROJECT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "development.txt").touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "cksum", "rm", "cat"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    ended = subprocess.run(
        [make, "--no-print-directory", "setup", *wish],
        cwd=tmp_path,
        env={"PATH": str(tools), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode != 0
    first = ended.stderr.splitlines()[0]
    assert first.startswith("No suitable Python was found: install Python 3.11 or 3.12")
    assert not (tmp_path / ".venv").exists()
