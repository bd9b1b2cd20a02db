"""`manage.py check_htcds`: what a file holds, told to whoever has it."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

DATA = Path(__file__).resolve().parents[1] / "data" / "htcds"


def check(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict, str]:
    """The exit, the report and what was said beside it. No database: the test has none."""
    code = 0
    try:
        call_command("check_htcds", *args)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    out, err = capsys.readouterr()
    return code, json.loads(out or "{}"), err


def test_whoever_checks_a_workbook_sees_what_is_filled_and_what_has_no_place(capsys):
    code, report, _err = check(capsys, str(DATA / "openpyxl.xlsx"), "--profile", "uk")
    assert code == 1
    assert report["records"] == 2
    assert report["fields"]["prs_Birthdate"] == 2
    assert report["fields"]["hte_City"] == 1
    assert "prs_Gender" not in report["core_never_filled"]
    assert "cas_Status" in report["core_never_filled"]
    assert report["unmapped"] == [
        {
            "row": 2,
            "column": "hte_City",
            "code": "formula",
            "reason": "This is a formula. Formulas are not worked out.",
        }
    ]
    assert report["answers"]["gender"] == 2
    assert report["kept_beside_the_answers"]["prs_FirstName"] == 2


def test_values_are_printed_only_when_they_are_asked_for(capsys, tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text("prs_Gender,vic_Vulnerabilities,Name\nFeminine,Poverty,Ana\n")
    code, report, _err = check(capsys, str(file))
    assert "Ana" not in json.dumps(report)
    assert report["deprecated"] == ["vic_Vulnerabilities"]
    assert code == 1
    _code, report, _err = check(capsys, str(file), "--values")
    assert report["unmapped"][0]["value"] == "Ana"


def test_a_whole_file_ends_with_0_and_a_file_that_cannot_be_read_with_1(capsys, tmp_path):
    file = tmp_path / "cases.txt"
    file.write_text('{"prs_Gender": "Feminine"}')
    assert check(capsys, str(file), "--kind", "json")[0] == 0
    code, report, _err = check(capsys, str(file), "--kind", "csv")
    assert (code, [fault["code"] for fault in report["faults"]]) == (1, ["heading"])
    assert check(capsys, str(file)) == (
        1,
        {},
        "Say what kind of file it is: --kind json, csv or xlsx.\n",
    )
    assert check(capsys, str(tmp_path / "none.csv"))[0] == 1
    assert check(capsys, str(file), "--kind", "json", "--profile", "x")[2] == (
        "There is no profile x.\n"
    )
