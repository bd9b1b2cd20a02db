"""PostgreSQL and Redis together, with every variable that the application needs."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nrm.local.errors import LocalError
from nrm.local.postgres import Postgres
from nrm.local.redis import Redis

DATABASE = "nrm"
ROLES = (
    "nrm_owner",
    "nrm_web",
    "nrm_worker",
    "nrm_reporting",
    "nrm_keys",
    "nrm_backup",
)

# Which variable holds the address for which role.
VARIABLES = {
    "DATABASE_OWNER_URL": "nrm_owner",
    "DATABASE_URL": "nrm_web",
    "DATABASE_WORKER_URL": "nrm_worker",
    "DATABASE_REPORTING_URL": "nrm_reporting",
    "DATABASE_KEYS_URL": "nrm_keys",
    "DATABASE_BACKUP_URL": "nrm_backup",
}


@dataclass(frozen=True)
class Services:
    """Running servers and the secrets made for them."""

    root: Path
    postgres_port: int
    redis_port: int
    secrets: Mapping[str, str]

    @property
    def admin_url(self) -> str:
        """The address for the server's superuser, who creates the roles and the database."""
        password = self.secrets["postgres"]
        return f"postgresql://postgres:{password}@127.0.0.1:{self.postgres_port}/postgres"

    @property
    def redis_url(self) -> str:
        """The address of the Redis server, password included."""
        return f"redis://:{self.secrets['redis']}@127.0.0.1:{self.redis_port}/0"

    def database_url(self, role: str, *, database: str = DATABASE) -> str:
        """The address of `database` for one of the roles, e.g. nrm_web."""
        password = self.secrets[role]
        return f"postgresql://{role}:{password}@127.0.0.1:{self.postgres_port}/{database}"

    def environment(self) -> dict[str, str]:
        """Every variable that settings read, for this machine and plain HTTP on loopback."""
        return {
            **own_secrets(self.root, self.secrets),
            "DATABASE_ADMIN_URL": self.admin_url,
            **{name: self.database_url(role) for name, role in VARIABLES.items()},
            "REDIS_URL": self.redis_url,
        }


def own_secrets(root: Path, made: Mapping[str, str]) -> dict[str, str]:
    """The variables that need no server: secrets, hosts, and where mail and audit heads go."""
    return {
        "NRM_SECRET_KEY": made["secret_key"],
        "NRM_KEKS": f"1:{made['kek']}",
        "NRM_SEARCH_KEYS": f"1:{made['search_key']}",
        "NRM_AUDIT_KEY": made["audit_key"],
        "NRM_WEBHOOK_KEYS": f"1:{made['webhook_key']}",
        "NRM_PACK_KEYS": f"1:{made['pack_key']}",
        "NRM_AUDIT_HEADS": str(root / "audit-heads.jsonl"),
        "NRM_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "NRM_INSECURE_HTTP": "1",
        "NRM_EMAIL_FOLDER": str(root / "mail"),
    }


@contextlib.contextmanager
def services(root: Path, *, durable: bool) -> Iterator[Services]:
    """Start PostgreSQL and Redis with their data, logs and secrets under `root`; stop both after.

    `durable=False` trades safety against a crash for speed: for tests, in a folder that
    is thrown away. The roles are not there yet: `manage.py create_roles` makes them.
    Call it from the main thread. Raises LocalError where a server does not start.
    """
    logs = prepare(root)
    made = load_secrets(root)
    postgres = Postgres(
        root / "postgres",
        logs / "postgres.log",
        password=made["postgres"],
        durable=durable,
    )
    redis = Redis(root / "redis", logs / "redis.log", password=made["redis"])
    try:
        postgres.start()
        redis.start()
        yield Services(root, postgres.port, redis.port, made)
    finally:
        redis.stop()
        postgres.stop()


def prepare(root: Path) -> Path:
    """Make `root` and its folder of logs, closed to other users, and return the latter."""
    # Root's PostgreSQL runs as another user, who must be able to walk through.
    root.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    for name in ("logs", "mail"):
        (root / name).mkdir(mode=0o700, exist_ok=True)
    return root / "logs"


def load_secrets(root: Path) -> dict[str, str]:
    """The secrets of this machine, made at the first start and kept in a file only we read."""
    path = root / "secrets.json"
    if path.exists():
        try:
            kept = json.loads(path.read_text())
        except ValueError:
            kept = None
        wanted = _new_secrets()
        later = {"search_key", "webhook_key", "pack_key"}
        if isinstance(kept, dict) and "kek" in kept and not later <= set(kept):
            # Of before there was a use for them: nothing is lost with fresh ones.
            kept = {**{name: wanted[name] for name in sorted(later)}, **kept}
            path.write_text(json.dumps(kept, indent=1))
        if not isinstance(kept, dict) or not set(wanted) <= set(kept):
            raise LocalError(
                f"{path} is damaged; without its keys the data in {root} cannot be read. "
                f"Restore the file, or move {root} away to start anew."
            )
        return {name: str(kept[name]) for name in wanted}
    made = _new_secrets()
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(made, stream, indent=1)
    partial.replace(path)
    return made


def _new_secrets() -> dict[str, str]:
    passwords = {name: secrets.token_urlsafe(24) for name in ("postgres", "redis", *ROLES)}
    names = ("kek", "audit_key", "search_key", "webhook_key", "pack_key")
    keys = {name: base64.b64encode(os.urandom(32)).decode() for name in names}
    return {"secret_key": secrets.token_urlsafe(48), **keys, **passwords}
