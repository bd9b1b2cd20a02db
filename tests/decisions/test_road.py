"""From a referral to decisions, as the law's clocks run: uk and palermo."""

from datetime import timedelta

import pytest

from cases.actions import deciding, sweeping
from cases.models import Consent, Decision, InboxItem
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from tests.decisions.road import (
    again,
    card,
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
    submitted,
    texts,
)
from tests.watching import looking_as

# Vignette 1: submitted on Monday 2 March 2026; first decision due on 9 March.
RECEIVED, DECIDED = day(2026, 3, 2), day(2026, 3, 9)


def test_two_people_decide_and_recovery_runs_to_its_last_day_counted_inclusively(world):
    case = ready_case(world, at=RECEIVED)
    assert dues(world, case)["reasonable_grounds"] == ("open", "2026-03-09")
    decision = made(world, case, at=DECIDED)
    assert decision.state == "made"
    assert decision.made_on.isoformat() == "2026-03-09"
    assert decision.second_person == world.supervisor
    assert again(world, case).stage == "recovery"
    clocks = dues(world, case)
    assert clocks["reasonable_grounds"] == ("met", "2026-03-09")
    assert clocks["recovery_period"] == ("open", "2026-04-07")
    assert clocks["cg_not_before"] == ("open", "2026-04-08")


def test_final_decision_is_refused_before_the_recovery_minimum_and_the_date_is_named(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=DECIDED)
    draft = drafted(world, case, at=day(2026, 4, 7), code="conclusive_grounds")
    with pytest.raises(Refused) as refusal:
        deciding.submit_for_review(draft, actor=world.caseworker, at=day(2026, 4, 7, 23, 59))
    assert codes(refusal) == {"recovery_minimum_elapsed"}
    assert "8 April 2026" in texts(refusal)[0]
    assert again(world, case).stage == "recovery"


def test_final_decision_on_the_first_day_allowed_ends_recovery_and_starts_move_on(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=DECIDED)
    sweeping.sweep(at=day(2026, 4, 8, 0, 1))
    assert again(world, case).stage == "cg_ready"
    final = made(world, case, at=day(2026, 4, 8), code="conclusive_grounds")
    assert final.state == "made"
    assert again(world, case).stage == "move_on"
    clocks = dues(world, case)
    assert clocks["recovery_period"][0] == "met"
    assert clocks["cg_not_before"][0] == "met"
    assert clocks["move_on"] == ("open", "2026-05-23")  # 45 days from the day after 8 April


def test_recovery_goes_on_past_its_last_day_until_the_final_decision(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=DECIDED)
    sweeping.sweep(at=day(2026, 6, 1))
    assert dues(world, case)["recovery_period"] == ("open", "2026-04-07")


def test_negative_runs_no_clock_until_it_is_served_and_then_thirty_days_from_that_day(world):
    case = ready_case(world, at=RECEIVED)
    findings(world, case, at=RECEIVED, purpose="NOT_SHOWN", result="PARTIAL_PURPOSE")
    decision = made(world, case, at=DECIDED, outcome="negative", grounds=("purpose_not_shown",))
    assert again(world, case).stage == "rg_negative"
    assert "reconsideration" not in dues(world, case)
    deciding.serve_decision(
        decision,
        actor=world.caseworker,
        at=day(2026, 3, 20),
        served_on=day(2026, 3, 18).date(),
        channel="in_person",
        language="en",
    )
    assert dues(world, case)["reconsideration"] == ("open", "2026-04-17")
    sweeping.sweep(at=day(2026, 4, 18, 0, 1))
    # The window of the person has ended: nobody has missed anything.
    assert dues(world, case)["reconsideration"] == ("void", "2026-04-17")
    with looking_as(world.supervisor):
        assert not Event.objects.filter(verb="deadline.missed").exists()


def test_decision_is_served_once_in_a_way_that_the_card_marks_safe(world):
    case = ready_case(world, at=RECEIVED)
    decision = made(world, case, at=DECIDED)

    def serve(channel, **more):
        return deciding.serve_decision(
            decision,
            actor=world.caseworker,
            at=DECIDED,
            served_on=more.pop("on", DECIDED.date()),
            channel=channel,
            language="en",
            **more,
        )

    for channel in ("post", "email", "call"):
        with pytest.raises(Refused) as refusal:  # there is no card at all
            serve(channel)
        assert codes(refusal) == {"not_safe"}
    card(world, case, at=DECIDED, post="unknown", email="unsafe", call="safe")
    for channel in ("post", "email"):
        with pytest.raises(Refused) as refusal:
            serve(channel)
        assert codes(refusal) == {"not_safe"}
    with pytest.raises(Refused) as refusal:
        serve("nominated")
    assert codes(refusal) == {"permission"}
    with pytest.raises(Refused) as refusal:
        serve("in_person", on=day(2026, 3, 8).date())
    assert codes(refusal) == {"served_on"}
    with pytest.raises(Refused) as refusal:
        serve("in_person", on=day(2026, 3, 10).date())
    assert codes(refusal) == {"served_on"}
    serve("call")
    with pytest.raises(Refused) as refusal:
        serve("in_person")
    assert codes(refusal) == {"served"}
    with looking_as(world.caseworker):
        assert Decision.objects.get(pk=decision.pk).served_channel == "call"


