"""Who saw a case in a time, person by person, and what they did there."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import words
from cases.models import Case
from cases.selectors.timeline import Narrowed, names
from nrm.accounts.models import SYSTEM_ID
from nrm.audit.models import Event
from nrm.days import beginning_of, end_of

MOST = 5000  # events of the time that are read; the newest, where there are more
MONTHS = 36  # that can be chosen from

_LISTED = "SELECT person, verb, times, oldest, newest FROM cases_listed_to(%s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Looker:
    """One person who saw the case or was refused it: what they did in words with how often, when
    first and when last. `shown`: they were shown who the person is."""

    person_id: UUID | None
    name: str
    did: tuple[str, ...]
    shown: bool
    refused: bool
    first: datetime
    last: datetime


def who_looked(case: Case, period: Narrowed) -> tuple[list[Looker], bool]:
    """Everybody who saw or did something with the case in the period, or was refused it, whoever
    was last first, and whether there was more than is read. What lists and searches showed of it
    counts; what the system does by itself is left out. Three queries."""
    events = period.of(Event.objects.filter(case_id=case.pk)).exclude(actor_id=SYSTEM_ID)
    rows: list[Any] = list(
        events.order_by("-id").values_list("actor_id", "verb", "refused", "at")[: MOST + 1]
    )
    times: dict[UUID | None, Counter[tuple[str, bool]]] = {}
    spans: dict[UUID | None, list[datetime]] = {}
    for actor, verb, refused, at in rows[:MOST]:
        times.setdefault(actor, Counter())[verb, refused] += 1
        spans.setdefault(actor, []).append(at)
    for actor, verb, number, oldest, newest in _listed(case, period):
        times.setdefault(actor, Counter())[verb, False] += number
        spans.setdefault(actor, []).extend((oldest, newest))
    people = names(times)
    found = [
        Looker(
            person_id=actor,
            name=people.get(actor, _("somebody whose account is gone") if actor else _("nobody")),
            did=tuple(
                _times(verb, refused, number) for (verb, refused), number in did.most_common()
            ),
            shown=("identity.shown", False) in did,
            refused=any(refused for _verb, refused in did),
            first=min(spans[actor]),
            last=max(spans[actor]),
        )
        for actor, did in times.items()
    ]
    return sorted(found, key=lambda one: one.last, reverse=True), len(rows) > MOST


def _times(verb: str, refused: bool, number: int) -> str:
    title = str(words.telling_of(Event(verb=verb, refused=refused)).title)
    return _("%(what)s (%(times)d)") % {"what": title, "times": number}


def _listed(case: Case, period: Narrowed) -> list[Any]:
    first = beginning_of(period.first) if period.first else None
    ended = end_of(period.last) if period.last else None
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [case.pk, first, ended])
        return cursor.fetchall()


# Months ------------------------------------------------------------------------------------------
def months_since(opened: datetime, *, at: datetime) -> list[date]:
    """The first day of each month that can be asked about, the newest first."""
    day = timezone.localdate(at).replace(day=1)
    oldest = timezone.localdate(opened).replace(day=1)
    found = []
    while day >= oldest and len(found) < MONTHS:
        found.append(day)
        day = (day - timedelta(days=1)).replace(day=1)
    return found


def month_of(day: date) -> Narrowed:
    """The whole month in which the day lies."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Narrowed(first=first, last=following - timedelta(days=1))
