"""Recording that the person is detained, to be removed or to be returned, and telling at once where
something stands against it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case, Removal
from cases.models.removal import RemovalEnd, RemovalKind, Risk
from cases.rules import removals as rules
from cases.selectors import removals as reads
from cases.selectors.decisions import today_of
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Changed, Objection, action, detail, refuse_if

_CHOICES = {"kind": RemovalKind.values, "risk": Risk.values, "ended": RemovalEnd.values}


@action("removal.recorded", right=rights.KEEP_MATTERS)
def record_removal(
    case: Case,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    submission_key: UUID | None = None,
) -> Removal:
    """Records one; `values` are those of cases.rules.removals and `words`. Its supervisors and who
    works on it are told at once where something stands against it. Sent twice with one key, it is
    recorded once. Raises Refused with every reason against the values."""
    if submission_key and (
        first := case.removals.filter(submission_key=submission_key, recorded_by=actor).first()
    ):
        detail(repeated=True)
        return first
    row = Removal(id=uuid4(), case=case, recorded_by=actor, recorded_at=at)
    row.submission_key = submission_key
    _put(row, values, at=at)
    row.save(force_insert=True)
    _tell(row, at=at)
    return row


@action("removal.changed", right=rights.KEEP_MATTERS)
def change_removal(
    removal: Removal,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    version: int | None = None,
) -> Removal:
    """Keeps what one says now, all of it. Raises Changed, and overwrites nothing, where it is no
    longer the `version` that the actor saw; Refused with every reason against the values."""
    removal.refresh_from_db()
    if version is not None and version != removal.version:
        text = _("A colleague has changed this since you opened it. Nothing was overwritten.")
        raise Changed([Objection(text, code="changed")])
    _put(removal, values, at=at)
    removal.version += 1
    removal.save()
    _tell(removal, at=at)
    return removal


def _put(row: Removal, values: Mapping[str, Any], *, at: datetime) -> None:
    told = {**dict.fromkeys(rules.CODES), "words": "", **values}
    for name in ("kind", "risk", "ended", "words"):
        told[name] = told[name] or ""
    refuse_if(rules.objections_to_removal(told, choices=_CHOICES, today=today_of(row.case, at)))
    for name in rules.CODES:
        setattr(row, name, told[name])
    row.told = seal(
        row.case.person_id, told["words"].strip(), table="cases_removal", column="told", row=row.pk
    )
    row.next_look_at = at
    detail(kind=row.kind, risk=row.risk, ended=row.ended)


def _tell(row: Removal, *, at: datetime) -> None:
    case = row.case
    if reads.against(row, reads.barred_until(case)):
        people = {one.pk: one for one in access.people_near(case, "decide", Role.SUPERVISOR)}
        near = access.people_near(case, "work", Role.CASEWORKER)
        people |= {one.pk: one for one in near.filter(assigned_cases=case.pk)}
        once = f"removal:{row.pk}:{row.version}"
        tell(people.values(), "removal_alert", once=once, at=at, case=case)
