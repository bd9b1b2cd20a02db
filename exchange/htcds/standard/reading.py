"""Files of the standard as records: JSON, CSV and XLSX. Pure; never raises for what a file holds.

What a value cannot say in its field is listed with its row, its column and the reason, and kept
with its record. What is wrong with the file as a whole is among the faults.

Rows of a table with the same nrm_RecordId are one record: that is how a person has several events
or plans in a table, whose columns have exactly the names of the standard.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from exchange.htcds.standard.fields import PARTS, Field, Unfit, Value, standard, value_of
from exchange.htcds.standard.record import RECORD_ID, UNMAPPED, Part, Record, Unmapped
from exchange.workbooks import MOST_COLUMNS, Cell, Unreadable, Workbook
from nrm.actions import Objection
from nrm.spreadsheets import rows_of_csv

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_PARTS = 200  # events, plans and so on of one person


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. Where there is a fault, records may be missing."""

    records: tuple[Record, ...]
    faults: tuple[Objection, ...] = ()

    @property
    def unmapped(self) -> tuple[Unmapped, ...]:
        """Every value that has no place, in the order of the rows."""
        found = [one for record in self.records for one in record.unmapped]
        return tuple(sorted(found, key=lambda one: one.row))


def reason(code: str) -> str:
    """Why a value has no place, as a sentence."""
    return {
        "unknown": _("The standard has no such field."),
        "not_text": _("This holds a character that is not text."),
        "too_long": _("This is longer than 32,767 characters."),
        "shape": _("This is not one value, or a list of texts where there may be several."),
        "yes_or_no": _("This must be TRUE or FALSE."),
        "number": _("This must be a number."),
        "coordinate": _("There is no such latitude or longitude."),
        "date": _("This must be a date such as 1990-02-28."),
        "month": _("This must be a year or a month, such as 1990 or 1990-02."),
        "code": _("This is not one of the codes of the field."),
        "token": _("This must be at most 64 letters, digits, dots, colons and hyphens."),
        "formula": _("This is a formula. Formulas are not worked out."),
        "differs": _("An earlier row of the same record says otherwise."),
        "too_many": _("There are too many of these."),
    }[code]


def read(content: bytes, *, kind: str) -> Reading:
    """A file of the kind "json", "csv" or "xlsx"."""
    readers = {"json": read_json, "csv": read_csv, "xlsx": read_xlsx}
    return readers[kind](content)


def kind_of(content: bytes) -> str:
    """Which kind of file it is, by how it begins: a name can be wrong, and can say too much."""
    if content.startswith(b"PK"):
        return "xlsx"
    # Letters of JSON's first sign, whether they take one byte each or, in UTF-16, two.
    begins = content[:200].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    return "json" if begins in (b"{", b"[") else "csv"


def _nothing(text: str, code: str = "unreadable") -> Reading:
    return Reading((), (Objection(text, field="file", code=code),))


def _too_large(content: bytes) -> bool:
    return len(content) > MOST_BYTES


