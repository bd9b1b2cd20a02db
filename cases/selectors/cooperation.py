"""Whether and how the person co-operates with police and courts, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case, Cooperation
from cases.models.cooperation import CooperationAnswer
from cases.rules.languages import language_name
from cases.rules.referral_form import form_for
from cases.selectors.sharing import interpreters
from identities.crypto import Opener, Unreadable
from nrm.deadline_words import day_words
from nrm.profiles import Profile

_COLOURS = {
    CooperationAnswer.AGREED: "green",
    CooperationAnswer.TIME: "orange",
    CooperationAnswer.DECLINED: "grey",
}
MOST = 50


def explainers(profile: Profile) -> dict[str, str]:
    """Who explained it, in words, as the referral asks it."""
    asked = form_for(profile).question("consent_explained_by")
    return {one.code: str(one.label) for one in asked.options}


@dataclass(frozen=True, slots=True)
class Said:
    """What the person said once. `words` are empty where the key is gone; `holds`: they co-operate
    by it, unless they said something else since."""

    row: Cooperation
    answer: str
    colour: str
    words: str
    holds: bool
    rows: list[dict[str, str]]


def cooperation_of(case: Case) -> list[Said]:
    """What the person said to co-operating, the newest first, which counts; empty where nobody has
    asked yet. One query, and one for the key where they said something in words."""
    found = list(case.cooperations.select_related("recorded_by")[:MOST])
    opener = None
    if any(row.words is not None for row in found):
        try:
            opener = Opener(case.person_id)
        except Unreadable:
            opener = None
    return [_said(case, row, opener) for row in found]


def _said(case: Case, row: Cooperation, opener: Opener | None) -> Said:
    words = ""
    if row.words is not None and opener is not None:
        try:
            place: Any = {"table": "cases_cooperation", "column": "words", "row": row.pk}
            words = opener.text(bytes(row.words), **place)
        except Unreadable:
            words = ""
    ways = {one.code: str(one.label) for one in case.profile.cooperation.ways}
    recorded = {"date": day_words(row.recorded_at), "name": row.recorded_by.display_name}
    rows: Iterable[tuple[str, str]] = (
        (_("How"), "\n".join(ways.get(code, code) for code in row.ways)),
        (_("In their words"), words),
        (_("The person said it on"), day_words(row.said_on)),
        (
            _("Explained by"),
            # "I did" is the word of whoever recorded it.
            row.recorded_by.display_name
            if row.explained_by == "me"
            else explainers(case.profile).get(row.explained_by, row.explained_by),
        ),
        (_("Language"), language_name(row.language)),
        (_("Interpreter"), interpreters(case.profile).get(row.interpreter, row.interpreter)),
        (_("Told that help does not depend on it"), _("Yes")),
        (_("Recorded"), _("%(date)s by %(name)s") % recorded),
        (_("Taken back"), day_words(row.withdrawn_at) if row.withdrawn_at else ""),
    )
    answer = CooperationAnswer(row.answer)
    gone = row.withdrawn_at is not None
    return Said(
        row=row,
        answer=_("Taken back") if gone else str(answer.label),
        colour="red" if gone else _COLOURS[answer],
        words=words,
        holds=answer == CooperationAnswer.AGREED and not gone,
        rows=[{"key": key, "value": value} for key, value in rows if value],
    )
