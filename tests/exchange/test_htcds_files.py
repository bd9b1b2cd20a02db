"""Files of the standard: what goes in comes out, and what has no place is told."""

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from exchange.htcds.standard import reading
from exchange.htcds.standard.fields import PARTS, standard
from exchange.htcds.standard.reading import Reading, read, read_csv, read_json, read_xlsx, reason
from exchange.htcds.standard.record import EVERYTHING, Record, Unmapped
from exchange.htcds.standard.schema import schema
from exchange.htcds.standard.writing import document, table, write_csv, write_json, write_xlsx
from nrm.spreadsheets import as_csv, as_xlsx
from tests.exchange.htcds import SAMPLES, records, with_one

DATA = Path(__file__).resolve().parents[1] / "data" / "htcds"
ALL = EVERYTHING
WRITERS = {
    "json": lambda told: write_json(told, including=ALL).encode(),
    "csv": lambda told: write_csv(told, including=ALL).encode(),
    "xlsx": lambda told: write_xlsx(told, including=ALL),
}


def same(found: Reading, wanted: list[Record]) -> None:
    assert found.faults == ()
    assert found.unmapped == ()
    assert [(one.fields, one.parts) for one in found.records] == [
        (one.fields, one.parts) for one in wanted
    ]


# Round trips -------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", WRITERS)
def test_every_value_of_every_field_comes_out_as_it_went_in(kind):
    wanted = []
    for name, values in SAMPLES.items():
        for value in values:
            one = with_one(name, value)
            one.fields["nrm_RecordId"] = value if name == "nrm_RecordId" else f"R-{len(wanted)}"
            wanted.append(one)
    same(read(WRITERS[kind](wanted), kind=kind), wanted)


@settings(max_examples=15, deadline=None)
@given(records())
def test_whole_records_come_out_as_they_went_in(told):
    for kind, write in WRITERS.items():
        same(read(write(told), kind=kind), told)
    Draft202012Validator(schema()).validate(document(told, including=ALL))


def test_a_record_without_an_identifier_gets_one_only_where_it_needs_several_rows():
    one = Record({"prs_Gender": "Feminine"})
    two = Record({}, {"CaseComments": ({"cco_CaseComment": "a"}, {"cco_CaseComment": "b"})})
    rows = list(table([one, two], including=ALL))
    assert [row[0] for row in rows] == ["nrm_RecordId", "", "record-2", "record-2"]
    found = read_csv(write_csv([one, two], including=ALL).encode())
    assert [record.parts for record in found.records] == [{}, two.parts]
    with pytest.raises(ValueError, match="same identifier"):
        list(table([with_one("prs_Gender", "Feminine")] * 2))


# Who sees what -----------------------------------------------------------------------------------
def _told_of_everybody() -> Record:
    fields, parts = {}, {}
    for name, field in standard().fields.items():
        value = SAMPLES[name][0]
        if field.kind in ("text", "long_text", "lookup"):
            value = f"told in {name}"
        elif field.kind == "date":
            value = "1987-06-05"
        elif field.kind == "token" and name != "nrm_RecordId":
            value = "uk:england"
        elif name == "nrm_ProfileTypes":
            value = ("uk:wages_taken",)
        (parts.setdefault(field.part, ({},))[0] if field.part else fields)[name] = value
    unmapped = reading.Unmapped(2, "Who", "unknown", "", "told beside the fields")
    return Record(fields, parts, (unmapped,))


@pytest.mark.parametrize("kind", WRITERS)
def test_whoever_asks_for_nothing_more_gets_no_name_contact_day_place_worker_or_free_text(kind):
    told = [_told_of_everybody()]
    text = {"json": write_json, "csv": write_csv}.get(kind)
    said = text(told) if text else _cells_of_xlsx(write_xlsx(told))
    assert "told " not in said
    assert "1987" not in said
    assert "Feminine" in said
    for name, field in standard().fields.items():
        # Any text may stand in the country of an event: the column is there, the text is not.
        there = f'"{name}"' in said if kind == "json" else name in said.split("\r\n")[0].split(",")
        if field.protection != "open":
            assert not there, name
        elif name != "hte_Country":
            assert there, name


