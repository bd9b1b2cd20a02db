"""Finding out one thing about one person of whom everything else is known.

Two trackers. The first asks a page with free filters (a drill-down) for counts of large groups, and
takes sums and differences of them until one person is left; the threshold and the rounding do not
help, since no group is small and the rounding averages out (Denning, Denning and Schwartz, The
tracker: a threat to statistical database security, ACM TODS 4, 1979). There is no such page here:
it is what a release is compared with.

The second has the fixed tables of a release, knows the noise, and knows every other person in the
period: the most that anybody could know. Both are compared with the best guess of somebody who
knows the others and sees no number. What is learnt of people in general is not held against a
release (Dwork and Roth, The algorithmic foundations of differential privacy, 2014, section 1).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from reporting.releases.noise import noised, spread_of
from reporting.releases.rule import Rule, published
from reporting.releases.tables import Cell, Counts, PeriodKind, Plan, Row, Table

Noise = Callable[[Plan, PeriodKind, Counts], Counts]

_COMMON = 0.2


@dataclass(frozen=True, slots=True)
class Tracked:
    """Of so many people, for how many the guess was right with the numbers, and without them."""

    people: int
    right: float
    guessed: float

    @property
    def gain(self) -> float:
        """By how many points (of a hundred) the numbers helped."""
        return 100 * (self.right - self.guessed)


def known_and_secret(plan: Plan) -> tuple[tuple[str, ...], str]:
    """What a neighbour may know of somebody who was referred, and what they want to find out: the
    kind of exploitation, or what else the most two-way tables tell, where there is none."""
    told = Counter(
        code
        for table in plan.tables
        if table.of == "referrals" and len(table.dimensions) == 2
        for code in table.dimensions
    )
    secret = "exploitation" if "exploitation" in told else max(told, key=lambda code: told[code])
    return tuple(code for code in ("nationality", "sex", "age", "place") if code in told), secret


class People:
    """Invented people as a cube of counts: the known dimensions, then the secret one."""

    def __init__(self, plan: Plan, rows: Sequence[Row], known: Sequence[str], secret: str) -> None:
        self.known, self.secret = tuple(known), secret
        self.names = [plan.dimension(code).names for code in (*known, secret)]
        index = [{name: number for number, name in enumerate(names)} for names in self.names]
        self.who = np.array(
            [
                [index[place][row.codes[code][0]] for place, code in enumerate((*known, secret))]
                for row in rows
                if "referrals" in row.of and not row.sealed
            ]
        )
        self.cube = np.zeros([len(names) for names in self.names], dtype=np.int64)
        np.add.at(self.cube, tuple(self.who.T), 1)

    def targets(self, count: int, chance: np.random.Generator) -> np.ndarray:
        """People who share with nobody, or with as few as anybody, all that is known of them."""
        alike = self.cube.sum(axis=-1)[tuple(self.who[:, :-1].T)]
        alone = np.flatnonzero(np.broadcast_to(alike == alike.min(), len(self.who)))
        chosen = chance.choice(alone, size=min(count, len(alone)), replace=False)
        return np.asarray(self.who[chosen])

    def rare(self, target: np.ndarray) -> list[bool]:
        """In which of the known dimensions the target is like few."""
        shares = [(self.who[:, place] == target[place]).mean() for place in range(len(self.known))]
        return [bool(share < _COMMON) for share in shares]

    def guess(self, target: np.ndarray) -> np.ndarray:
        """How likely each secret is, from everybody else: how common it is, and how what is known
        of the target goes with it, one thing at a time."""
        others = self.cube.astype(float)
        others[tuple(target)] -= 1
        common = others.reshape(-1, others.shape[-1]).sum(axis=0) + 0.5
        likely = common / common.sum()
        for place in range(len(self.known)):
            axes = tuple(axis for axis in range(len(self.known)) if axis != place)
            by = others.sum(axis=axes)
            likely = likely * (by[target[place]] + 0.5) / (by.sum(axis=0) + 0.5 * len(by))
        return np.asarray(likely / likely.sum())


def drill_down(
    people: People,
    answer: Callable[[np.ndarray], np.ndarray],
    *,
    count: int,
    queries: int,
    seed: int,
) -> Tracked:
    """Success with a page that answers any filter with `answer` of the true count. The attacker
    wants the counts of those who are like the target in all that is known, by secret; each is a sum
    of large groups: several codes of a dimension, less the same without the target's. Of a
    dimension in which the target is like many, their code alone is asked."""
    chance = np.random.default_rng(seed)
    targets = people.targets(count, chance)
    right = guessed = 0
    for target in targets:
        likely = people.guess(target)
        rare = people.rare(target)
        sides = [
            side
            for side in product((False, True), repeat=len(rare))
            if all(with_target or few for with_target, few in zip(side, rare, strict=True))
        ]
        rounds = max(1, queries // (len(sides) * people.cube.shape[-1]))
        found = [_one_round(people, target, answer, rare, sides, chance) for _ in range(rounds)]
        mean, spread = np.mean(found, axis=0), np.var(found, axis=0) / rounds + 1e-3
        guessed += int(likely.argmax() == target[-1])
        # One person more or less: what the counts say, against how far they scatter.
        right += int((np.log(likely) + (mean - 0.5) / spread).argmax() == target[-1])
    return Tracked(len(targets), right / len(targets), guessed / len(targets))


def _one_round(
    people: People,
    target: np.ndarray,
    answer: Callable[[np.ndarray], np.ndarray],
    rare: Sequence[bool],
    sides: Sequence[Sequence[bool]],
    chance: np.random.Generator,
) -> np.ndarray:
    groups = []
    for place, size in enumerate(people.cube.shape[:-1]):
        group = (chance.random(size) < 0.75) & rare[place]
        group[target[place]] = False
        groups.append(group)
    found = np.zeros(people.cube.shape[-1])
    for side in sides:
        chosen = []
        for place, with_target in enumerate(side):
            group = groups[place].copy()
            group[target[place]] = with_target
            chosen.append(np.flatnonzero(group))
        counts = people.cube[np.ix_(*chosen)].sum(axis=tuple(range(len(chosen))))
        sign = -1 if (len(side) - sum(side)) % 2 else 1
        found += sign * answer(counts)
    return found


def informed(
    plan: Plan,
    kind: PeriodKind,
    people: People,
    counts: Counts,
    rule: Rule,
    *,
    count: int,
    draws: int,
    seed: int,
    noise: Noise = noised,
) -> Tracked:
    """Success with the fixed tables of a release, of somebody who knows every other person, every
    rule and every scale: by each secret, how likely the published numbers are if the target has
    it. `counts` are the true ones; each draw publishes them anew, with such noise."""
    chance = np.random.default_rng(seed)
    targets = people.targets(count, chance)
    ways = [
        (table.code, [_cell_of(people, table, target) for target in targets], spread.scale)
        for table in plan.tables_of(kind)
        if people.secret in table.dimensions
        and {*table.dimensions} <= {*people.known, people.secret}
        for spread in [spread_of(plan, table, kind)]
    ]
    likely = np.array([people.guess(target) for target in targets])
    right = 0
    for _ in range(draws):
        shown = published(noise(plan, kind, counts), rule)
        for number, target in enumerate(targets):
            found = np.log(likely[number])
            for code, cells, scale in ways:
                for secret, cell in enumerate(cells[number]):
                    others = counts[code][cell] - int(secret == target[-1])
                    number_shown = shown[code][cell]
                    found[secret] += _likely(number_shown, others + 1, rule, scale)
                    found[secret] -= _likely(number_shown, others, rule, scale)
            right += int(found.argmax() == target[-1])
    guessed = (likely.argmax(axis=1) == targets[:, -1]).mean()
    return Tracked(len(targets), right / (len(targets) * draws), float(guessed))


def _cell_of(people: People, table: Table, target: np.ndarray) -> list[Cell]:
    """The cells of a table that the target may be in, by secret."""
    places = [(*people.known, people.secret).index(code) for code in table.dimensions]
    last = len(people.known)
    return [
        tuple(people.names[place][secret if place == last else target[place]] for place in places)
        for secret in range(len(people.names[last]))
    ]


def _likely(shown: int | None, count: int, rule: Rule, scale: float) -> float:
    """The logarithm of the chance that this count is published as `shown`."""
    low, high = rule.behind(shown)
    upto = _upto(high - count, scale)
    chance = upto if shown is None else upto - _upto(low - 1 - count, scale)
    return math.log(max(chance, 1e-300))


def _upto(number: int, scale: float) -> float:
    """The chance that integer Laplace noise is at most this number."""
    q = math.exp(-1 / scale)
    return 1 - q ** (number + 1) / (1 + q) if number >= 0 else q**-number / (1 + q)
