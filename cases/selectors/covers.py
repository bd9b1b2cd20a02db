"""Covers for an absence: those that run or are still to come, and what would be handed on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cases.models import Case, CaseUserGrant, Cover
from cases.models.case import Confidentiality
from cases.rights import HAND_ON, SCREEN
from cases.selectors.cases import SHOWN_IN_LISTS, Line, lines
from cases.selectors.intake import caseworkers_in
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role
from nrm.actions import Hidden
from nrm.profiles import load_profile
from nrm.profiles.calendars import Calendar

# As many covers, and as many cases that somebody covers, stand on one page.
MOST = 100


@dataclass(frozen=True, slots=True)
class CoverLine:
    """One cover, with its last day and whether it has begun. `mine`: the reader's own cases."""

    row: Cover
    first: date
    last: date
    runs: bool
    mine: bool
    theirs: bool  # handed to the reader


@dataclass(frozen=True, slots=True)
class Own:
    """How many open cases would be handed on, and how many stay with their caseworker alone."""

    handed: int
    held_back: int


def authorities_of(actor: User) -> list[Organisation]:
    """The authorities in which the actor may hand on cases, each once."""
    found = {one.pk: one for one in actor.organisations(*HAND_ON.roles)}
    return list(found.values())


def calendar_of(authority: Organisation) -> Calendar:
    """The calendar by which an authority counts its days."""
    return load_profile(authority.profile).calendar_for()


def colleagues(actor: User) -> QuerySet[User]:
    """The caseworkers of the actor's authorities, without the actor, by name."""
    authorities = {one.pk for one in authorities_of(actor)}
    return caseworkers_in(authorities).exclude(pk=actor.pk)


def own_cases(actor: User) -> QuerySet[Case]:
    """The open cases that are assigned to the actor."""
    seen = Case.objects.visible_to(actor, SCREEN)
    return seen.filter(caseworker=actor, closed_at=None)


def own(actor: User) -> Own:
    """One query."""
    normal = Q(confidentiality=Confidentiality.NORMAL)
    found = own_cases(actor).aggregate(all=Count("pk"), handed=Count("pk", filter=normal))
    return Own(handed=found["handed"], held_back=found["all"] - found["handed"])


def covers(actor: User, *, at: datetime) -> list[CoverLine]:
    """Those that run or are still to come and that concern the actor: their own, those handed to
    them, and to a supervisor every one of the authority. The first to begin first. One query."""
    concerns = Q(giver=actor) | Q(delegate=actor)
    concerns |= Q(authority__in=[one.pk for one in actor.organisations(Role.SUPERVISOR)])
    rows = Cover.objects.filter(concerns, ended_at=None, ends_at__gt=at)
    rows = rows.select_related("giver", "delegate", "authority")
    return [cover_line(row, actor, at) for row in rows[:MOST]]


def covered_cases(actor: User, *, at: datetime) -> list[Line]:
    """The cases that the actor sees because they cover for somebody, the most urgent first, and at
    most MOST of them. Three queries, and one more where a clock is paused."""
    grants = CaseUserGrant.objects.filter(
        user=actor, reason="absence", ends_at__gt=at, content_object=OuterRef("pk")
    )
    seen = SHOWN_IN_LISTS.visible_to(actor, SCREEN).filter(Exists(grants))
    return lines(list(seen.order_by("next_due_at", "id")[:MOST]), actor, at=at)


def looked_at(covers: list[CoverLine], cases: list[Line]) -> dict[str, list[str]]:
    """What the event of a look at both says."""
    return {
        "covers": [str(line.row.pk) for line in covers],
        "cases": [str(line.case.pk) for line in cases],
    }


def cover_line(row: Cover, actor: User, at: datetime) -> CoverLine:
    """The row with where it stands, in the days of its authority."""
    zone = calendar_of(row.authority).zone
    return CoverLine(
        row=row,
        first=row.begins_at.astimezone(zone).date(),
        last=(row.ends_at - timedelta(seconds=1)).astimezone(zone).date(),
        runs=row.ended_at is None and row.begins_at <= at < row.ends_at,
        mine=row.giver_id == actor.pk,
        theirs=row.delegate_id == actor.pk,
    )


def find_cover(actor: User, pk: UUID) -> Cover:
    """The cover that concerns the actor. Hidden (404) where there is none."""
    rows = Cover.objects.select_related("giver", "delegate", "authority").filter(pk=pk)
    row = rows.first()
    if row is None or not may_end(row, actor):
        raise Hidden(HAND_ON.code)
    return row


def may_end(row: Cover, actor: User) -> bool:
    """Whether the actor gave it, has it, or is a supervisor of the authority."""
    supervised = {one.pk for one in actor.organisations(Role.SUPERVISOR)}
    return actor.pk in (row.giver_id, row.delegate_id) or row.authority_id in supervised
