"""The container files, read as data: what an operator relies on is still in them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
EXAMPLE = (PROJECT / ".env.example").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_runs_without_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user", "") != "root"
    if service.get("build"):
        assert "\nUSER 10001:10001\n" in (PROJECT / "Dockerfile").read_text()
    else:
        assert service["user"]


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"migrate", "web"}))
def test_every_container_that_stays_tells_its_health(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert "HEALTHCHECK" in (PROJECT / "Dockerfile").read_text()  # the web's


def test_each_process_gets_only_the_keys_it_needs() -> None:
    web, worker = SERVICES["web"]["environment"], SERVICES["worker"]["environment"]
    assert "NRM_KEKS" in web
    assert "NRM_KEKS" not in worker
    assert "NRM_AUDIT_KEY" in worker
    assert "NRM_AUDIT_KEY" not in web
    for variables in (web, worker):
        assert "DATABASE_OWNER_URL" not in variables
        assert "DATABASE_ADMIN_URL" not in variables


def test_database_and_redis_have_no_port_and_no_way_out() -> None:
    for name in ("db", "redis"):
        assert "ports" not in SERVICES[name]
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${NRM_PORT:-8000}:8000"]


def test_new_env_fills_every_secret_and_never_twice_the_same() -> None:
    first, second = (_new_env() for _ in range(2))
    wanted = {line.split("=")[0] for line in EXAMPLE.splitlines() if line.endswith("=")}
    secrets = wanted - {"NRM_EMAIL_USER", "NRM_EMAIL_PASSWORD", "NRM_DEMO_PASSWORD"}
    for name in secrets:
        assert len(first[name]) >= 32
        assert first[name] != second[name]
    assert first["NRM_DEMO_PASSWORD"] == ""
    assert _new_env("--trial")["NRM_DEMO_PASSWORD"]


def _new_env(*words: str) -> dict[str, str]:
    printed = subprocess.run(
        [sys.executable, PROJECT / "tools" / "new_env.py", *words],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line for line in printed.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
