"""Which counts a release holds: a fixed set of tables over coarse codes, and counting them.

The set is data (`data/*.toml`): which dimensions there are, which codes each has, which tables are
in a quarter and which in a year. Nobody chooses a filter, so nobody can ask for a difference.

The two-way tables of one kind of count form no circle (age by sex, sex by place and place by age
would). Then tables agree on what they share if, and only if, there are people whom all of them
describe (Dobra and Fienberg, Bounds for cell entries in contingency tables given marginal totals
and decomposable graphs, PNAS 97, 2000): what the attacker of `reporting.attacks` proves from the
shared margins of tables is all that there is to prove.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

from nrm.profiles.labels import NOTHING, Label
from nrm.profiles.loader import folders
from nrm.profiles.reading import read

DATA = Path(__file__).parent / "data"

Cell = tuple[str, ...]
Counts = dict[str, dict[Cell, int]]  # by table, then by the codes of the cell
PeriodKind = Literal["quarter", "year"]

MOST_TWO_WAY = 6  # a release of more spends its noise on more tables, and each is worse


class PlanFaults(ValueError):
    """A set of tables that cannot be used. `faults` holds every reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class RowFaults(ValueError):
    """Rows that do not fit the set of tables. `faults` holds every kind of fault, without a row's
    codes: an error may be logged, a row may not."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Code:
    """A coarse code, and the codes of the casework that it stands for (none: its own name)."""

    code: str
    label: Label = NOTHING
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """A fixed list of coarse codes. `other` takes whatever no code holds; `unknown` what was never
    recorded; `several`, where there is one, whoever has more than one. Without it a person may have
    up to `at_most` codes, the first in the order of the list."""

    code: str
    label: Label
    codes: tuple[Code, ...]
    other: str
    unknown: str
    several: str = ""
    at_most: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(code.code for code in self.codes)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a kind of count (`of`, such as referrals) by none, one or two dimensions; without
    any it is the total, which alone counts sealed cases. `quarter` and `year` are its parts of
    epsilon in a release of that kind; 0: not in it."""

    code: str
    title: Label
    of: str
    dimensions: tuple[str, ...] = ()
    quarter: int = 0
    year: int = 0

    def parts(self, kind: PeriodKind) -> int:
        return self.quarter if kind == "quarter" else self.year


@dataclass(frozen=True, slots=True)
class Caveat:
    """What a reader of a release has to know."""

    code: str
    text: Label


