"""Indicators are data that is whole or refused; their values are published counts as they are."""

import copy
import io
import json
import tomllib
import zipfile
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from reporting.attacks.population import invented
from reporting.monitoring.indicators import (
    DATA,
    LANGUAGES,
    IndicatorFaults,
    load_reports,
    read_reports,
)
from reporting.monitoring.sheets import as_spreadsheet
from reporting.monitoring.values import fill
from reporting.monitoring.words import names_of
from reporting.releases.document import HIDDEN, read_release
from reporting.releases.periods import Period
from reporting.releases.tables import load_plan, plans, true_counts
from tests.releases.small import RULE, a_release, given, small
from tests.releases.small import person as row

YEAR = Period(2026)


def texts(words):
    return dict.fromkeys(LANGUAGES, words)


def told(*indicators, **more):
    """What the files would say: a report, and the sentences that it shares."""
    return {
        "common": {
            "records": [{"code": "referral", "text": texts("The referral")}],
            "reasons": [{"code": "elsewhere", "text": texts("Kept elsewhere")}],
            "limits": [{"code": "referred", "text": texts("Of people referred")}],
        },
        "body": {
            "code": "body",
            "title": texts("A body"),
            "asked_by": texts("Somebody"),
            "source": "A treaty, article 1",
            "verified": False,
            "indicators": list(indicators),
            **more,
        },
    }


def indicator(code="people", **more):
    return {
        "code": code,
        "title": texts(f"Title of {code}"),
        "definition": texts(f"Definition of {code}"),
        "source": "Article 2",
        "verified": True,
        **more,
    }


def counted(**more):
    return indicator(**{"record": "referral", "table": "sex_place", "by": ["sex", "place"], **more})


def reports(*indicators):
    return read_reports(told(*indicators), [small()])


def entry(*indicators, release, plan=None):
    [filled] = fill(reports(*indicators), release, plan)
    return filled.entries[0]


@pytest.fixture(scope="module")
def released():
    """60 women here, 20 men here, 3 women abroad."""
    rows = [row(sex="female", place="here")] * 60 + [row(sex="male", place="here")] * 20
    rows += [row(sex="female", place="abroad")] * 3
    plan = small()
    found = a_release(plan, true_counts(plan, "quarter", rows))
    counts = {code: dict(table.cells) for code, table in ((t.code, t) for t in found.tables)}
    return found, counts


# The files ----------------------------------------------------------------------------------------
def test_every_report_of_the_project_loads_in_every_language_with_its_sources():
    found = load_reports()
    assert {report.code for report in found.all} == {"greta", "glotip", "sdg", "us_tip", "eu"}
    for report in found.all:
        assert report.source
        for one in report.indicators:
            assert one.source
            for language in LANGUAGES:
                assert one.definition.text(language)
        assert any(one.table for one in report.indicators)


@pytest.mark.parametrize("profile", plans())
def test_each_indicator_with_a_table_is_held_in_the_year_of_a_country_or_says_why_not(profile):
    plan = load_plan(profile)
    release = a_release(plan, true_counts(plan, "year", invented(plan, 900, seed=2)), YEAR)
    for filled in fill(load_reports(), release, plan):
        for one in filled.entries:
            if one.indicator.not_held or not one.value.figures:
                assert one.value.state == "not_held"
                assert one.value.because
                assert one.indicator.not_held or one.indicator.code == "notified"
            else:
                assert one.record


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (indicator(), "has either a table or a reason why it is not held"),
        (counted(not_held="elsewhere"), "has either a table or a reason"),
        (counted(table="nothing"), "no release holds 'nothing'"),
        (counted(by=["sex"]), "each has to stand in where or by"),
        (counted(by=["sex", "sex"]), "'sex' stands there twice"),
        (counted(record=""), "record: missing"),
        (counted(record="nowhere"), "no such sentence in common.records: 'nowhere'"),
        (counted(partly="nowhere"), "no such sentence in common.limits"),
        (indicator(not_held="nowhere"), "no such sentence in common.reasons"),
        (indicator(not_held="elsewhere", by=["sex"]), "has counts all the same"),
        (
            counted(by=["place"], where=[{"dimension": "sex", "code": "martian"}]),
            "no release has the code 'martian'",
        ),
        (counted(source=""), "source: says nothing"),
        (counted(definition={"en": "Only English"}), "definition.fr: missing"),
        (counted(title="One language"), "title.ar: missing"),
        ({"code": "people"}, "title: missing"),
        (counted(verified="yes"), "verified: must be true or false"),
        (counted(sum_of=["a"]), "sum_of: unknown key"),
    ],
)
def test_an_incomplete_indicator_is_refused_with_the_reason(wrong, fault):
    with pytest.raises(IndicatorFaults) as refused:
        reports(wrong)
    assert any(fault in one for one in refused.value.faults), refused.value.faults


def test_every_reason_is_told_at_once():
    bad = told(indicator(), counted(code="twice"), counted(code="twice", table="nothing"))
    bad["body"]["code"] = "another"
    del bad["common"]["limits"][0]["text"]["ar"]
    with pytest.raises(IndicatorFaults) as refused:
        read_reports(bad, [small()])
    said = "\n".join(refused.value.faults)
    for fault in ("as the file is called", "twice", "no release holds", "either a table", ".ar: "):
        assert fault in said


def test_a_change_of_the_files_that_breaks_them_is_found():
    """The files themselves, with one thing taken away at a time."""
    tables = {path.stem: tomllib.loads(path.read_text()) for path in DATA.glob("*.toml")}
    known = [load_plan(profile) for profile in plans()]
    read_reports(tables, known)
    for name in tables:
        if name == "common":
            continue
        for key in ("title", "definition", "source", "verified"):
            broken = copy.deepcopy(tables)
            del broken[name]["indicators"][0][key]
            with pytest.raises(IndicatorFaults):
                read_reports(broken, known)


