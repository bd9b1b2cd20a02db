"""Closing a case with a code of the profile, and opening it again where the profile has a way
back."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cases import ports, rights
from cases.actions import asking, clocks, stages, suspending
from cases.models import Case, Closure, Deadline
from cases.models.case import CaseKind
from cases.models.closure import ReopenReason
from cases.models.deadline import DeadlineState
from cases.models.decision import DecisionState
from cases.models.question import QuestionState
from cases.rules import course as rules
from cases.selectors.course import still_open
from cases.selectors.decisions import OPEN_STATES, today_of
from nrm.accounts.models import User
from nrm.actions import Objection, action, also, detail, refuse_if

TABLE = "cases_closure"


@action("case.closed", right=rights.CHANGE_COURSE)
def close(case: Case, *, actor: User, at: datetime, code: str, note: str = "") -> Closure:
    """Closes the case with a code of the profile. Its clocks stop, and the profile says until when
    it is kept; a legal hold keeps it for longer. Raises Refused with everything that stands in the
    way, at once."""
    case.refresh_from_db(fields=stages.READ)
    refuse_if(
        [
            *rules.objections_to_way(
                case.profile, case.stage, rules.CLOSED, stages.roles_near(actor, case)
            ),
            *rules.objections_to_closing(case.profile, code=code, still=still_open(case, at=at)),
            *stages.too_long(note, "note", rules.LONGEST),
        ]
    )
    (way,) = rules.ways(case.profile, case.stage, rules.CLOSED)[:1]
    before = stop_everything(case, actor=actor, at=at) or case.stage
    made = close_clocks(case, code, before, note=note, actor=actor, at=at)
    end_case(case, way.to_stage, at=at)
    detail(code=code, keep_until=str(case.keep_until))
    once = f"case_closed:{made.pk}"
    stages.tell_outside(case, "suspended_or_withdrawn", "case_closed", once=once, at=at)
    stages.tell_inside(case, "case_closed", once=once, at=at, but=actor)
    return made


def close_clocks(
    case: Case, code: str, before: str, *, note: str, actor: User, at: datetime
) -> Closure:
    """The record of an end with this code, and the clocks that it stops, which run again with
    `run_again`; `before` is where the case goes on then."""
    row, kept = stages.sealed(case, note, table=TABLE, column="note")
    running = list(case.deadlines.filter(state__in=clocks.RUNNING))
    made = Closure.objects.create(
        id=row,
        case=case,
        code=code,
        note=kept,
        stage_before=before,
        kept=[_as_it_was(one) for one in running],
        by=actor,
        at=at,
    )
    clocks.void_terms(case, {one.term for one in running}, at=at)
    return made


def run_again(row: Closure) -> None:
    """The clocks that an end has stopped go on as they did."""
    for one in row.kept:
        look = one["next_reminder_at"]
        Deadline.objects.filter(
            pk=one["deadline"], state=DeadlineState.VOID, settled_at=row.at
        ).update(
            state=one["state"],
            settled_at=None,
            next_reminder_at=parse_datetime(look) if look else None,
        )


def _as_it_was(clock: Deadline) -> dict[str, Any]:
    look = clock.next_reminder_at
    return {
        "deadline": str(clock.pk),
        "state": clock.state,
        "next_reminder_at": look.isoformat() if look else None,
    }


def stop_everything(case: Case, *, actor: User, at: datetime) -> str:
    """Ends a suspension, and withdraws the questions and the drafts of decisions that the end of
    the case leaves behind. Returns where a suspended case stood, or nothing."""
    before = ""
    if row := case.suspensions.filter(ended_at=None).first():
        suspending.end(row, case, actor=actor, at=at)
        before = row.stage_before
    waiting = case.questions.filter(state=QuestionState.ASKED).select_related("deadline")
    for question in waiting:
        question.case = case
        asking.end_question(question, QuestionState.WITHDRAWN, actor=actor, at=at)
        also("question.withdrawn", question)
    for draft in case.decisions.filter(state__in=OPEN_STATES):
        draft.state = DecisionState.WITHDRAWN
        draft.version += 1
        draft.save(update_fields=["state", "version"])
        also("decision.withdrawn", draft, decision=draft.code)
    return before


def end_case(case: Case, to_stage: str, *, at: datetime) -> None:
    """Puts the case at its last stage, and sets until when it is kept."""
    case.closed_at = at
    case.keep_until = rules.kept_until(
        case.profile,
        today_of(case, at),
        notification=case.kind == CaseKind.DUTY_TO_NOTIFY,
    )
    stages.take(case, to_stage, at=at)
    ports.case_ended(case, at=at)


@action("case.reopened", right=rights.CHANGE_COURSE, ended=True)
def reopen(case: Case, *, actor: User, at: datetime, reason: str) -> Closure:
    """Opens a closed case again where it stood, if the profile has a way back there. The clocks
    that closing stopped run as they did. Raises Refused with every reason against it."""
    case.refresh_from_db(fields=stages.READ)
    row = case.closures.filter(reopened_at=None).first()
    if row is None:
        refuse_if([Objection(_("This case was not closed, so it is not opened."), code="open")])
    assert row is not None
    case.person.refresh_from_db(fields=["erased_at"])
    found = rules.objections_to_way(
        case.profile,
        case.stage,
        rules.REOPENED,
        stages.roles_near(actor, case),
        to=row.stage_before,
    )
    if reason not in ReopenReason.values:
        text = _("Select why it is opened again")
        found.append(Objection(text, field="reason", code="reason"))
    if case.person.erased_at is not None:
        text = _("Who this person is was erased. They can be referred again.")
        found.append(Objection(text, code="erased"))
    refuse_if(found)
    run_again(row)
    row.reopened_by, row.reopened_at, row.reopened_because = actor, at, reason
    row.save(update_fields=["reopened_by", "reopened_at", "reopened_because"])
    case.closed_at = case.keep_until = None
    stages.take(case, row.stage_before, at=at)
    clocks.refresh_next_due(case)
    detail(reason=reason)
    stages.tell_inside(case, "case_reopened", once=f"case_reopened:{row.pk}", at=at, but=actor)
    return row
