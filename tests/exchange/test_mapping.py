"""The payload read as answers: pure, complete, and never at a loss."""

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.rules.referral_form import clean_answers, objections_to_sending
from exchange.home_office.mapping import Mapped, read_payload
from exchange.home_office.nationalities import country_of
from nrm.profiles import load_profile
from tests.exchange.tools import VARIANTS, payload

TODAY = date(2026, 11, 22)


def read(name: str = "example-payload", **more: Any) -> Mapped:
    return read_payload(payload(name, **more), profile=load_profile("uk"), today=TODAY)


def faults(mapped: Mapped) -> dict[str, str]:
    return {fault.field or "": fault.text for fault in mapped.faults}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_read_without_a_fault_and_can_be_sent(name: str) -> None:
    mapped = read(name)
    uk = load_profile("uk")
    assert mapped.faults == ()
    clean, objections = clean_answers(mapped.answers, uk, today=TODAY)
    assert objections == []
    assert clean == mapped.answers
    assert objections_to_sending(clean, uk, complete=False) == []


def test_the_example_is_an_adult_who_agreed_and_was_made_to_work_in_london() -> None:
    mapped = read()
    assert mapped.external_id == "f901a2e4-33cd-4712-b6e3-0b7ac54c4c23"
    assert not mapped.duty_to_notify
    assert mapped.unknown_keys == ()
    answers = mapped.answers
    assert (answers["age_status"], answers["consent_answer"]) == ("adult", "given")
    assert answers["jurisdiction"] == "england"
    assert answers["name"] == "TestFirstname TestSurname"
    assert (answers["gender"], answers["nationality"]) == ("man", "AU")
    assert answers["last_contact"] == "over_a_year"
    assert answers["contact_email"] == "safe"
    assert answers["episodes"] == [
        {
            "types": ["forced_work"],
            "place": "uk",
            "countries": ["GB"],
            "towns": "London",
            "address": "test address",
            "dates_text": "When incident took place\n\nDates of another situation",
            "age_then_status": "adult",
        }
    ]


def test_the_other_type_is_a_duty_to_notify_of_an_adult_who_did_not_agree() -> None:
    mapped = read("duty-to-notify")
    assert mapped.duty_to_notify
    assert mapped.answers["consent_answer"] == "refused"
    assert mapped.answers["consent_note"] == "They want to think about it first"
    assert mapped.answers["police_cooperation"] == "no"


def test_a_child_is_not_asked_for_consent_and_a_childs_duty_to_notify_is_a_fault() -> None:
    for name, age in (("child", "child"), ("unknown-age", "not_sure")):
        mapped = read(name)
        assert mapped.answers["age_status"] == age
        assert "consent_answer" not in mapped.answers
        assert mapped.answers["child_protection_told"] == "yes"
        assert set(faults(read(name, Type="662265"))) == {"Type"}


def test_the_key_named_first_chance_holds_whether_it_was_reported_before() -> None:
    assert read(FirstChanceToReport="Yes").answers["reported_before"] == "yes"
    assert read(FirstChanceToReport="No").answers["reported_before"] == "no"
    assert read(FirstChanceToReport="Not sure").answers["reported_before"] == "not_known"
    assert "reported_before" not in read(FirstChanceToReport="").answers


