"""What can be said of a detention, removal or return, and what stands against it. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST = 2000
CODES = ("kind", "on", "risk", "risk_on", "ended", "ended_on")
DETENTION = "detention"


def objections_to_removal(
    values: Mapping[str, Any], *, choices: Mapping[str, Collection[str]], today: date
) -> Iterable[Objection]:
    """Every reason against keeping these values; all of CODES and `words` are among them."""
    if not values["kind"]:
        yield Objection(_("Select what it is"), field="kind")
    for name, codes in choices.items():
        if values[name] and values[name] not in codes:
            yield Objection(_("Select one of the answers shown"), field=name)
    if bool(values["risk"]) != bool(values["risk_on"]):
        field = "risk_on" if values["risk"] else "risk"
        text = _("Say both what the assessment found and when it was made")
        yield Objection(text, field=field)
    if bool(values["ended"]) != bool(values["ended_on"]):
        field = "ended_on" if values["ended"] else "ended"
        yield Objection(_("Say both how it ended and when"), field=field)
    for name in ("risk_on", "ended_on"):
        if values[name] and values[name] > today:
            yield Objection(_("The day must be today or earlier"), field=name)
    if len(values["words"]) > LONGEST:
        text = _("Write %(limit)d characters or less") % {"limit": LONGEST}
        yield Objection(text, field="words")


@dataclass(frozen=True, slots=True)
class Facts:
    """`barred_until`: the last day of a period in which nobody may be removed, where one runs."""

    kind: str
    risk: str
    ended: bool
    barred_until: date | None


BARRED, UNASSESSED, UNSAFE = "barred", "unassessed", "unsafe"


def against(facts: Facts) -> Iterable[str]:
    """What stands against it, as codes; nothing against what has ended. Detention is no return, but
    leads to one: during a recovery period that is barred too."""
    if facts.ended:
        return
    if facts.barred_until is not None:
        yield BARRED
    if facts.kind != DETENTION:
        if not facts.risk:
            yield UNASSESSED
        elif facts.risk != "safe":
            yield UNSAFE
