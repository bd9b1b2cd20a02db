"""Needs and risk are asked about in two steps, with answers that say what is not known; and what is
overdue is seen by those whose case it is."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from nrm.actions import Forbidden, Hidden, Refused
from nrm.context import acting_as
from protection.actions.assessments import assess, bring_forward
from protection.models import Assessment
from protection.selectors.assessments import found_in, newest, overdue
from tests.api.tools import api, field_errors
from tests.casework.people import assigned
from tests.decisions import road

NOTE = "She hid her telephone in the garden."
# The dangers that a first contact asks about, under whatever profile.
DANGERS = {
    *("exploiter_knows_place", "contact_last_week", "threats_to_family", "device_tracked"),
    *("self_harm", "dependants", "pregnancy", "community", "armed_group", "retaliation"),
}


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def asked(world, case, at, *, step="first", note=NOTE, **answers):
    answers = answers or {"self_harm": "yes", "pregnancy": "not_known", "no_money": "yes"}
    return assess(case, actor=world.caseworker, at=at, step=step, answers=answers, note=note)


def refusals(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return {one.field: one.text for one in refused.value.objections}


def test_each_danger_is_asked_at_each_step(world):
    law = world.profile.assessment
    assert set(law.risks) == DANGERS
    for step in law.steps:
        assert {q.code for q in law.questions if step.code in q.steps} >= DANGERS


def test_what_was_answered_what_was_not_known_and_what_nobody_asked_stay_apart(world, case, at):
    row = asked(world, case, at)
    found = found_in(case, [row], at=at)[0]
    assert len(found.dangers) == 1
    assert "harming" in found.dangers[0]
    assert len(found.not_known) == len(DANGERS) - 1
    assert found.needs == ["Has the person no money for food and what they need each day?"]
    assert row.answers["no_money"] == "yes"
    assert row.answers["medicine"] == "not_asked"
    assert row.version == case.profile_version
    assert NOTE.encode() not in bytes(row.note)
    page = world.client("caseworker").get(reverse("case_risk", args=[case.reference]))
    for text in (found.dangers[0], NOTE, "I did not ask", "Not known yet"):
        assert text in page.content.decode()


def test_a_danger_is_looked_at_again_sooner(world, case, at):
    law, today = case.profile.assessment, timezone.localdate(at)
    calm = asked(world, case, at, self_harm="no")
    assert calm.review_on == today + timedelta(days=law.review_days)
    danger = asked(world, case, at, community="yes")
    assert danger.review_on == today + timedelta(days=law.review_days_at_risk)
    need = asked(world, case, at, no_money="yes")
    assert need.review_on == today + timedelta(days=law.review_days)


def test_the_newest_counts_and_the_others_stay(world, case, at):
    first = asked(world, case, at)
    second = asked(world, case, at + timedelta(minutes=1), self_harm="no")
    assert newest(case) == second
    first.refresh_from_db()
    assert first.superseded_at == at + timedelta(minutes=1)
    assert case.assessments.count() == 2


def test_the_detailed_step_waits_for_a_positive_decision(world, at):
    case = assigned(world, at=at)
    told = refusals(asked, world, case, at, step="detailed", self_harm="no")
    assert "waits for the decision" in told["step"]
    page = reverse("assessment_add", args=[case.reference, "detailed"])
    assert "This step waits" in world.client("caseworker").get(page).content.decode()
    case = road.again(world, case)
    road.findings(world, case, at=at)
    road.made(world, case, at=at)
    case = Case.objects.get(pk=case.pk)
    assert asked(world, case, at, step="detailed", mental_health="yes").step == "detailed"


def test_nothing_asked_nothing_known_and_strange_answers_are_refused(world, case, at):
    assert "Nothing is answered" in refusals(asked, world, case, at, self_harm="not_asked")[None]
    told = refusals(asked, world, case, at, self_harm="perhaps", gold="yes")
    assert set(told) == {"self_harm", "gold"}
    # A question of the other step is none of this one.
    assert set(refusals(asked, world, case, at, work="yes")) == {"work"}
    assert set(refusals(asked, world, case, at, step="third")) == {"step"}
    assert "note" in refusals(asked, world, case, at, note="x" * 2001)
    assert not Assessment.objects.exists()


def test_what_is_overdue_is_shown_to_those_whose_case_it_is(world, case, at):
    asked(world, case, at)
    later = at + timedelta(days=9)

    def seen(name, moment):
        with acting_as(world.users[name]):
            return [row.case_id for row in overdue(world.users[name], at=moment)]

    assert seen("caseworker", at + timedelta(days=6)) == []
    assert seen("caseworker", later) == [case.pk]
    assert seen("supervisor", later) == [case.pk]
    for name in ("caseworker2", "other_supervisor", "provider", "intake"):
        assert seen(name, later) == []
    # Asked again, it is not.
    asked(world, case, later)
    assert seen("caseworker", later) == []


def test_something_happens_and_the_review_is_due_at_once(world, case, at):
    worker = world.client("caseworker")
    reviews = reverse("risk_reviews")
    assert (
        "no assessment"
        in refusals(bring_forward, case, actor=world.caseworker, at=at, trigger="contact")[None]
    )
    asked(world, case, at, self_harm="no")
    assert case.reference not in worker.get(reviews).content.decode()
    own = reverse("case_risk", args=[case.reference])
    assert worker.post(own, {}).status_code == 422
    page = worker.post(own, {"trigger": "contact"}, follow=True).content.decode()
    assert "Look at the risk again now" in page
    assert "Those who did it made contact" in page
    listed = worker.get(reviews).content.decode()
    assert case.reference in listed
    assert "Those who did it made contact" in listed
    assert "due already" in worker.post(own, {"trigger": "moved"}).content.decode()


def test_only_who_plans_the_support_asks_or_reads(world, case, at):
    with pytest.raises(Forbidden):
        assess(case, actor=world.intake, at=at, step="first", answers={"self_harm": "yes"})
    with pytest.raises(Hidden):
        assess(case, actor=world.caseworker2, at=at, step="first", answers={"self_harm": "yes"})
    asked(world, case, at)
    with acting_as(world.intake):
        assert not Assessment.objects.exists()


def test_on_the_page_what_is_left_empty_was_not_asked(world, case, at):
    add = reverse("assessment_add", args=[case.reference, "first"])
    worker = world.client("caseworker")
    empty = worker.post(add, {})
    assert empty.status_code == 422
    assert "Nothing is answered yet" in empty.content.decode()
    sent = worker.post(add, {"community": "yes", "note": NOTE})
    assert sent.status_code == 302
    row = Assessment.objects.get()
    assert row.answers["community"] == "yes"
    assert set(row.answers.values()) == {"yes", "not_asked"}


def test_by_rest_as_on_the_pages(world, case, at):
    worker = api(world.caseworker)
    base = reverse("api_assessments", args=[case.reference])
    body = {"step": "first", "answers": {"device_tracked": "yes", "medicine": "no"}, "note": NOTE}
    made = worker.post(base, body)
    assert (made.status_code, len(made.json()["dangers"])) == (201, 1)
    wrong = worker.post(base, {"step": "detailed", "answers": {"work": "yes"}})
    assert set(field_errors(wrong)) == {"step"}
    due = worker.post(f"{base}review/", {"trigger": "hearing"})
    assert due.json()["overdue"] is True
    listed = api(world.supervisor).get(reverse("api_risk_reviews")).json()["results"]
    assert [one["reference"] for one in listed] == [case.reference]
    assert worker.get(base).json()["results"][0]["note"] == NOTE
