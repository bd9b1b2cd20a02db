"""Where no authority functions: an organisation identifies for the time being, says from time to
time that it is still so, and an authority that functions again confirms it or does not. Police are
told nothing, and pauses are never without end."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions import deadlines, deciding, provisional, suspending
from cases.actions.sweeping import sweep
from cases.models import Case, InboxItem, Provisional, Referral
from cases.rules.referral_form import form_for
from nrm.accounts.models import Organisation
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.profiles import load_profile
from protection.selectors.assessments import is_open
from tests.api.tools import api
from tests.casework import people
from tests.decisions.road import (
    again,
    codes,
    consent,
    content,
    day,
    dues,
    findings,
    own_grounds,
)
from tests.intake.answers import CHILD
from tests.world import World, signed_in

HEARD = day(2026, 3, 2)
SAID: dict[str, Any] = {
    "grounds": ["elements_met"],
    "situation": "out_of_reach",
    "why": "Held at the mine of Zanzibar-Quill, and the road is closed.",
    "explained": True,
}


@pytest.fixture
def camp(palermo: World) -> World:
    """Whoever refers works for an organisation, and no longer for the police."""
    Organisation.objects.filter(pk=palermo.police.pk).update(kind="ngo")
    palermo.police.refresh_from_db()
    return palermo


def referred(world: World) -> Case:
    return people.assigned(world, at=HEARD, answers={**CHILD, "jurisdiction": "country"})


def identified(world: World, case: Case, **more: Any) -> Provisional:
    return provisional.identify_provisionally(
        case, actor=world.lead, at=day(2026, 3, 3), **{**SAID, **more}
    )


def told(world: World, user: Any) -> list[str]:
    with acting_as(user):
        return list(InboxItem.objects.filter(user=user).values_list("kind", flat=True))


def decided(world: World, case: Case, outcome: str, at: Any) -> None:
    findings(world, case, at=at)
    consent(world, case, at=at)
    draft = deciding.draft_decision(
        again(world, case), actor=world.caseworker, at=at, code="presumed_identification",
        content=content(outcome),
    )  # fmt: skip
    draft = deciding.submit_for_review(draft, actor=world.caseworker, at=at)
    if draft.state != "made":
        own_grounds(world, draft, at=at)
        deciding.agree(draft, actor=world.supervisor, at=at)


def test_who_leads_the_organisation_identifies_and_recovery_begins(camp):
    case = referred(camp)
    row = identified(camp, case)
    case.refresh_from_db()
    assert (case.stage, row.organisation) == ("provisional", camp.police)
    clocks = dues(camp, case)
    assert clocks["recovery_period"] == ("open", "2026-04-01")
    assert clocks["provisional_review"] == ("open", "2026-04-02")
    step = next(one for one in case.profile.assessment.steps if one.after)
    assert is_open(case, step)
    # What was written is sealed and in no event; the authority is told.
    assert b"Zanzibar" not in bytes(row.told)
    assert "Zanzibar" not in str(Event.objects.get(verb="provisional.identified").data)
    assert "provisional_identified" in told(camp, camp.supervisor)
    page = camp.client("supervisor").get(reverse("case_course", args=[case.reference]))
    assert "Zanzibar-Quill" in page.content.decode()
    assert "An authority functions again and decides" in page.content.decode()


def test_nobody_else_identifies_and_every_reason_is_said(camp):
    case = referred(camp)
    by: dict[str, Any] = {"at": HEARD, **SAID}
    for user, refusal in (
        (camp.responder, Forbidden),
        (camp.caseworker, Forbidden),
        (camp.supervisor, Forbidden),
        (camp.provider, Hidden),
    ):
        with pytest.raises(refusal):
            provisional.identify_provisionally(case, actor=user, **by)
    with pytest.raises(Refused) as refused:
        identified(camp, case, grounds=["no"], situation="", why=" ", explained=False)
    assert codes(refused) == {"grounds", "situation", "why", "explained"}
    identified(camp, case)
    with pytest.raises(Refused) as refused:
        identified(camp, case)
    assert codes(refused) == {"stage"}
    other = referred(camp)
    decided(camp, other, "positive", HEARD)
    with pytest.raises(Refused) as refused:
        identified(camp, other)
    assert codes(refused) == {"stage"}


def test_security_forces_identify_nobody_and_are_told_nothing_of_themselves(palermo):
    case = referred(palermo)
    with pytest.raises(Refused) as refused:
        identified(palermo, case)
    assert codes(refused) == {"organisation"}
    decided(palermo, case, "positive", day(2026, 3, 4))
    review = {"reason": "lost_contact", "review_on": date(2026, 3, 20)}
    suspending.suspend(again(palermo, case), actor=palermo.supervisor, at=day(2026, 3, 5), **review)
    assert told(palermo, palermo.responder) == []
    assert told(palermo, palermo.lead) == []


def test_places_stay_coarse_where_a_profile_says_so():
    def asked(profile: str) -> set[str]:
        pages = form_for(load_profile(profile)).pages_of("episodes")
        return {question.code for page in pages for question in page.questions}

    assert asked("uk") - asked("palermo") == {"address"}
    assert "towns" in asked("cameroon")


def test_under_a_profile_without_it_only_an_authority_identifies(world, at):
    case = people.referred(world, at=at)
    with pytest.raises(Refused) as refused:
        provisional.identify_provisionally(case, actor=world.lead, at=at, **SAID)
    assert codes(refused) == {"mode"}


def test_it_is_chased_until_an_authority_functions_and_stands_however_long(camp):
    case = referred(camp)
    identified(camp, case)
    sweep(at=day(2026, 4, 3, 9))
    sweep(at=day(2026, 4, 3, 9, 5))
    assert told(camp, camp.lead).count("provisional_to_look_at") == 1
    provisional.say_still(case, actor=camp.lead, at=day(2026, 4, 3), situation="not_safe")
    assert dues(camp, case)["provisional_review"] == ("open", "2026-05-03")
    sweep(at=day(2026, 9, 1))
    case.refresh_from_db()
    assert case.stage == "provisional"
    provisional.say_that_one_functions(case, actor=camp.supervisor, at=day(2026, 9, 2))
    clocks = dues(camp, case)
    assert (clocks["provisional_review"][0], clocks["provisional_decision"]) == (
        "met",
        ("open", "2026-10-02"),
    )
    with pytest.raises(Refused) as refused:
        provisional.say_still(case, actor=camp.lead, at=day(2026, 9, 3), situation="none")
    assert codes(refused) == {"functions"}
    # Nobody decided in time: it is late, and it stands.
    sweep(at=day(2026, 12, 1))
    assert Provisional.objects.get(case=case).state == "stands"
    assert "deadline_missed" in told(camp, camp.supervisor)


@pytest.mark.parametrize(("outcome", "state"), [("positive", "confirmed"), ("negative", "lapsed")])
def test_a_decision_confirms_it_or_not_and_shortens_no_recovery(camp, outcome, state):
    case = referred(camp)
    identified(camp, case)
    decided(camp, case, outcome, day(2026, 3, 10))
    row = Provisional.objects.get(case=case)
    assert (row.state, row.decision.outcome) == (state, outcome)
    assert Event.objects.filter(verb=f"provisional.{state}", case_id=case.pk).exists()
    clocks = dues(camp, case)
    assert clocks["recovery_period"] == ("open", "2026-04-01")
    assert clocks["provisional_review"][0] == "met"
    sweep(at=day(2026, 4, 2, 9))
    ended = "met" if outcome == "negative" else "open"
    assert dues(camp, case)["recovery_period"] == (ended, "2026-04-01")


def test_pages_and_programs_of_both_sides(camp):
    case = referred(camp)
    receipt = Referral.objects.get(case=case).receipt
    url = reverse("referral_provisional", args=[receipt])
    lead = signed_in(camp.lead)
    refused = lead.post(url, {"why": "The road is closed.", "submission_key": str(uuid4())})
    assert refused.status_code == 422
    assert "Select why no authority decides there" in refused.content.decode()
    assert "The road is closed." in refused.content.decode()
    assert signed_in(camp.responder).post(url, {}).status_code == 403
    assert "Whoever leads your team" in signed_in(camp.responder).get(url).content.decode()
    link = lead.get(reverse("referral", args=[receipt])).content.decode()
    assert url in link
    program = api(camp.lead)
    made_by = program.post(f"/api/v1/referrals/{receipt}/provisional/", SAID)
    assert (made_by.status_code, made_by.json()["state"]["code"]) == (201, "stands")
    assert lead.get(url).content.decode().count("No authority decides there") >= 1
    still = program.post(f"/api/v1/referrals/{receipt}/provisional/still/", {"situation": "none"})
    assert still.json()["situation"] == "none"
    theirs = api(camp.supervisor)
    course = f"/api/v1/cases/{case.reference}/"
    assert theirs.get(course + "course/").json()["provisional"] is True
    assert theirs.post(course + "provisional/authority/").json()["functions_at"]
    assert theirs.post(course + "provisional/authority/").status_code == 422
    (one,) = program.get(f"/api/v1/referrals/{receipt}/provisional/").json()["results"]
    assert one["asked_again_on"] is None


def test_no_pause_is_longer_than_the_profile_lets_it_be_nor_forgotten(camp):
    case = camp.assigned_case(at=HEARD)
    findings(camp, case, at=HEARD)
    consent(camp, case, at=HEARD)
    made_one = deciding.draft_decision(
        again(camp, case), actor=camp.caseworker, at=HEARD, code="presumed_identification",
        content=content(),
    )  # fmt: skip
    deciding.submit_for_review(made_one, actor=camp.caseworker, at=HEARD)
    clock = again(camp, case).deadlines.get(term="formal_identification")
    by: dict[str, Any] = {"actor": camp.caseworker, "at": day(2026, 3, 3)}
    with pytest.raises(Refused) as refused:
        deadlines.pause_deadline(clock, reason="force_majeure", review_on=date(2026, 4, 3), **by)
    assert codes(refused) == {"review_on"}
    deadlines.pause_deadline(clock, reason="force_majeure", review_on=date(2026, 4, 2), **by)
    by["at"] = day(2026, 4, 2)
    with pytest.raises(Refused):
        deadlines.keep_paused(clock, review_on=date(2026, 5, 3), **by)
    deadlines.keep_paused(clock, review_on=date(2026, 4, 20), **by)
    assert clock.pauses.get().review_on == date(2026, 4, 20)
    soon = {"review_on": str(timezone.localdate() + timedelta(days=7))}
    url = f"/api/v1/cases/{case.reference}/"
    program = api(camp.caseworker).post(f"{url}deadlines/{clock.pk}/pause/keep/", soon)
    assert (program.status_code, program.json()["state"]["code"]) == (200, "paused")
    clock.refresh_from_db()
    deadlines.resume_deadline(clock, actor=camp.caseworker, at=day(2026, 4, 10))
    assert dues(camp, case)["formal_identification"] == ("open", "2026-07-08")
    with pytest.raises(Refused) as refused:
        deadlines.keep_paused(clock, review_on=date(2026, 4, 20), **by)
    assert codes(refused) == {"not_paused"}


def test_a_suspension_goes_on_only_until_another_day_that_somebody_sets(camp):
    case = camp.assigned_case(at=HEARD)
    findings(camp, case, at=HEARD)
    consent(camp, case, at=HEARD)
    decided(camp, case, "positive", HEARD)
    by: dict[str, Any] = {"actor": camp.supervisor}
    suspending.suspend(
        again(camp, case), at=day(2026, 3, 5), reason="force_majeure",
        review_on=date(2026, 4, 4), **by,
    )  # fmt: skip
    clock = again(camp, case).deadlines.get(term="formal_identification")
    with pytest.raises(Refused) as refused:
        deadlines.keep_paused(
            clock, actor=camp.caseworker, at=day(2026, 3, 6), review_on=date(2026, 3, 20)
        )
    assert codes(refused) == {"suspended"}
    with pytest.raises(Refused) as refused:
        suspending.keep_suspended(
            again(camp, case), actor=camp.caseworker, at=day(2026, 4, 4), review_on=None
        )
    assert codes(refused) == {"role", "review_on"}
    suspending.keep_suspended(
        again(camp, case), at=day(2026, 4, 4), review_on=date(2026, 4, 30), **by
    )
    assert dues(camp, case)["suspension_review"] == ("open", "2026-04-30")
    soon = {"review_on": str(timezone.localdate() + timedelta(days=7))}
    url = f"/api/v1/cases/{case.reference}/suspension/keep/"
    assert api(camp.supervisor).post(url, soon).json()["review_on"] == soon["review_on"]
    suspending.resume(again(camp, case), at=day(2026, 4, 14), **by)
    assert dues(camp, case)["formal_identification"] == ("open", "2026-07-10")
