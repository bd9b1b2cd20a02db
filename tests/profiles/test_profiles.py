"""The profiles that ship, and what is said of one that is incomplete."""

import subprocess
import sys
import tomllib
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import translation

from nrm.accounts.roles import Role
from nrm.profiles import UnknownProfile, load_profile, profiles
from nrm.profiles import loader as loading
from nrm.profiles.labels import Label
from nrm.profiles.loader import DATA, read_calendars, read_profile
from nrm.profiles.shape import ROLES

UK = load_profile("uk")
PALERMO = load_profile("palermo")
CALENDARS, _ = read_calendars(DATA / "calendars.toml")


def test_both_profiles_load_without_a_fault():
    assert {"uk", "palermo"} <= {profile.code for profile in profiles()}
    assert loading.every_fault() == []


def test_a_profile_is_read_once_and_cannot_be_changed():
    assert load_profile("uk") is load_profile("uk", UK.version)
    with pytest.raises(FrozenInstanceError):
        UK.version = "1"


@pytest.mark.parametrize(
    "asked", [("atlantis", None), ("uk", "1999.1"), ("../uk", None), ("", None)]
)
def test_an_unknown_profile_is_a_clear_error(asked):
    with pytest.raises(UnknownProfile, match="There is no profile"):
        load_profile(*asked)


def test_old_versions_stay_loadable_and_the_newest_is_the_one_for_new_cases(tmp_path, monkeypatch):
    for version in ("2026.1", "2026.2", "2026.10"):
        text = (DATA / "uk-2026.1.toml").read_text()
        (tmp_path / f"uk-{version}.toml").write_text(
            text.replace('version = "2026.1"', f'version = "{version}"', 1)
        )
    for name in ("calendars.toml", "indicators-2026.1.toml"):
        (tmp_path / name).write_text((DATA / name).read_text())
    monkeypatch.setattr(loading, "DATA", tmp_path)
    loading._versions.cache_clear()
    loading._profile.cache_clear()
    try:
        assert load_profile("uk").version == "2026.10"
        assert load_profile("uk", "2026.2").version == "2026.2"
    finally:
        monkeypatch.undo()
        loading._versions.cache_clear()
        loading._profile.cache_clear()


def test_profiles_and_the_screening_rule_need_no_django():
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from nrm.profiles import profiles; import screening.rules\n"
        "assert len(profiles()) >= 2; print(profiles()[0].label)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={}, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_roles_of_profiles_are_the_roles_of_accounts():
    assert set(Role.values) == ROLES


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.code)
def test_every_fact_says_where_it_comes_from(profile):
    def facts(item):
        if isinstance(item, tuple):
            for part in item:
                yield from facts(part)
        elif is_dataclass(item):
            if hasattr(item, "source"):
                yield item
            for field in fields(item):
                yield from facts(getattr(item, field.name))

    found = list(facts(profile))
    assert len(found) > 150
    for fact in found:
        assert fact.source.strip()
        # What is our own rule is never called verified.
        assert not (fact.verified and "a working " in fact.source.lower()), fact


def test_what_the_contract_fixes_stands_in_the_profiles():
    assert UK.calendar == "england_and_wales"
    assert PALERMO.calendar == "weekdays"
    assert [d.code for d in UK.decisions] == ["reasonable_grounds", "conclusive_grounds"]
    assert [d.code for d in PALERMO.decisions] == [
        "presumed_identification",
        "formal_identification",
    ]
    for profile in (UK, PALERMO):
        recovery = profile.term("recovery_period")
        assert (recovery.length, recovery.unit, recovery.inclusive_start) == (
            30,
            "calendar_days",
            True,
        )
        for decision in profile.decisions:
            assert decision.outcome("negative").second_person
    lengths = {"reconsideration": 30, "move_on": 45, "draft_warning": 21, "draft_deletion": 28}
    assert {code: UK.term(code).length for code in lengths} == lengths
    assert not any(UK.term(code).inclusive_start for code in lengths)
    assert PALERMO.term("rescreen").length == 30
    assert UK.decision("conclusive_grounds").not_before == "cg_not_before"
    [limb] = UK.screening.limbs
    assert limb.purposes == ("PU-SLV", "PU-SER", "PU-DOM", "PU-LAB")
    assert (limb.adult_needs, limb.child_needs) == (("means", "purpose"), ("purpose",))
    assert not limb.verified
    assert PALERMO.screening.limbs == ()
    assert UK.duty_to_notify.enabled
    assert UK.duty_to_notify.identity_requires == "police_cooperation"
    assert not PALERMO.duty_to_notify.enabled
    assert (UK.statistics.threshold, UK.statistics.rounding, UK.statistics.hide_zeros) == (
        10,
        5,
        True,
    )


