"""Which indicators each report has: data (`data/*.toml`), one file a report and `common.toml` for
what they share.

An indicator is one count of a release, or a row of counts by one or two dimensions of it. Nothing
is ever added up: each count has noise of its own, and a sum would tell of a hidden one.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path

from nrm.profiles.labels import NOTHING, Label
from nrm.profiles.reading import read
from reporting.releases.tables import Plan, load_plan, shipped_files

DATA = Path(__file__).parent / "data"
# In which a report can be read: each text has all of them.
LANGUAGES = ("en", "fr", "ar")


class IndicatorFaults(ValueError):
    """Reports that cannot be used. `faults` holds every reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that several indicators share, by its code."""

    code: str
    text: Label


@dataclass(frozen=True, slots=True)
class Common:
    """`records`: where something is recorded in the system. `reasons`: why an indicator is not
    held. `limits`: in what part a release holds one."""

    records: tuple[Text, ...]
    reasons: tuple[Text, ...]
    limits: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """The one code of a dimension whose counts are meant."""

    dimension: str
    code: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. `source` is what asks for it, `verified` whether somebody has read it there.
    Its counts are those of `table` of a release, at `where`, told apart `by`; or it is `not_held`.
    `partly`: in what part the table holds it."""

    code: str
    title: Label
    definition: Label
    source: str
    verified: bool
    record: str = ""
    table: str = ""
    where: tuple[Where, ...] = ()
    by: tuple[str, ...] = ()
    partly: str = ""
    not_held: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The indicators that one body asks for."""

    code: str
    title: Label
    asked_by: Label
    source: str
    verified: bool
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Reports:
    """Every report, and the sentences that their indicators share."""

    all: tuple[Report, ...]
    records: Mapping[str, Label]
    reasons: Mapping[str, Label]
    limits: Mapping[str, Label]


@cache
def load_reports() -> Reports:
    """Every report. Raises IndicatorFaults with every fault of every file."""
    tables = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(DATA.glob("*.toml"))
    }
    return read_reports(tables, [load_plan(profile) for profile in shipped_files()])


def read_reports(tables: Mapping[str, object], releases: Iterable[Plan]) -> Reports:
    """The reports from the tables of TOML files by name ("common" holds what they share), for what
    these releases hold. Raises IndicatorFaults with every fault."""
    faults: list[str] = []
    common = read(Common, tables.get("common", {}), "common", faults)
    reports = []
    for name, table in tables.items():
        if name == "common":
            continue
        found = read(Report, table, name, faults)
        if found is not None:
            if found.code != name:
                faults.append(f"{name}.code: must be {name!r}, as the file is called")
            reports.append(found)
    known = tuple(releases)
    texts: dict[str, dict[str, Label]] = {"records": {}, "reasons": {}, "limits": {}}
    if common is not None:
        for kind in texts:
            listed = getattr(common, kind)
            faults += _twice(f"common.{kind}", [one.code for one in listed])
            faults += [
                fault
                for one in listed
                for fault in _untranslated(f"common.{kind}[{one.code}].text", one.text)
            ]
            texts[kind] = {one.code: one.text for one in listed}
        for report in reports:
            faults += _faults_of(report, known, texts)
    if faults:
        raise IndicatorFaults(faults)
    return Reports(tuple(reports), **texts)


def _faults_of(
    report: Report, known: tuple[Plan, ...], texts: Mapping[str, Mapping[str, Label]]
) -> list[str]:
    faults = _texts_of(report.code, report)
    faults += _twice(report.code, [one.code for one in report.indicators])
    if not report.indicators:
        faults.append(f"{report.code}.indicators: none")
    if not report.source:
        faults.append(f"{report.code}.source: says nothing")
    for one in report.indicators:
        where = f"{report.code}.indicators[{one.code}]"
        faults += _texts_of(where, one)
        if not one.source:
            faults.append(f"{where}.source: says nothing")
        for name, kind in (("record", "records"), ("not_held", "reasons"), ("partly", "limits")):
            code = getattr(one, name)
            if code and code not in texts[kind]:
                faults.append(f"{where}.{name}: no such sentence in common.{kind}: {code!r}")
        if bool(one.table) == bool(one.not_held):
            faults.append(f"{where}: has either a table or a reason why it is not held")
        if one.table and not one.record:
            faults.append(f"{where}.record: missing; it says where it comes from")
        if one.not_held and (one.where or one.by or one.partly):
            faults.append(f"{where}: is not held, and has counts all the same")
        if one.table:
            faults += _faults_of_table(where, one, known)
    return faults


def _faults_of_table(where: str, one: Indicator, known: tuple[Plan, ...]) -> list[str]:
    """What is wrong with the counts that are meant: nothing that no release holds, and no
    dimension left over, since its counts would have to be added up."""
    found = [(plan, table) for plan in known for table in plan.tables if table.code == one.table]
    if not found:
        return [f"{where}.table: no release holds {one.table!r}"]
    faults = []
    given = [*(choice.dimension for choice in one.where), *one.by]
    faults += _twice(where, given)
    for plan, table in found:
        if set(given) != set(table.dimensions):
            faults.append(
                f"{where}: {table.code} of {plan.profile} is by"
                f" {', '.join(table.dimensions) or 'nothing'}: each has to stand in where or by,"
                " and nothing else"
            )
    for choice in one.where:
        codes = {
            code
            for plan, _table in found
            for dimension in plan.dimensions
            if dimension.code == choice.dimension
            for code in dimension.names
        }
        if choice.code not in codes:
            faults.append(
                f"{where}.where[{choice.dimension}]: no release has the code {choice.code!r}"
            )
    return list(dict.fromkeys(faults))


def _texts_of(where: str, shape: Report | Indicator) -> list[str]:
    assert is_dataclass(shape)
    found = []
    for field in fields(shape):
        value = getattr(shape, field.name)
        if isinstance(value, Label) and value != NOTHING:
            found += _untranslated(f"{where}.{field.name}", value)
    return found


def _untranslated(where: str, text: Label) -> list[str]:
    has = {language for language, _said in text.texts}
    return [f"{where}.{language}: missing" for language in LANGUAGES if language not in has]


def _twice(where: str, names: list[str]) -> list[str]:
    return [f"{where}: {name!r} stands there twice" for name, n in Counter(names).items() if n > 1]
