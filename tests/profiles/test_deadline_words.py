"""Clocks in words: the distance and the date, in the reader's language."""

from datetime import date

import pytest
from django.utils import translation

from nrm.deadline_words import day_reason, earliest_end_words, rule_words, state_words
from nrm.profiles import load_profile
from nrm.profiles.terms import ClockState, DayCount

UK = load_profile("uk")
PALERMO = load_profile("palermo")
DAY = date(2026, 11, 9)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("code", "days", "words"),
    [
        ("overdue", 1, "Overdue by 1 day"),
        ("overdue", 2, "Overdue by 2 days"),
        ("overdue", 0, "Overdue since today"),
        ("due_now", 0, "Due today"),
        ("due_now", 1, "Due tomorrow"),
        ("on_track", 4, "4 days left"),
        ("paused", 4, "Paused"),
        ("met", 0, "Met on 9 November 2026"),
        ("waiting", 4, "Not before 9 November 2026"),
        ("reached", 0, "Reached on 9 November 2026"),
    ],
)
def test_each_state_has_its_words(code, days, words):
    assert state_words(ClockState(code, days, DAY)) == words


def test_a_pause_says_why_and_a_minimum_is_no_deadline():
    paused = ClockState("paused", 3, DAY, "delay_requested")
    assert state_words(paused, "The person asked for more time") == (
        "Paused: The person asked for more time"
    )
    assert earliest_end_words(ClockState("waiting", 3, DAY)) == "At least until 9 November 2026"
    assert earliest_end_words(ClockState("reached", 0, DAY)) == "Minimum ended on 9 November 2026"
    assert earliest_end_words(ClockState("met", 0, DAY)) == "Met on 9 November 2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (DayCount(DAY, False, "start"), "The day it starts is not counted"),
        (DayCount(DAY, True, "counted", 3), "Day 3"),
        (DayCount(DAY, False, "weekend"), "Monday"),
        (DayCount(DAY, False, "holiday", name="Good Friday"), "Good Friday"),
        (
            DayCount(DAY, False, "holiday", name="Mawlid", estimated=True),
            "Mawlid (estimated: the day may move)",
        ),
        (DayCount(DAY, False, "paused", name="force_majeure"), "Paused"),
        (DayCount(DAY, False, "after"), "The day after the last day"),
        (DayCount(DAY, True, "hours", 1), "Hours run without a break"),
    ],
)
def test_each_day_says_why_it_counts_or_not(day, words):
    assert day_reason(day) == words


def test_each_rule_is_a_sentence():
    assert rule_words(UK.term("reasonable_grounds")) == (
        "5 working days. The day it starts is not counted."
    )
    opens = UK.term("cg_not_before")
    assert rule_words(opens, UK.term_before(opens)).endswith(
        "30 calendar days. The day it starts is day 1."
    )
    assert rule_words(PALERMO.term("screening")) == "72 hours"
    assert rule_words(UK.term("adulthood")) == "18 years"


def test_every_term_of_every_profile_has_words():
    for profile in (UK, PALERMO):
        for term in profile.terms:
            assert rule_words(term, profile.term_before(term))
