"""Records as files: JSON, CSV and XLSX with exactly the names and codes of the standard. Pure.

Pseudonymous unless asked otherwise: `including` names what else may be given away (identity,
detail, worker, words: `fields` beside this). Whoever asks has checked the right, the consent and
the purpose; nothing here can.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from exchange.htcds.standard.fields import PARTS, Field, Value, shown_of, standard
from exchange.htcds.standard.record import RECORD_ID, UNMAPPED, Part, Record, as_plain, unmapped_of
from nrm.spreadsheets import as_csv, as_xlsx

SCHEMA = "urn:nrm:htcds:2.0:1"
_A_CELL = 30_000  # characters; no cell of a workbook holds more than 32,767

Row = list[str | int | float | None]


def document(records: Iterable[Record], *, including: Iterable[str] = ()) -> dict[str, Any]:
    """The records as one JSON document (docs/htcds-2.0.schema.json)."""
    known = standard()
    return {
        "schema": SCHEMA,
        "attribution": known.attribution,
        "extension": {"namespace": "nrm_", "version": known.extension_version},
        "records": [as_plain(record, including=including) for record in records],
    }


def write_json(records: Iterable[Record], *, including: Iterable[str] = ()) -> str:
    """The document as text."""
    told = document(records, including=including)
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def write_csv(records: Sequence[Record], *, including: Iterable[str] = ()) -> str:
    """The records as CSV; a cell that would be a formula begins with an apostrophe."""
    return as_csv(table(records, including=including))


def write_xlsx(records: Sequence[Record], *, including: Iterable[str] = ()) -> bytes:
    """The records as a workbook of texts."""
    return as_xlsx(table(records, including=including), sheet="HTCDS")


def table(records: Sequence[Record], *, including: Iterable[str] = ()) -> Iterator[Row]:
    """The heading and the rows: every field that may be given away has its column, in the order of
    the standard, ours after it, and last what has no place, where a record has such values and
    everything may be given away. A person with several events has several rows with one identifier,
    which a record that has none is given. ValueError where two records have the same one."""
    shown = {"open", *including}
    beside = any(unmapped_of(record, shown) for record in records)
    columns = [found for found in standard().fields.values() if found.protection in shown]
    columns.sort(key=lambda found: found.name != RECORD_ID)
    yield [*(found.name for found in columns), *([UNMAPPED] if beside else [])]
    taken = {record.identifier for record in records} - {""}
    if len(taken) < sum(1 for record in records if record.identifier):
        raise ValueError("Two records have the same identifier.")
    for number, record in enumerate(records, start=1):
        yield from _rows(record, columns, shown, taken, number, beside)


def _rows(
    record: Record,
    columns: list[Field],
    shown: set[str],
    taken: set[str],
    number: int,
    beside: bool,
) -> Iterator[Row]:
    without = _pieces(unmapped_of(record, shown))
    parts = {part: record.parts.get(part, ()) for part in PARTS}
    length = max(1, len(without), *(len(items) for items in parts.values()))
    identifier = record.identifier or (_free(number, taken) if length > 1 else "")
    for index in range(length):
        row: Row = []
        for found in columns:
            of: Part = record.fields if index == 0 else {}
            if found.part:
                items = parts[found.part]
                of = items[index] if index < len(items) else {}
            value = of.get(found.name)
            if found.name == RECORD_ID:
                value = identifier
            row.append(_cell(found, value, shown))
        if beside:
            row.append(without[index] if index < len(without) else None)
        yield row


def _pieces(unmapped: list[dict[str, Any]]) -> list[str]:
    """The list as JSON, in pieces that a cell can hold: one a row, to be joined again."""
    text = json.dumps(unmapped, ensure_ascii=False) if unmapped else ""
    return [text[at : at + _A_CELL] for at in range(0, len(text), _A_CELL)]


def _free(number: int, taken: set[str]) -> str:
    identifier = f"record-{number}"
    while identifier in taken:
        identifier += "-"
    taken.add(identifier)
    return identifier


def _cell(found: Field, value: Value | None, shown: set[str]) -> str | int | float | None:
    value = None if value is None else shown_of(found, value, shown)
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value
