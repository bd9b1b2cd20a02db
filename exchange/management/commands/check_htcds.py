"""Says what a file of the Human Trafficking Case Data Standard holds, and what has no place."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from exchange.htcds.standard.fields import standard
from exchange.htcds.standard.mapping import read_record
from exchange.htcds.standard.reading import MOST_BYTES, Reading, read
from nrm.profiles import UnknownProfile, load_profile

_KINDS = ("json", "csv", "xlsx")


class Command(BaseCommand):
    help = (
        "Reads a file of the Human Trafficking Case Data Standard 2.0 (JSON, CSV or XLSX) and"
        " prints as one JSON object how many records have which field, and every value that has no"
        " place, with its row, its column and the reason. Nothing is kept or sent; no database is"
        " needed. Exit 1 where the file cannot be read or a value has no place."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file; its name says the kind")
        parser.add_argument("--kind", choices=_KINDS, help="the kind, where the name does not say")
        parser.add_argument(
            "--profile",
            metavar="CODE",
            help="also say which questions of the referral form of this profile are answered, and"
            " which fields would be kept beside them",
        )
        parser.add_argument(
            "--values",
            action="store_true",
            help="print the values that have no place as well: they may say who somebody is",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        kind = options["kind"] or path.suffix.lower().removeprefix(".")
        if kind not in _KINDS:
            _stop("Say what kind of file it is: --kind json, csv or xlsx.")
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            _stop(f"The file cannot be opened: {error.strerror}.")
        reading = read(content, kind=kind)
        report = _report(reading, values=options["values"])
        if options["profile"]:
            report |= _as_answers(reading, options["profile"])
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        if reading.faults or reading.unmapped:
            raise SystemExit(1)


def _report(reading: Reading, *, values: bool) -> dict[str, Any]:
    filled: Counter[str] = Counter()
    for record in reading.records:
        of_parts = {name for items in record.parts.values() for item in items for name in item}
        filled.update(set(record.fields) | of_parts)
    fields = standard().fields.values()
    return {
        "records": len(reading.records),
        "faults": [{"code": fault.code, "reason": fault.text} for fault in reading.faults],
        "fields": {one.name: filled[one.name] for one in fields if filled[one.name]},
        "deprecated": [one.name for one in fields if one.deprecated and filled[one.name]],
        "core_never_filled": [
            one.name for one in fields if one.core and not one.deprecated and not filled[one.name]
        ],
        "unmapped": [
            {"row": one.row, "column": one.column, "code": one.code, "reason": one.reason}
            | ({"value": one.value} if values else {})
            for one in reading.unmapped
        ],
    }


def _as_answers(reading: Reading, code: str) -> dict[str, Any]:
    try:
        profile = load_profile(code)
    except UnknownProfile:
        _stop(f"There is no profile {code}.")
    answered: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for record in reading.records:
        told = read_record(record, profile=profile)
        answered.update(list(told.answers))
        kept.update([*told.kept.fields, *told.kept.parts])
    return {
        "answers": dict(sorted(answered.items())),
        "kept_beside_the_answers": dict(sorted(kept.items())),
    }


def _stop(fault: str) -> Any:
    print(fault, file=sys.stderr)  # noqa: T201
    raise SystemExit(1)
