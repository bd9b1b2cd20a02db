"""`manage.py explain_deadline`: one JSON object, or every fault."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]


def explain(**options: str) -> dict:
    out = StringIO()
    call_command("explain_deadline", stdout=out, **options)
    [line] = out.getvalue().splitlines()
    return json.loads(line)


def test_it_says_the_date_the_rule_the_source_and_each_day():
    found = explain(
        profile="uk", term="reasonable_grounds", start="2026-04-01", calendar="scotland"
    )
    assert list(found) == [
        "profile",
        "term",
        "calendar",
        "start",
        "due_on",
        "rule",
        "source",
        "verified",
        "days",
    ]
    assert found["due_on"] == "2026-04-09"
    assert found["calendar"] == "scotland"
    assert found["verified"] is True
    assert found["rule"].startswith("5 working days")
    assert found["days"][0] == {
        "date": "2026-04-01",
        "counted": False,
        "reason": "the day it starts is not counted",
    }
    assert {"date": "2026-04-03", "counted": False, "reason": "Good Friday"} in found["days"]
    assert found["days"][-1] == {"date": "2026-04-09", "counted": True, "reason": "day 5"}


def test_the_calendar_is_the_profiles_own_where_none_is_named():
    found = explain(profile="uk", term="reasonable_grounds", start="2026-04-01")
    assert (found["calendar"], found["due_on"]) == ("england_and_wales", "2026-04-10")
    assert explain(profile="palermo", term="screening", start="2026-04-01")["calendar"] == (
        "weekdays"
    )


def test_a_term_in_hours_takes_a_moment():
    found = explain(
        profile="palermo", term="initial_safety_check", start="2026-04-01T23:30:00+00:00"
    )
    assert found["due_on"] == "2026-04-02"
    assert [day["date"] for day in found["days"]] == ["2026-04-01", "2026-04-02"]


def test_it_needs_no_environment_and_prints_nothing_else():
    command = [sys.executable, "manage.py", "explain_deadline", "--profile", "uk"]
    good = subprocess.run(
        [*command, "--term", "cg_not_before", "--start", "2026-03-09"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["due_on"] == "2026-04-08"
    bad = subprocess.run(
        [*command, "--term", "x", "--start", "2026-02-30", "--calendar", "mars"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (bad.returncode, bad.stdout) == (1, "")
    assert len(bad.stderr.splitlines()) == 3


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"profile": "atlantis"}, 'There is no profile "atlantis"'),
        ({"term": "tea"}, 'uk has no term "tea". It has draft_warning, '),
        ({"start": "yesterday"}, '"yesterday" is not a date'),
        ({"start": "2026-04-01T10:00"}, "has no time zone"),
        ({"calendar": "cameroon"}, 'uk does not use the calendar "cameroon"'),
        ({"start": "2050-01-01"}, "no holidays for 2050"),
    ],
)
def test_each_fault_is_a_clear_sentence(options, reason):
    asked = {"profile": "uk", "term": "reasonable_grounds", "start": "2026-04-01"} | options
    with pytest.raises(CommandError) as refused:
        explain(**asked)
    assert reason in str(refused.value)
