"""Screen cases from a JSON file, without a database."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nrm.profiles import ProfileFaults, UnknownProfile, load_profile
from screening.rules import ScreeningFaults, read_case, weigh


class Command(BaseCommand):
    help = (
        "Screens the cases of a JSON file and prints one JSON object a line. Reads id, profile, "
        "age and episodes of each case and ignores everything else. With any unknown code or state "
        "it screens nothing and tells every fault."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help='{"vignettes": [case, …]}, or a list of cases')

    def handle(self, *, file: Path, **options: Any) -> None:
        faults: list[str] = []
        lines: list[str] = []
        for number, case in enumerate(_cases(file), start=1):
            case_id = case.get("id") if isinstance(case, Mapping) else None
            try:
                lines.append(json.dumps(_weigh(case)))
            except ScreeningFaults as found:
                name = case_id if isinstance(case_id, str) and case_id else f"case {number}"
                faults += [f"{name}: {fault}" for fault in found.faults]
        if faults:
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            raise CommandError("\n".join([f"{count}; nothing was screened.", *faults]))
        for line in lines:
            self.stdout.write(line)


def _cases(file: Path) -> list[Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as reason:
        raise CommandError(f"{file} cannot be read: {reason}") from None
    cases = data.get("vignettes") if isinstance(data, Mapping) else data
    if not isinstance(cases, list):
        raise CommandError(f'{file}: must be {{"vignettes": [case, …]}} or a list of cases.')
    return cases


def _weigh(case: object) -> dict[str, Any]:
    """One case; raises ScreeningFaults with everything that is wrong with it."""
    faults: list[str] = []
    given = case if isinstance(case, Mapping) else {}
    profile = None
    if isinstance(case, Mapping):
        if not isinstance(case.get("id"), str) or not case["id"]:
            faults.append("id: must be a text")
        try:
            profile = load_profile(str(case.get("profile", "")))
        except (UnknownProfile, ProfileFaults) as reason:
            faults.append(f"profile: {reason}")
    try:
        age, episodes = read_case(case)
        weighing = weigh(age, episodes, profile) if profile else None
    except ScreeningFaults as found:
        faults += found.faults
        weighing = None
    if faults or weighing is None:
        raise ScreeningFaults(faults)
    return weighing.as_json(given["id"])