def _cells_of_xlsx(content: bytes) -> str:
    from exchange.workbooks import Workbook

    rows = Workbook(content).rows("HTCDS")
    return "\r\n".join(",".join(str(cell.value) for cell in cells) for _number, cells in rows)


@pytest.mark.parametrize("more", ["identity", "detail", "worker", "words"])
def test_whoever_asks_for_one_thing_more_gets_that_and_nothing_else(more):
    said = json.loads(write_json([_told_of_everybody()], including=[more]))["records"][0]
    names = set(said) | {name for part in PARTS for item in said.get(part, ()) for name in item}
    names -= {*PARTS, "Unmapped"}
    fields = standard().fields
    assert names - {"hte_Country"} == {
        name for name, field in fields.items() if field.protection in ("open", more)
    } - {"hte_Country"}
    assert "Unmapped" not in said  # it may be anything


def test_the_country_of_an_event_is_open_and_any_other_text_in_its_place_is_not():
    told = Record(
        {}, {"HistoricTraffickingEvents": ({"hte_Country": "AL"}, {"hte_Country": "Hut"})}
    )
    assert write_csv([told]).count("AL") == 1
    assert "Hut" not in write_csv([told]) + write_json([told])
    assert "Hut" in write_csv([told], including=["detail"])


@pytest.mark.parametrize("kind", WRITERS)
def test_a_token_is_open_only_where_it_is_a_code_of_a_profile_that_is_loaded(kind):
    told = Record(
        {
            "nrm_RecordId": "A-1",
            "nrm_Indicators": ("MX-02", "Maria.Petrova-1990-02-28"),
            "nrm_ProfileTypes": ("x:Maria.Petrova", "uk:wages_taken"),
            "nrm_Jurisdiction": "x:Maria.Petrova",
        }
    )
    write = {"json": write_json, "csv": write_csv, "xlsx": write_xlsx}[kind]

    def read_again(**more):
        said = write([told], **more)
        (found,) = read(said if isinstance(said, bytes) else said.encode(), kind=kind).records
        return found.fields

    open_ones = {"nrm_Indicators": ("MX-02",), "nrm_ProfileTypes": ("uk:wages_taken",)}
    assert read_again() == {"nrm_RecordId": "A-1", **open_ones}
    assert read_again(including=["identity", "detail", "worker"]) == read_again()
    assert read_again(including=["words"]) == told.fields