def test_a_reference_list_of_codes_is_in_the_catalogue():
    codes = {indicator.code for indicator in UK.screening.indicators}
    assert len(codes) == 118
    for sample in ("ACT-REC", "MD-11", "MX-21", "MV-ABUSED", "DG-11", "CF-10", "SV-07", "PU-OTH"):
        assert sample in codes
    abused = UK.indicator("MV-ABUSED")
    assert (abused.element, abused.finding) == ("means", "abuse")
    assert UK.indicator("SV-03").element == "context"


def test_look_ups_and_choices():
    assert UK.terms_started_by("referral_received") == (UK.term("reasonable_grounds"),)
    assert {t.code for t in UK.terms_started_by("reasonable_grounds.positive")} == set(
        UK.decision("reasonable_grounds").outcome("positive").starts
    )
    assert [code for code, _ in UK.choices("structural_drivers")] == [
        "poverty",
        "livelihood",
        "displacement",
        "conflict",
    ]
    code, label = UK.choices("regions")[-1]
    assert (code, label.text("en"), label.text("fr")) == (
        "not_known",
        "Not known yet",
        "Pas encore connu",
    )
    assert {way.to_stage for way in UK.transitions_from("rg_negative")} == {
        "reconsideration",
        "closed",
    }
    for wrong in (UK.stage, UK.term, UK.decision, UK.indicator, UK.prompt, UK.gap, UK.group):
        with pytest.raises(KeyError):
            wrong("nothing")


def test_labels_answer_in_the_readers_language():
    label = PALERMO.stage("concern").label
    with translation.override("fr"):
        assert str(label) == "Signalement"
    with translation.override("ar"):
        assert str(label) == label.text("ar") != label.text("en")
        assert str(Label((("en", "Panel"), ("fr", "Commission")))) == "Panel"
    assert label.text("fr-cm") == "Signalement"
    assert Label().text("en") == ""
    assert not Label()


# An incomplete profile ---------------------------------------------------------------------------


