"""Reading a list of cases in the order shown, at a cost that does not grow with the archive.

A list is read in two steps: the ids of one page from the rows of `cases.models.listing`, by an
index that holds them in the order asked for, then the cases of these ids through
`Case.objects.visible_to`, which decides. Each part of an order (a shelf, a stage) is one range of
the index; the ranges are merged.

An order with one filter is read exactly. Filters that no index holds together are looked for in a
window: the next `WINDOW` cases in the order. The page says so, and the next page goes on from
where the window ended, so that turning pages finds everything.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy

from cases.access import NOT_EXCLUDED, Shelves, shelves_of
from cases.models import Case, listing
from cases.rights import CaseRight
from cases.selectors.keyset import PAGE_SIZE, Place, Rows
from nrm.accounts.models import User

WINDOW = 500
# Counts beside a view stop here: an exact count over everything somebody may see costs more than
# the page, and nobody acts on the difference between 501 and 600.
COUNTED_TO = 500

MINE, TEAM, UNASSIGNED, CLOSED = "mine", "team", "unassigned", "closed"

# Orders: by name, the column of the rows, and whether the latest comes first.
DUE, RECEIVED, STAGE = "due", "received", "stage"
_COLUMN = {DUE: "due", RECEIVED: "opened", STAGE: "since"}
_LATEST_FIRST = {RECEIVED}

OVERDUE, DUE_NOW, WEEK_AHEAD, LATER, PAUSED = "overdue", "due_now", "week", "later", "paused"
URGENCIES = {
    OVERDUE: _lazy("Overdue"),
    DUE_NOW: _lazy("Due today or tomorrow"),
    WEEK_AHEAD: _lazy("Due in 7 days"),
    LATER: _lazy("Not due"),
    PAUSED: _lazy("Paused"),
}
WEEK = 7
# How long ago something began, in whole days, from and to; None: without end.
BANDS: dict[str, tuple[int, int | None]] = {
    "week": (0, 7),
    "month": (8, 30),
    "quarter": (31, 90),
    "half": (91, 180),
    "longer": (181, None),
}
BAND_WORDS = {
    "week": _lazy("Up to 7 days"),
    "month": _lazy("8 to 30 days"),
    "quarter": _lazy("31 to 90 days"),
    "half": _lazy("91 to 180 days"),
    "longer": _lazy("More than 180 days"),
}
# How the rows write that no date runs, and that it is paused.
_NO_DATE = datetime(9999, 12, 30, tzinfo=UTC)
_HELD = datetime(9999, 12, 31, tzinfo=UTC)
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks of a list of cases."""

    view: str = TEAM
    urgency: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    child: bool = False
    caseworker: UUID | None = None
    kind: str = ""
    due_before: datetime | None = None
    waited: str = ""  # a band: how long it has been at its stage
    received: str = ""  # a band: how long ago it was received
    order: str = DUE
    in_review: bool = False  # only those of which a decision waits for a second person

    def query(self) -> dict[str, Any]:
        """As it stands in the address of the work list, and in a saved view."""
        asked = {
            "view": self.view,
            "urgency": sorted(self.urgency),
            "stage": sorted(self.stages),
            "child": ["1"] if self.child else [],
            "caseworker": str(self.caseworker or ""),
            "waited": self.waited,
            "received": self.received,
            "sort": self.order if self.order != DUE else "",
        }
        return {name: value for name, value in asked.items() if value}

    @classmethod
    def of_query(cls, asked: Mapping[str, Any]) -> "Wanted":
        """Reads what `query` wrote."""
        worker = asked.get("caseworker")
        return cls(
            view=asked.get("view", TEAM),
            urgency=frozenset(asked.get("urgency", ())) & frozenset(URGENCIES),
            stages=frozenset(asked.get("stage", ())),
            child=bool(asked.get("child")),
            caseworker=UUID(worker) if worker else None,
            waited=asked.get("waited", ""),
            received=asked.get("received", ""),
            order=asked.get("sort", DUE),
        )

    @property
    def sorted_by(self) -> str:
        """The order that the list has: closed cases have no date to meet, and come as received."""
        return RECEIVED if self.view == CLOSED else self.order

    @property
    def narrowed(self) -> bool:
        return bool(
            self.urgency
            or self.stages
            or self.child
            or self.caseworker
            or self.kind
            or self.due_before
            or self.waited
            or self.received
        )


