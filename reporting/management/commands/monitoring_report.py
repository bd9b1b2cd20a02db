"""The monitoring report of a published release, without a database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from reporting.monitoring.indicators import LANGUAGES, IndicatorFaults, load_reports
from reporting.monitoring.sheets import as_spreadsheet
from reporting.monitoring.values import Filled, fill
from reporting.monitoring.words import names_of
from reporting.releases.document import DocumentFaults, read_release
from reporting.releases.tables import load_plan, plans


class Command(BaseCommand):
    help = (
        "Fills in the reports to monitoring bodies from the JSON file of a published release, and "
        "from nothing else. Prints them as one JSON object, or writes a spreadsheet."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the release, as JSON")
        parser.add_argument("--language", choices=LANGUAGES, default="en")
        parser.add_argument("--ods", type=Path, help="write a spreadsheet here")

    def handle(self, *, file: Path, language: str, ods: Path | None, **options: Any) -> None:
        try:
            release = read_release(file.read_bytes())
            reports = load_reports()
        except OSError as reason:
            raise CommandError(f"{file} cannot be read: {reason.strerror}") from None
        except DocumentFaults as reason:
            raise CommandError("\n".join(["This is not a release.", *reason.faults])) from None
        except IndicatorFaults as reason:
            raise CommandError("\n".join(["The reports are not usable.", *reason.faults])) from None
        plan = load_plan(release.profile) if release.profile in plans() else None
        with translation.override(language):
            filled = fill(reports, release, plan, names=names_of())
            if ods is not None:
                right_to_left = translation.get_language_bidi()
                ods.write_bytes(
                    as_spreadsheet(
                        filled, release, country=release.profile, right_to_left=right_to_left
                    )
                )
                return
            self.stdout.write(json.dumps([_said(one) for one in filled], ensure_ascii=False))


def _said(one: Filled) -> dict[str, Any]:
    return {
        "report": one.report.code,
        "indicators": [
            {
                "code": entry.indicator.code,
                "state": entry.value.state,
                "because": entry.value.because,
                "figures": [
                    {"codes": dict(figure.codes), "count": figure.count}
                    for figure in entry.value.figures
                ],
            }
            for entry in one.entries
        ],
    }