def faults_of(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """The faults of the UK profile with these texts replaced."""
    text = (DATA / "uk-2026.1.toml").read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    catalogue = "indicators-2026.1.toml"
    (tmp_path / catalogue).write_text((DATA / catalogue).read_text())
    path = tmp_path / "uk-2026.1.toml"
    path.write_text(text)
    return read_profile(path, CALENDARS)[1]


def test_all_faults_are_told_with_file_key_and_reason(tmp_path):
    faults = faults_of(
        tmp_path,
        ('first_stage = "nrm_submitted"\n', ""),
        ('code = "uk"\n', 'code = "uk"\ncolour = "red"\n'),
        ('length = 5\nunit = "working_days"', 'length = "five"\nunit = "weeks"'),
        ("threshold = 10", "threshold = true"),
    )
    assert faults == [
        "uk-2026.1.toml: colour: unknown key",
        "uk-2026.1.toml: first_stage: missing",
        "uk-2026.1.toml: terms[reasonable_grounds].length: must be a whole number, not 'five'",
        "uk-2026.1.toml: terms[reasonable_grounds].unit: must be one of working_days, "
        "calendar_days, hours, years, not 'weeks'",
        "uk-2026.1.toml: statistics.threshold: must be a whole number, not True",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('calendar = "scotland"', 'calendar = "ireland"', "there is no allowed calendar 'ireland'"),
        ('first_stage = "nrm_submitted"', 'first_stage = "x"', "first_stage: there is no stage"),
        ('to_stage = "routed"', 'to_stage = "x"', "there is no stage 'x'"),
        ('by = ["intake", "supervisor"]', 'by = ["boss"]', "there is no role 'boss'"),
        ('to_stage = "rg_pending"', 'to_stage = "routed"', "no transition leads there"),
        ('"screening_completed", ', '"weather", ', "there is no requirement 'weather'"),
        ("second_person = true\nstage = \"rg_neg", "second_person = false\nstage = \"rg_neg",
         "always read by a second person"),
        ("negative = true", "negative = false", "must say the same as the code"),
        ('starts = ["move_on"]', 'starts = ["x"]', "there is no term 'x'"),
        ('starts = ["move_on"]\n', "", "must stand both here and in the outcome"),
        ('not_before = "cg_not_before"\n', "", "if and only if it needs recovery_minimum"),
        ('code = "draft_warning"', 'code = "warning"', "draft_warning is missing"),
        ("length = 45", "length = 0", "must be 1 or more"),
        ('after = "recovery_period"', 'after = "x"', "there is no term 'x'"),
        ('ladder = "usual"', 'ladder = "rope"', "there is no ladder 'rope'"),
        ("{ days = -2, whom", "{ days = 3, whom", "must be in order"),
        ('source = "Modern Slavery Act 2015, section 52"', 'source = " "', "source: empty"),
        ('label = "Poverty"', 'label = ""', None),
        ('dtn_stage = "dtn_submitted"\n', "", "if and only if duty_to_notify"),
        ("current = true", "current = false", "exactly one must be current"),
        ('code = "disputed"', 'code = "unsure"', "referral.age_statuses: must be"),
        ('purposes = ["PU-ORG"]', 'purposes = ["MD-01"]', "there is no purpose 'MD-01'"),
        ('owner = "intake"', 'owner = "nobody"', "there is no role 'nobody'"),
        ('decision_before_hearing = "reason', 'decision_before_hearing = "un', "no decision"),
        ('"PU-SLV", "PU-SER"', '"PU-SLV", "ACT-REC"', "there is no purpose 'ACT-REC'"),
        ('child_needs = ["purpose"]', 'child_needs = ["means"]', "always needs its purpose"),
        ("from_age = 18", "from_age = 19", "from_age: must be 18"),
        ("to_age = 17\n", "", "from_age: must be 1000"),
        ('catalogue = "2026.1"', 'catalogue = "2020.1"', "cannot be read"),
        ('code = "south_west"\n', 'code = "london"\n', "there twice"),
        ("reviewed = false", "reviewed = true", "wording[en].reviewed_by: said if and only if"),
        ('languages = ["en", "fr", "ar"]', 'languages = ["en", "fr", "sw"]', "there is no wording"),
        ("megabytes = 25", "megabytes = 0", "must be 1 or more"),
        ('"jpg", "jpeg"', '".JPG", "jpeg"', "must be lower case"),
        ('version = "2026.1"', 'version = "2026.2"', "the file must be uk-2026.2.toml"),
        ('label = { en = "England", fr', 'label = { de = "England", fr', "has no English text"),
        ("[conflict_mode]\nenabled = false", "[conflict_mode]\nenabled = true", "that pauses"),
        ("inclusive_start = true\nkind", 'inclusive_start = "yes"\nkind', "true or false"),
    ],
)  # fmt: skip
def test_each_kind_of_fault_is_found(tmp_path, old, new, fault):
    if fault is None:
        old, new, fault = 'en = "Poverty"', 'en = ""', "label.en: must be a text"
    faults = faults_of(tmp_path, (old, new))
    assert any(fault in found for found in faults), faults
    assert all(found.startswith("uk-2026.1.toml: ") for found in faults)


