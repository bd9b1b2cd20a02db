"""What protects a child: a guardian, best interests, care, absences, the search for their family,
and how old they are. Words are under the child's key; an absence is told of at once."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases.actions.watching import watch_days
from cases.models import InboxItem
from nrm.accounts.models import User
from nrm.actions import Changed, Forbidden, Hidden, Refused
from protection.actions.children import change_child, record_child
from protection.models import ChildRecord
from protection.rules import children as rules
from tests.api.tools import api, by_session, field_errors
from tests.decisions import road

AT = road.day(2026, 3, 2)
DAY = date(2026, 3, 2)
NAME = "Zanzibar-Quill, harbour guardians"
GUARDIAN = {"appointed_by": "court", "appointed_on": DAY, "guardian": NAME, "contact": "07700 1"}
ABSENT = {"since": DAY, "reported": "no", "circumstances": "Went to school and did not come back."}
DOUBT = {"asked_on": DAY, "why": "The passport is not theirs."}
DECIDED = {"method": "combined", "decided_on": DAY, "decided_by": "Northshire Council"}


@pytest.fixture
def case(world):
    return road.ready_case(world, at=AT, age_status="child")


def recorded(world, case, kind, values, *, who="caseworker", at=AT, **more):
    return record_child(case, actor=world.users[who], at=at, kind=kind, values=values, **more)


def changed(world, row, values, *, at=AT, version=None):
    return change_child(row, actor=world.caseworker, at=at, values=values, version=version)


def told(kind):
    items = InboxItem.objects.filter(kind=kind).select_related("user")
    return sorted(item.user.email.partition("@")[0] for item in items)


def test_who_the_guardian_is_stands_under_the_key_and_is_read_by_who_works_on_it(world, case):
    recorded(world, case, "guardian", GUARDIAN)
    row = ChildRecord.objects.get()
    assert b"Zanzibar" not in bytes(row.told)
    assert (row.code, row.on, row.until) == ("court", DAY, None)
    url = reverse("case_child", args=[case.reference])
    assert NAME in world.client("supervisor").get(url).content.decode()
    assert world.client("intake").get(url).status_code == 403
    assert world.client("caseworker2").get(url).status_code == 404


def test_an_absence_is_told_of_at_once_is_loud_and_is_open_once(world, case):
    row = recorded(world, case, "missing", ABSENT)
    assert told("child_missing") == ["caseworker", "supervisor", "supervisor2"]
    url = reverse("case_child", args=[case.reference])
    client = world.client("caseworker")
    assert "The child is missing" in client.get(url).content.decode()
    with pytest.raises(Refused):
        recorded(world, case, "missing", ABSENT)
    with pytest.raises(Refused) as refused:
        changed(world, row, {**ABSENT, "interview": "held"})
    assert [o.field for o in refused.value.objections] == ["found_on"]
    found = {**ABSENT, "reported": "yes", "found_on": date(2026, 3, 4)}
    changed(world, row, found, at=road.day(2026, 3, 4), version=1)
    assert "The child is missing" not in client.get(url).content.decode()
    recorded(world, case, "missing", {**ABSENT, "since": date(2026, 3, 5)}, at=road.day(2026, 3, 5))


def test_a_child_who_came_back_is_to_be_asked_within_the_days_of_the_profile(
    world, case, as_worker
):
    row = recorded(world, case, "missing", {**ABSENT, "found_on": DAY})
    system = User.objects.system()
    with as_worker():
        watch_days(actor=system, at=road.day(2026, 3, 5, 6))
        assert told("child_interview_due") == []
        for _twice in range(2):
            watch_days(actor=system, at=road.day(2026, 3, 5, 7))
    assert told("child_interview_due") == ["caseworker", "supervisor", "supervisor2"]
    asked = {**ABSENT, "found_on": DAY, "interview": "held", "interview_words": "She was afraid."}
    assert changed(world, row, asked, at=road.day(2026, 3, 6)).next_look_at is None


def test_best_interests_are_looked_at_again_on_their_day(world, case):
    told_ = {"outcome": "care", "determined_on": DAY, "because": "No kin is safe."}
    with pytest.raises(Refused) as refused:
        recorded(world, case, "best_interests", {**told_, "review_on": DAY})
    assert [o.field for o in refused.value.objections] == ["review_on"]
    recorded(world, case, "best_interests", {**told_, "review_on": date(2026, 6, 1)})
    watch_days(actor=User.objects.system(), at=road.day(2026, 6, 1, 7))
    assert told("child_review_due") == ["caseworker", "supervisor", "supervisor2"]


def test_nobody_searches_for_a_family_before_somebody_found_that_it_is_safe(world, case):
    start = {"status": "under_way", "asked_on": DAY}
    for risk in ("", "unclear", "unsafe"):
        with pytest.raises(Refused) as refused:
            recorded(world, case, "tracing", {**start, "risk": risk})
        assert "not_safe" in {o.code for o in refused.value.objections}
    recorded(world, case, "tracing", {"status": "not_started", "asked_on": DAY})
    recorded(world, case, "tracing", {**start, "risk": "safe"})


def test_an_age_in_doubt_makes_a_child_until_it_is_decided_and_the_last_decision_counts(world):
    case = road.ready_case(world, at=AT)
    row = recorded(world, case, "age", DOUBT)
    case = road.again(world, case)
    assert (case.age_status, case.treated_as_child) == ("disputed", True)
    with pytest.raises(Refused) as refused:
        changed(world, row, {**DOUBT, "outcome": "adult"})
    fields = {o.field for o in refused.value.objections}
    assert fields == {"decided_on", "method", "decided_by"}
    changed(world, row, {**DOUBT, **DECIDED, "outcome": "adult"}, version=1)
    assert road.again(world, case).age_status == "adult"
    later = AT + timedelta(hours=1)
    recorded(world, case, "age", {**DOUBT, **DECIDED, "outcome": "child"}, at=later)
    assert road.again(world, case).age_status == "child"
    row.refresh_from_db()
    with pytest.raises(Refused) as refused:
        changed(world, row, {**DOUBT, **DECIDED, "outcome": "adult"})
    assert {o.code for o in refused.value.objections} == {"older"}
    assert road.again(world, case).age_status == "child"


def test_of_an_adult_nothing_is_recorded_but_that_their_age_is_in_doubt(world):
    case = road.ready_case(world, at=AT)
    for kind, values in (("guardian", GUARDIAN), ("missing", ABSENT)):
        with pytest.raises(Refused) as refused:
            recorded(world, case, kind, values)
        assert {o.code for o in refused.value.objections} == {"adult"}


def test_every_fault_is_told_at_once_and_whoever_may_not_is_turned_away(world, case):
    with pytest.raises(Refused) as refused:
        recorded(world, case, "guardian", {"appointed_by": "me", "contact": "x" * 201})
    fields = {o.field for o in refused.value.objections}
    assert fields == {"appointed_by", "appointed_on", "guardian", "contact"}
    with pytest.raises(Refused):
        recorded(world, case, "uncle", {})
    for who, error in (("intake", Forbidden), ("responder", Forbidden), ("provider", Hidden)):
        with pytest.raises(error):
            recorded(world, case, "guardian", GUARDIAN, who=who)


def test_pages_and_programs_record_and_change_it(world, case):
    client = world.client("caseworker")
    new = reverse("child_record_new", args=[case.reference, "care"])
    assert client.post(new, {}).status_code == 422
    since = {"since_day": "2", "since_month": "3", "since_year": "2026"}
    sent = {"arrangement": "foster", **since, "carer": NAME}
    assert client.post(new, sent).status_code == 302
    row = ChildRecord.objects.get()
    one = reverse("child_record", args=[case.reference, row.pk])
    assert NAME in client.get(one).content.decode()
    assert client.post(one, {**sent, "version": 1}).status_code == 302
    late = client.post(one, {**sent, "carer": "The aunt.", "version": 1})
    assert late.status_code == 409
    assert f"{NAME}</dd>" in late.content.decode()  # what was saved meanwhile
    assert "The aunt." in late.content.decode()
    assert client.get(new.replace("care", "uncle")).status_code == 404
    where = f"/api/v1/cases/{case.reference}/child/records/"
    caller = by_session(world.caseworker)
    bad = {"kind": "guardian", "answers": {"appointed_on": "yesterday", "uncle": "x"}}
    faults = field_errors(caller.post(where, bad, format="json"))
    assert set(faults) == {"appointed_on", "uncle"}
    told_ = {**GUARDIAN, "appointed_on": str(DAY)}
    made = caller.post(where, {"kind": "guardian", "answers": told_}, format="json")
    assert made.status_code == 201, made.json()
    one = f"{where}{made.json()['id']}/"
    match = {"headers": {"If-Match": made["ETag"]}}
    ended = {"answers": {**told_, "ended_on": str(DAY)}}
    assert caller.put(one, ended, format="json", **match).json()["open"] is False
    assert caller.put(one, ended, format="json", **match).status_code == 412
    assert len(api(world.supervisor).get(where).json()["results"]) == 2


def test_twice_with_one_key_is_once_and_a_colleagues_change_is_not_overwritten(world, case):
    key = "0d7b0a0e-5a1c-4f5e-9a53-7f6f7a7a7a7a"
    first = recorded(world, case, "guardian", GUARDIAN, submission_key=key)
    assert recorded(world, case, "guardian", GUARDIAN, submission_key=key).pk == first.pk
    changed(world, first, GUARDIAN, version=1)
    with pytest.raises(Changed):
        changed(world, first, GUARDIAN, version=1)


def test_each_kind_keeps_each_part_in_a_column_of_its_own():
    for parts in rules.PARTS.values():
        columns = [part.column for part in parts if part.column != rules.WORDS]
        assert len(columns) == len(set(columns))
        assert "on" in columns
        assert len({part.name for part in parts}) == len(parts)
