"""Invented people to attack, from a seed.

Each belongs to one of a dozen "routes", and a route has its own leanings in every attribute: who
comes by it, from where, into what. So attributes depend on each other, as they do among real
people, and small cells and empty cells come about as they do there. Nobody here is anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reporting.releases.tables import Dimension, Plan, Row

ROUTES = 12
# About what is known of the United Kingdom's figures; whatever is not named here falls off by rank.
_LEANINGS: Mapping[str, Sequence[float]] = {
    "age": (0.31, 0.67, 0.02),
    "sex": (0.28, 0.71, 0.01),
    "first_outcome": (0.53, 0.41, 0.06),
    "final_outcome": (0.62, 0.33, 0.05),
    "place": (0.44, 0.40, 0.09, 0.03, 0.04),
    "responder": (0.31, 0.41, 0.22, 0.04, 0.02),
}
# Among how many of those referred each other kind of count is: (of these people, of people referred
# before the period).
_AMONG: Mapping[str, tuple[float, float]] = {
    "first_decisions": (0.85, 0.1),
    "final_decisions": (0.05, 0.6),
    "reconsiderations": (0.01, 0.04),
    "notifications": (0.0, 0.3),
    "recovery": (0.5, 0.3),
    "services": (0.45, 0.5),
    "matters": (0.04, 0.06),
}
_SEALED = 0.004


def invented(plan: Plan, referrals: int, seed: int) -> list[Row]:
    """The rows of a period in which so many people were referred, and of those who were referred
    earlier and something was decided about. The same seed gives the same people."""
    chance = np.random.default_rng(seed)
    routes = chance.dirichlet(np.full(ROUTES, 1.2))
    shares = {one.code: _by_route(one, chance) for one in plan.dimensions}
    kinds = sorted({table.of for table in plan.tables} - {"referrals"})
    earlier = round(referrals * max(before for _, before in _AMONG.values()))
    total = referrals + earlier
    route = chance.choice(ROUTES, size=total, p=routes)
    codes = {one.code: _codes(one, shares[one.code], route, chance) for one in plan.dimensions}
    among = {
        kind: chance.random(total)
        < np.where(
            np.arange(total) < referrals, _AMONG[kind][0], _AMONG[kind][1] * referrals / earlier
        )
        for kind in kinds
    }
    sealed = chance.random(total) < _SEALED
    rows = []
    for person in range(total):
        of = {kind for kind in kinds if among[kind][person]}
        if person < referrals:
            of.add("referrals")
        if of:
            own = {code: given[person] for code, given in codes.items()}
            rows.append(Row(frozenset(of), own, bool(sealed[person])))
    return rows


def _by_route(dimension: Dimension, chance: np.random.Generator) -> np.ndarray:
    """How likely each code is on each route."""
    names = dimension.names
    if dimension.code in _LEANINGS and len(_LEANINGS[dimension.code]) == len(names):
        whole = np.array(_LEANINGS[dimension.code])
    else:
        whole = 1 / np.arange(1, len(names) + 1)
        whole[[name in (dimension.other, dimension.unknown) for name in names]] *= 0.5
        whole /= whole.sum()
    return chance.dirichlet(whole * 2 + 0.02, size=ROUTES)


def _codes(
    dimension: Dimension, shares: np.ndarray, route: np.ndarray, chance: np.random.Generator
) -> list[tuple[str, ...]]:
    edges = shares.cumsum(axis=1)[route]
    drawn = [
        (chance.random(len(route))[:, None] > edges[:, :-1]).sum(axis=1)
        for _ in range(dimension.at_most)
    ]
    names = dimension.names
    return [tuple(names[code] for code in sorted(set(own))) for own in zip(*drawn, strict=True)]
