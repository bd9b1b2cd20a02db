"""Recording what protects a child, and changing what a record says. A child who is missing is told
of at once; an age in doubt makes the person a child until somebody has decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.actions.ageing import set_age
from cases.actions.matter_alerts import people_of
from cases.actions.telling import tell
from cases.models import Case
from cases.models.case import AgeStatus
from cases.selectors.decisions import today_of
from identities.crypto import seal_json
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.actions import Changed, Objection, action, detail, refuse_if
from protection.models import ChildRecord
from protection.models.child import RecordKind
from protection.rules import children as rules
from protection.selectors import children as reads

TABLE = "protection_childrecord"


@action("child.recorded", right=rights.CARE_FOR_CHILD)
def record_child(
    case: Case,
    *,
    actor: User,
    at: datetime,
    kind: str,
    values: Mapping[str, Any],
    submission_key: UUID | None = None,
) -> ChildRecord:
    """Records something of a kind; `values` are by the names of its parts. Sent twice with one key,
    it is recorded once. Raises Refused with every reason against it: of an adult nothing is
    recorded but that their age is in doubt."""
    case.refresh_from_db(fields=["age_status", "version"])
    if submission_key and (
        first := case.childrecords.filter(submission_key=submission_key, recorded_by=actor).first()
    ):
        detail(repeated=True)
        return first
    row = ChildRecord(id=uuid4(), case=case, kind=kind, recorded_by=actor, recorded_at=at)
    row.submission_key = submission_key
    _put(row, values, actor=actor, at=at)
    row.save(force_insert=True)
    _tell(row, at=at)
    return row


@action("child.changed", right=rights.CARE_FOR_CHILD)
def change_child(
    record: ChildRecord,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    version: int | None = None,
) -> ChildRecord:
    """Keeps what a record says now, all of it. Raises Changed, and overwrites nothing, where it is
    no longer the `version` that the actor saw; Refused with every reason against the values."""
    record.refresh_from_db()
    record.case.refresh_from_db(fields=["age_status", "version"])
    if version is not None and version != record.version:
        text = _("A colleague has changed this since you opened it. Nothing was overwritten.")
        raise Changed([Objection(text, code="changed")])
    was_open = rules.is_open(record.kind, record.until)
    _put(record, values, actor=actor, at=at)
    record.version += 1
    record.save()
    if not was_open:
        _tell(record, at=at)
    return record


def _put(row: ChildRecord, values: Mapping[str, Any], *, actor: User, at: datetime) -> None:
    case, parts = row.case, rules.parts_of(row.kind)
    told: dict[str, Any] = {part.name: values.get(part.name) or None for part in parts}
    for part in parts:
        if told[part.name] is None and part.column not in ("on", "until"):
            told[part.name] = ""
    others = case.childrecords.filter(kind=row.kind).exclude(pk=row.pk)
    new = row._state.adding
    refuse_if(
        [
            *_objections_to_adult(case, row, new),
            *rules.objections_to_record(
                row.kind, told, today=today_of(case, at), other_open=_one_open(row.kind, others)
            ),
            *_objections_to_older(row, others, new),
        ]
    )
    words = {}
    for part in parts:
        if part.column == rules.WORDS:
            words[part.name] = told[part.name].strip()
        else:
            setattr(row, part.column, told[part.name])
    row.told = seal_json(case.person_id, words, table=TABLE, column="told", row=row.pk)
    row.next_look_at = reads.next_look(row, after=at)
    detail(kind=row.kind, answer=row.code, open=rules.is_open(row.kind, row.until))
    if row.kind == RecordKind.AGE:
        _decide_age(case, row, actor=actor, at=at)


def _one_open(kind: str, others: Any) -> bool:
    if kind not in rules.ONE_AT_A_TIME:
        return False
    return bool(others.filter(until=None).exists())


def _objections_to_adult(case: Case, row: ChildRecord, new: bool) -> list[Objection]:
    if not new or case.treated_as_child or row.kind == RecordKind.AGE:
        return []
    text = _("The person is treated as an adult, so nothing more is recorded of them as a child.")
    return [Objection(text, code="adult")]


def _objections_to_older(row: ChildRecord, others: Any, new: bool) -> list[Objection]:
    """What was decided first does not come back over what was decided later."""
    if new or row.kind != RecordKind.AGE:
        return []
    if not others.filter(recorded_at__gt=row.recorded_at).exists():
        return []
    text = _("The age was assessed again since. Change the later assessment.")
    return [Objection(text, code="older")]


def _decide_age(case: Case, row: ChildRecord, *, actor: User, at: datetime) -> None:
    status = row.code or AgeStatus.DISPUTED
    in_doubt = not row.code and case.age_status == AgeStatus.NOT_SURE
    if not in_doubt and status != case.age_status:
        set_age(case, actor=actor, at=at, status=status)


def _tell(row: ChildRecord, *, at: datetime) -> None:
    if row.kind == RecordKind.MISSING and row.until is None:
        people = people_of(row.case, ("owner", "supervisor"))
        once = f"child_missing:{row.pk}:{row.version}"
        tell(people, "child_missing", once=once, at=at, case=row.case)


# The sweep ----------------------------------------------------------------------------------------
def look_at_child_record(row: ChildRecord, *, actor: User, at: datetime) -> int:
    """Says that a determination is to be looked at again, or that a child was not asked about an
    absence. Within the lock of its case. Returns how many people were told now."""
    due = reads.look_at(row)
    row.next_look_at = None
    row.save(update_fields=["next_look_at"])
    if due is None or due > at or row.case.closed_at or not row.case.treated_as_child:
        return 0
    kind = "child_review_due" if row.kind == RecordKind.BEST_INTERESTS else "child_interview_due"
    people = people_of(row.case, ("owner", "supervisor"))
    told = tell(people, kind, once=f"{kind}:{row.pk}:{due}", at=at, case=row.case)
    if told:
        remind_of_child_record(row, actor=actor, at=at, people=told)
    return told


@action("child.reminded", right=BY_THE_SYSTEM)
def remind_of_child_record(
    row: ChildRecord, *, actor: User, at: datetime, people: int
) -> ChildRecord:
    """Notes that people were told of it."""
    detail(kind=row.kind, told=people)
    return row
