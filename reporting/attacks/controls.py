"""Releases that are weak on purpose. Each was or is somebody's practice, and each has to be broken
on every run: an attack that breaks nothing proves nothing.

- *primary*: counts below ten are hidden and everything else is exact, totals too.
- *per table*: each table by itself is protected by hiding more, until nothing in it alone can be
  worked out; the tables are about the same people.
- *drill-down*: a page with free filters, under the 10-5 rule.
- *again*: exact counts, small ones hidden, issued again after some more people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reporting.attacks.differencing import differenced
from reporting.attacks.population import invented
from reporting.attacks.programme import Attacker, Seen, Where
from reporting.attacks.tracker import People, drill_down, known_and_secret
from reporting.releases.rule import Rule
from reporting.releases.tables import Cell, Counts, Plan, Table, true_counts

_GAIN = 5.0  # points by which a drill-down has to be better than the guess
_NAMED = 0.5  # of the numbers of added people that are named rightly


@dataclass(frozen=True, slots=True)
class Control:
    """A weak release and whether it was broken; `found`: by how much."""

    name: str
    broken: bool
    found: Mapping[str, Any]


def controls(plan: Plan, rule: Rule, *, seed: int = 1, long: bool = False) -> list[Control]:
    """Every weak release of invented people, attacked. `long`: with as many people to find as the
    figures of docs/statistics.md."""
    some = [true_counts(plan, "quarter", invented(plan, 600, seed + more)) for more in range(6)]
    return [
        primary(plan, some[0], rule.threshold),
        per_table(plan, some, rule.threshold),
        filters(plan, rule, seed=seed, people=120 if long else 30),
        again(plan, rule, seed=seed, trials=400 if long else 60),
    ]


def primary(plan: Plan, counts: Counts, threshold: int) -> Control:
    """Of a hidden cell the attacker knows that its count is from one to below the threshold: empty
    cells are shown as such."""
    tables = []
    for table in _two_way(plan):
        for seen in _exact(table, counts[table.code]):
            small = _small(seen, threshold)
            tables.append(_hide(seen, small, threshold - 1))
    proof = Attacker(tables, sealed=False).prove()
    found = {"hidden": len(proof.intervals), "recovered": len(proof.recovered)}
    return Control("primary", bool(proof.recovered), found)


def per_table(plan: Plan, some: Sequence[Counts], threshold: int) -> Control:
    """Which cells are hidden because they are small, and which only to protect those, is not said:
    of a hidden cell the attacker knows that somebody is in it. Over several lots of people, since
    chance saves one or another."""
    hidden = recovered = alone = 0
    for counts in some:
        groups = [_protected(_exact(one, counts[one.code]), threshold) for one in _two_way(plan)]
        alone += sum(len(Attacker(one, sealed=False).prove().recovered) for one in groups)
        proof = Attacker([one for group in groups for one in group], sealed=False).prove()
        hidden += len(proof.intervals)
        recovered += len(proof.recovered)
    found = {"hidden": hidden, "recovered": recovered, "recovered_from_one_table": alone}
    return Control("per table", recovered > alone, found)


def filters(plan: Plan, rule: Rule, *, seed: int, people: int) -> Control:
    """A page that answers any filter under the 10-5 rule, asked 3,200 times for each of so many
    people."""
    everybody = People(plan, invented(plan, 6000, seed), *known_and_secret(plan))

    def answer(counts: np.ndarray) -> np.ndarray:
        half = rule.rounding // 2
        rounded = (counts + half) // rule.rounding * rule.rounding
        # What is hidden the attacker takes for the middle of what it can be.
        return np.where(counts < rule.threshold, (rule.threshold - 1) / 2, rounded)

    tracked = drill_down(everybody, answer, count=people, queries=3200, seed=seed)
    found = {
        "people": tracked.people,
        "right": round(tracked.right, 3),
        "guessed": round(tracked.guessed, 3),
    }
    return Control("drill-down", tracked.gain > _GAIN, found)


def again(plan: Plan, rule: Rule, *, seed: int, trials: int) -> Control:
    """Exact counts, hidden below the threshold, published again after some more people."""

    def publish(_table: str, counts: list[int]) -> list[int | None]:
        return [Rule(rule.threshold, 1).apply(count) for count in counts]

    weights = {table.code: 1.0 for table in plan.tables}
    rows = invented(plan, 2000, seed)
    found = differenced(plan, "quarter", rows, publish, weights, trials=trials, seed=seed)
    named = {"trials": found.trials, "named": round(found.named, 3)}
    return Control("again", found.named > _NAMED, named)


def _two_way(plan: Plan) -> list[Table]:
    tables = plan.tables_of("quarter")
    return [
        table for table in tables if len(table.dimensions) == 2 and plan.contribution(table) == 1
    ]


def _exact(table: Table, cells: Mapping[Cell, int]) -> list[Seen]:
    """A two-way table with its margins and its total, every count exact."""
    found = [_as_seen(table, table.code, table.dimensions, cells)]
    for place, dimension in enumerate(table.dimensions):
        margin: dict[Cell, int] = defaultdict(int)
        for cell, count in cells.items():
            margin[(cell[place],)] += count
        found.append(_as_seen(table, f"{table.code} by {dimension}", (dimension,), margin))
    total: dict[Cell, int] = {(): sum(cells.values())}
    return [*found, _as_seen(table, f"{table.code} total", (), total)]


def _as_seen(
    table: Table, code: str, dimensions: tuple[str, ...], cells: Mapping[Cell, int]
) -> Seen:
    bounds = {cell: (count, count) for cell, count in cells.items()}
    return Seen("period", code, table.of, dimensions, bounds)


def _small(seen: Seen, threshold: int) -> set[Cell]:
    return {cell for cell, (count, _) in seen.bounds.items() if 0 < count < threshold}


def _hide(seen: Seen, hidden: set[Cell], most: int | None) -> Seen:
    bounds = {cell: (1, most) if cell in hidden else bounds for cell, bounds in seen.bounds.items()}
    return replace(seen, bounds=bounds, hidden=frozenset(hidden))


def _protected(exact: list[Seen], threshold: int) -> list[Seen]:
    """The tables with more hidden than is small, until nothing can be worked out from them alone:
    for each count that could be, the smallest that is still shown in each line it is in."""
    hidden = [_small(seen, threshold) for seen in exact]
    while True:
        tables = [_hide(seen, own, None) for seen, own in zip(exact, hidden, strict=True)]
        recovered = Attacker(tables, sealed=False).prove().recovered
        if not sum(_hide_more(exact, hidden, where) for where in recovered):
            return tables


def _hide_more(exact: list[Seen], hidden: list[set[Cell]], where: Where) -> int:
    """Hides one more count in each line of this one; how many were found."""
    number = next(place for place, seen in enumerate(exact) if seen.code == where[1])
    codes = dict(zip(exact[number].dimensions, where[2], strict=True))
    found = 0
    for dimension in exact[0].dimensions:
        shown = [
            (count, place, cell)
            for place, seen in enumerate(exact)
            for cell, (count, _) in seen.bounds.items()
            if count > 0
            and cell not in hidden[place]
            and _in_line(dict(zip(seen.dimensions, cell, strict=True)), codes, dimension)
        ]
        if shown:
            _, place, cell = min(shown)
            hidden[place].add(cell)
            found += 1
    return found


def _in_line(cell: Mapping[str, str], codes: Mapping[str, str], dimension: str) -> bool:
    """Whether a count is in the line of another along a dimension: the same in the rest."""
    mine = {name: code for name, code in cell.items() if name != dimension}
    return mine == {name: code for name, code in codes.items() if name != dimension}
