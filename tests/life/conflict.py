"""Where no authority functions: somebody is identified for the time being, and a clock is held."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from cases.actions import deadlines, provisional
from cases.models import Deadline
from tests.life.trying import ANYBODY, leader, step, worker

referrer = st.sampled_from(("lead",) * 20 + ANYBODY)


@step("can be presumed", weight=3, name=referrer)
def identify(life: Any, name: str) -> None:
    given = {
        "grounds": ["elements_met"],
        "situation": "out_of_reach",
        "why": "Held at the mine, and the road is closed.",
        "explained": True,
    }
    life.do(provisional.identify_provisionally, life.again(), name, **given)


@step("presumed", weight=3, name=referrer)
def say_still(life: Any, name: str) -> None:
    life.do(provisional.say_still, life.again(), name, situation="not_safe")


@step("presumed", weight=3, name=worker)
def say_that_one_functions(life: Any, name: str) -> None:
    life.do(provisional.say_that_one_functions, life.again(), name)


@step(weight=1, name=leader, days=st.sampled_from((10, 25, 60)))
def hold_a_clock(life: Any, name: str, days: int) -> None:
    for row in Deadline.objects.filter(case=life.case, state="open"):
        if life.world.profile.term(row.term).pausable:
            law = life.world.profile.conflict_mode
            given = {
                "reason": law.pause_reason if law.enabled else "lost_contact",
                "review_on": life.at.date() + timedelta(days=days),
            }
            life.do(deadlines.pause_deadline, row, name, **given)
            return


@step("held clock", weight=4, name=leader)
def let_it_run(life: Any, name: str) -> None:
    if row := life.last(Deadline, state="paused"):
        life.do(deadlines.resume_deadline, row, name)
