"""Asking for a negative decision to be looked at again, and answering. The fresh decision is a
draft like any other, which nobody who took part in the first one prepares or makes
(rules.decisions)."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid4

from cases import rights
from cases.actions import clocks, stages
from cases.actions.telling import tell
from cases.models import Case, Reconsideration
from cases.models.reconsideration import AskedBy, LookState
from cases.rules import course as course_rules
from cases.rules import reconsidering as rules
from cases.selectors.decisions import made_the_first, today_of
from cases.selectors.reconsidering import standing_of
from identities.crypto import seal, seal_json
from nrm.accounts.models import User
from nrm.actions import action, detail, refuse_if
from nrm.context import acting_as

TABLE = "cases_reconsideration"


@action("reconsideration.asked", right=rights.ASK_RECONSIDERATION, ended=True)
def ask_reconsideration(
    case: Case,
    *,
    actor: User,
    at: datetime,
    asked_by: str,
    grounds: Collection[str],
    why: str,
    asked_on: date | None,
    exceptional: str = "",
    submission_key: UUID | None = None,
) -> Reconsideration:
    """Records that the newest negative decision of the case is asked to be looked at again, on
    grounds of the profile and within its days from when it reached the person; later only with
    what is `exceptional`. Whoever refers or protects may not move a case: the system takes it the
    profile's way. A case that was closed is opened again by a supervisor before it is answered. The
    same `submission_key` asks once. Raises Refused with every reason."""
    roles = stages.roles_near(actor, case)
    with acting_as(User.objects.system()):
        if submission_key is not None:
            known = Reconsideration.objects.filter(submission_key=submission_key, case=case)
            if (row := known.first()) and row.recorded_by_id == actor.pk:
                detail(repeated=True)
                return row
        case.refresh_from_db(fields=stages.READ)
        found = standing_of(case)
    standing = found.standing if found else None
    refuse_if(
        [
            *rules.objections_to_asking(
                standing,
                known_grounds=[rule.code for rule in case.profile.reconsideration_grounds],
                grounds=grounds,
                known_by=asked_by in AskedBy.values,
                why=why,
                asked_on=asked_on,
                today=today_of(case, at),
                exceptional=exceptional,
            ),
            *rules.objections_to_asker(case.profile, case.stage, roles),
            *stages.too_long(why, "why", course_rules.LONGEST),
            *stages.too_long(exceptional, "exceptional", course_rules.LONGEST),
        ]
    )
    assert found is not None
    assert asked_on is not None
    late = rules.is_late(found.standing, asked_on)
    row_id = uuid4()
    told = {"why": why.strip(), "exceptional": exceptional.strip() if late else ""}
    row = Reconsideration(
        id=row_id,
        case=case,
        decision_id=found.decision.pk,
        asked_by=asked_by,
        asked_on=asked_on,
        grounds=list(grounds),
        late=late,
        told=seal_json(case.person_id, told, table=TABLE, column="told", row=row_id),
        recorded_by=actor,
        recorded_at=at,
        submission_key=submission_key,
    )
    row.save(force_insert=True)
    detail(
        decision=found.decision.code,
        asked_by=asked_by,
        grounds=list(grounds),
        asked_on=str(asked_on),
        late=late,
    )
    with acting_as(User.objects.system()):
        _move(case, found.window, at=at)
        once = f"reconsideration_asked:{row.pk}"
        stages.tell_inside(case, "reconsideration_asked", once=once, at=at, but=actor)
    return row


def _move(case: Case, window: tuple[str, ...], *, at: datetime) -> None:
    """The person has asked in time, and the case waits for the answer where it has such a stage."""
    clocks.settle_terms(case, window, at=at)
    way = next(iter(course_rules.ways(case.profile, case.stage, rules.REQUESTED)), None)
    if way is not None:
        stages.take(case, way.to_stage, at=at)


@action("reconsideration.answered", right=rights.ANSWER_RECONSIDERATION)
def answer_reconsideration(
    row: Reconsideration, *, actor: User, at: datetime, accept: bool, reasons: str
) -> Reconsideration:
    """Somebody who took no part in the decision, and did not record the request, accepts it or does
    not, with reasons. Accepted, the case goes back to where a fresh decision is made by others."""
    row = Reconsideration.objects.select_related("case__person", "decision").get(pk=row.pk)
    case = row.case
    row.decision.case = case
    ways = rules.ways_of_answer(case.profile, case.stage, row.decision.code, accepted=accept)
    refuse_if(
        [
            *rules.objections_to_answering(
                waits=row.state == LookState.ASKED,
                took_part=made_the_first(row.decision, case, actor),
                recorded=row.recorded_by_id == actor.pk,
                reasons=reasons,
                possible=ways is not None,
            ),
            *stages.too_long(reasons, "reasons", course_rules.LONGEST),
        ]
    )
    assert ways is not None
    row.state = LookState.ACCEPTED if accept else LookState.REJECTED
    row.answered_by, row.answered_at = actor, at
    row.answer = seal(case.person_id, reasons.strip(), table=TABLE, column="answer", row=row.pk)
    row.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    for way in ways:
        stages.take(case, way.to_stage, at=at)
    if accept and ways:
        clocks.start_terms(case, ways[-1].event, at=at)
    detail(decision=row.decision.code, accepted=accept)
    _tell_of(row, actor, at=at)
    return row


def _tell_of(row: Reconsideration, actor: User, *, at: datetime) -> None:
    once = f"reconsideration_answered:{row.pk}"
    kind = f"reconsideration_{row.state}"
    stages.tell_inside(row.case, kind, once=once, at=at, but=actor)
    stages.tell_outside(row.case, "decision_served", "reconsideration_answered", once=once, at=at)
    if row.recorded_by_id != actor.pk and row.recorded_by.is_active:
        tell([row.recorded_by], "reconsideration_answered", once=once, at=at, case=row.case)
