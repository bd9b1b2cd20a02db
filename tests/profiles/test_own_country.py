"""A country that writes its own profile: one file in a folder of its own, and no code."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from cases.actions import closing, deciding
from cases.actions.assigning import assign_case
from cases.actions.referring import receive_referral
from cases.actions.sweeping import sweep
from cases.models import Case, CaseTask
from nrm.profiles import load_profile
from nrm.profiles.loader import DATA
from screening import actions as screening
from tests.decisions.road import again, content, day, dues, own_grounds
from tests.screening.build import first_episode, item
from tests.world import World, build_world

# What a country calls its stages and decisions, and how long it gives: other codes than those of
# any profile that ships.
NAMES = {
    "concern": "heard",
    "presumed_victim": "helped_at_once",
    "recovery_reflection": "resting",
    "identified": "recognised",
    "not_identified": "not_recognised",
    "presumed_identification": "first_look",
    "formal_identification": "last_look",
    "support_plan": "plan_of_help",
    "screened": "looked_at",
}


def written(folder: Path) -> None:
    """The country's profile: its own names, its own days, and its own calendar."""
    text = (DATA / "palermo-2026.1.toml").read_text()
    for ours, theirs in NAMES.items():
        text = re.sub(rf"\b{ours}\b(?!_)", theirs, text)
    text = text.replace('code = "palermo"', 'code = "elsewhere"', 1)
    text = text.replace('version = "2026.1"', 'version = "1"', 1)
    # One authority: nobody is asked which one an office is.
    text = re.sub(r"\[\[authorities\]\]\n.*?(?=\[\[authorities|\n#)", "", text, flags=re.DOTALL)
    assert "authorities" not in text
    text = text.replace('calendar = "weekdays"', 'calendar = "elsewhere"')
    text = text.replace('calendars = ["weekdays", ', 'calendars = ["elsewhere", "weekdays", ')
    text = text.replace("length = 72\n", "length = 48\n", 1)
    (folder / "elsewhere-1.toml").write_text(text)
    (folder / "calendars.toml").write_text(
        '[elsewhere]\nlabel = "Elsewhere"\ntime_zone = "Africa/Douala"\nweekend = [5, 6]\n'
        'from_year = 2025\nto_year = 2028\nsource = "Gazette"\nverified = true\n'
        'holidays = [{ date = 2026-03-03, name = "Day of the river" }]\n'
    )


def screened(world: World, case: Case, at: Any) -> None:
    who = {"actor": world.caseworker, "at": at}
    found = screening.start_screening(case, **who)
    episode = screening.FoundEpisode(types=("labour",), place="not_known")
    screening.add_episode(found, **who, episode=episode)
    told = screening.record_evidence(found, **who, item=item("They kept her papers."))
    one = first_episode(found, world)
    for code in ("ACT-REC", "MC-04", "PU-LAB"):
        screening.record_indicator(
            found, **who, episode=one.pk, code=code, state="shown", evidence_ids={told.pk}
        )
    screening.complete_screening(found, **who)


def decided(world: World, case: Case, code: str, at: Any, **answers: str) -> None:
    """Made, by two people where its file asks for two, and served on the person."""
    who = {"actor": world.caseworker, "at": at}
    given = content()
    given = content(answers={**given.answers, **answers})
    row = deciding.draft_decision(again(world, case), **who, code=code, content=given)
    row = deciding.submit_for_review(row, **who)
    if row.state != "made":
        own_grounds(world, row, at=at)
        row = deciding.agree(row, actor=world.supervisor, at=at)
    deciding.serve_decision(row, **who, served_on=at.date(), channel="in_person", language="sq")


def test_a_country_runs_a_case_from_referral_to_closure_by_a_file_of_its_own(own_folder, db):
    written(own_folder)
    call_command("check", tags=["profiles"])
    world = build_world("elsewhere")
    assert world.profile.code == "elsewhere"
    begun = day(2026, 3, 2)
    referral = receive_referral(
        {
            "danger_now": "no",
            "age_status": "adult",
            "jurisdiction": "country",
            "consent_answer": "given",
            "consent_on": "2026-03-02",
            "consent_language": "sq",
            "consent_interpreter": "none",
            "consent_method": "spoken",
            "consent_explained_by": "me",
            "consent_version": "2026.1",
        },
        actor=world.responder,
        at=begun,
        organisation=world.police,
        profile=world.profile,
        source="form",
        submission_key=uuid4(),
    )
    case = Case.objects.get(pk=referral.case_id)
    assign_case(case, actor=world.intake, at=begun, caseworker=world.caseworker)
    assert (case.stage, case.profile_code, case.profile_version) == ("heard", "elsewhere", "1")

    screened(world, again(world, case), day(2026, 3, 2, 15))
    decided(world, case, "first_look", day(2026, 3, 4))
    assert again(world, case).stage == "helped_at_once"
    # Thirty days from the 4th, the 4th counted, as its file says.
    assert dues(world, case)["recovery_period"] == ("open", "2026-04-02")

    panel = {"panel_met_on": "2026-05-04", "panel_present": "Four of five", "quorum": "yes"}
    sweep(at=day(2026, 5, 3))
    decided(world, case, "last_look", day(2026, 5, 4), **panel)
    assert again(world, case).stage == "recognised"

    CaseTask.objects.filter(case=case).update(done_at=begun)
    closing.close(again(world, case), actor=world.supervisor, at=day(2026, 6, 8), code="moved_on")
    case = again(world, case)
    assert (case.stage, case.closed_at is not None) == ("closed", True)
    assert case.keep_until == date(2036, 6, 8)
    page = world.client("supervisor").get(f"/cases/{case.reference}/")
    assert page.status_code == 200


def test_where_a_country_has_one_authority_nobody_is_asked_which_one_an_office_is(own_folder, db):
    written(own_folder)
    world = build_world("elsewhere")
    assert world.authority.authority_kind == ""
    administrator = world.client("administrator")
    page = administrator.get(f"/administration/organisations/{world.authority.pk}/")
    assert b"Which authority is it?" not in page.content
    page = administrator.get("/administration/organisations/new/").content.decode()
    assert '<optgroup label="United Kingdom">' in page
    assert "elsewhere:" not in page
    office = {"name": "Second office", "kind": "competent_authority", "profile": "elsewhere"}
    new = "/administration/organisations/new/"
    refused = administrator.post(new, {**office, "authority_kind": "palermo:panel"})
    assert "The law that it works under has no such authority" in refused.content.decode()
    assert administrator.post(new, office).status_code == 302


def test_an_installation_keeps_what_ships_beside_its_own(own_folder):
    written(own_folder)
    shipped = load_profile("uk").version
    assert load_profile("elsewhere").calendar_for("elsewhere").time_zone == "Africa/Douala"
    (own_folder / f"uk-{shipped}.toml").write_text((DATA / f"uk-{shipped}.toml").read_text())
    with pytest.raises(SystemCheckError) as refused:
        call_command("check", tags=["profiles"])
    assert f"uk-{shipped}.toml: stands in two folders" in str(refused.value)


def test_a_folder_that_is_not_there_is_said(own_folder, monkeypatch):
    monkeypatch.setenv("NRM_PROFILES", str(own_folder / "nowhere"))
    with pytest.raises(SystemCheckError, match="there is no such folder"):
        call_command("check", tags=["profiles"])
