"""Workbooks (XLSX) that others send: the cells of a sheet, row by row. Pure: a file in, rows out.

Read here and not by a library, for reasons that docs/dependencies.md gives: a file of 5 KB can name
the last cell that there is, and a reader that makes room for all that lies between ends the
process. Here a row that is not there is not made up. The archive is looked through by the same
rules as a Word document that is added to a case (`cases.rules.files.archives`): no macro, no part
that is fetched from elsewhere, no archive that unfolds too far.

A formula is never worked out. Its cell says that it is one, with the value that was kept in the
file; whoever reads it decides what that is worth.
"""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol
from xml.parsers import expat

from django.utils.translation import gettext as _

from cases.rules.files import archives
from nrm.actions import Objection
from nrm.profiles.shape import EvidenceLimits

MOST_MEGABYTES = 10
MOST_UNPACKED_MEGABYTES = 50
MOST_PARTS = 500
MOST_CHARACTERS = 32_767  # of one cell: no program writes more
MOST_COLUMNS = 500
MOST_ELEMENTS = 3_000_000  # of all parts: some seconds of work
MOST_SHEETS = 100
MOST_RELATIONS = 1_000  # from one part to others
MOST_STYLES = 100_000  # of numbers and cells: programs write at most 65,490
MOST_LISTED = 1_000  # characters of an attribute of one of these
MOST_MARKUP = 1024 * 1024  # bytes between two events: an attribute, a comment
MOST_TEXT = 50_000_000  # characters of all cells: one text may stand in many


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a workbook is read: megabytes as it came and unpacked, elements of all parts as
    often as they are read, and characters of all cells, of which one text may stand in many."""

    megabytes: int = field(default_factory=lambda: MOST_MEGABYTES)
    unpacked_megabytes: int = MOST_UNPACKED_MEGABYTES
    elements: int = field(default_factory=lambda: MOST_ELEMENTS)
    text: int = field(default_factory=lambda: MOST_TEXT)

    @property
    def limits(self) -> EvidenceLimits:
        return EvidenceLimits(
            files=1,
            megabytes=self.megabytes,
            extensions=(),
            text_characters=MOST_CHARACTERS,
            source="A working rule of the exchange room",
            verified=False,
            unpacked_megabytes=self.unpacked_megabytes,
            parts=MOST_PARTS,
        )


class Texts(Protocol):
    """A list of texts that only grows."""

    def append(self, text: str) -> None: ...

    def __len__(self) -> int: ...

    def __getitem__(self, place: int) -> str: ...


_PIECE = 64 * 1024


class Unreadable(Exception):
    """The file is no workbook that is read here; the objection says why."""

    def __init__(self, text: str, code: str = "unreadable") -> None:
        self.objection = Objection(text, field="file", code=code)
        super().__init__(code)


_COMPOUND = b"\xd0\xcf\x11\xe0"  # what a workbook of before 2007, or with a password, begins with


def _why(code: str) -> str:
    """What somebody can do about a workbook that is not read."""
    program = _("It holds a program or another file. Save the sheet as a new workbook.")
    return {
        "macros": program,
        "active": program,
        "embedded": program,
        "calls_out": _("It takes cells from elsewhere. Save it with values only."),
        "locked": _("It is locked, or of an old kind. Save it as .xlsx without a password."),
        "bomb": _("Unpacked it would be far larger than it looks."),
    }.get(code) or _("The file is damaged.")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its column (the first is 1) and what it holds. A date is text as in ISO 8601. Of a
    formula, `value` is what the file keeps as its result, and `formula` how it is worked out."""

    column: int
    value: str | int | float | bool
    formula: str | None = None


