"""A set of tables small enough to think through, and people for it."""

from reporting.releases.document import Release, release
from reporting.releases.periods import Period
from reporting.releases.rule import Rule
from reporting.releases.tables import Counts, Plan, Row, read_plan

RULE = Rule(threshold=10, rounding=5)
Q1 = Period(2026, 1)


def dimension(code: str, codes: str, **more: object) -> dict[str, object]:
    names = codes.split()
    return {
        "code": code,
        "label": code,
        "codes": [{"code": name} for name in names],
        "other": names[-1],
        "unknown": names[-1],
        **more,
    }


def table(code: str, *dimensions: str, of: str = "referrals", **more: object) -> dict[str, object]:
    parts = {"quarter": 1, "year": 1, **more}
    return {"code": code, "title": code, "of": of, "dimensions": list(dimensions), **parts}


def given(*tables: dict[str, object], **more: object) -> dict[str, object]:
    """What a TOML file would say."""
    return {
        "profile": "small",
        "version": "1",
        "epsilon": "1",
        "epsilon_a_year": "5",
        "source": "invented",
        "verified": False,
        "dimensions": [
            dimension("sex", "female male other"),
            dimension("place", "here abroad"),
            dimension("kind", "labour sexual several other", several="several"),
            dimension("service", "roof health money other", at_most=2),
        ],
        "tables": list(tables) or [table("all"), table("sex_place", "sex", "place")],
        **more,
    }


def small(*tables: dict[str, object], **more: object) -> Plan:
    return read_plan(given(*tables, **more))


def person(*, sealed: bool = False, of: str = "referrals", **codes: str) -> Row:
    return Row(frozenset(of.split()), {code: tuple(v.split()) for code, v in codes.items()}, sealed)


def a_release(plan: Plan, counts: Counts, period: Period = Q1) -> Release:
    return release(plan, period, counts, rule=RULE, snapshot="0" * 64)
