"""Recording that the person leaves the mechanism. It is their choice, and nothing in it is held
against them: no decision is made by it, and nothing of it is read by one."""

from datetime import date, datetime
from uuid import uuid4

from django.utils import timezone

from cases import rights
from cases.actions import clocks, closing, stages
from cases.models import Case, Withdrawal
from cases.rules import course as rules
from cases.selectors.decisions import today_of
from identities.crypto import seal_json
from nrm.accounts.models import User
from nrm.actions import action, detail, refuse_if

TABLE = "cases_withdrawal"
LONGEST_NAME = 200


@action("case.withdrawn", right=rights.CHANGE_COURSE)
def withdraw(
    case: Case,
    *,
    actor: User,
    at: datetime,
    method: str,
    told_on: date | None,
    heard_by: str,
    explained: bool,
    wish: str = "",
) -> Withdrawal:
    """Records that the person withdraws: how and when they said it, who heard it, that it was
    explained, and what they want now. The case ends, its clocks stop, drafts of decisions are
    withdrawn. Raises Refused with every reason against it."""
    case.refresh_from_db(fields=[*stages.READ, "age_status"])
    today = today_of(case, at)
    zone = case.profile.calendar_for(case.calendar).zone
    refuse_if(
        [
            *rules.objections_to_way(
                case.profile, case.stage, rules.WITHDRAWN, stages.roles_near(actor, case)
            ),
            *rules.objections_to_withdrawing(
                case.profile,
                age_status=case.age_status,
                method=method,
                told_on=told_on,
                opened_on=timezone.localtime(case.opened_at, zone).date(),
                today=today,
                heard_by=heard_by,
                explained=explained,
            ),
            *stages.too_long(heard_by, "heard_by", LONGEST_NAME),
            *stages.too_long(wish, "wish", rules.LONGEST),
        ]
    )
    assert told_on is not None
    row = uuid4()
    told = {"heard_by": heard_by.strip(), "wish": wish.strip()}
    before = case.stage
    made = Withdrawal.objects.create(
        id=row,
        case=case,
        method=method,
        told_on=told_on,
        explained=explained,
        told=seal_json(case.person_id, told, table=TABLE, column="told", row=row),
        stage_before=before,
        by=actor,
        at=at,
    )
    closing.stop_everything(case, actor=actor, at=at)
    clocks.void_terms(case, [term.code for term in case.profile.terms], at=at)
    (way,) = rules.ways(case.profile, before, rules.WITHDRAWN)[:1]
    closing.end_case(case, way.to_stage, at=at)
    detail(method=method, told_on=str(told_on), keep_until=str(case.keep_until))
    once = f"case_withdrawn:{made.pk}"
    stages.tell_outside(case, "suspended_or_withdrawn", "case_withdrawn", once=once, at=at)
    stages.tell_inside(case, "case_withdrawn", once=once, at=at, but=actor)
    return made
