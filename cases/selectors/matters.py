"""The matters of a case, opened; what they lack; and what gives reason to ask about one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cases import ports
from cases.models import Case, Matter
from cases.models.case import AgeStatus
from cases.rights import KEEP_MATTERS
from cases.rules import matters as rules
from cases.rules.partial_dates import first_day
from cases.selectors.decisions import today_of
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from identities.crypto import Opener, Unreadable
from nrm.actions import Hidden
from nrm.deadline_words import day_words
from nrm.profiles.shape import MatterProposal

_PLACE = {"table": "cases_matter", "column": "told"}
SHORT = 120


def codes_of(row: Matter) -> dict[str, Any]:
    """What stands in a matter in codes, numbers and dates."""
    return {
        name: row.episode_id if name == "episode" else getattr(row, name)
        for name in sorted(rules.codes_of())
    }


def told_of(row: Matter, opener: Opener | None = None) -> dict[str, str]:
    """What was said in words. Raises Unreadable (KeyGone where the person was erased)."""
    opener = opener or Opener(row.case.person_id)
    told: dict[str, str] = opener.json(row.told, row=row.pk, **_PLACE)
    return told


@dataclass(frozen=True, slots=True)
class Line:
    """A matter in the list of its case."""

    row: Matter
    offence: str
    state: str
    hearing: str
    missing: list[str] = field(default_factory=list)


def matters_of(
    case: Case, *, at: datetime, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of the matters of a case, the newest first. Two queries."""
    page = page_of(
        case.matters.all(), "raised_at", newest_first=True, after=after, before=before, size=size
    )
    opener = Opener(case.person_id) if page.rows else None
    today = today_of(case, at)
    return Rows([_line(row, opener, today) for row in page.rows], page.before, page.after)


def _line(row: Matter, opener: Opener | None, today: date) -> Line:
    offence = told_of(row, opener).get("offence", "")
    return Line(
        row=row,
        offence=offence if len(offence) <= SHORT else f"{offence[:SHORT].rstrip()}…",
        state=str(row.get_outcome_display() if row.outcome else row.get_stage_display()),
        hearing=day_words(row.hearing_on) if row.hearing_on and row.hearing_on >= today else "",
        missing=list(rules.objections_to_state(codes_of(row), today=today)),
    )


def find_matter(case: Case, pk: UUID) -> Matter:
    """One matter of the case. Hidden (404) where there is none."""
    if row := case.matters.select_related("episode").filter(pk=pk).first():
        row.case = case
        return row
    raise Hidden(KEEP_MATTERS.code)


def facts_of(row: Matter, told: dict[str, str]) -> rules.Facts:
    """What a matter says of itself to the rule of grounds. An age that nobody has said is that of
    the case only where the person was a child then and still is."""
    case = row.case
    age = row.age_status
    if not age and case.age_status == AgeStatus.CHILD:
        age = AgeStatus.CHILD
    said = {name.removeprefix(rules.NEED) for name in told if name.startswith(rules.NEED)}
    return rules.Facts(row.kind, age, row.exclusion, frozenset(said))


@dataclass(frozen=True, slots=True)
class Opened:
    """A matter with everything that its page and REST tell of it."""

    row: Matter
    told: dict[str, str]
    readings: list[rules.Reading]
    to_see_to: list[str]


def opened(row: Matter, *, at: datetime) -> Opened:
    """Opens a matter. One query."""
    told = told_of(row)
    law = row.case.profile.non_punishment
    return Opened(
        row=row,
        told=told,
        readings=rules.readings(law, facts_of(row, told)),
        to_see_to=list(rules.objections_to_state(codes_of(row), today=today_of(row.case, at))),
    )


def appeal_day(row: Matter) -> date | None:
    """The last day on which a conviction can be appealed, by the term of the profile, where nobody
    has asked for it or decided against it; None where there is none or its day is not known."""
    profile = row.case.profile
    term, day = profile.non_punishment.appeal, row.outcome_on or row.stage_on
    if not term or day is None or row.review not in ("", "due", "advised"):
        return None
    if not rules.convicted(row.stage, row.outcome):
        return None
    return profile.clock(term, day, calendar=row.case.calendar).due_on


# In words -----------------------------------------------------------------------------------------
def labels_of(case: Case) -> dict[str, dict[str, str]]:
    """The words of the codes that the profile gives."""
    law = case.profile.non_punishment
    not_excluded = {rules.NOT_EXCLUDED: _("Not one of those excluded")}
    return {
        "basis": {one.code: str(one.label) for one in law.bases},
        "exclusion": {**not_excluded, **{one.code: str(one.label) for one in law.exclusions}},
        "agency": {one.code: str(one.label) for one in law.notify},
    }


def in_words(one: Opened, part: str, names: dict[str, str]) -> list[dict[str, str]]:
    """What a part of the page says, as rows of a summary list; `names` are the questions."""
    row, labels = one.row, labels_of(one.row.case)
    rows = []
    for name in rules.fields_of(part, row.case.profile.non_punishment):
        if name in labels:
            value = labels[name].get(getattr(row, name), getattr(row, name))
        elif name == "episode":
            number = row.episode.position if row.episode else 0
            value = _("Episode %(number)d") % {"number": number} if number else ""
        elif name == "acted_on":
            value = _partial(row.acted_on)
        elif name in rules.codes_of():
            value = _shown(row, name)
        else:
            value = one.told.get(name, "")
        rows.append({"key": names[name], "value": value})
    return rows


def _shown(row: Matter, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, date):
        return day_words(value)
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display and value else "" if value is None else value)


def _partial(text: str) -> str:
    day = first_day(text)
    return day_words(day) if day and len(text) == 10 else text


# What to ask about --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FromReferral:
    """An allegation that the referral told of and of which no matter was made."""

    id: UUID
    offence: str
    stage: str
    hearing_on: date | None


def told_in_referral(case: Case) -> list[FromReferral]:
    """The allegations of the referral without a matter. Two queries."""
    rows = list(case.allegations.filter(matter__isnull=True))
    try:
        opener = Opener(case.person_id) if rows else None
    except Unreadable:
        opener = None
    place = {"table": "cases_allegation", "column": "offence"}
    return [
        FromReferral(
            row.pk,
            opener.text(row.offence, row=row.pk, **place) if opener else "",
            row.stage,
            row.hearing_on,
        )
        for row in rows
    ]


def proposals_of(case: Case, there: Iterable[str]) -> list[MatterProposal]:
    """What the findings of the case give reason to ask about and no matter was made of; `there` are
    the proposals of which one was. Two queries."""
    proposals = [one for one in case.profile.non_punishment.proposals if one.code not in set(there)]
    findings = case.findings_now if proposals else None
    if findings is None:
        return []
    shown = {code for item in ports.items_behind(findings) for code in item.shows}
    return [one for one in proposals if shown & set(one.when)]


def proposed_already(case: Case) -> list[str]:
    """The proposals of which a matter was made. One query."""
    rows = case.matters.exclude(proposal="")
    return list(rows.values_list("proposal", flat=True).distinct().order_by())
