"""What was recorded to protect a child, opened and in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cases.models import Case
from cases.rights import CARE_FOR_CHILD
from cases.rules.reminders import MORNING
from identities.crypto import Opener
from nrm.actions import Hidden
from nrm.deadline_words import day_words
from protection.models import ChildRecord
from protection.models.child import RecordKind
from protection.rules.children import PARTS, WORDS, is_open, parts_of

MOST = 100


# Its days -----------------------------------------------------------------------------------------
def look_at(row: ChildRecord) -> datetime | None:
    """When somebody has to see to it: the morning of the day on which a determination is looked at
    again, or by which a child is asked about an absence."""
    law = row.case.profile.children
    day = None
    if row.kind == RecordKind.BEST_INTERESTS:
        day = row.until
    elif row.kind == RecordKind.MISSING and row.until and not row.second_code and law:
        day = row.until + timedelta(days=law.return_interview_days)
    if day is None:
        return None
    zone = row.case.profile.calendar_for(row.case.calendar).zone
    return datetime.combine(day, MORNING, zone)


def next_look(row: ChildRecord, *, after: datetime) -> datetime | None:
    """When the sweep looks at it, once it is kept: at once where that day has come already."""
    due = look_at(row)
    return None if due is None else max(due, after)


# In words -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Line:
    """One record. `answers`: by the name of the part, as it is kept; `rows`: in words. `overdue`:
    somebody has to see to it now."""

    row: ChildRecord
    answers: dict[str, Any]
    rows: list[dict[str, str]]
    title: str
    open: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one kind, the newest first."""

    kind: str
    label: str
    lines: list[Line]


def records_of(case: Case, *, at: datetime) -> list[Line]:
    """The newest of a case. One query, and one more where there are any."""
    rows = list(case.childrecords.all()[:MOST])
    if not rows:
        return []
    opener = Opener(case.person_id)
    return [_line(case, row, opener, at) for row in rows]


def grouped(lines: list[Line]) -> list[Group]:
    """By kind, in the order in which a page shows them; the kinds without any too."""
    return [
        Group(kind, str(RecordKind(kind).label), [one for one in lines if one.row.kind == kind])
        for kind in PARTS
    ]


def recordable(case: Case) -> tuple[str, ...]:
    """The kinds that can be recorded now: of an adult an age assessment alone, and nothing on a
    case that has ended."""
    if case.closed_at is not None:
        return ()
    return tuple(PARTS) if case.treated_as_child else (RecordKind.AGE,)


def find_record(case: Case, pk: UUID) -> ChildRecord:
    """One of the case. Hidden (404) where there is none."""
    if row := case.childrecords.filter(pk=pk).first():
        row.case = case
        return row
    raise Hidden(CARE_FOR_CHILD.code)


def line_of(row: ChildRecord, *, at: datetime) -> Line:
    """One of them in words."""
    return _line(row.case, row, Opener(row.case.person_id), at)


def _line(case: Case, row: ChildRecord, opener: Opener, at: datetime) -> Line:
    row.case = case
    words = opener.json(row.told, table="protection_childrecord", column="told", row=row.pk)
    parts = parts_of(row.kind)
    answers = {
        part.name: words.get(part.name, "") if part.column == WORDS else getattr(row, part.column)
        for part in parts
    }
    rows = [
        {"key": str(part.label), "value": _said(part, answers[part.name])}
        for part in parts
        if answers[part.name]
    ]
    first = next((part for part in parts if part.column == "code" and answers[part.name]), None)
    due = look_at(row)
    return Line(
        row=row,
        answers=answers,
        rows=rows,
        title=_said(first, answers[first.name]) if first else str(RecordKind(row.kind).label),
        open=is_open(row.kind, row.until),
        overdue=due is not None and due <= at,
    )


def _said(part: Any, value: Any) -> str:
    if part.choices is not None:
        return str(part.choices(value).label)
    return str(value) if part.column == WORDS else day_words(value)
