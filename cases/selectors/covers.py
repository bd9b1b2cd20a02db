"""Covers for an absence: those that run or are still to come, and what would be handed on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from cases.models import Case, CaseUserGrant, Cover, InboxItem
from cases.models.case import Confidentiality
from cases.rights import HAND_ON, SCREEN
from cases.selectors.cases import SHOWN_IN_LISTS, Line, lines
from cases.selectors.intake import caseworkers_in
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role
from nrm.actions import Hidden
from nrm.profiles import load_profile
from nrm.profiles.calendars import Calendar

# For so long an ended cover stands on the page of those whom it concerned.
LATELY = timedelta(days=30)
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
    ended_at: datetime | None = None
    why_ended: str = ""


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
    rows = _that_concern(actor).filter(ended_at=None, ends_at__gt=at)
    return [cover_line(row, actor, at) for row in rows[:MOST]]


def ended_covers(actor: User, *, at: datetime) -> list[CoverLine]:
    """Those that concern the actor and ended lately, the last first. One query."""
    since = at - LATELY
    over = Q(ended_at=None, ends_at__gt=since, ends_at__lte=at)
    rows = _that_concern(actor).filter(over | Q(ended_at__gt=since))
    rows = rows.annotate(over_at=Coalesce("ended_at", "ends_at")).order_by("-over_at", "id")
    return [cover_line(row, actor, at) for row in rows[:MOST]]


def _that_concern(actor: User) -> QuerySet[Cover]:
    concerns = Q(giver=actor) | Q(delegate=actor)
    concerns |= Q(authority__in=[one.pk for one in actor.organisations(Role.SUPERVISOR)])
    rows = Cover.objects.filter(concerns)
    return rows.select_related("giver", "delegate", "authority", "ended_by")


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
    ended_at = row.ended_at or (row.ends_at if row.ends_at <= at else None)
    return CoverLine(
        row=row,
        first=row.begins_at.astimezone(zone).date(),
        last=(row.ends_at - timedelta(seconds=1)).astimezone(zone).date(),
        runs=row.ended_at is None and row.begins_at <= at < row.ends_at,
        mine=row.giver_id == actor.pk,
        theirs=row.delegate_id == actor.pk,
        ended_at=ended_at,
        why_ended=_why_ended(row) if ended_at else "",
    )


def _why_ended(row: Cover) -> str:
    if row.ended_at is None:
        return _("Its last day is over")
    if row.ended_by is None:
        return _("One of the two has left, or has the role no more")
    return _("Ended by %(name)s") % {"name": row.ended_by.display_name}


# What is told of them -----------------------------------------------------------------------------
def untold(*, at: datetime) -> list[tuple[Cover, str]]:
    """Covers of which something is to be told that was not yet, and what: that one `ending` soon,
    is `over`, or was `ended` because somebody left. One query."""
    rows = Cover.objects.filter(Q(ended_at=None) | Q(ended_by=None), ends_at__gt=at - LATELY)
    told = {
        what: Exists(
            InboxItem.objects.filter(
                Q(user=OuterRef("giver")) | Q(user=OuterRef("delegate")),
                once=Concat(Value("cover:"), Cast(OuterRef("pk"), CharField()), Value(f":{what}")),
            )
        )
        for what in ("ending", "over", "ended")
    }
    found = []
    for row in rows.annotate(**told).select_related("giver", "delegate", "authority"):
        what = _to_tell(row, at)
        if what and not getattr(row, what):
            found.append((row, what))
    return found


def _to_tell(row: Cover, at: datetime) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.ends_at <= at:
        return "over"
    soon = timedelta(days=load_profile(row.authority.profile).cover.reminder_days)
    return "ending" if row.begins_at <= at and row.ends_at - at <= soon else ""


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
