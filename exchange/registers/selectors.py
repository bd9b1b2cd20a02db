"""Reads of registers that pages share."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from cases.selectors.keyset import Rows, page_of
from exchange.models import RegisterImport, RegisterRow
from exchange.registers.rights import BRING_REGISTER
from nrm.accounts.models import User
from nrm.actions import Hidden

ROWS_A_PAGE = 50


def own_registers(actor: User, *, after: str = "", before: str = "") -> Rows:
    """The registers that the actor brought in, the newest first. One query."""
    rows = RegisterImport.objects.filter(
        started_by=actor, organisation__in=BRING_REGISTER.teams_of(actor)
    ).select_related("organisation")
    return page_of(rows, "started_at", newest_first=True, after=after, before=before)


def find_register(actor: User, register: UUID) -> RegisterImport:
    """The actor's own register. Hidden where it is not theirs."""
    found = RegisterImport.objects.select_related("organisation", "started_by").filter(
        pk=register, started_by=actor, organisation__in=BRING_REGISTER.teams_of(actor)
    )
    if row := found.first():
        return row
    raise Hidden(BRING_REGISTER.code)


@dataclass(frozen=True, slots=True)
class PageOfRows:
    """Rows of a register in the order of their numbers, and the number after which the next page
    begins, and after which the one before began; none where there is no such page."""

    rows: list[RegisterRow]
    next_after: int | None = None
    before: int | None = None


def rows_in(register: RegisterImport, state: str) -> QuerySet[RegisterRow]:
    """What became of its rows, of one state, in the order of the file."""
    return (
        RegisterRow.objects.filter(register=register, state=state)
        .select_related("referral")
        .defer("referral__narrative", "referral__unknown_values", "referral__answers")
        .order_by("number")
    )


def page_of_rows(register: RegisterImport, state: str, *, after: int = 0) -> PageOfRows:
    """One page of them. Two queries at most."""
    rows = rows_in(register, state)
    found = list(rows.filter(number__gt=after)[: ROWS_A_PAGE + 1])
    more = len(found) > ROWS_A_PAGE
    found = found[:ROWS_A_PAGE]
    before = None
    if after:
        earlier = rows.filter(number__lte=after).order_by("-number")
        numbers = list(earlier.values_list("number", flat=True)[: ROWS_A_PAGE + 1])
        before = numbers[ROWS_A_PAGE] if len(numbers) > ROWS_A_PAGE else 0
    return PageOfRows(found, found[-1].number if more else None, before)
