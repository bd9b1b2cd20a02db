"""Emergency access: a person's own, those that wait for a review, and the one that runs now."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.models import Case, EmergencyAccess
from cases.rights import REVIEW_EMERGENCY, SEE_CASE
from cases.selectors.keyset import PAGE_SIZE
from identities.crypto import Unreadable, unseal
from nrm.accounts.models import User
from nrm.actions import Hidden


@dataclass(frozen=True, slots=True)
class Line:
    """One emergency access. The reference is there while the reader may see the case."""

    row: EmergencyAccess
    reference: str
    runs: bool
    overdue: bool
    state: str


def line_of(row: EmergencyAccess, reference: str, at: datetime) -> Line:
    """The row with where it stands."""
    runs = row.ended_at is None and row.ends_at > at
    reviewed = row.reviewed_at is not None
    return Line(
        row=row,
        reference=reference,
        runs=runs,
        overdue=not reviewed and row.review_due_on < timezone.localdate(at),
        state="reviewed" if reviewed else "running" if runs else "waiting",
    )


def own(actor: User, *, at: datetime) -> list[Line]:
    """The last emergency accesses of the actor, the newest first. Two queries."""
    rows = list(EmergencyAccess.objects.filter(person=actor).select_related("person")[:PAGE_SIZE])
    seen = Case.objects.visible_to(actor, SEE_CASE).filter(pk__in=[row.case_id for row in rows])
    references = dict(seen.values_list("pk", "reference"))
    return [line_of(row, references.get(row.case_id, ""), at) for row in rows]


def to_review(actor: User, *, at: datetime) -> list[Line]:
    """What waits for a review that the actor may give, the first due first. One query."""
    seen = Case.objects.visible_to(actor, REVIEW_EMERGENCY).filter(pk=OuterRef("case"))
    waiting = EmergencyAccess.objects.filter(Exists(seen), reviewed_at=None).exclude(person=actor)
    rows = waiting.select_related("person", "case").order_by("review_due_on", "id")[:PAGE_SIZE]
    return [line_of(row, row.case.reference, at) for row in rows]


def find_emergency(case: Case, pk: UUID) -> EmergencyAccess:
    """The emergency access of this case. Hidden (404) where there is none."""
    found = EmergencyAccess.objects.filter(case=case).select_related(
        "person", "ended_by", "reviewed_by"
    )
    if row := found.filter(pk=pk).first():
        row.case = case
        return row
    raise Hidden(REVIEW_EMERGENCY.code)


def reason_of(case: Case, row: EmergencyAccess) -> str:
    """What the person wrote, or nothing where it cannot be opened any more."""
    place = {"table": "cases_emergencyaccess", "column": "reason", "row": row.pk}
    try:
        return unseal(case.person_id, row.reason, **place)
    except Unreadable:
        return ""


def running_until(case: Case, actor: User, *, at: datetime) -> EmergencyAccess | None:
    """The actor's emergency access to the case that runs now. One query."""
    rows = EmergencyAccess.objects.filter(case=case, person=actor, ended_at=None, ends_at__gt=at)
    return rows.first()


def minutes_left(row: EmergencyAccess) -> int:
    """For how many minutes it runs, the one that has begun among them."""
    left = (row.ends_at - timezone.now()).total_seconds()
    return max(1, ceil(left / 60))


def of_case(case: Case, *, at: datetime) -> list[Line]:
    """Every emergency access to the case, the newest first. One query."""
    rows = EmergencyAccess.objects.filter(case=case).select_related("person", "reviewed_by")
    return [line_of(row, case.reference, at) for row in rows[: PAGE_SIZE * 4]]
