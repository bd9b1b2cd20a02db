"""What the database and the static files need before the web can start, in one process.

Run by the supervisor as `python -m nrm.local.prepare`: one start of Django instead of four.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

# Generated cases of a first start, so that every page has something to show.
CASES = 500


def main() -> None:
    """Roles, migrations, static files and, in a demonstration, its data where there is none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if os.environ.get("DATABASE_ADMIN_URL"):
        call_command("create_roles", verbosity=0)
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    call_command("after_restore", verbosity=0)
    _collect_static(Path(settings.STATIC_ROOT), settings.BASE_DIR)
    if settings.DEMO:
        call_command("demo", if_empty=True, cases=CASES)


def _collect_static(target: Path, project: Path) -> None:
    """Collect only when a file or the locked set of packages has changed since the last time."""
    from django.core.management import call_command

    known = hashlib.sha256((project / "requirements" / "development.txt").read_bytes())
    for path in sorted((project / "static").rglob("*")):
        status = path.stat()
        known.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    stamp = target.with_name(f"{target.name}.stamp")
    if target.exists() and stamp.exists() and stamp.read_text() == known.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(known.hexdigest())


if __name__ == "__main__":
    main()
