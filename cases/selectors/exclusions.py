"""Who may not see a case, and who could be kept from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case, Exclusion
from cases.rights import EXCLUDE
from nrm.accounts.models import Membership, Organisation, User
from nrm.actions import Hidden


@dataclass(frozen=True, slots=True)
class Kept:
    """One exclusion in words. `ended` and what follows are empty while it runs."""

    id: UUID
    name: str
    organisation: bool
    code: str
    reason: str
    declared: bool  # by the person themselves
    by: str
    since: datetime
    ended: datetime | None
    ended_by: str
    ended_because: str


def exclusions(case: Case) -> list[Kept]:
    """Every exclusion of the case, those that run first, then the newest. One query."""
    rows = case.exclusions.select_related("user", "organisation", "by", "ended_by")
    return sorted((kept(row) for row in rows), key=lambda one: one.ended is not None)


def kept(row: Exclusion) -> Kept:
    """The exclusion in words."""
    return Kept(
        id=row.pk,
        name=row.user.display_name if row.user else str(row.organisation),
        organisation=row.user is None,
        code=row.reason,
        reason=str(row.get_reason_display()),
        declared=row.user_id == row.by_id,
        by=row.by.display_name,
        since=row.began_at,
        ended=row.ended_at,
        ended_by=row.ended_by.display_name if row.ended_by else "",
        ended_because=str(row.get_ended_because_display()) if row.ended_because else "",
    )


def running_exclusion(case: Case, pk: UUID) -> Exclusion:
    """The exclusion of the case that runs. Hidden (404) where there is none."""
    rows = case.exclusions.select_related("user", "organisation", "by", "ended_by")
    if found := rows.filter(pk=pk, ended_at=None).first():
        return found
    raise Hidden(EXCLUDE.code)


def exclusions_of(case: Case, person: User) -> QuerySet[Exclusion]:
    """What keeps this person from the case: by name, and with their organisations."""
    theirs = Membership.objects.filter(user=person).values("group__role_group__organisation")
    return case.exclusions.filter(Q(user=person) | Q(organisation__in=theirs), ended_at=None)


def organisations_to_exclude(case: Case) -> Any:
    """Every organisation but the authority that holds the case and those kept from it already."""
    out = case.exclusions.filter(ended_at=None, organisation=OuterRef("pk"))
    return Organisation.objects.filter(~Exists(out)).exclude(pk=case.authority_id).order_by("name")
