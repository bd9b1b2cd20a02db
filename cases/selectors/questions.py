"""What was asked about a case, opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cases.models import Case, Question
from cases.models.deadline import DeadlineState
from cases.models.question import QuestionState
from cases.rights import CHANGE_COURSE
from cases.selectors.cases import DeadlineView, deadline_view
from identities.crypto import Opener, Unreadable
from nrm.actions import Hidden


@dataclass(frozen=True, slots=True)
class Line:
    """A question. Its texts are empty where the key is gone. `clock` tells how its clock stands,
    where it has one and waits."""

    row: Question
    recipient: str
    asked: str
    answer: str
    state: str
    waits: bool
    due_on: date
    clock: DeadlineView | None


def questions_of(case: Case) -> "QuerySet[Question]":
    """Those of the case, with what a line shows."""
    return case.questions.select_related("asked_by", "ended_by", "deadline")


def lines_of(case: Case, rows: Iterable[Question], *, at: Any) -> list[Line]:
    """The questions, opened with one look at the key."""
    rows = list(rows)
    try:
        opener = Opener(case.person_id) if rows else None
    except Unreadable:
        opener = None
    return [_line(case, row, opener, at=at) for row in rows]


def _line(case: Case, row: Question, opener: Opener | None, *, at: Any) -> Line:
    told, answer = {}, ""
    if opener is not None:
        place: dict[str, Any] = {"table": "cases_question", "row": row.pk}
        try:
            told = opener.json(bytes(row.told), column="told", **place)
            if row.answer is not None:
                answer = opener.text(bytes(row.answer), column="answer", **place)
        except Unreadable:
            told, answer = {}, ""
    clock = row.deadline
    runs = clock is not None and clock.state in (DeadlineState.OPEN, DeadlineState.PAUSED)
    return Line(
        row,
        recipient=told.get("recipient", ""),
        asked=told.get("asked", ""),
        answer=answer,
        state=str(row.get_state_display()),
        waits=row.state == QuestionState.ASKED,
        due_on=clock.due_on if clock is not None else row.due_on,
        clock=deadline_view(case, clock, at=at) if clock is not None and runs else None,
    )


def find_question(case: Case, pk: UUID) -> Question:
    """The question of this id about the case. Hidden (404) where there is none."""
    if row := questions_of(case).filter(pk=pk).first():
        return row
    raise Hidden(CHANGE_COURSE.code)
