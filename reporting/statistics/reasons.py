"""What the attacks on a release tried and found, in words. The pages say no number that was proved
of a count: whoever has the files can prove it again."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.profiles import Profile
from reporting.statistics.selectors import plan_of

# By the kind of a reason (reporting.attacks.suite). `%(where)s` is the period, table and cell.
_WORDS = {
    "control": _lazy(
        "A release that is weak on purpose was not broken: the attacks prove nothing."
    ),
    "profiles": _lazy("The releases are of different profiles."),
    "periods": _lazy("This period is released twice: %(where)s."),
    "epsilon": _lazy("The releases of the year spend more epsilon than it may: %(where)s."),
    "impossible": _lazy("What the releases say of their rules cannot be true together."),
    "undecided": _lazy("What this count can be was not worked out in time: %(where)s."),
    "recovered": _lazy("A hidden count can be worked out exactly: %(where)s."),
    "narrow": _lazy("A hidden count can be narrowed down too far: %(where)s."),
    "not_empty": _lazy("That somebody is behind a hidden count can be proved: %(where)s."),
    "alike": _lazy("Everybody of a group can be proved to be alike: %(where)s."),
    "contribution": _lazy("The file does not say how often a person counts in it: %(where)s."),
    "tracker": _lazy(
        "Whoever knows everybody else guesses something about the last person too well by it."
    ),
    "differences": _lazy("How many people were added can be told by differences too often."),
}
_CONTROLS = {
    "primary": _lazy("Small counts hidden, everything else exact"),
    "per table": _lazy("Each table protected by itself"),
    "drill-down": _lazy("A page with free filters"),
    "again": _lazy("Exact counts, issued again after some more people"),
    "file: recovered": _lazy("A file without noise: counts worked out exactly"),
    "file: narrow": _lazy("A file without noise: counts narrowed down"),
    "file: alike": _lazy("A file without noise: a group that is all alike"),
    "file: not_empty": _lazy("A file without noise: somebody proved to be behind a hidden count"),
    "file: impossible": _lazy("A file whose tables are of different people"),
    "file: year": _lazy("A year without noise, less three of its quarters"),
    "file: tracker": _lazy("Files without noise: the last person guessed"),
    "file: differences": _lazy("Files without noise: added people told by differences"),
}


def in_words(report: Mapping[str, Any], profile: Profile) -> list[str]:
    """Every reason why the release may not be published."""
    plan = plan_of(profile)
    titles = {table.code: str(table.title) for table in plan.tables} if plan else {}
    return [
        str(_WORDS.get(one["kind"], one["kind"])) % {"where": _where(one, titles)}
        for one in report.get("codes", [])
    ]


def _where(one: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    table = one.get("table", "")
    parts = [one.get("period", ""), titles.get(table, table), ", ".join(one.get("codes", []))]
    return "; ".join(part for part in parts if part)


def controls(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The releases that are weak on purpose, and whether each was broken."""
    return [
        {"text": str(_CONTROLS.get(one["control"], one["control"])), "broken": one["broken"]}
        for one in report.get("controls", [])
    ]


def tried(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was tried, and what came of it, as rows of a list."""
    proof = report.get("proof", {})
    rows = [
        (_("Joined with so many earlier releases"), len(report.get("joined_with", []))),
        (_("Linear and integer programmes"), proof.get("programmes")),
        (_("Hidden counts"), proof.get("hidden")),
        (_("Hidden counts that were worked out exactly"), proof.get("recovered")),
        (_("Hidden counts behind which somebody is proved to be"), proof.get("not_empty")),
        (_("The least width of what a hidden count can be"), proof.get("narrowest")),
        (_("Groups that were proved to be all alike"), report.get("alike")),
    ]
    if tracker := report.get("tracker"):
        rows += [
            (_("Tracker: right of 100"), round(100 * tracker["right"])),
            (_("Tracker: right of 100 by guessing alone"), round(100 * tracker["guessed"])),
        ]
    if named := report.get("differences"):
        rows.append((_("Differences: named rightly of 100"), round(100 * named["named"])))
    return [{"key": key, "value": value} for key, value in rows if value is not None]
