"""What was found about needs and risk, in words, and for whom it has to be asked again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.translation import ngettext

from cases.models import Case, Decision
from cases.models.decision import DecisionState
from cases.rights import SUPPORT
from cases.rules.provisional import opens_as
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from cases.selectors.sharing import today_of
from identities.crypto import Opener, Unreadable
from nrm.accounts.models import User
from nrm.profiles.shape import Assessment as Law
from nrm.profiles.shape import AssessmentQuestion, AssessmentStep
from protection.models import Assessment
from protection.rules.assessments import ANSWERS, YES, said_yes, still_open

MOST = 100


# What is asked ------------------------------------------------------------------------------------
def find_step(law: Law, code: str) -> AssessmentStep | None:
    """The step of this code; None where the profile knows none."""
    return next((step for step in law.steps if step.code == code), None)


def questions_at(law: Law, step: str) -> list[AssessmentQuestion]:
    """What is asked at a step, in the order of the profile."""
    return [question for question in law.questions if step in question.steps]


def is_open(case: Case, step: AssessmentStep) -> bool:
    """Whether the step can be taken now: its decision, where it waits for one, was positive, or the
    person is identified provisionally before it. One query, or none."""
    if not step.after:
        return True
    made = Decision.objects.filter(case=case, code=step.after, state=DecisionState.MADE)
    newest = made.order_by("-made_at").values_list("outcome", flat=True).first()
    return newest == "positive" or opens_as(case.profile, step.after, case.stage)


def review_day(case: Case, answers: dict[str, str], at: datetime) -> date:
    """The day on which it is asked again: sooner where there is a danger."""
    law = case.profile.assessment
    days = law.review_days_at_risk if said_yes(answers, law.risks) else law.review_days
    return today_of(case, at) + timedelta(days=days)


def end_of_day(case: Case, day: date) -> datetime:
    """The end of a day where the case is."""
    zone = case.profile.calendar_for(case.calendar).zone
    return datetime.combine(day, time.max, zone)


# What was found -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer in words. `shows`: it is a need or a danger."""

    label: str
    words: str
    shows: bool


@dataclass(frozen=True, slots=True)
class Area:
    """The answers of one area."""

    label: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Found:
    """One assessment in words: the dangers, what is not known of them, the needs."""

    row: Assessment
    step: str
    dangers: list[str]
    not_known: list[str]
    needs: list[str]
    areas: list[Area]
    note: str
    note_lost: bool
    because: str
    overdue: bool


def newest(case: Case) -> Assessment | None:
    """The assessment that counts. One query."""
    rows = case.assessments.filter(superseded_at=None).select_related("by", "because_by")
    return rows.first()


def history(case: Case) -> list[Assessment]:
    """Every assessment, the newest first. One query."""
    return list(case.assessments.select_related("by")[:MOST])


def found_in(case: Case, rows: Iterable[Assessment], *, at: datetime) -> list[Found]:
    """Assessments in words, with one look at the key where there is a note."""
    listed = list(rows)
    opener = None
    if any(row.note is not None for row in listed):
        try:
            opener = Opener(case.person_id)
        except Unreadable:
            opener = None
    return [_found(case, row, opener, at) for row in listed]


def _found(case: Case, row: Assessment, opener: Opener | None, at: datetime) -> Found:
    law = case.profile.assessment
    labels = {question.code: str(question.label) for question in law.questions}
    answers: dict[str, str] = row.answers
    asked = questions_at(law, row.step)
    needs = [question.code for question in asked if question.code not in law.risks]
    note = _note(row, opener)
    step = find_step(law, row.step)
    return Found(
        row=row,
        step=str(step.label) if step else row.step,
        dangers=[labels[code] for code in said_yes(answers, law.risks)],
        not_known=[labels[code] for code in still_open(answers, law.risks)],
        needs=[labels[code] for code in said_yes(answers, needs)],
        areas=[
            Area(str(area.label), found)
            for area in law.areas
            if (found := _answers([q for q in asked if q.area == area.code], answers))
        ],
        note=note or "",
        note_lost=note is None,
        because=trigger_label(law, row.because),
        overdue=row.review_at < at,
    )


def _answers(questions: list[AssessmentQuestion], answers: dict[str, str]) -> list[Answer]:
    return [
        Answer(str(question.label), str(ANSWERS[given]), given == YES)
        for question in questions
        if (given := answers.get(question.code, "")) in ANSWERS
    ]


def _note(row: Assessment, opener: Opener | None) -> str | None:
    """The note; None where it cannot be opened any more."""
    if row.note is None:
        return ""
    try:
        if opener is not None:
            return opener.text(row.note, table="protection_assessment", column="note", row=row.pk)
    except Unreadable:
        pass
    return None


def trigger_label(law: Law, code: str) -> str:
    """What made a review due at once, in words; empty where nothing did."""
    return next((str(one.label) for one in law.triggers if one.code == code), code)


# To be asked again --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Due:
    """A case for which risk has to be looked at again, and for how long that is overdue."""

    row: Assessment
    overdue: str
    dangers: int
    because: str


def overdue(actor: User, *, at: datetime) -> QuerySet[Assessment]:
    """The assessments whose review is overdue, of open cases whose support the actor plans."""
    return Assessment.objects.filter(
        superseded_at=None,
        review_at__lt=at,
        case__closed_at=None,
        case__in=Case.objects.visible_to(actor, SUPPORT),
    ).select_related("case__person", "case__caseworker")


def overdue_page(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of them, the longest overdue first. One query."""
    page = page_of(overdue(actor, at=at), "review_at", after=after, before=before, size=size)
    return Rows([_due(row, at) for row in page.rows], page.before, page.after)


def _due(row: Assessment, at: datetime) -> Due:
    law = row.case.profile.assessment
    days = max((today_of(row.case, at) - row.review_on).days, 1)
    words = ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}
    return Due(row, words, len(said_yes(row.answers, law.risks)), trigger_label(law, row.because))
