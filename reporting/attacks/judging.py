"""What makes a release one that may not be published. The same functions judge a release that was
asked for and the weak ones of `weak`, so that what breaks those would break it too.

Two kinds of judgement. `of_the_files`: what files prove together, of the people in them.
`of_the_way`: what is told of a person by files that are made in this way, tried on invented people,
since only of those it is known who was found: the tracker and the differences. The second needs no
file: it depends on the tables, the noise and the rule alone, and comes out the same each time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from reporting.attacks.differencing import Differenced, differenced
from reporting.attacks.homogeneity import Alike, alike
from reporting.attacks.knowing import Knowledge, know
from reporting.attacks.population import invented
from reporting.attacks.programme import Where
from reporting.attacks.tracker import Noise, People, Tracked, informed, known_and_secret
from reporting.releases.document import Release
from reporting.releases.noise import spread_of
from reporting.releases.rule import Rule
from reporting.releases.tables import (
    Code,
    Counts,
    Dimension,
    PeriodKind,
    Plan,
    Table,
    true_counts,
)

# What was proved of the people in the files. Everything else is of the tables, of the account or of
# the attacks themselves, and can be put right.
PROOFS = frozenset({"impossible", "recovered", "narrow", "not_empty", "alike"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a release has to withstand. `width`: the least that an interval may span; `gain`: the
    points by which the tracker may be better than the guess; `named`: the share of added people
    that differences may name; `chance`: with which all noise together exceeds what the attacker
    takes for the most."""

    width: int = 5
    gain: float = 5.0
    named: float = 0.10
    chance: float = 0.01


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a release may not be published: in words, with what was proved, and as a kind and a
    place without it, for pages that must not say more than the files do."""

    kind: str
    text: str
    where: Where | None = None

    def as_code(self) -> dict[str, Any]:
        """The kind and the place, as JSON would have it."""
        if self.where is None:
            return {"kind": self.kind}
        period, table, cell = self.where
        return {"kind": self.kind, "period": period, "table": table, "codes": list(cell)}


@dataclass(frozen=True, slots=True)
class OfTheFiles:
    """What files prove together."""

    known: list[Knowledge]
    alike: list[Alike]
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class OfTheWay:
    """What is told of a person by files that are made in this way."""

    tracked: Tracked
    differenced: Differenced
    reasons: list[Reason]


def of_the_files(releases: Sequence[Release], limits: Limits) -> OfTheFiles:
    """Everything that these releases prove together, and each proof that is a reason against them.
    Raises Unfinished."""
    known = know(releases, chance=limits.chance)
    groups = [one for mine in known for one in alike(mine.attacker.tables, mine.proof.intervals)]
    reasons = [reason for mine in known for reason in _reasons_of_proof(mine, limits)]
    reasons += [
        Reason(
            "alike",
            f"{one.period} {one.table} {_codes(one.cell)}: all of one {one.dimension} are in it.",
            (one.period, one.table, one.cell),
        )
        for one in groups
    ]
    return OfTheFiles(known, list(dict.fromkeys(groups)), list(dict.fromkeys(reasons)))


def of_the_way(
    plan: Plan, kind: PeriodKind, rule: Rule, limits: Limits, *, seed: int, trials: int = 4000
) -> OfTheWay:
    """The tracker and the differences, on invented people whose counts are published by these
    tables and this rule. The noise is the same each time, so that nobody gets another answer by
    asking again."""
    chance = np.random.default_rng(seed)
    rows = invented(plan, 2000, seed)
    counts = true_counts(plan, kind, rows)
    tracked = Tracked(0, 0.0, 0.0)
    if any(table.of == "referrals" and len(table.dimensions) == 2 for table in plan.tables):
        known, sought = known_and_secret(plan)
        if sought != "responder" and any(one.code == "responder" for one in plan.dimensions):
            known = (*known, "responder")
        people = People(plan, rows, known, sought)
        tracked = informed(
            plan, kind, people, counts, rule,
            count=120, draws=max(1, trials // 200), seed=seed, noise=_same_noise(chance),
        )  # fmt: skip
    scales = {table.code: spread_of(plan, table, kind).scale for table in plan.tables_of(kind)}

    def publish(table: str, counts: list[int]) -> list[int | None]:
        return [rule.apply(count) for count in _noised(counts, scales[table], chance)]

    weights = {code: scale**-2 for code, scale in scales.items()}
    found = differenced(plan, kind, rows, publish, weights, trials=trials, seed=seed)
    reasons = []
    if tracked.gain > limits.gain:
        text = f"The tracker is {tracked.gain:.1f} points better than the guess."
        reasons.append(Reason("tracker", text))
    if found.named > limits.named:
        text = f"Differences name {found.named:.0%} of the people that were added."
        reasons.append(Reason("differences", text))
    return OfTheWay(tracked, found, reasons)


def _same_noise(chance: np.random.Generator) -> Noise:
    def noise(plan: Plan, kind: PeriodKind, counts: Counts) -> Counts:
        found = {}
        for table in plan.tables_of(kind):
            scale = spread_of(plan, table, kind).scale
            values = _noised(list(counts[table.code].values()), scale, chance)
            found[table.code] = dict(zip(counts[table.code], values, strict=True))
        return found

    return noise


def _noised(counts: Sequence[int], scale: float, chance: np.random.Generator) -> list[int]:
    """Integer Laplace noise, as a release has it, but from a seed: the difference of two geometric
    numbers. For invented people only."""
    one, other = chance.geometric(-math.expm1(-1 / scale), size=(2, len(counts)))
    return [count + int(more) for count, more in zip(counts, one - other, strict=True)]


def plan_of(release: Release) -> Plan:
    """A set of tables that publishes like this file: the same tables, dimensions and shares of
    epsilon. What a code of the casework would become, the file does not say."""
    whole = math.lcm(*(table.epsilon.denominator for table in release.tables))
    parts = {table.code: int(table.epsilon * whole) for table in release.tables}
    spent = Fraction(sum(parts.values()), whole)
    at_most = _at_most(release)
    tables = tuple(
        Table(one.code, one.title, one.of, one.dimensions, parts[one.code], parts[one.code])
        for one in release.tables
    )
    dimensions = tuple(
        Dimension(
            code=code,
            label=label,
            codes=tuple(Code(name, own) for name, own in codes.items()),
            other=list(codes)[-1],
            unknown=list(codes)[-1],
            at_most=at_most.get(code, 1),
        )
        for code, (label, codes) in release.dimensions.items()
    )
    return Plan(
        profile=release.profile,
        version=release.version,
        epsilon=str(spent),
        epsilon_a_year=str(release.epsilon_a_year),
        source="",
        verified=False,
        tables=tables,
        dimensions=dimensions,
    )


def _at_most(release: Release) -> dict[str, int]:
    """In how many codes of a dimension a person can be, as one-way tables tell."""
    one_way = [table for table in release.tables if len(table.dimensions) == 1]
    return {table.dimensions[0]: table.contribution for table in one_way}


def reasons_of_contributions(release: Release, plan: Plan) -> list[Reason]:
    """Tables of which the file does not say in how many cells a person can be."""
    return [
        Reason(
            "contribution",
            f"{one.code}: the file does not say how often a person counts in it.",
            (str(release.period), one.code, ()),
        )
        for one, table in zip(plan.tables, release.tables, strict=True)
        if plan.contribution(one) != table.contribution
    ]


def reasons_of_periods(joined: Sequence[Release]) -> list[Reason]:
    """Periods twice, other profiles, and years that spend more than they may."""
    reasons = []
    if len({one.profile for one in joined}) > 1:
        reasons.append(Reason("profiles", "The releases are of different profiles."))
    for period, times in Counter(str(one.period) for one in joined).items():
        if times > 1:
            text = f"{period} is released {times} times: periods may not overlap."
            reasons.append(Reason("periods", text, (period, "", ())))
    for year in sorted({one.period.year for one in joined}):
        spent = sum((one.epsilon for one in joined if one.period.year == year), Fraction(0))
        if spent > min(one.epsilon_a_year for one in joined if one.period.year == year):
            text = f"The releases of {year} spend epsilon {spent}, more than a year may."
            reasons.append(Reason("epsilon", text, (str(year), "", ())))
    return reasons


def _reasons_of_proof(knowledge: Knowledge, limits: Limits) -> list[Reason]:
    proof = knowledge.proof
    if not proof.feasible:
        text = "Nothing makes the releases agree: what they say of their rules cannot be true."
        return [Reason("impossible", text)]
    reasons = []
    for where, (low, high) in proof.intervals.items():
        said = f"{_at(where)} is hidden, and proved"
        if low == high:
            reasons.append(Reason("recovered", f"{said} to be {low}.", where))
        elif high - low < limits.width:
            reasons.append(Reason("narrow", f"{said} to be {low} to {high}.", where))
        elif low > 0:
            reasons.append(Reason("not_empty", f"{said} not to be empty.", where))
    return reasons


def _at(where: Where) -> str:
    period, table, cell = where
    return f"{period} {table} {_codes(cell)}"


def _codes(cell: Sequence[str]) -> str:
    return f"({', '.join(cell)})"
