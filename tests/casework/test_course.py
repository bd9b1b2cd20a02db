"""The course of a case: suspended and going on, withdrawn, closed with everything that stands in
the way, kept as long as the profile says, and opened again."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import ports
from cases.actions import closing, deciding, erasing, suspending, withdrawing
from cases.actions.assigning import bring_near
from cases.actions.notes import write_note
from cases.actions.sweeping import sweep
from cases.models import Case, CaseTask, InboxItem, Suspension, Withdrawal
from nrm.actions import Forbidden, Hidden, Objection, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned, child
from tests.decisions.road import (
    again,
    codes,
    consent,
    content,
    day,
    dues,
    findings,
    made,
    own_grounds,
    ready_case,
    submitted,
    texts,
)

BEGUN = day(2026, 3, 2)


def refused_twice(world: Any, case: Case, *, at: datetime) -> Any:
    """A negative first decision that two people made."""
    return made(world, case, at=at, outcome="negative")


def told_to(user: Any) -> list[str]:
    with acting_as(user):
        return list(InboxItem.objects.filter(user=user).values_list("kind", flat=True))


def withdrawal(**more: Any) -> dict[str, Any]:
    said = {
        "method": "spoken",
        "told_on": date(2026, 3, 4),
        "heard_by": "Quillon Zanzibar of the harbour mission",
        "explained": True,
        "wish": "A bed until the end of the month, and no letters.",
    }
    return {**said, **more}


# Closing ------------------------------------------------------------------------------------------
def test_everything_that_stands_in_the_way_of_closing_is_said_at_once(world, monkeypatch):
    case = ready_case(world, at=BEGUN)
    decision = refused_twice(world, case, at=day(2026, 3, 3))
    CaseTask.objects.create(case=case, code="safety_check", opened_at=BEGUN)
    said = [lambda _case: [Objection("A bed is held for them.", code="bed")]]
    monkeypatch.setattr(ports, "_objections", said)
    case = again(world, case)
    by = {"actor": world.supervisor, "at": day(2026, 3, 5)}
    with pytest.raises(Refused) as refusal:
        closing.close(case, code="", **by)
    assert codes(refusal) == {"code", "task_open", "not_served", "bed"}
    # Served, the time in which the person can ask again still runs; another code needs no end.
    served = {"served_on": date(2026, 3, 4), "channel": "in_person", "language": "sq"}
    deciding.serve_decision(decision, actor=world.caseworker, at=day(2026, 3, 4), **served)
    with pytest.raises(Refused) as refusal:
        closing.close(again(world, case), code="negative", **by)
    assert codes(refusal) == {"task_open", "bed", "period_runs"}
    assert any("to 3 April 2026" in text for text in texts(refusal))
    page = world.client("supervisor").get(reverse("case_closure", args=[case.reference]))
    assert "A bed is held for them." in page.content.decode()
    monkeypatch.setattr(ports, "_objections", [])
    CaseTask.objects.filter(case=case).update(done_at=BEGUN)
    closing.close(again(world, case), code="lost_contact", **by)
    assert again(world, case).stage == "closed"


def test_a_case_that_ended_is_kept_as_long_as_its_profile_says_and_longer_under_a_hold(world):
    case = ready_case(world, at=BEGUN)
    refused_twice(world, case, at=day(2026, 3, 3))
    CaseTask.objects.filter(case=case).update(done_at=BEGUN)
    by = {"actor": world.supervisor, "at": day(2028, 2, 29)}
    row = closing.close(again(world, case), code="deceased", note="Told by her sister.", **by)
    case = again(world, case)
    assert (case.stage, case.keep_until) == ("closed", date(2035, 3, 1))
    assert "running" not in {state for state, _due in dues(world, case).values()}
    assert b"sister" not in bytes(row.note)
    url = reverse("case_course", args=[case.reference])
    page = world.client("supervisor").get(url).content.decode()
    assert "It is kept until 1 March 2035." in page
    assert "Told by her sister." in page
    assert "legal hold" not in page
    erasing.set_hold(case, actor=world.supervisor, at=timezone.now(), reason="inquiry")
    assert (
        "A legal hold keeps it for longer" in world.client("supervisor").get(url).content.decode()
    )


def test_a_closed_case_takes_nothing_more_until_it_is_opened_where_it_stood(world):
    case = ready_case(world, at=BEGUN)
    refused_twice(world, case, at=day(2026, 3, 3))
    CaseTask.objects.filter(case=case).update(done_at=BEGUN)
    before = dues(world, case)
    by = {"actor": world.supervisor, "at": day(2026, 3, 5)}
    closing.close(again(world, case), code="lost_contact", **by)
    # Twice is once; whoever works on it is told why nothing goes.
    with pytest.raises(Refused) as refusal:
        closing.close(again(world, case), code="lost_contact", **by)
    assert codes(refusal) == {"ended"}
    answer = api(world.caseworker).post(f"/api/v1/cases/{case.reference}/notes/", {"text": "Hm."})
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["ended"]
    assert "opens it again" in answer.json()["errors"][0]["detail"]
    assert case.reference not in world.client("caseworker").get("/cases/").content.decode()
    with pytest.raises(Refused) as refusal:
        closing.reopen(again(world, case), actor=world.caseworker, at=BEGUN, reason="mistake")
    assert codes(refusal) == {"role"}
    later = {"actor": world.supervisor, "at": day(2026, 3, 9)}
    with pytest.raises(Refused) as refusal:
        closing.reopen(again(world, case), reason="why not", **later)
    assert codes(refusal) == {"reason"}
    closing.reopen(again(world, case), reason="returned", **later)
    case = again(world, case)
    assert (case.stage, case.closed_at, case.keep_until) == ("rg_negative", None, None)
    assert dues(world, case) == before
    write_note(case, actor=world.caseworker, at=day(2026, 3, 9), text="She came back.")
    with pytest.raises(Refused) as refusal:
        closing.reopen(case, reason="returned", **later)
    assert codes(refusal) == {"open"}


def test_whoever_was_erased_is_not_brought_back_by_opening_the_case(world, at):
    case = assigned(world, at=at)
    suspending.suspend(
        case, actor=world.supervisor, at=at, reason="lost_contact",
        review_on=at.date() + timedelta(days=7),
    )  # fmt: skip
    CaseTask.objects.filter(case=case).update(done_at=at)
    closing.close(again(world, case), actor=world.supervisor, at=at, code="lost_contact")
    erasing.ask_for_erasure(again(world, case), actor=world.supervisor, at=at, reason="asked")
    erasing.agree_to_erasure(again(world, case), actor=world.supervisor2, at=at)
    with pytest.raises(Refused) as refusal:
        closing.reopen(again(world, case), actor=world.supervisor, at=at, reason="returned")
    assert codes(refusal) == {"erased"}


# Suspending ---------------------------------------------------------------------------------------
def test_a_suspension_is_for_a_reason_until_a_day_that_the_profile_allows(world):
    case = again(world, ready_case(world, at=BEGUN))
    by = {"at": day(2026, 3, 3)}
    with pytest.raises(Refused) as refusal:
        suspending.suspend(case, actor=world.caseworker, reason="no", review_on=None, **by)
    assert codes(refusal) == {"role", "reason", "review_on"}
    assert "This is done by: Supervisor. Ask one of them." in texts(refusal)
    for wrong in (date(2026, 3, 3), date(2026, 4, 1)):
        with pytest.raises(Refused) as refusal:
            suspending.suspend(
                case, actor=world.supervisor, reason="lost_contact", review_on=wrong, **by
            )
        assert codes(refusal) == {"review_on"}
    with pytest.raises(Forbidden):
        suspending.suspend(case, actor=world.responder, reason="", review_on=None, **by)
    with pytest.raises(Hidden):
        suspending.suspend(case, actor=world.other_supervisor, reason="", review_on=None, **by)
    assert not Suspension.objects.exists()


def test_nobody_decides_while_a_case_is_suspended_and_the_sweep_reminds_of_the_review(world):
    case = ready_case(world, at=BEGUN)
    waits = submitted(world, case, at=day(2026, 3, 3))
    own_grounds(world, waits, at=day(2026, 3, 3))
    row = suspending.suspend(
        again(world, case),
        actor=world.supervisor,
        at=day(2026, 3, 3),
        reason="delay_requested",
        review_on=date(2026, 3, 12),
        note="She wants to see her doctor first.",
    )
    case = again(world, case)
    assert (case.stage, case.suspended_at) == ("suspended", day(2026, 3, 3))
    assert dues(world, case)["suspension_review"] == ("open", "2026-03-12")
    with pytest.raises(Refused) as refusal:
        deciding.agree(waits, actor=world.supervisor, at=day(2026, 3, 4))
    assert codes(refusal) == {"on_hold"}
    write_note(case, actor=world.caseworker, at=day(2026, 3, 4), text="She called.")
    with pytest.raises(Refused) as refusal:
        suspending.suspend(
            case, actor=world.supervisor, at=day(2026, 3, 4), reason="lost_contact",
            review_on=date(2026, 3, 9),
        )  # fmt: skip
    assert codes(refusal) == {"stage"}
    sweep(at=day(2026, 3, 12, 8))
    assert "deadline_reminder" in told_to(world.caseworker)
    event = Event.objects.get(verb="case.suspended", case_id=case.pk)
    assert event.data["reason"] == "delay_requested"
    assert "doctor" not in str(event.data)
    assert b"doctor" not in bytes(row.note)
    suspending.resume(case, actor=world.supervisor, at=day(2026, 3, 12))
    case = again(world, case)
    assert (case.stage, case.suspended_at) == ("rg_pending", None)
    assert dues(world, case)["suspension_review"][0] == "met"
    with pytest.raises(Refused) as refusal:
        suspending.resume(case, actor=world.supervisor, at=day(2026, 3, 12))
    assert codes(refusal) == {"not_suspended"}
    deciding.agree(waits, actor=world.supervisor, at=day(2026, 3, 12))
    assert again(world, case).stage == "recovery"


def test_clocks_that_can_be_held_are_held_and_the_days_do_not_count(palermo):
    world = palermo
    case = world.assigned_case(at=BEGUN)
    findings(world, case, at=BEGUN)
    consent(world, case, at=BEGUN)
    draft = deciding.draft_decision(
        again(world, case), actor=world.caseworker, at=BEGUN, code="presumed_identification",
        content=content(),
    )  # fmt: skip
    deciding.submit_for_review(draft, actor=world.caseworker, at=BEGUN)
    draft.refresh_from_db()
    if draft.state != "made":
        own_grounds(world, draft, at=BEGUN)
        deciding.agree(draft, actor=world.supervisor, at=BEGUN)
    before = dues(world, case)
    assert before["formal_identification"] == ("open", "2026-05-31")
    by = {"actor": world.supervisor}
    suspending.suspend(
        again(world, case), at=day(2026, 3, 5), reason="lost_contact",
        review_on=date(2026, 4, 4), **by,
    )  # fmt: skip
    held = dues(world, case)
    assert held["formal_identification"][0] == "paused"
    assert held["recovery_period"] == before["recovery_period"]  # no law lets it be held
    suspending.resume(again(world, case), at=day(2026, 3, 15), **by)
    assert dues(world, case)["formal_identification"] == ("open", "2026-06-10")


# Withdrawing --------------------------------------------------------------------------------------
def test_a_child_does_not_withdraw_and_an_adult_does_with_who_heard_it(world, at):
    young = child(world, at=at)
    with pytest.raises(Refused) as refusal:
        withdrawing.withdraw(
            young, actor=world.intake, at=at, **withdrawal(told_on=at.date(), explained=False)
        )
    assert codes(refusal) == {"child", "explained"}
    with pytest.raises(Refused) as refusal:
        withdrawing.withdraw(
            assigned(world, at=at), actor=world.caseworker, at=at,
            **withdrawal(method="", told_on=None, heard_by=" ", explained=False),
        )  # fmt: skip
    assert codes(refusal) == {"method", "told_on", "heard_by", "explained"}
    assert not Withdrawal.objects.exists()


def test_a_withdrawal_ends_the_case_and_is_told_to_who_referred_and_who_protects(world):
    case = ready_case(world, at=BEGUN)
    draft = submitted(world, case, at=day(2026, 3, 3))
    house = {"organisation": world.provider_house}
    bring_near(again(world, case), actor=world.supervisor, at=day(2026, 3, 3), **house)
    row = withdrawing.withdraw(
        again(world, case), actor=world.caseworker, at=day(2026, 3, 5), **withdrawal()
    )
    case = again(world, case)
    assert case.stage == "withdrawn"
    assert case.keep_until == date(2033, 3, 5)
    assert {state for state, _due in dues(world, case).values()} == {"void"}
    draft.refresh_from_db()
    assert draft.state == "withdrawn"
    for user in (world.responder, world.provider, world.supervisor):
        assert "case_withdrawn" in told_to(user)
    assert "case_withdrawn" not in told_to(world.caseworker)
    said = str(Event.objects.get(verb="case.withdrawn", case_id=case.pk).data)
    assert "Quillon" not in said
    assert b"Quillon" not in bytes(row.told)
    page = world.client("caseworker").get(reverse("case_course", args=[case.reference]))
    assert "Quillon Zanzibar of the harbour mission" in page.content.decode()
    assert "A bed until the end of the month" in page.content.decode()
    answer = api(world.caseworker).get(f"/api/v1/cases/{case.reference}/course/").json()
    assert (answer["ended"], answer["offers"]) == (True, [])


# Pages and programs -------------------------------------------------------------------------------
def test_a_program_takes_a_case_through_its_course(world, at):
    case = assigned(world, at=at)
    CaseTask.objects.filter(case=case).update(done_at=at)
    url = f"/api/v1/cases/{case.reference}/"
    supervisor = api(world.supervisor)
    review = str(at.date() + timedelta(days=7))
    body = supervisor.post(url + "suspension/", {"reason": "lost_contact", "review_on": review})
    assert body.status_code == 201
    assert (body.json()["suspended"], body.json()["review_on"]) == (True, review)
    assert supervisor.post(url + "suspension/end/").json()["suspended"] is False
    supervisor.post(url + "suspension/", {"reason": "lost_contact", "review_on": review})
    closed = supervisor.post(url + "closure/", {"code": "lost_contact", "note": "Not found."})
    assert (closed.status_code, closed.json()["ended"]) == (201, True)
    assert [one["code"] for one in closed.json()["offers"]] == ["reopened"]
    opened = supervisor.post(url + "closure/reopening/", {"reason": "returned"})
    assert (opened.status_code, opened.json()["stage"]["code"]) == (200, "rg_pending")
    left = supervisor.post(
        url + "withdrawal/", {**withdrawal(), "told_on": str(at.date()), "wish": ""}
    )
    assert (left.status_code, left.json()["stage"]["code"]) == (201, "withdrawn")
    assert [one["what"] for one in left.json()["happened"]].count("Suspended") == 2


def test_what_was_typed_stays_where_a_suspension_is_refused(world, at):
    case = assigned(world, at=at)
    url = reverse("case_suspension", args=[case.reference])
    answer = world.client("supervisor").post(url, {"note": "The doctor is away."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Select why it is suspended" in page
    assert "The doctor is away." in page
    # Whoever may not do it reads whose it is; strangers find nothing.
    offers = world.client("caseworker").get(reverse("case_course", args=[case.reference]))
    assert "This is done by: Supervisor." in offers.content.decode()
    assert world.client("caseworker2").get(url).status_code == 404
    assert world.client("responder").get(url).status_code == 403
