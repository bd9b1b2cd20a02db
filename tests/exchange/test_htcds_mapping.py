"""Records as answers of the referral and back: nothing of the standard is lost, and what somebody
changed here counts."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from cases.rules.referral_form import clean_answers
from exchange.htcds.standard.fields import standard
from exchange.htcds.standard.mapping import (
    Facts,
    Told,
    read_record,
    trafficking_status,
    write_record,
)
from exchange.htcds.standard.reading import read_object
from exchange.htcds.standard.record import EVERYTHING, Record, as_plain
from nrm.profiles import load_profile, profiles
from tests.exchange.htcds import SAMPLES, records, with_one

TODAY = date(2026, 11, 26)
UK = load_profile("uk")


def told(profile: Any = UK, /, **fields: Any) -> Told:
    return read_record(Record(fields), profile=profile)


def back(found: Told, profile: Any = UK, **changed: Any) -> Record:
    """The record that the answers make, with what was kept of it stored and read again."""
    kept = read_object(1, as_plain(found.kept, including=EVERYTHING))
    return write_record(found.answers | changed, profile=profile, kept=kept).record


def without_ours(record: Record, wanted: Record) -> tuple[dict[str, Any], dict[str, Any]]:
    """Its fields and parts, without fields of our namespace that the wanted one does not have."""
    fields = {
        name: value
        for name, value in record.fields.items()
        if not name.startswith("nrm_") or name in wanted.fields
    }
    return fields, record.parts


def comes_back(record: Record, profile: Any) -> None:
    found = read_record(record, profile=profile)
    again = without_ours(back(found, profile), record)
    events = record.parts.get("HistoricTraffickingEvents", ())
    ordered = sorted(events, key=lambda event: event.get("hte_Type") != "Exploitation")
    parts = record.parts | ({"HistoricTraffickingEvents": tuple(ordered)} if events else {})
    assert again == (record.fields, parts)
    clean, objections = clean_answers(found.answers, profile, today=TODAY)
    assert objections == []
    assert clean == found.answers


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.code)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_value_of_every_field_comes_back_by_way_of_the_answers(name, profile):
    for value in SAMPLES[name]:
        if name.startswith("hte_"):
            for kind in ("Exploitation", "Transit"):
                event = {"hte_Type": kind, name: value}
                comes_back(Record({}, {"HistoricTraffickingEvents": (event,)}), profile)
        comes_back(with_one(name, value), profile)


@settings(max_examples=20, deadline=None)
@given(records())
def test_whole_records_come_back_by_way_of_the_answers(made):
    for profile in profiles():
        for record in made:
            comes_back(record, profile)


def test_a_person_is_read_as_the_form_asks():
    found = told(
        prs_FirstName="Ana",
        prs_SecondName="Smith",
        prs_Birthdate="1990-02-28",
        prs_Gender="Feminine",
        prs_NumberOfChildren=2,
        prs_PrimaryLanguage="fre",
        prs_Citizenship=("CD", "FR", "BE"),
        prs_IdentityNumber="X1",
        prs_MobilePhone="+447700900123",
        prs_MailingStreet="1 Road",
        prs_MailingCity="Hull",
        nrm_ConsentToReferral="Given",
        nrm_Jurisdiction="uk:wales",
    )
    assert found.answers == {
        "name": "Ana Smith",
        "birth_date": "1990-02-28",
        "gender": "woman",
        "children_count": 2,
        "language": "fr",
        "nationality": "CD",
        "second_nationality": "FR",
        "document": "X1",
        "document_kind": "national_id",
        "telephone": "+447700900123",
        "address": "1 Road\nHull",
        "consent_answer": "given",
        "jurisdiction": "wales",
    }
    assert found.sources["name"] == "prs_FirstName"
    # What the answers do not say again in the same way, and nothing else, is kept beside them.
    assert set(found.kept.fields) == {
        "prs_FirstName", "prs_SecondName", "prs_PrimaryLanguage", "prs_Citizenship",
        "prs_MailingStreet", "prs_MailingCity",
    }  # fmt: skip


def test_consent_to_an_interview_is_no_agreement_to_be_referred():
    for answer in (True, False):
        found = told(con_Consent=answer)
        assert found.answers == {}
        assert found.kept.fields == {"con_Consent": answer}


def test_a_status_that_another_system_gave_is_no_decision_here():
    found = told(vic_TraffickingStatus="ActualVictimOfTrafficking")
    assert found.answers == {}
    facts = Facts("NRM-1")
    now = write_record({}, profile=UK, kept=found.kept, facts=facts).record
    assert now.fields["vic_TraffickingStatus"] == "PossibleVictimOfTrafficking"


def test_an_answer_that_was_changed_since_counts_and_what_was_kept_of_it_is_told():
    found = told(prs_Gender="TransgenderFeminine", prs_MaritalStatus="Widowed")
    assert found.answers == {"gender": "woman"}
    assert back(found).fields["prs_Gender"] == "TransgenderFeminine"
    written = write_record({"gender": "man"}, profile=UK, kept=found.kept)
    assert written.record.fields == {"prs_Gender": "Masculine", "prs_MaritalStatus": "Widowed"}
    assert written.superseded == ("prs_Gender",)
    assert write_record({}, profile=UK, kept=found.kept).record.fields == {
        "prs_MaritalStatus": "Widowed"
    }


def test_changed_episodes_leave_recruitment_and_transit_as_they_were():
    events = ({"hte_Type": "Transit", "hte_City": "Agadez"}, {"hte_Type": "Exploitation"})
    record = Record({}, {"HistoricTraffickingEvents": (*events, {"hte_City": "Lomé"})})
    found = read_record(record, profile=UK)
    now = back(found, episodes=[{"countries": ["TG"]}])
    assert now.parts["HistoricTraffickingEvents"] == (
        {"hte_Type": "Exploitation", "hte_Country": "TG"},
        {"hte_Type": "Transit", "hte_City": "Agadez"},
        {"hte_City": "Lomé"},
    )


def test_events_of_exploitation_are_episodes_and_no_address_is_asked_for_in_a_conflict():
    event = {
        "hte_Type": "Exploitation",
        "hte_Country": "Albania",
        "hte_City": "Durrës",
        "hte_Street": "1 Quay",
        "hte_Date": "2020-01-02",
    }
    record = Record(
        {"vic_TypeOfExploitation": ("ForcedBegging",), "vic_AgeWhenTrafficked": 15},
        {"HistoricTraffickingEvents": (event, {"hte_Type": "Exploitation", "hte_Country": "Hut"})},
    )
    first, second = read_record(record, profile=UK).answers["episodes"]
    assert first == {
        "countries": ["AL"],
        "towns": "Durrës",
        "address": "1 Quay",
        "began": "2020-01-02",
        "types": ["begging"],
        "age_then_years": 15,
    }
    assert second == {"towns": "Hut"}
    first, _second = read_record(record, profile=load_profile("cameroon")).answers["episodes"]
    assert "address" not in first


@pytest.mark.parametrize(
    ("fields", "uk", "cameroon"),
    [
        ({"vic_TypeOfExploitation": ("ForcedLabour",)}, ["forced_work"], ["labour"]),
        ({"vic_TypeOfExploitation": ("SexualExploitation",)}, ["other"], ["sexual"]),
        (
            {
                "vic_TypeOfExploitation": ("SexualExploitation",),
                "vic_TypeOfSexExploitation": ("Prostitution", "RemoteInteractiveServices"),
            },
            ["prostitution", "sexual_online"],
            ["sexual", "sexual_online"],
        ),
        ({"vic_TypeOfExploitation": ("ForcedAdoption",)}, ["other"], ["adoption"]),
        (
            {
                "vic_TypeOfExploitation": ("Other",),
                "nrm_TypeOfExploitation": ("ForcedCriminality",),
            },
            ["crime"],
            ["crime"],
        ),
        (
            {
                "vic_TypeOfExploitation": ("Servitude",),
                "nrm_TypeOfExploitation": ("DomesticServitude",),
            },
            ["household"],
            ["household"],
        ),
        ({"vic_TypeOfExploitation": ("Servitude",)}, ["other"], ["other"]),
        ({"nrm_ProfileTypes": ("uk:wages_taken", "x:y")}, ["wages_taken"], None),
    ],
)
def test_each_kind_of_exploitation_is_the_one_of_the_form_that_says_no_more(fields, uk, cameroon):
    for code, wanted in (("uk", uk), ("cameroon", cameroon)):
        answers = told(load_profile(code), **fields).answers
        assert answers.get("episodes", [{}])[0].get("types") == wanted


def test_a_kind_that_is_of_children_alone_is_no_answer_for_anybody():
    kinds = UK.referral.exploitation_types
    of_children = tuple(one for one in kinds if one.child_only or one.code == "other")
    profile = replace(UK, referral=replace(UK.referral, exploitation_types=of_children))
    answers = told(profile, vic_TypeOfExploitation=("SexualExploitation",)).answers
    assert answers["episodes"][0]["types"] == ["other"]


def test_a_place_of_another_profile_is_not_one_of_ours():
    assert told(nrm_Jurisdiction="scotland-2:wales").answers == {}
    assert told(nrm_Jurisdiction="cameroon:wales").kept.fields["nrm_Jurisdiction"]


def test_what_the_form_has_no_kind_for_is_other_in_the_words_of_the_standard():
    (episode,) = told(vic_TypeOfExploitation=("ForcedAdoption", "Surrogacy")).answers["episodes"]
    assert episode == {"types": ["other"], "type_other": "Forced adoption; Surrogacy"}


def test_forced_criminality_goes_out_in_our_namespace_and_as_other_in_the_standard():
    answers = {"episodes": [{"types": ["crime", "fraud"]}, {"types": ["household"]}]}
    fields = write_record(answers, profile=UK).record.fields
    assert fields["vic_TypeOfExploitation"] == ("Other", "Servitude")
    assert fields["nrm_TypeOfExploitation"] == ("ForcedCriminality", "DomesticServitude")
    assert fields["nrm_ProfileTypes"] == ("uk:crime", "uk:fraud", "uk:household")
    assert told(**fields).answers["episodes"] == [{"types": ["crime", "fraud", "household"]}]


def test_every_kind_of_every_profile_has_its_code_and_comes_back():
    for profile in profiles():
        for kind in profile.referral.exploitation_types:
            answers = {"episodes": [{"types": [kind.code]}]}
            record = write_record(answers, profile=profile).record
            assert ("vic_TypeOfExploitation" in record.fields) == bool(kind.purposes)
            assert read_record(record, profile=profile).answers == answers


def test_what_the_standard_has_no_field_for_is_told_and_not_left_out_in_silence():
    answers = {"name": "Ana", "how_started": "A promise", "birth_date": "1990", "danger_now": "no"}
    written = write_record(answers, profile=UK)
    assert written.record.fields == {"prs_SecondName": "Ana", "nrm_Birthdate": "1990"}
    assert written.left_out == ("danger_now", "how_started")


def test_findings_go_out_as_methods_of_control_beside_those_that_came_in():
    found = told(vic_MethodsOfControl=("ExcessiveWorkingHours", "DebtBondage"))
    assert found.indicators == ("MX-02",)
    facts = Facts("NRM-1", "Active", indicators=("MX-01", "MC-04", "DG-01", "PU-LAB"))
    fields = write_record({}, profile=UK, kept=found.kept, facts=facts).record.fields
    assert fields["vic_MethodsOfControl"] == (
        "ExcessiveWorkingHours",
        "DebtBondage",
        "WithholdsDocuments",
    )
    assert fields["vic_MethodOfRecruitment"] == ("ThroughAnOnlineAdvertisement",)
    assert fields["nrm_Indicators"] == ("MX-01", "MC-04", "DG-01", "PU-LAB")
    assert fields["nrm_RecordId"] == "NRM-1"
    assert fields["cas_Status"] == "Active"


def test_every_indicator_that_a_code_stands_for_is_in_every_catalogue():
    from exchange.htcds.standard.mapping import _BY_INDICATORS

    for profile in profiles():
        catalogue = {indicator.code for indicator in profile.screening.indicators}
        for name, by_code in _BY_INDICATORS:
            assert set(by_code) <= {code for code, _label in standard().fields[name].codes}
            assert {code for codes in by_code.values() for code in codes} <= catalogue


@pytest.mark.parametrize(
    ("decisions", "status"),
    [
        ({}, "Possible"),
        ({"reasonable_grounds": "positive"}, "Possible"),
        ({"reasonable_grounds": "negative"}, "NotA"),
        ({"reasonable_grounds": "positive", "conclusive_grounds": "positive"}, "Actual"),
        ({"reasonable_grounds": "positive", "conclusive_grounds": "negative"}, "NotA"),
    ],
)
def test_the_status_is_actual_only_after_the_last_decision(decisions, status):
    assert trafficking_status(decisions, UK) == f"{status}VictimOfTrafficking"


def test_a_text_longer_than_its_question_is_kept_and_not_cut():
    found = told(prs_FirstName="a" * 150, prs_SecondName="b" * 150, prs_NumberOfChildren=31)
    assert found.answers == {}
    assert set(found.kept.fields) == {"prs_FirstName", "prs_SecondName", "prs_NumberOfChildren"}
