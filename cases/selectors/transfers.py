"""Cases that are offered to another authority, as those see them who offer and who are asked."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.models import Case, Transfer
from cases.models.transfer import TransferState
from cases.rights import ANSWER_TRANSFERS, TRANSFER
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from cases.selectors.notices import kept_out
from identities.crypto import Unreadable, unseal_json
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import OrganisationKind, Role
from nrm.actions import Hidden

TABLE = "cases_transfer"
MOST = 50


def authorities_to_ask(case: Case) -> QuerySet[Organisation]:
    """The authorities that a case can be offered to: open, under the same profile, and others."""
    return (
        Organisation.objects.filter(
            kind=OrganisationKind.COMPETENT_AUTHORITY, profile=case.profile_code, is_active=True
        )
        .exclude(pk=case.authority_id)
        .order_by("name")
    )


def people_who_answer(organisation: Organisation) -> QuerySet[User]:
    """Who answers offers to this authority, or hears what became of its own."""
    return User.objects.filter(
        is_active=True,
        memberships__group__role_group__organisation=organisation,
        memberships__group__role_group__role=Role.SUPERVISOR,
    ).distinct()


@dataclass(frozen=True, slots=True)
class Offer:
    """One transfer. `told`: what was told of the case, by name; empty where it does not open any
    more. `waits`: the reader can answer it."""

    row: Transfer
    told: dict[str, str]
    waits: bool


def transfers_of(case: Case) -> list[Transfer]:
    """Those of a case, the newest first. One query."""
    rows = case.transfers.select_related("authority", "organisation", "offered_by", "answered_by")
    return list(rows[:MOST])


def find_transfer(case: Case, pk: UUID) -> Transfer:
    """One of the case. Hidden (404) where there is none."""
    if row := case.transfers.filter(pk=pk).select_related("organisation").first():
        row.case = case
        return row
    raise Hidden(TRANSFER.code)


def concerning(actor: User) -> QuerySet[Transfer]:
    """The transfers that the actor's authorities have offered or were offered, of no case that they
    may not see, and none that was taken back before it was answered."""
    teams = ANSWER_TRANSFERS.teams_of(actor)
    return (
        Transfer.objects.alias(kept_out=kept_out())
        .filter(
            Q(authority__in=teams) | Q(organisation__in=teams) & ~Q(state=TransferState.WITHDRAWN),
            kept_out=False,
        )
        .select_related("authority", "organisation", "offered_by", "answered_by")
    )


def page_of_transfers(
    actor: User, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of them, the newest first. One query."""
    page = page_of(
        concerning(actor), "offered_at", newest_first=True, after=after, before=before, size=size
    )
    return Rows([Offer(row, {}, _waits(row, actor)) for row in page.rows], page.before, page.after)


def find_offer(actor: User, pk: UUID) -> Offer:
    """One that waits for the actor's authority, or was answered by it, with what is told of the
    case. Hidden (404) where it is none."""
    rows = concerning(actor).filter(organisation__in=ANSWER_TRANSFERS.teams_of(actor))
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Hidden(ANSWER_TRANSFERS.code)
    return Offer(row, told_in(row), _waits(row, actor))


def told_in(row: Transfer) -> dict[str, str]:
    """What was told of the case; nothing where it is gone or does not open any more."""
    if row.content is None:
        return {}
    try:
        found: dict[str, str] = unseal_json(
            row.person_id, row.content, table=TABLE, column="content", row=row.pk
        )
    except Unreadable:
        return {}
    return found


def _waits(row: Transfer, actor: User) -> bool:
    asked = row.organisation_id in ANSWER_TRANSFERS.teams_of(actor)
    return asked and row.state == TransferState.OFFERED
