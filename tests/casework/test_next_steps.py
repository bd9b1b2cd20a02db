"""What comes next, as a question without a database."""

from datetime import date

import pytest

from cases.rules.next_steps import Standing, next_steps, waits_on

READY = {"assigned": True, "screened": True, "next_decision": "first"}
DAY = date(2027, 1, 5)


@pytest.mark.parametrize(
    ("facts", "steps", "waits"),
    [
        ({}, ["assign"], "intake"),
        ({"next_decision": "first"}, ["assign", "screen"], "intake"),
        ({"assigned": True, "next_decision": "first"}, ["screen"], "caseworker"),
        (READY, ["draft"], "caseworker"),
        ({**READY, "open_tasks": 2}, ["tasks", "draft"], "caseworker"),
        ({**READY, "open_decision": "first", "open_state": "draft"}, ["finish"], "caseworker"),
        (
            {**READY, "open_decision": "first", "open_state": "returned"},
            ["answer_returned"],
            "caseworker",
        ),
        (
            {**READY, "open_decision": "first", "open_state": "in_review"},
            ["review"],
            "second_person",
        ),
        (
            {**READY, "open_decision": "first", "open_state": "escalated"},
            ["review"],
            "second_person",
        ),
        ({**READY, "not_before": DAY}, ["wait"], "time"),
        ({**READY, "not_before": DAY, "to_serve": ("first",)}, ["serve", "wait"], "caseworker"),
        ({**READY, "waits_for_answer": True}, ["draft"], "answer"),
        ({"assigned": True, "notify_only": True, "screened": True}, [], "nobody"),
        ({**READY, "closed": True}, [], "nobody"),
        ({"assigned": True, "screened": True}, [], "nobody"),
    ],
)
def test_a_case_waits_on_somebody_for_something(facts, steps, waits):
    case = Standing(**facts)
    assert [step.code for step in next_steps(case)] == steps
    assert waits_on(case) == waits


def test_a_date_to_wait_for_is_told_with_the_step():
    (step,) = next_steps(Standing(**READY, not_before=DAY))
    assert (step.decision, step.until) == ("first", DAY)
