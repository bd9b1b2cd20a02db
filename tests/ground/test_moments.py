"""Moments that come from the database are those that went in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg import pq
from psycopg.postgres import types

from nrm.moments import Moment

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))

pytestmark = pytest.mark.django_db


def read(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS))
def test_a_moment_comes_back_to_the_microsecond_in_utc(moment):
    back = read("SELECT %s::timestamptz", moment)
    assert back == moment
    assert back.tzinfo is UTC


@pytest.mark.parametrize("odd", ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_no_python_datetime_can_say_is_refused_and_not_guessed(odd):
    with pytest.raises(DataError):
        read("SELECT %s::timestamptz", odd)


def test_a_session_of_another_time_zone_is_read_right_too():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Asia/Kathmandu'")
    moment = datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC)
    assert read("SELECT %s::timestamptz", moment) == moment


def test_every_connection_reads_moments_so():
    connection.ensure_connection()
    oid = types["timestamptz"].oid
    assert connection.connection.adapters.get_loader(oid, pq.Format.TEXT) is Moment