@pytest.mark.parametrize("kind", WRITERS)
def test_what_has_no_place_comes_out_as_it_went_in(kind):
    def beside(*values):
        return tuple(Unmapped(1, "Who", "unknown", reason("unknown"), one) for one in values)

    told = [
        Record({"nrm_RecordId": "A-1"}, unmapped=beside("=1+1;=2", 7, None, {"a": ["ع"]})),
        Record({"prs_Gender": "Feminine"}),
        Record({"prs_Gender": "Masculine"}, unmapped=beside('"\n;=' * 20_000)),
    ]
    found = read(WRITERS[kind](told), kind=kind)
    assert found.faults == ()

    def listed(records):
        return [[(one.column, one.code, one.value) for one in r.unmapped] for r in records]

    wanted = listed(told)
    wanted[0][3] = ("Who", "unknown", '{"a": ["\\u0639"]}')  # what is no one value is kept as JSON
    assert listed(found.records) == wanted
    assert [one.fields.get("prs_Gender") for one in found.records] == [
        None,
        "Feminine",
        "Masculine",
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_column_of_that_name_that_is_not_ours_is_kept_as_it_stands(kind):
    rows = [["prs_Gender", "Unmapped"], ["Feminine", "[not JSON"], ["Masculine", "7"]]
    content = as_xlsx(rows, sheet="A") if kind == "xlsx" else as_csv(rows).encode()
    first, second = read(content, kind=kind).records
    assert [(one.column, one.value) for one in first.unmapped] == [("Unmapped", "[not JSON")]
    assert [(one.code, one.value) for one in second.unmapped] == [("shape", 7)]


def test_a_cell_that_would_be_a_formula_is_text_in_csv_and_in_a_workbook():
    told = [with_one("prs_FirstName", '=HYPERLINK("http://far.example")')]
    rows = list(csv.reader(io.StringIO(write_csv(told, including=ALL), newline="")))
    assert rows[1][rows[0].index("prs_FirstName")].startswith("'=")
    archive = ZipFile(io.BytesIO(write_xlsx(told, including=ALL)))
    sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert sheet.count(b"<c ") == sheet.count(b't="inlineStr"') == sheet.count(b's="1"')
    # Of the two formats the second: text (49), and marked as by an apostrophe.
    formats = archive.read("xl/styles.xml").partition(b"<cellXfs")[2].split(b"<xf ")
    assert b'numFmtId="49"' in formats[2]
    assert b'quotePrefix="1"' in formats[2]


# Files of others ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["openpyxl", "xlsxwriter"])
def test_a_workbook_of_another_program_is_read_and_its_formula_told_with_row_and_column(name):
    found = read_xlsx((DATA / f"{name}.xlsx").read_bytes())
    assert found.faults == ()
    first, second = found.records
    assert first.fields == {
        "nrm_RecordId": "A-1",
        "prs_FirstName": "Zoë & <Ana>",
        "prs_Birthdate": "1990-02-28",
        "prs_Gender": "Feminine",
        "vic_MethodsOfControl": ("DebtBondage", "PhysicalThreats"),
        "prs_NumberOfChildren": 2,
        "prs_Deceased": False,
        "cas_IncomingReferralDate": "2026-03-04",
    }
    assert first.parts == {"HistoricTraffickingEvents": ({"hte_City": "Lomé"},)}
    assert second.fields["prs_FirstName"] == "عائشة"
    assert (second.fields["prs_NumberOfChildren"], second.fields["prs_Deceased"]) == (3.5, True)
    assert second.fields["prs_Birthdate"] == "2001-12-31"
    assert second.fields["cas_CaseOwner"] == "far"
    assert [(one.row, one.column, one.code, one.value) for one in found.unmapped] == [
        (2, "hte_City", "formula", "=1+1")
    ]


def test_a_table_of_the_form_with_a_column_for_each_code_is_read():
    text = (
        "_uuid;vic_Methods_of_Control;vic_Methods_of_Control/DebtBondage ;"
        "vic_Methods_of_Control/SexualAbuse;vic_Methods_of_Control/Other;prs_Second_Name\r\n"
        "u-1;;1;0;TRUE;Diallo\r\n"
        "u-2;DebtBondage ;1;;perhaps;Bah\r\n"
    )
    found = read_csv(text.encode("utf-8-sig"))
    first, second = found.records
    assert first.fields["vic_MethodsOfControl"] == ("DebtBondage", "Other")
    assert second.fields["vic_MethodsOfControl"] == ("DebtBondage",)
    assert second.fields["prs_SecondName"] == "Bah"
    assert [(one.row, one.column, one.code) for one in found.unmapped] == [
        (3, "vic_Methods_of_Control/Other", "yes_or_no")
    ]


def test_every_value_without_a_place_is_told_at_once_with_row_column_and_reason_and_kept():
    text = (
        "nrm_RecordId,prs_Gender,prs_Birthdate,Who,vic_MethodsOfControl,hte_Date\n"
        "A,F,1/2/90,Ana,DebtBondage;Spell,soon\n"
        "\n"
        "A,Feminine,1990-02-01,,,2020-01-01\n"
        "A,Masculine,,,,,over\n"
        "Ana Smith,,,,,\n"
    )
    found = read_csv(text.encode())
    assert [(one.row, one.column, one.code, one.value) for one in found.unmapped] == [
        (2, "prs_Gender", "code", "F"),
        (2, "prs_Birthdate", "date", "1/2/90"),
        (2, "Who", "unknown", "Ana"),
        (2, "vic_MethodsOfControl", "code", "Spell"),
        (2, "hte_Date", "date", "soon"),
        (5, "prs_Gender", "differs", "Masculine"),
        (5, "(7)", "unknown", "over"),
        (6, "nrm_RecordId", "token", "Ana Smith"),
    ]
    assert all(one.reason.endswith(".") for one in found.unmapped)
    first, _second = found.records
    assert first.fields["vic_MethodsOfControl"] == ("DebtBondage",)
    assert first.fields["prs_Gender"] == "Feminine"
    again = read_json(write_json(found.records, including=ALL).encode())
    assert [one.value for one in again.unmapped] == [one.value for one in found.unmapped]


def test_json_of_others_is_read_flat_or_in_parts_and_told_by_the_number_of_the_record():
    told = [
        {"prs_First_Name": "A", "hte_City": "Lomé", "vic_TypeOfExploitation": ["Servitude"]},
        {
            "HistoricTraffickingEvents": [{"hte_City": 1, "prs_Gender": "Feminine"}],
            "SupportPlans": "none",
            "Other": {"deep": [1]},
        },
    ]
    found = read_json(json.dumps(told).encode("utf-16"))
    first, second = found.records
    assert first.fields == {"prs_FirstName": "A", "vic_TypeOfExploitation": ("Servitude",)}
    assert first.parts == {"HistoricTraffickingEvents": ({"hte_City": "Lomé"},)}
    assert second.parts == {"HistoricTraffickingEvents": ({"hte_City": "1"},)}
    assert [(one.row, one.column, one.code, one.value) for one in found.unmapped] == [
        (2, "HistoricTraffickingEvents[0].prs_Gender", "unknown", "Feminine"),
        (2, "SupportPlans", "shape", "none"),
        (2, "Other", "unknown", '{"deep": [1]}'),
    ]


# Files that are none -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("json", b"{", "unreadable"),
        ("json", b'{"a": 1, "a": 2}', "unreadable"),
        ("json", b'{"prs_NumberOfChildren": NaN}', "unreadable"),
        ("json", b"[" * 100_000, "unreadable"),
        ("json", b"[1]", "shape"),
        ("json", b'{"records": 1}', "shape"),
        ("json", "é".encode("latin-1"), "encoding"),
        ("csv", "prs_Gender\né".encode("latin-1"), "encoding"),
        ("csv", b'prs_Gender\n"x', "damaged"),
        ("csv", b"name,first\nA,B", "heading"),
        ("csv", b"", "heading"),
        ("xlsx", b"PK\x03\x04", "damaged"),
        ("xlsx", b"", "damaged"),
        ("xlsx", as_xlsx([["name"]], sheet="A"), "heading"),
    ],
)
def test_a_file_that_cannot_be_read_has_one_fault_and_no_record(kind, content, code):
    found = read(content, kind=kind)
    assert found.records == ()
    assert [fault.code for fault in found.faults] == [code]
    assert found.faults[0].text


def test_more_rows_or_bytes_than_the_limit_are_a_fault_and_not_half_a_file(monkeypatch):
    told = [Record({"nrm_RecordId": f"A-{number}"}) for number in range(4)]
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    for kind, write in WRITERS.items():
        found = read(write(told), kind=kind)
        assert ([fault.code for fault in found.faults], found.records) == (["too_large"], ())
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    for kind in ("json", "csv"):
        assert [fault.code for fault in read(b" " * 11, kind=kind).faults] == ["too_large"]


def test_a_value_that_is_no_text_is_kept_as_it_can_be_kept():
    found = read_json(b'{"prs_FirstName": "a\\u0000b", "prs_Title": "\\ud800"}')
    assert [one.value for one in found.unmapped] == ["a\\x00b", "\\ud800"]
    assert write_json(found.records, including=ALL).encode()
