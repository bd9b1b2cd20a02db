"""Reads about the disqualifications of a case: what was said, and what can be done now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cases.course_words import reason_label
from cases.models import Case, Disqualification
from cases.models.disqualification import Answered, DisqualificationState
from cases.models.reconsideration import LookState
from cases.rules import disqualifying as rules
from cases.selectors.decisions import today_of
from identities.crypto import Opener, Unreadable
from nrm.deadline_words import day_words

TABLE = "cases_disqualification"
# What can be done, in the order in which it is.
PROPOSAL, TOLD, ANSWER, DECISION, WITHDRAWAL = (
    "proposal",
    "told",
    "answer",
    "decision",
    "withdrawal",
)
SERVED, LOOK, LOOK_ANSWER = "served", "look", "look-answer"


@dataclass(frozen=True, slots=True)
class Told:
    """One disqualification in words: what it rests on, what was said and decided, each with its
    label; `steps` are what can be done with it now."""

    row: Disqualification
    grounds: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    answer_until: date | None
    ask_until: date | None


def disqualifications_of(case: Case) -> list[Told]:
    """Those of the case, the newest first. One query, one more where there are any."""
    rows = list(
        case.disqualifications.select_related(
            "by", "decided_by", "look_recorded_by", "look_answered_by"
        )
    )
    if not rows:
        return []
    try:
        opener: Opener | None = Opener(case.person_id)
    except Unreadable:
        opener = None
    return [_told(case, row, opener) for row in rows]


def newest_of(case: Case) -> Disqualification | None:
    """The newest row of the case. One query."""
    row = case.disqualifications.first()
    if row is not None:
        row.case = case
    return row


def _open(opener: Opener | None, row: Disqualification, column: str, *, words: bool) -> Any:
    sealed = getattr(row, column)
    if sealed is None or opener is None:
        return "" if words else {}
    try:
        how = opener.text if words else opener.json
        return how(bytes(sealed), table=TABLE, column=column, row=row.pk)
    except Unreadable:
        return "" if words else {}


def _told(case: Case, row: Disqualification, opener: Opener | None) -> Told:
    law = case.profile.disqualification
    grounds = tuple(reason_label(law.grounds if law else (), code) for code in row.grounds)
    ask_until = rules.last_day_to_ask(case.profile, case.calendar, row.served_on)
    return Told(
        row,
        grounds,
        tuple(_facts(case, row, opener)),
        _steps(row),
        rules.last_day_to_answer(case.profile, case.calendar, row.person_told_on),
        ask_until,
    )


def _facts(case: Case, row: Disqualification, opener: Opener | None) -> list[tuple[str, str]]:
    proposed = f"{row.by.display_name}, {day_words(today_of(case, row.at))}"
    found = [
        (_("Proposed by"), proposed),
        (_("It rests on"), _open(opener, row, "told", words=False).get("why", "")),
    ]
    if row.person_told_on:
        found.append((_("The person was told on"), day_words(row.person_told_on)))
    if row.answered and row.answered_on:
        said = str(Answered(row.answered).label)
        found.append((said, day_words(row.answered_on)))
        if words := _open(opener, row, "answer", words=True):
            found.append((_("What they said"), words))
    if row.decided_by and row.decided_at:
        who = f"{row.decided_by.display_name}, {day_words(today_of(case, row.decided_at))}"
        found.append((_("Decided by"), who))
        found.append((_("Why"), _open(opener, row, "reasons", words=True)))
    if row.served_on:
        found.append((_("The person received the decision on"), day_words(row.served_on)))
    if row.look_state and row.look_on and row.look_recorded_by:
        told = _open(opener, row, "look_told", words=False)
        law = case.profile.disqualification
        labels = [reason_label(law.look_grounds if law else (), g) for g in row.look_grounds]
        found.append((_("Another look was asked for"), day_words(row.look_on)))
        found.append((_("Asked by"), str(row.get_look_by_display())))
        found.append((_("On the ground"), ", ".join(labels)))
        found.append((_("What is new or wrong"), told.get("why", "")))
        if row.look_late:
            found.append((_("After its days, because"), told.get("exceptional", "")))
    if row.look_answered_by and row.look_answered_at:
        day = day_words(today_of(case, row.look_answered_at))
        found.append((_("Answered by"), f"{row.look_answered_by.display_name}, {day}"))
        found.append((_("Why"), _open(opener, row, "look_answer", words=True)))
    return found


def _steps(row: Disqualification) -> tuple[str, ...]:
    """What can be done with it now."""
    if row.state == DisqualificationState.PROPOSED:
        if row.person_told_on is None:
            return (TOLD, WITHDRAWAL)
        return (ANSWER, DECISION, WITHDRAWAL)
    found = []
    decided = row.state in (DisqualificationState.MADE, DisqualificationState.NOT_MADE)
    if decided and row.served_on is None:
        found.append(SERVED)
    if row.state == DisqualificationState.MADE and not row.look_state:
        found.append(LOOK)
    if row.look_state == LookState.ASKED:
        found.append(LOOK_ANSWER)
    return tuple(found)
