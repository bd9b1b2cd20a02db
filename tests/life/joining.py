"""There is a second case: the two are linked, or turn out to be of one person and are merged."""

from typing import Any

from hypothesis import strategies as st

from cases.actions import linking, merging
from cases.models import CaseLink, Merging
from tests.life.trying import (
    ANYBODY,
    INTAKE,
    LEADER,
    SECOND_LEADER,
    last_of,
    leader,
    step,
    worker,
)

proposer = st.sampled_from((INTAKE,) * 6 + (LEADER,) * 4 + (SECOND_LEADER,) * 4 + ANYBODY)
RULES = ("none", "together", "not_told", "apart")


@step("second case", weight=4, name=worker, rule=st.sampled_from(RULES))
def link(life: Any, name: str, rule: str) -> None:
    given = {"other": life.reference_of_other(), "kind": "family", "rule": rule}
    life.do(linking.link_cases, life.again(), name, **given)


@step("linked", weight=2, name=worker)
def unlink(life: Any, name: str) -> None:
    if row := last_of(CaseLink.objects.filter(ended_at=None)):
        life.do(linking.unlink_cases, row, name, because="mistake")


@step("second case", weight=10, name=proposer, goes_on=st.sampled_from(("this", "this", "other")))
def ask_merging(life: Any, name: str, goes_on: str) -> None:
    given = {"other": life.reference_of_other(), "reason": "compared", "goes_on": goes_on}
    life.do(merging.ask_merging, life.again(), name, **given)


@step("merging asked", weight=16, name=leader, agree=st.sampled_from((True, True, True, False)))
def decide_merging(life: Any, name: str, agree: bool) -> None:
    if row := last_of(Merging.objects.filter(state="asked")):
        life.do(merging.decide_merging, row, name, agree=agree)


@step("merging asked", weight=1, name=proposer)
def withdraw_merging(life: Any, name: str) -> None:
    if row := last_of(Merging.objects.filter(state="asked")):
        life.do(merging.withdraw_merging, row, name)


@step("merged", weight=6, name=proposer)
def ask_undoing(life: Any, name: str) -> None:
    if row := last_of(Merging.objects.filter(state="agreed", undo=False, undone_at=None)):
        life.do(merging.ask_undoing, row, name, reason="two_people")
