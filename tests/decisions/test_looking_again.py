"""Another look at a negative decision: asked for on grounds of the profile, within its days from
when the decision reached the person, and answered and decided by others than the first time."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from cases.actions import closing, deciding, reconsidering
from cases.actions.assigning import assign_case, bring_near
from cases.actions.drafting import start_draft
from cases.models import Case, CaseTask, InboxItem, Reconsideration
from cases.models.reconsideration import LookState
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned
from tests.decisions.road import (
    REASONS,
    again,
    codes,
    consent,
    content,
    day,
    drafted,
    dues,
    findings,
    made,
    own_grounds,
    ready_case,
    texts,
)

BEGUN = day(2026, 3, 2)
SERVED = date(2026, 3, 9)  # the decision is of 3 March


def refused_case(world: Any, *, served: date | None = SERVED) -> Case:
    """A case with a negative first decision, of the caseworker and the supervisor, that reached the
    person on this day."""
    case = ready_case(world, at=BEGUN)
    decision = made(world, case, at=day(2026, 3, 3), outcome="negative")
    if served is not None:
        how = {"served_on": served, "channel": "in_person", "language": "sq"}
        at = day(served.year, served.month, served.day)
        deciding.serve_decision(decision, actor=world.caseworker, at=at, **how)
    return again(world, case)


def ask(case: Case, actor: Any, number: int, **more: Any) -> Reconsideration:
    """Asks on the day of this number after the decision reached the person."""
    on = SERVED + timedelta(days=number)
    said = {
        "asked_by": "person",
        "grounds": ["new_evidence"],
        "why": "Quillon Zanzibar wrote a letter about the house.",
        "asked_on": on,
    }
    at = day(on.year, on.month, on.day)
    return reconsidering.ask_reconsideration(case, actor=actor, at=at, **{**said, **more})


def answer(row: Reconsideration, actor: Any, *, accept: bool = True) -> Reconsideration:
    return reconsidering.answer_reconsideration(
        row, actor=actor, at=day(2026, 4, 10), accept=accept, reasons="The letter is new."
    )


def as_now(world: Any, case: Case) -> Case:
    """The case as its supervisor reads it, whoever works on it."""
    with acting_as(world.supervisor2):
        return Case.objects.select_related("person", "caseworker").get(pk=case.pk)


def told(user: Any) -> list[str]:
    with acting_as(user):
        return list(InboxItem.objects.filter(user=user).values_list("kind", flat=True))


def test_a_request_on_day_22_is_taken_and_one_on_day_31_is_refused_with_the_sentence(world):
    case = refused_case(world)
    assert dues(world, case)["reconsideration"] == ("open", "2026-04-08")
    with pytest.raises(Refused) as refusal:
        ask(case, world.caseworker, 31)
    assert codes(refusal) == {"too_late"}
    assert texts(refusal) == [
        "The time to ask ended on 8 April 2026, 30 days after the decision reached the person on"
        " 9 March 2026. It is taken later only in exceptional circumstances: write which."
    ]
    assert not Reconsideration.objects.exists()
    assert again(world, case).stage == "rg_negative"
    row = ask(case, world.caseworker, 22)
    case = again(world, case)
    assert (row.late, case.stage) == (False, "reconsideration")
    assert dues(world, case)["reconsideration"][0] == "met"
    assert "reconsideration_asked" in told(world.supervisor)
    event = Event.objects.get(verb="reconsideration.asked", case_id=case.pk)
    assert event.data["asked_on"] == "2026-03-31"
    assert "Quillon" not in str(event.data)
    assert b"Quillon" not in bytes(row.told)
    with pytest.raises(Refused) as refusal:
        ask(case, world.caseworker, 22)
    assert "asked" in codes(refusal)


@pytest.mark.parametrize(("number", "late"), [(30, False), (31, True), (70, True)])
def test_the_days_count_from_when_it_reached_the_person_and_an_exceptional_ground_opens_them(
    world, number, late
):
    case = refused_case(world)
    row = ask(case, world.caseworker, number, exceptional="In hospital until yesterday.")
    assert row.late is late
    page = world.client("supervisor").get(reverse("case_course", args=[case.reference]))
    assert ("In hospital until yesterday." in page.content.decode()) is late


def test_what_did_not_reach_the_person_is_asked_at_any_time_and_a_positive_one_never(world):
    row = ask(refused_case(world, served=None), world.caseworker, 200)
    assert row.late is False
    positive = ready_case(world, at=BEGUN)
    made(world, positive, at=day(2026, 3, 3))
    with pytest.raises(Refused) as refusal:
        ask(again(world, positive), world.caseworker, 5)
    assert codes(refusal) == {"no_decision"}


def test_every_reason_against_a_request_is_said_at_once(world):
    case = refused_case(world)
    with pytest.raises(Refused) as refusal:
        ask(case, world.supervisor, 2, asked_by="", grounds=["luck"], why=" ", asked_on=None)
    assert codes(refusal) == {"role", "asked_by", "grounds", "why", "asked_on"}
    with pytest.raises(Refused) as refusal:
        ask(case, world.caseworker, 2, asked_on=date(2026, 3, 2))
    assert codes(refusal) == {"asked_on"}
    for nobody, says in ((world.other_responder, Hidden), (world.auditor, Hidden)):
        with pytest.raises(says):
            ask(case, nobody, 2)
    bring_near(case, actor=world.supervisor, at=BEGUN, organisation=world.prosecution)
    with pytest.raises(Forbidden):
        ask(case, world.liaison, 2)


def test_whoever_refers_and_whoever_protects_ask_by_themselves_and_learn_no_more(world, at):
    today = at.date()
    for who, name in ((world.responder, "referral"), (world.provider, "near")):
        case = assigned(world, at=at)
        findings(world, case, at=at)
        decision = made(world, case, at=at, outcome="negative")
        how = {"served_on": today, "channel": "in_person", "language": "sq"}
        deciding.serve_decision(decision, actor=world.caseworker, at=at, **how)
        house = {"organisation": world.provider_house}
        bring_near(again(world, case), actor=world.supervisor, at=at, **house)
        with acting_as(world.supervisor):
            receipt = case.referrals.get().receipt
        page, url = (
            (reverse("referral_look", args=[receipt]), f"referrals/{receipt}")
            if name == "referral"
            else (reverse("summary_look", args=[case.reference]), f"near/{case.reference}")
        )
        client = world.client("responder" if name == "referral" else "provider")
        shown = client.get(page).content.decode()
        assert "It can be asked for until" in shown
        assert "Supervisor" not in shown  # nor who decided
        refused = client.post(page, {"why": "There is a letter."})
        assert refused.status_code == 422
        assert "There is a letter." in refused.content.decode()
        body = {"asked_by": "responder", "grounds": ["new_evidence"], "why": "A letter."}
        sent = api(who).post(
            f"/api/v1/{url}/reconsiderations/", body, format="json", HTTP_IDEMPOTENCY_KEY="one"
        )
        assert (sent.status_code, sent.json()["state"]["code"]) == (201, "asked")
        repeated = api(who).post(
            f"/api/v1/{url}/reconsiderations/", body, format="json", HTTP_IDEMPOTENCY_KEY="one"
        )
        assert repeated.json()["id"] == sent.json()["id"]
        with acting_as(who):
            assert not Reconsideration.objects.exists()  # what was written is the authority's
        assert again(world, case).stage == "reconsideration"
        row = Reconsideration.objects.get(case=case)
        answer(row, world.supervisor2, accept=False)
        assert "reconsideration_answered" in told(who)
        assert again(world, case).stage == "rg_negative"


def test_a_program_records_a_request_and_answers_it(world, at):
    case = assigned(world, at=at)
    findings(world, case, at=at)
    made(world, case, at=at, outcome="negative")
    url = f"/api/v1/cases/{case.reference}/"
    body = {
        "asked_by": "representative",
        "grounds": ["not_in_line_with_guidance"],
        "why": "The account was not put to her.",
        "asked_on": str(at.date()),
    }
    sent = api(world.intake).post(url + "reconsiderations/", body, format="json")
    assert (sent.status_code, sent.json()["late"]) == (201, False)
    course = api(world.supervisor2).get(url + "course/").json()
    assert course["reconsideration"] == sent.json()["id"]
    answer = f"{url}reconsiderations/{sent.json()['id']}/answer/"
    told = {"accept": True, "reasons": "She was not asked."}
    assert api(world.caseworker).post(answer, told, format="json").status_code == 403
    refused = api(world.supervisor).post(answer, told, format="json")
    assert [error["code"] for error in refused.json()["errors"]] == ["first_decision"]
    answered = api(world.supervisor2).post(answer, told, format="json")
    assert (answered.status_code, answered.json()["state"]["code"]) == (200, "accepted")


def test_nobody_of_the_first_decision_answers_prepares_or_makes_the_fresh_one(world):
    case = refused_case(world)
    row = ask(case, world.intake, 22)
    with pytest.raises(Refused) as refusal:
        answer(row, world.supervisor)
    assert codes(refusal) == {"first_decision"}
    with pytest.raises(Forbidden):
        answer(row, world.caseworker)
    answer(row, world.supervisor2)
    case = again(world, case)
    assert case.stage == "rg_pending"
    assert Reconsideration.objects.get().state == LookState.ACCEPTED
    # The caseworker of the first decision prepares no other, and reads why.
    with pytest.raises(Refused) as refusal:
        drafted(world, case, at=day(2026, 4, 11))
    assert codes(refusal) == {"first_decision"}
    with pytest.raises(Refused):
        deciding.draft_decision(
            case, actor=world.supervisor, at=day(2026, 4, 11), code="reasonable_grounds"
        )
    to = {"caseworker": world.caseworker2}
    assign_case(case, actor=world.intake, at=day(2026, 4, 11), **to)
    fresh = deciding.draft_decision(
        as_now(world, case), actor=world.caseworker2, at=day(2026, 4, 12),
        code="reasonable_grounds", content=content(),
    )  # fmt: skip
    deciding.submit_for_review(fresh, actor=world.caseworker2, at=day(2026, 4, 12))
    assert fresh.supersedes_id is not None
    assert "decision_to_review" in told(world.supervisor2)
    with pytest.raises(Refused) as refusal:
        own_grounds(world, fresh, at=day(2026, 4, 12), who="supervisor")
    assert codes(refusal) == {"first_decision"}
    own_grounds(world, fresh, at=day(2026, 4, 12), who="supervisor2")
    with pytest.raises(Refused) as refusal:
        deciding.escalate(
            fresh, actor=world.supervisor2, at=day(2026, 4, 12), to=world.supervisor, reasons="?"
        )
    assert codes(refusal) == {"to"}
    deciding.agree(fresh, actor=world.supervisor2, at=day(2026, 4, 12))
    assert as_now(world, case).stage == "recovery"


def test_a_case_that_was_closed_is_opened_for_a_late_request_before_it_is_answered(world):
    case = refused_case(world)
    CaseTask.objects.filter(case=case).update(done_at=BEGUN)
    by = {"actor": world.supervisor, "at": day(2026, 4, 20)}
    closing.close(case, code="negative", **by)
    row = ask(again(world, case), world.intake, 60, exceptional="In hospital until yesterday.")
    assert again(world, case).stage == "closed"
    with pytest.raises(Refused) as refusal:
        answer(row, world.supervisor2)
    assert codes(refusal) == {"ended"}
    with pytest.raises(Refused) as refusal:
        closing.close(again(world, case), code="negative", **by)
    assert codes(refusal) == {"ended"}
    closing.reopen(again(world, case), reason="exceptional", **by)
    with pytest.raises(Refused) as refusal:
        closing.close(again(world, case), code="deceased", **by)
    assert codes(refusal) == {"look_open"}
    answer(row, world.supervisor2)
    assert again(world, case).stage == "rg_pending"


def test_under_a_profile_without_such_a_stage_the_case_waits_where_it_is(palermo):
    world = palermo
    case = world.assigned_case(at=BEGUN)
    consent(world, case, at=BEGUN)
    findings(world, case, at=BEGUN)
    said = content("negative", reasons=REASONS)
    draft = deciding.draft_decision(
        again(world, case), actor=world.caseworker, at=BEGUN, code="presumed_identification",
        content=said,
    )  # fmt: skip
    deciding.submit_for_review(draft, actor=world.caseworker, at=BEGUN)
    own_grounds(world, draft, at=BEGUN)
    deciding.agree(draft, actor=world.supervisor, at=BEGUN)
    draft.refresh_from_db()
    how = {"served_on": SERVED, "channel": "in_person", "language": "fr"}
    deciding.serve_decision(draft, actor=world.caseworker, at=day(2026, 3, 9), **how)
    row = ask(again(world, case), world.caseworker, 22, grounds=["not_heard"])
    assert again(world, case).stage == "not_identified"
    answer(row, world.supervisor2)
    assert again(world, case).stage == "screened"


def test_whoever_withdrew_is_referred_again_and_both_cases_say_so(world, at):
    from cases.actions.referring import receive_referral
    from cases.actions.withdrawing import withdraw
    from tests.intake.answers import ADULT

    first = assigned(world, at=at)
    with acting_as(world.responder):
        sent = first.referrals.select_related("case__person").get()
    start: dict[str, Any] = {"actor": world.responder, "at": at, "profile": world.profile}
    with pytest.raises(Refused):
        start_draft(world.police, follows=sent, **start)
    withdraw(
        first, actor=world.caseworker, at=at, method="written", told_on=at.date(),
        heard_by="The front desk of the authority", explained=True,
    )  # fmt: skip
    page = world.client("responder").get(reverse("referral", args=[sent.receipt]))
    assert "Refer the person again" in page.content.decode()
    sent.refresh_from_db()
    referral = receive_referral(
        ADULT, actor=world.responder, at=at, organisation=world.police, profile=world.profile,
        source="api", submission_key=uuid4(), follows=sent,
    )  # fmt: skip
    second = Case.objects.get(pk=referral.case_id)
    assert (second.person_id, second.stage) == (first.person_id, "nrm_submitted")
    client = world.client("supervisor")
    for case, other, says in (
        (first, second, "The person was referred again:"),
        (second, first, "The person was referred before:"),
    ):
        shown = client.get(reverse("case_course", args=[case.reference])).content.decode()
        assert says in shown
        assert other.reference in shown
    # Whoever sees one of them is not told which the other is.
    shown = world.client("caseworker").get(reverse("case_course", args=[first.reference]))
    assert second.reference not in shown.content.decode()
