"""All attacks on one release, joined with the earlier ones, and the verdict.

Two kinds. On the files themselves: everything that they prove together. On the way they were made
(the same tables, noise and rule) with invented people, since only of those is it known who was
found: the tracker and the differences. Before both, the weak releases of `controls`: if one of them
is not broken, the verdict is that the attacks prove nothing.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reporting.attacks.controls import Control, controls
from reporting.attacks.differencing import Differenced, differenced
from reporting.attacks.homogeneity import alike
from reporting.attacks.knowing import Knowledge, know
from reporting.attacks.population import invented
from reporting.attacks.programme import Where
from reporting.attacks.tracker import People, Tracked, informed, known_and_secret
from reporting.releases.document import Release
from reporting.releases.noise import with_noise
from reporting.releases.tables import Code, Dimension, Plan, Table, true_counts


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


def attack(
    newest: Release, earlier: Sequence[Release] = (), *, limits: Limits | None = None, seed: int = 1
) -> dict[str, Any]:
    """Everything that was tried and found, as JSON would have it. `passed`: whether the release may
    be published; `reasons`: every reason why not, in words; `codes`: the same as kinds and places,
    without what was proved of a count."""
    limits = limits or Limits()
    plan = plan_of(newest)
    weak = controls(plan, newest.rule, seed=seed)
    joined = [newest, *earlier]
    knowledge = know(joined, chance=limits.chance)
    tracked, diffs = _made_the_same_way(newest, plan, seed)
    groups = alike(knowledge.attacker.tables, knowledge.proof.intervals)
    reasons = [
        *_reasons_of_controls(weak),
        *_reasons_of_periods(joined),
        *_reasons_of_proof(knowledge, limits),
        *(
            Reason(
                "alike",
                f"{one.period} {one.table} {_codes(one.cell)}: all of one {one.dimension} are in"
                " it.",
                (one.period, one.table, one.cell),
            )
            for one in groups
        ),
        *(
            Reason(
                "contribution",
                f"{one.code}: the file does not say how often a person counts in it.",
                (str(newest.period), one.code, ()),
            )
            for one, table in zip(plan.tables, newest.tables, strict=True)
            if plan.contribution(one) != table.contribution
        ),
    ]
    if tracked.gain > limits.gain:
        text = f"The tracker is {tracked.gain:.1f} points better than the guess."
        reasons.append(Reason("tracker", text))
    if diffs.named > limits.named:
        text = f"Differences name {diffs.named:.0%} of the people that were added."
        reasons.append(Reason("differences", text))
    return {
        "release": {"period": str(newest.period), "sha256": newest.sha256},
        "joined_with": [{"period": str(one.period), "sha256": one.sha256} for one in earlier],
        "controls": [{"control": one.name, "broken": one.broken, **one.found} for one in weak],
        "proof": _proof(knowledge),
        "alike": len(groups),
        "tracker": {
            "people": tracked.people,
            "right": round(tracked.right, 3),
            "guessed": round(tracked.guessed, 3),
        },
        "differences": {"trials": diffs.trials, "named": round(diffs.named, 3)},
        "reasons": [one.text for one in reasons],
        "codes": [one.as_code() for one in reasons],
        "passed": not reasons,
    }


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


def _made_the_same_way(release: Release, plan: Plan, seed: int) -> tuple[Tracked, Differenced]:
    kind, rule = release.period.kind, release.rule
    rows = invented(plan, 2000, seed)
    counts = true_counts(plan, kind, rows)
    known, secret = known_and_secret(plan)
    people = People(plan, rows, known, secret)
    tracked = informed(plan, kind, people, counts, rule, count=120, draws=20, seed=seed)

    scales = {table.code: table.scale for table in release.tables}

    def publish(table: str, counts: list[int]) -> list[int | None]:
        return [rule.apply(count) for count in with_noise(counts, scales[table])]

    weights = {code: scale**-2 for code, scale in scales.items()}
    found = differenced(plan, kind, rows, publish, weights, trials=4000, seed=seed)
    return tracked, found


def _reasons_of_controls(weak: Sequence[Control]) -> list[Reason]:
    return [
        Reason(
            "control", f'The weak release "{one.name}" was not broken: these attacks prove nothing.'
        )
        for one in weak
        if not one.broken
    ]


def _reasons_of_periods(joined: Sequence[Release]) -> list[Reason]:
    reasons = []
    if len({one.profile for one in joined}) > 1:
        reasons.append(Reason("profiles", "The releases are of different profiles."))
    for period, times in Counter(str(one.period) for one in joined).items():
        if times > 1:
            text = f"{period} is released {times} times: periods may not overlap."
            reasons.append(Reason("periods", text, (period, "", ())))
    for year in sorted({one.period.year for one in joined}):
        spent = sum((one.epsilon for one in joined if one.period.year == year), Fraction(0))
        if spent > min(one.epsilon_a_year for one in joined):
            text = f"The releases of {year} spend epsilon {spent}, more than a year may."
            reasons.append(Reason("epsilon", text, (str(year), "", ())))
    return reasons


def _reasons_of_proof(knowledge: Knowledge, limits: Limits) -> list[Reason]:
    proof = knowledge.proof
    if not proof.feasible:
        text = "Nothing makes the releases agree: what they say of their rules cannot be true."
        return [Reason("impossible", text)]
    reasons = [
        Reason("undecided", f"{_at(where)} was not finished in time.", where)
        for where in proof.undecided
    ]
    for where, (low, high) in proof.intervals.items():
        said = f"{_at(where)} is hidden, and proved"
        if low == high:
            reasons.append(Reason("recovered", f"{said} to be {low}.", where))
        elif high - low < limits.width:
            reasons.append(Reason("narrow", f"{said} to be {low} to {high}.", where))
        elif low > 0:
            reasons.append(Reason("not_empty", f"{said} not to be empty.", where))
    return reasons


def _proof(knowledge: Knowledge) -> dict[str, Any]:
    intervals = knowledge.proof.intervals
    widths = [high - low for low, high in intervals.values()]
    return {
        "noise_exceeds_what_is_assumed_with_chance": knowledge.chance,
        "years_add_up_to_quarters": knowledge.years_add_up,
        "programmes": knowledge.proof.programmes,
        "integer_programmes": knowledge.proof.integer_programmes,
        "hidden": len(intervals),
        "recovered": len(knowledge.proof.recovered),
        "not_empty": sum(low > 0 for low, _ in intervals.values()),
        "narrowest": min(widths, default=None),
        "median": statistics.median(widths) if widths else None,
        "intervals": [
            {"period": period, "table": table, "codes": list(cell), "low": low, "high": high}
            for (period, table, cell), (low, high) in intervals.items()
        ],
    }


def _at(where: Where) -> str:
    period, table, cell = where
    return f"{period} {table} {_codes(cell)}"


def _codes(cell: Sequence[str]) -> str:
    return f"({', '.join(cell)})"
