"""What is left of a noised count: nothing below the threshold, multiples of the rounding above.

The 10-5 rule of the UK Office for National Statistics (Comparison of post-tabular statistical
disclosure control methods, 2023): counts below ten are hidden, the rest is rounded to five. Zeros
are hidden with the rest, since a zero that is told apart proves every other hidden cell non-empty.
Applied to noised counts it costs no privacy (Dwork and Roth, The algorithmic foundations of
differential privacy, 2014, proposition 2.1: post-processing).
"""

from __future__ import annotations

from dataclasses import dataclass

from reporting.releases.tables import Cell, Counts

Published = dict[str, dict[Cell, int | None]]  # None: hidden


@dataclass(frozen=True, slots=True)
class Rule:
    """Below `threshold` hidden, else rounded to `rounding`. From the profile."""

    threshold: int
    rounding: int

    def apply(self, count: int) -> int | None:
        """What is published for a count. A negative one, which only noise makes, counts as 0."""
        count = max(0, count)
        if count < self.threshold:
            return None
        return (count + self.rounding // 2) // self.rounding * self.rounding

    def behind(self, shown: int | None) -> tuple[int, int]:
        """The smallest and the largest count that is published as this."""
        if shown is None:
            return 0, self.threshold - 1
        low = shown - self.rounding // 2
        return max(self.threshold, low), low + self.rounding - 1


def published(counts: Counts, rule: Rule) -> Published:
    """Each count, totals too, by itself: nothing is made to add up."""
    return {
        table: {cell: rule.apply(count) for cell, count in cells.items()}
        for table, cells in counts.items()
    }
