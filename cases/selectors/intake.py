"""The intake queue, and what a referral says."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from cases.access import kept_from
from cases.models import Allegation, Case, CaseTask, Episode, Referral
from cases.models.case import Confidentiality
from cases.rights import ASSIGN
from cases.rules.countries import country_name
from cases.rules.languages import language_name
from cases.rules.referral_form import shape
from cases.rules.referral_form.questions import form_for
from cases.rules.referral_form.shape import Option, Question
from cases.selectors.cases import DeadlineView, next_deadlines
from cases.selectors.keyset import Rows
from cases.selectors.lists import UNASSIGNED, Wanted, page_of_cases
from identities.crypto import Opener, Unreadable
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.forms import NOT_ANSWERED
from nrm.profiles import Profile
from nrm.templatetags.nrm import partial_date


# The queue ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Waiting:
    """A referral that nobody has been given yet."""

    case: Case
    deadline: DeadlineView | None
    jurisdiction: str
    from_whom: str
    tasks_open: int
    tasks: int


def intake_queue(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = 25
) -> tuple[list[Waiting], Rows]:
    """One page of what waits for a caseworker, the oldest legal deadline first. Five queries."""
    page = page_of_cases(
        actor,
        ASSIGN,
        Wanted(view=UNASSIGNED),
        Case.objects.select_related("person"),
        at=at,
        after=after,
        before=before,
        size=size,
    )
    deadlines = next_deadlines(page.rows, at=at)
    tasks: dict[UUID, list[datetime | None]] = defaultdict(list)
    for case_id, done_at in CaseTask.objects.filter(case__in=page.rows).values_list(
        "case_id", "done_at"
    ):
        tasks[case_id].append(done_at)
    # The first referral of a case is the one that opened it.
    senders = dict(
        Referral.objects.filter(case__in=page.rows)
        .order_by("-sent_at")
        .values_list("case_id", "organisation__name")
    )
    waiting = [
        Waiting(
            case=case,
            deadline=deadlines.get(case.pk),
            jurisdiction=str(case.profile.jurisdiction(case.jurisdiction).label),
            from_whom=senders.get(case.pk, ""),
            tasks_open=sum(done is None for done in tasks[case.pk]),
            tasks=len(tasks[case.pk]),
        )
        for case in page.rows
    ]
    return waiting, page


def caseworkers_for(case: Case) -> QuerySet[User]:
    """The people to whom the case can be given, with how many open cases each has."""
    return caseworkers_in({case.authority_id}).exclude(kept_from(case))


def caseworkers_of(actor: User) -> QuerySet[User]:
    """The people to whom the actor can give cases at all, with how many open cases each has."""
    return caseworkers_in({o.pk for o in actor.organisations(Role.INTAKE, Role.SUPERVISOR)})


def caseworkers_in(authorities: set[UUID]) -> QuerySet[User]:
    """The caseworkers of these authorities, with how many open cases each has."""
    return (
        User.objects.filter(
            is_active=True,
            memberships__group__role_group__role=Role.CASEWORKER,
            memberships__group__role_group__organisation__in=authorities,
        )
        .annotate(
            open_cases=Count(
                "assigned_cases",
                # A sealed case is in nobody's numbers.
                filter=Q(assigned_cases__closed_at=None)
                & ~Q(assigned_cases__confidentiality=Confidentiality.SEALED),
                distinct=True,
            )
        )
        .order_by("display_name")
    )


# What the referral says ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Part:
    """A section of a referral in questions and answers, for the summary list."""

    title: str
    rows: list[dict[str, str]]
    urgent: bool = False


@dataclass(slots=True)
class Told:
    """A referral as it is read: who sent it, when, and what it says."""

    referral: Referral
    parts: list[Part] = field(default_factory=list)
    readable: bool = True


_NO_ANSWER = dict(NOT_ANSWERED)


@cache
def _labels(options: tuple[Option, ...]) -> dict[str, Any]:
    return {option.code: option.label for option in options}


def _one(question: Question, value: Any) -> str:
    if value in _NO_ANSWER:
        return str(_NO_ANSWER[value])
    if question.options:
        return str(_labels(question.options).get(value, value))
    if question.kind in (shape.COUNTRY, shape.COUNTRIES):
        return country_name(str(value))
    if question.kind == shape.LANGUAGE:
        return language_name(str(value))
    if question.kind in (shape.PARTIAL_DATE, shape.DATE):
        try:
            return partial_date(str(value))
        except ValueError:
            return str(value)
    return str(value)


def answer_words(question: Question, value: Any) -> str:
    """An answer as people read it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return ", ".join(_one(question, each) for each in value)
    return _one(question, value)


