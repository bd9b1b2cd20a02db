"""All attacks on one release, joined with the earlier ones, and the verdict.

On the files themselves: everything that they prove together. On the way they were made (the same
tables, noise and rule) with invented people: the tracker and the differences. With both, the weak
releases of `controls` and `weak`: if one of them is not broken, the verdict is that the attacks
prove nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any

from reporting.attacks.controls import Control, controls
from reporting.attacks.judging import (
    PROOFS,
    Limits,
    OfTheFiles,
    OfTheWay,
    Reason,
    of_the_files,
    of_the_way,
    plan_of,
    reasons_of_contributions,
    reasons_of_periods,
)
from reporting.attacks.knowing import CORRECTED, Knowledge, of_the_year
from reporting.attacks.programme import Where
from reporting.attacks.weak import NOWHERE, RULE, weak_files
from reporting.releases.document import Release, release
from reporting.releases.periods import Period
from reporting.releases.rule import Rule
from reporting.releases.tables import PeriodKind, Plan

_LIMITS = Limits()
_one_at_a_time = Lock()


def attack(
    newest: Release,
    earlier: Sequence[Release] = (),
    *,
    limits: Limits = _LIMITS,
    seed: int = 1,
) -> dict[str, Any]:
    """Everything that was tried and found, as JSON would have it. `passed`: whether the release may
    be published; `proved`: whether something was proved of the people in it; `reasons`: every
    reason why it may not be, in words; `codes`: the same as kinds and places, without what was
    proved of a count. Raises Unfinished where a programme was not finished in time."""
    plan = plan_of(newest)
    weak = [*controls(NOWHERE, RULE, seed=seed), *weak_files(limits, seed=seed)]
    files = of_the_files(of_the_year(newest, earlier), limits)
    way = of_the_way(plan, newest.period.kind, newest.rule, limits, seed=seed)
    reasons = [
        *_reasons_of_controls(weak),
        *reasons_of_periods([newest, *earlier]),
        *files.reasons,
        *reasons_of_contributions(newest, plan),
        *way.reasons,
    ]
    return {
        "release": {"period": str(newest.period), "sha256": newest.sha256},
        "joined_with": [{"period": str(one.period), "sha256": one.sha256} for one in earlier],
        "controls": [{"control": one.name, "broken": one.broken, **one.found} for one in weak],
        "proof": _proof(files),
        "alike": len(files.alike),
        **_told(way),
        "reasons": [one.text for one in reasons],
        "codes": [one.as_code() for one in reasons],
        "proved": any(one.kind in PROOFS for one in reasons),
        "passed": not reasons,
    }


def faults_of_way(plan: Plan, kind: PeriodKind, rule: Rule) -> list[str]:
    """Why no release that is made in this way could pass, by kind of reason, whoever is in it:
    known before anything is asked for or taken. Worked out once a process and set of tables."""
    with _one_at_a_time:
        return list(_faults_of_way(plan, kind, rule))


@cache
def _faults_of_way(plan: Plan, kind: PeriodKind, rule: Rule) -> tuple[str, ...]:
    period = Period(2000) if kind == "year" else Period(2000, 1)
    nobody = {table.code: dict.fromkeys(plan.cells(table), 0) for table in plan.tables_of(kind)}
    # As a file has them, since it is from its file that a release is judged.
    empty = release(plan, period, nobody, rule=rule, snapshot="0" * 64)
    own = plan_of(empty)
    reasons = [
        *reasons_of_contributions(empty, own),
        *of_the_way(own, kind, rule, _LIMITS, seed=1).reasons,
    ]
    return tuple(one.kind for one in reasons)


def _reasons_of_controls(weak: Sequence[Control]) -> list[Reason]:
    return [
        Reason(
            "control", f'The weak release "{one.name}" was not broken: these attacks prove nothing.'
        )
        for one in weak
        if not one.broken
    ]


def _told(way: OfTheWay) -> dict[str, Any]:
    tracked, found = way.tracked, way.differenced
    return {
        "tracker": {
            "people": tracked.people,
            "right": round(tracked.right, 3),
            "guessed": round(tracked.guessed, 3),
        },
        "differences": {"trials": found.trials, "named": round(found.named, 3)},
    }


def _proof(files: OfTheFiles) -> dict[str, Any]:
    """Of each hidden count the narrowest that any of the attackers proved."""
    intervals: dict[Where, tuple[int, int]] = {}
    for one in files.known:
        for where, (low, high) in one.proof.intervals.items():
            known = intervals.setdefault(where, (low, high))
            if high - low < known[1] - known[0]:
                intervals[where] = low, high
    widths = [high - low for low, high in intervals.values()]
    return {
        "assumed": [_assumed(one) for one in files.known],
        "programmes": sum(one.proof.programmes for one in files.known),
        "integer_programmes": sum(one.proof.integer_programmes for one in files.known),
        "hidden": len(intervals),
        "recovered": sum(low == high for low, high in intervals.values()),
        "not_empty": sum(low > 0 for low, _ in intervals.values()),
        "narrowest": min(widths, default=None),
        "median": statistics.median(widths) if widths else None,
        "intervals": [
            {"period": period, "table": table, "codes": list(cell), "low": low, "high": high}
            for (period, table, cell), (low, high) in intervals.items()
        ],
    }


def _assumed(one: Knowledge) -> dict[str, Any]:
    """What this attacker took for true without knowing it."""
    found = {"year_and_its_quarters": one.years, "noise_goes_further_with_chance": one.chance}
    return found | ({"corrected_a_count": CORRECTED} if one.years == "at most the sum" else {})
