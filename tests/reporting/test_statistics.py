"""What the auditor gets: counts of closed quarters from which nobody can be found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Case
from cases.models.case import Confidentiality
from nrm.actions import Forbidden, Refused
from reporting.actions import freeze_referrals_by_age
from reporting.models import FrozenTable
from reporting.rules import Quarter, band_of, closed_quarters, publishable

MAY = datetime(2026, 5, 12, 12, tzinfo=UTC)
Q2 = Quarter(2026, 2)
AUGUST = datetime(2026, 8, 1, 12, tzinfo=UTC)


def counts(table: FrozenTable) -> dict[str, int | None]:
    return {cell["code"]: cell["count"] for cell in table.cells}


@given(st.integers(0, 100_000))
def test_published_count_is_hidden_below_ten_and_a_multiple_of_five_above(count):
    shown = publishable(count, threshold=10, rounding=5)
    if count < 10:
        assert shown is None
    else:
        assert shown is not None
        assert shown % 5 == 0
        assert abs(shown - count) <= 2


@given(st.dates(date(1900, 1, 1), date(2400, 1, 1)))
def test_no_quarter_offered_is_still_open(today):
    offered = list(closed_quarters(today, 8))
    assert all(quarter.closed_on(today) for quarter in offered)
    assert offered == sorted(offered, reverse=True)
    assert Quarter.of(today) not in offered


@pytest.mark.parametrize("text", ["2026-Q5", "2026-Q0", "26-Q1", "2026", "", "2026-Q1 ", "٢٠٢٦-Q1"])
def test_what_is_not_a_quarter_is_not_read_as_one(text):
    assert Quarter.parse(text) is None


def test_age_bands_hold_known_ages_and_known_majority_only():
    bands = [("child", 0, 17), ("adult", 18, None)]
    assert band_of(17, "child", bands) == "child"
    assert band_of(18, "adult", bands) == "adult"
    assert band_of(None, "adult", bands) == "adult"
    assert band_of(None, "disputed", bands) == "unknown"
    fine = [("0-11", 0, 11), ("12-17", 12, 17), ("18+", 18, None)]
    assert band_of(None, "child", fine) == "unknown"


@pytest.fixture
def quarter_of_referrals(world):
    for _ in range(12):
        world.case(at=MAY, age_status="adult", age_years=30)
    for _ in range(9):
        world.case(at=MAY, age_status="child", age_years=15)
    return world


def freeze(world, at=AUGUST):
    return freeze_referrals_by_age(actor=world.auditor, at=at, profile=world.profile, quarter=Q2)


def test_auditor_gets_rounded_adults_and_no_count_of_nine_children(quarter_of_referrals):
    table = freeze(quarter_of_referrals)
    assert counts(table) == {"adult": 10, "child": None, "unknown": None}
    assert table.total == 20


def test_frozen_table_does_not_change_when_a_referral_is_added_later(quarter_of_referrals):
    first = freeze(quarter_of_referrals)
    for _ in range(20):
        quarter_of_referrals.case(at=MAY, age_status="adult", age_years=40)
    assert freeze(quarter_of_referrals).pk == first.pk
    assert counts(freeze(quarter_of_referrals))["adult"] == 10


def test_sealed_case_counts_in_the_total_and_in_no_band(quarter_of_referrals):
    Case.objects.filter(age_status="adult").update(confidentiality=Confidentiality.SEALED)
    table = freeze(quarter_of_referrals)
    assert counts(table)["adult"] is None
    assert table.total == 20


def test_open_quarter_is_refused(world):
    with pytest.raises(Refused):
        freeze(world, at=MAY)
    assert not FrozenTable.objects.exists()


def test_quarter_closes_at_midnight_where_the_law_applies(world):
    last_moment = datetime(2026, 6, 30, 22, 59, tzinfo=UTC)  # 23:59 in London
    with pytest.raises(Refused):
        freeze(world, at=last_moment)
    assert freeze(world, at=datetime(2026, 6, 30, 23, 1, tzinfo=UTC)).quarter == "2026-Q2"


def test_four_auditors_at_once_freeze_one_table(quarter_of_referrals):
    def build(_):
        try:
            return freeze(quarter_of_referrals).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(build, range(4)))) == 1


@pytest.mark.parametrize("name", ["caseworker", "supervisor", "administrator", "responder"])
def test_nobody_but_the_auditor_freezes(world, name):
    with pytest.raises(Forbidden):
        freeze_referrals_by_age(
            actor=world.users[name], at=AUGUST, profile=world.profile, quarter=Q2
        )


def test_auditor_builds_sees_and_downloads_a_table_and_sees_no_case(world):
    client = world.client("auditor")
    quarter = str(next(closed_quarters(date.today(), 1)))
    assert b"Not built yet" in client.get("/statistics/").content
    client.post(f"/statistics/{quarter}/")
    page = client.get(f"/statistics/{quarter}/")
    assert b"[c]" in page.content
    assert b"Every count of this quarter is below the threshold" in page.content
    rows = client.get(f"/statistics/{quarter}/download/").content.decode().splitlines()
    assert rows[1] == f"referrals_by_age,{quarter},child,[c]"
    case = world.case()
    assert client.get(f"/cases/{case.reference}/").status_code == 404
    assert client.get("/statistics/2019-Q1/").status_code == 404
    assert client.post("/statistics/2999-Q1/").status_code == 404
