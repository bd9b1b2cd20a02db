"""What the difference of two releases tells, if the same period were counted again after some more
people: the attacker knows who may have been added and names how many (Dinur and Nissim, Revealing
information while preserving privacy, PODS 2003, on what follows from many answers that are nearly
right). Releases are never issued again; this is why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from reporting.releases.tables import PeriodKind, Plan, Row, true_counts


@dataclass(frozen=True, slots=True)
class Differenced:
    """In so many trials, how often the attacker named the right number of people."""

    trials: int
    named: float


def differenced(
    plan: Plan,
    kind: PeriodKind,
    rows: list[Row],
    publish: Callable[[str, list[int]], list[int | None]],
    weights: Mapping[str, float],
    *,
    trials: int,
    seed: int,
) -> Differenced:
    """One to four people alike are added to the rows and everything is published again, so many
    times. The attacker takes the differences of every cell that these people are in, weighs each
    with `weights` (one by the variance of its noise), and names the nearest whole number.
    `publish`: what is published for counts of a table, each by itself."""
    chance = np.random.default_rng(seed)
    counts = true_counts(plan, kind, rows)
    among = [row for row in rows if "referrals" in row.of and not row.sealed]
    people = [among[chance.integers(len(among))] for _ in range(trials)]
    added = [int(number) for number in chance.integers(1, 5, size=trials)]
    total, weight = np.zeros(trials), np.zeros(trials)
    for table in plan.tables_of(kind):
        if table.of != "referrals":
            continue
        cells = [tuple(one.codes[code][0] for code in table.dimensions) for one in people]
        before = [counts[table.code][cell] for cell in cells]
        after = [count + more for count, more in zip(before, added, strict=True)]
        shown = zip(publish(table.code, before), publish(table.code, after), strict=True)
        for trial, (one, other) in enumerate(shown):
            if one is not None and other is not None:
                total[trial] += weights[table.code] * (other - one)
                weight[trial] += weights[table.code]
    named = np.rint(np.divide(total, weight, out=np.zeros(trials), where=weight > 0))
    return Differenced(trials, float((named == added).mean()))