@dataclass(frozen=True, slots=True)
class Plan:
    """The fixed set of tables of one profile. Epsilons are texts of exact numbers, since a
    binary fraction would spend a little more than it says."""

    profile: str
    version: str
    epsilon: str
    epsilon_a_year: str
    source: str
    verified: bool
    tables: tuple[Table, ...]
    dimensions: tuple[Dimension, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    def dimension(self, code: str) -> Dimension:
        return next(dimension for dimension in self.dimensions if dimension.code == code)

    def tables_of(self, kind: PeriodKind) -> tuple[Table, ...]:
        return tuple(table for table in self.tables if table.parts(kind))

    def cells(self, table: Table) -> tuple[Cell, ...]:
        """Every cell of the table, in the order in which it is published, empty ones too."""
        return tuple(product(*(self.dimension(code).names for code in table.dimensions)))

    def contribution(self, table: Table) -> int:
        """In how many cells of the table one person can be."""
        cells = 1
        for code in table.dimensions:
            cells *= self.dimension(code).at_most
        return cells

    def epsilon_of(self, table: Table, kind: PeriodKind) -> Fraction:
        """The table's share of epsilon in a release of this kind."""
        everything = sum(one.parts(kind) for one in self.tables_of(kind))
        return Fraction(self.epsilon) * table.parts(kind) / everything


@dataclass(frozen=True, slots=True)
class Row:
    """One person in one period, coarse. `of`: what they are counted among; `codes`: by dimension,
    the codes that they have (one, or up to `at_most`). A person is one row, whatever happened to
    them in the period: the noise hides a row, not an event."""

    of: frozenset[str]
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sealed: bool = False


def coarse(dimension: Dimension, values: Iterable[str]) -> tuple[str, ...]:
    """The coarse codes for what the casework recorded of one person: never a code that is not in
    the list, never more than `at_most`."""
    by_value = {
        value: code.code for code in dimension.codes for value in code.holds or (code.code,)
    }
    found = {by_value.get(value, dimension.other) for value in values if value}
    if not found:
        return (dimension.unknown,)
    if len(found) > 1 and dimension.several:
        return (dimension.several,)
    ordered = [name for name in dimension.names if name in found]
    return tuple(ordered[: dimension.at_most])


def true_counts(plan: Plan, kind: PeriodKind, rows: Iterable[Row]) -> Counts:
    """The true counts of every cell of a release, for the noise and for nobody else. A sealed case
    is in the totals only. Raises RowFaults where a row could count more often than the noise is
    made for."""
    tables = plan.tables_of(kind)
    counts: dict[str, Counter[Cell]] = {table.code: Counter() for table in tables}
    allowed = {one.code: (frozenset(one.names), one.at_most) for one in plan.dimensions}
    kinds = {table.of for table in plan.tables}
    faults: set[str] = set()
    for row in rows:
        faults |= {f"of: {of!r} is not counted" for of in row.of - kinds}
        for code, given in row.codes.items():
            names, at_most = allowed.get(code, (frozenset(), 0))
            if not at_most:
                faults.add(f"{code}: no such dimension")
            elif len(given) > at_most or len(set(given)) < len(given):
                faults.add(f"{code}: at most {at_most} different codes a person")
            elif not names.issuperset(given):
                faults.add(f"{code}: a code that is not in the list")
        for table in tables:
            if table.of not in row.of or (row.sealed and table.dimensions):
                continue
            missing = [code for code in table.dimensions if not row.codes.get(code)]
            faults |= {f"{code}: missing, and {table.code} needs it" for code in missing}
            for cell in product(*(row.codes.get(code, ()) for code in table.dimensions)):
                counts[table.code][cell] += 1
    if faults:
        raise RowFaults(sorted(faults))
    return {
        table.code: {cell: counts[table.code][cell] for cell in plan.cells(table)}
        for table in tables
    }


def load_plan(profile: str) -> Plan:
    """The set of tables of a profile. Raises PlanFaults with every fault, LookupError without a
    file for it."""
    path = plan_files().get(profile)
    if path is None:
        raise LookupError(f'There are no tables for the profile "{profile}".')
    return _load(profile, path)


@cache
def _load(profile: str, path: Path) -> Plan:
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PlanFaults([f"not readable: {error}"]) from error
    common = tomllib.loads((DATA / "common.toml").read_text(encoding="utf-8"))
    if own.get("profile") != profile:
        raise PlanFaults([f"profile: must be {profile!r}, as the file is called"])
    dimensions = own.get("dimensions", [])
    given = [one.get("code") for one in dimensions]
    shared = [one for one in common["dimensions"] if one["code"] not in given]
    own["dimensions"] = shared + dimensions
    return read_plan({**own, "caveats": common["caveats"]})


def plans() -> tuple[str, ...]:
    """The profiles that have a set of tables."""
    return tuple(sorted(plan_files()))


def plan_files() -> dict[str, Path]:
    """The file of each profile that has a set of tables: those that ship, and in their place those
    of the installation's own folder, `releases-` and the profile's code."""
    own = {
        path.stem.removeprefix("releases-"): path
        for folder in folders()
        for path in folder.glob("releases-*.toml")
    }
    return shipped_files() | own


def shipped_files() -> dict[str, Path]:
    """The file of each profile that ships."""
    return {path.stem: path for path in DATA.glob("*.toml") if path.stem != "common"}


def read_plan(table: object) -> Plan:
    """A plan from the table of a TOML file. Raises PlanFaults with every fault."""
    faults: list[str] = []
    plan = read(Plan, table, "", faults)
    if plan is not None:
        faults += _faults_of(plan)
    if faults or plan is None:
        raise PlanFaults(faults)
    return plan


def _faults_of(plan: Plan) -> list[str]:
    faults = []
    for name in ("epsilon", "epsilon_a_year"):
        if _number(getattr(plan, name)) <= 0:
            faults.append(f'{name}: must be a number above 0, written as a text, such as "0.5"')
    if _number(plan.epsilon_a_year) < _number(plan.epsilon):
        faults.append("epsilon_a_year: must be enough for one release")
    faults += _twice("dimensions", [one.code for one in plan.dimensions])
    faults += _twice("tables", [one.code for one in plan.tables])
    for dimension in plan.dimensions:
        faults += _faults_of_dimension(dimension)
    known = {one.code: one for one in plan.dimensions}
    for table in plan.tables:
        where = f"tables[{table.code}]"
        faults += [
            f"{where}: no dimension {code!r}" for code in table.dimensions if code not in known
        ]
        if len(table.dimensions) > 2 or len(set(table.dimensions)) < len(table.dimensions):
            faults.append(f"{where}.dimensions: at most two, different ones")
        if min(table.quarter, table.year) < 0:
            faults.append(f"{where}: parts of epsilon cannot be negative")
    kinds: tuple[PeriodKind, PeriodKind] = ("quarter", "year")
    for kind in kinds:
        faults += _faults_of_set(plan, kind)
    return faults


def _faults_of_dimension(dimension: Dimension) -> list[str]:
    where = f"dimensions[{dimension.code}]"
    faults = _twice(where, list(dimension.names))
    faults += _twice(where, [value for code in dimension.codes for value in code.holds])
    for name in ("other", "unknown", "several"):
        code = getattr(dimension, name)
        if code and code not in dimension.names:
            faults.append(f"{where}.{name}: {code!r} is not one of its codes")
    if dimension.at_most < 1 or (dimension.several and dimension.at_most != 1):
        faults.append(f"{where}.at_most: 1 or more, and 1 where there is a code for several")
    return faults


def _faults_of_set(plan: Plan, kind: PeriodKind) -> list[str]:
    tables = plan.tables_of(kind)
    faults = [] if tables else [f"tables: none is in a release of a {kind}"]
    two_way = [(one.code, one.of, one.dimensions) for one in tables if len(one.dimensions) == 2]
    if len(two_way) > MOST_TWO_WAY:
        faults.append(f"tables: at most {MOST_TWO_WAY} by two dimensions in a {kind}")
    for code in circles(two_way):
        faults.append(f"tables[{code}]: closes a circle of two-way tables in a {kind}")
    return faults


def circles(two_way: Iterable[tuple[str, str, tuple[str, ...]]]) -> list[str]:
    """The two-way tables, given as code, kind of count and dimensions, that close a circle with
    those before them: two ways through tables from one dimension to another."""
    above: dict[tuple[str, str], tuple[str, str]] = {}

    def top(of: tuple[str, str]) -> tuple[str, str]:
        while of in above:
            of = above[of]
        return of

    found = []
    for code, of, (one, other) in two_way:
        first, second = top((of, one)), top((of, other))
        if first == second:
            found.append(code)
        else:
            above[first] = second
    return found


def _twice(where: str, names: list[str]) -> list[str]:
    return [f"{where}: {name!r} stands there twice" for name, n in Counter(names).items() if n > 1]


def _number(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)
