"""The rows of a register, one after the other: a workbook, or text divided by commas, semicolons,
tabs or bars. Pure, and of any length in the memory of a block or two: the texts that the cells of a
workbook share lie in an encrypted file meanwhile."""

import codecs
import csv
import io
from array import array
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.utils.translation import gettext as _

from exchange.workbooks import Room, Unreadable, Workbook
from nrm.spreadsheets import plain
from nrm.uploads import SealedFile

CSV, XLSX = "csv", "xlsx"
MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 15_000  # of one cell: as much as the longest answer
# Of a workbook: 25 MB unfold to some hundred.
_ROOM = Room(megabytes=25, unpacked_megabytes=600, elements=40_000_000, text=600_000_000)

_SHORT, _MOST_SHORT = 80, 20_000

Row = tuple[int, list[str]]


class SealedTexts:
    """A list of texts that only grows, kept in an encrypted file: eight bytes of memory a text."""

    def __init__(self) -> None:
        self._file = SealedFile()
        self._ends = array("Q", [0])
        # Words that stand in many cells lie far from what is new: they are not fetched each time.
        self._short: dict[int, str] = {}

    def append(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> str:
        if (known := self._short.get(place)) is not None:
            return known
        start, end = self._ends[place], self._ends[place + 1]
        self._file.seek(start)
        text = self._file.read(end - start).decode()
        if len(text) <= _SHORT:
            if len(self._short) >= _MOST_SHORT:
                self._short.clear()
            self._short[place] = text
        return text


def kind_of(file: BinaryIO) -> str:
    """Which of the two a file is, by how it begins."""
    file.seek(0)
    begins = file.read(4)
    file.seek(0)
    return XLSX if begins in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") else CSV


def rows_of(file: BinaryIO, kind: str) -> Iterator[Row]:
    """Every row that holds something, with its number as a spreadsheet shows it. Raises
    Unreadable, here or while rows are read."""
    count = 0
    for number, cells in _of_workbook(file) if kind == XLSX else _of_text(file):
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > MOST_ROWS + 1:
            most = {"most": f"{MOST_ROWS:,}"}
            raise Unreadable(_("The file has more than %(most)s rows.") % most, "too_large")
        if len(cells) > MOST_COLUMNS:
            most = {"most": str(MOST_COLUMNS)}
            raise Unreadable(_("A row has more than %(most)s columns.") % most, "too_large")
        if any(len(cell) > MOST_CHARACTERS for cell in cells):
            told = {"row": str(number), "most": f"{MOST_CHARACTERS:,}"}
            text = _("Row %(row)s has a cell of more than %(most)s characters.")
            raise Unreadable(text % told, "too_large")
        yield number, cells


# Workbooks ---------------------------------------------------------------------------------------
def _of_workbook(file: BinaryIO) -> Iterator[Row]:
    file.seek(0)
    book = Workbook(file, room=_ROOM, texts=SealedTexts)
    for number, found in book.rows(book.sheets[0]):
        cells = [""] * max(cell.column for cell in found)
        for cell in found:
            cells[cell.column - 1] = _text(cell.value)
        yield number, cells


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value)
    return plain(str(value)).strip()


# Text --------------------------------------------------------------------------------------------
def _of_text(file: BinaryIO) -> Iterator[Row]:
    encoding = _encoding_of(file)
    divided_by = _divider_of(file, encoding)
    file.seek(0)
    text = io.TextIOWrapper(_Kept(file), encoding=encoding, newline="")
    rows = csv.reader(text, delimiter=divided_by, strict=True)
    number = 0
    try:
        for cells in rows:
            number += 1
            yield number, [plain(cell).strip() for cell in cells]
    except (csv.Error, UnicodeError) as error:
        where = {"row": number + 1}
        raise Unreadable(_("Row %(row)s cannot be read.") % where) from error


class _Kept(io.BufferedReader):
    """A reader that does not close what it reads from, which belongs to the caller."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(cast(Any, file), 256 * 1024)

    def close(self) -> None:
        pass


def _encoding_of(file: BinaryIO) -> str:
    """UTF-8, or UTF-16 where it says so. Unreadable for anything else: in which letters the names
    of people were written would be guessed."""
    file.seek(0)
    begins = file.read(2)
    name = "utf-16" if begins in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while piece := file.read(256 * 1024):
            if "\0" in decoder.decode(piece):
                raise Unreadable(_other_letters(), "encoding")
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        raise Unreadable(_other_letters(), "encoding") from error
    return name


def _other_letters() -> str:
    return _("The file is not in UTF-8. Save it as “CSV UTF-8”.")


def _divider_of(file: BinaryIO, encoding: str) -> str:
    """What stands most often in the first line, outside quotation marks."""
    file.seek(0)
    first = file.read(64 * 1024).decode(encoding, "ignore")
    quoted, counts = False, dict.fromkeys(",;\t|", 0)
    for letter in first:
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "\r\n":
            break
        elif not quoted and letter in counts:
            counts[letter] += 1
    return max(counts, key=lambda letter: counts[letter])
