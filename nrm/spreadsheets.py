"""Tables to take away, and tables that come in. The only place that writes CSV and workbooks
(OpenDocument: `nrm.opendocument`), so that no export forgets to escape."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

# With one of these a spreadsheet takes a cell for a formula, and a formula can call out or start a
# program (OWASP, CSV Injection; ASVS 5.0 1.2.10). Full-width forms count too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


# Some programs divide a row at semicolons or tabs, and begin another at the end of a line within a
# quotation that they have not seen begin: what stands behind is the beginning of a cell too.
_DIVIDERS = (";", "\t", "\r", "\n")
_SIGNS = re.escape("".join(sign for sign in _FORMULA if sign.strip()))
_INSIDE = re.compile(rf"""(?<![;"'\s])[;"'\s]++(?=[{_SIGNS}])""")


def would_be_formula(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula."""
    return text.startswith(_FORMULA) or text.lstrip()[:1] in _FORMULA


def cell(value: str | int | float | None) -> str | int | float:
    """A value as it may stand in a cell: a text that would be a formula begins with an apostrophe,
    which a spreadsheet shows as text, and so does what would be one behind a divider. A text that
    has the apostrophe already gets another, so that `plain` gives back exactly what was there.
    Numbers stay numbers."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = _INSIDE.sub(lambda found: _behind_divider(found[0], "'"), value)
    return f"'{text}" if would_be_formula(text.lstrip("'")) else text


def _behind_divider(run: str, put: str) -> str:
    """What stands before a formula sign, with an apostrophe put behind its last divider, or, with
    nothing to put, taken away there."""
    at = max(run.rfind(divider) for divider in _DIVIDERS) + 1
    if not at:
        return run
    return f"{run[:at]}{put}{run[at:] if put else run[at:].removeprefix(chr(39))}"


def plain(text: str) -> str:
    """The text that a cell was made of: without the apostrophes before what would be a formula."""
    if text.startswith("'") and would_be_formula(text.lstrip("'")):
        text = text[1:]
    return _INSIDE.sub(lambda found: _behind_divider(found[0], ""), text)


def as_csv(rows: Iterable[Sequence[str | int | float | None]]) -> str:
    """The rows as CSV (RFC 4180), each cell escaped."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def remarks(lines: Iterable[str]) -> str:
    """Lines about a CSV, to stand before its rows. They begin with #, which readers of CSV on the
    Web take for a remark where nobody says otherwise (W3C, "Model for Tabular Data", 5.9); a
    spreadsheet shows each in one cell, so no comma and no quotation mark is in them."""
    kept = (" ".join(line.split()).replace(", ", "; ").replace(",", ".") for line in lines)
    return "".join("# " + line.replace('"', "”") + "\r\n" for line in kept)


def rows_of_csv(text: str, *, delimiter: str = ",") -> Iterator[list[str]]:
    """The rows of a text as CSV, without apostrophes before formulas. ValueError where a quotation
    does not end, or a cell is longer than 131,072 characters."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield [plain(value) for value in row]
    except csv.Error as error:
        raise ValueError(str(error)) from error


# Workbooks ---------------------------------------------------------------------------------------
# The least that is a workbook (ECMA-376 part 1, 18): one sheet of texts. Every cell has the format
# "text" and the mark of an apostrophe, so that no program takes it for a formula, also not when
# somebody edits it.
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.styles+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TOP = (
    f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_OF_WORKBOOK = (
    f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_NO_STYLE = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf {_NO_STYLE}/></cellStyleXfs>'
    f'<cellXfs count="2"><xf {_NO_STYLE} xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"'
    ' applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same table makes the same file; nothing says when it was
# What XML cannot say, and what would be read as having been said in that way (ECMA-376 part 1,
# 22.9.2.19: _x000D_ is a return).
_SAID_BY_NUMBER = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def as_xlsx(rows: Iterable[Sequence[str | int | float | None]], *, sheet: str) -> bytes:
    """The rows as one sheet of a workbook, each cell a text. UnicodeEncodeError where a
    text holds half of a character."""
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(sheet, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )
    table = "".join(_xml_row(number, row) for number, row in enumerate(rows, start=1))
    content = f'<worksheet xmlns="{_MAIN}"><sheetData>{table}</sheetData></worksheet>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (
            ("[Content_Types].xml", _CONTENT_TYPES),
            ("_rels/.rels", _TOP),
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", _OF_WORKBOOK),
            ("xl/styles.xml", _STYLES),
            ("xl/worksheets/sheet1.xml", content),
        ):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8"?>' + part)
    return file.getvalue()


def _xml_row(number: int, row: Sequence[str | int | float | None]) -> str:
    cells = []
    for column, value in enumerate(row, start=1):
        if value in (None, ""):
            continue
        said = escape(_SAID_BY_NUMBER.sub(lambda one: f"_x{ord(one[0]):04X}_", str(value)))
        where = f"{column_letters(column)}{number}"
        cells.append(
            f'<c r="{where}" s="1" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'
        )
    return f'<row r="{number}">{"".join(cells)}</row>'


def column_letters(number: int) -> str:
    """The letters of a column, of which the first is number 1: A, …, Z, AA, …"""
    letters = ""
    while number:
        number, left = divmod(number - 1, 26)
        letters = chr(65 + left) + letters
    return letters
