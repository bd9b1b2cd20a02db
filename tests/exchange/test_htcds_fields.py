"""The fields and codes of the standard, as its own files have them."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from exchange.htcds.standard.fields import IDENTITY, OPEN, PROTECTIONS, Unfit, standard, value_of
from exchange.htcds.standard.schema import schema
from tests.exchange.htcds import SAMPLES
from tools import htcds

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_kept_of_the_standard_is_what_its_files_say():
    kept = json.loads((ROOT / "exchange/htcds/standard/standard.json").read_text(encoding="utf-8"))
    assert kept == htcds.standard()


def test_it_says_whose_it_is_and_that_nobody_endorses_us():
    told = standard().attribution
    assert "International Organization for Migration" in told["of"]
    assert "CC BY 4.0" in told["licence"]
    assert told["changes"]
    assert "endorses neither" in told["no_endorsement"]


def test_the_standard_has_84_fields_of_which_40_are_core_and_3_deprecated():
    fields = [field for field in standard().fields.values() if field.standard]
    assert len(fields) == 84
    assert sum(field.core for field in fields) == 40
    deprecated = {field.name for field in fields if field.deprecated}
    assert deprecated == {
        "vic_AgreementToManagePersonalData",
        "vic_Vulnerabilities",
        "vic_DetailsOfVulnerabilities",
    }


def test_no_field_of_ours_has_a_name_that_the_standard_could_have():
    for field in standard().fields.values():
        assert field.standard != field.name.startswith("nrm_")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("prs_Gender", "prs_Gender"),
        ("prs_First_Name", "prs_FirstName"),
        ("prs_Second_Name", "prs_SecondName"),
        ("vic_Methods_of_Control", "vic_MethodsOfControl"),
        ("prs_Gender__c", "prs_Gender"),
        ("victim/prs_Gender", "prs_Gender"),
        ("meta/instanceID", "nrm_RecordId"),
        ("_uuid", "nrm_RecordId"),
    ],
)
def test_a_column_is_known_by_the_name_of_the_table_the_form_and_a_salesforce_export(
    written, meant
):
    assert standard().find(written).name == meant


def test_a_column_of_another_name_is_no_field():
    for name in ("Gender", "prs_", "", "start", "__version__", "name"):
        assert standard().find(name) is None


def test_every_question_and_choice_of_the_form_is_read():
    survey, lists = htcds._xlsform()
    for name, told in survey.values():
        field = standard().find(name)
        kind, _space, of = told.partition(" ")
        for code, label in lists.get(of, ()):
            wanted = code.strip() if field.kind != "checkbox" else code == "TRUE"
            wanted = (wanted,) if field.several else wanted
            assert value_of(field, code) == wanted
            assert value_of(field, label) == wanted
        assert (
            kind != "select_multiple" or field.several or field.name == "vic_ForcedLabourIndustry"
        )


@pytest.mark.parametrize("field", standard().fields.values(), ids=lambda field: field.name)
def test_every_code_is_read_by_itself_by_its_label_and_among_others(field):
    for code, label in field.codes:
        wanted = (code,) if field.several else code
        assert value_of(field, code) == value_of(field, label) == wanted
    if field.several and field.codes:
        codes = tuple(code for code, _label in field.codes)
        labels = [label for _code, label in field.codes]
        for mark in ("; ", "\n", " "):
            assert value_of(field, mark.join(codes)) == codes
        assert value_of(field, ";".join(labels)) == codes
        assert value_of(field, labels) == codes


def test_of_several_codes_those_that_are_known_are_taken_and_the_others_told():
    field = standard().fields["vic_MethodsOfControl"]
    with pytest.raises(Unfit) as unfit:
        value_of(field, "DebtBondage;Hypnosis;Other")
    assert unfit.value.taken == ("DebtBondage", "Other")
    assert unfit.value.left == "Hypnosis"


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("prs_Birthdate", "03/04/1990", "date"),
        ("prs_Birthdate", "1990-02-30", "date"),
        ("prs_Birthdate", "19900228", "date"),
        ("prs_NumberOfChildren", "two", "number"),
        ("prs_NumberOfChildren", True, "number"),
        ("prs_NumberOfChildren", float("inf"), "number"),
        ("hte_Latitude", 91, "coordinate"),
        ("hte_Longitude", "-180.5", "coordinate"),
        ("con_Consent", "maybe", "yes_or_no"),
        ("prs_Gender", "F", "code"),
        ("prs_Gender", ["Feminine"], "shape"),
        ("prs_FirstName", {"a": 1}, "shape"),
        ("prs_FirstName", "A\x00", "not_text"),
        ("prs_FirstName", "\ud800", "not_text"),
        ("prs_FirstName", "a" * 32_768, "too_long"),
        ("prs_MailingCountry", "Ruritania", "code"),
        ("prs_PrimaryLanguage", "qqq", "code"),
        ("nrm_RecordId", "Ana Smith", "token"),
        ("vic_TypeOfExploitation", [1], "shape"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_told_why(name, raw, code):
    with pytest.raises(Unfit) as unfit:
        value_of(standard().fields[name], raw)
    assert unfit.value.code == code


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("prs_Birthdate", "1990-02-28T00:00:00", "1990-02-28"),
        ("prs_NumberOfChildren", "2.0", 2),
        ("hte_Latitude", "-12.5", -12.5),
        ("con_Consent", "No", False),
        ("con_Consent", True, True),
        ("prs_MobilePhone", 447700900123, "447700900123"),
        ("prs_Citizenship", "Congo, Democratic Republic of the", ("CD",)),
        ("prs_Citizenship", "Turkey; XK", ("TR", "XK")),
        ("prs_MailingCountry", "united kingdom", "GB"),
        ("prs_PrimaryLanguage", "fre", "fre"),
        ("prs_PrimaryLanguage", "French", "fra"),
        ("prs_PrimaryLanguage", "fr", "fr"),
        ("prs_FirstName", " a\r\nb ", "a\nb"),
        ("prs_FirstName", "  ", None),
        ("prs_Citizenship", [], None),
    ],
)
def test_a_value_is_read_as_the_field_has_it(name, raw, value):
    assert value_of(standard().fields[name], raw) == value


def test_each_field_says_what_it_gives_away():
    fields = standard().fields
    assert {field.protection for field in fields.values()} == set(PROTECTIONS)
    for name, field in fields.items():
        if field.kind in ("text", "long_text", "lookup", "date") and name != "hte_Country":
            assert field.protection != OPEN, name
        if name.startswith("prs_Mailing") or name.endswith(("Name", "Phone", "Email")):
            assert field.protection == (IDENTITY if name.startswith("prs_") else "detail"), name


def test_the_schema_that_is_published_is_the_one_that_the_fields_make():
    published = json.loads((ROOT / "docs/htcds-2.0.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    assert published == schema()


def test_there_is_a_sample_of_every_field():
    assert set(SAMPLES) == set(standard().fields)
