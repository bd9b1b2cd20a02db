"""The invented people walk the whole road, and every date and finding is the expected one."""

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, Notice
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import OrganisationKind, Role
from nrm.demonstration import journeys, people
from nrm.demonstration.stories import ANSWERS, secrets
from protection.models import Service, Session, Stay

VIGNETTES = json.loads(
    (Path(journeys.__file__).with_name("vignettes.json")).read_text(encoding="utf-8")
)["vignettes"]


def case_of(code: str) -> Case:
    return Case.objects.get(referrals__submission_key=journeys.key_of(code))


def due(case: Case, term: str) -> date | None:
    return case.deadlines.filter(term=term).values_list("due_on", flat=True).first()


def test_every_vignette_meets_every_expectation_of_its_journey(db, monkeypatch):
    monkeypatch.setenv("NRM_DEMO_PASSWORD", "a demonstration password")
    call_command("demo", verbosity=0)
    for vignette in VIGNETTES:
        case, expected = case_of(vignette["id"]), vignette["expect"]
        findings = case.findingsets.get(superseded_at=None)
        for element in ("act", "means", "purpose", "result", "pathway"):
            if element in expected:
                assert getattr(findings, element) == expected[element], vignette["id"]
        if "episode_results" in expected:
            assert [e["result"] for e in findings.episodes] == expected["episode_results"]
        if "rg_due" in expected:
            assert due(case, "reasonable_grounds").isoformat() == expected["rg_due"]
        if "recovery_last_day" in expected:
            assert due(case, "recovery_period").isoformat() == expected["recovery_last_day"]
        if "cg_not_before" in expected:
            assert due(case, "cg_not_before").isoformat() == expected["cg_not_before"]
        if "rescreen_on" in expected:
            assert due(case, "rescreen").isoformat() == expected["rescreen_on"]
        if "tasks_on_day_0" in expected:
            labels = {t.code: str(t.label).lower() for t in case.profile.day_zero_tasks}
            told = " ".join(labels[task.code] for task in case.casetasks.all())
            for task in expected["tasks_on_day_0"]:
                assert task.split()[-1] in told, (vignette["id"], task, told)
        if expected.get("rg_must_precede_hearing"):
            made = case.decisions.get(code="reasonable_grounds").made_on
            assert made < case.allegations.get().hearing_on
        if expected.get("negative") is False:
            assert not case.decisions.filter(outcome="negative").exists()
    assert case_of("V1").stage == "move_on"
    assert case_of("V4").stage == "presumed_victim"
    assert case_of("V5b").stage == "protection_pathway"
    # Whoever protects and whoever prosecutes finds something on their pages too.
    states = set(Service.objects.values_list("state", flat=True))
    assert {"needed", "referred", "waitlisted", "active"} <= states
    assert sorted(Stay.objects.values_list("state", flat=True)) == ["held", "occupied"]
    assert set(Session.objects.values_list("state", flat=True)) == {
        *("attended", "stopped", "planned")
    }
    assert sorted(Notice.objects.values_list("answer", flat=True)) == ["", "considering"]
    # A second run finds it all there and changes nothing but the password.
    before = Case.objects.count()
    monkeypatch.setenv("NRM_DEMO_PASSWORD", "another password here")
    call_command("demo", if_empty=True, verbosity=0)
    assert Case.objects.count() == before
    responder = User.objects.get(email="responder@demo.example")
    assert responder.check_password("another password here")


def test_names_are_of_several_scripts_and_every_vignette_has_one():
    assert set(ANSWERS) == {v["id"] for v in VIGNETTES}
    scripts = {unicodedata.name(answers["name"][0]).split()[0] for answers in ANSWERS.values()}
    assert {"BENGALI", "CYRILLIC", "ARABIC", "ETHIOPIC", "CJK", "LATIN"} <= scripts
    assert all(len(secret) >= 3 for secret in secrets())


def test_database_in_real_use_is_never_filled_with_invented_people(db, world):
    with pytest.raises(CommandError):
        call_command("demo")
    assert not User.objects.filter(email__endswith=people.DOMAIN).exists()


def test_every_authority_of_the_demonstration_says_which_one_of_its_law_it_is(db):
    people.make_people()
    offices = Organisation.objects.filter(kind=OrganisationKind.COMPETENT_AUTHORITY)
    assert {(one.profile, one.authority_kind) for one in offices} == {
        ("uk", "sca"),
        ("palermo", "panel"),
    }
    assert all(one.authority_label != one.authority_kind for one in offices)


def test_demonstration_has_a_sign_in_for_every_role_and_the_second_people(db):
    held = {role for sign_in in people.SIGN_INS for role, _ in sign_in.roles}
    assert held == set(Role.values)
    codes = {sign_in.code for sign_in in people.SIGN_INS}
    assert {"supervisor2", "auditor2", "admin2"} <= codes
