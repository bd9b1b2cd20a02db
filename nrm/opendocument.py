"""Spreadsheets as OpenDocument (ISO/IEC 26300, ODF 1.3): the least that is one, of several sheets.

A text is a text here, whatever it begins with: only an attribute of its own makes a cell a formula
(part 3, 19.642), and none is written. Texts have the format "text" too, so that a program takes
them for nothing else when somebody edits the cell.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

Value = str | int | float | None

ODS = "application/vnd.oasis.opendocument.spreadsheet"

_NAMES = (
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' office:version="1.3"'
)
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def _cell_style(name: str, of_paragraph: str = "", of_text: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-cell"'
        ' style:data-style-name="as-text"><style:table-cell-properties'
        ' style:vertical-align="top" fo:wrap-option="wrap" fo:padding="0.07cm"/>'
        f"{of_paragraph}{of_text}</style:style>"
    )


_AT_THE_END = '<style:paragraph-properties fo:text-align="end"/>'
_BOLD = '<style:text-properties fo:font-weight="bold"/>'
_CELLS = (
    '<number:text-style style:name="as-text"><number:text-content/></number:text-style>'
    f"{_cell_style('text')}{_cell_style('text-end', _AT_THE_END)}"
    f"{_cell_style('head', of_text=_BOLD)}{_cell_style('head-end', _AT_THE_END, _BOLD)}"
    '<style:style style:name="row" style:family="table-row">'
    '<style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
)
# On paper a sheet is as wide as the page, however many columns it has.
_PAGES = (
    f"<office:document-styles{_NAMES}><office:automatic-styles>"
    '<style:page-layout style:name="page"><style:page-layout-properties'
    ' fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape"'
    ' fo:margin="1.5cm" style:scale-to-X="1" style:scale-to-Y="0"/></style:page-layout>'
    "</office:automatic-styles><office:master-styles>"
    '<style:master-page style:name="Default" style:page-layout-name="page"/>'
    "</office:master-styles></office:document-styles>"
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same sheets make the same file; nothing says when it was
# What XML cannot say, halves of characters with it.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What a program does not allow in the name of a sheet, and an apostrophe at its ends.
_NOT_IN_A_NAME = re.compile(r"[\[\]*?:/\\]")
_LONGEST_NAME = 31
_NARROWEST, _WIDEST = 2.2, 12.0  # centimetres


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `heads`: the first so many rows are headings, repeated on each page in print;
    `figures_from`: the place of the first column of figures, whose texts stand where they do."""

    name: str
    rows: Sequence[Sequence[Value]]
    heads: int = 1
    figures_from: int | None = None


def as_ods(sheets: Iterable[Sheet], *, right_to_left: bool = False) -> bytes:
    """The sheets as one file. Finite numbers are numbers, None is an empty cell, everything else
    is a text. Names of sheets are shortened and made different where programs need it. ValueError
    without a sheet."""
    given = list(sheets)
    if not given:
        raise ValueError("a spreadsheet has at least one sheet")
    widths = sorted({width for sheet in given for width in _widths(sheet)})
    names = _different([sheet.name for sheet in given])
    content = (
        f"<office:document-content{_NAMES}><office:automatic-styles>{_CELLS}"
        f"{''.join(_column_style(width) for width in widths)}{_sheet_style(right_to_left)}"
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f"{''.join(_table(name, sheet) for name, sheet in zip(names, given, strict=True))}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        # First and not compressed: what kind of file it is stands at a fixed place (part 2, 3.3).
        _write(archive, "mimetype", ODS, zipfile.ZIP_STORED)
        declared = '<?xml version="1.0" encoding="UTF-8"?>'
        _write(archive, "META-INF/manifest.xml", declared + _MANIFEST, zipfile.ZIP_DEFLATED)
        _write(archive, "content.xml", declared + content, zipfile.ZIP_DEFLATED)
        _write(archive, "styles.xml", declared + _PAGES, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _write(archive: zipfile.ZipFile, name: str, text: str, compression: int) -> None:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.compress_type = compression
    archive.writestr(entry, text)


def _table(name: str, sheet: Sheet) -> str:
    widths = _widths(sheet)
    columns = "".join(
        f'<table:table-column table:style-name="{_column_name(width)}"/>' for width in widths
    )
    figures = len(widths) if sheet.figures_from is None else sheet.figures_from
    heads = "".join(_row(row, "head", figures) for row in sheet.rows[: sheet.heads])
    if heads:
        heads = f"<table:table-header-rows>{heads}</table:table-header-rows>"
    rest = "".join(_row(row, "text", figures) for row in sheet.rows[sheet.heads :])
    called = escape(name, {'"': "&quot;"})
    return (
        f'<table:table table:name="{called}" table:style-name="sheet">'
        f"{columns}{heads}{rest}</table:table>"
    )


def _row(row: Sequence[Value], style: str, figures: int) -> str:
    styles = (style if place < figures else f"{style}-end" for place in range(len(row)))
    cells = "".join(map(_cell, row, styles)) or "<table:table-cell/>"
    return f'<table:table-row table:style-name="row">{cells}</table:table-row>'


def _cell(value: Value, style: str) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and math.isfinite(float(value)):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value!r}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    said = str(value).replace("\r\n", "\n").replace("\r", "\n")
    lines = "".join(f"<text:p>{_said(line)}</text:p>" for line in said.split("\n"))
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string">'
        f"{lines}</table:table-cell>"
    )


def _said(line: str) -> str:
    """The line as it is read back: spaces that stand together count as one (part 3, 6.1.2)."""
    text = escape(_UNSAYABLE.sub("\ufffd", line)).replace("\t", "<text:tab/>")
    return re.sub(" {2,}|^ | $", lambda found: f'<text:s text:c="{len(found[0])}"/>', text)


def _widths(sheet: Sheet) -> list[float]:
    """As wide as the longest line of each column wants, within reason; in centimetres."""
    columns = max((len(row) for row in sheet.rows), default=0) or 1
    longest = [0] * columns
    for row in sheet.rows:
        for place, value in enumerate(row):
            lines = str("" if value is None else value).splitlines()
            longest[place] = max([longest[place], *map(len, lines)])
    return [min(_WIDEST, max(_NARROWEST, round(0.2 * length + 0.6, 1))) for length in longest]


def _column_name(width: float) -> str:
    return f"wide-{round(10 * width)}"


def _column_style(width: float) -> str:
    return (
        f'<style:style style:name="{_column_name(width)}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
    )


def _sheet_style(right_to_left: bool) -> str:
    mode = "rl-tb" if right_to_left else "lr-tb"
    return (
        '<style:style style:name="sheet" style:family="table" style:master-page-name="Default">'
        f'<style:table-properties table:display="true" style:writing-mode="{mode}"/></style:style>'
    )


def _different(names: Sequence[str]) -> list[str]:
    """Names that programs accept, none twice."""
    found: list[str] = []
    for number, name in enumerate(names, start=1):
        plain = _NOT_IN_A_NAME.sub(" ", _UNSAYABLE.sub("", name)).strip(" '") or str(number)
        plain = plain[:_LONGEST_NAME].strip(" '")
        if plain.casefold() in (one.casefold() for one in found):
            ending = f" {number}"
            plain = plain[: _LONGEST_NAME - len(ending)].rstrip() + ending
        found.append(plain)
    return found