def _larger() -> Reading:
    most = {"most": MOST_BYTES // (1024 * 1024)}
    return _nothing(_("The file is larger than %(most)s MB.") % most, "too_large")


def _text_of(content: bytes) -> str | None:
    """The text of a file in UTF-8, or in UTF-16 where it says so; None for anything else, where
    letters of names would be guessed."""
    sixteen = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return content.decode("utf-16" if sixteen else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _other_letters() -> Reading:
    return _nothing(_("The file is not in UTF-8. Save it as “CSV UTF-8”."), "encoding")


def _plain(value: Any) -> Any:
    """A value as it can be kept: what is no text is spelled out, what is no one value is JSON."""
    if isinstance(value, str):
        spelled = value.encode("utf-8", "backslashreplace").decode()
        return _CONTROL.sub(lambda one: f"\\x{ord(one[0]):02x}", spelled)
    if value is None or isinstance(value, bool | int | float):
        return value
    try:
        return json.dumps(value)
    except RecursionError:
        return "…"


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


# A record, value by value ------------------------------------------------------------------------
@dataclass
class _Making:
    """A record while it is read."""

    row: int
    fields: dict[str, Value] = field(default_factory=dict)
    parts: dict[str, list[Part]] = field(default_factory=dict)
    unmapped: list[Unmapped] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)  # of a table of ours: what had no place

    def keep(self, row: int, column: str, code: str, value: Any) -> None:
        kept = Unmapped(row, _plain(column)[:200], code, reason(code), _plain(value))
        self.unmapped.append(kept)

    def put(self, row: int, column: str, found: Field | None, raw: Any, into: Part) -> None:
        """One value into the fields or a part. Several columns may name one field that takes
        several codes; any other that says it twice has to say the same."""
        if found is None:
            if raw not in (None, "", [], {}):
                self.keep(row, column, "unknown", raw)
            return
        try:
            value = value_of(found, raw)
        except Unfit as unfit:
            self.keep(row, column, unfit.code, unfit.left or raw)
            value = unfit.taken or None
        before = into.get(found.name)
        if value is None or value == before:
            return
        if before is None:
            into[found.name] = value
        elif isinstance(before, tuple) and isinstance(value, tuple):
            into[found.name] = tuple(dict.fromkeys(before + value))
        else:
            self.keep(row, column, "differs", raw)

    def add(self, row: int, part: str, item: Part) -> None:
        if not item:
            return
        there = self.parts.setdefault(part, [])
        if len(there) < MOST_PARTS:
            there.append(item)
        else:
            self.keep(row, part, "too_many", item)

    def made(self) -> Record:
        if self.listed:
            _put_listed(self)
        return Record(
            self.fields,
            {part: tuple(items) for part, items in self.parts.items()},
            tuple(self.unmapped),
            self.row,
        )


# JSON --------------------------------------------------------------------------------------------
def read_json(content: bytes) -> Reading:
    """A document with `records`, a list of records, or one record."""
    if _too_large(content):
        return _larger()
    text = _text_of(content)
    if text is None:
        return _other_letters()
    try:
        found = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return _nothing(_("The file is not JSON, or names a key twice."))
    return read_plain(found)


def read_plain(found: Any) -> Reading:
    """The same, of plain data."""
    records = found
    if isinstance(found, dict):
        records = found.get("records", [found])
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        return _nothing(_("The file must hold a list of records, each one object."), "shape")
    if len(records) > MOST_ROWS:
        return _too_many()
    return Reading(tuple(read_object(number, one) for number, one in enumerate(records, start=1)))


def _refuse(_name: str) -> None:
    raise ValueError


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _too_many() -> Reading:
    most = {"most": f"{MOST_ROWS:,}"}
    return _nothing(_("The file has more than %(most)s rows.") % most, "too_large")


def read_object(number: int, told: dict[str, Any]) -> Record:
    """One record from plain data, as `as_plain` of a record makes it or as others do."""
    making = _Making(number)
    beside: dict[str, Part] = {}
    for key, raw in told.items():
        if key in PARTS:
            _put_parts(making, number, key, raw)
        elif key == UNMAPPED:
            _put_unmapped(making, number, raw)
        else:
            found = standard().find(key)
            part = found.part if found else ""
            into = beside.setdefault(part, {}) if part else making.fields
            making.put(number, key, found, raw, into)
    for part, item in beside.items():
        making.add(number, part, item)
    return making.made()


def _put_parts(making: _Making, number: int, part: str, raw: Any) -> None:
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        making.keep(number, part, "shape", raw)
        return
    for index, one in enumerate(raw):
        item: Part = {}
        for key, value in one.items():
            found = standard().find(key)
            if found is not None and found.part != part:
                found = None
            making.put(number, f"{part}[{index}].{key}", found, value, item)
        making.add(number, part, item)


def _put_unmapped(making: _Making, number: int, raw: Any) -> None:
    """What a file of ours already listed stays listed."""
    for one in raw if isinstance(raw, list) else [raw]:
        if isinstance(one, dict) and isinstance(one.get("column"), str) and "value" in one:
            code = one.get("reason")
            try:
                making.keep(number, one["column"], str(code), one["value"])
            except KeyError:
                making.keep(number, one["column"], "unknown", one["value"])
        else:
            making.keep(number, UNMAPPED, "shape", one)


def _put_listed(making: _Making) -> None:
    """What a table of ours listed, in one piece or several, stays listed."""
    text = "".join(making.listed)
    try:
        _put_unmapped(making, making.row, json.loads(text))
    except (ValueError, RecursionError):
        making.keep(making.row, UNMAPPED, "unknown", text)


# Tables ------------------------------------------------------------------------------------------
def read_csv(content: bytes) -> Reading:
    """A table in UTF-8 with commas, semicolons or tabs."""
    if _too_large(content):
        return _larger()
    text = _text_of(content)
    if text is None:
        return _other_letters()
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=lambda mark: len(_known(head.split(mark))))
    rows = enumerate(rows_of_csv(text, delimiter=delimiter), start=1)
    cells = (
        (number, [Cell(column, value) for column, value in enumerate(row, start=1) if value])
        for number, row in rows
    )
    try:
        return _of_table(cells)
    except ValueError:
        return _nothing(_("A quotation does not end, or a cell is too long."), "damaged")


