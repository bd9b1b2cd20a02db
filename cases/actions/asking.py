"""Asking somebody outside for information about a case, and recording the answer. Nothing is sent:
whoever asks does that themselves, in a way that is safe."""

from datetime import date, datetime
from uuid import UUID, uuid4

from cases import rights
from cases.actions import clocks, stages
from cases.models import Case, Question
from cases.models.deadline import DeadlineState
from cases.models.question import QuestionState
from cases.rules import course
from cases.rules import questions as rules
from cases.selectors.decisions import today_of
from identities.crypto import seal, seal_json
from nrm.accounts.models import User
from nrm.actions import action, detail, refuse_if
from nrm.profiles.shape import Transition

TABLE = "cases_question"


@action("question.asked", right=rights.CHANGE_COURSE)
def ask(
    case: Case,
    *,
    actor: User,
    at: datetime,
    recipient: str,
    asked: str,
    due_on: date | None = None,
    submission_key: UUID | None = None,
) -> Question:
    """Records what was asked of whom, and starts a clock of its own, by the day `due_on` or by the
    profile's. The case waits where the profile has a stage for it; the clock of its decision goes
    on. The same `submission_key` asks once. Raises Refused with every reason."""
    known = Question.objects.filter(submission_key=submission_key, case=case)
    if submission_key is not None and (row := known.first()) is not None:
        detail(repeated=True)
        return row
    case.refresh_from_db(fields=stages.READ)
    term = next(iter(case.profile.terms_started_by(rules.REQUESTED)), None)
    refuse_if(
        [
            *rules.objections_to_question(
                recipient=recipient,
                asked=asked,
                due_on=due_on,
                usual=term is not None,
                today=today_of(case, at),
            ),
            *stages.too_long(recipient, "recipient", rules.LONGEST_NAME),
            *stages.too_long(asked, "asked", rules.LONGEST),
        ]
    )
    clock = clocks.start_until(case, term.code, due_on, at=at) if term is not None else None
    pk = uuid4()
    told = {"recipient": recipient.strip(), "asked": asked.strip()}
    last = clock.due_on if clock is not None else due_on
    assert last is not None
    made = Question.objects.create(
        id=pk,
        case=case,
        told=seal_json(case.person_id, told, table=TABLE, column="told", row=pk),
        due_on=last,
        deadline=clock,
        asked_by=actor,
        asked_at=at,
        submission_key=submission_key,
    )
    if way := _way(case, rules.REQUESTED, actor):
        stages.take(case, way.to_stage, at=at)
    detail(due_on=str(last))
    return made


def _way(case: Case, event: str, actor: User) -> Transition | None:
    """The profile's way of this event, where there is one and the actor may take it: a question is
    asked and answered also where the case stays."""
    roles = stages.roles_near(actor, case)
    found = course.ways(case.profile, case.stage, event)
    return next((way for way in found if roles & set(way.by)), None)


@action("question.answered", right=rights.CHANGE_COURSE)
def record_answer(
    row: Question, *, actor: User, at: datetime, answer: str, answered_on: date | None
) -> Question:
    """Records the answer and the day on which it came; the clock is met. With the last answer the
    case goes back where the profile has such a way. Raises Refused with every reason."""
    row = _read_again(row)
    case = row.case
    refuse_if(
        [
            *rules.objections_to_answer(
                open_still=row.state == QuestionState.ASKED,
                answer=answer,
                answered_on=answered_on,
                asked_on=today_of(case, row.asked_at),
                today=today_of(case, at),
            ),
            *stages.too_long(answer, "answer", rules.LONGEST),
        ]
    )
    row.answer = seal(case.person_id, answer.strip(), table=TABLE, column="answer", row=row.pk)
    row.answered_on = answered_on
    _end(row, QuestionState.ANSWERED, actor=actor, at=at)
    return row


@action("question.withdrawn", right=rights.CHANGE_COURSE)
def take_back(row: Question, *, actor: User, at: datetime) -> Question:
    """Takes a question back that waits no more for an answer. Raises Refused where it is over."""
    row = _read_again(row)
    refuse_if([rules.over()] if row.state != QuestionState.ASKED else [])
    _end(row, QuestionState.WITHDRAWN, actor=actor, at=at)
    return row


def _read_again(row: Question) -> Question:
    return Question.objects.select_related("case__person", "deadline").get(pk=row.pk)


def _end(row: Question, state: QuestionState, *, actor: User, at: datetime) -> None:
    case = row.case
    end_question(row, state, actor=actor, at=at)
    if case.questions.filter(state=QuestionState.ASKED).exists():
        return
    if way := _way(case, rules.RECEIVED, actor):
        stages.take(case, way.to_stage, at=at)


def end_question(row: Question, state: QuestionState, *, actor: User, at: datetime) -> None:
    """Ends a question and its clock, where the case stays."""
    row.state = state
    row.ended_by, row.ended_at = actor, at
    row.save(update_fields=["state", "ended_by", "ended_at", "answer", "answered_on"])
    if row.deadline is not None:
        row.deadline.case = row.case
        met = state == QuestionState.ANSWERED
        clocks.end_one(row.deadline, at=at, state=DeadlineState.MET if met else DeadlineState.VOID)
