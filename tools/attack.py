"""The figures of docs/statistics.md, measured anew: `make attack` (some minutes).

Each line is a JSON object: what was measured, what was asked for, and whether it was reached. Ends
with exit 1 if anything was not. People are invented, from seeds that no table's share of epsilon
was chosen by.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from reporting.attacks.controls import controls
from reporting.attacks.differencing import differenced
from reporting.attacks.homogeneity import alike
from reporting.attacks.judging import Limits
from reporting.attacks.knowing import know, seen
from reporting.attacks.population import invented
from reporting.attacks.programme import Attacker, Where
from reporting.attacks.tracker import People, informed, known_and_secret
from reporting.attacks.weak import weak_files
from reporting.releases.document import Release, release
from reporting.releases.noise import noised, spread_of, with_noise
from reporting.releases.periods import Period
from reporting.releases.rule import Rule
from reporting.releases.tables import Counts, Plan, Row, load_plan, true_counts

RULE = Rule(threshold=10, rounding=5)
SIZES = (600, 2000, 6000, 20_000)
YEAR = 2026


def intervals(plan: Plan, referrals: int, seed: int) -> dict[str, Any]:
    """Four quarters and their year released, all joined: what is proved of every count that is
    truly below ten, and of every hidden one, by the boldest of the attackers."""
    rows = [invented(plan, referrals, seed + quarter) for quarter in range(4)]
    periods = [*Period(YEAR).quarters, Period(YEAR)]
    lots = [*rows, [row for quarter in rows for row in quarter]]
    truth = {
        str(period): true_counts(plan, period.kind, lot)
        for period, lot in zip(periods, lots, strict=True)
    }
    releases = [_released(plan, period, truth[str(period)]) for period in periods]
    small = _where(releases, truth)
    hidden = [
        (str(one.period), table.code, cell)
        for one in releases
        for table in one.tables
        for cell, shown in table.cells.items()
        if shown is None
    ]
    known = know(releases, targets=sorted({*small, *hidden}))[0]
    found = known.proof.intervals
    widths = [high - low for low, high in (found[where] for where in hidden)]
    wrong = [where for where in found if not _holds(found[where], truth, where)]
    said = {
        "below_ten": len(small),
        "recovered": sum(found[where][0] == found[where][1] for where in small),
        "hidden": len(hidden),
        "narrowest": min(widths),
        "median": statistics.median(widths),
        "proved_not_empty": sum(found[where][0] > 0 for where in hidden),
        # Once in a hundred times noise goes further than the attacker believes, and he is wrong.
        "below_ten_proved_not_empty": sum(
            found[where][0] > 0 and where not in wrong for where in small
        ),
        "wrongly_proved": len(wrong),
        "year_and_its_quarters": known.years,
        "alike": len(alike(known.attacker.tables, found)),
        "integer_programmes": known.proof.integer_programmes,
    }
    good = said["recovered"] == said["alike"] == 0
    # Of a hidden count that is large, which noise can hide, it may be proved that it is not empty.
    good = good and said["narrowest"] >= 5 and said["below_ten_proved_not_empty"] == 0
    return {"measured": "intervals", "referrals_a_quarter": referrals, **said, "reached": good}


def rule_alone(plan: Plan, referrals: int, seed: int, period: Period) -> dict[str, Any]:
    """One release under the 10-5 rule without any noise: what the rule does by itself. A year's
    tables hold margins, which tell more; nothing is asked of it, it shows what the noise is for."""
    counts = true_counts(plan, period.kind, invented(plan, referrals, seed))
    one = _released(plan, period, counts)
    tables = []
    for table in one.tables:
        exact = {cell: RULE.apply(count) for cell, count in counts[table.code].items()}
        tables.append(seen(replace(table, cells=exact), str(period), RULE, 0))
    proof = Attacker(tables).prove()
    widths = [high - low for low, high in proof.intervals.values()]
    said = {
        "hidden": len(widths),
        "recovered": len(proof.recovered),
        "narrowest": min(widths),
        "median": statistics.median(widths),
        "proved_not_empty": sum(low > 0 for low, _ in proof.intervals.values()),
    }
    good = said["recovered"] == 0 and said["narrowest"] >= 5
    return {
        "measured": "rule without noise",
        "kind": period.kind,
        "referrals": referrals,
        **said,
        "reached": good or period.kind == "year",
    }


def weak(plan: Plan, seed: int, *, long: bool = True) -> Iterator[dict[str, Any]]:
    """The weak releases and files, each of which has to be broken."""
    for one in [*controls(plan, RULE, seed=seed, long=long), *weak_files(Limits(), seed=seed)]:
        yield {"measured": f"control: {one.name}", **one.found, "reached": one.broken}


def tracker(plan: Plan, referrals: int, seed: int, *, draws: int = 50) -> dict[str, Any]:
    rows = invented(plan, referrals, seed)
    known, secret = known_and_secret(plan)
    people = People(plan, rows, (*known, "responder"), secret)
    counts = true_counts(plan, "quarter", rows)
    found = informed(plan, "quarter", people, counts, RULE, count=120, draws=draws, seed=seed)
    return {
        "measured": "tracker",
        "referrals": referrals,
        "people": found.people,
        "right": round(found.right, 3),
        "guessed": round(found.guessed, 3),
        "points_above_the_guess": round(found.gain, 1),
        "reached": found.gain <= 5,
    }


def differences(plan: Plan, referrals: int, seed: int, *, trials: int = 20_000) -> dict[str, Any]:
    scales = {
        table.code: spread_of(plan, table, "quarter").scale for table in plan.tables_of("quarter")
    }

    def publish(table: str, counts: list[int]) -> list[int | None]:
        return [RULE.apply(count) for count in with_noise(counts, scales[table])]

    rows = invented(plan, referrals, seed)
    weights = {code: scale**-2 for code, scale in scales.items()}
    found = differenced(plan, "quarter", rows, publish, weights, trials=trials, seed=seed)
    named = round(found.named, 4)
    said = {"referrals": referrals, "trials": trials, "named": named}
    return {"measured": "differences", **said, "reached": named <= 0.10}


def utility(plan: Plan, referrals: int, seeds: Sequence[int], kind: str) -> dict[str, Any]:
    """How far published counts are from true ones of a hundred or more; hidden counts as 0."""
    period = Period(YEAR, 1) if kind == "quarter" else Period(YEAR)
    errors: list[float] = []
    false_presence = shown = hidden_over_25 = 0
    for seed in seeds:
        counts = true_counts(plan, period.kind, invented(plan, referrals, seed))
        for table in _released(plan, period, counts).tables:
            for cell, number in table.cells.items():
                true = counts[table.code][cell]
                shown += number is not None
                false_presence += number is not None and true < 5
                hidden_over_25 += number is None and true >= 25
                if true >= 100:
                    errors.append(abs((number or 0) - true) / true)
    median, high = statistics.median(errors), statistics.quantiles(errors, n=20)[-1]
    return {
        "measured": "utility",
        "kind": kind,
        "referrals": referrals,
        "lots": len(seeds),
        "counts_of_100_or_more": len(errors),
        "median_error": round(median, 4),
        "95th_percentile": round(high, 4),
        "published": shown,
        "published_though_below_5": false_presence,
        "hidden_though_25_or_more": hidden_over_25,
        # Nothing is asked of the year.
        "reached": kind != "quarter" or (median <= 0.02 and high <= 0.08),
    }


def likelihood(plan: Plan, rows: list[Row], person: Row, runs: int) -> dict[str, Any]:
    """Whether one person more makes any outcome more than e^epsilon times likelier. The outcomes
    are told apart as well as anybody can (Neyman and Pearson): by the likelihood of all counts that
    the person is in. Of each threshold the 95 % interval of the ratio (Katz and others, 1978)."""
    scales = {
        table.code: spread_of(plan, table, "quarter").scale for table in plan.tables_of("quarter")
    }
    without = true_counts(plan, "quarter", rows)
    with_them = true_counts(plan, "quarter", [*rows, person])
    moved = [
        (code, cell)
        for code, cells in without.items()
        for cell, count in cells.items()
        if with_them[code][cell] != count
    ]

    def scores(counts: Counts) -> list[float]:
        found = []
        for _ in range(runs):
            drawn = noised(plan, "quarter", counts)
            found.append(
                sum(
                    abs(drawn[code][cell] - without[code][cell]) / scales[code]
                    - abs(drawn[code][cell] - with_them[code][cell]) / scales[code]
                    for code, cell in moved
                )
            )
        return sorted(found)

    here, away = scores(with_them), scores(without)
    likeliest, proved = _largest_ratio(here, away)
    epsilon = float(Fraction(plan.epsilon))
    return {
        "measured": "likelihood ratio",
        "runs": runs,
        "counts_moved": len(moved),
        "promised": round(math.exp(epsilon), 3),
        "largest_ratio": round(likeliest, 3),
        "largest_ratio_at_95_percent": round(proved, 3),
        "reached": proved <= math.exp(epsilon),
    }


def _largest_ratio(here: list[float], away: list[float]) -> tuple[float, float]:
    """The largest ratio of the chances of one outcome, either way, and the largest that is sure at
    95 %: over outcomes that came up at least a hundred times."""
    runs = len(here)
    likeliest = proved = 0.0
    for place in range(100, runs - 99, max(1, runs // 200)):
        edge = here[place]
        above = runs - bisect_left(here, edge), runs - bisect_left(away, edge)
        below = runs - above[1], runs - above[0]
        for one, other in (above, below):
            if min(one, other) >= 100:
                ratio = one / other
                scatter = math.sqrt(1 / one - 1 / runs + 1 / other - 1 / runs)
                likeliest = max(likeliest, ratio)
                proved = max(proved, ratio * math.exp(-1.96 * scatter))
    return likeliest, proved


def somebody(plan: Plan) -> Row:
    """A person who is in every table of a quarter: the worst case of the promise."""
    kinds = frozenset(table.of for table in plan.tables_of("quarter"))
    return Row(kinds, {one.code: (one.names[0],) for one in plan.dimensions})


def figures(plan: Plan) -> Iterator[dict[str, Any]]:
    """Everything, at every size."""
    for referrals in SIZES:
        yield intervals(plan, referrals, seed=1000 + referrals)
        for period in (Period(YEAR, 1), Period(YEAR)):
            yield rule_alone(plan, referrals, seed=2000 + referrals, period=period)
        yield tracker(plan, referrals, seed=3000 + referrals)
        yield differences(plan, referrals, seed=4000 + referrals)
    yield from weak(plan, seed=5000)
    yield utility(plan, 6000, range(6000, 6100), "quarter")
    yield utility(plan, 24_000, range(7000, 7010), "year")
    yield likelihood(plan, invented(plan, 6000, 8000), somebody(plan), runs=20_000)


def _released(plan: Plan, period: Period, counts: Counts) -> Release:
    return release(plan, period, counts, rule=RULE, snapshot="0" * 64)


def _where(releases: Sequence[Release], truth: dict[str, Counts]) -> list[Where]:
    """Every count that is truly below the threshold, hidden or not."""
    return [
        (str(one.period), table.code, cell)
        for one in releases
        for table in one.tables
        for cell in table.cells
        if truth[str(one.period)][table.code][cell] < RULE.threshold
    ]


def _holds(interval: tuple[int, int], truth: dict[str, Counts], where: Where) -> bool:
    period, table, cell = where
    return interval[0] <= truth[period][table][cell] <= interval[1]


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--profile", default="uk")
    good = True
    for line in figures(load_plan(reader.parse_args().profile)):
        print(json.dumps(line), flush=True)
        good = good and bool(line["reached"])
    print("Everything was reached." if good else "NOT everything was reached.", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
