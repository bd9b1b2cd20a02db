"""What no test would notice, and whether contexts cross. Not part of the suite.

    make mutants                    each policy taken away, widened or loosened, one at a time
    make mutants ONLY=cases_note    those of one table, or of several with commas between them
    python -m tests.second_lock branches    each branch of cases/access.py and cases/rights.py
    python -m tests.second_lock crossings   10,000 requests of 20 people over 2 connections

Each policy is dropped, and put back open to all; each of its conditions is left out; each set of
nearness and role is widened to all; and each table is left without its policies. After each of
these the raw SQL of the suite (tests.second_lock.asking and .identity) asks about the tables that
it concerns. Where nothing is noticed, the mutant has survived: exit 1 where more than one in twenty
does, or one of identities.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.second_lock.equivalent import reason

MOST_SURVIVE = 0.05


@dataclass(frozen=True)
class Mutant:
    """One change of one table's policies: what is done, and what undoes it."""

    table: str
    what: str
    do: tuple[str, ...]
    undo: tuple[str, ...]

    @property
    def of_identities(self) -> bool:
        return self.table.startswith("identities_")


def _create(there: dict[str, Any], *, using: str, check: str) -> str:
    made = (
        f"CREATE POLICY {there['name']} ON {there['table']} AS {there['kind']}"
        f" FOR {there['command']} TO {there['roles']}"
    )
    return (
        made + (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
    )


def _there(cursor: Any) -> list[dict[str, Any]]:
    """Every policy in place that is for people or jobs, as the database says it."""
    cursor.execute(
        "SELECT tablename, policyname, permissive, cmd, array_to_string(roles, ', '),"
        " coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies WHERE schemaname = 'public'"
        " AND NOT roles <@ '{nrm_keys}' ORDER BY 1, 2"
    )
    names = ("table", "name", "kind", "command", "roles", "using", "check")
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_BETWEEN = re.compile(r" (AND|OR|WHERE|OFFSET) ")


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """What stands between AND, OR and WHERE, at every depth: where, and what leaves it out."""
    cuts: list[tuple[int, int, str]] = []
    depth, opened, groups = 0, 0, []
    position = start
    while position < end:
        sign = text[position]
        if sign == "'":
            position = text.index("'", position + 1)
        elif sign == "(":
            if depth == 0:
                opened = position + 1
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                groups.append((opened, position))
        elif depth == 0 and (found := _BETWEEN.match(text, position, end)):
            cuts.append((position, found.end(), found.group(1)))
            position = found.end() - 1
        position += 1
    edges = [(start, start, ""), *cuts, (end, end, "")]
    for (_s, begins, before), (ends, _e, after) in zip(edges, edges[1:], strict=False):
        if before == "OFFSET" or after == "WHERE" or not {before, after} & {"AND", "OR", "WHERE"}:
            continue
        yield begins, ends, "false" if "OR" in (before, after) else "true"
    for first, last in groups:
        yield from _pieces(text, first, last)


def _parts(condition: str) -> Iterator[tuple[str, str]]:
    """The condition with one part left out, for each that stands in it, and with each set of
    nearness and role widened; and what was changed."""
    condition = " ".join(condition.split())
    for first, last, instead in _pieces(condition, 0, len(condition)):
        text = condition[first:last]
        if "nrm_groups()" in text and "cases_groups" not in text:
            continue  # for the index; what follows says the same and more
        yield f"{condition[:first]}{instead}{condition[last:]}", f"without {text[:90]}"
    for found in re.finditer(r"'\{[a-z_:,]+\}'::text\[\]", condition):
        wide = _EVERY_PAIR if ":" in found.group(0) else _EVERY_ROLE
        if sorted(found.group(0)) != sorted(wide):
            text = condition[: found.start()] + wide + condition[found.end() :]
            yield text, f"{found.group(0)[:60]} widened"


_EVERY_PAIR = _EVERY_ROLE = ""


def mutants(cursor: Any) -> Iterator[Mutant]:
    tables: set[str] = set()
    for one in _there(cursor):
        table, name = one["table"], one["name"]
        back = _create(one, using=one["using"], check=one["check"])
        drop = f"DROP POLICY {name} ON {table}"
        yield Mutant(table, f"{name} dropped", (drop,), (back,))
        if table not in tables:
            tables.add(table)
            yield Mutant(
                table,
                "left without policies",
                (f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",),
                (f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",),
            )
        for side in ("using", "check"):
            if not one[side] or one["roles"] == "nrm_owner":
                continue
            # An update's condition before and after are one and the same, and change together.
            variants = {"true": f"{name} open to all ({side})"}
            for text, said in _parts(one[side]):
                variants.setdefault(text, f"{name}, {side}: {said}")
            for text, said in variants.items():
                changed = {"using": one["using"], "check": one["check"], side: text}
                if one["command"] == "UPDATE" and one["check"] == one["using"]:
                    if side == "check":
                        continue
                    changed["check"] = text
                yield Mutant(table, said, (drop, _create(one, **changed)), (drop, back))


# What is asked after a change to a table: itself, and what is looked up through it.
_THROUGH = {
    "screening_screening": (
        "screening_screening",
        "screening_evidence",
        "screening_contradiction",
        "screening_indicatorfinding",
    ),
    "screening_evidence": ("screening_evidence", "screening_earlierevidence"),
    "screening_indicatorfinding": (
        "screening_indicatorfinding",
        "screening_indicatorfinding_evidence",
    ),
    "cases_document": ("cases_document", "cases_documentpart"),
    "cases_draft": ("cases_draft", "identities_person"),
    "cases_case": ("cases_case", "cases_referral", "identities_person"),
    "cases_casegroupgrant": ("cases_casegroupgrant", "cases_case", "cases_deadline"),
    "cases_caseusergrant": ("cases_caseusergrant", "cases_case"),
    "cases_listedcase": ("cases_listedcase", "cases_note"),
}


# What tests.second_lock.identity asks about.
_BY_IDENTITIES = (
    "identities_fact",
    "identities_disclosure",
    "identities_token",
    "identities_search",
    "identities_likeness",
)


class Bench:
    """The scene, the questions, and the owner's hand that changes a policy and changes it back."""

    def __init__(self) -> None:
        from tests.second_lock.addresses import Addresses
        from tests.second_lock.asking import Asking
        from tests.second_lock.identity import Identities
        from tests.second_lock.scene import build, case_of

        scene = build()
        self.world = scene.world
        self.asking = Asking(scene.world)
        self.identities = Identities(
            scene.world.caseworker,
            scene.world.supervisor,
            case_of(scene, "assigned"),
            case_of(scene, "known"),
        )
        users = scene.world.users
        self.addresses = Addresses(users["provider"], users["both_provider"], users["intake"])

    def noticed(self, mutant: Mutant) -> str:
        """The first fault that is found; empty where there is none. The owner's way is taken first:
        what triggers and migrations need."""
        from django.db import DatabaseError

        from tests.second_lock.asking import OPENED, jobs_faults, owners_faults
        from tests.second_lock.identity import kept_faults

        try:
            if mutant.table in _BY_IDENTITIES:
                for fault in self.identities.faults():
                    return fault
            if mutant.table in ("protection_address", "protection_addressreading"):
                for fault in self.addresses.faults():
                    return fault
            if mutant.table == "identities_kepttext":
                for fault in kept_faults(self.world.caseworker, self.world.supervisor):
                    return fault
            if mutant.what.startswith("owner "):
                for fault in owners_faults([mutant.table]):
                    return fault
                return ""
            tables = _THROUGH.get(mutant.table, (mutant.table,))
            asked = [table for table in tables if table in self.asking.facts.rows]
            for fault in self.asking.faults(asked, first=True):
                return fault
            for fault in jobs_faults(asked, self.asking.facts, self.world.caseworker):
                return fault
            if mutant.table in OPENED:
                for fault in self.asking.opening():
                    return fault
        except (DatabaseError, StopIteration, AssertionError) as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0][:80]}"
        return ""


def hunt(only: str) -> int:
    from django.db import connections, transaction

    bench = Bench()
    with connections["owner"].cursor() as cursor:
        some = only.split(",")
        wanted = [m for m in mutants(cursor) if any(one in m.table for one in some)]
    survived: list[Mutant] = []
    start = time.monotonic()
    for number, mutant in enumerate(wanted, start=1):
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            for statement in mutant.do:
                cursor.execute(statement)
        try:
            fault = bench.noticed(mutant)
        finally:
            with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
                for statement in mutant.undo:
                    cursor.execute(statement)
        if not fault:
            survived.append(mutant)
        said = fault or "NOTHING NOTICED IT"
        print(f"{number}/{len(wanted)} {mutant.table}: {mutant.what}: {said}", flush=True)
    return _tell(wanted, survived, time.monotonic() - start)


def _tell(wanted: list[Mutant], survived: list[Mutant], seconds: float) -> int:
    """The table: how many there were of each table, and how many were noticed. What changes no
    answer (tests.second_lock.equivalent) is counted apart, with its reason."""
    same = {mutant: why for mutant in survived if (why := reason(mutant.table, mutant.what))}
    lost = [mutant for mutant in survived if mutant not in same]
    print(f"\n{'table':<40} {'mutants':>8} {'noticed':>8} {'no change':>10} {'missed':>7}")
    for table in sorted({mutant.table for mutant in wanted}):
        of_it = [len([m for m in some if m.table == table]) for some in (wanted, same, lost)]
        every, alike, missed = of_it
        print(f"{table:<40} {every:>8} {every - alike - missed:>8} {alike:>10} {missed:>7}")
    for mutant, why in same.items():
        print(f"  changes no answer: {mutant.table}: {mutant.what}: {why}")
    for mutant in lost:
        print(f"  not noticed: {mutant.table}: {mutant.what}")
    counted = len(wanted) - len(same)
    of_identities = [m for m in wanted if m.of_identities and m not in same]
    lost_there = [m for m in lost if m.of_identities]
    print(
        f"{counted - len(lost)} of {counted} noticed"
        f" ({100 * (counted - len(lost)) / max(1, counted):.1f} %), of identities"
        f" {len(of_identities) - len(lost_there)} of {len(of_identities)}; {len(same)} change no"
        f" answer. In {seconds:.0f} s."
    )
    return int(bool(lost_there) or len(lost) > MOST_SURVIVE * counted)


def turn_over(only: str) -> int:
    """Each branch of what decides, one at a time, and what no door gives away."""
    from tests.permissions.doors import Doors
    from tests.permissions.relations import build_relations
    from tests.second_lock.branches import branches

    doors = Doors(build_relations())
    start = time.monotonic()
    assert list(doors.faults()) == []
    counted: dict[str, list[str]] = {}
    missed: list[str] = []
    same: list[str] = []
    for branch in branches():
        if only not in branch.where:
            continue
        said = f"{branch.where}: {branch.what}"
        if why := reason(branch.where, branch.what):
            same.append(f"{said}: {why}")
            continue
        try:
            with branch.changed():
                fault = next(doors.faults(branch.about), "")
        except Exception as error:
            fault = f"{type(error).__name__}: {str(error)[:80]}"
        counted.setdefault(branch.where, []).append(fault)
        print(f"{said}: {fault or 'NOTHING NOTICED IT'}", flush=True)
        if not fault:
            missed.append(said)
    print(f"\n{'what decides':<44} {'branches':>8} {'noticed':>8}")
    for where, faults in counted.items():
        print(f"{where:<44} {len(faults):>8} {sum(map(bool, faults)):>8}")
    for said in same:
        print(f"  changes no answer: {said}")
    for said in missed:
        print(f"  not noticed: {said}")
    every = sum(map(len, counted.values()))
    print(
        f"{every - len(missed)} of {every} branches noticed"
        f" ({100 * (every - len(missed)) / max(1, every):.1f} %); {len(same)} change no answer."
        f" In {time.monotonic() - start:.0f} s."
    )
    return int(len(missed) > MOST_SURVIVE * every)


def cross(requests: int) -> int:
    from tests.second_lock.crossing import crossings
    from tests.second_lock.scene import build
    from tests.world import person

    scene = build()
    users = [user for user in scene.world.users.values() if user.is_active][:20]
    users += [
        person(f"more{n}@example.org", "caseworker", scene.world.authority)
        for n in range(20 - len(users))
    ]
    start = time.monotonic()
    made, wrong, over = crossings(users, requests)
    print(
        f"{made:,} requests of {len(users)} people over {over} connections: {wrong} crossings,"
        f" in {time.monotonic() - start:.0f} s."
    )
    return int(wrong > 0 or over != 2)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.second_lock", description=__doc__)
    parser.add_argument("what", choices=("mutants", "branches", "crossings"))
    parser.add_argument("-k", dest="only", default="", help="only tables with this in their name")
    parser.add_argument("--requests", type=int, default=10_000)
    chosen = parser.parse_args()

    global _EVERY_PAIR, _EVERY_ROLE
    with tempfile.TemporaryDirectory(prefix="nrm-locks-") as folder:
        from tests.conftest import begin_servers

        with begin_servers(Path(folder)):
            from django.test.utils import setup_test_environment

            setup_test_environment()
            from cases.policies import ANY_NEARNESS
            from nrm.accounts.roles import Role
            from nrm.policies import array
            from tests.conftest import make_database

            make_database()
            _EVERY_PAIR = array(f"{near}:{role}" for near, role in ANY_NEARNESS)
            _EVERY_ROLE = array(Role.values)
            if chosen.what == "mutants":
                return hunt(chosen.only)
            if chosen.what == "branches":
                return turn_over(chosen.only)
            return cross(chosen.requests)


if __name__ == "__main__":
    sys.exit(main())
