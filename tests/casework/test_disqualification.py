"""Nobody loses the protection of the law by one person alone, nor unheard; and there is a way back
on which nobody answers who took part."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.actions import disqualifying as actions
from cases.actions.sweeping import sweep
from cases.models import Case, Disqualification, InboxItem
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.decisions.road import again, card, codes, day, dues, made, ready_case, texts

BEGUN = day(2026, 3, 2)
REACHED = {"channel": "in_person", "language": "sq"}


def told_to(user: Any) -> list[str]:
    with acting_as(user):
        return list(InboxItem.objects.filter(user=user).values_list("kind", flat=True))


@pytest.fixture
def case(world: Any) -> Case:
    found = ready_case(world, at=BEGUN)
    made(world, found, at=day(2026, 3, 3))
    return again(world, found)


@pytest.fixture
def early_case(world: Any) -> Case:
    """One that no decision was made on: nobody is disqualified there."""
    return ready_case(world, at=BEGUN)


def proposed(world: Any, case: Case, **more: Any) -> Disqualification:
    said = {"grounds": ["public_order"], "why": "A sentence against Zanzibar-Quill.", **more}
    return actions.propose(case, actor=world.caseworker, at=day(2026, 3, 4), **said)


def told(world: Any, row: Disqualification, on: date = date(2026, 3, 5)) -> None:
    by = {"actor": world.caseworker, "at": day(2026, 3, 5)}
    actions.record_told(row, **by, served_on=on, **REACHED)


def disqualified(world: Any, case: Case) -> Disqualification:
    row = proposed(world, case)
    told(world, row)
    actions.record_answer(
        row, actor=world.caseworker, at=day(2026, 3, 6), answered="said",
        words="They held my sister.", answered_on=date(2026, 3, 6),
    )  # fmt: skip
    by = {"actor": world.supervisor, "at": day(2026, 3, 9)}
    actions.decide(row, disqualify=True, reasons="He was heard; the sentence stands.", **by)
    return row


def test_it_is_proposed_on_the_grounds_of_the_profile_and_ends_nothing(world, case, early_case):
    for user, refusal in ((world.responder, Forbidden), (world.other_caseworker, Hidden)):
        with pytest.raises(refusal):
            actions.propose(case, actor=user, at=BEGUN, grounds=[], why="")
    with pytest.raises(Refused) as refused:
        proposed(world, case, grounds=["dislike"], why=" ")
    assert codes(refused) == {"grounds", "why"}
    row = proposed(world, case)
    assert again(world, case).stage == "recovery"
    assert dues(world, case)["recovery_period"][0] == "open"
    assert b"Zanzibar" not in bytes(row.told)
    assert "Zanzibar" not in str(Event.objects.get(verb="disqualification.proposed").data)
    with pytest.raises(Refused) as refused:
        proposed(world, case)
    assert codes(refused) == {"open"}
    actions.take_back(row, actor=world.caseworker, at=BEGUN)
    with pytest.raises(Refused) as refused:
        proposed(world, early_case)
    assert codes(refused) == {"stage"}


def test_nobody_decides_before_the_person_was_heard_or_could_be(world, case):
    row = proposed(world, case)
    by = {"actor": world.supervisor, "reasons": "No.", "disqualify": True}
    with pytest.raises(Refused) as refused:
        actions.decide(row, at=day(2026, 3, 5), **by)
    assert codes(refused) == {"not_told"}
    card(world, case, at=BEGUN, post="unsafe")
    with pytest.raises(Refused) as refused:
        actions.record_told(
            row, actor=world.caseworker, at=day(2026, 3, 5), served_on=date(2026, 3, 5),
            channel="post", language="sq",
        )  # fmt: skip
    assert codes(refused) == {"not_safe"}
    told(world, row)
    assert dues(world, case)["disqualification_answer"] == ("open", "2026-03-19")
    with pytest.raises(Refused) as refused:
        actions.decide(row, at=day(2026, 3, 19), **by)
    assert codes(refused) == {"not_heard"}
    assert "until 19 March 2026" in texts(refused)[0]
    sweep(at=day(2026, 3, 20, 9))
    assert dues(world, case)["disqualification_answer"][0] == "void"
    assert "deadline_missed" not in told_to(world.supervisor)
    actions.decide(row, at=day(2026, 3, 20), **{**by, "disqualify": False})
    assert (row.state, again(world, case).stage) == ("not_made", "recovery")


def test_two_people_take_protection_away_and_no_one_alone(world, case):
    row = actions.propose(
        case, actor=world.supervisor, at=day(2026, 3, 4), grounds=["bad_faith"], why="Facts."
    )
    told(world, row)
    actions.record_answer(
        row, actor=world.caseworker, at=day(2026, 3, 6), answered="nothing", words="",
        answered_on=date(2026, 3, 6),
    )  # fmt: skip
    by: dict[str, Any] = {"at": day(2026, 3, 9), "disqualify": True, "reasons": "Heard."}
    with pytest.raises(Refused) as refused:
        actions.decide(row, actor=world.supervisor, **by)
    assert codes(refused) == {"same_person"}
    with pytest.raises(Forbidden):
        actions.decide(row, actor=world.caseworker, **by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disqualification.objects.filter(pk=row.pk).update(decided_by=world.supervisor)
    actions.decide(row, actor=world.supervisor2, **by)
    ended = again(world, case)
    assert (ended.stage, ended.closed_at is not None) == ("disqualified", True)
    assert dues(world, case)["recovery_period"][0] == "void"
    assert "disqualification_made" in told_to(world.supervisor)
    assert "case_closed" in told_to(world.responder)


def test_the_road_back_is_asked_for_in_its_days_and_answered_by_others(world, case):
    before = dues(world, case)
    row = disqualified(world, case)
    by: dict[str, Any] = {"actor": world.caseworker}
    ask: dict[str, Any] = {"asked_by": "person", "grounds": ["new_facts"], "why": "Set aside."}
    actions.record_served(row, at=day(2026, 3, 10), served_on=date(2026, 3, 10), **REACHED, **by)
    with pytest.raises(Refused) as refused:
        actions.ask_look(row, at=day(2026, 4, 10), asked_on=date(2026, 4, 10), **ask, **by)
    assert codes(refused) == {"too_late"}
    actions.ask_look(row, at=day(2026, 4, 9), asked_on=date(2026, 4, 9), **ask, **by)
    answer: dict[str, Any] = {"accept": True, "reasons": "The sentence is gone."}
    with pytest.raises(Refused) as refused:
        actions.answer_look(row, actor=world.supervisor, at=day(2026, 4, 9), **answer)
    assert codes(refused) == {"first_decision"}
    with pytest.raises(Forbidden):
        actions.answer_look(row, actor=world.caseworker, at=day(2026, 4, 9), **answer)
    actions.answer_look(row, actor=world.supervisor2, at=day(2026, 4, 9), **answer)
    back = again(world, case)
    assert (row.state, back.stage, back.closed_at) == ("lifted", "recovery", None)
    assert {t: s for t, s in dues(world, case).items() if t in before} == before
    with pytest.raises(Refused) as refused:
        actions.answer_look(row, actor=world.supervisor2, at=day(2026, 4, 9), **answer)
    assert codes(refused) == {"answered"}


def test_pages_show_to_each_what_is_theirs_and_keep_what_was_typed(world, case):
    row = proposed(world, case)
    url = reverse("case_disqualification", args=[case.reference])
    step = reverse("case_disqualification_step", args=[case.reference, "decision"])
    page = world.client("caseworker").get(url).content.decode()
    assert "A sentence against Zanzibar-Quill." in page
    assert "Record that the person was told" in page
    assert step not in page
    assert world.client("caseworker").get(step).status_code == 403
    assert world.client("intake").get(url).status_code == 403
    assert world.client("caseworker2").get(url).status_code == 404
    refused = world.client("supervisor").post(step, {"reasons": "Half a sentence."})
    assert refused.status_code == 422
    for text in ("The person was not told of it yet.", "Half a sentence."):
        assert text in refused.content.decode()
    back = reverse("case_disqualification_step", args=[case.reference, "withdrawal"])
    assert world.client("caseworker").post(back).status_code == 302
    row.refresh_from_db()
    assert row.state == "taken_back"
    course = world.client("caseworker").get(reverse("case_course", args=[case.reference]))
    assert url in course.content.decode()


def test_a_program_takes_the_same_road(world, case, at):
    today = str(at.date())
    url = f"/api/v1/cases/{case.reference}/"
    worker, lead, other = api(world.caseworker), api(world.supervisor), api(world.supervisor2)
    one = f"{url}disqualification/"
    body = {"grounds": ["public_order"], "why": "A sentence."}
    assert worker.post(one + "told/", {"served_on": today, **REACHED}).status_code == 422
    first = worker.post(url + "disqualifications/", body)
    assert (first.status_code, first.json()["state"]["code"]) == (201, "proposed")
    assert worker.post(one + "withdrawal/").json()["state"]["code"] == "taken_back"
    worker.post(url + "disqualifications/", body)
    assert worker.post(one + "told/", {"served_on": today, **REACHED}).json()["answer_until"]
    said = {"answered": "said", "words": "They held my sister.", "answered_on": today}
    assert worker.post(one + "answer/", said).json()["answered"] == "said"
    decision = {"disqualify": True, "reasons": "He was heard."}
    assert worker.post(one + "decision/", decision).status_code == 403
    assert lead.post(one + "decision/", decision).json()["state"]["code"] == "made"
    assert worker.post(one + "served/", {"served_on": today, **REACHED}).json()["ask_until"]
    ask = {"asked_by": "person", "grounds": ["not_heard"], "why": "Half.", "asked_on": today}
    assert worker.post(one + "look/", ask).json()["look"]["code"] == "asked"
    answer = {"accept": True, "reasons": "It was half."}
    assert other.post(one + "look/answer/", answer).json()["state"]["code"] == "lifted"
    rows = worker.get(url + "disqualifications/").json()["results"]
    assert [one["state"]["code"] for one in rows] == ["lifted", "taken_back"]
