"""The road to 18: its days open tasks and tell, the child is asked whether they agree to stay, and
where they have not by the birthday the case is suspended and never closed. An age in doubt stays
that of a child until somebody has decided."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases.actions import suspending
from cases.actions.adulthood import plan_adulthood
from cases.actions.ageing import set_age
from cases.actions.watching import watch_days
from cases.models import Adulthood, Case, CaseTask, DeadlinePause, InboxItem, Suspension
from cases.rules import adulthood as rules
from nrm.accounts.models import User
from nrm.actions import Changed, Forbidden, Hidden, Refused
from nrm.context import acting_as
from nrm.deadline_words import day_words
from tests.api.tools import api
from tests.casework.people import referred
from tests.decisions import road
from tests.intake.answers import CHILD

BEGUN = road.day(2026, 1, 5)
BIRTHDAY = date(2026, 6, 1)
SAID = {"answer": "agreed", "answered_on": date(2026, 1, 5), "method": "interpreted"}
SAID |= {"language": "sq", "interpreter": "by_telephone"}


@pytest.fixture
def case(world):
    return road.ready_case(world, at=BEGUN, age_status="child")


def planned(world, case, *, who="caseworker", at=BEGUN, version=None, **values):
    told = {"on": BIRTHDAY, **values}
    by = {"actor": world.users[who], "at": at}
    return plan_adulthood(case, values=told, version=version, **by)


def morning(days):
    on = BIRTHDAY + timedelta(days=days)
    return road.day(on.year, on.month, on.day, 7)


def swept(at):
    return watch_days(actor=User.objects.system(), at=at)


def told(user):
    with acting_as(user):
        kinds = InboxItem.objects.filter(user=user, kind__startswith="adulthood")
        return sorted(kinds.values_list("kind", flat=True))


def tasks(case):
    return set(CaseTask.objects.filter(case=case).values_list("code", flat=True))


def test_a_child_whose_whole_date_of_birth_is_referred_is_on_the_road_and_others_are_not(world):
    world_of = {"name": "Zamira Hoxhaj", **CHILD, "age_status": "child"}
    on_it = referred(world, at=BEGUN, answers={**world_of, "birth_date": "2010-02-28"})
    row = Adulthood.objects.get(case=on_it)
    assert (row.on, row.answer, row.version) == (date(2028, 2, 28), "", 1)
    for born in ("2010-02", "2010", ""):
        other = referred(world, at=BEGUN, answers={**world_of, "birth_date": born})
        assert not Adulthood.objects.filter(case=other).exists()


def test_its_days_open_tasks_and_tell_owner_and_supervisors_once(world, case, as_worker):
    planned(world, case)
    with as_worker():
        assert swept(morning(-101))["told"] == 0
        for _twice in range(2):
            swept(morning(-100))
    assert told(world.caseworker) == told(world.supervisor2) == ["adulthood_comes"]
    assert told(world.intake) == told(world.responder) == told(world.caseworker2) == []
    assert "adulthood_prepare" in tasks(case)
    assert not {"adulthood_plan", "adulthood_reached"} & tasks(case)
    swept(morning(-30))
    assert told(world.caseworker) == ["adulthood_comes", "adulthood_comes"]
    assert "adulthood_plan" in tasks(case)
    # Recorded late, everything whose day has come is there at once, and told once.
    late = road.ready_case(world, at=BEGUN, age_status="child")
    planned(world, late, at=morning(-20))
    swept(morning(-20))
    assert {"adulthood_prepare", "adulthood_plan"} <= tasks(late)
    assert len(told(world.caseworker)) == 3


def test_without_their_agreement_the_case_is_suspended_by_the_sweep_and_not_closed(
    world, case, as_worker
):
    road.made(world, case, at=BEGUN)
    planned(world, case)
    before = road.again(world, case)
    with as_worker():
        for _twice in range(2):
            swept(morning(0))
    case = road.again(world, case)
    assert (case.age_status, case.closed_at) == ("adult", None)
    assert (case.stage, case.suspended_at) == ("suspended", morning(0))
    held = Suspension.objects.get(case=case)
    assert (held.reason, held.stage_before) == ("turned_18_no_consent", before.stage)
    assert held.by == User.objects.system()
    paused = DeadlinePause.objects.filter(case=case).count()
    assert paused == len(held.pauses)
    assert told(world.caseworker)[-1] == told(world.supervisor)[-1] == "adulthood_suspended"
    assert told(world.responder) == []
    # What they say now is a consent of an adult, and a supervisor lets the case go on.
    at = morning(0) + timedelta(hours=2)
    said = {**SAID, "answered_on": BIRTHDAY}
    planned(world, case, at=at, version=1, **said)
    suspending.resume(road.again(world, case), actor=world.supervisor, at=at)
    case = road.again(world, case)
    assert (case.stage, case.suspended_at) == (before.stage, None)
    with acting_as(world.caseworker):
        assert case.consents.filter(purpose="referral").first().answer == "agreed"
    assert Adulthood.objects.get(case=case).next_look_at is None


def test_with_their_agreement_the_case_goes_on_as_that_of_an_adult(world, case):
    planned(world, case, **SAID)
    swept(morning(0))
    case = road.again(world, case)
    assert (case.age_status, case.suspended_at) == ("adult", None)
    assert told(world.caseworker)[-1] == "adulthood_reached"
    with acting_as(world.caseworker):
        assert case.consents.filter(purpose="referral").first().answer == "agreed"


def test_a_no_of_a_child_costs_them_nothing_until_the_birthday(world, case):
    planned(world, case, **SAID)
    planned(world, case, at=BEGUN + timedelta(hours=1), **{**SAID, "answer": "declined"})
    with acting_as(world.caseworker):
        assert case.consents.filter(purpose="referral").first().answer == "not_required"
    swept(morning(0))
    case = road.again(world, case)
    assert (case.stage, case.age_status) == ("suspended", "adult")


def test_where_the_age_is_in_doubt_the_birthday_changes_nothing_until_it_is_decided(world, case):
    planned(world, case)
    by = {"actor": world.caseworker, "at": BEGUN}
    set_age(case, status="disputed", **by)
    swept(morning(0))
    case = road.again(world, case)
    assert (case.age_status, case.treated_as_child, case.suspended_at) == ("disputed", True, None)
    assert told(world.supervisor)[-1] == "adulthood_undecided"
    later = morning(3)
    set_age(case, status="child", actor=world.caseworker, at=later)
    swept(later)
    case = road.again(world, case)
    assert (case.age_status, case.suspended_at) == ("adult", later)


def test_an_adult_whose_age_comes_into_doubt_gets_the_tasks_of_a_childs_first_day(world):
    case = road.ready_case(world, at=BEGUN)
    assert not tasks(case)
    set_age(case, status="disputed", actor=world.caseworker, at=BEGUN)
    assert road.again(world, case).treated_as_child
    assert {"local_authority_safeguarding", "child_trafficking_guardian"} <= tasks(case)


def test_at_a_stage_that_is_not_suspended_people_are_told_and_the_case_stays(world, case):
    road.made(world, case, at=BEGUN, outcome="negative")
    before = road.again(world, case).stage
    planned(world, case)
    swept(morning(0))
    case = road.again(world, case)
    assert (case.stage, case.suspended_at, case.age_status) == (before, None, "adult")
    assert told(world.caseworker)[-1] == "adulthood_without_consent"


def test_every_fault_is_told_at_once_and_whoever_may_not_is_turned_away(world, case):
    with pytest.raises(Refused) as refused:
        planned(world, case, on=date(2025, 1, 1), answer="perhaps", language="zz")
    fields = {objection.field for objection in refused.value.objections}
    assert fields == {"on", "answer", "language", "answered_on", "method", "interpreter"}
    with pytest.raises(Refused) as refused:
        planned(world, case, on=None, method="written")
    assert {o.field for o in refused.value.objections} == {"on", "answer"}
    for who, error in (("intake", Forbidden), ("responder", Forbidden), ("liaison", Hidden)):
        with pytest.raises(error):
            planned(world, case, who=who)
    planned(world, case)
    with pytest.raises(Changed):
        planned(world, case, version=0)


def test_programs_and_pages_record_it_and_the_tab_is_a_childs_alone(world, case):
    where = f"/api/v1/cases/{case.reference}/child/adulthood/"
    caller = api(world.caseworker)
    assert caller.get(where).json()["version"] == 0
    today = date.today()
    on = str(today + timedelta(days=40))
    body = {**SAID, "on": on, "answered_on": str(today)}
    made = caller.put(where, body, format="json", headers={"If-Match": '"0"'})
    assert (made.status_code, made.json()["days"]) == (200, 40), made.json()
    assert caller.put(where, body, format="json", headers={"If-Match": '"0"'}).status_code == 412
    client = world.client("caseworker")
    page = client.get(reverse("case_child", args=[case.reference])).content.decode()
    assert "40 days until they turn 18" in page
    assert "They agree to stay" in page
    url = reverse("case_adulthood", args=[case.reference])
    sent = {"version": 1, "on_day": "1"}
    assert client.post(url, {**sent, "answer": "agreed"}).status_code == 422
    other = date.today() + timedelta(days=41)
    day = {f"on_{part}": getattr(other, part) for part in ("day", "month", "year")}
    late = client.post(url, {"version": 0, **day})
    assert late.status_code == 409
    for saved in (f">{day_words(today + timedelta(days=40))}</dd>", ">They agree to stay</dd>"):
        assert saved in late.content.decode()
    tab = f'href="{reverse("case_child", args=[case.reference])}"'
    assert tab in client.get(case.get_absolute_url()).content.decode()
    adult = road.ready_case(world, at=BEGUN)
    assert 'child/"' not in client.get(adult.get_absolute_url()).content.decode()
    assert world.client("intake").get(url).status_code == 403
    assert Case.objects.get(pk=case.pk).age_status == "child"


@pytest.mark.parametrize(
    ("standing", "comes"),
    [
        ((True, True, False, True), "undecided"),
        ((False, True, False, True), "goes_on"),
        ((False, False, False, True), "suspended"),
        ((False, False, True, True), "not_held"),
        ((False, False, False, False), "not_held"),
    ],
)
def test_what_the_birthday_does(standing, comes):
    assert rules.what_comes(rules.Standing(*standing)) == comes
