"""What is asked of others about a case: whom, what and by when, watched by a clock of its own."""

from datetime import date

import pytest
from django.urls import reverse

from cases.actions import asking, closing, deciding
from cases.actions.sweeping import sweep
from cases.models import CaseTask, InboxItem, Question
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned
from tests.decisions.road import again, codes, day, drafted, dues, made, ready_case

BEGUN = day(2026, 3, 2)
SAID = {"recipient": "Quillon Zanzibar, night shelter", "asked": "Since when did she sleep there?"}


def test_a_question_moves_the_case_and_the_last_answer_moves_it_back(world):
    case = again(world, ready_case(world, at=BEGUN))
    by = {"actor": world.caseworker, "at": day(2026, 3, 3)}
    first = asking.ask(case, due_on=date(2026, 3, 10), **SAID, **by)
    second = asking.ask(case, **SAID, **by)
    assert again(world, case).stage == "rg_info_requested"
    # Each has a clock of its own, by the day that was set or the profile's; the decision's goes on.
    with acting_as(world.caseworker):
        clocks = case.deadlines.filter(term="information_request")
        assert {(c.state, c.due_on) for c in clocks} == {
            ("open", date(2026, 3, 10)),
            ("open", date(2026, 3, 17)),
        }
    assert dues(world, case)["reasonable_grounds"] == ("open", "2026-03-09")
    event = Event.objects.filter(verb="question.asked", case_id=case.pk).first()
    assert "Quillon" not in str(event.data)
    assert b"Quillon" not in bytes(first.told)
    sweep(at=day(2026, 3, 10, 8))
    with acting_as(world.caseworker):
        told = InboxItem.objects.filter(user=world.caseworker, kind="deadline_reminder")
        assert told.filter(data__term="information_request").exists()
    later = {"actor": world.caseworker, "at": day(2026, 3, 11)}
    asking.record_answer(first, answer="Since May.", answered_on=date(2026, 3, 11), **later)
    assert again(world, case).stage == "rg_info_requested"
    asking.take_back(second, **later)
    assert again(world, case).stage == "rg_pending"
    with acting_as(world.caseworker):
        assert {c.state for c in clocks.all()} == {"met", "void"}
    with pytest.raises(Refused) as refusal:
        asking.record_answer(second, answer="Late.", answered_on=date(2026, 3, 11), **later)
    assert codes(refusal) == {"over"}


def test_why_this_date_counts_to_the_day_that_was_set(world, at):
    case = assigned(world, at=at)
    by = {"actor": world.caseworker, "at": at}
    row = asking.ask(case, due_on=date.fromordinal(at.date().toordinal() + 9), **SAID, **by)
    page = world.client("caseworker").get(
        reverse("deadline", args=[case.reference, row.deadline_id])
    )
    assert "9 days" in page.content.decode()
    assert "cannot be worked out" not in page.content.decode()


def test_a_final_decision_waits_for_its_questions(world):
    case = ready_case(world, at=BEGUN)
    made(world, case, at=day(2026, 3, 3))
    by = {"actor": world.caseworker, "at": day(2026, 4, 20)}
    row = asking.ask(again(world, case), **SAID, **by)
    assert again(world, case).stage == "recovery"  # the profile has no such stage here
    draft = drafted(world, case, at=day(2026, 4, 20), code="conclusive_grounds")
    with pytest.raises(Refused) as refusal:
        deciding.submit_for_review(draft, **by)
    assert "information_requests_answered" in codes(refusal)
    asking.record_answer(row, answer="Since May.", answered_on=date(2026, 4, 20), **by)
    deciding.submit_for_review(draft, **by)


def test_every_reason_against_a_question_is_said_at_once_and_strangers_find_none(world, at):
    case = assigned(world, at=at)
    by = {"at": at}
    with pytest.raises(Refused) as refusal:
        asking.ask(case, actor=world.caseworker, recipient=" ", asked="", due_on=at.date(), **by)
    assert codes(refusal) == {"recipient", "asked", "due_on"}
    with pytest.raises(Hidden):
        asking.ask(case, actor=world.caseworker2, **SAID, **by)
    with pytest.raises(Forbidden):
        asking.ask(case, actor=world.responder, **SAID, **by)
    asking.ask(case, actor=world.caseworker, **SAID, **by)
    with acting_as(world.responder):
        assert not Question.objects.exists()
    with pytest.raises(Refused) as refusal:
        closing.close(again(world, case), actor=world.supervisor, code="", **by)
    assert "question_open" in codes(refusal)


def test_a_program_asks_once_and_reads_what_was_asked(world, at):
    case = assigned(world, at=at)
    CaseTask.objects.filter(case=case).update(done_at=at)
    caseworker, url = api(world.caseworker), f"/api/v1/cases/{case.reference}/questions/"
    due = str(date.fromordinal(at.date().toordinal() + 9))
    key = {"HTTP_IDEMPOTENCY_KEY": "one", "format": "json"}
    sent = caseworker.post(url, {**SAID, "due_on": due}, **key)
    assert (sent.status_code, sent.json()["due_on"]) == (201, due)
    assert caseworker.post(url, {**SAID, "due_on": due}, **key).json()["id"] == sent.json()["id"]
    other = caseworker.post(url, SAID, format="json").json()["id"]
    (_newest, first) = caseworker.get(url).json()["results"]
    assert first["recipient"] == SAID["recipient"]
    answered = caseworker.post(
        f"{url}{first['id']}/answer/", {"answer": "Since May.", "answered_on": str(at.date())}
    )
    assert (answered.status_code, answered.json()["state"]["code"]) == (200, "answered")
    gone = caseworker.post(f"{url}{other}/withdrawal/")
    assert gone.json()["state"]["code"] == "withdrawn"
    page = world.client("caseworker").get(reverse("case_questions", args=[case.reference]))
    assert "Since May." in page.content.decode()
