"""`python -m nrm.first_start`: what comes before everything else in docker-compose.yml.

NRM_MODE=trial (which it is where nobody says otherwise) makes every secret once and gives each
service a folder with its own. NRM_MODE=production makes nothing and refuses, naming everything
that is missing at once. A trial refuses as well where somebody has set a secret: that is a
production whose mode was forgotten. `python -m nrm.first_start sign-ins` tells the trial's.

Needs no database and no Django, but for the names of the sign-ins.
"""

import base64
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nrm.variables import variable

# What a production has to be told, in the order of .env.example.
NEEDED = {
    "NRM_ALLOWED_HOSTS": "the host names that people use",
    "NRM_SERVICE_URL": "how links in e-mails begin",
    "NRM_SECRET_KEY": "signs sessions and forms",
    "NRM_KEKS": "encrypts identities",
    "NRM_SEARCH_KEYS": "finds people without reading who they are",
    "NRM_AUDIT_KEY": "signs the audit trail",
    "POSTGRES_PASSWORD": "the superuser of the database",
    "NRM_OWNER_PASSWORD": "the database role that migrates",
    "NRM_WEB_PASSWORD": "the database role of the web",
    "NRM_WORKER_PASSWORD": "the database role of worker and beat",
    "NRM_REPORTING_PASSWORD": "the database role that reads frozen statistics",
    "NRM_KEYS_PASSWORD": "the database role that changes keys",
    "NRM_BACKUP_PASSWORD": "the database role of backups",
    "REDIS_PASSWORD": "Redis",
    "NRM_EMAIL_FROM": "the sender of e-mails",
    "NRM_EMAIL_HOST": "the mail server",
}
# Harmless in a trial: they say where something is and open nothing.
NO_SECRET = {"NRM_ALLOWED_HOSTS", "NRM_SERVICE_URL", "NRM_EMAIL_FROM", "NRM_EMAIL_HOST"}


def main(words: list[str]) -> int:
    """Exit code 0 where the other services may start."""
    if words == ["sign-ins"]:
        print(sign_ins())
        return 0
    mode = os.environ.get("NRM_MODE", "")
    faults = faults_of(mode, given=set(os.environ.get("NRM_IS_SET", "").split()))
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    if mode == "trial":
        prepare_trial(Path("/given"), Path("/kept"), port=os.environ.get("NRM_PORT") or "8000")
        print("Trial: the secrets are made; each service has its own.")
    else:
        print("Production: everything that has to be set is set.")
    return 0


def faults_of(mode: str, *, given: set[str]) -> list[str]:
    """Why nothing may start in this mode, in sentences for an operator; empty where all is well.

    `given` are the names of the variables that are set. What they are set to is not told here.
    """
    if mode == "production":
        if missing := [name for name in NEEDED if name not in given]:
            return [
                "This is a production (NRM_MODE=production), and these are not set:",
                *(f"- {name}: {NEEDED[name]}" for name in missing),
                "`python3 tools/new_env.py > .env` makes a file with fresh secrets for all.",
            ]
        return []
    if mode == "trial":
        if secret := [name for name in NEEDED if name in given and name not in NO_SECRET]:
            return [
                f"These secrets are set: {', '.join(secret)}.",
                "A trial makes its own and never touches yours. For real use set "
                "NRM_MODE=production; for a trial take them out of .env.",
            ]
        return []
    return [f"NRM_MODE is “{mode}”: it is trial or production."]


def prepare_trial(given: Path, kept: Path, *, port: str) -> None:
    """Writes each service's folder under `given`; what was made once stays in `kept`."""
    for service, variables in trial_variables(lambda name: _kept(kept, name), port=port).items():
        for name, value in variables.items():
            _write(given / service / name, value, mode=0o444)


def trial_variables(secret: Callable[[str], str], *, port: str) -> dict[str, dict[str, str]]:
    """Which service is given which variables. `secret` makes or finds the secret of a name."""

    def database(role: str) -> str:
        return f"postgresql://nrm_{role}:{secret(f'password-{role}')}@db:5432/nrm"

    redis = {"REDIS_PASSWORD": secret("password-redis")}
    postgres = {"POSTGRES_PASSWORD": secret("password-postgres")}
    every: Mapping[str, str] = {
        "NRM_SECRET_KEY": secret("secret-key"),
        "NRM_DEMO": "1",
        "NRM_INSECURE_HTTP": "1",
        "NRM_BEHIND_PROXY": "",
        "NRM_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "NRM_SERVICE_URL": f"http://127.0.0.1:{port}",
        "NRM_EMAIL_FOLDER": "/tmp/mail",  # noqa: S108 - a container's own, thrown away with it
        "REDIS_URL": f"redis://:{redis['REDIS_PASSWORD']}@redis:6379/0",
    }
    audit = {"NRM_AUDIT_KEY": secret("key-audit")}
    packs = {"NRM_PACK_KEYS": f"1:{secret('key-packs')}"}
    webhooks = {"NRM_WEBHOOK_KEYS": f"1:{secret('key-webhooks')}"}
    keks = {
        "NRM_KEKS": f"1:{secret('key-identities')}",
        "NRM_SEARCH_KEYS": f"1:{secret('key-search')}",
    }
    worker = {**every, "DATABASE_WORKER_URL": database("worker")}
    superuser = f"postgresql://postgres:{postgres['POSTGRES_PASSWORD']}@db:5432/postgres"
    return {
        "db": postgres,
        "redis": redis,
        "web": {**every, **keks, **webhooks, **packs, "DATABASE_URL": database("web")},
        "worker": {
            **worker,
            **audit,
            **webhooks,
            "DATABASE_REPORTING_URL": database("reporting"),
        },
        "beat": worker,
        # It also fills the demonstration, whose people have identities and a sealed trail.
        "migrate": {
            **every,
            **keks,
            **audit,
            "DATABASE_ADMIN_URL": superuser,
            "DATABASE_OWNER_URL": database("owner"),
            "DATABASE_URL": database("web"),
            "DATABASE_WORKER_URL": database("worker"),
            "DATABASE_REPORTING_URL": database("reporting"),
            "DATABASE_KEYS_URL": database("keys"),
            "DATABASE_BACKUP_URL": database("backup"),
            "NRM_DEMO_PASSWORD": secret("password-demonstration"),
        },
    }


def _kept(folder: Path, name: str) -> str:
    """The secret of this name, made where there is none."""
    path = folder / name
    if not path.exists():
        fresh = {
            "key": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
            "secret": lambda: secrets.token_hex(32),
            "password": lambda: secrets.token_hex(16),
        }
        made = fresh[name.partition("-")[0]]()
        _write(path, secrets.token_urlsafe(12) if name == "password-demonstration" else made)
    return path.read_text(encoding="utf-8").strip()


def _write(path: Path, value: str, *, mode: int = 0o400) -> None:
    """All of it or nothing: a start that is cut off leaves no half of a key behind."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(value + "\n")
    beside.replace(path)


def sign_ins() -> str:
    """Where the trial is and who can sign in to it, for the person at the terminal."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    django.setup()
    from nrm.accounts.roles import Role
    from nrm.demonstration.people import SIGN_INS, email

    lines = ["", f"Ready: {variable('NRM_SERVICE_URL')}/", "", "All people in it are invented:"]
    for person in SIGN_INS:
        role = Role(person.roles[0][0]).label
        lines.append(f"  {email(person.code):<26} {role}")
    return "\n".join([*lines, f"Password for all of them: {variable('NRM_DEMO_PASSWORD')}", ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
