"""How lists are read, asked of PostgreSQL itself: no statement of a list, in any order and with any
one filter, scans a table of cases or throws away more than ten rows for each that it keeps, for
somebody who sees twenty cases of thousands, most, or all. Seen on real plans of a filled and
analysed database, prepared as they are when people work: made for any values and kept; nothing is
switched off."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql
from psycopg.adapt import PyFormat, Transformer

from cases import rights
from cases.models import Case
from cases.rights import SEE_CASE
from cases.selectors import inbox, lists, near, referrals, reviews
from cases.selectors.cases import SHOWN_IN_LISTS, find, worklist
from cases.selectors.counts import open_cases
from cases.selectors.intake import intake_queue
from cases.selectors.lists import CLOSED, MINE, TEAM, UNASSIGNED, URGENCIES, Wanted
from nrm.accounts.models import User
from nrm.context import acting_as
from tests.performance.many import many_cases
from tests.world import World, build_world

MANY = 12_000
OF_CASES = ("cases_", "identities_")
ORDERS = (lists.DUE, lists.RECEIVED, lists.STAGE)


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    from tests.conftest import _empty_the_database

    with django_db_blocker.unblock():
        world = build_world("uk")
        many_cases(world, MANY, at=timezone.now())
        yield world
        connection.close()
        _empty_the_database()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def faults(plan: dict[str, Any]) -> list[str]:
    found = []
    for node in nodes(plan):
        table = node.get("Relation Name", "")
        of_cases = table.startswith(OF_CASES)
        if node["Node Type"] == "Seq Scan" and of_cases:
            found.append(f"scans {table}")
        kept = node["Actual Rows"] * node["Actual Loops"]
        gone = sum(
            node.get(f"Rows Removed by {what}", 0) * node["Actual Loops"]
            for what in ("Filter", "Index Recheck", "Join Filter")
        )
        if of_cases and gone > 10 * kept + 30:
            found.append(f"throws away {gone} rows of {table} for {kept}")
        read = _read_for_a_bitmap(node)
        if of_cases and read > 10 * kept + 30:
            found.append(f"looks up {read} rows of {table} for {kept}")
    return found


def _read_for_a_bitmap(node: dict[str, Any]) -> int:
    """The rows of the index that a bitmap was made of: all that fit, however few are wanted."""
    if node["Node Type"] != "Bitmap Heap Scan":
        return 0
    made = next(plan for plan in node["Plans"] if plan["Node Type"].startswith("Bitmap"))
    return int(made["Actual Rows"] * made["Actual Loops"])


class Watched:
    """Explains each statement before it runs."""

    def __init__(self) -> None:
        self.seen = 0
        self.faults: list[str] = []

    def __call__(self, execute: Any, text: str, params: Any, many: bool, context: Any) -> Any:
        if text.lstrip("( \n").startswith(("SELECT", "WITH")) and "cases_" in text:
            self.seen += 1
            self.faults += [f"{fault}: {text[:300]}" for fault in faults(kept_plan(text, params))]
        return execute(text, params, many, context)


def kept_plan(text: str, params: Any) -> dict[str, Any]:
    """What the plan did that the database keeps for this statement: psycopg prepares a statement
    when it comes again, with the types that it gives the values, and the roles of the application
    plan it once, for any values."""
    given = list(params.values() if isinstance(params, dict) else params or ())
    at_hand = Transformer(connection.connection)
    at_hand.dump_sequence(given, [PyFormat.AUTO] * len(given))
    places = [f"${n}" for n in range(1, len(given) + 1)]
    if isinstance(params, dict):
        numbered = text % dict(zip(params, places, strict=True))
    else:
        numbered = text % tuple(places) if places else text
    with connection.connection.cursor() as cursor:
        types = [_type(oid) if oid else "unknown" for oid in at_hand.types or ()]
        cursor.execute(
            sql.SQL("PREPARE looked_at {} AS {}").format(
                sql.SQL(f"({', '.join(types)})" if types else ""), sql.SQL(numbered)
            )
        )
        values = sql.SQL(", ").join(map(sql.Literal, given))
        told = cursor.execute(
            sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at {}").format(
                sql.SQL("({})").format(values) if given else sql.SQL("")
            )
        ).fetchone()[0]
        cursor.execute("DEALLOCATE looked_at")
    return (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]


@cache
def _type(oid: int) -> str:
    """What the database calls a type."""
    with connection.connection.cursor() as cursor:
        return str(cursor.execute("SELECT %s::oid::regtype::text", [oid]).fetchone()[0])


def watch(user: User, read: Any) -> Any:
    """Runs the reading as this user, and fails where one of its statements is at fault."""
    watched = Watched()
    with acting_as(user), connection.execute_wrapper(watched):
        answer = read()
    assert watched.seen
    assert watched.faults == []
    return answer


def single_filters(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "nothing", {}
    for code in URGENCIES:
        yield code, {"urgency": frozenset({code})}
    for stage in ("rg_pending", "nobody_is_here"):
        yield stage, {"stages": frozenset({stage})}
    yield "waited", {"waited": "week"}
    yield "received", {"received": "month"}
    yield "child", {"child": True}
    yield "caseworker", {"caseworker": world.caseworker.pk}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("who", "views"),
    [
        ("caseworker", (MINE, CLOSED)),
        ("caseworker2", (MINE, CLOSED)),
        ("supervisor", (TEAM, UNASSIGNED, MINE, CLOSED)),
    ],
)
def test_every_order_with_every_single_filter_is_read_by_an_index(crowd, who, views, order):
    at, user = timezone.now(), crowd.users[who]
    for view in views:
        for _name, only in single_filters(crowd):
            wanted = Wanted(view=view, order=order, **only)
            _lines, page = watch(user, lambda wanted=wanted: worklist(user, wanted, at=at))
            if page.after:
                after = page.after
                watch(user, lambda w=wanted, a=after: worklist(user, w, at=at, after=a))
                watch(user, lambda w=wanted, a=after: worklist(user, w, at=at, before=a))


@pytest.mark.parametrize("who", ["caseworker", "caseworker2", "supervisor"])
def test_every_list_holds_what_the_one_door_shows_and_nothing_else(crowd, who):
    """All pages of a list, put together, against the cases that `visible_to` gives, sorted and
    filtered in Python."""
    at, user = timezone.now(), crowd.users[who]
    with acting_as(user):
        visible = list(Case.objects.visible_to(user, SEE_CASE))
        own = set(user.caseusergrant_set.values_list("content_object", flat=True))
        for view in (MINE, TEAM, UNASSIGNED, CLOSED):
            for number, (name, only) in enumerate(single_filters(crowd)):
                wanted = Wanted(view=view, order=ORDERS[number % 3], **only)
                got: list[Any] = []
                after = ""
                while True:
                    page = lists.page_of_ids(user, SEE_CASE, wanted, at=at, after=after, size=2_000)
                    got += page.rows
                    if not (after := page.after):
                        break
                fits = [c for c in visible if _fits(c, wanted, own, at)]
                where = (view, name, wanted.order)
                assert len(got) == len(set(got)), where
                assert set(got) == {c.pk for c in fits}, where
                by_id = {c.pk: c for c in fits}
                keys = [_key(by_id[pk], wanted) for pk in got]
                assert keys == sorted(keys), where


def _fits(case: Case, wanted: Wanted, own: set[Any], at: Any) -> bool:
    today = timezone.localdate(at)
    due = case.next_due_at
    days = (timezone.localdate(due) - today).days if due else None
    urgency = (
        ("paused" if case.closed_at is None else "later")
        if due is None
        else "overdue"
        if due < at
        else "due_now"
        if days <= 1
        else "week"
        if days <= 7
        else "later"
    )
    return (
        (case.closed_at is not None) == (wanted.view == CLOSED)
        and (wanted.view != MINE or (case.pk in own and case.caseworker_id is not None))
        and (wanted.view != UNASSIGNED or case.caseworker_id is None)
        and (not wanted.urgency or urgency in wanted.urgency)
        and (not wanted.stages or case.stage in wanted.stages)
        and (not wanted.waited or _in_band(case.stage_since, wanted.waited, today))
        and (not wanted.received or _in_band(case.opened_at, wanted.received, today))
        and (not wanted.child or case.age_status != "adult")
        and (not wanted.caseworker or case.caseworker_id == wanted.caseworker)
    )


def _in_band(moment: Any, band: str, today: Any) -> bool:
    first, last = lists.BANDS[band]
    days = (today - timezone.localdate(moment)).days
    return days >= first and (last is None or days <= last)


def _key(case: Case, wanted: Wanted) -> Any:
    if wanted.sorted_by == lists.RECEIVED:
        return -case.opened_at.timestamp()
    if wanted.sorted_by == lists.STAGE:
        return case.stage_since.timestamp()
    return case.next_due_at.timestamp() if case.next_due_at else float("inf")


def test_counts_and_finding_are_read_by_an_index(crowd):
    at = timezone.now()
    for who in ("caseworker", "caseworker2", "supervisor"):
        user = crowd.users[who]
        asked = {name: Wanted(**only) for name, only in single_filters(crowd)}
        counts, stages = watch(
            user,
            lambda u=user, a=asked: lists.numbers(u, SEE_CASE, a, at=at, stages=["rg_pending"]),
        )
        assert stages == {"rg_pending"}
        assert counts["nobody_is_here"].number == 0
        watch(user, lambda u=user: find(u, "grey he"))
        watch(user, lambda u=user: find(u, "no such"))
    assert str(counts["nothing"]) == "500+"


def test_counts_of_open_cases_are_read_by_an_index_and_are_those_of_the_one_door(crowd):
    at, user = timezone.now(), crowd.supervisor
    found = watch(user, lambda: open_cases(user, SEE_CASE, at=at))
    with acting_as(user):
        running = Case.objects.visible_to(user, SEE_CASE).filter(closed_at=None)
        assert found.all.cases == running.count() > 0
        assert found.all.overdue == running.filter(next_due_at__lt=at).count()
        for stage, bands in found.stages.items():
            assert sum(one.cases for one in bands.values()) == running.filter(stage=stage).count()


def test_a_combination_reads_a_window_and_turning_pages_finds_everything(crowd):
    at, user = timezone.now(), crowd.supervisor
    wanted = Wanted(child=True, stages=frozenset({"rg_pending"}), order=lists.RECEIVED)
    found: list[Any] = []
    after, pages = "", 0
    with acting_as(user):
        while True:
            page = lists.page_of_ids(user, SEE_CASE, wanted, at=at, after=after)
            assert 0 < page.looked_at <= lists.WINDOW
            found += page.rows
            pages += 1
            if not (after := page.after):
                break
        expected = Case.objects.visible_to(user, SEE_CASE).filter(
            closed_at=None, stage="rg_pending", age_status="child"
        )
        assert set(found) == set(expected.values_list("pk", flat=True))
    assert pages > 1


@pytest.mark.parametrize(
    ("who", "read"),
    [
        ("intake", lambda user, at: intake_queue(user, at=at)),
        ("supervisor", lambda user, at: intake_queue(user, at=at)),
        ("provider", lambda user, at: near.near_cases(user, at=at)),
        ("supervisor", lambda user, at: reviews.review_queue(user, at=at)),
        ("supervisor", lambda user, at: reviews.waiting_for(user)),
        ("responder", lambda user, at: referrals.sent_referrals(user, at=at)),
        ("caseworker2", lambda user, at: inbox.inbox(user)),
        ("caseworker2", lambda user, at: inbox.inbox(user, unread_only=True)),
        ("caseworker2", lambda user, at: inbox.unread(user)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_other_list_is_read_by_an_index(crowd, who, read):
    at, user = timezone.now(), crowd.users[who]
    answer = watch(user, lambda: read(user, at))
    assert answer
    rows = answer[0] if isinstance(answer, tuple) else [answer]
    assert rows


def test_the_cases_of_a_page_are_asked_for_through_the_one_door(crowd):
    """A row that were wrong shows nothing: what the page shows is what `visible_to` gives."""
    user = crowd.users["other_caseworker"]
    with acting_as(crowd.supervisor):
        some = list(Case.objects.values_list("pk", flat=True)[:50])
    with acting_as(user):
        assert lists.in_order(user, SEE_CASE, SHOWN_IN_LISTS, some) == []
    with acting_as(crowd.supervisor):
        assert lists.in_order(crowd.supervisor, rights.SEE_CASE, SHOWN_IN_LISTS, some)


def test_the_plans_looked_at_are_those_made_for_any_values(crowd):
    with acting_as(crowd.supervisor), connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)
        plan = kept_plan("SELECT reference FROM cases_case WHERE reference = %s", ["many7"])
    assert "$1" in json.dumps(plan)


def test_a_plan_at_fault_is_told():
    """The watch itself: a scan, and rows thrown away."""
    assert faults(
        {
            "Node Type": "Seq Scan",
            "Relation Name": "cases_case",
            "Actual Rows": 1,
            "Actual Loops": 1,
        }
    )
    few = {
        "Node Type": "Index Scan",
        "Relation Name": "cases_case",
        "Actual Rows": 2,
        "Actual Loops": 1,
    }
    assert faults({**few, "Rows Removed by Filter": 51})
    assert not faults({**few, "Rows Removed by Filter": 49})
