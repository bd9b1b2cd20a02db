"""Which letters can be written about a case, what each says, and what was written."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case, Letter, Merging
from cases.rights import WRITE_LETTER
from cases.rules import letters as rules
from cases.selectors.sharing import today_of
from identities.crypto import Unreadable, unseal_json
from nrm.actions import Hidden
from nrm.deadline_words import day_words
from nrm.profiles.shape import LetterTemplate

TABLE = "cases_letter"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter in words: it names nobody. The pseudonym stands on what is for the person alone."""

    title: str
    reference: str
    pseudonym: str
    authority: str
    made_on: str
    paragraphs: list[str]
    details: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def digest(self) -> str:
        """What tells whether this is what somebody has looked at."""
        return hashlib.sha256(json.dumps(self.as_json()).encode()).hexdigest()


def template_of(case: Case, code: str) -> LetterTemplate | None:
    """The letter of this code in the profile of the case."""
    return next((one for one in case.profile.letters if one.code == code), None)


def templates_for(case: Case) -> list[LetterTemplate]:
    """The letters that say what is so of the case now: none of a case that goes on in another one,
    of which nobody is told that it is closed. No query, one for a closed case."""
    closed, suspended = case.closed_at is not None, case.suspended_at is not None
    if closed and Merging.that_hold().filter(case_id=case.pk).exists():
        return []
    letters = case.profile.letters
    return [one for one in letters if rules.fits(one, closed=closed, suspended=suspended)]


def sheet_of(
    case: Case, template: LetterTemplate, language: str, details: str, *, at: datetime
) -> Sheet:
    """The letter in this language. One query for a suspended case."""
    with override(language):
        stage = str(case.profile.stage(case.stage).label)
        filled = {"{stage}": stage, "{day}": _day(case)}
        paragraphs = [str(one) for one in template.paragraphs]
        for name, words in filled.items():
            paragraphs = [one.replace(name, words) for one in paragraphs]
        return Sheet(
            title=str(template.title),
            reference=case.reference,
            pseudonym=case.pseudonym if template.to == "person" else "",
            authority=case.authority.name,
            made_on=day_words(today_of(case, at)),
            paragraphs=paragraphs,
            details=details.strip(),
        )


def _day(case: Case) -> str:
    if case.suspended_at is None:
        return ""
    row = case.suspensions.filter(ended_at=None).first()
    return day_words(row.review_on) if row else ""


def opened_sheet(row: Letter) -> Sheet | None:
    """What the letter says; None where it cannot be opened any more."""
    place = {"table": TABLE, "column": "content", "row": row.pk}
    try:
        return Sheet(**unseal_json(row.case.person_id, row.content, **place))
    except Unreadable:
        return None


def letters_of(case: Case) -> QuerySet[Letter]:
    """Every letter that was written about the case, with who wrote and gave it."""
    return case.letters.select_related("made_by", "given_by")


def find_letter(case: Case, pk: UUID) -> Letter:
    """One of them. Hidden (404) where there is none."""
    if row := letters_of(case).filter(pk=pk).first():
        row.case = case
        return row
    raise Hidden(WRITE_LETTER.code)


def label_of(case: Case, code: str) -> str:
    """What a letter is called, or its code where the profile has it no more."""
    template = template_of(case, code)
    return str(template.label) if template else code


def channel_words(case: Case, row: Letter) -> str:
    """How it was given, in words; empty where it was not."""
    template = template_of(case, row.code)
    found = dict(rules.channels(template)) if template else {}
    return str(found.get(row.channel, row.channel)) if row.channel else _("Not given yet")
