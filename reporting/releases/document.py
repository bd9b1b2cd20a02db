"""The file that is published: JSON with everything that a reader, or an attacker, has to know.

The bytes are canonical (keys in order, no spaces, UTF-8), so that the same release is the same file
everywhere, and `sha256` is over the rest. It holds what was published and nothing of what was
counted: the snapshot is there as a salted hash, which proves later what was counted and tells
nothing now.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from nrm.profiles.labels import Label
from nrm.spreadsheets import as_csv, remarks
from reporting.releases.noise import noised, spread_of
from reporting.releases.periods import Period
from reporting.releases.rule import Rule, published
from reporting.releases.tables import MOST_TWO_WAY, Cell, Counts, Plan, circles

FORMAT = "nrm-release/1"
# The mark of a hidden count in tables, as the UK Government Statistical Service has it ("Using
# symbols and shorthand in tables", 2023): c for confidential.
HIDDEN = "[c]"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class DocumentFaults(ValueError):
    """A file that is not a release. `faults` holds every reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """A published table. `epsilon` is its share and `contribution` in how many of its cells a
    person can be: the scale of its noise is the second by the first."""

    code: str
    title: Label
    of: str
    dimensions: tuple[str, ...]
    epsilon: Fraction
    contribution: int
    cells: Mapping[Cell, int | None]

    @property
    def scale(self) -> float:
        return float(self.contribution / self.epsilon)


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it is published. `dimensions`: by code, its label and those of its codes."""

    profile: str
    version: str
    period: Period
    epsilon: Fraction
    epsilon_a_year: Fraction
    rule: Rule
    snapshot_sha256: str
    caveats: Mapping[str, Label]
    dimensions: Mapping[str, tuple[Label, Mapping[str, Label]]]
    tables: tuple[ReleasedTable, ...]

    def as_bytes(self) -> bytes:
        """The canonical bytes of the file."""
        body = self._body()
        return _canonical({**body, "sha256": _digest(body)})

    @property
    def sha256(self) -> str:
        return _digest(self._body())

    def as_csv(self, *, about: Iterable[str] = (), named: Callable[[str], str] = str) -> str:
        """One row a cell, with codes and English labels; what a spreadsheet would take for a
        formula is escaped. Lines `about` it stand before the rows, and `named` gives the name of a
        code that has no label, which is a country."""
        head = ["period", "table", "title", "of"]
        for number in (1, 2):
            head += [f"dimension_{number}", f"code_{number}", f"label_{number}"]
        rows: list[list[str | int | None]] = [[*head, "count"]]
        for table in self.tables:
            for cell, count in table.cells.items():
                row: list[str | int | None] = [str(self.period), table.code]
                row += [table.title.text("en"), table.of]
                for dimension, code in zip(table.dimensions, cell, strict=True):
                    label = self.dimensions[dimension][1][code].text("en") or named(code)
                    row += [dimension, code, label]
                row += [""] * (len(head) - len(row))
                rows.append([*row, HIDDEN if count is None else count])
        return remarks(about) + as_csv(rows)

    def _body(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "profile": self.profile,
            "version": self.version,
            "period": str(self.period),
            "first_day": self.period.first_day.isoformat(),
            "last_day": self.period.last_day.isoformat(),
            "epsilon": str(self.epsilon),
            "epsilon_a_year": str(self.epsilon_a_year),
            "rule": {
                "threshold": self.rule.threshold,
                "rounding": self.rule.rounding,
                "zeros": "hidden",
                "totals": "independent",
                "noise": "integer Laplace",
            },
            "snapshot_sha256": self.snapshot_sha256,
            "caveats": {code: _texts(text) for code, text in self.caveats.items()},
            "dimensions": [
                {
                    "code": code,
                    "label": _texts(label),
                    "codes": [{"code": c, "label": _texts(own)} for c, own in codes.items()],
                }
                for code, (label, codes) in self.dimensions.items()
            ],
            "tables": [
                {
                    "code": table.code,
                    "title": _texts(table.title),
                    "of": table.of,
                    "dimensions": list(table.dimensions),
                    "epsilon": str(table.epsilon),
                    "contribution": table.contribution,
                    "cells": [
                        {"codes": list(cell), "count": count} for cell, count in table.cells.items()
                    ],
                }
                for table in self.tables
            ],
        }


def release(plan: Plan, period: Period, counts: Counts, *, rule: Rule, snapshot: str) -> Release:
    """The release of true counts: noise, then the rule. Draws the noise, so it spends epsilon each
    time it is called. `snapshot` is the salted hash of the rows."""
    shown = published(noised(plan, period.kind, counts), rule)
    tables = plan.tables_of(period.kind)
    used = {code for table in tables for code in table.dimensions}
    return Release(
        profile=plan.profile,
        version=plan.version,
        period=period,
        epsilon=Fraction(plan.epsilon),
        epsilon_a_year=Fraction(plan.epsilon_a_year),
        rule=rule,
        snapshot_sha256=snapshot,
        caveats={caveat.code: caveat.text for caveat in plan.caveats},
        dimensions={
            one.code: (one.label, {code.code: code.label for code in one.codes})
            for one in plan.dimensions
            if one.code in used
        },
        tables=tuple(
            ReleasedTable(
                code=table.code,
                title=table.title,
                of=table.of,
                dimensions=table.dimensions,
                epsilon=plan.epsilon_of(table, period.kind),
                contribution=spread_of(plan, table, period.kind).contribution,
                cells=shown[table.code],
            )
            for table in tables
        ),
    )


class SnapshotHash:
    """What a release says of the rows it was counted from. Without the salt nobody can try which
    rows give it; with the salt, which stays inside, the rows can be proved later. ValueError for a
    salt that can be guessed."""

    def __init__(self, salt: bytes) -> None:
        if len(salt) < 16:
            raise ValueError("a salt of fewer than 16 bytes can be guessed")
        self._digest = hashlib.blake2b(key=salt[:64], digest_size=32)

    def add(self, rows: bytes) -> None:
        """Takes in some rows, in their order."""
        self._digest.update(rows)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def snapshot_hash(rows: bytes, salt: bytes) -> str:
    """The hash of all rows at once."""
    digest = SnapshotHash(salt)
    digest.add(rows)
    return digest.hexdigest()


def read_release(data: bytes) -> Release:
    """A release from the bytes of its file. Raises DocumentFaults with every fault: a changed
    byte, a count that the rule does not allow, a cell too many or too few, more noise promised
    than its tables give."""
    try:
        body = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise DocumentFaults(["This is not JSON in UTF-8."]) from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise DocumentFaults([f'format: must be "{FORMAT}"'])
    digest = body.pop("sha256", None)
    faults = []
    if digest != _digest(body):
        faults.append("sha256: is not that of what the file says: it was changed")
    try:
        found = _release_of(body)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as reason:
        faults.append(
            f"{type(reason).__name__}: the file lacks something or has it in another kind"
        )
        raise DocumentFaults(faults) from None
    faults += _faults_of(found)
    if not faults and found.as_bytes() != data:
        faults.append("The file says the same in other bytes than the canonical ones.")
    if faults:
        raise DocumentFaults(faults)
    return found


def _release_of(body: Mapping[str, Any]) -> Release:
    period = Period.parse(body["period"])
    if period is None:
        raise ValueError("period")
    return Release(
        profile=body["profile"],
        version=body["version"],
        period=period,
        epsilon=Fraction(body["epsilon"]),
        epsilon_a_year=Fraction(body["epsilon_a_year"]),
        rule=Rule(int(body["rule"]["threshold"]), int(body["rule"]["rounding"])),
        snapshot_sha256=body["snapshot_sha256"],
        caveats={code: _label(texts) for code, texts in body["caveats"].items()},
        dimensions={
            one["code"]: (
                _label(one["label"]),
                {code["code"]: _label(code["label"]) for code in one["codes"]},
            )
            for one in body["dimensions"]
        },
        tables=tuple(
            ReleasedTable(
                code=one["code"],
                title=_label(one["title"]),
                of=one["of"],
                dimensions=tuple(one["dimensions"]),
                epsilon=Fraction(one["epsilon"]),
                contribution=int(one["contribution"]),
                cells={tuple(cell["codes"]): cell["count"] for cell in one["cells"]},
            )
            for one in body["tables"]
        ),
    )


def _faults_of(found: Release) -> list[str]:
    faults = []
    rule = found.rule
    if rule.threshold < 2 or rule.rounding < 1:
        faults.append("rule: hides or rounds nothing")
    if not _SHA256.fullmatch(str(found.snapshot_sha256)):
        faults.append("snapshot_sha256: must be 64 hexadecimal digits")
    if sum((table.epsilon for table in found.tables), Fraction(0)) > found.epsilon:
        faults.append("epsilon: the shares of the tables are more than the whole")
    if found.epsilon > found.epsilon_a_year:
        faults.append("epsilon: is more than that of a year")
    two_way = [
        (one.code, one.of, one.dimensions) for one in found.tables if len(one.dimensions) == 2
    ]
    if len(two_way) > MOST_TWO_WAY:
        faults.append(f"tables: more than {MOST_TWO_WAY} by two dimensions")
    faults += [f"tables[{code}]: closes a circle of two-way tables" for code in circles(two_way)]
    if any(len(table.dimensions) > 2 for table in found.tables):
        faults.append("tables: one has more than two dimensions")
    if len({table.code for table in found.tables}) < len(found.tables):
        faults.append("tables: one stands there twice")
    for table in found.tables:
        faults += _faults_of_table(found, table)
    return faults


def _faults_of_table(found: Release, table: ReleasedTable) -> list[str]:
    where = f"tables[{table.code}]"
    if table.epsilon <= 0 or table.contribution < 1:
        return [f"{where}: has no noise"]
    if any(code not in found.dimensions for code in table.dimensions):
        return [f"{where}: a dimension that is not described"]
    wanted: list[Cell] = [()]
    for code in table.dimensions:
        wanted = [(*cell, own) for cell in wanted for own in found.dimensions[code][1]]
    faults = []
    if list(table.cells) != wanted:
        faults.append(f"{where}: its cells are not those of its dimensions, in their order")
    rule = found.rule
    for count in table.cells.values():
        whole = isinstance(count, int) and not isinstance(count, bool)
        if count is not None and not (whole and count == rule.apply(count)):
            faults.append(f"{where}: a count that the rule does not allow")
            break
    return faults


def _texts(label: Label) -> dict[str, str]:
    return dict(label.texts)


def _label(texts: Mapping[str, str]) -> Label:
    return Label(tuple((str(language), str(text)) for language, text in texts.items()))


def _canonical(body: Mapping[str, Any]) -> bytes:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()
