"""A detention, a removal or a return is recorded, and told of at once where something stands
against it: a recovery period that runs, or a risk that nobody has assessed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cases.actions.removals import change_removal, record_removal
from cases.actions.watching import watch_days
from cases.models import InboxItem, Removal
from cases.selectors.removals import find_removal, line_of
from nrm.accounts.models import User
from nrm.actions import Changed, Forbidden, Hidden, Refused
from tests.api.tools import by_session
from tests.decisions import road

AT = road.day(2026, 3, 2)
PLACE = "Held at the airport; flight to Tirana."


@pytest.fixture
def case(world):
    return road.ready_case(world, at=AT)


def recorded(world, case, *, who="caseworker", at=AT, **values):
    told = {"kind": "directions", "words": PLACE, **values}
    return record_removal(case, actor=world.users[who], at=at, values=told)


def told():
    items = InboxItem.objects.filter(kind="removal_alert").select_related("user")
    return sorted(item.user.email.partition("@")[0] for item in items)


def test_without_an_assessment_it_is_told_of_at_once_and_with_one_it_is_not(world, case):
    row = recorded(world, case)
    assert line_of(find_removal(case, row.pk)).against == ["unassessed"]
    assert told() == ["caseworker", "supervisor", "supervisor2"]
    assert b"Tirana" not in bytes(Removal.objects.get().told)
    assert InboxItem.objects.filter(kind="removal_alert").first().data == {}
    safe = {"risk": "safe", "risk_on": date(2026, 3, 2)}
    other = recorded(world, case, kind="return", **safe)
    assert line_of(find_removal(case, other.pk)).against == []
    assert len(told()) == 3
    unsafe = recorded(world, case, kind="return", risk="unsafe", risk_on=date(2026, 3, 1))
    assert line_of(find_removal(case, unsafe.pk)).against == ["unsafe"]


def test_during_the_recovery_period_a_detention_is_told_of_too(world, case):
    row = recorded(world, case, kind="detention")
    assert told() == []
    road.made(world, case, at=AT)
    line = line_of(find_removal(case, row.pk))
    assert line.against == ["barred"]
    assert "31 March 2026" in line.says[0]
    recorded(world, case, kind="detention", at=AT + timedelta(hours=1))
    assert told() == ["caseworker", "supervisor", "supervisor2"]


def test_its_day_speaks_before_it_comes_until_it_has_ended(world, case):
    system = User.objects.system()
    row = recorded(world, case, on=date(2026, 4, 1))
    watch_days(actor=system, at=AT)
    assert len(told()) == 3
    for _twice in range(2):
        watch_days(actor=system, at=road.day(2026, 3, 18, 7))
    assert len(told()) == 6
    ended = {"kind": "directions", "ended": "cancelled", "ended_on": date(2026, 3, 19)}
    change_removal(row, actor=world.supervisor, at=road.day(2026, 3, 19), values=ended, version=1)
    watch_days(actor=system, at=road.day(2026, 3, 25, 7))
    assert len(told()) == 6
    with pytest.raises(Changed):
        change_removal(row, actor=world.caseworker, at=AT, values=ended, version=1)


def test_every_fault_is_told_at_once(world, case):
    with pytest.raises(Refused) as refused:
        recorded(world, case, kind="", risk="safe", ended="gone", words="x" * 2001)
    fields = {objection.field for objection in refused.value.objections}
    assert fields == {"kind", "risk_on", "ended", "ended_on", "words"}
    for who, error in (("intake", Forbidden), ("liaison", Hidden)):
        with pytest.raises(error):
            recorded(world, case, who=who)


def test_pages_and_programs_record_and_change_it(world, case):
    client = world.client("caseworker")
    new = reverse("case_removal_new", args=[case.reference])
    assert client.post(new, {"kind": ""}).status_code == 422
    page = client.post(new, {"kind": "return", "words": PLACE}, follow=True).content.decode()
    assert "Nobody has assessed the risk" in page
    row = Removal.objects.get()
    one = reverse("case_removal", args=[case.reference, row.pk])
    assert PLACE in client.get(one).content.decode()
    assert client.post(one, {"kind": "return", "version": 1}).status_code == 302
    late = client.post(one, {"kind": "detention", "words": "Near the port.", "version": 1})
    assert late.status_code == 409
    text = late.content.decode()
    assert ">Return or transfer to another country</dd>" in text  # what was saved meanwhile
    assert "Near the port." in text
    caller = by_session(world.caseworker)
    where = f"/api/v1/cases/{case.reference}/removals/"
    made = caller.post(where, {"kind": "detention"}, format="json")
    assert made.status_code == 201
    one = f"{where}{made.json()['id']}/"
    match = {"headers": {"If-Match": made["ETag"]}}
    moved = caller.put(one, {"kind": "return"}, format="json", **match)
    assert moved.json()["against"] == ["unassessed"]
    assert caller.put(one, {"kind": "return"}, format="json", **match).status_code == 412
    assert len(caller.get(where).json()["results"]) == 2
