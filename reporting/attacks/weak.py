"""Files that are weak on purpose, put through the very functions that judge a release. Each has to
be refused, for its own reason, on every run: else the verdict on a release proves nothing.

They are of invented people of a country that is nowhere, whose tables stand here. So they say
something of the attacks alone, and come out the same whatever a country's own tables are like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nrm.profiles.labels import NOTHING
from reporting.attacks.controls import Control
from reporting.attacks.judging import Limits, of_the_files, of_the_way
from reporting.attacks.population import invented
from reporting.releases.document import Release, release
from reporting.releases.periods import Period
from reporting.releases.rule import Rule
from reporting.releases.tables import Plan, Row, Table, read_plan, true_counts

RULE = Rule(threshold=10, rounding=5)
_TOLD = Rule(threshold=2, rounding=1)  # hides nobody and one, rounds nothing
_HIGH = Rule(threshold=30, rounding=1)
_OWN = ("n14", "n15")  # whom only those have who are added
_YEAR = Period(2000)
_QUARTER = Period(2000, 1)


def _dimension(code: str, codes: str) -> dict[str, object]:
    names = codes.split()
    listed = [{"code": name} for name in names]
    last = names[-1]
    return {"code": code, "label": code, "codes": listed, "other": last, "unknown": last}


def _table(code: str, quarter: int, *dimensions: str) -> dict[str, object]:
    own = {"code": code, "title": code, "of": "referrals", "dimensions": list(dimensions)}
    return {**own, "quarter": quarter, "year": quarter}


NOWHERE = read_plan(
    {
        "profile": "nowhere",
        "version": "1",
        "epsilon": "1",
        "epsilon_a_year": "5",
        "source": "invented",
        "verified": False,
        "dimensions": [
            _dimension("age", "child adult unknown"),
            _dimension("sex", "female male other"),
            _dimension("place", "here there both abroad unknown"),
            _dimension("nationality", " ".join(f"n{number:02}" for number in range(17))),
            _dimension("exploitation", "sexual labour home crime several unknown"),
            _dimension("responder", "police border council charity other"),
        ],
        "tables": [
            _table("all", 4),
            _table("age_sex", 14, "age", "sex"),
            _table("age_place", 24, "age", "place"),
            _table("nationality_exploitation", 32, "nationality", "exploitation"),
            _table("responder_exploitation", 30, "responder", "exploitation"),
        ],
    }
)
# With noise that is never anything but zero, and one table more: a margin.
_LOUD = replace(
    NOWHERE,
    epsilon="1000000",
    epsilon_a_year="5000000",
    tables=(*NOWHERE.tables, Table("nationality", NOTHING, "referrals", ("nationality",), 10, 10)),
)
_FEW = replace(_LOUD, tables=(_LOUD.tables[0], _LOUD.tables[-1]))


def weak_files(limits: Limits, *, seed: int = 1) -> list[Control]:
    """Each weak file, or lot of files, and whether it was refused for its reason."""
    people = [one for one in invented(_LOUD, 300, seed) if one.codes["nationality"][0] not in _OWN]
    alike = [_like(people[0], "n14", "labour")] * 50
    # Of six counts just under the threshold the margin says that none is much less.
    under = [
        _like(people[0], "n15", kind)
        for kind in NOWHERE.dimension("exploitation").names
        for _ in range(_HIGH.threshold - 2)
    ]
    told = _file([*people, *alike], _TOLD)
    return [
        *_refused([told], limits, "recovered", "narrow", "alike"),
        *_refused([_file([*people, *under], _HIGH)], limits, "not_empty"),
        *_refused([_of_two_lots(told, _file(people, _TOLD))], limits, "impossible"),
        _year(limits, seed),
        *_made(limits, seed),
    ]


def _like(one: Row, nationality: str, exploitation: str) -> Row:
    """The same person, with these two things for theirs, and counted in every table."""
    own = {"nationality": (nationality,), "exploitation": (exploitation,)}
    return replace(one, of=frozenset({"referrals"}), codes={**one.codes, **own}, sealed=False)


def _refused(files: Sequence[Release], limits: Limits, *kinds: str) -> list[Control]:
    reasons = [one.kind for one in of_the_files(files, limits).reasons]
    return [_control(kind, reasons.count(kind)) for kind in kinds]


def _of_two_lots(one: Release, other: Release) -> Release:
    """A file whose first tables are of other people than the rest."""
    return replace(one, tables=(*other.tables[:2], *one.tables[2:]))


def _year(limits: Limits, seed: int) -> Control:
    """A year less three quarters: what is proved of the fourth, and was not by itself."""
    lots = [invented(_FEW, size, seed + more) for more, size in enumerate((300, 300, 300, 40))]
    quarters = [
        _file(lot, _TOLD if number < 3 else RULE, period, _FEW)
        for number, (lot, period) in enumerate(zip(lots, _YEAR.quarters, strict=True))
    ]
    year = _file([row for lot in lots for row in lot], _TOLD, _YEAR, _FEW)
    joined = {one.where for one in of_the_files([year, *quarters], limits).reasons}
    alone = {one.where for one in of_the_files([quarters[-1]], limits).reasons}
    fourth = {where for where in joined - alone if where and where[0] == str(_YEAR.quarters[-1])}
    return _control("year", len(fourth))


def _made(limits: Limits, seed: int) -> list[Control]:
    way = of_the_way(_LOUD, "quarter", _TOLD, limits, seed=seed, trials=400)
    reasons = [one.kind for one in way.reasons]
    return [_control(kind, reasons.count(kind)) for kind in ("tracker", "differences")]


def _control(kind: str, found: int) -> Control:
    return Control(f"file: {kind}", found > 0, {"reasons": found})


def _file(
    rows: Sequence[Row], rule: Rule, period: Period = _QUARTER, plan: Plan = _LOUD
) -> Release:
    counts = true_counts(plan, period.kind, rows)
    return release(plan, period, counts, rule=rule, snapshot="0" * 64)