def test_everything_that_stands_in_the_way_is_told_at_once(world):
    case = world.assigned_case(at=RECEIVED)  # no agreement, no screening
    draft = deciding.draft_decision(
        case, actor=world.caseworker, at=DECIDED, code="reasonable_grounds"
    )
    with pytest.raises(Refused) as refusal:
        deciding.submit_for_review(draft, actor=world.caseworker, at=DECIDED)
    assert codes(refusal) == {
        "outcome",
        "consent_or_child",
        "screening_completed",
        "age_basis_recorded",
        "reasons_given",
        "conflict",
    }
    fields = {objection.field for objection in refusal.value.objections}
    assert {"outcome", "age_basis", "reason_for", "reason_letter", "no_conflict"} <= fields


def test_adult_who_withdrew_is_not_decided_on_and_a_child_needs_no_agreement(world):
    adult = ready_case(world, at=RECEIVED)
    with looking_as(world.caseworker):
        adult.consents.update(withdrawn_at=DECIDED)
    with pytest.raises(Refused) as refusal:
        submitted(world, adult, at=DECIDED)
    assert codes(refusal) == {"consent_or_child"}
    child = ready_case(world, at=RECEIVED, age_status="not_sure")
    assert submitted(world, child, at=DECIDED).state == "in_review"


def test_what_the_person_said_last_decides_and_not_what_was_typed_in_last(world):
    """By the day on which they said it: a no that comes in late does not undo a newer yes, nor a
    yes that is dated back a newer no."""
    before = (RECEIVED - timedelta(days=30)).date().isoformat()
    late = DECIDED - timedelta(hours=1)
    agreed = ready_case(world, at=RECEIVED)
    no = consent(world, agreed, at=late, answer="declined")
    Consent.objects.filter(pk=no.pk).update(given_on=before)
    assert submitted(world, agreed, at=DECIDED).state == "in_review"
    refused = ready_case(world, at=RECEIVED, answer="declined")
    yes = consent(world, refused, at=late)
    Consent.objects.filter(pk=yes.pk).update(given_on=before)
    with pytest.raises(Refused) as refusal:
        submitted(world, refused, at=DECIDED)
    assert codes(refusal) == {"consent_or_child"}


def test_too_little_known_is_never_a_negative_decision(world):
    case = ready_case(world, at=RECEIVED)
    findings(
        world,
        case,
        at=RECEIVED,
        act="UNKNOWN",
        means="UNKNOWN",
        purpose="UNKNOWN",
        result="INSUFFICIENT",
    )
    with pytest.raises(Refused) as refusal:
        submitted(world, case, at=DECIDED, outcome="negative", grounds=("act_not_shown",))
    assert codes(refusal) == {"insufficient", "unknown"}


def test_child_is_never_refused_for_want_of_means(world):
    case = ready_case(world, at=RECEIVED, age_status="child")
    findings(
        world, case, at=RECEIVED, means="NOT_SHOWN", purpose="NOT_SHOWN", result="PARTIAL_PURPOSE"
    )
    with pytest.raises(Refused) as refusal:
        submitted(world, case, at=DECIDED, outcome="negative", grounds=("means_not_shown",))
    assert codes(refusal) == {"child_means"}


def test_who_decides_otherwise_than_the_findings_says_why(world):
    case = ready_case(world, at=RECEIVED)
    with pytest.raises(Refused) as refusal:
        submitted(
            world,
            case,
            at=DECIDED,
            outcome="negative",
            reasons={k: v for k, v in content("negative").reasons.items() if k != "differs"},
        )
    assert codes(refusal) == {"differs"}


