"""A filter by days takes every day that a calendar knows, and finds what happened on them."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from nrm.days import beginning_of, end_of
from tests.casework.people import assigned

ENDS = (date.min, date.max)


@given(st.dates(), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_moment_is_between_two_days_exactly_where_its_own_day_is(day, naive):
    moment = timezone.make_aware(naive)
    today = timezone.localdate(moment)
    assert (moment >= beginning_of(day)) == (today >= day)
    assert (moment < end_of(day)) == (today <= day)
    assert end_of(day) - beginning_of(day) <= timedelta(hours=25)


@pytest.mark.parametrize("day", ENDS, ids=str)
def test_the_first_and_the_last_day_of_the_calendar_are_a_filter_like_any_other(world, at, day):
    case = assigned(world, at=at)
    days = {"first": day.isoformat(), "last": day.isoformat()}
    for who, address in (
        ("auditor", reverse("api_audit_events")),
        ("supervisor", reverse("api_case_timeline", args=[case.reference])),
        ("supervisor", f"/api/v1/cases/{case.reference}/access/log/"),
        ("supervisor", f"/api/v1/cases/{case.reference}/access/log/people/"),
    ):
        for sent in (days, {"first": days["first"]}, {"last": days["last"]}):
            answer = world.client(who).get(address, sent)
            assert answer.status_code in (200, 400), (address, sent, answer.content[-300:])
    parts = {
        f"{name}_{part}": f"{getattr(day, part):04}"
        for name in ("first", "last")
        for part in ("day", "month", "year")
    }
    page = reverse("case_timeline", args=[case.reference])
    for who, address in (("supervisor", page), ("auditor", "/audit/")):
        assert world.client(who).get(address, parts).status_code in (200, 422)
