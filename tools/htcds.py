"""Writes exchange/htcds/standard/standard.json from the files of the standard.

For developers: `.venv/bin/python -m tools.htcds > exchange/htcds/standard/standard.json`, then read
the difference. The files are under tests/data/htcds/, with their licence; a test compares. At run
time only the JSON file is read.
"""

import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import django

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "htcds"
ODS = FOLDER / "HTCDS Field Standards 2.0.ods"
XLSFORM = FOLDER / "htcds_xlsform.xlsx"

ATTRIBUTION = {
    "standard": "Human Trafficking Case Data Standard (HTCDS)",
    "version": "2.0",
    "of": "International Organization for Migration (IOM)",
    "source": "https://github.com/UNMigration/HTCDS, HTCDS Field Standards 2.0.ods and"
    " Toolkit/Survey/htcds_xlsform.xlsx at 3c2f653",
    "licence": "Creative Commons Attribution 4.0 International (CC BY 4.0),"
    " https://creativecommons.org/licenses/by/4.0/",
    "changes": "Field names, labels, types, value names and value labels were copied from the"
    " tables into this file; spaces at the ends of labels were taken away. Descriptions are not"
    " part of it.",
    "no_endorsement": "IOM endorses neither this software nor anybody who uses it.",
}
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_KINDS = {
    "Text": "text",
    "Long Text": "long_text",
    "Date": "date",
    "Number": "number",
    "Geolocation": "number",
    "Checkbox": "checkbox",
    "Picklist": "choice",
    "Multiselect Picklist": "choices",
    "Picklist or Text": "text",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    django.setup()
    json.dump(standard(), sys.stdout, ensure_ascii=False, indent=1)
    print()


def standard() -> dict[str, Any]:
    """The standard as it is kept: its fields in the order of the table."""
    survey, lists = _xlsform()
    fields = [_with_form(field, survey, lists) for field in _fields()]
    left = set(survey) - {_bare(field["name"]) for field in fields}
    if left:
        raise SystemExit(f"The form has questions that the table does not have: {sorted(left)}")
    return {"attribution": ATTRIBUTION, "fields": fields}


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _fields() -> list[dict[str, Any]]:
    found, section = [], ""
    for row in _rows_of_ods():
        row += [""] * (13 - len(row))
        head, status, core, prefix, name, label, whole, told, _sf, values, labels = row[:11]
        if head:
            section = head.replace("\n", " ")
        if not prefix.endswith("_"):
            continue
        field: dict[str, Any] = {
            "name": whole or prefix + name,
            "label": (label or name).strip(),
            "section": section,
            "type": told,
            "kind": _kind(whole, told, f"{values} {labels} {row[12]}"),
            "core": core == "Core",
            "status": status,
        }
        if field["kind"] in ("choice", "choices") and "ISO" not in values:
            field["codes"] = _codes(values, labels)
        found.append(field)
    return found


def _kind(name: str, told: str, notes: str) -> str:
    if "ISO 3166" in notes:
        return "countries" if told.startswith("Multiselect") else "country"
    if "ISO 639" in notes:
        return "language"
    return "lookup" if told.startswith("Lookup") or not told else _KINDS[told]


def _codes(values: str, labels: str) -> list[list[str]]:
    codes = [line for line in values.split("\n") if line]
    named = [line.strip() for line in labels.split("\n") if line.strip()]
    if len(codes) != len(named):
        raise SystemExit(f"Not as many labels as values: {codes}, {named}")
    return [list(pair) for pair in zip(codes, named, strict=True)]


def _rows_of_ods() -> list[list[str]]:
    with zipfile.ZipFile(ODS) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    rows = []
    for row in root.iter(f"{_TABLE}table-row"):
        cells: list[str] = []
        for cell in row:
            times = min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), 30)
            lines = ("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p"))
            cells += ["\n".join(lines)] * times
        rows.append(cells)
    return rows[1:]


def _xlsform() -> tuple[dict[str, tuple[str, str]], dict[str, list[list[str]]]]:
    """The questions of the form by their bare name, as (name, type); its lists of choices."""
    from exchange.workbooks import Workbook  # needs django.setup()

    book = Workbook(XLSFORM.read_bytes())
    table = {
        sheet: [
            {cell.column: str(cell.value) for cell in cells} for _row, cells in book.rows(sheet)
        ][1:]
        for sheet in ("survey", "choices")
    }
    survey = {
        _bare(row[2]): (row[2], row[1])
        for row in table["survey"]
        if row[1] not in ("start", "end", "calculate")
    }
    lists: dict[str, list[list[str]]] = {}
    for row in table["choices"]:
        lists.setdefault(row[1], []).append([row[2], row[3].strip()])
    return survey, lists


def _with_form(
    field: dict[str, Any],
    survey: dict[str, tuple[str, str]],
    lists: dict[str, list[list[str]]],
) -> dict[str, Any]:
    """The field with what the form has otherwise than the table: its name, its type, codes."""
    asked = survey.get(_bare(field["name"]))
    if asked is None:
        return field
    name, told = asked
    kind, _space, of = told.partition(" ")
    form: dict[str, Any] = {"name": name, "type": kind}
    if of in lists and field["kind"] == "countries":
        form["codes"] = lists[of]
    elif of in lists and "codes" in field:
        own = {code for code, _label in field["codes"]}
        form["codes"] = [pair for pair in lists[of] if pair[0] not in own]
        if {code.strip() for code, _label in lists[of]} != own:
            raise SystemExit(f"{name}: the form has other choices than the table.")
    if not form.get("codes"):
        form.pop("codes", None)
    return field | {"form": form}


if __name__ == "__main__":
    main()