class Workbook:
    """A workbook. Raises Unreadable, here and while rows are read. It is in memory, but for the
    texts that cells share: `texts` makes what keeps them; and a file is read as it lies."""

    def __init__(
        self,
        content: bytes | BinaryIO,
        *,
        room: Room | None = None,
        texts: Callable[[], Texts] = list,
    ) -> None:
        self._room, self._new_texts = room or Room(), texts
        self._left = self._room.elements
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        if file.seek(0, io.SEEK_END) > self._room.megabytes * archives.MEGABYTE:
            most = {"most": self._room.megabytes}
            raise Unreadable(_("The file is larger than %(most)s MB.") % most, "too_large")
        file.seek(0)
        if file.read(len(_COMPOUND)) == _COMPOUND:
            raise Unreadable(_why("locked"), "locked")
        for objection in archives.objections(file, self._room.limits):
            raise Unreadable(_why(objection.code), objection.code)
        self._archive = zipfile.ZipFile(file)
        self._names = {name.lower(): name for name in self._archive.namelist()}
        self._sheets, self._from_1904 = self._read_book()
        self._dates = self._read_styles()
        self._texts = self._read_texts()

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets, in their order."""
        return tuple(self._sheets)

    def rows(self, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of a sheet that hold something, each with its number as a program shows it."""
        reading = _Sheet(self._texts, self._dates, self._from_1904, left=self._room.text)
        for _piece in self._parsed(self._sheets[sheet], reading):
            yield from reading.taken()

    # The parts beside the sheets -----------------------------------------------------------------
    def _read_book(self) -> tuple[dict[str, str], bool]:
        top = self._relations("_rels/.rels", "")
        book = next((to for kind, to in top.values() if kind == "officeDocument"), "")
        if not book or book.lower() not in self._names:
            raise Unreadable(_("The file is no workbook."))
        path = PurePosixPath(book)
        within = self._relations(f"{path.parent}/_rels/{path.name}.rels", str(path.parent))
        self._within = {kind: to for kind, to in within.values()}
        sheets: dict[str, str] = {}
        from_1904 = False
        taken: set[str] = set()
        wanted = self._elements(book, {"workbookPr", "sheet"}, most=MOST_SHEETS + 1)
        for tag, attributes in wanted:
            if tag == "workbookPr":
                from_1904 = attributes.get("date1904") in ("1", "true")
            if tag == "sheet":
                kind, to = within.get(attributes.get("id", ""), ("", ""))
                part = self._names.get(to.lower(), "")
                if part in taken:
                    raise Unreadable(_("Two sheets of the workbook are the same one."))
                if kind == "worksheet" and part:
                    taken.add(part)
                    sheets[attributes.get("name", "")] = to
        if not sheets:
            raise Unreadable(_("The workbook has no sheet with cells."))
        return sheets, from_1904

    def _relations(self, name: str, base: str) -> dict[str, tuple[str, str]]:
        if name.lower() not in self._names:
            return {}
        found = {}
        for _tag, attributes in self._elements(name, {"Relationship"}, most=MOST_RELATIONS):
            kind = attributes.get("Type", "").rsplit("/", 1)[-1]
            target = attributes.get("Target", "")
            place = target[1:] if target.startswith("/") else f"{base}/{target}".lstrip("/")
            found[attributes.get("Id", "")] = (kind, place)
        return found

    def _read_styles(self) -> frozenset[int]:
        """Which styles of cells show a number as a date."""
        name = self._within.get("styles", "")
        if name.lower() not in self._names:
            return frozenset()
        dates, used = set(_DATE_FORMATS), []
        inside = False
        wanted = {"numFmt", "cellXfs", "/cellXfs", "xf"}
        for tag, attributes in self._elements(name, wanted, most=MOST_STYLES):
            number = _number(attributes.get("numFmtId"))
            if tag == "numFmt" and _shows_date(attributes.get("formatCode", "")):
                dates.add(number)
            elif tag in ("cellXfs", "/cellXfs"):
                inside = tag == "cellXfs"
            elif tag == "xf" and inside:
                used.append(number)
        return frozenset(style for style, number in enumerate(used) if number in dates)

    def _read_texts(self) -> Texts:
        name = self._within.get("sharedStrings", "")
        if name.lower() not in self._names:
            return []
        reading = _Texts(self._new_texts())
        for _piece in self._parsed(name, reading):
            pass
        return reading.texts

    def _elements(
        self, name: str, tags: Collection[str], *, most: int
    ) -> Iterator[tuple[str, dict[str, str]]]:
        """The elements of a part that are wanted, and the ends ("/" before the tag), as they are
        parsed. Unreadable where there are more than `most`."""
        reading = _Elements(tags)
        for _piece in self._parsed(name, reading):
            most -= len(reading.found)
            if most < 0:
                raise Unreadable(_("The file holds too much."), "too_large")
            yield from reading.taken()

    def _parsed(self, name: str, reading: Any) -> Iterator[None]:
        """Parses a part piece by piece, and stops after each. A document type, which the format
        forbids, is refused before any entity is read."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype

        def start(tag: str, attributes: dict[str, str]) -> None:
            self._left -= 1
            if self._left < 0:
                raise Unreadable(_("The file holds too much."), "too_large")
            reading.start(_local(tag), {_local(key): value for key, value in attributes.items()})

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda tag: reading.end(_local(tag))
        parser.CharacterDataHandler = reading.text
        fed = 0
        try:
            with self._archive.open(self._names[name.lower()]) as part:
                while piece := part.read(_PIECE):
                    parser.Parse(piece)
                    fed += len(piece)
                    # What does not end is kept by the parser, and read again with each piece.
                    if fed - parser.CurrentByteIndex > MOST_MARKUP:
                        raise Unreadable(_("The file holds too much."), "too_large")
                    yield
                parser.Parse(b"", True)
                yield
        except (expat.ExpatError, zipfile.BadZipFile, EOFError) as error:
            raise Unreadable(_("The file is damaged.")) from error


def _refuse_doctype(*_told: object) -> None:
    raise Unreadable(_("The file is damaged."))


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


# Dates -------------------------------------------------------------------------------------------
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_A_PART = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def _shows_date(code: str) -> bool:
    return bool(re.search(r"[ymdhs]", _NOT_A_PART.sub("", code.partition(";")[0]).lower()))


def _date_of(number: float, from_1904: bool) -> str | None:
    """The day of a number of days, and the time where there is one. None where it is no day: the
    29 February 1900 of this format never was, and years after 9999 are none."""
    if from_1904:
        start = datetime(1904, 1, 1)
    else:
        if not 1 <= number < 2_958_466 or 60 <= number < 61:
            return None
        start = datetime(1899, 12, 31) if number < 60 else datetime(1899, 12, 30)
    if not 0 <= number < 2_958_466:
        return None
    try:
        when = start + timedelta(seconds=round(number * 86_400))
    except OverflowError:
        return None
    return when.date().isoformat() if number == int(number) else when.isoformat()


# The parts, as they are parsed -------------------------------------------------------------------
class _Elements:
    """The elements that are wanted with their attributes, kept until they are taken."""

    def __init__(self, tags: Collection[str]) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self._tags = tags

    def taken(self) -> list[tuple[str, dict[str, str]]]:
        taken, self.found = self.found, []
        return taken

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self._tags:
            kept = {key: value[:MOST_LISTED] for key, value in attributes.items()}
            self.found.append((tag, kept))

    def end(self, tag: str) -> None:
        if f"/{tag}" in self._tags:
            self.found.append((f"/{tag}", {}))

    def text(self, data: str) -> None:
        pass


def _longer(length: int, data: str) -> int:
    """How long a text is with what is added to it. Unreadable where no cell is as long."""
    length += len(data)
    if length > MOST_CHARACTERS:
        text = _("A cell holds more than %(most)s characters.")
        raise Unreadable(text % {"most": f"{MOST_CHARACTERS:,}"}, "too_large")
    return length


class _Texts:
    """The texts that cells share. How a word is read aloud (rPh) is not part of it."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._parts: list[str] = []
        self._length = 0
        self._aloud = False
        self._inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._parts, self._length = [], 0
        elif tag == "rPh":
            self._aloud = True
        elif tag == "t":
            self._inside = not self._aloud

    def end(self, tag: str) -> None:
        if tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._aloud = False
        elif tag == "si":
            self.texts.append(_unescaped("".join(self._parts)))

    def text(self, data: str) -> None:
        if self._inside:
            self._length = _longer(self._length, data)
            self._parts.append(data)


