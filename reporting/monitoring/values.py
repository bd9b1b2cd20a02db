"""What an indicator is worth in a period: read from the release of it, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from django.utils.translation import gettext as _

from reporting.monitoring.indicators import Indicator, Report, Reports
from reporting.releases.document import HIDDEN, Release
from reporting.releases.tables import Plan

State = Literal["held", "partly", "not_held"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One published count. `codes` are those that tell it apart, as (dimension, code); None is a
    count that is hidden."""

    codes: tuple[tuple[str, str], ...]
    label: str
    count: int | None

    @property
    def shown(self) -> str:
        return HIDDEN if self.count is None else str(self.count)


@dataclass(frozen=True, slots=True)
class Value:
    """The counts of an indicator. `because` says why there is none, or in what part it is held."""

    state: State
    figures: tuple[Figure, ...] = ()
    because: str = ""

    @property
    def words(self) -> str:
        return {"held": _("Held"), "partly": _("Held in part"), "not_held": _("Not held")}[
            self.state
        ]


@dataclass(frozen=True, slots=True)
class Entry:
    """An indicator with its value, and in words where it is recorded in the system."""

    indicator: Indicator
    value: Value
    record: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A report of one period, filled in."""

    report: Report
    entries: tuple[Entry, ...]

    def count(self, state: State) -> int:
        return sum(1 for entry in self.entries if entry.value.state == state)


Names = Mapping[str, Mapping[str, str]]


def fill(
    reports: Reports, release: Release, plan: Plan | None = None, *, names: Names | None = None
) -> tuple[Filled, ...]:
    """Every report with the values of this release. `plan` tells what other releases of the same
    country hold, for saying where to look. `names`: by dimension, what codes are called that the
    release gives no label (countries)."""
    return tuple(
        Filled(
            report,
            tuple(
                Entry(
                    indicator,
                    value_of(indicator, release, reports, plan, names=names or {}),
                    str(reports.records[indicator.record]) if indicator.record else "",
                )
                for indicator in report.indicators
            ),
        )
        for report in reports.all
    )


def value_of(
    indicator: Indicator,
    release: Release,
    reports: Reports,
    plan: Plan | None = None,
    *,
    names: Names | None = None,
) -> Value:
    """What the release says of the indicator: its published counts as they are, hidden ones
    hidden, nothing added up."""
    if indicator.not_held:
        return Value("not_held", because=str(reports.reasons[indicator.not_held]))
    table = next((one for one in release.tables if one.code == indicator.table), None)
    if table is None:
        return Value("not_held", because=_missing(indicator, release, plan))
    at = {choice.dimension: choice.code for choice in indicator.where}
    # A country's own tables can divide otherwise under the same name.
    told_apart = {*table.dimensions} == {*at, *indicator.by} and all(
        code in release.dimensions[dimension][1] for dimension, code in at.items()
    )
    if not told_apart:
        because = _("The releases of this country do not tell this apart.")
        return Value("not_held", because=because)
    codes = [
        [at[code]] if code in at else list(release.dimensions[code][1]) for code in table.dimensions
    ]
    figures = tuple(
        _figure(
            dict(zip(table.dimensions, cell, strict=True)), indicator, release, count, names or {}
        )
        for cell in product(*codes)
        for count in [table.cells[cell]]
    )
    limit = str(reports.limits[indicator.partly]) if indicator.partly else ""
    return Value("partly" if limit else "held", figures, limit)


def _figure(
    cell: Mapping[str, str],
    indicator: Indicator,
    release: Release,
    count: int | None,
    names: Names,
) -> Figure:
    codes = tuple((code, cell[code]) for code in indicator.by)
    labels = [
        str(release.dimensions[dimension][1][code]) or names.get(dimension, {}).get(code, code)
        for dimension, code in codes
    ]
    return Figure(codes, " · ".join(labels), count)


def _missing(indicator: Indicator, release: Release, plan: Plan | None) -> str:
    listed = [one for one in plan.tables if one.code == indicator.table] if plan else []
    if any(one.year for one in listed) and release.period.kind == "quarter":
        return _("Not in the release of a quarter: that of the year holds it.")
    if any(one.quarter for one in listed):
        return _("Not in the release of a year: those of its quarters hold it.")
    return _("No release of this country holds it.")
