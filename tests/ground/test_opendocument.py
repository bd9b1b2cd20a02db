"""Who opens a spreadsheet of ours, and what they get: texts as texts, numbers as numbers."""

import io
import xml.etree.ElementTree as ET
import zipfile

import pytest

from nrm.opendocument import ODS, Sheet, as_ods

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
FORMULAS = ["=1+1", "of:=1+1", '=HYPERLINK("http://far.example/")', "+1", "-1", "@SUM(A1)", "＝1"]  # noqa: RUF001


def content(file: bytes) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return ET.fromstring(archive.read("content.xml"))


def said(cell: ET.Element) -> str | float | None:
    """What a program shows of a cell."""
    if cell.get(f"{OFFICE}value-type") == "float":
        return float(cell.get(f"{OFFICE}value"))
    lines = []
    for paragraph in cell.iter(f"{TEXT}p"):
        line = paragraph.text or ""
        for inner in paragraph:
            spaces = " " * int(inner.get(f"{TEXT}c", "1"))
            line += "\t" if inner.tag == f"{TEXT}tab" else spaces
            line += inner.tail or ""
        lines.append(line)
    return "\n".join(lines) if lines else None


def rows(file: bytes) -> dict[str, list[list[str | float | None]]]:
    return {
        table.get(f"{TABLE}name"): [
            [said(cell) for cell in row.iter(f"{TABLE}table-cell")]
            for row in table.iter(f"{TABLE}table-row")
        ]
        for table in content(file).iter(f"{TABLE}table")
    }


def test_reader_gets_every_text_and_number_as_it_was():
    given = [["head", "ثان"], ["  two  spaces ", "a\tb\nc & <d>"], [7, -2.5], [None, "[c]"], []]
    assert rows(as_ods([Sheet("One", given)])) == {"One": [*given[:4], [None]]}
    assert rows(as_ods([Sheet("One", [["\x01\ud800"]])])) == {"One": [["\ufffd\ufffd"]]}
    assert rows(as_ods([Sheet("One", [[float("nan"), True]])])) == {"One": [["nan", "True"]]}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_stays_a_text_also_when_somebody_edits_the_cell(formula):
    (table,) = content(as_ods([Sheet("One", [["head"], [formula]])])).iter(f"{TABLE}table")
    cells = list(table.iter(f"{TABLE}table-cell"))
    assert said(cells[1]) == formula
    for cell in cells:
        assert cell.get(f"{OFFICE}value-type") == "string"
        assert cell.get(f"{TABLE}style-name") in ("head", "text")  # both have the format "text"
        assert cell.get(f"{TABLE}formula") is None


def test_a_hidden_count_stands_under_the_counts_and_its_heading_with_it():
    given = [["Title"], ["Sex", "Count"], ["Female", 10], ["Male", "[c]"]]
    (table,) = content(as_ods([Sheet("One", given, heads=2, figures_from=1)])).iter(f"{TABLE}table")
    styles = [cell.get(f"{TABLE}style-name") for cell in table.iter(f"{TABLE}table-cell")]
    assert styles == ["head", "head", "head-end", "text", None, "text", "text-end"]


def test_a_sheet_is_printed_as_wide_as_the_page():
    file = as_ods([Sheet("One", [["a"] * 40])])
    (table,) = content(file).iter(f"{TABLE}table")
    style = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        pages = ET.fromstring(archive.read("styles.xml"))
        assert b"styles.xml" in archive.read("META-INF/manifest.xml")
    (page,) = pages.iter(f"{style}page-layout-properties")
    assert page.get(f"{style}scale-to-X") == "1"
    (master,) = pages.iter(f"{style}master-page")
    named = {one.get(f"{style}name"): one for one in content(file).iter(f"{style}style")}
    sheet = named[table.get(f"{TABLE}style-name")]
    assert sheet.get(f"{style}master-page-name") == master.get(f"{style}name")


def test_sheets_have_names_that_programs_accept_and_none_twice():
    names = ["A/B:C", "a b c", "x" * 40, "x" * 50, "", "'"]
    found = list(rows(as_ods([Sheet(name, [["a"]]) for name in names])))
    assert found == ["A B C", "a b c 2", "x" * 31, "x" * 29 + " 4", "5", "6"]


def test_the_same_sheets_are_the_same_file_and_its_kind_stands_first():
    made = as_ods([Sheet("One", [["a"]])])
    assert made == as_ods([Sheet("One", [["a"]])])
    assert made[30:38] == b"mimetype"
    assert made[38 : 38 + len(ODS)] == ODS.encode()
    with pytest.raises(ValueError, match="at least one sheet"):
        as_ods([])
