"""What can be proved about a count, from everything that was published, by programming.

Each true count is a variable between the least and the most that its published number leaves
possible. Two tables about the same people have the same margins, which are equations; what a year
is taken to have to do with its quarters gives more. The smallest and the largest that a hidden
count can be are then two linear programmes, and two integer ones, since people are whole (Fischetti
and Salazar, Solving the cell suppression problem on tabular data with linear constraints,
Management Science 47, 2001; Cohen and Nissim, Linear program reconstruction in practice, Journal of
Privacy and Confidentiality 10, 2020).
The linear interval holds the integer one; only where they may differ is the integer one asked for.

Solved with HiGHS (Huangfu and Hall, Parallelizing the dual revised simplex method, Mathematical
Programming Computation 10, 2018).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

# The class below highspy.Highs, which prints who made it on the output as soon as there is one.
from highspy._core import _Highs as Solver

from reporting.releases.tables import Cell

Where = tuple[str, str, Cell]  # period, table, codes of the cell
Bounds = tuple[int, int | None]  # the least and the most; None: without an end

_ENDLESS = 10_000_000  # stands for "without an end": more than people are ever referred
_SLACK = 1e-6
_SECONDS = 20.0  # for one programme, which takes some milliseconds


class Unfinished(RuntimeError):
    """A programme was not finished in time: nothing was proved, and nothing was found safe either.
    The machine may have been busy; whoever asks again may get an answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attacker makes of a published table: about whom it is, and what each true count can
    be by its own number alone. `hidden`: the cells whose number was not shown. `contribution`: in
    how many cells a person can be; with more than one, margins are no counts of people."""

    period: str
    code: str
    of: str
    dimensions: tuple[str, ...]
    bounds: Mapping[Cell, Bounds]
    hidden: frozenset[Cell] = frozenset()
    contribution: int = 1

    def places(self) -> list[Where]:
        return [(self.period, self.code, cell) for cell in self.bounds]


@dataclass(frozen=True, slots=True)
class Proof:
    """What an attacker proved: of each target the interval. `feasible` is false where what was
    assumed cannot be true."""

    feasible: bool
    intervals: Mapping[Where, tuple[int, int]] = field(default_factory=dict)
    programmes: int = 0
    integer_programmes: int = 0

    @property
    def recovered(self) -> list[Where]:
        return [where for where, (low, high) in self.intervals.items() if low == high]


class Attacker:
    """Somebody who knows what is in `tables`. `whole`: which periods are of which (quarters of
    their year). `corrected`: None, if the year is taken to be exactly the sum of its quarters; else
    it is taken to be no more than that and so many people a count, who were added or changed when
    the year was counted, and a total no less than that of any quarter less so many. `sealed`: that
    people may be in a total and in none of its cells."""

    def __init__(
        self,
        tables: Sequence[Seen],
        *,
        whole: Mapping[str, Sequence[str]] | None = None,
        corrected: int | None = None,
        sealed: bool = True,
    ) -> None:
        self.tables = tables
        self._column: dict[Where, int] = {}
        low: list[float] = []
        high: list[float] = []
        for table in tables:
            for where, (least, most) in zip(table.places(), table.bounds.values(), strict=True):
                self._column[where] = len(low)
                low.append(least)
                high.append(_ENDLESS if most is None else most)
        self._low, self._high = np.array(low), np.array(high)
        self._rows: list[tuple[float, float, dict[int, float]]] = []
        self._link_margins(sealed)
        self._link_periods(whole or {}, corrected)

    def prove(self, targets: Iterable[Where] | None = None) -> Proof:
        """The interval of each target (by default: of each hidden count). Raises Unfinished."""
        wanted = self._hidden() if targets is None else list(targets)
        linear = self._model()
        if not _solved(linear):
            return Proof(feasible=False)
        seen_low = np.full(len(self._low), np.inf)
        seen_high = np.full(len(self._low), -np.inf)
        _see(linear, seen_low, seen_high)
        limits: dict[Where, tuple[int, int]] = {}
        for where in wanted:
            column = self._column[where]
            least = _extreme(linear, column, 1.0, seen_low, seen_high)
            most = -_extreme(linear, column, -1.0, seen_low, seen_high)
            if math.isinf(least) or math.isinf(most):  # by rounding alone: it was possible before
                raise Unfinished("infeasible only now")
            limits[where] = math.ceil(least - _SLACK), math.floor(most + _SLACK)
        open_ends = [
            (where, sign)
            for where, (least, most) in limits.items()
            for sign, end in ((1.0, least), (-1.0, most))
            if (seen_low if sign > 0 else seen_high)[self._column[where]] != end
        ]
        possible = self._narrow(limits, open_ends, seen_low, seen_high)
        if not possible or any(low > high for low, high in limits.values()):
            return Proof(feasible=False)
        return Proof(True, limits, 2 * len(wanted), len(open_ends))

    def _hidden(self) -> list[Where]:
        return [
            (table.period, table.code, cell)
            for table in self.tables
            for cell in table.bounds
            if cell in table.hidden
        ]

    def _narrow(
        self,
        limits: dict[Where, tuple[int, int]],
        open_ends: Sequence[tuple[Where, float]],
        seen_low: np.ndarray,
        seen_high: np.ndarray,
    ) -> bool:
        """The integer programmes, for the ends that no whole solution has reached yet. False where
        no whole numbers of people agree with what was seen."""
        whole = self._model(integer=True) if open_ends else None
        for where, sign in open_ends:
            column = self._column[where]
            least, most = limits[where]
            if (seen_low if sign > 0 else seen_high)[column] == (least if sign > 0 else most):
                continue  # a solution of another programme reached it meanwhile
            value = _extreme(whole, column, sign, seen_low, seen_high)
            if math.isinf(value):
                return False
            if sign > 0:
                limits[where] = max(least, math.ceil(value - _SLACK)), most
            else:
                limits[where] = least, min(most, math.floor(-value + _SLACK))
        return True

    def _link_margins(self, sealed: bool) -> None:
        alike = defaultdict(list)
        for table in self.tables:
            if table.contribution == 1:
                alike[table.period, table.of].append(table)
        for tables in alike.values():
            for number, table in enumerate(tables):
                for earlier in tables[:number]:
                    shared = [code for code in table.dimensions if code in earlier.dimensions]
                    total = not table.dimensions or not earlier.dimensions
                    if total and table.dimensions != earlier.dimensions:
                        self._link_total(table, earlier, sealed)
                    else:
                        self._link(self._margin(table, shared), self._margin(earlier, shared))

    def _link_total(self, one: Seen, other: Seen, sealed: bool) -> None:
        total, parts = (one, other) if not one.dimensions else (other, one)
        [whole] = self._margin(total, []).values()
        [cells] = self._margin(parts, []).values()
        row = {column: 1.0 for column in whole} | {column: -1.0 for column in cells}
        self._rows.append((0.0, _ENDLESS if sealed else 0.0, row))

    def _link_periods(self, whole: Mapping[str, Sequence[str]], corrected: int | None) -> None:
        for year, quarters in whole.items():
            for table in (table for table in self.tables if table.period == year):
                parts = [
                    one
                    for one in self.tables
                    if one.period in quarters
                    and (one.code, one.dimensions) == (table.code, table.dimensions)
                    and one.contribution == 1
                ]
                if len(parts) == len(quarters):
                    for cell in table.bounds:
                        own = self._column[year, table.code, cell]
                        columns = [self._column[one.period, one.code, cell] for one in parts]
                        self._link_year(own, columns, corrected, total=not table.dimensions)

    def _link_year(
        self, year: int, quarters: Sequence[int], corrected: int | None, *, total: bool
    ) -> None:
        row = {year: 1.0} | dict.fromkeys(quarters, -1.0)
        if corrected is None:
            self._rows.append((0.0, 0.0, row))
            return
        # Who is in several quarters is one person of the year, and in one cell of it: the newest.
        self._rows.append((-math.inf, corrected, row))
        if total:
            for quarter in quarters:
                self._rows.append((-corrected, math.inf, {year: 1.0, quarter: -1.0}))

    def _margin(self, table: Seen, shared: Sequence[str]) -> dict[Cell, list[int]]:
        places = [table.dimensions.index(code) for code in shared]
        found: dict[Cell, list[int]] = defaultdict(list)
        for where in table.places():
            found[tuple(where[2][place] for place in places)].append(self._column[where])
        return found

    def _link(self, one: Mapping[Cell, list[int]], other: Mapping[Cell, list[int]]) -> None:
        for codes in {**one, **other}:
            row: dict[int, float] = defaultdict(float)
            for column in one.get(codes, ()):
                row[column] += 1
            for column in other.get(codes, ()):
                row[column] -= 1
            self._rows.append((0.0, 0.0, row))

    def _model(self, *, integer: bool = False) -> Any:
        model = Solver()
        for option, value in _OPTIONS.items():
            model.setOptionValue(option, value)
        count = len(self._low)
        model.addVars(count, self._low, self._high)
        for low, high, row in self._rows:
            index = np.fromiter(row, dtype=np.int32, count=len(row))
            model.addRow(low, high, len(row), index, np.array(list(row.values())))
        if integer:
            every = np.arange(count, dtype=np.int32)
            kinds = np.full(count, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
            model.changeColsIntegrality(count, every, kinds)
        return model


_OPTIONS: Mapping[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,
}


def _solved(model: Any) -> bool:
    """Whether there is a solution. Raises Unfinished where that is not known."""
    # HiGHS counts the time over everything that a model was asked, not from one run to the next.
    model.setOptionValue("time_limit", model.getRunTime() + _SECONDS)
    model.run()
    status = model.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return True
    # Every count has an end on both sides, so that "or unbounded" cannot be.
    if status in (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    ):
        return False
    raise Unfinished(model.modelStatusToString(status))


def _extreme(model: Any, column: int, sign: float, low: np.ndarray, high: np.ndarray) -> float:
    """The smallest that sign times this count can be; infinite where nothing is possible. Each
    whole solution on the way tells what every count can be, which saves programmes."""
    model.changeColCost(column, sign)
    solved = _solved(model)
    value = model.getInfo().objective_function_value if solved else math.inf
    if solved:
        _see(model, low, high)
    model.changeColCost(column, 0.0)
    return float(value)


def _see(model: Any, low: np.ndarray, high: np.ndarray) -> None:
    values = np.array(model.getSolution().col_value)
    rounded = np.rint(values)
    if np.abs(values - rounded).max(initial=0) < _SLACK:
        np.minimum(low, rounded, out=low)
        np.maximum(high, rounded, out=high)
