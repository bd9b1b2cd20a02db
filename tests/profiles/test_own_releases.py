"""A country that has a profile of its own has its own tables of statistics, by a file alone."""

import re

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.urls import reverse

from nrm.profiles.loader import DATA as PROFILES
from reporting.models import Release
from reporting.monitoring.indicators import load_reports
from reporting.monitoring.values import fill
from reporting.releases.periods import Period
from reporting.releases.tables import DATA, load_plan
from reporting.statistics import building
from reporting.statistics.actions import ask_for_release
from reporting.statistics.selectors import document_of
from tests.reporting.made import NOVEMBER
from tests.world import build_world

Q1 = Period(2026, 1)
# An age of its own in place of the one that all share, and a mistake in it.
AGES = """
[[dimensions]]
code = "age"
label = "Age"
other = "unknown"
unknown = "unknown"
codes = [{ code = "young", label = "Young" }, { code = "unknown", label = "Not known" }]

[[tables]]"""


def with_profile(folder):
    text = (PROFILES / "palermo-2026.1.toml").read_text()
    text = text.replace('code = "palermo"', 'code = "elsewhere"', 1)
    (folder / "elsewhere-2026.1.toml").write_text(text)


def with_tables(folder, text=None):
    """Its tables: those of palermo, with an age by kind of exploitation in place of age by sex."""
    text = text or (DATA / "palermo.toml").read_text()
    text = text.replace('profile = "palermo"', 'profile = "elsewhere"', 1)
    (folder / "releases-elsewhere.toml").write_text(text)


def test_a_country_releases_by_a_file_of_its_own(own_folder, db, as_worker, monkeypatch):
    with_profile(own_folder)
    text = (DATA / "palermo.toml").read_text()
    with_tables(own_folder, text.replace('dimensions = ["age", "sex"]', 'dimensions = ["age"]', 1))
    call_command("check", tags=["profiles"])
    world = build_world("elsewhere")
    passed = {"passed": True, "reasons": [], "codes": [], "joined_with": [], "proof": {}}
    monkeypatch.setattr(building, "attack", lambda *_: passed)
    page = world.client("auditor").get(reverse("statistics"))
    assert "2026-Q1" in page.content.decode()
    asked = ask_for_release(actor=world.auditor, at=NOVEMBER, profile=world.profile, period=Q1)
    with as_worker():
        assert building.build_waiting(at=NOVEMBER) == 1
    found = document_of(Release.objects.get(pk=asked.pk))
    table = next(one for one in found.tables if one.code == "referrals_age_sex")
    assert table.dimensions == ("age",)
    # What a report asks for by age and sex is not filled in with what is by age alone.
    reports = load_reports()
    entries = [
        entry
        for filled in fill(reports, found, load_plan("elsewhere"))
        for entry in filled.entries
        if entry.indicator.table == "referrals_age_sex"
    ]
    assert entries
    assert all(entry.value.state == "not_held" for entry in entries)


def test_its_own_tables_take_the_place_of_those_that_ship(own_folder):
    text = (DATA / "uk.toml").read_text()
    (own_folder / "releases-uk.toml").write_text(
        re.sub('epsilon = "1"', 'epsilon = "0.5"', text, count=1)
    )
    assert load_plan("uk").epsilon == "0.5"


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ('profile = "elsewhere"', 'profile = "other"', "profile: must be 'elsewhere'"),
        ('code = "referrals"\n', 'code = ["referrals"\n', "not readable"),
        ('of = "referrals"', 'of = "rumours"', "rumours"),
        ('dimensions = ["age", "place"]', 'dimensions = ["age", "luck"]', "luck"),
        ("[[tables]]", AGES, "dimensions[age].codes: 'child' is missing"),
        ('holds = ["', 'holds = ["no_such", "', "the profile has no code 'no_such'"),
    ],
)
def test_check_names_what_is_wrong_with_its_tables(own_folder, was, now, fault):
    with_profile(own_folder)
    text = (DATA / "palermo.toml").read_text()
    text = text.replace('profile = "palermo"', 'profile = "elsewhere"', 1)
    assert was in text
    (own_folder / "releases-elsewhere.toml").write_text(text.replace(was, now, 1))
    with pytest.raises(SystemCheckError) as refused:
        call_command("check", tags=["profiles"])
    assert "releases-elsewhere.toml: " in str(refused.value)
    assert fault in str(refused.value)


def test_check_names_tables_without_a_profile(own_folder):
    with_tables(own_folder)
    with pytest.raises(SystemCheckError, match="there is no profile 'elsewhere'"):
        call_command("check", tags=["profiles"])
