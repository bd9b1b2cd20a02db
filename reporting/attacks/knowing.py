"""What an attacker knows of releases: every rule, every scale, and how far noise may go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reporting.attacks.programme import Attacker, Proof, Seen, Where
from reporting.releases.document import Release, ReleasedTable
from reporting.releases.noise import within
from reporting.releases.rule import Rule


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was proved of all releases together, and on which assumptions: that all noise is within
    what it exceeds with `chance` (all counts together), and whether the quarters of a year were
    taken to add up to it. Who assumes less noise proves more, and is wrong more often."""

    attacker: Attacker
    proof: Proof
    chance: float
    years_add_up: bool


def seen(table: ReleasedTable, period: str, rule: Rule, noise: int) -> Seen:
    """A released table as the attacker sees it, if no noise is further than `noise` from zero."""
    bounds = {}
    for cell, shown in table.cells.items():
        low, high = rule.behind(shown)
        # What is clamped to zero can have been any negative number.
        bounds[cell] = (max(0, low - noise), high + noise)
    hidden = frozenset(cell for cell, shown in table.cells.items() if shown is None)
    return Seen(period, table.code, table.of, table.dimensions, bounds, hidden, table.contribution)


def know(
    releases: Sequence[Release], *, chance: float = 0.01, targets: Iterable[Where] | None = None
) -> Knowledge:
    """Everything that these releases together prove about their hidden counts, if noise is within
    what all of it together exceeds with `chance`. Where that cannot be true, the attacker believes
    more noise, and in the end that the year was counted anew."""
    wanted = None if targets is None else list(targets)
    for years_add_up in (True, False):
        assumed = chance
        for _ in range(4):
            attacker = _attacker(releases, assumed, years_add_up)
            proof = attacker.prove(wanted)
            if proof.feasible:
                return Knowledge(attacker, proof, assumed, years_add_up)
            assumed /= 100
    return Knowledge(attacker, proof, assumed, years_add_up)


def _attacker(releases: Sequence[Release], chance: float, years_add_up: bool) -> Attacker:
    counts = sum(len(table.cells) for one in releases for table in one.tables)
    tables = [
        seen(table, str(one.period), one.rule, within(table.scale, chance / counts))
        for one in releases
        for table in one.tables
    ]
    there = {str(one.period) for one in releases}
    whole = {
        str(one.period): [str(quarter) for quarter in one.period.quarters]
        for one in releases
        if years_add_up and one.period.quarters and there.issuperset(map(str, one.period.quarters))
    }
    return Attacker(tables, whole=whole)