def test_ten_towns_and_ten_countries_are_kept_in_their_order() -> None:
    (episode,) = read("ten-cities").answers["episodes"]
    assert episode["towns"].split("\n") == [
        "London", "Leeds", "Hull", "York", "Bath", "Derby", "Luton", "Poole", "Stoke", "Wigan",
    ]  # fmt: skip
    (episode,) = read("overseas").answers["episodes"]
    assert episode["place"] == "overseas"
    assert episode["countries"] == ["AL", "VN", "CD", "CI", "BS", "XK", "MK", "LC", "TR", "SZ"]
    (episode,) = read("overseas", Country4="Ruritania").answers["episodes"]
    assert episode["towns"] == "Ruritania"
    assert len(episode["countries"]) == 9


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("ComponentForcedToWorkForNothing", "forced_work"),
        ("ComponentWagesTaken", "wages_taken"),
        ("ComponentFraud", "fraud"),
        ("ComponentProstitution", "prostitution"),
        ("ComponentChildExploitation", "child_sexual"),
        ("ComponentSexuallyassaulted", "held_and_assaulted"),
        ("ComponentForcedCrime", "crime"),
        ("ComponentOrgansRemoved", "organs"),
        ("ComponentDomesticServitude", "household"),
    ],
)
def test_each_kind_of_exploitation_has_its_key(key: str, code: str) -> None:
    mapped = read(**{"ComponentForcedToWorkForNothing": None, key: "Yes"})
    assert mapped.answers["episodes"][0]["types"] == [code]


def test_another_kind_of_exploitation_comes_as_its_text() -> None:
    episode = read(ExploitationOther="Made to sell flowers").answers["episodes"][0]
    assert episode["types"] == ["forced_work", "other"]
    assert episode["type_other"] == "Made to sell flowers"
    long = "Made to sell flowers. " * 20
    episode = read(ExploitationOther=long).answers["episodes"][0]
    assert "type_other" not in episode
    assert episode["description"] == long.strip()


def test_what_is_not_marked_safe_is_never_taken_for_safe() -> None:
    answers = read(SafeToEmail="No", SafeToPostal="Yes").answers
    assert (answers["contact_email"], answers["contact_post"]) == ("unsafe", "safe")
    answers = read(SafeToEmail=None, **{"Customer.Phone": "07700 900123"}).answers
    assert not any(question.startswith("contact_") for question in answers)


def test_a_bad_payload_is_told_every_fault_at_its_key() -> None:
    told = faults(read("bad"))
    assert set(told) == {
        "Type",
        "NRMOrDuty",
        "AdultOrChild",
        "Case.Jurisdiction",
        "ExternalId",
        "Customer.DOB",
        "Customer.Email",
        "SafeToEmail",
        "PVExploitersLastContact",
        "ExploitationTreatment",
        "NeedSupport",
    }
    assert told["AdultOrChild"] == "Must be one of these: Adult, Child, Unknown."


@pytest.mark.parametrize("value", [None, [], "text", 7, True])
def test_what_is_no_object_is_one_fault(value: Any) -> None:
    mapped = read_payload(value, profile=load_profile("uk"), today=TODAY)
    assert [fault.text for fault in mapped.faults] == ["The payload must be one JSON object."]


def test_keys_that_repeat_another_are_kept_only_where_they_say_something_else() -> None:
    assert read().unknown_keys == ()
    mapped = read(HowToNotify="Pigeon", CountryLabel="Wales")
    assert set(mapped.unknown_keys) == {"HowToNotify", "CountryLabel"}
    assert mapped.unknown_values == {"HowToNotify": "Pigeon", "CountryLabel": "Wales"}
    assert set(faults(read(Country="WAL"))) == {"Country"}
    assert set(faults(read(NRMOrDuty="DTN"))) == {"NRMOrDuty"}


def test_a_key_whose_name_may_say_who_somebody_is_is_listed_by_a_number() -> None:
    mapped = read(**{"Quillon Marchbanks": "yes", "Cohort": "B"})
    assert mapped.unknown_keys == ("(key 1)", "Cohort")
    assert mapped.unknown_values["(key 1)"] == {"name": "Quillon Marchbanks", "value": "yes"}


