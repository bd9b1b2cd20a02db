"""One record of the standard: what is said of one person and their case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exchange.htcds.standard.fields import PARTS, PROTECTIONS, Value, shown_of, standard

Part = dict[str, Value]

RECORD_ID = "nrm_RecordId"
UNMAPPED = "Unmapped"
EVERYTHING = frozenset(PROTECTIONS)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A value that has no place in a record, and why: `row` is the row of the table (the heading is
    row 1) or the number of the record in JSON, `column` the heading or key as it was sent. The
    value is kept."""

    row: int
    column: str
    code: str
    reason: str
    value: Any


@dataclass(frozen=True, slots=True)
class Record:
    """The fields that a person has once, and the parts that they may have several of, by the name
    of the part in `PARTS`. `row` is where it began."""

    fields: dict[str, Value] = field(default_factory=dict)
    parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    unmapped: tuple[Unmapped, ...] = ()
    row: int = 0

    @property
    def identifier(self) -> str:
        return str(self.fields.get(RECORD_ID, ""))


def as_plain(record: Record, *, including: Iterable[str] = ()) -> dict[str, Any]:
    """The record as plain data for JSON: what is open, and what gives away no more than
    `including` says (identity, detail, worker, words). Values that have no place may be anything:
    they go where everything goes, and nowhere else."""
    shown = {"open", *including}
    plain: dict[str, Any] = _shown(record.fields, shown)
    for part in PARTS:
        items = [item for one in record.parts.get(part, ()) if (item := _shown(one, shown))]
        if items:
            plain[part] = items
    if found := unmapped_of(record, shown):
        plain[UNMAPPED] = found
    return plain


def unmapped_of(record: Record, shown: set[str]) -> list[dict[str, Any]]:
    """The values that have no place, as plain data, where they may be shown."""
    if not shown >= EVERYTHING:
        return []
    return [
        {"column": one.column, "reason": one.code, "value": one.value} for one in record.unmapped
    ]


def _shown(values: Mapping[str, Value], shown: set[str]) -> dict[str, Any]:
    """The values that may be shown, in the order of the standard."""
    found = {
        name: shown_of(known, values[name], shown)
        for name, known in standard().fields.items()
        if name in values
    }
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value is not None
    }
