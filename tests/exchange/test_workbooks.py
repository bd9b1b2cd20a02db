"""Workbooks that others send: cells as they are, no formula worked out, no file that stops us."""

import io
import random
import time
import tracemalloc
import zipfile

import pytest

from exchange import workbooks
from exchange.workbooks import Cell, Unreadable, Workbook
from nrm.spreadsheets import as_xlsx

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(sheet: str = "", *, at: str = "xl/worksheets/sheet1.xml", **parts: str) -> bytes:
    """A workbook of ours with some parts in the place of its own; `sheet` are the rows."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx([["a"]], sheet="A"))) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            if name == at and sheet:
                after.writestr(
                    name, f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>"
                )
            elif name not in parts.values():
                content = before.read(name)
                if name == "xl/styles.xml" and "styles" in parts:
                    content = parts["styles"].encode()
                after.writestr(name, content)
        for name, content in parts.items():
            if name.startswith("add "):
                after.writestr(name[4:], content)
    return made.getvalue()


def cells(content: bytes) -> list[tuple[int, list[Cell]]]:
    book = Workbook(content)
    return list(book.rows(book.sheets[0]))


def test_what_we_write_we_read():
    rows = [["a", "", "_x000D_ \r\n\t x", "=1"], [], ["01", None, 7, "\x01\x00"]]
    assert cells(as_xlsx(rows, sheet='A & "B"')) == [
        (1, [Cell(1, "a"), Cell(3, "_x000D_ \r\n\t x"), Cell(4, "=1")]),
        (3, [Cell(1, "01"), Cell(3, "7"), Cell(4, "\x01\x00")]),
    ]
    assert Workbook(as_xlsx([["a"]], sheet='A & "B"')).sheets == ('A & "B"',)


def test_cells_of_every_type_are_read_and_a_formula_says_that_it_is_one():
    styles = (
        f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="[$-409]d\\-mmm"/>'
        '<numFmt numFmtId="165" formatCode="0.0&quot;day&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
        "</styleSheet>"
    )
    sheet = (
        '<row><c><v>1.50</v></c><c s="1"><v>32932</v></c><c s="2"><v>46085.5625</v></c>'
        '<c s="3"><v>2</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c>'
        '<c t="d"><v>2020-01-02</v></c><c t="str"><f>A1&amp;"x"</f><v>1.5x</v></c>'
        '<c><f>1+1</f></c><c t="inlineStr"><is><r><t>a</t></r><rPh><t>no</t></rPh><r><t>b</t></r>'
        '</is></c></row><row r="9"><c r="C9" s="1"><v>60</v></c><c r="D9" s="1"><v>1</v></c>'
        '<c r="AB9" s="1"><v>-1</v></c><c t="s"><v>5</v></c></row>'
    )
    assert cells(workbook(sheet, styles=styles)) == [
        (
            1,
            [
                Cell(1, 1.5),
                Cell(2, "1990-02-28"),
                Cell(3, "2026-03-04T13:30:00"),
                Cell(4, 2),
                Cell(5, True),
                Cell(6, "#REF!"),
                Cell(7, "2020-01-02"),
                Cell(8, "1.5x", 'A1&"x"'),
                Cell(9, "", "1+1"),
                Cell(10, "ab"),
            ],
        ),
        # The 29 February 1900 never was, and no day is before the first.
        (9, [Cell(3, "60"), Cell(4, "1900-01-01"), Cell(28, "-1")]),
    ]


def test_a_cell_of_the_last_row_costs_no_more_than_any_other():
    far = cells(workbook('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'))
    assert far == [(1_048_576, [Cell(1, 1)])]


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as unreadable:
        cells(content)
    assert unreadable.value.objection.text
    return unreadable.value.objection.code


def test_a_column_too_far_to_the_right_a_long_cell_and_a_file_too_large_are_refused(monkeypatch):
    assert refused(workbook('<row><c r="XFD1"><v>1</v></c></row>')) == "too_large"
    long = f'<row><c t="inlineStr"><is><t>{"a" * 32_768}</t></is></c></row>'
    assert refused(workbook(long)) == "too_large"
    monkeypatch.setattr(workbooks, "MOST_MEGABYTES", 0)
    assert refused(workbook()) == "too_large"


def test_an_archive_that_unfolds_too_far_is_refused_before_it_is_read():
    started = time.monotonic()
    assert refused(workbook(f"<row>{' ' * 60_000_000}</row>")) == "bomb"
    assert time.monotonic() - started < 5


def test_one_long_text_in_many_cells_and_more_elements_than_anybody_fills_in_are_refused(
    monkeypatch,
):
    shared = f"<sst {MAIN}><si><t>{'a' * 1000}</t></si></sst>"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/shared.xml"/></Relationships>'
    )
    content = workbook(
        '<row><c t="s"><v>0</v></c></row>' * 20,
        left_out="xl/_rels/workbook.xml.rels",
        **{"add xl/shared.xml": shared, "add xl/_rels/workbook.xml.rels": relations},
    )
    assert len(cells(content)) == 20
    monkeypatch.setattr(workbooks, "MOST_TEXT", 19_999)
    assert refused(content) == "too_large"
    monkeypatch.setattr(workbooks, "MOST_TEXT", 20_000)
    assert len(cells(content)) == 20
    monkeypatch.setattr(workbooks, "MOST_ELEMENTS", 50)
    assert refused(content) == "too_large"


def book_of(*to: str, more: str = "") -> str:
    sheets = "".join(f'<sheet name="S{n}" r:id="{one}"/>' for n, one in enumerate(to))
    return f'<workbook {MAIN} xmlns:r="x"><sheets>{sheets}</sheets>{more}</workbook>'


def replaced(name: str, content: str) -> bytes:
    return workbook(left_out=name, **{f"add {name}": content})


def test_two_sheets_that_are_one_part_and_more_sheets_than_anybody_turns_over_are_refused():
    assert refused(replaced("xl/workbook.xml", book_of("rId1", "rId1"))) == "unreadable"
    assert len(cells(replaced("xl/workbook.xml", book_of("rId1", "none")))) == 1
    many = book_of(*["none"] * workbooks.MOST_SHEETS, "rId1", more="<workbookPr/>")
    assert refused(replaced("xl/workbook.xml", many)) == "too_large"


def test_elements_are_counted_once_for_the_whole_workbook(monkeypatch):
    content = workbook("<row><c><v>1</v></c></row>" * 10)
    monkeypatch.setattr(workbooks, "MOST_ELEMENTS", 100)
    book = Workbook(content)
    assert len(list(book.rows("A"))) == len(list(book.rows("A"))) == 10
    with pytest.raises(Unreadable):
        list(book.rows("A"))


@pytest.mark.parametrize("name", ["xl/styles.xml", "xl/workbook.xml"])
def test_what_is_not_wanted_of_a_part_takes_no_memory(name):
    rows = "".join(f'<a b="{n % 9973}"/>' for n in range(400_000))
    content = workbook()
    before = zipfile.ZipFile(io.BytesIO(content)).read(name).decode()
    end = before.rindex("</")
    content = replaced(name, before[:end] + rows + before[end:])
    tracemalloc.start()
    try:
        assert cells(content)
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_more_relations_or_styles_than_programs_write_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_STYLES", 4)
    styles = f"<styleSheet {MAIN}><cellXfs>{{}}</cellXfs></styleSheet>"
    assert cells(workbook(styles=styles.format("<xf/>" * 2)))
    assert refused(workbook(styles=styles.format("<xf/>" * 3))) == "too_large"
    monkeypatch.setattr(workbooks, "MOST_RELATIONS", 1)
    assert refused(workbook()) == "too_large"


def test_cells_of_one_row_that_name_a_column_twice_are_counted():
    row = "".join('<c r="A1"><v>1</v></c>' for _ in range(500))
    assert len(cells(workbook(f"<row>{row}</row>"))[0][1]) == 500
    assert refused(workbook(f"<row>{row}<c r='B1'/></row>")) == "too_large"


def with_texts(shared: str) -> bytes:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/shared.xml"/></Relationships>'
    )
    return workbook(
        '<row><c t="s"><v>0</v></c></row>',
        left_out="xl/_rels/workbook.xml.rels",
        **{
            "add xl/shared.xml": f"<sst {MAIN}>{shared}</sst>",
            "add xl/_rels/workbook.xml.rels": relations,
        },
    )


def test_a_text_that_cells_share_is_no_longer_than_one_of_a_cell():
    half = f"<r><t>{'a' * 16_000}</t></r>"
    assert len(str(cells(with_texts(f"<si>{half * 2}</si>"))[0][1][0].value)) == 32_000
    assert refused(with_texts(f"<si>{half * 3}</si>")) == "too_large"


@pytest.mark.parametrize("markup", ['<row a="{}"/>', "<!--{}-->", "<?a {}?>"])
def test_an_attribute_or_comment_without_end_is_not_kept(markup):
    started = time.monotonic()
    noise = random.Random(1).randbytes(2_000_000).hex()
    assert refused(workbook(markup.format(noise))) == "too_large"
    assert time.monotonic() - started < 5
    assert cells(workbook(markup.format(noise[:500_000]) + "<row><c><v>1</v></c></row>"))


def test_half_a_character_is_none_and_two_halves_are_one():
    def told(text):
        return cells(workbook(f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'))[0][1]

    assert told("Ana_xD83D_") == told("Ana_xde00_") == [Cell(1, "Ana\ufffd")]
    assert told("Ana_xD83D__xDE00_") == [Cell(1, "Ana\U0001f600")]


@pytest.mark.parametrize(
    "sheet",
    [
        "<row><c></row>",
        "<row>&bomb;</row>",
    ],
)
def test_a_damaged_sheet_is_refused(sheet):
    assert refused(workbook(sheet)) == "unreadable"


def test_entities_are_refused_before_they_unfold():
    evil = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><worksheet/>'
    content = workbook(
        left_out="xl/worksheets/sheet1.xml", **{"add xl/worksheets/sheet1.xml": evil}
    )
    assert refused(content) == "unreadable"


def test_a_macro_and_a_file_that_is_fetched_from_elsewhere_are_refused():
    assert refused(workbook(**{"add xl/vbaProject.bin": "x"})) == "macros"
    fetched = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r" Type="x/externalLinkPath" Target="http://far.example/a.xlsx"'
        ' TargetMode="External"/></Relationships>'
    )
    assert refused(workbook(**{"add xl/externalLinks/_rels/a.xml.rels": fetched})) == "calls_out"


def test_a_locked_or_old_workbook_is_told_as_that():
    assert refused(b"\xd0\xcf\x11\xe0" + b"\x00" * 600) == "locked"


@pytest.mark.parametrize("name", ["xl/workbook.xml", "_rels/.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_without_one_of_its_parts_is_none(name):
    assert refused(workbook(left_out=name)) == "unreadable"
