"""What an attacker knows of releases: every rule, every scale, and how far noise may go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reporting.attacks.programme import Attacker, Proof, Seen, Where
from reporting.releases.document import Release, ReleasedTable
from reporting.releases.noise import within
from reporting.releases.rule import Rule

# What a year is taken to have to do with its quarters: to be exactly their sum; no more than it,
# but for corrections; nothing.
Years = Literal["sum", "at most the sum", "apart"]

# How many people a count may have been corrected by between a quarter and its year, in the second
# of these. Nobody can know it: it is an assumption, and stands in the report as one.
CORRECTED = 5


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was proved of releases together, and on which assumptions: that all noise is within what
    it exceeds with `chance` (all counts together), and what a year has to do with its quarters. Who
    assumes less noise, or more of the year, proves more, and is wrong more often."""

    attacker: Attacker
    proof: Proof
    chance: float
    years: Years


def seen(table: ReleasedTable, period: str, rule: Rule, noise: int) -> Seen:
    """A released table as the attacker sees it, if no noise is further than `noise` from zero."""
    bounds = {}
    for cell, shown in table.cells.items():
        low, high = rule.behind(shown)
        # What is clamped to zero can have been any negative number.
        bounds[cell] = (max(0, low - noise), high + noise)
    hidden = frozenset(cell for cell, shown in table.cells.items() if shown is None)
    return Seen(period, table.code, table.of, table.dimensions, bounds, hidden, table.contribution)


def know(
    releases: Sequence[Release], *, chance: float = 0.01, targets: Iterable[Where] | None = None
) -> list[Knowledge]:
    """Everything that these releases together prove about their hidden counts, the boldest
    attacker first, if noise is within what all of it together exceeds with `chance`. An attacker
    for whom that cannot be true believes more noise. Whoever assumes less is asked too, unless a
    bolder one found nothing impossible: then whatever the others prove, that one has proved."""
    wanted = None if targets is None else list(targets)
    found = []
    bold: tuple[Years, ...] = ("sum", "at most the sum", "apart")
    for years in bold if _whole(releases) else ("apart",):
        found.append(_known(releases, chance, years, wanted))
        if found[-1].proof.feasible and found[-1].chance == chance:
            break
    return [one for one in found if one.proof.feasible] or found[-1:]


def of_the_year(newest: Release, earlier: Sequence[Release]) -> list[Release]:
    """The releases that say something of the newest one's people together with it: those of its
    year. No margin and no sum goes across years, so that those of others prove nothing more."""
    return [newest, *(one for one in earlier if one.period.year == newest.period.year)]


def _known(
    releases: Sequence[Release], chance: float, years: Years, wanted: list[Where] | None
) -> Knowledge:
    assumed = chance
    for _ in range(4):
        attacker = _attacker(releases, assumed, years)
        proof = attacker.prove(wanted)
        if proof.feasible:
            break
        assumed /= 100
    return Knowledge(attacker, proof, assumed, years)


def _attacker(releases: Sequence[Release], chance: float, years: Years) -> Attacker:
    counts = sum(len(table.cells) for one in releases for table in one.tables)
    tables = [
        seen(table, str(one.period), one.rule, within(table.scale, chance / counts))
        for one in releases
        for table in one.tables
    ]
    whole = {} if years == "apart" else _whole(releases)
    return Attacker(tables, whole=whole, corrected=None if years == "sum" else CORRECTED)


def _whole(releases: Sequence[Release]) -> dict[str, list[str]]:
    """The years among them all of whose quarters are there too."""
    there = {str(one.period) for one in releases}
    return {
        str(one.period): [str(quarter) for quarter in one.period.quarters]
        for one in releases
        if one.period.quarters and there.issuperset(map(str, one.period.quarters))
    }
