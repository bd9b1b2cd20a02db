"""The record of a decision: whole, hashed, and closed to everybody once it is made."""

import pytest
from django.db import DatabaseError, connection

from cases.actions import deciding
from cases.models import Decision, DecisionReview
from cases.rules.decisions import hash_of
from cases.selectors.decisions import record_holds
from nrm.actions import Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.decisions.road import (
    codes,
    content,
    day,
    drafted,
    made,
    own_grounds,
    ready_case,
    submitted,
)
from tests.watching import looking_as

RECEIVED, DECIDED = day(2026, 3, 2), day(2026, 3, 9)


@pytest.fixture
def decision(world):
    return made(world, ready_case(world, at=RECEIVED), at=DECIDED)


def test_record_holds_what_a_decision_must_hold(world, decision):
    record = decision.record
    assert record["standard"]["name"] == "Reasonable grounds to believe"
    assert record["standard"]["source"]
    assert (record["profile"], record["profile_version"]) == ("uk", "2026.1")
    assert record["stage"] == "rg_pending"
    assert record["findings"]["episodes"][0]["act"] == "PRESENT"
    assert record["age"] == {"status": "adult", "basis": "document"}
    assert record["outcome"] == "positive"
    assert record["grounds"][0]["code"] == "elements_met"
    assert set(record["reasons"]["parts"]) >= {"for", "against", "credibility", "missing"}
    assert record["decision_maker"] == str(world.caseworker.pk)
    assert record["second_reader"] == str(world.supervisor.pk)
    assert len(record["no_conflict_declared_by"]) == 2
    assert record["made_on"] == "2026-03-09"
    assert {t["term"] for t in record["terms_started"]} == {"recovery_period", "cg_not_before"}
    assert "recovery period" in record["rights_told"]
    assert record["supersedes"] is None
    assert decision.record_hash == hash_of(record)
    assert record_holds(decision)
    with looking_as(world.supervisor):
        assert Event.objects.get(verb="decision.made").data["hash"] == decision.record_hash


def test_record_that_was_tampered_with_is_seen(world, decision):
    decision.record["outcome"] = "negative"
    assert not record_holds(decision)


CHANGES = [
    "UPDATE cases_decision SET outcome = 'negative'",
    "UPDATE cases_decision SET record = '{}'",
    "UPDATE cases_decision SET reasons = NULL",
    "UPDATE cases_decision SET state = 'draft'",
    "UPDATE cases_decision SET made_on = '2026-01-01'",
    "UPDATE cases_decision SET second_person_id = author_id",
    "UPDATE cases_decision SET served_on = '2026-03-10', outcome = 'negative'",
    "DELETE FROM cases_decision",
    "UPDATE cases_decisionreview SET verdict = 'return'",
    "UPDATE cases_decisionreview SET own_grounds = ''",
    "DELETE FROM cases_decisionreview",
    "TRUNCATE cases_decision CASCADE",
]


@pytest.mark.parametrize("change", CHANGES)
def test_made_decision_cannot_be_changed_even_by_sql(world, decision, change):
    with pytest.raises(DatabaseError), acting_as(world.supervisor):
        connection.cursor().execute(change)
    with looking_as(world.supervisor):
        assert record_holds(Decision.objects.get())
        assert DecisionReview.objects.get().verdict == "agree"


def test_serving_is_added_once_and_then_closed_too(world, decision):
    with acting_as(world.supervisor):
        connection.cursor().execute(
            "UPDATE cases_decision SET served_on = '2026-03-10', served_channel = 'in_person'"
        )
    with pytest.raises(DatabaseError), acting_as(world.supervisor):
        connection.cursor().execute("UPDATE cases_decision SET served_on = '2026-03-01'")


def test_database_refuses_a_reader_who_is_the_author(world):
    draft = submitted(world, ready_case(world, at=RECEIVED), at=DECIDED)
    with pytest.raises(DatabaseError), acting_as(world.caseworker):
        Decision.objects.filter(pk=draft.pk).update(second_person=world.caseworker)
    with pytest.raises(DatabaseError), acting_as(world.caseworker):
        DecisionReview.objects.create(
            case=draft.case,
            decision=draft,
            reviewer=world.caseworker,
            own_grounds=b"",
            at=DECIDED,
        )


def test_made_decision_is_not_saved_withdrawn_or_read_again(world, decision):
    for change in (
        lambda: deciding.save_draft(
            decision, actor=world.caseworker, at=DECIDED, content=content()
        ),
        lambda: deciding.withdraw_draft(decision, actor=world.caseworker, at=DECIDED),
        lambda: deciding.submit_for_review(decision, actor=world.caseworker, at=DECIDED),
        lambda: own_grounds(world, decision, at=DECIDED, who="supervisor2"),
        lambda: deciding.agree(decision, actor=world.supervisor2, at=DECIDED),
    ):
        with pytest.raises(Refused):
            change()


def test_two_supervisors_at_once_make_it_once(world):
    import threading

    from django.db import connections

    draft = submitted(world, ready_case(world, at=RECEIVED), at=DECIDED)
    own_grounds(world, draft, at=DECIDED)
    own_grounds(world, draft, at=DECIDED, who="supervisor2")
    gate, results = threading.Barrier(2), []

    def one(who):
        gate.wait()
        try:
            with acting_as(getattr(world, who)):
                mine = Decision.objects.select_related("case").get(pk=draft.pk)
            deciding.agree(mine, actor=getattr(world, who), at=DECIDED)
            results.append("made")
        except Refused as refusal:
            results.append({o.code for o in refusal.objections})
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[who]) for who in ("supervisor", "supervisor2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "made" in results
    assert len([r for r in results if r == "made"]) == 1
    with looking_as(world.supervisor):
        assert Event.objects.filter(verb="decision.made").count() == 1


def test_withdrawn_draft_stays_on_file_and_makes_room_for_another(world):
    case = ready_case(world, at=RECEIVED)
    first = drafted(world, case, at=DECIDED)
    with pytest.raises(Refused) as refusal:
        deciding.draft_decision(case, actor=world.supervisor, at=DECIDED, code="reasonable_grounds")
    assert codes(refusal) == {"already_drafted"}
    deciding.withdraw_draft(first, actor=world.supervisor, at=DECIDED)
    second = deciding.draft_decision(
        case, actor=world.supervisor, at=DECIDED, code="reasonable_grounds"
    )
    assert second.pk != first.pk


def test_decision_after_another_one_names_what_it_supersedes(world, decision):
    # As a reconsideration that was accepted brings the case back.
    from cases.models import Case

    with looking_as(world.supervisor):
        Case.objects.filter(pk=decision.case_id).update(stage="rg_pending")
    again_decided = made(world, decision.case, at=day(2026, 5, 1))
    assert again_decided.supersedes_id == decision.pk
    assert again_decided.record["supersedes"] == str(decision.pk)
    with looking_as(world.supervisor):
        assert list(Decision.objects.get(pk=decision.pk).superseded_by.all()) == [again_decided]
