"""Detentions, removals and returns of a case, opened, and what stands against each."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import Case, Removal
from cases.models.deadline import DeadlineState
from cases.rights import KEEP_MATTERS
from cases.rules import removals as rules
from identities.crypto import Opener
from nrm.actions import Hidden
from nrm.deadline_words import day_words

MOST = 50


def barred_until(case: Case) -> date | None:
    """The last day of a running period in which the profile bars a removal. One query."""
    terms = case.profile.non_punishment.removal_barred_during
    rows = case.deadlines.filter(
        term__in=terms, state__in=(DeadlineState.OPEN, DeadlineState.PAUSED)
    )
    return max(rows.values_list("due_on", flat=True), default=None)


@dataclass(frozen=True, slots=True)
class Line:
    """One of them, in words."""

    row: Removal
    words: str
    against: list[str]  # codes
    says: list[str]


def removals_of(case: Case) -> list[Line]:
    """The newest of a case. Two queries, and one more where there are any."""
    rows = list(case.removals.all()[:MOST])
    if not rows:
        return []
    until, opener = barred_until(case), Opener(case.person_id)
    return [_line(row, until, opener) for row in rows]


def find_removal(case: Case, pk: UUID) -> Removal:
    """One of the case. Hidden (404) where there is none."""
    if row := case.removals.filter(pk=pk).first():
        row.case = case
        return row
    raise Hidden(KEEP_MATTERS.code)


def line_of(row: Removal) -> Line:
    """One of them in words."""
    return _line(row, barred_until(row.case), Opener(row.case.person_id))


def against(row: Removal, until: date | None) -> list[str]:
    """The codes of what stands against it."""
    return list(rules.against(rules.Facts(row.kind, row.risk, bool(row.ended), until)))


def _line(row: Removal, until: date | None, opener: Opener) -> Line:
    codes = against(row, until)
    words = {
        rules.BARRED: _("The person may not be removed until %(date)s: a recovery period runs.")
        % {"date": day_words(until) if until else ""},
        rules.UNASSESSED: _("Nobody has assessed the risk: nobody is returned without that."),
        rules.UNSAFE: _("The assessment does not say that it is safe."),
    }
    told = opener.text(row.told, table="cases_removal", column="told", row=row.pk)
    return Line(row, told, codes, [words[code] for code in codes])