def _rows(questions: Any, answers: dict[str, Any], about: Any = "") -> list[dict[str, str]]:
    made = []
    for question in questions:
        value = answers.get(question.code)
        if value in (None, "", [], ()):
            continue
        key = f"{about} {question.label}" if about else str(question.label)
        made.append({"key": key, "value": answer_words(question, value)})
    return made


def _open(opener: Opener | None, row: Any, table: str, column: str) -> dict[str, Any]:
    sealed = getattr(row, column)
    if opener is None or sealed is None:
        return {}
    found: dict[str, Any] = json.loads(opener.text(sealed, table=table, column=column, row=row.pk))
    return found


def _parts(profile: Profile, answers: dict[str, Any]) -> list[Part]:
    parts = []
    for section in form_for(profile).sections:
        rows = []
        for page in section.pages:
            # Who the person is stands apart, and nothing on a page of the case says it.
            asked = [] if page.part else [q for q in page.questions if q.keeps != shape.IDENTITY]
            # Beside a name, a short question is clear; alone it needs the title of its page.
            rows += _rows(asked, answers, about=page.title if page.identifies else "")
        if rows:
            parts.append(Part(str(section.title), rows, urgent=section.urgent))
    return parts


def _episode(profile: Profile, episode: Episode, told: dict[str, Any]) -> Part:
    answers = {
        "types": episode.types,
        "place": episode.place,
        "countries": episode.countries,
        "began": episode.began,
        "ended": episode.ended,
        "online": episode.online,
        "armed_group": episode.armed_group,
        "drivers": episode.drivers,
        "age_then_status": episode.age_then_status,
        "age_then_years": episode.age_then_years,
        **told,
    }
    title = _("Episode %(number)d") % {"number": episode.position}
    return Part(title, _rows(_questions_of(profile, "episodes"), answers))


def _questions_of(profile: Profile, part: str) -> list[Question]:
    return [q for page in form_for(profile).pages if page.part == part for q in page.questions]


def _allegation(profile: Profile, number: int, row: Allegation, opener: Opener | None) -> Part:
    answers: dict[str, Any] = {
        "stage": row.stage,
        "hearing": row.hearing,
        "hearing_on": row.hearing_on.isoformat() if row.hearing_on else "",
        "detained": row.detained,
    }
    if opener is not None:
        answers["offence"] = opener.text(
            row.offence, table="cases_allegation", column="offence", row=row.pk
        )
    title = _("Offence %(number)d") % {"number": number}
    return Part(title, _rows(_questions_of(profile, "allegations"), answers))


def referrals_told(case: Case, *, in_words: bool = True) -> list[Told]:
    """What the referrals of a case say, the newest first, with free text opened, or left out where
    `in_words` is False. Episodes and offences belong to the case and stand with the newest. Five
    queries."""
    referrals = list(case.referrals.select_related("organisation", "sent_by"))
    if not referrals:
        return []
    try:
        opener: Opener | None = Opener(case.person_id) if in_words else None
    except Unreadable:
        opener = None
    made = []
    for referral in referrals:
        answers = {**referral.answers, **_open(opener, referral, "cases_referral", "narrative")}
        parts = _parts(case.profile, answers)
        made.append(Told(referral, parts, readable=opener is not None))
    repeated = [
        _episode(case.profile, episode, _open(opener, episode, "cases_episode", "narrative"))
        for episode in case.episodes.all()
    ] + [
        _allegation(case.profile, number, row, opener)
        for number, row in enumerate(case.allegations.all(), start=1)
    ]
    newest = made[0]
    newest.parts = [
        *(part for part in newest.parts if part.urgent),
        *(part for part in repeated if part.rows),
        *(part for part in newest.parts if not part.urgent),
    ]
    return made


def put_aside(case: Case) -> list[tuple[str, str]]:
    """What came with an imported referral and has no question in the form: keys and values, opened.
    They may say who the person is, so only the page that shows the identity shows them."""
    rows = list(case.referrals.exclude(unknown_values=None))
    if not rows:
        return []
    opener = Opener(case.person_id)
    return [
        (key, _in_words(value))
        for referral in rows
        for key, value in json.loads(
            opener.text(
                referral.unknown_values or b"",
                table="cases_referral",
                column="unknown_values",
                row=referral.pk,
            )
        ).items()
    ]


def _in_words(value: Any) -> str:
    """A value of another system as text: of a list its items, of a column without a place what it
    is called and what it says, of anything else with names each name and value."""
    if isinstance(value, list):
        between = "; " if any(isinstance(one, dict) for one in value) else ", "
        return between.join(_in_words(one) for one in value)
    if isinstance(value, dict) and {"column", "value"} <= set(value):
        return f"{value['column']}: {_in_words(value['value'])}"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_in_words(one)}" for name, one in value.items())
    return str(value)