def test_a_text_that_does_not_fit_its_question_is_kept_whole() -> None:
    place = "A" * 201
    mapped = read(PVBirthplace=place, CIDReference="ref " * 100)
    assert mapped.faults == ()
    assert "birthplace" not in mapped.answers
    assert mapped.unknown_values["PVBirthplace"] == place
    assert set(mapped.unknown_keys) == {"PVBirthplace", "CIDReference"}
    mapped = read(**{"Customer.Forename1": "A" * 150, "Customer.Surname": "B" * 150})
    assert "name" not in mapped.answers
    assert set(mapped.unknown_values) == {"Customer.Forename1", "Customer.Surname"}
    # Longer than the live form takes is a fault.
    assert set(faults(read(PVFamily="A" * 15_001))) == {"PVFamily"}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [str(value)]


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != "bad"])
def test_nothing_that_was_told_in_words_is_dropped(name: str) -> None:
    """Every value that is no code is found again among the answers or the values kept."""
    sent = payload(name)
    # A mark of its own in each text shows where it went.
    coded = {"Type", "ExternalId", "Case.Jurisdiction", "Country", "CountryLabel", "NRMOrDuty"}
    coded |= {"Customer.ContactMethod", "HowToNotify", "WhoToSendDecisionTo", "Customer.DOB"}
    coded |= {"Customer.Nationality", "Customer.Custom14", "Customer.Custom10", "Customer.Custom17"}
    coded |= {"PVExploitersLastContact", "ExploitationLocationPresented", "AdultOrChild"}
    coded |= {"AdultOrChildDuringExploitation", "OtherVictimsFurtherInfo"}
    answers = {"yes", "no", "not sure", "not-sure", "dontknow", "unknown", ""}
    marked = {
        key: value
        for key, value in sent.items()
        if key not in coded
        and not key.startswith(("Country", "Document"))
        and isinstance(value, str)
        and value.casefold() not in answers
    }
    for number, key in enumerate(marked):
        email = "@" in marked[key]
        sent[key] = f"m{number}x@example.org" if email else f"m{number}x {marked[key]}"
    mapped = read_payload(sent, profile=load_profile("uk"), today=TODAY)
    assert mapped.faults == ()
    found = "\n".join(_texts(mapped.answers) + _texts(mapped.unknown_values))
    lost = [key for number, key in enumerate(marked) if f"m{number}x" not in found]
    assert lost == []
    assert len(marked) > 25


def test_every_nationality_of_the_live_form_has_a_country_of_our_list() -> None:
    from cases.rules.countries import COUNTRIES
    from exchange.home_office.nationalities import _CODES

    assert len(_CODES) > 200
    assert set(_CODES.values()) <= set(COUNTRIES.labels)
    assert country_of("  citizen of VANUATU ") == "VU"
    assert country_of("Unknown") == country_of("Ruritanian") == ""
    answers = read(**{"Customer.Nationality": "Unknown", "Customer.Custom11": "Kosovan"}).answers
    assert answers["nationality"] == "not_known"
    assert answers["nationality_text"] == "Kosovan"


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=300),
    st.sampled_from(["Yes", "No", "Adult", "Child", "Unknown", "OVERSEAS", "2012-02-30", "9999"]),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


@st.composite
def mutated(draw: Any) -> dict[str, Any]:
    """A payload of the test data with some keys changed, taken away or added."""
    found = copy.deepcopy(payload(draw(st.sampled_from(VARIANTS))))
    for key in draw(st.lists(st.sampled_from(sorted(found)), max_size=8)):
        found[key] = draw(ODD)
    for key in draw(st.lists(st.sampled_from(sorted(found)), max_size=8)):
        found.pop(key, None)
    found.update(draw(st.dictionaries(st.text(max_size=70), ODD, max_size=3)))
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_no_payload_is_more_than_the_reader_can_take(sent: dict[str, Any]) -> None:
    before = copy.deepcopy(sent)
    mapped = read_payload(sent, profile=load_profile("uk"), today=TODAY)
    assert repr(sent) == repr(before)
    if mapped.faults:
        assert all(fault.text and isinstance(fault.field, str) for fault in mapped.faults)
        return
    assert mapped.external_id
    assert mapped.answers["age_status"] in ("adult", "child", "not_sure")
    assert set(mapped.unknown_values) == set(mapped.unknown_keys)