# The second person
def test_author_cannot_approve_their_own_decision_not_even_a_supervisor(world):
    case = ready_case(world, at=RECEIVED)
    draft = deciding.draft_decision(
        case, actor=world.supervisor, at=DECIDED, code="reasonable_grounds", content=content()
    )
    deciding.submit_for_review(draft, actor=world.supervisor, at=DECIDED)
    with pytest.raises(Refused) as refusal:
        own_grounds(world, draft, at=DECIDED)
    assert codes(refusal) == {"own_decision"}
    with pytest.raises(Refused) as refusal:
        deciding.agree(draft, actor=world.supervisor, at=DECIDED)
    assert codes(refusal) == {"own_decision", "own_grounds_first"}
    own_grounds(world, draft, at=DECIDED, who="supervisor2")
    assert deciding.agree(draft, actor=world.supervisor2, at=DECIDED).state == "made"


def test_caseworker_cannot_agree_and_a_stranger_finds_nothing(world):
    decision = submitted(world, ready_case(world, at=RECEIVED), at=DECIDED)
    with pytest.raises(Forbidden):
        own_grounds(world, decision, at=DECIDED, who="caseworker")
    from nrm.actions import Hidden

    for who in ("other_supervisor", "inactive", "superuser", "responder2", "auditor"):
        with pytest.raises((Hidden, Forbidden)) as refusal:
            own_grounds(world, decision, at=DECIDED, who=who)
        assert refusal.type is (Forbidden if who == "responder2" else Hidden)


def test_verdict_comes_only_after_own_grounds(world):
    decision = submitted(world, ready_case(world, at=RECEIVED), at=DECIDED)
    for verdict in (
        lambda: deciding.agree(decision, actor=world.supervisor, at=DECIDED),
        lambda: deciding.hand_back(decision, actor=world.supervisor, at=DECIDED, reasons="No."),
    ):
        with pytest.raises(Refused) as refusal:
            verdict()
        assert codes(refusal) == {"own_grounds_first"}


def test_returned_with_reasons_goes_back_to_its_author_and_is_read_anew(world):
    decision = submitted(world, ready_case(world, at=RECEIVED), at=DECIDED)
    own_grounds(world, decision, at=DECIDED)
    with pytest.raises(Refused) as refusal:
        deciding.hand_back(decision, actor=world.supervisor, at=DECIDED, reasons=" ")
    assert codes(refusal) == {"reasons"}
    deciding.hand_back(decision, actor=world.supervisor, at=DECIDED, reasons="Say who was asked.")
    assert decision.state == "returned"
    with looking_as(world.caseworker):
        assert InboxItem.objects.filter(user=world.caseworker, kind="decision_returned").exists()
    deciding.save_draft(decision, actor=world.caseworker, at=DECIDED, content=content())
    deciding.submit_for_review(decision, actor=world.caseworker, at=DECIDED)
    with pytest.raises(Refused) as refusal:  # the grounds on the earlier version do not count
        deciding.agree(decision, actor=world.supervisor, at=DECIDED)
    assert codes(refusal) == {"own_grounds_first"}
    own_grounds(world, decision, at=DECIDED)
    deciding.agree(decision, actor=world.supervisor, at=DECIDED)
    assert [r["verdict"] for r in decision.record["reviews"]] == ["return", "agree"]


def test_escalated_goes_to_the_supervisor_named_and_to_nobody_else(world):
    decision = submitted(world, ready_case(world, at=RECEIVED), at=DECIDED)
    own_grounds(world, decision, at=DECIDED)
    with pytest.raises(Refused) as refusal:
        deciding.escalate(
            decision, actor=world.supervisor, at=DECIDED, to=world.supervisor, reasons="Hard."
        )
    assert codes(refusal) == {"to"}
    deciding.escalate(
        decision, actor=world.supervisor, at=DECIDED, to=world.supervisor2, reasons="Hard."
    )
    with pytest.raises(Refused) as refusal:
        own_grounds(world, decision, at=DECIDED)
    assert codes(refusal) == {"passed_on"}
    own_grounds(world, decision, at=DECIDED, who="supervisor2")
    deciding.agree(decision, actor=world.supervisor2, at=DECIDED)
    assert decision.second_person == world.supervisor2


def test_agreeing_is_refused_where_the_findings_changed_after_submitting(world):
    case = ready_case(world, at=RECEIVED)
    decision = submitted(world, case, at=DECIDED)
    own_grounds(world, decision, at=DECIDED)
    findings(world, case, at=DECIDED)
    with pytest.raises(Refused) as refusal:
        deciding.agree(decision, actor=world.supervisor, at=DECIDED)
    assert codes(refusal) == {"findings_changed"}