def read_xlsx(content: bytes) -> Reading:
    """The first sheet of a workbook whose heading has a field of the standard."""
    try:
        book = Workbook(content)
        for sheet in book.sheets:
            _number, heading = next(book.rows(sheet), (0, []))
            if _known([str(cell.value) for cell in heading]):
                return _of_table(book.rows(sheet))
    except Unreadable as unreadable:
        return Reading((), (unreadable.objection,))
    return _no_heading()


def _known(headings: Iterable[str]) -> list[str]:
    return [one for one in headings if standard().find(one.strip().strip('"'))]


def _no_heading() -> Reading:
    text = _("The first row names no field of the standard, such as prs_Gender.")
    return _nothing(text, "heading")


_Column = tuple[str, Field | None, str]


def _of_table(rows: Iterator[tuple[int, list[Cell]]]) -> Reading:
    rows = (row for row in rows if row[1])
    _first, heading = next(rows, (0, []))
    columns = {cell.column: _column(str(cell.value).strip()) for cell in heading}
    if not any(found for _name, found, _code in columns.values()):
        return _no_heading()
    if len(columns) > MOST_COLUMNS:
        most = {"most": MOST_COLUMNS}
        return _nothing(_("A row has more than %(most)s columns.") % most, "too_large")
    made: list[_Making] = []
    by_id: dict[str, _Making] = {}
    for count, (number, cells) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            return _too_many()
        _put_row(number, cells, columns, made, by_id)
    return Reading(tuple(making.made() for making in made))


def _column(name: str) -> _Column:
    """A heading, its field, and the code that it asks about where the form has a column for each
    code (vic_MethodsOfControl/DebtBondage)."""
    found = standard().find(name)
    if found is None and "/" in name:
        before, _slash, after = name.rpartition("/")
        several = standard().find(before)
        if several is not None and several.several:
            code = standard().code_of(several, after)
            return (name, several, code) if code else (name, None, "")
    return (name, found, "")


def _put_row(
    number: int,
    cells: list[Cell],
    columns: dict[int, _Column],
    made: list[_Making],
    by_id: dict[str, _Making],
) -> None:
    making = _making_of(number, cells, columns, made, by_id)
    parts: dict[str, Part] = {}
    for cell in cells:
        name, found, code = columns.get(cell.column, (f"({cell.column})", None, ""))
        if cell.formula is not None:
            making.keep(number, name, "formula", f"={cell.formula}" if cell.formula else cell.value)
            continue
        raw: Any = cell.value
        if code and found is not None:
            chosen = _chosen(raw)
            if chosen is None:
                making.keep(number, name, "yes_or_no", raw)
            raw = [code] if chosen else None
        if name == UNMAPPED:
            making.listed.append(str(raw))
            continue
        part = found.part if found else ""
        into = parts.setdefault(part, {}) if part else making.fields
        making.put(number, name, found, raw, into)
    for part, item in parts.items():
        making.add(number, part, item)


_CHOSEN: Callable[[str], bool | None] = {
    "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False,
}.get  # fmt: skip


def _chosen(raw: Any) -> bool | None:
    return _CHOSEN(str(raw).strip().casefold())


def _making_of(
    number: int,
    cells: list[Cell],
    columns: dict[int, _Column],
    made: list[_Making],
    by_id: dict[str, _Making],
) -> _Making:
    """The record that a row belongs to: an earlier one with the same identifier, or a new one."""
    for cell in cells:
        _name, found, _code = columns.get(cell.column, ("", None, ""))
        if found is not None and found.name == RECORD_ID and cell.formula is None:
            identifier = str(cell.value).strip()
            if identifier in by_id:
                return by_id[identifier]
            made.append(_Making(number))
            return by_id.setdefault(identifier, made[-1])
    made.append(_Making(number))
    return made[-1]
