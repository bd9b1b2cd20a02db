"""The container files, read as data: what an operator relies on is still in them."""

import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from nrm import first_start
from nrm.variables import variable

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


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"prepare", "migrate", "keys"}))
def test_every_container_that_stays_tells_its_health(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_each_process_gets_only_the_keys_it_needs() -> None:
    """In production by the environment, in a trial by the files: the same separation."""
    environments = {name: service.get("environment", {}) for name, service in SERVICES.items()}
    for given in (environments, first_start.trial_variables(lambda name: name, port="8000")):
        assert "NRM_KEKS" in given["web"]
        assert "NRM_AUDIT_KEY" in given["worker"]
        for service in ("web", "worker", "beat", "db", "redis"):
            assert ("NRM_KEKS" in given[service]) == (service == "web")
            assert ("NRM_AUDIT_KEY" in given[service]) == (service == "worker")
            assert ("DATABASE_URL" in given[service]) == (service == "web")
            assert ("POSTGRES_PASSWORD" in given[service]) == (service == "db")
            assert given[service].keys().isdisjoint({"DATABASE_OWNER_URL", "DATABASE_ADMIN_URL"})


def test_each_service_sees_only_its_own_folder_of_a_trials_secrets() -> None:
    for name in ("db", "redis", "migrate", "web", "worker", "beat"):
        mounted = [mount for mount in SERVICES[name]["volumes"] if "given-" in mount]
        assert mounted == [f"given-{name}:/run/nrm:ro"]
        assert not any(mount.startswith("kept:") for mount in SERVICES[name]["volumes"])


def test_trial_and_production_never_share_a_database() -> None:
    (data,) = (mount for mount in SERVICES["db"]["volumes"] if "database" in mount)
    assert data == "${NRM_MODE:-trial}-database:/var/lib/postgresql"
    assert {"trial-database", "production-database"} <= COMPOSE["volumes"].keys()


def test_database_and_redis_have_no_port_and_no_way_out() -> None:
    for name in ("db", "redis"):
        assert "ports" not in SERVICES[name]
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${NRM_PORT:-8000}:8000"]


def test_the_virus_scanner_is_started_by_who_wants_it_and_sees_files_alone() -> None:
    """Without its profile nothing waits for it; with it, it reaches the web and nothing behind."""
    scanner = SERVICES["clamd"]
    assert scanner["profiles"] == ["scanner"]
    assert [name for name in SERVICES if "clamd" in SERVICES[name].get("depends_on", {})] == []
    assert "ports" not in scanner
    assert "environment" not in scanner
    assert scanner["volumes"] == ["signatures:/var/lib/clamav"]
    reached = {
        name
        for name in SERVICES
        if set(SERVICES[name]["networks"]) & set(scanner["networks"]) and name != "clamd"
    }
    assert reached == {"web"}
    # Nothing is called scanned unless somebody says where the scanner is.
    assert SERVICES["web"]["environment"]["NRM_CLAMD"] == "${NRM_CLAMD:-}"
    assert SERVICES["web"]["environment"]["NRM_CLAMD_AWAY"] == "${NRM_CLAMD_AWAY:-refuse}"
    assert {"inside", "outside"} < set(SERVICES["web"]["networks"])


def test_new_env_fills_every_secret_and_never_twice_the_same() -> None:
    first, second = (_new_env() for _ in range(2))
    wanted = {line.split("=")[0] for line in EXAMPLE.splitlines() if line.endswith("=")}
    secrets = wanted - {"NRM_EMAIL_USER", "NRM_EMAIL_PASSWORD"}
    for name in secrets:
        assert len(first[name]) >= 32
        assert first[name] != second[name]
    assert first["NRM_MODE"] == "production"
    assert first_start.faults_of("production", given=set(first)) == []


def test_every_secret_that_compose_reads_is_asked_for() -> None:
    """What a service reads and the first start does not ask for would be missing silently."""
    asked = set(re.findall(r":\+(\w+)}", SERVICES["prepare"]["environment"]["NRM_IS_SET"]))
    assert asked == set(first_start.NEEDED)
    read = set(re.findall(r"\$\{(\w+):?[-+]", (PROJECT / "docker-compose.yml").read_text()))
    optional = {"NRM_MODE", "NRM_PORT", "NRM_TIME_ZONE", "NRM_BEHIND_PROXY", "WEB_CONCURRENCY"}
    optional |= {"NRM_KEK_FILE", "NRM_KEK_IN_USE", "NRM_KEY_WRAPPER", "NRM_SEARCHES_PER_HOUR"}
    optional |= {"NRM_CLAMD", "NRM_CLAMD_AWAY", "NRM_PROFILES"}
    optional |= {"NRM_WEBHOOK_KEYS", "NRM_WEBHOOK_CA", "NRM_PACK_KEYS", "NRM_REGISTER_DAYS"}
    optional |= {f"NRM_EMAIL_{name}" for name in ("PORT", "USER", "PASSWORD", "TLS")}
    assert read - optional == asked


def test_keys_may_come_from_a_file_or_a_key_service_in_place_of_the_environment() -> None:
    """Each of the three satisfies the first start, and reaches those who open identities."""
    told = SERVICES["prepare"]["environment"]["NRM_IS_SET"]
    for name in ("NRM_KEKS", "NRM_KEK_FILE", "NRM_KEY_WRAPPER"):
        assert f"${{{name}:+NRM_KEKS}}" in told
        for service in SERVICES:
            reads = name in SERVICES[service].get("environment", {})
            assert reads == (service in ("web", "identities", "keys")), (service, name)


def test_production_names_everything_that_is_missing_at_once() -> None:
    faults = first_start.faults_of("production", given={"NRM_KEKS", "REDIS_PASSWORD"})
    named = {name for name in first_start.NEEDED if any(f"- {name}:" in line for line in faults)}
    assert named == set(first_start.NEEDED) - {"NRM_KEKS", "REDIS_PASSWORD"}


def test_trial_with_somebodys_secret_is_a_forgotten_production_and_refused() -> None:
    assert first_start.faults_of("trial", given={"NRM_EMAIL_HOST"}) == []
    faults = first_start.faults_of("trial", given={"NRM_KEKS"})
    assert "NRM_KEKS" in faults[0]
    assert "NRM_MODE=production" in faults[1]
    assert first_start.faults_of("production ", given=set(first_start.NEEDED)) != []


def test_trial_keeps_its_secrets_and_makes_what_is_missing(tmp_path: Path) -> None:
    given, kept = tmp_path / "given", tmp_path / "kept"
    kept.mkdir()
    services = ("db", "redis", "migrate", "web", "worker", "beat")
    for service in services:
        (given / service).mkdir(parents=True)

    def told() -> dict[str, str]:
        first_start.prepare_trial(given, kept, port="8123")
        return {
            str(path.relative_to(given)): path.read_text()
            for path in given.rglob("*")
            if path.is_file()
        }

    first = told()
    (given / "web" / "NRM_KEKS").unlink()
    assert told() == first
    number, _, key = first["web/NRM_KEKS"].strip().partition(":")
    assert (number, len(base64.b64decode(key))) == ("1", 32)
    assert first["web/NRM_SERVICE_URL"].strip() == "http://127.0.0.1:8123"
    (kept / "password-redis").unlink()
    assert told()["redis/REDIS_PASSWORD"] != first["redis/REDIS_PASSWORD"]


def test_files_are_read_in_a_trial_and_never_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "NRM_DEMO").write_text("1\n")
    monkeypatch.setenv("NRM_GIVEN", str(tmp_path))
    monkeypatch.setenv("NRM_DEMO", "")
    for mode, read in (("trial", "1"), ("production", ""), ("", "")):
        monkeypatch.setenv("NRM_MODE", mode)
        assert variable("NRM_DEMO") == read
    monkeypatch.setenv("NRM_MODE", "trial")
    monkeypatch.setenv("NRM_TIME_ZONE", " Europe/Paris ")
    monkeypatch.setenv("NRM_EMAIL_FROM", "")
    assert variable("NRM_EMAIL_FROM", "from@example.org") == "from@example.org"
    assert variable("NRM_TIME_ZONE") == "Europe/Paris"


def _new_env(*words: str) -> dict[str, str]:
    printed = subprocess.run(
        [sys.executable, PROJECT / "tools" / "new_env.py", *words],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line for line in printed.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
