"""Which cases are of one person: what was asked and decided, and the other case for whom may see
it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from cases.models import Case, Merging
from cases.references import clean_reference
from cases.rights import DECIDE_MERGING, PROPOSE_MERGING, SEE_CASE
from nrm.accounts.models import User
from nrm.actions import Hidden


@dataclass(frozen=True, slots=True)
class Line:
    """One request about a case. `other` is the other case, while the reader may see it; `ends`: the
    case of the page is the one that goes on in the other."""

    row: Merging
    other: Case | None
    ends: bool


def mergings(case: Case, reader: User) -> list[Line]:
    """What was asked and decided about the case, the newest first. Two queries."""
    rows = list(_of(case).select_related("asked_by", "decided_by"))
    return lines_of(case, reader, rows)


def lines_of(case: Case, reader: User, rows: Iterable[Merging]) -> list[Line]:
    """Rows as the reader may see them. One query where there are any."""
    rows = list(rows)
    ids = {_other_id(case, row) for row in rows}
    seen = Case.objects.visible_to(reader, SEE_CASE).filter(pk__in=ids).select_related("person")
    others: dict[UUID, Case] = {one.pk: one for one in seen} if ids else {}
    return [Line(row, others.get(_other_id(case, row)), row.case_id == case.pk) for row in rows]


def _of(case: Case) -> "Merging.objects":  # type: ignore[name-defined]
    # Never joined to the cases: the database would leave out what the reader may not see of it.
    return Merging.objects.filter(Q(case_id=case.pk) | Q(into_id=case.pk))


def _other_id(case: Case, row: Merging) -> UUID:
    return row.into_id if row.case_id == case.pk else row.case_id


def goes_on_in(case: Case, reader: User) -> Line | None:
    """That the case goes on in another one, for its pages; asked of closed cases alone, since it is
    closed by that. Two queries of those."""
    if case.closed_at is None:
        return None
    row = Merging.that_hold().filter(case_id=case.pk).first()
    return lines_of(case, reader, [row])[0] if row else None


def find_merging(case: Case, pk: UUID) -> Merging:
    """The request of this id about the case. Hidden (404) where there is none."""
    if row := _of(case).filter(pk=pk).first():
        return row
    raise Hidden(PROPOSE_MERGING.code)


def other_case(reader: User, reference: str) -> Case | None:
    """Another case that the reader could merge, by its reference. One query."""
    clean = clean_reference(reference)
    seen = Case.objects.visible_to(reader, PROPOSE_MERGING)
    return seen.filter(reference=clean).select_related("person").first() if clean else None


def both(row: Merging, actor: User) -> tuple[Case, Case]:
    """The case that ends and the one it goes on in, for who decides. Hidden (404) where the actor
    may not see both and decide them. One query."""
    seen = Case.objects.visible_to(actor, DECIDE_MERGING).filter(pk__in=[row.case_id, row.into_id])
    found = {case.pk: case for case in seen}
    if len(found) != 2:
        raise Hidden(DECIDE_MERGING.code)
    return found[row.case_id], found[row.into_id]


def joined_ids(case_id: UUID) -> list[UUID]:
    """The ids of the cases that go with this one, whoever may see those: what it goes on in, and
    what goes on in the same. To lock them, before something reaches all. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_joined(%s)", [case_id])
        found: list[UUID] = cursor.fetchone()[0]
    return found


def with_joined(subject: Any, **_more: Any) -> list[UUID]:
    """What an action locks whose effect reaches the cases that go with that of its subject."""
    return [subject.case_id, *joined_ids(subject.case_id)]