def test_a_profile_words_its_catalogue_otherwise_leaves_out_and_adds(tmp_path):
    own = """
leave_out = ["SV-07"]
say_otherwise = [{ code = "CF-09", label = { en = "Soldiers", fr = "Militaires" } }]

[[screening.indicators]]
code = "XX-01"
element = "context"
group = "survival"
label = "Ours"
help = "Ours"
source = "Ministry"
verified = true
"""
    text = (DATA / "palermo-2026.1.toml").read_text()
    path = tmp_path / "palermo-2026.1.toml"
    path.write_text(text + own)
    (tmp_path / "indicators-2026.1.toml").write_text((DATA / "indicators-2026.1.toml").read_text())
    profile, faults = read_profile(path, CALENDARS)
    assert faults == []
    codes = {indicator.code for indicator in profile.screening.indicators}
    assert "SV-07" not in codes
    assert "XX-01" in codes
    assert profile.indicator("CF-09").label.text("fr") == "Militaires"
    assert profile.indicator("CF-09").help == PALERMO.indicator("CF-09").help

    path.write_text(
        text + 'leave_out = ["NO"]\nsay_otherwise = [{ code = "CF-09", element = "act" }]'
    )
    assert read_profile(path, CALENDARS)[1] == [
        "palermo-2026.1.toml: screening.leave_out: there is no indicator 'NO'",
        "palermo-2026.1.toml: screening.say_otherwise[CF-09]: cannot change element",
    ]


def test_a_broken_file_is_one_clear_fault(tmp_path):
    path = tmp_path / "uk-2026.1.toml"
    path.write_text("code = ")
    [fault] = read_profile(path, CALENDARS)[1]
    assert fault.startswith("uk-2026.1.toml: cannot be read: ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('time_zone = "Africa/Douala"', 'time_zone = "Africa/X"', "is not an IANA time zone"),
        ("weekend = [6, 7]", "weekend = [0, 6]", "days are 1 (Monday) to 7 (Sunday)"),
        ("{ date = 2026-06-15", "{ date = 2026-06-15, moon = 1", "unknown key"),
        ("{ date = 2026-06-15", "{ date = 2026-05-25", "2026-05-25 twice"),
        ("{ date = 2026-06-15", "{ date = 2046-06-15", "outside the years it covers"),
        ("{ date = 2026-06-15", '{ date = "15 June"', "must be a date"),
    ],
)
def test_each_fault_of_a_calendar_is_found(tmp_path, old, new, fault):
    text = (DATA / "calendars.toml").read_text()
    assert old in text
    path = tmp_path / "calendars.toml"
    path.write_text(text.replace(old, new, 1))
    faults = read_calendars(path)[1]
    assert any(fault in found for found in faults), faults


def test_check_refuses_an_incomplete_profile(tmp_path, monkeypatch):
    call_command("check", tags=["profiles"])
    text = (DATA / "uk-2026.1.toml").read_text()
    text = text.replace('version = "2026.1"', 'version = "2026.2"', 1)
    (tmp_path / "uk-2026.2.toml").write_text(text.replace("length = 45", "length = 0", 1))
    monkeypatch.setenv("NRM_PROFILES", str(tmp_path))
    with pytest.raises(SystemCheckError) as refused:
        call_command("check", tags=["profiles"])
    assert "uk-2026.2.toml: terms[pilot_reasonable_grounds].length: must be 1 or more" in str(
        refused.value
    )


def test_the_calendars_are_what_the_tool_writes():
    holidays = pytest.importorskip("holidays")
    assert holidays
    done = subprocess.run(
        [sys.executable, "tools/calendars.py"], capture_output=True, text=True, check=True
    )
    assert tomllib.loads(done.stdout) == tomllib.loads((DATA / "calendars.toml").read_text())
