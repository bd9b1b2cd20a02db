"""Groups of whom it is proved that all of them have the same: then whoever is known to be in the
group is known to have it, however large the group is (Machanavajjhala and others, l-diversity:
privacy beyond k-anonymity, ICDE 2006)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporting.attacks.programme import Seen, Where
from reporting.releases.tables import Cell


@dataclass(frozen=True, slots=True)
class Alike:
    """Everybody of the group (a code of a dimension) is in this one cell of it."""

    period: str
    table: str
    dimension: str
    cell: Cell


def alike(tables: Sequence[Seen], intervals: Mapping[Where, tuple[int, int]]) -> list[Alike]:
    """Every group of a two-way table that is proved to be non-empty and all in one cell. A sum is
    proved to be zero if, and only if, each of its counts is."""
    found = []
    for table in tables:
        if len(table.dimensions) != 2:
            continue
        ends = {
            cell: intervals.get((table.period, table.code, cell), bounds)
            for cell, bounds in table.bounds.items()
        }
        for place, dimension in enumerate(table.dimensions):
            for cell, (low, _high) in ends.items():
                others = [
                    high
                    for other, (_low, high) in ends.items()
                    if other != cell and other[place] == cell[place]
                ]
                if low > 0 and others and not any(high is None or high for high in others):
                    found.append(Alike(table.period, table.code, dimension, cell))
    return found
