"""The plan of support: goals in the person's own words, looked at again, and over when they say so;
a return that they want themselves, which nobody arranges before somebody found it safe."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.actions.documents import About, add_documents
from cases.actions.sharing import record_consent
from cases.actions.watching import watch_days
from cases.models import Case, CaseTask, InboxItem
from cases.selectors.documents import title_of
from nrm.accounts.models import User
from nrm.actions import Forbidden, Hidden, Refused
from nrm.context import acting_as
from protection.actions.plan import record_item, take_step
from protection.models import PlanItem, PlanStep
from protection.rules.plan import KINDS
from protection.selectors import plan as reads
from tests.api.tools import api, by_session, field_errors
from tests.decisions import road
from tests.documents.files import pdf, upload

AT = road.day(2026, 3, 2)
DAY = date(2026, 3, 2)
WORDS = "To bake like Zanzibar-Quill, who taught me."
GOAL = {"goal": WORDS, "area": "work", "said_on": DAY}
WISH = {"country": "AL", "wish": "To be with my mother.", "alone": "yes", "wished_on": DAY}
SAFE = {"risk": "safe", "assessed_on": DAY, "found": "The embassy and her sister."}
LEFT = {"left_on": DAY, "asked_after": "yes"}


@pytest.fixture
def case(world):
    return road.ready_case(world, at=AT)


def recorded(world, case, kind="goal", values=GOAL, *, who="caseworker", at=AT, **more):
    return record_item(case, actor=world.users[who], at=at, kind=kind, values=values, **more)


def taken(world, item, step, values, *, who="caseworker", at=AT, **more):
    return take_step(item, actor=world.users[who], at=at, step=step, values=values, **more)


def refusal(run, *told, **more):
    with pytest.raises(Refused) as refused:
        run(*told, **more)
    return refused.value.objections


def told(kind):
    items = InboxItem.objects.filter(kind=kind).select_related("user")
    return sorted(item.user.email.partition("@")[0] for item in items)


# Goals --------------------------------------------------------------------------------------------
def test_a_goal_stands_under_the_key_and_is_read_by_who_plans_the_support(world, case):
    recorded(world, case)
    assert b"Zanzibar" not in bytes(PlanItem.objects.get().told)
    assert "Zanzibar" not in str(PlanItem.objects.get().answers)
    url = reverse("case_plan", args=[case.reference])
    assert "Zanzibar-Quill" in world.client("supervisor").get(url).content.decode()
    for who, status in (("intake", 403), ("responder", 403), ("caseworker2", 404)):
        assert world.client(who).get(url).status_code == status


def test_it_is_overdue_where_risk_is_from_the_day_after_its_review_until_it_was_looked_at(
    world, case
):
    item = recorded(world, case)
    assert item.due_on == DAY + timedelta(days=30)
    due = AT + timedelta(days=31)

    def seen(name, at):
        return [line.row.pk for line in reads.overdue_page(world.users[name], at=at).rows]

    assert seen("caseworker", due - timedelta(days=1)) == []
    assert seen("caseworker", due) == seen("supervisor", due) == [item.pk]
    for name in ("caseworker2", "other_supervisor", "intake", "provider"):
        assert seen(name, due) == []
    again = {"reviewed_on": due.date(), "outcome": "some", "next": "Ask the college."}
    item = taken(world, item, "review", again, at=due)
    assert seen("caseworker", due) == []
    assert item.due_on == due.date() + timedelta(days=30)
    line = reads.whole(item, at=due).line
    assert (line.answers["goal"], line.answers["next"]) == (WORDS, "Ask the college.")


def test_what_is_overdue_is_told_of_once_the_day_after(world, case):
    item = recorded(world, case)
    due = AT + timedelta(days=31)
    for at in (due - timedelta(days=1), due, due + timedelta(days=1)):
        watch_days(actor=User.objects.system(), at=at)
        people = [] if at < due else ["caseworker", "supervisor", "supervisor2"]
        assert told("plan_due") == people
    again = {"reviewed_on": due.date(), "outcome": "some"}
    item = taken(world, item, "review", again, at=due)
    watch_days(actor=User.objects.system(), at=due + timedelta(days=31))
    assert len(told("plan_due")) == 6
    taken(world, item, "reach", {"own": "yes", "ended_on": DAY}, at=due)
    watch_days(actor=User.objects.system(), at=due + timedelta(days=90))
    assert len(told("plan_due")) == 6


def test_whoever_closes_the_case_is_told_what_of_the_plan_is_not_over(world, case):
    item = recorded(world, case)
    over = recorded(world, case)
    taken(world, over, "reach", {"own": "yes", "ended_on": DAY})
    words = "Goals: 1 not over in the plan of support."
    page = reverse("case_closure", args=[case.reference])
    assert words in world.client("supervisor").get(page).content.decode()
    where = f"/api/v1/cases/{case.reference}/course/"
    assert by_session(world.supervisor).get(where).json()["left_open"] == [words]
    taken(world, item, "reach", {"own": "yes", "ended_on": DAY})
    assert "not over" not in world.client("supervisor").get(page).content.decode()
    assert by_session(world.supervisor).get(where).json()["left_open"] == []


def test_only_the_person_says_that_it_is_reached_or_given_up_and_then_it_is_over(world, case):
    item = recorded(world, case)
    for step, more in (("reach", {}), ("give_up", {"why": "not_now"})):
        values = {"own": "no", "ended_on": DAY, **more}
        assert [o.code for o in refusal(taken, world, item, step, values)] == ["not_own"]
    taken(world, item, "give_up", {"own": "yes", "ended_on": DAY, "why": "other_wish"})
    item.refresh_from_db()
    assert (item.state, item.due_at, item.ended_at) == ("given_up", None, AT)
    values = {"own": "yes", "ended_on": DAY}
    assert [o.code for o in refusal(taken, world, item, "reach", values)] == ["state"]


def test_every_fault_is_told_at_once_and_whoever_may_not_is_turned_away(world, case):
    bad = {"area": "moon", "goal": "x" * 2001, "services": ["no"], "said_on": date(2026, 3, 3)}
    fields = {o.field for o in refusal(recorded, world, case, values=bad)}
    assert fields == {"area", "goal", "services", "said_on"}
    assert {o.field for o in refusal(recorded, world, case, values={})} == {
        "goal",
        "area",
        "said_on",
    }
    assert [o.field for o in refusal(recorded, world, case, "wealth")] == ["kind"]
    item = recorded(world, case)
    assert [o.field for o in refusal(taken, world, item, "fly", {})] == ["step"]
    for who, error in (("intake", Forbidden), ("responder", Forbidden), ("provider", Hidden)):
        with pytest.raises(error):
            recorded(world, case, who=who)
        with pytest.raises(error):
            taken(world, item, "reach", {}, who=who)


def test_twice_with_one_key_is_once_and_what_happened_is_never_changed(world, case):
    key = "0d7b0a0e-5a1c-4f5e-9a53-7f6f7a7a7a7a"
    first = recorded(world, case, submission_key=key)
    assert recorded(world, case, submission_key=key).pk == first.pk
    seen = {"reviewed_on": DAY, "outcome": "well"}
    for _twice in range(2):
        taken(world, first, "review", seen, submission_key=key)
    assert PlanStep.objects.count() == 1


def test_pages_and_programs_do_the_same(world, case):
    client = world.client("caseworker")
    new = reverse("plan_new", args=[case.reference, "goal"])
    assert client.post(new, {"goal": "To sing."}).status_code == 422
    on = {"said_on_day": "2", "said_on_month": "3", "said_on_year": "2026"}
    answer = client.post(new, {"goal": "To sing.", "area": "people", **on})
    item = PlanItem.objects.get()
    assert answer["Location"] == reverse("plan_item", args=[case.reference, item.pk])
    assert "To sing." in client.get(answer["Location"]).content.decode()
    step = reverse("plan_step", args=[case.reference, item.pk, "reach"])
    assert (
        "Ask the person first"
        in client.post(
            step, {"own": "no", "ended_on_day": "2", "ended_on_month": "3", "ended_on_year": "2026"}
        ).content.decode()
    )
    for absent in (new.replace("goal", "wealth"), step.replace("reach", "consent_gone")):
        assert client.get(absent).status_code == 404
    where = f"/api/v1/cases/{case.reference}/plan/"
    caller = by_session(world.caseworker)
    bad = {"kind": "goal", "answers": {"said_on": "today", "moon": "x", "services": "y", "area": 1}}
    faults = field_errors(caller.post(where, bad, format="json"))
    assert set(faults) == {"said_on", "moon", "services", "area"}
    good = {"kind": "goal", "answers": {**GOAL, "said_on": str(DAY)}}
    made = caller.post(where, good, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["can"] == ["review", "reach", "give_up"]
    one = f"{where}{made.json()['id']}/"
    seen = {"step": "review", "answers": {"reviewed_on": str(DAY), "outcome": "stuck"}}
    assert caller.post(f"{one}steps/", seen, format="json").status_code == 201
    [step] = caller.get(one).json()["steps"]
    assert step["answers"] == {"reviewed_on": str(DAY), "outcome": "stuck"}
    assert len(api(world.supervisor).get(where).json()["results"]) == 2
    PlanItem.objects.update(due_at=AT)
    listed = api(world.caseworker).get("/api/v1/plan-reviews/").json()["results"]
    assert {one["kind"] for one in listed} == {"goal"}
    assert "Plans of support" in client.get(reverse("risk_reviews")).content.decode()


# A return -----------------------------------------------------------------------------------------
def agreed(world, case, answer="agreed", at=AT):
    return record_consent(
        case,
        actor=world.caseworker,
        at=at,
        purpose="return",
        recipient_kind="provider",
        answer=answer,
        given_on=at.date(),
        method=case.profile.consent.methods[0].code,
        language="sq",
        interpreter="none",
    )


def test_nobody_sets_a_day_before_it_was_found_safe_and_the_person_agreed(world, case):
    item = recorded(world, case, "return", WISH)
    assert b"mother" not in bytes(item.told)
    assert reads.whole(item, at=AT).line.says == [
        "Nobody has assessed the risk: nobody is returned without that."
    ]
    going = {"leaves_on": date(2026, 4, 1)}
    assert [o.code for o in refusal(taken, world, item, "arrange", going)] == ["state"]
    taken(world, item, "assess", {**SAFE, "risk": "unclear"})
    assert {o.code for o in refusal(taken, world, item, "arrange", going)} == {"risk", "no_consent"}
    taken(world, item, "assess", SAFE)
    assert {o.code for o in refusal(taken, world, item, "arrange", going)} == {"no_consent"}
    agreed(world, case)
    assert taken(world, item, "arrange", going).state == "arranged"
    # Somebody learns more, and the day is set no longer.
    assert taken(world, item, "assess", {**SAFE, "risk": "unsafe"}).state == "assessed"


def test_it_is_their_own_wish_said_alone_and_one_at_a_time(world, case):
    found = refusal(recorded, world, case, "return", {**WISH, "alone": "no", "country": "QQ"})
    assert [o.field for o in found] == ["country", "alone"]
    recorded(world, case, "return", WISH)
    assert [o.code for o in refusal(recorded, world, case, "return", WISH)] == ["open"]


def test_a_child_is_returned_only_in_their_best_interests(world):
    case = road.ready_case(world, at=AT, age_status="child")
    agreed(world, case)
    item = recorded(world, case, "return", WISH)
    taken(world, item, "assess", SAFE)
    found = refusal(taken, world, item, "arrange", {"leaves_on": date(2026, 4, 1)})
    assert {o.code for o in found} == {"best_interests"}


def test_consent_that_is_taken_back_stops_it_and_somebody_is_told(world, case):
    agreed(world, case)
    item = recorded(world, case, "return", WISH)
    taken(world, item, "assess", SAFE)
    taken(world, item, "arrange", {"leaves_on": date(2026, 4, 1)})
    agreed(world, case, "declined", AT + timedelta(days=1))
    item.refresh_from_db()
    assert (item.state, item.steps.first().code) == ("stopped", "consent_gone")
    assert told("return_stopped") == ["caseworker", "supervisor", "supervisor2"]


def test_whoever_leaves_unassessed_is_told_of_at_once_and_whoever_was_found_safe_is_not(
    world, case
):
    agreed(world, case)
    safe = recorded(world, case, "return", WISH)
    taken(world, safe, "assess", SAFE)
    taken(world, safe, "leave", {**LEFT, "asked_after": "no"})
    assert told("return_alert") == []
    unsafe = recorded(world, case, "return", WISH, at=AT + timedelta(hours=1))
    taken(world, unsafe, "leave", LEFT, at=AT + timedelta(hours=1))
    assert told("return_alert") == ["caseworker", "supervisor", "supervisor2"]
    assert InboxItem.objects.filter(kind="return_alert").first().data == {}


def test_it_is_asked_after_them_at_each_time_once_also_after_the_end_of_the_case(
    world, case, as_worker
):
    agreed(world, case)
    item = recorded(world, case, "return", WISH)
    taken(world, item, "assess", SAFE)
    item = taken(world, item, "leave", LEFT)
    assert [days for days, _code in item.ahead] == [
        "2026-04-01",
        "2026-06-01",
        "2026-08-31",
        "2027-03-02",
    ]
    system = User.objects.system()
    with as_worker():
        watch_days(actor=system, at=road.day(2026, 4, 1, 6))
        assert told("plan_return") == []
        for _twice in range(2):
            watch_days(actor=system, at=road.day(2026, 4, 1, 7))
    assert told("plan_return") == ["caseworker", "supervisor", "supervisor2"]
    assert CaseTask.objects.get(code="return_month_1").done_at is None
    asked = {"which": "return_month_1", "outcome": "not_safe", "asked_on": date(2026, 4, 2)}
    later = road.day(2026, 4, 2)
    item = taken(world, item, "ask_after", asked, at=later)
    assert CaseTask.objects.get(code="return_month_1").done_at == later
    assert len(told("return_alert")) == 3
    assert [o.code for o in refusal(taken, world, item, "ask_after", asked, at=later)] == ["asked"]
    no_more = {**asked, "which": "return_month_3", "outcome": "no_more"}
    item = taken(world, item, "ask_after", no_more, at=later)
    assert (item.state, item.ahead, item.due_on) == ("followed", [], None)


# The shape ----------------------------------------------------------------------------------------
def test_every_kind_is_whole():
    for kind in KINDS.values():
        names = {part.name for part in kind.parts}
        assert kind.title in names
        assert set(kind.in_list) <= {part.name for part in kind.every_part}
        assert set(kind.open) <= set(kind.states)
        for step in kind.steps:
            assert {*step.begins, *filter(None, [step.leads])} <= set(kind.states)
            assert set(step.begins) <= set(kind.open)


def test_the_database_changes_nothing_that_happened(world, case):
    item = recorded(world, case)
    taken(world, item, "review", {"reviewed_on": DAY, "outcome": "well"})
    with (
        acting_as(world.caseworker),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE protection_planstep SET code = 'reach'")


# Money to live on ---------------------------------------------------------------------------------
WEEK = {"rate": "self_catered", "from_on": DAY, "until_on": date(2026, 3, 8)}


def test_what_is_due_is_worked_out_by_the_rates_and_a_second_person_agrees(world, case):
    item = recorded(world, case, "payment", {**WEEK, "until_on": date(2026, 3, 11)})
    assert (item.answers["amount"], item.state) == ("92.86 GBP", "asked")
    (line,) = reads.items_of(case, at=AT)
    assert line.beside == "From 2 March 2026 to 11 March 2026, 92.86 GBP"
    assert told("plan_asked") == ["supervisor", "supervisor2"]
    paid = {"paid_on": DAY, "way": "cash"}
    assert [o.code for o in refusal(taken, world, item, "pay", paid)] == ["state"]
    with pytest.raises(Forbidden):
        taken(world, item, "approve", {})
    item = taken(world, item, "approve", {}, who="supervisor")
    assert (item.state, item.decided_by) == ("due", world.supervisor)
    assert told("plan_decided") == ["caseworker"]
    assert taken(world, item, "pay", paid).state == "paid"


def test_who_asked_for_money_is_answered_also_after_the_end_of_the_case(world, case):
    item = recorded(world, case, "payment", WEEK)
    Case.objects.filter(pk=case.pk).update(closed_at=AT)
    page = reverse("plan_item", args=[case.reference, item.pk])
    to_agree = reverse("plan_step", args=[case.reference, item.pk, "approve"])
    assert to_agree in world.client("supervisor").get(page).content.decode()
    assert to_agree not in world.client("caseworker").get(page).content.decode()
    assert taken(world, item, "approve", {}, who="supervisor").state == "due"


def test_nobody_agrees_to_what_they_asked_for_also_in_the_database(world, case):
    item = recorded(world, case, "payment", WEEK, who="supervisor")
    assert told("plan_asked") == ["supervisor2"]
    found = refusal(taken, world, item, "approve", {}, who="supervisor")
    assert [o.code for o in found] == ["second_person"]
    url = reverse("plan_step", args=[case.reference, item.pk, "approve"])
    assert world.client("caseworker").get(url).status_code == 403
    shown = world.client("supervisor").get(url.replace("approve/", "")).content.decode()
    assert url not in shown
    with acting_as(world.supervisor), pytest.raises(DatabaseError), transaction.atomic():
        PlanItem.objects.filter(pk=item.pk).update(decided_by=world.supervisor)
    why = {"why": "paid_elsewhere"}
    assert taken(world, item, "refuse", why, who="supervisor2").state == "refused"


def test_the_same_days_are_paid_once_and_not_paid_says_why(world, case):
    item = recorded(world, case, "payment", WEEK)
    again = {**WEEK, "from_on": date(2026, 3, 8), "until_on": date(2026, 3, 9)}
    assert [o.code for o in refusal(recorded, world, case, "payment", again)] == ["twice"]
    recorded(world, case, "payment", {**again, "rate": "child"})
    assert [o.field for o in refusal(taken, world, item, "not_pay", {})] == ["why"]
    taken(world, item, "not_pay", {"why": "not_reached"})
    recorded(world, case, "payment", again)
    for wrong in ({"until_on": date(2026, 3, 1)}, {"until_on": date(2026, 9, 1)}):
        found = refusal(recorded, world, case, "payment", {**WEEK, "rate": "catered", **wrong})
        assert [o.field for o in found] == ["until_on"]


# What they still need, and leaving ----------------------------------------------------------------
ASKED = {
    "needs": ["home", "health"],
    "wish": "A room of my own.",
    "from_on": DAY,
    "until_on": date(2026, 5, 31),
    "plan": "Therapy ends in May; the council looks for a flat.",
}


@pytest.fixture
def decided(world, case):
    """A case of which a first decision was positive, under a profile where that is enough."""
    road.made(world, case, at=AT)
    case = road.again(world, case)
    law = replace(case.profile.recovery, after="reasonable_grounds")
    case.__dict__["profile"] = replace(case.profile, recovery=law)
    return case


def test_support_goes_on_by_what_a_second_person_decides_and_again_after_that(
    world, decided, as_worker
):
    item = recorded(world, decided, "recovery", ASKED)
    assert [o.code for o in refusal(recorded, world, decided, "recovery", ASKED)] == ["asked"]
    given = {"until_on": date(2026, 4, 30), "reasons": "The flat is promised for May."}
    with pytest.raises(Forbidden):
        taken(world, item, "grant", given)
    item = taken(world, item, "grant", given, who="supervisor")
    assert (item.state, item.due_on) == ("granted", date(2026, 4, 30))
    found = refusal(recorded, world, decided, "recovery", ASKED)
    assert [o.code for o in found] == ["overlaps"]
    recorded(world, decided, "recovery", {**ASKED, "from_on": date(2026, 5, 1)})
    with as_worker():
        watch_days(actor=User.objects.system(), at=road.day(2026, 4, 16, 7))
    assert told("plan_recovery") == ["caseworker", "supervisor", "supervisor2"]


def test_it_follows_a_positive_decision_and_names_documents_on_file(world, case):
    pk = str(uuid4())
    found = refusal(recorded, world, case, "recovery", {**ASKED, "documents": [pk]})
    assert {(o.field, o.code) for o in found} >= {(None, "not_decided")}
    assert [o.field for o in found if o.field] == ["documents"]


def test_a_document_on_file_is_named_and_not_given_again(world, decided):
    added = add_documents(
        decided,
        actor=world.caseworker,
        at=AT,
        files=[upload(pdf(400), "letter.pdf")],
        about=About("statement", "person"),
    )
    [document] = added.saved
    item = recorded(world, decided, "recovery", {**ASKED, "documents": [str(document.pk)]})
    rows = {row["key"]: row["value"] for row in reads.whole(item, at=AT).line.rows}
    assert rows["Which documents of the case show it?"] == title_of(document)


def test_whoever_leaves_is_asked_about_social_care_and_may_stay_after_all(world, case):
    going = {"why": "moved_on", "leaves_on": date(2026, 4, 1), "next": "A flat of her own."}
    found = refusal(recorded, world, case, "leaving", going)
    assert [o.field for o in found] == ["social_care"]
    item = recorded(world, case, "leaving", {**going, "social_care": "no_need"})
    assert item.due_on == date(2026, 4, 1)
    assert taken(world, item, "stay", {}).state == "stays"


def test_of_what_a_profile_leaves_out_nothing_is_recorded(world, case):
    case.__dict__["profile"] = bare = replace(case.profile, subsistence=None)
    assert [o.field for o in refusal(recorded, world, case, "payment", WEEK)] == ["kind"]
    assert "payment" not in {kind.code for kind in reads.kinds_of(bare)}


# Permission to stay, and compensation -------------------------------------------------------------
def test_the_last_day_of_a_permission_is_told_of_in_time_and_no_more_once_it_is_extended(
    world, case, as_worker
):
    asked = {"what": "vts", "asked_on": DAY, "number": "Zanzibar-Quill 17"}
    item = recorded(world, case, "stay", asked)
    assert "Zanzibar" not in str(item.answers)
    item = taken(world, item, "grant", {"granted_on": DAY, "until_on": date(2026, 6, 30)})
    system = User.objects.system()
    with as_worker():
        watch_days(actor=system, at=road.day(2026, 4, 1, 7))
    assert told("plan_stay") == ["caseworker", "supervisor", "supervisor2"]
    taken(world, item, "extend", {"granted_on": DAY, "until_on": date(2027, 6, 30)})
    with as_worker():
        watch_days(actor=system, at=road.day(2026, 5, 31, 7))
    assert len(told("plan_stay")) == 3
    with as_worker():
        watch_days(actor=system, at=road.day(2027, 4, 1, 7))
    assert len(told("plan_stay")) == 6


def test_the_time_of_a_claim_is_told_of_and_a_claim_that_was_made_is_chased(world, case):
    item = recorded(world, case, "claim", {"route": "civil", "limit_on": date(2026, 4, 1)})
    watch_days(actor=User.objects.system(), at=AT + timedelta(minutes=1))
    assert len(told("plan_claim")) == 3  # the first of its days has come already
    item = taken(world, item, "file", {"filed_on": DAY})
    assert item.due_on == DAY + timedelta(days=60)
    item = taken(world, item, "award", {"awarded_on": DAY, "sum": "1 GBP"})
    chased = {"chased_on": DAY, "found": "It is on its way."}
    assert taken(world, item, "chase", chased).state == "awarded"
    assert taken(world, item, "receive", {"received_on": DAY}).due_on is None


def test_a_day_that_is_not_told_again_is_none_any_more(world, case):
    item = recorded(world, case, "stay", {"what": "vts", "asked_on": DAY})
    day = {"refused_on": DAY}
    item = taken(world, item, "refuse", {**day, "appeal_until": date(2026, 4, 1)})
    assert item.due_on == date(2026, 4, 1)
    item = taken(world, item, "appeal", {"appealed_on": DAY})
    assert taken(world, item, "refuse", day).due_on is None