# The values ---------------------------------------------------------------------------------------
def test_a_value_is_the_published_count_and_a_hidden_one_stays_hidden(released):
    release, counts = released
    one = entry(counted(), release=release)
    assert one.value.state == "held"
    assert {tuple(code for _d, code in f.codes): f.count for f in one.value.figures} == dict(
        counts["sex_place"]
    )
    hidden = [figure for figure in one.value.figures if figure.count is None]
    assert hidden
    assert all(figure.shown == HIDDEN for figure in hidden)


def test_one_code_of_a_dimension_is_taken_and_nothing_is_added_up(released):
    release, counts = released
    women = counted(by=["place"], where=[{"dimension": "sex", "code": "female"}])
    found = entry(women, release=release).value.figures
    assert [figure.count for figure in found] == [
        counts["sex_place"]["female", "here"],
        counts["sex_place"]["female", "abroad"],
    ]
    [total] = entry(counted(table="all", by=[]), release=release).value.figures
    assert total.count == counts["all"][()]
    assert total.label == ""


def test_what_is_held_in_part_says_so(released):
    one = entry(counted(partly="referred"), release=released[0])
    assert (one.value.state, one.value.because) == ("partly", "Of people referred")
    assert one.value.figures


def test_what_is_not_held_says_why_and_has_no_number(released):
    one = entry(indicator(not_held="elsewhere"), release=released[0])
    assert one.value.state == "not_held"
    assert one.value.because == "Kept elsewhere"
    assert not one.value.figures


def test_what_another_release_of_the_country_holds_is_pointed_to(released):
    table_of_the_year = {
        "code": "by_kind",
        "title": "by_kind",
        "of": "referrals",
        "dimensions": ["kind"],
        "quarter": 0,
        "year": 1,
    }
    plan = small(*given()["tables"], table_of_the_year)
    asked = read_reports(
        told(counted(table="by_kind", by=["kind"])),
        [plan],
    )
    [filled] = fill(asked, released[0], plan)
    assert "that of the year holds it" in filled.entries[0].value.because
    [without] = fill(asked, released[0], small())
    assert without.entries[0].value.because == "No release of this country holds it."


def test_a_code_that_the_country_does_not_tell_apart_is_not_held(released):
    other = small(
        dimensions=[
            {**one, "codes": [*one["codes"], {"code": "both"}]} if one["code"] == "place" else one
            for one in given()["dimensions"]
        ]
    )
    asked = counted(by=["sex"], where=[{"dimension": "place", "code": "both"}])
    [filled] = fill(read_reports(told(asked), [other, small()]), released[0])
    assert filled.entries[0].value.state == "not_held"
    assert "do not tell this apart" in filled.entries[0].value.because


def test_nothing_but_the_release_is_read(released):
    """A release of noise alone gives numbers; the people it was counted from are not asked."""
    empty = a_release(small(), true_counts(small(), "quarter", []))
    found = entry(counted(), release=empty).value.figures
    assert all(figure.count is None or figure.count >= RULE.threshold for figure in found)


# The files that come of it ------------------------------------------------------------------------
def written(language="en"):
    plan = load_plan("uk")
    release = a_release(plan, true_counts(plan, "year", invented(plan, 900, seed=5)), YEAR)
    with translation.override(language):
        filled = fill(load_reports(), release, plan, names=names_of())
        rtl = translation.get_language_bidi()
        data = as_spreadsheet(filled, release, country="UK", right_to_left=rtl)
    return release, filled, data


def cells_of(data):
    """The texts of each sheet, row by row."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314
    office = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    return {
        sheet.get(f"{office}name"): [
            ["".join(cell.itertext()) for cell in line.iter(f"{office}table-cell")]
            for line in sheet.iter(f"{office}table-row")
        ]
        for sheet in root.iter(f"{office}table")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spreadsheet_holds_every_indicator_with_its_value_and_its_source(language):
    release, filled, data = written(language)
    sheets = cells_of(data)
    assert len(sheets) == 1 + len(filled)
    about = next(iter(sheets.values()))
    assert any(release.sha256 in line for line in about)
    for one, lines in zip(filled, list(sheets.values())[1:], strict=True):
        values = [line for line in lines[1:]]
        assert len(values) == sum(max(1, len(entry.value.figures)) for entry in one.entries)
        for item in one.entries:
            mine = [line for line in values if line[0] == item.indicator.code]
            assert [line[4] for line in mine] == ([f.shown for f in item.value.figures] or [""])
            assert all(item.indicator.source in line for line in mine)


def test_the_command_fills_in_a_file_without_a_database(tmp_path, capsys):
    release, filled, _data = written()
    file = tmp_path / "release.json"
    file.write_bytes(release.as_bytes())
    call_command("monitoring_report", file)
    said = json.loads(capsys.readouterr().out)
    assert {one["report"]: len(one["indicators"]) for one in said} == {
        one.report.code: len(one.entries) for one in filled
    }
    call_command("monitoring_report", file, "--language", "fr", "--ods", tmp_path / "out.ods")
    assert "Conseil de l’Europe" in " ".join(cells_of((tmp_path / "out.ods").read_bytes()))
    assert read_release(file.read_bytes()).sha256 == release.sha256
    file.write_bytes(release.as_bytes().replace(b"nrm-release/1", b"nrm-release/2"))
    with pytest.raises(CommandError, match="This is not a release"):
        call_command("monitoring_report", file)
