"""Attack a release of statistics, joined with the earlier ones, without a database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reporting.attacks.programme import Unfinished
from reporting.attacks.suite import attack
from reporting.releases.document import DocumentFaults, Release, read_release


class Command(BaseCommand):
    help = (
        "Attacks the release of a JSON file as somebody would who knows every rule and has the "
        "earlier releases. Prints one JSON object: what was tried, what each hidden count can be "
        "proved to be, and every reason against publishing it. Exit 0 if there is none, else 1. "
        "Releases that are weak on purpose are attacked first, and have to be broken."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the release to attack")
        parser.add_argument("earlier", type=Path, nargs="*", help="every release before it")

    def handle(self, *, file: Path, earlier: list[Path], **options: Any) -> None:
        faults: list[str] = []
        releases = [_read(path, faults) for path in (file, *earlier)]
        newest, *rest = [one for one in releases if one] or [None]
        if faults or newest is None:
            raise CommandError("\n".join(["Nothing was attacked.", *faults]))
        try:
            found = attack(newest, [one for one in rest if one])
        except Unfinished as reason:
            raise CommandError(
                "Nothing was proved, and nothing was found safe: a programme was not finished in"
                f" time ({reason}). Try again when the machine is less busy."
            ) from None
        self.stdout.write(json.dumps(found, indent=1))
        if not found["passed"]:
            raise SystemExit(1)


def _read(path: Path, faults: list[str]) -> Release | None:
    try:
        return read_release(path.read_bytes())
    except OSError as reason:
        faults.append(f"{path} cannot be read: {reason.strerror}")
    except DocumentFaults as reason:
        faults += [f"{path}: {fault}" for fault in reason.faults]
    return None
