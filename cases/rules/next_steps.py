"""What comes next on a case, and on whom it waits. Facts in, steps out: no database, no clock."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Waits = Literal["intake", "caseworker", "second_person", "answer", "time", "nobody"]
StepCode = Literal[
    "assign", "tasks", "screen", "draft", "finish", "answer_returned", "review", "serve", "wait"
]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a case when somebody asks what comes next.

    `next_decision` is the decision that the stage leads to, or empty; `open_decision` the one that
    is being written or read, with its state; `to_serve` those made and not served yet;
    `not_before` the day before which the next decision cannot be made, where that day is to come.
    """

    closed: bool = False
    notify_only: bool = False
    assigned: bool = False
    screened: bool = False
    open_tasks: int = 0
    next_decision: str = ""
    open_decision: str = ""
    open_state: str = ""
    to_serve: tuple[str, ...] = ()
    not_before: date | None = None
    waits_for_answer: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `decision` names the decision that it is about."""

    code: StepCode
    decision: str = ""
    until: date | None = None


def next_steps(case: Standing) -> list[Step]:
    """Everything that can be done on the case now, the most urgent first."""
    if case.closed:
        return []
    steps: list[Step] = []
    if case.open_tasks:
        steps.append(Step("tasks"))
    if not case.assigned:
        steps.append(Step("assign"))
    steps += [Step("serve", decision) for decision in case.to_serve]
    if case.notify_only or not case.next_decision:
        return steps
    if not case.screened:
        steps.append(Step("screen"))
    if case.open_state in ("in_review", "escalated"):
        steps.append(Step("review", case.open_decision))
    elif case.open_state == "returned":
        steps.append(Step("answer_returned", case.open_decision))
    elif case.open_state == "draft":
        steps.append(Step("finish", case.open_decision))
    elif case.not_before is not None:
        steps.append(Step("wait", case.next_decision, case.not_before))
    elif case.screened:
        steps.append(Step("draft", case.next_decision))
    return steps


def waits_on(case: Standing) -> Waits:
    """On whom the case waits, for one cell of a list."""
    if case.closed:
        return "nobody"
    if not case.assigned:
        return "intake"
    if case.open_state in ("in_review", "escalated"):
        return "second_person"
    if case.waits_for_answer:
        return "answer"
    if case.to_serve or not case.screened or case.open_state:
        return "caseworker"
    if case.not_before is not None:
        return "time"
    return "caseworker" if case.next_decision or case.open_tasks else "nobody"
