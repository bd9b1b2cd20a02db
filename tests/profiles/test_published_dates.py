"""Dates worked out by hand from the bank holidays that gov.uk has published, without our code.

Holidays of 2026 and the turn of 2027 that matter here:

- all three: Good Friday 3 April, 4 May, 25 May, Christmas Day (Friday 25 December), a substitute
  for Boxing Day on Monday 28 December (26 December is a Saturday), Friday 1 January 2027
- England and Wales, Northern Ireland: Easter Monday 6 April, Monday 31 August
- Scotland: Friday 2 January 2026, Monday 15 June, Monday 3 August, Monday 30 November, and Monday
  4 January 2027 (2 January is a Saturday)
- Northern Ireland: Tuesday 17 March, Monday 13 July (12 July is a Sunday)
"""

from datetime import date

import pytest

from nrm.profiles import calendars, load_profile

UK = load_profile("uk")
PALERMO = load_profile("palermo")


@pytest.mark.parametrize(
    ("start", "calendar", "expected", "by_hand"),
    [
        # Friday 10 July: the day of receipt is not counted.
        ("2026-07-10", "england_and_wales", "2026-07-17", "13 14 15 16 17"),
        ("2026-07-10", "scotland", "2026-07-17", "13 14 15 16 17"),
        ("2026-07-10", "northern_ireland", "2026-07-20", "14 15 16 17 20"),
        # Friday 31 July: Monday 3 August is the Scottish summer bank holiday.
        ("2026-07-31", "england_and_wales", "2026-08-07", "3 4 5 6 7"),
        ("2026-07-31", "scotland", "2026-08-10", "4 5 6 7 10"),
        ("2026-07-31", "northern_ireland", "2026-08-07", "3 4 5 6 7"),
        # Thursday 24 December: 25 and 28 December and 1 January are holidays everywhere.
        ("2026-12-24", "england_and_wales", "2027-01-05", "29 30 31 4 5"),
        ("2026-12-24", "scotland", "2027-01-06", "29 30 31 5 6"),
        ("2026-12-24", "northern_ireland", "2027-01-05", "29 30 31 4 5"),
        # Saturday 4 July: received at the weekend, counted from Monday.
        ("2026-07-04", "england_and_wales", "2026-07-10", "6 7 8 9 10"),
        # Wednesday 1 April: Easter. Scotland works on Easter Monday.
        ("2026-04-01", "england_and_wales", "2026-04-10", "2 7 8 9 10"),
        ("2026-04-01", "scotland", "2026-04-09", "2 6 7 8 9"),
        # Friday 12 June: the one-off Scottish day of Monday 15 June.
        ("2026-06-12", "england_and_wales", "2026-06-19", "15 16 17 18 19"),
        ("2026-06-12", "scotland", "2026-06-22", "16 17 18 19 22"),
        ("2026-06-12", "northern_ireland", "2026-06-19", "15 16 17 18 19"),
        # Friday 27 November: St Andrew's Day.
        ("2026-11-27", "scotland", "2026-12-07", "1 2 3 4 7"),
        # Monday 16 March: St Patrick's Day.
        ("2026-03-16", "northern_ireland", "2026-03-24", "18 19 20 23 24"),
        # Thursday 27 August: Monday 31 August is a holiday, except in Scotland.
        ("2026-08-27", "england_and_wales", "2026-09-04", "28 1 2 3 4"),
        ("2026-08-27", "scotland", "2026-09-03", "28 31 1 2 3"),
    ],
)
def test_reasonable_grounds_is_due_on_the_day_worked_out_by_hand(
    start, calendar, expected, by_hand
):
    clock = UK.clock("reasonable_grounds", date.fromisoformat(start), calendar=calendar)
    assert clock.due_on.isoformat() == expected
    assert " ".join(str(day.date.day) for day in clock.days if day.counted) == by_hand


@pytest.mark.parametrize(
    ("profile", "term", "start", "expected"),
    [
        # Monday 9 March is day 1; March has 31 days, so 31 March is day 23 and 7 April day 30.
        (UK, "recovery_period", "2026-03-09", "2026-04-07"),
        (UK, "cg_not_before", "2026-03-09", "2026-04-08"),
        (UK, "recovery_period", "2026-05-29", "2026-06-27"),
        (UK, "recovery_period", "2026-06-22", "2026-07-21"),
        (PALERMO, "recovery_period", "2026-03-10", "2026-04-08"),
        (PALERMO, "rescreen", "2026-05-04", "2026-06-03"),
        # 30 days from the next day; the last is a Saturday and does not move.
        (UK, "reconsideration", "2026-08-06", "2026-09-05"),
        # 45 days from the next day over Christmas: 11 left of December, 31 of January, 3 more.
        (UK, "move_on", "2026-12-20", "2027-02-03"),
        (UK, "draft_warning", "2026-11-01", "2026-11-22"),
        (UK, "draft_deletion", "2026-11-01", "2026-11-29"),
        (UK, "pilot_reasonable_grounds", "2026-04-01", "2026-05-16"),
        (PALERMO, "formal_identification", "2026-03-10", "2026-06-08"),
        (PALERMO, "review_request", "2028-02-01", "2028-03-02"),  # over 29 February
        (UK, "adulthood", "2010-05-17", "2028-05-17"),
        (UK, "adulthood", "2012-02-29", "2030-03-01"),
    ],
)
def test_terms_that_are_not_working_days_end_on_the_day_worked_out_by_hand(
    profile, term, start, expected
):
    assert profile.clock(term, date.fromisoformat(start)).due_on.isoformat() == expected


@pytest.mark.parametrize(
    ("calendar", "holidays"),
    [
        (
            "england_and_wales",
            "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
        ),
        (
            "scotland",
            "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28",
        ),
        (
            "northern_ireland",
            "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28",
        ),
    ],
)
def test_weekdays_of_2026_that_are_holidays_are_those_published(calendar, holidays):
    found = [
        holiday.date
        for holiday in calendars()[calendar].holidays
        if holiday.date.year == 2026 and holiday.date.isoweekday() < 6
    ]
    assert " ".join(day.strftime("%m-%d") for day in found) == holidays


def test_cameroon_says_which_holidays_are_estimated():
    known = {holiday.date: holiday for holiday in calendars()["cameroon"].holidays}
    assert known[date(2026, 5, 20)].name == "National Day"
    assert not known[date(2026, 5, 20)].estimated
    assert known[date(2026, 5, 27)].estimated
    clock = PALERMO.clock("break_glass_review", date(2026, 5, 26), calendar="cameroon")
    [feast] = [day for day in clock.days if day.code == "holiday"]
    assert feast.estimated
    assert feast.reason == "Eid al-Adha (estimated)"


def test_the_calendars_cover_at_least_2024_to_2030():
    assert all(c.from_year <= 2024 and c.to_year >= 2030 for c in calendars().values())