def test_conflict_of_interest_must_be_ruled_out_by_both(world):
    case = ready_case(world, at=RECEIVED)
    with pytest.raises(Refused) as refusal:
        submitted(world, case, at=DECIDED, no_conflict=False)
    assert codes(refusal) == {"conflict"}
    with looking_as(world.caseworker):
        decision = Decision.objects.get()
    deciding.save_draft(decision, actor=world.caseworker, at=DECIDED, content=content())
    deciding.submit_for_review(decision, actor=world.caseworker, at=DECIDED)
    with pytest.raises(Refused) as refusal:
        deciding.record_own_grounds(
            decision,
            actor=world.supervisor,
            at=DECIDED,
            own_outcome="positive",
            own_grounds="The same.",
            no_conflict=False,
        )
    assert codes(refusal) == {"conflict"}


# Palermo
def palermo_case(world, **more):
    case = world.assigned_case(at=day(2026, 3, 9), **more)
    findings(world, case, at=day(2026, 3, 9))
    return again(world, case)


def test_palermo_presumes_at_once_on_the_author_alone_and_recovery_starts(palermo):
    case = palermo_case(palermo, age_status="child")
    decision = submitted(palermo, case, at=day(2026, 3, 10), code="presumed_identification")
    assert decision.state == "made"
    assert decision.second_person is None
    assert again(palermo, case).stage == "presumed_victim"
    clocks = dues(palermo, case)
    assert clocks["recovery_period"] == ("open", "2026-04-08")
    assert clocks["formal_identification"] == ("open", "2026-06-08")
    assert clocks["screening"][0] == "met"


def test_palermo_negative_presumption_needs_a_second_person(palermo):
    case = palermo_case(palermo, age_status="child")
    findings(palermo, case, at=day(2026, 3, 9), purpose="NOT_SHOWN", result="PARTIAL_PURPOSE")
    decision = submitted(
        palermo,
        case,
        at=day(2026, 3, 10),
        code="presumed_identification",
        outcome="negative",
        grounds=("purpose_not_shown",),
    )
    assert decision.state == "in_review"


def test_palermo_panel_decides_with_its_quorum_and_recovery_keeps_its_last_day(palermo):
    case = palermo_case(palermo, age_status="child")
    submitted(palermo, case, at=day(2026, 3, 10), code="presumed_identification")
    with pytest.raises(Refused) as refusal:
        submitted(palermo, case, at=day(2026, 3, 20), code="formal_identification")
    assert codes(refusal) == {"quorum"}
    with looking_as(palermo.caseworker):
        draft = Decision.objects.get(code="formal_identification")
    answers = {
        "age_basis": "document",
        "delay_requested": "no",
        "panel_met_on": "2026-03-19",
        "panel_present": 5,
        "quorum": "yes",
    }
    full = content(answers=answers)
    deciding.save_draft(draft, actor=palermo.caseworker, at=day(2026, 3, 20), content=full)
    deciding.submit_for_review(draft, actor=palermo.caseworker, at=day(2026, 3, 20))
    own_grounds(palermo, draft, at=day(2026, 3, 20))
    deciding.agree(draft, actor=palermo.supervisor, at=day(2026, 3, 20))
    assert again(palermo, case).stage == "identified"
    # Decided before its last day: the period runs on, and ends on the later of the two.
    assert dues(palermo, case)["recovery_period"] == ("open", "2026-04-08")
    assert dues(palermo, case)["formal_identification"][0] == "met"
    sweeping.sweep(at=day(2026, 4, 9, 9))
    assert dues(palermo, case)["recovery_period"] == ("met", "2026-04-08")
    assert draft.record["panel"] == {
        "panel_met_on": "2026-03-19",
        "panel_present": 5,
        "quorum": "yes",
    }


def test_delay_asked_for_holds_the_final_decision(world):
    case = ready_case(world, at=RECEIVED)
    made(world, case, at=DECIDED)
    with pytest.raises(Refused) as refusal:
        submitted(
            world,
            case,
            at=day(2026, 5, 1),
            code="conclusive_grounds",
            answers={"age_basis": "document", "delay_requested": "yes"},
        )
    assert codes(refusal) == {"no_delay_request"}


def test_question_still_open_holds_the_final_decision(world):
    from cases.actions import clocks

    case = ready_case(world, at=RECEIVED)
    made(world, case, at=DECIDED)
    with looking_as(world.caseworker):
        clocks.start_term(again(world, case), "information_request", at=day(2026, 4, 1))
    with pytest.raises(Refused) as refusal:
        submitted(world, case, at=day(2026, 5, 1), code="conclusive_grounds")
    assert codes(refusal) == {"information_requests_answered"}
