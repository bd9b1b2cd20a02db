"""How many open cases somebody sees, and where they stand: exact, and each number that of a list
which the work list shows with the filters beside it.

Everything is counted in one pass over the rows of open cases (`cases.models.listing`) on the
shelves of the reader, so that neither closed cases nor those of others cost anything, and the
policy of these rows lets no other be counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from cases.access import shelves_of
from cases.models import listing
from cases.rights import CaseRight
from cases.selectors.lists import BANDS, SEEN, WEEK, band_begins, end_of
from nrm.accounts.models import User

# A case can stand on the shelf of a group and on one of the reader's own: it is one case.
_OPEN = f"""
WITH seen AS MATERIALIZED (
    SELECT DISTINCT ON (l.case_id) l.stage, l.state, l.caseworker, l.due,
        width_bucket(l.since, %(since)s::timestamptz[]) AS waited,
        width_bucket(l.opened, %(opened)s::timestamptz[]) AS received
    FROM unnest(%(shelves)s::bigint[]) AS s (shelf)
    JOIN cases_listedcase l ON l.shelf = s.shelf
    WHERE l.state < {listing.CLOSED} AND (l.ends_at IS NULL OR l.ends_at > now()) AND {SEEN}
)
SELECT grouping(stage, received, caseworker) AS which, stage, waited, received, caseworker,
    count(*), count(*) FILTER (WHERE due < %(at)s),
    count(*) FILTER (WHERE due >= %(at)s AND due < %(week)s),
    count(*) FILTER (WHERE state & {listing.CHILD} > 0),
    count(*) FILTER (WHERE state & {listing.UNASSIGNED} > 0),
    count(*) FILTER (WHERE due < %(at)s AND state & {listing.CHILD} > 0),
    count(*) FILTER (WHERE due < %(at)s AND state & {listing.UNASSIGNED} > 0)
FROM seen
GROUP BY GROUPING SETS ((stage, waited), (received), (caseworker), ())
"""
_BY_STAGE, _BY_RECEIVED, _BY_WORKER = 0b011, 0b101, 0b110


@dataclass(frozen=True, slots=True)
class Open:
    """Open cases of one kind: how many, and of them those overdue, those due within seven days,
    those treated as a child, those given to nobody, and the last two of the overdue ones."""

    cases: int = 0
    overdue: int = 0
    due_soon: int = 0
    children: int = 0
    unassigned: int = 0
    overdue_children: int = 0
    overdue_unassigned: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """`stages`: by stage, then by the band of how long they have been there; `received`: by the
    band of how long ago they were received; `workers`: by the caseworker."""

    all: Open = Open()
    stages: Mapping[str, Mapping[str, Open]] = field(default_factory=dict)
    received: Mapping[str, Open] = field(default_factory=dict)
    workers: Mapping[UUID, Open] = field(default_factory=dict)


def open_cases(actor: User, right: CaseRight, *, at: datetime) -> Counts:
    """The counts of the open cases that the actor sees with this right. One query; none for whoever
    has no list at all."""
    shelves = shelves_of(actor, right)
    if not shelves.all:
        return Counts()
    # The bands from the longest ago to the newest, and the moments that part them.
    oldest_first = list(reversed(BANDS))
    parted = [band_begins(code, at)[0] for code in oldest_first[1:]]
    week = end_of(timezone.localdate(at) + timedelta(days=WEEK))
    values: dict[str, Any] = {
        "shelves": list(shelves.all),
        "actor": actor.pk,
        "since": parted,
        "opened": parted,
        "at": at,
        "week": week,
    }
    everything = Open()
    stages: dict[str, dict[str, Open]] = {}
    received: dict[str, Open] = {}
    workers: dict[UUID, Open] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        for which, stage, waited, since, worker, *numbers in cursor.fetchall():
            found = Open(*numbers)
            if which == _BY_STAGE:
                stages.setdefault(stage, {})[oldest_first[waited]] = found
            elif which == _BY_RECEIVED:
                received[oldest_first[since]] = found
            elif which == _BY_WORKER:
                if worker is not None:
                    workers[worker] = found
            else:
                everything = found
    return Counts(everything, stages, received, workers)
