"""The conventions of the clocks, for whatever dates."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.profiles import calendars, load_profile
from nrm.profiles.labels import Label
from nrm.profiles.terms import (
    Extension,
    Pause,
    Reminder,
    Term,
    TermError,
    clock_state,
    due,
    rule_in_english,
)

UK = load_profile("uk")
PALERMO = load_profile("palermo")
CALENDARS = calendars()
DATED = [CALENDARS[code] for code in ("england_and_wales", "scotland", "northern_ireland")]
LONDON = ZoneInfo("Europe/London")

days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
dated = st.sampled_from(DATED)


def term(unit="working_days", length=5, **more) -> Term:
    return Term("x", Label(), ("y",), "z", True, length=length, unit=unit, **more)


counting = st.builds(
    term,
    unit=st.sampled_from(["working_days", "calendar_days"]),
    length=st.integers(1, 60),
    pausable=st.just(True),
    extendable=st.just(True),
)


@given(days, st.integers(1, 60), dated)
def test_working_days_end_on_a_working_day_and_count_exactly_their_length(start, length, calendar):
    clock = due(term(length=length), start, calendar)
    assert sum(day.counted for day in clock.days) == length
    assert not calendar.is_weekend(clock.due_on)
    assert calendar.holiday(clock.due_on) is None
    assert not clock.days[0].counted
    assert [day.number for day in clock.days if day.counted] == list(range(1, length + 1))


@given(counting, days, st.integers(0, 40), dated)
def test_a_later_start_never_ends_earlier(rule, start, later, calendar):
    first = due(rule, start, calendar)
    assert due(rule, start + timedelta(days=later), calendar).due_on >= first.due_on


@given(counting, days, dated)
def test_the_days_shown_are_every_day_from_the_start_to_the_end(rule, start, calendar):
    clock = due(rule, start, calendar)
    assert [day.date for day in clock.days] == [
        start + timedelta(days=n) for n in range((clock.due_on - start).days + 1)
    ]
    assert all(day.reason for day in clock.days)


@given(days, st.integers(1, 90), dated)
def test_calendar_days_never_move_off_a_weekend_or_holiday(start, length, calendar):
    after = due(term("calendar_days", length), start, calendar)
    beginning_with = due(term("calendar_days", length, inclusive_start=True), start, calendar)
    assert after.due_on == start + timedelta(days=length)
    assert beginning_with.due_on == start + timedelta(days=length - 1)


@given(counting, days, st.integers(0, 20), st.integers(0, 20), dated)
def test_a_pause_counts_none_of_its_days_and_changes_nothing_else(
    rule, start, offset, length, calendar
):
    pause = Pause(start + timedelta(days=offset), start + timedelta(days=offset + length), "code")
    plain = due(rule, start, calendar)
    paused = due(rule, start, calendar, pauses=[pause])
    assert paused.due_on >= plain.due_on
    assert sum(day.counted for day in paused.days) == rule.length
    for day in paused.days[1:]:
        assert (day.code == "paused") == (pause.from_on <= day.date < pause.until_on)
    if pause.from_on > plain.due_on or length == 0:
        assert paused.due_on == plain.due_on
    elif rule.unit == "calendar_days":
        # The day of the start is not counted anyway.
        assert (paused.due_on - plain.due_on).days == length - (offset == 0)


@given(counting, days, st.integers(1, 20), dated)
def test_an_extension_is_a_longer_term(rule, start, more, calendar):
    longer = term(rule.unit, rule.length + more)
    extended = due(rule, start, calendar, extensions=[Extension(more, "code")])
    assert extended.due_on == due(longer, start, calendar).due_on


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 100),
)
def test_hours_are_hours_also_when_the_clocks_change(start, length):
    clock = due(term("hours", length), start, CALENDARS["england_and_wales"])
    assert clock.due_at - start == timedelta(hours=length)
    assert clock.due_on == clock.due_at.astimezone(LONDON).date()


def test_a_day_of_24_hours_ends_an_hour_later_by_the_clock_in_the_night_of_summer_time():
    start = datetime(2026, 3, 28, 12, tzinfo=LONDON)
    clock = due(term("hours", 24), start, CALENDARS["england_and_wales"])
    assert clock.due_at.replace(tzinfo=None) == datetime(2026, 3, 29, 13)


def test_the_day_of_receipt_is_that_of_the_calendar_not_of_the_server():
    # 23:30 in London on Tuesday 30 June is 22:30 UTC; half an hour later it is Wednesday there.
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert UK.clock("reasonable_grounds", late).start_on == date(2026, 6, 30)
    assert UK.clock("reasonable_grounds", late + timedelta(minutes=30)).start_on == date(2026, 7, 1)
    elsewhere = datetime(2026, 7, 1, 3, 0, tzinfo=timezone(timedelta(hours=5)))
    assert UK.clock("reasonable_grounds", elsewhere).start_on == date(2026, 6, 30)


def test_it_is_due_until_the_last_moment_of_the_day_in_the_calendars_zone():
    clock = UK.clock("reasonable_grounds", date(2026, 7, 3))
    assert clock.due_at == datetime(2026, 7, 10, 23, 59, 59, 999999, tzinfo=LONDON)
    assert clock.due_at.astimezone(UTC).hour == 22  # summer time
    assert clock.opens_at == datetime(2026, 7, 10, tzinfo=LONDON)


def test_conclusive_grounds_open_when_the_extended_recovery_period_is_over():
    start, more = date(2026, 3, 9), [Extension(10, "new_evidence")]
    recovery = UK.clock("recovery_period", start, extensions=more)
    opens = UK.clock("cg_not_before", start, extensions=more)
    assert opens.due_on == recovery.due_on + timedelta(days=1) == date(2026, 4, 18)
    assert opens.days[-1].code == "after"
    assert opens.days[-1].date == opens.due_on


def test_the_basis_is_enough_to_work_the_date_out_again():
    pauses = [Pause(date(2026, 4, 1), date(2026, 4, 11), "force_majeure")]
    clock = PALERMO.clock("formal_identification", date(2026, 3, 10), pauses=pauses)
    kept = clock.basis
    again = PALERMO.clock(
        kept["term"],
        date.fromisoformat(kept["start"]),
        calendar=kept["calendar"],
        pauses=[
            Pause(date.fromisoformat(p["from_on"]), date.fromisoformat(p["until_on"]), p["reason"])
            for p in kept["pauses"]
        ],
        extensions=[Extension(**e) for e in kept["extensions"]],
    )
    assert again == clock
    assert clock.due_on == date(2026, 6, 18)  # 8 June, and ten days


def test_every_reason_against_a_date_is_told_at_once():
    with pytest.raises(TermError) as refused:
        due(
            term(),
            datetime(2026, 1, 1, 12),
            DATED[0],
            pauses=[Pause(date(2026, 2, 1), date(2026, 1, 1))],
            extensions=[Extension(0)],
        )
    assert refused.value.faults == (
        "x: the start has no time zone.",
        "x: cannot be paused.",
        "x: cannot be extended.",
        "x: a pause cannot end before it begins.",
        "x: an extension must add something.",
    )


def test_a_year_that_the_calendar_does_not_know_is_refused_not_guessed():
    with pytest.raises(TermError, match=r"scotland has no holidays for 2033; it covers 2023 to"):
        UK.clock("reasonable_grounds", date(2032, 12, 29), calendar="scotland")
    with pytest.raises(TermError, match="no holidays for 1999"):
        UK.clock("reasonable_grounds", date(1999, 5, 1))
    # Calendar days need no holidays.
    assert UK.clock("recovery_period", date(2040, 1, 1)).due_on == date(2040, 1, 30)


@pytest.mark.parametrize("code", ["recovery_period", "adulthood", "reasonable_grounds"])
def test_the_end_of_the_calendar_is_an_error_not_a_crash(code):
    with pytest.raises(TermError):
        UK.clock(code, date(9999, 12, 30))


def test_a_term_after_another_cannot_be_worked_out_alone():
    with pytest.raises(TermError, match="comes after recovery_period"):
        due(UK.term("cg_not_before"), date(2026, 1, 1), DATED[0])


def test_a_calendar_of_another_country_is_not_allowed():
    with pytest.raises(KeyError):
        UK.clock("reasonable_grounds", date(2026, 1, 5), calendar="cameroon")


NOON = datetime(2026, 7, 8, 12, tzinfo=LONDON)


def state_on(day: int, **more):
    clock = UK.clock("reasonable_grounds", date(2026, 7, 3))  # due on Friday 10 July
    return clock_state(due_on=clock.due_on, due_at=clock.due_at, at=NOON.replace(day=day), **more)


@pytest.mark.parametrize(
    ("day", "code", "distance"),
    [
        (6, "on_track", 4),
        (8, "on_track", 2),
        (9, "due_now", 1),
        (10, "due_now", 0),
        (11, "overdue", 1),
        (12, "overdue", 2),
    ],
)
def test_a_clock_says_how_far_its_day_is(day, code, distance):
    state = state_on(day)
    assert (state.code, state.days, state.on) == (code, distance, date(2026, 7, 10))


def test_met_goes_before_paused_and_paused_before_late():
    paused = state_on(12, paused_reason="delay_requested")
    assert (paused.code, paused.reason) == ("paused", "delay_requested")
    met = state_on(12, paused_reason="delay_requested", met_at=NOON)
    assert (met.code, met.on) == ("met", NOON.date())


def test_an_earliest_end_is_waited_for_and_reached_never_overdue():
    assert state_on(9, kind="earliest_end").code == "waiting"
    assert state_on(10, kind="earliest_end").code == "waiting"
    assert state_on(11, kind="earliest_end").code == "reached"
    assert state_on(9, kind="not_before").code == "waiting"
    assert state_on(10, kind="not_before").code == "reached"


def test_hours_are_late_from_the_minute():
    clock = PALERMO.clock("initial_safety_check", datetime(2026, 7, 7, 10, tzinfo=UTC))
    at = datetime(2026, 7, 8, 10, tzinfo=UTC)
    assert clock_state(due_on=clock.due_on, due_at=clock.due_at, at=at).code == "due_now"
    late = clock_state(due_on=clock.due_on, due_at=clock.due_at, at=at + timedelta(minutes=1))
    assert (late.code, late.days) == ("overdue", 0)


def test_rungs_are_named_by_their_distance():
    rungs = [Reminder(days, ("owner",)).code for days in (-2, -1, 0, 1, 5)]
    assert rungs == ["before_2", "before_1", "on_the_day", "after_1", "after_5"]
    assert [r.code for r in UK.term("reasonable_grounds").reminders] == rungs


def test_each_kind_of_term_says_how_it_counts():
    assert rule_in_english(UK.term("reasonable_grounds")) == (
        "5 working days, the day it starts is not counted"
    )
    assert rule_in_english(UK.term("recovery_period")) == (
        "30 calendar days, the day it starts is day 1"
    )
    opens = UK.term("cg_not_before")
    assert rule_in_english(opens, UK.term_before(opens)).startswith(
        "the day after the last day of recovery_period: 30 calendar days"
    )
    assert rule_in_english(term("hours", 1)) == "1 hour, from the moment it starts"
    assert rule_in_english(term("years", 18)) == "18 years, on the same day of the year"