@dataclass
class _Sheet:
    """The cells of a sheet, kept until they are taken."""

    texts: Texts
    dates: frozenset[int]
    from_1904: bool
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    row: int = 0
    column: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    length: int = 0
    formula: list[str] | None = None
    told: list[str] | None = None
    aloud: bool = False
    left: int = MOST_TEXT

    def taken(self) -> list[tuple[int, list[Cell]]]:
        taken, self.rows = self.rows, []
        return taken

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self.row = _number(attributes.get("r")) or self.row + 1
            self.column, self.cells = 0, []
        elif tag == "c":
            self.column = _column(attributes.get("r", "")) or self.column + 1
            # A column may be named twice: the cells are counted, too.
            if self.column > MOST_COLUMNS or len(self.cells) >= MOST_COLUMNS:
                most = {"most": MOST_COLUMNS}
                raise Unreadable(_("A row has more than %(most)s columns.") % most, "too_large")
            self.attributes, self.parts, self.length = attributes, [], 0
            self.formula, self.told, self.aloud = None, None, False
        elif tag == "f":
            self.formula = self.told = []
        elif tag == "rPh":
            self.aloud = True
        elif tag in ("v", "t"):
            self.told = None if self.aloud else self.parts

    def end(self, tag: str) -> None:
        if tag in ("v", "t", "f"):
            self.told = None
        elif tag == "rPh":
            self.aloud = False
        elif tag == "c":
            value = self._value("".join(self.parts))
            self.left -= len(value) if isinstance(value, str) else 0
            if self.left < 0:
                raise Unreadable(_("The file holds too much."), "too_large")
            formula = None if self.formula is None else "".join(self.formula)
            if value != "" or formula is not None:
                self.cells.append(Cell(self.column, value, formula))
        elif tag == "row" and self.cells:
            self.rows.append((self.row, self.cells))
            self.cells = []

    def text(self, data: str) -> None:
        if self.told is not None:
            self.length = _longer(self.length, data)
            self.told.append(data)

    def _value(self, text: str) -> str | int | float | bool:
        kind = self.attributes.get("t", "n")
        if kind == "s":
            number = _number(text.strip())
            return self.texts[number] if text.strip() and number < len(self.texts) else ""
        if kind in ("inlineStr", "str"):
            return _unescaped(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind in ("e", "d"):
            return text.strip()
        return self._as_number(text.strip())

    def _as_number(self, text: str) -> str | int | float:
        try:
            number = float(text)
        except ValueError:
            return text
        if number - number != 0:  # neither infinite nor no number at all
            return text
        if _number(self.attributes.get("s")) in self.dates:
            return _date_of(number, self.from_1904) or text
        return int(number) if number == int(number) and abs(number) < 1e15 else number


def _column(reference: str) -> int:
    """The number of the column of a reference such as AB12; 0 where it is none."""
    letters = reference.rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        return 0
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _unescaped(text: str) -> str:
    """A character that XML cannot say is written as _x000D_ (ECMA-376 part 1, 22.9.2.19). Two
    halves of a character become it; a half alone is none, and a sign stands in its place."""
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    if _HALF.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


_HALF = re.compile("[\ud800-\udfff]")