@dataclass(frozen=True, slots=True)
class Found(Rows):
    """One page of a list. `looked_at` is how many cases it was looked for in where that is a
    window, else 0; `more` says that the window was not the end."""

    looked_at: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A number that stops at the most that is counted."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.more else str(self.number)


# What is asked, as ranges of an index -------------------------------------------------------------
# A case from which the reader is kept stands on the shelves of their groups all the same. It is
# left out here, before anything is counted, so that neither a page nor a number tells of it.
SEEN = NOT_EXCLUDED.format(case="l.case_id", actor="%(actor)s")


@dataclass(frozen=True, slots=True)
class _Plan:
    """`key` is the column, after the shelf, of the index that is read, and `keys` its values;
    `ranges` are of what it is ordered by; `rest` is what the index does not hold, as SQL."""

    actor: UUID
    shelves: tuple[int, ...]
    column: str
    down: bool
    key: str
    keys: tuple[Any, ...]
    open: bool
    ranges: tuple[tuple[datetime, datetime], ...] = ()
    rest: tuple[str, ...] = ()
    values: tuple[tuple[str, Any], ...] = ()

    @property
    def exact(self) -> bool:
        return not self.rest


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _ranges(wanted: Wanted, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of the order by date in which what is wanted lies, the earliest first."""
    if not wanted.urgency and wanted.due_before is None:
        return ()
    today = timezone.localdate(at)
    tomorrow, week = end_of(today + timedelta(days=1)), end_of(today + timedelta(days=WEEK))
    parts = {
        OVERDUE: (_FIRST, at),
        DUE_NOW: (at, tomorrow),
        WEEK_AHEAD: (tomorrow, week),
        LATER: (week, _HELD),
        PAUSED: (_HELD, _LAST),
    }
    found = [parts[code] for code in parts if code in wanted.urgency] or [(_FIRST, _LAST)]
    if wanted.due_before is not None:
        found = [(low, min(high, wanted.due_before)) for low, high in found]
    return tuple((low, high) for low, high in found if low < high) or ((_FIRST, _FIRST),)


def band_begins(code: str, at: datetime) -> tuple[datetime, datetime]:
    """From when until when something began that is in this band now: whole days where we are, so
    that a number and the list behind it are the same all day."""
    first, last = BANDS[code]
    today = timezone.localdate(at)
    end = _LAST if first == 0 else end_of(today - timedelta(days=first))
    start = _FIRST if last is None else end_of(today - timedelta(days=last + 1))
    return start, end


def _states(wanted: Wanted) -> tuple[int, ...]:
    first = listing.CLOSED if wanted.view == CLOSED else 0
    return tuple(
        first + bits
        for bits in range(listing.CLOSED)
        if not (wanted.child and not bits & listing.CHILD)
        and not (wanted.view == UNASSIGNED and not bits & listing.UNASSIGNED)
    )


def _plan(shelves: Shelves, wanted: Wanted, at: datetime) -> _Plan:
    order = wanted.sorted_by
    states = _states(wanted)
    of = {
        "actor": shelves.actor,
        "shelves": shelves.own if wanted.view == MINE else shelves.all,
        "column": _COLUMN[order],
        "down": order in _LATEST_FIRST,
        "open": wanted.view != CLOSED,
    }
    rest: list[str] = []
    values: dict[str, Any] = {}
    if wanted.in_review:
        of |= {"key": "in_review", "keys": (True,)}
    elif of["open"] and wanted.caseworker and wanted.view != UNASSIGNED:
        of |= {"key": "caseworker", "keys": (wanted.caseworker,)}
    elif of["open"] and wanted.stages:
        of |= {"key": "stage", "keys": tuple(sorted(wanted.stages))}
    else:
        of |= {"key": "state", "keys": states}
    if wanted.caseworker and of["key"] != "caseworker":
        rest.append("l.caseworker = %(caseworker)s")
        values["caseworker"] = wanted.caseworker
    if wanted.stages and of["key"] != "stage":
        rest.append("l.stage = ANY(%(stages)s)")
        values["stages"] = sorted(wanted.stages)
    if of["key"] not in ("state", "in_review") and len(states) < listing.CLOSED:
        rest.append("l.state = ANY(%(states)s)")
        values["states"] = list(states)
    stretches = {
        "due": _ranges(wanted, at),
        "opened": (band_begins(wanted.received, at),) if wanted.received else (),
        "since": (band_begins(wanted.waited, at),) if wanted.waited else (),
    }
    for column, ranges in stretches.items():
        if ranges and column == of["column"]:
            of["ranges"] = ranges
        elif ranges:
            either = []
            for number, (low, high) in enumerate(ranges):
                name = f"{column}{number}"
                either.append(f"l.{column} >= %({name}from)s AND l.{column} < %({name}to)s")
                values |= {f"{name}from": low, f"{name}to": high}
            rest.append(f"({' OR '.join(either)})")
    if wanted.kind:
        rest.append(
            "EXISTS (SELECT FROM cases_case c WHERE c.id = l.case_id AND c.kind = %(kind)s)"
        )
        values["kind"] = wanted.kind
    return _Plan(rest=tuple(rest), values=tuple(values.items()), **of)


_TYPES = {
    "state": "smallint",
    "stage": "varchar",
    "caseworker": "uuid",
    "in_review": "boolean",
}


_UNNEST = "unnest(%(shelves)s::bigint[])"
# By whether only one's own are asked for.
_FILLED = {True: "(SELECT shelf FROM filled WHERE own)", False: "(SELECT shelf FROM filled)"}


def _statement(
    plan: _Plan,
    *,
    place: Place | None,
    back: bool,
    size: int,
    ordered: bool = True,
    shelves: str = _UNNEST,
) -> tuple[str, dict[str, Any]]:
    """SQL for the first `size` rows of a plan beyond a place, and its values: moment, case_id and,
    where there is a rest, whether the row fits it. Every constant that chooses an index stands in
    the text. `shelves` is what the shelves are read from."""
    column = plan.column
    down = plan.down != back
    values: dict[str, Any] = {
        "actor": plan.actor,
        "shelves": list(plan.shelves),
        "keys": list(plan.keys),
        **dict(plan.values),
    }
    of = f"FROM {shelves} AS s (shelf), unnest(%(keys)s::{_TYPES[plan.key]}[]) AS k (key)"
    conditions = [
        "l.shelf = s.shelf",
        "l.in_review" if plan.key == "in_review" else f"l.{plan.key} = k.key",
        "(l.ends_at IS NULL OR l.ends_at > now())",
        SEEN,
    ]
    if plan.open:
        conditions.append(f"l.state < {listing.CLOSED}")
    if plan.ranges:
        of += ", unnest(%(lows)s::timestamptz[], %(highs)s::timestamptz[]) AS r (low, high)"
        conditions += [f"l.{column} >= r.low", f"l.{column} < r.high"]
        values["lows"] = [low for low, _high in plan.ranges]
        values["highs"] = [high for _low, high in plan.ranges]
    if place is not None:
        conditions.append(f"(l.{column}, l.case_id) {'<' if down else '>'} (%(moment)s, %(id)s)")
        values |= {"moment": place.moment, "id": place.id}
    fits = " AND ".join(plan.rest) or "true"
    way = "DESC" if down else "ASC"
    # Also where only a count is wanted: the order is what makes it stop at the limit. Without it
    # every row of a shelf may be looked up first.
    order = f"ORDER BY l.{column} {way}, l.case_id {way}"
    outer = f"ORDER BY 1 {way}, 2 {way}" if ordered else ""
    distinct = "DISTINCT " if ordered else ""
    return (
        f"SELECT {distinct}x.moment, x.case_id, x.fits {of} CROSS JOIN LATERAL ("
        f"SELECT l.{column} AS moment, l.case_id, {fits} AS fits FROM cases_listedcase l"
        f" WHERE {' AND '.join(conditions)} {order} LIMIT {size:d}) AS x {outer} LIMIT {size:d}",
        values,
    )


# Reading ------------------------------------------------------------------------------------------
def page_of_ids(
    actor: User,
    right: CaseRight,
    wanted: Wanted,
    *,
    at: datetime,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Found:
    """The ids of one page, in order. One query; none for whoever has no list at all."""
    plan = _plan(shelves_of(actor, right), wanted, at)
    if not plan.shelves or not plan.keys:
        return Found()
    start = Place.parse(after) if after else None
    end = Place.parse(before) if before and start is None else None
    back = end is not None
    reach = size if plan.exact else max(WINDOW, size)
    sql, values = _statement(plan, place=start or end, back=back, size=reach + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    beyond = len(rows) > reach
    seen = rows[:reach]
    fitting = [row for row in seen if row[2]]
    chosen = fitting[:size]
    full = len(fitting) > size
    if not chosen and not beyond:
        return Found(looked_at=0 if plan.exact else len(seen))
    # A page that is not full because the window ended goes on from the window's end.
    last = chosen[-1] if full or plan.exact else seen[-1]
    first_place, last_place = _place((chosen or seen)[0]), _place(last)
    more = full or beyond
    if back:
        chosen.reverse()
        return Found(
            rows=[row[1] for row in chosen],
            before=last_place if more else "",
            after=first_place,
            looked_at=0 if plan.exact else len(seen),
            more=beyond and not full,
        )
    return Found(
        rows=[row[1] for row in chosen],
        before=first_place if start is not None else "",
        after=last_place if more else "",
        looked_at=0 if plan.exact else len(seen),
        more=beyond and not full,
    )


def holds(actor: User, right: CaseRight, wanted: Wanted, pk: UUID, *, at: datetime) -> bool:
    """Whether the list holds this case. One query, by the case."""
    plan = _plan(shelves_of(actor, right), wanted, at)
    values: dict[str, Any] = {
        **dict(plan.values),
        "case": pk,
        "actor": actor.pk,
        "shelves": list(plan.shelves),
        "keys": list(plan.keys),
    }
    conditions = [
        "l.case_id = %(case)s",
        "l.shelf = ANY(%(shelves)s)",
        f"l.{plan.key} = ANY(%(keys)s::{_TYPES[plan.key]}[])",
        "(l.ends_at IS NULL OR l.ends_at > now())",
        SEEN,
        *plan.rest,
    ]
    if plan.open:
        conditions.append(f"l.state < {listing.CLOSED}")
    if plan.ranges:
        within = []
        for number, (low, high) in enumerate(plan.ranges):
            within.append(
                f"l.{plan.column} >= %(from{number})s AND l.{plan.column} < %(to{number})s"
            )
            values |= {f"from{number}": low, f"to{number}": high}
        conditions.append(f"({' OR '.join(within)})")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM cases_listedcase l WHERE {' AND '.join(conditions)})",
            values,
        )
        return bool(cursor.fetchone()[0])


def _place(row: Sequence[Any]) -> str:
    return str(Place(row[0], row[1]))


def page_of_cases(
    actor: User,
    right: CaseRight,
    wanted: Wanted,
    cases: QuerySet[Case],
    *,
    at: datetime,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Found:
    """One page of cases: those of `cases` (which says what to fetch with them) in the order of the
    list, as far as the actor sees them. Two queries."""
    found = page_of_ids(actor, right, wanted, at=at, after=after, before=before, size=size)
    if not found.rows:
        return found
    return replace(found, rows=in_order(actor, right, cases, found.rows))


def in_order(
    actor: User, right: CaseRight, cases: QuerySet[Case], ids: Sequence[UUID]
) -> list[Case]:
    """The cases of these ids, in this order, that the actor sees. One query. Where `cases` brings
    the `caseworker_name`, the caseworker is known by it."""
    visible = cases.visible_to(actor, right)  # type: ignore[attr-defined]
    by_id = {case.pk: case for case in visible.filter(pk__in=ids).order_by()}
    people: dict[UUID | None, User] = {}
    for case in by_id.values():
        if name := getattr(case, "caseworker_name", None):
            if case.caseworker_id not in people:
                people[case.caseworker_id] = User(pk=case.caseworker_id, display_name=name)
            case.caseworker = people[case.caseworker_id]
    return [by_id[pk] for pk in ids if pk in by_id]


def numbers(
    actor: User,
    right: CaseRight,
    asked: Mapping[str, Wanted],
    *,
    at: datetime,
    to: int = 0,
    stages: Iterable[str] = (),
    of_view: str = TEAM,
) -> tuple[dict[str, Count], set[str]]:
    """How many cases each of these lists holds, and at which of these stages the view has an open
    case. A list is counted to `to`, else to `COUNTED_TO`; of filters that are looked for in a
    window, what fits in the first window is counted. One query."""
    found = dict.fromkeys(asked, Count(0))
    at_stages: set[str] = set()
    shelves = shelves_of(actor, right)
    names = list(asked)
    parts: list[str] = []
    # Most shelves of most people are empty: that is found out once, and not by every count.
    values: list[Any] = [list(shelves.all), [shelf in shelves.own for shelf in shelves.all]]
    reach: dict[str, int] = {}
    for number, (name, wanted) in enumerate(asked.items()):
        plan = _plan(shelves, wanted, at)
        if not plan.shelves or not plan.keys:
            continue
        reach[name] = (to or COUNTED_TO) if plan.exact else WINDOW
        # A few cases stand on the shelf of a group and on one of the person's too. Where they are
        # many, the count stops sooner, and says so.
        size = reach[name] * 6 // 5 + 1 if plan.exact else WINDOW + 1
        sql, of = _positional(
            *_statement(
                plan,
                place=None,
                back=False,
                size=size,
                ordered=not plan.exact,
                shelves=_FILLED[wanted.view == MINE],
            )
        )
        parts.append(
            f"(SELECT {number}, '', count(DISTINCT case_id) FILTER (WHERE fits),"
            f" count(DISTINCT case_id), count(*) = {size} FROM ({sql}) AS counted)"
        )
        values += of
    if codes := list(stages):
        sql, of = _positional(
            "(SELECT -1, k.key, 1, 1, false FROM unnest(%(codes)s::varchar[]) AS k (key)"
            f" WHERE EXISTS (SELECT FROM {_FILLED[of_view == MINE]} AS s (shelf)"
            " CROSS JOIN LATERAL (SELECT FROM cases_listedcase l"
            " WHERE l.shelf = s.shelf AND l.stage = k.key"
            f" AND l.state < {listing.CLOSED} AND (l.ends_at IS NULL OR l.ends_at > now())"
            f" AND {SEEN} ORDER BY l.due, l.case_id LIMIT 1) AS one))",
            {"codes": codes, "actor": actor.pk},
        )
        parts.append(sql)
        values += of
    if not parts or not shelves.all:
        return found, at_stages
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH filled AS MATERIALIZED (SELECT s.shelf, s.own"
            " FROM unnest(%s::bigint[], %s::boolean[]) AS s (shelf, own)"
            " WHERE EXISTS (SELECT FROM cases_listedcase l WHERE l.shelf = s.shelf)) "
            + " UNION ALL ".join(parts),
            values,
        )
        rows = cursor.fetchall()
    for number, stage, fitting, looked_at, stopped in rows:
        if number < 0:
            at_stages.add(stage)
            continue
        limit = reach[names[number]]
        found[names[number]] = Count(min(fitting, limit), more=stopped or looked_at > limit)
    return found, at_stages


def some_ids(
    actor: User, right: CaseRight, wanted: Wanted, *, at: datetime, size: int
) -> RawSQL | None:
    """The first ids of a list, for a query to stand in; None where the actor has no list."""
    plan = _plan(shelves_of(actor, right), wanted, at)
    if not plan.shelves or not plan.keys:
        return None
    sql, values = _positional(*_statement(plan, place=None, back=False, size=size))
    return RawSQL(f"SELECT case_id FROM ({sql}) AS first_ones WHERE fits", values)  # noqa: S611


def _positional(sql: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The same statement with its values in their order, to stand within another."""
    order: list[Any] = []

    def place(match: re.Match[str]) -> str:
        order.append(values[match[1]])
        return "%s"

    return re.sub(r"%\((\w+)\)s", place, sql), order


def found_by_pseudonym(
    actor: User, right: CaseRight, text: str, cases: QuerySet[Case], *, size: int = PAGE_SIZE
) -> tuple[list[Case], bool]:
    """The cases, open or closed, whose pseudonym begins so, in alphabetical order, and whether
    there are more. Two queries."""
    begins = " ".join(text.lower().split())
    shelves = shelves_of(actor, right).all
    if not begins or "\x00" in begins or not shelves:
        return [], False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT x.pseudonym, x.case_id FROM unnest(%(shelves)s::bigint[]) AS s (shelf)"
            " CROSS JOIN LATERAL (SELECT l.pseudonym, l.case_id FROM cases_listedcase l"
            "  WHERE l.shelf = s.shelf AND l.pseudonym >= %(low)s AND l.pseudonym < %(high)s"
            f"  AND (l.ends_at IS NULL OR l.ends_at > now()) AND {SEEN}"
            f"  ORDER BY l.pseudonym, l.case_id LIMIT {size + 1:d}) AS x ORDER BY 1, 2"
            f" LIMIT {size + 1:d}",
            {
                "actor": actor.pk,
                "shelves": list(shelves),
                "low": begins,
                "high": begins + "\U0010ffff",
            },
        )
        ids = [pk for _pseudonym, pk in cursor.fetchall()]
    return in_order(actor, right, cases, ids[:size]), len(ids) > size
