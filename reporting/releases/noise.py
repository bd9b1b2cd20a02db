"""Noise on every count of a release, so that no one person shows.

Integer (discrete) Laplace noise as OpenDP makes it: whole numbers from the operating system's
randomness, sampled without floating-point arithmetic, whose last bits gave away what older samplers
were to hide (Mironov, On significance of the least significant bits for differential privacy, CCS
2012; Canonne, Kamath and Steinke, The discrete Gaussian for differential privacy, NeurIPS 2020).

What is promised: with one person more or less among the rows, no outcome of the whole release is
more than e^epsilon times likelier. The shares of epsilon add up over the tables (sequential
composition); in each table one person is in at most `contribution` cells. A total is a table like
the others and gets noise of its own: it is not the sum of anything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from reporting.releases.tables import Counts, PeriodKind, Plan, Table


class BudgetExceeded(ArithmeticError):
    """The noise would promise less than the plan says. Nothing was released."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The noise of one table: its share of epsilon, in how many cells a person can be, and the
    scale of the noise (its mean deviation, nearly)."""

    epsilon: Fraction
    contribution: int
    scale: float


def within(scale: float, chance: float) -> int:
    """The smallest whole number k with P(|noise| > k) <= chance. For integer Laplace noise that
    tail is 2 q^(k+1) / (1 + q) with q = e^(-1/scale). Without noise (scale 0) it is 0."""
    if scale <= 0:
        return 0
    q = math.exp(-1 / scale)
    if q == 0:  # so little noise that no float is as small as its chance
        return 0
    return max(0, math.ceil(math.log(chance * (1 + q) / 2) / math.log(q) - 1))


def spread_of(plan: Plan, table: Table, kind: PeriodKind) -> Spread:
    """The smallest noise that keeps the table's share of epsilon, by OpenDP's own accounting."""
    share, contribution = plan.epsilon_of(table, kind), plan.contribution(table)
    scale = float(contribution / share)
    while _spends(scale, contribution) > share:
        scale = math.nextafter(scale, math.inf)
    return Spread(share, contribution, scale)


def noised(plan: Plan, kind: PeriodKind, counts: Counts) -> Counts:
    """The counts with noise; negative ones among them. Each call draws anew and spends epsilon
    again: whoever calls it has taken it from the budget before. Raises BudgetExceeded."""
    spent = Fraction(0)
    found: Counts = {}
    for table in plan.tables_of(kind):
        spread = spread_of(plan, table, kind)
        spent += _spends(spread.scale, spread.contribution)
        cells = plan.cells(table)
        values = with_noise([counts[table.code][cell] for cell in cells], spread.scale)
        found[table.code] = dict(zip(cells, values, strict=True))
    if spent > Fraction(plan.epsilon):
        raise BudgetExceeded(f"{float(spent)} is more than {plan.epsilon}")
    return found


def with_noise(counts: Sequence[int], scale: float) -> list[int]:
    """Each count with integer Laplace noise of this scale, drawn anew."""
    return list(_measurement(scale)(list(counts)))


@cache
def _spends(scale: float, contribution: int) -> Fraction:
    """The epsilon that noise of this scale spends, by OpenDP's accounting, which rounds up."""
    return Fraction(_measurement(scale).map(contribution))


@cache
def _measurement(scale: float) -> Any:
    # Loaded where noise is drawn: who only reads releases has no use for it, or for its numpy.
    import opendp.prelude as dp

    # OpenDP asks whoever uses it for a yes to parts whose proofs its own people have not all
    # checked.
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    return dp.m.make_laplace(*space, scale=scale)
