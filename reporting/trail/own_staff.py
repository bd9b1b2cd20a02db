"""What is unusual in how the staff of an authority looked at its cases, for its supervisors: with
names, and with the references of cases that they see. The lists are those of the auditors; what
stands in them is counted anew over the cases that the supervisor sees, so that a sealed case of
which they know nothing is not told by a number either.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.generic import View

from cases import words
from cases.models import Case, CaseUserGrant
from cases.rights import SEE_ACCESS
from nrm.accounts.models import User
from nrm.accounts.rights import SEE_OWN_STAFF
from nrm.accounts.roles import Role
from nrm.audit import writer
from nrm.audit.codes import ANOMALY, Codes
from nrm.audit.models import Event
from nrm.profiles import load_profile
from reporting.models import Anomaly, AnomalyKind, Watched
from reporting.trail.watch import FARTHEST, why

DAYS = timedelta(days=92)
PAGE = 25
_READ_ON = 8  # so many pages of rows are read at most for one page of what may be told
_EVENTS = 5000  # of the days of these that are read; the newest, where there are more


@dataclass(frozen=True, slots=True)
class OfStaff:
    """One person, one day: why it is shown, and the cases that it was about."""

    id: UUID
    person_id: UUID
    name: str
    kind: str
    title: str
    day: Any
    count: int
    why: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    local: datetime
    case: UUID
    look: bool
    refused: bool


def unusual_of_staff(
    supervisor: User, *, at: datetime, after: str = "", size: int = PAGE
) -> tuple[list[OfStaff], str]:
    """One page of what is unusual of the last months, the newest first, of staff of the
    supervisor's authority other than themselves, and where the next one begins: a code of the
    reader's own, since the row and its moment are also an auditor's; empty where nothing more is
    told. Four queries, and none but the first where there is nothing; as many again where much may
    not be told, and one for a page beside the first."""
    found: list[OfStaff] = []
    rows = _rows(supervisor, at)
    if after:
        last = rows.filter(pk=_codes(supervisor).id(ANOMALY, after)).first()
        rows = _beyond(rows, last) if last else rows
    for _chunk in range(_READ_ON):
        chunk = list(rows[: size + 1])
        found += _told_of(chunk, supervisor) if chunk else []
        if len(found) > size or len(chunk) <= size:
            break
        rows = _beyond(_rows(supervisor, at), chunk[-1])
    else:
        return found[:size], _codes(supervisor).of(ANOMALY, chunk[-1].pk)
    if len(found) <= size:
        return found, ""
    return found[:size], _codes(supervisor).of(ANOMALY, found[size - 1].id)


def _codes(reader: User) -> Codes:
    """By which places in the list are named to one reader."""
    return Codes(salted_hmac("nrm.own_staff", reader.pk.hex, algorithm="sha256").digest())


def _rows(supervisor: User, at: datetime) -> QuerySet[Anomaly]:
    staff = User.objects.filter(
        memberships__group__role_group__organisation__in=supervisor.organisations(Role.SUPERVISOR)
    ).exclude(pk=supervisor.pk)
    rows = Anomaly.objects.filter(actor_id__in=staff.values("pk"), last_at__gte=at - DAYS)
    return rows.order_by("-last_at", "-id")


def _beyond(rows: QuerySet[Anomaly], last: Anomaly) -> QuerySet[Anomaly]:
    older = Q(last_at__lt=last.last_at) | Q(pk__lt=last.pk)
    return rows.filter(older, last_at__lte=last.last_at)


def _told_of(rows: list[Anomaly], supervisor: User) -> list[OfStaff]:
    house = supervisor.organisations(Role.SUPERVISOR)[0]
    zone = load_profile(house.profile).calendar_for().zone
    looks = _looks(rows, zone)
    cases = {look.case for some in looks.values() for look in some}
    seen: dict[UUID, str] = dict(
        Case.objects.visible_to(supervisor, SEE_ACCESS)
        .filter(pk__in=cases)
        .values_list("pk", "reference")
    )
    given = set(
        CaseUserGrant.objects.filter(user__in=list(looks), content_object__in=list(seen))
        .exclude(reason="emergency")
        .values_list("user_id", "content_object_id")
    )
    names = dict(User.objects.filter(pk__in=list(looks)).values_list("pk", "display_name"))
    told = (_told(row, looks[row.actor_id], seen, given, names) for row in rows)
    return [one for one in told if one is not None]


def _looks(rows: list[Anomaly], zone: ZoneInfo) -> dict[UUID, list[_Look]]:
    """What these people did on these days, from the first to the morning after the last. A night
    counts for the day on which it began."""
    first = min(row.day for row in rows)
    last = max(row.day for row in rows) + timedelta(days=2)
    found: dict[UUID, list[_Look]] = defaultdict(list)
    looks = set(words.looks())
    events = Event.objects.filter(
        actor_id__in={row.actor_id for row in rows},
        case_id__isnull=False,
        at__gte=datetime.combine(first, time.min, zone),
        at__lt=datetime.combine(last, time.min, zone),
    )
    read = events.order_by("-id").values_list("actor_id", "verb", "case_id", "at", "refused")
    for actor, verb, case, moment, refused in read[:_EVENTS]:
        look = verb in looks or verb.endswith(".viewed")
        found[actor].append(_Look(moment.astimezone(zone), case, look, refused))
    for row in rows:
        found.setdefault(row.actor_id, [])
    return found


def _told(
    row: Anomaly,
    looks: list[_Look],
    seen: dict[UUID, str],
    given: set[tuple[UUID, UUID]],
    names: dict[UUID, str],
) -> OfStaff | None:
    """The row over the cases that are seen; None where these alone would not be unusual."""
    mine = [look for look in looks if look.case in seen]
    if row.kind == AnomalyKind.NIGHT:
        begins, ends = (int(hour.partition(":")[0]) for hour in row.hours.split("–"))
        about = [one for one in mine if _at_night(one, row, begins, ends)]
        count = len(about)
    else:
        today = [one for one in mine if one.local.date() == row.day]
        if row.kind == AnomalyKind.REFUSALS:
            about = [one for one in today if one.refused]
            count = len(about)
        else:
            about = [one for one in today if not one.refused]
            if row.kind == AnomalyKind.UNASSIGNED:
                worked = {one.case for one in about if not one.look}
                about = [
                    one
                    for one in about
                    if one.case not in worked and (row.actor_id, one.case) not in given
                ]
            else:
                about = [one for one in about if one.look]
            count = len({one.case for one in about})
    if count < row.figure:
        return None
    told = Anomaly(kind=row.kind, count=count, figure=row.figure, hours=row.hours)
    return OfStaff(
        id=row.pk,
        person_id=row.actor_id,
        name=names.get(row.actor_id, ""),
        kind=row.kind,
        title=str(row.get_kind_display()),
        day=row.day,
        count=count,
        why=why(told),
        cases=tuple(sorted({seen[one.case] for one in about})),
    )


def _at_night(one: _Look, row: Anomaly, begins: int, ends: int) -> bool:
    inside = (one.local.hour - begins) % 24 < (ends - begins) % 24
    night = (one.local.replace(tzinfo=None) - timedelta(hours=ends)).date()
    return one.look and not one.refused and inside and night == row.day


def read_by(supervisor: User, lines: list[OfStaff], *, at: datetime) -> None:
    """Writes that these were read."""
    people = sorted({str(line.person_id) for line in lines})
    writer.write("staff_unusual.viewed", at=at, actor_id=supervisor.pk, data={"people": people})


class UnusualOfStaffView(View):
    """What is unusual in how their own authority's staff looked at its cases."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        SEE_OWN_STAFF.check(user, None)
        at = timezone.now()
        after = request.GET.get("after", "")
        lines, more = unusual_of_staff(user, at=at, after=after)
        read_by(user, lines, at=at)
        return render(
            request,
            "reporting/own_staff.html",
            {
                "lines": lines,
                "watched": Watched.objects.first(),
                "days": FARTHEST.days,
                "previous_url": request.path if after else "",
                "next_url": f"{request.path}?after={more}" if more else "",
            },
        )
