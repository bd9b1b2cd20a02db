"""Suspending a case for a coded reason, and letting it go on. While it is suspended its clocks that
can be held are held, and nobody decides."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from cases import rights
from cases.actions import clocks, stages
from cases.models import Case, Deadline, DeadlinePause, Suspension
from cases.models.deadline import DeadlineState
from cases.rules import course as rules
from cases.selectors.decisions import today_of
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.actions import Objection, action, also, detail, refuse_if
from nrm.profiles.shape import SYSTEM, Transition

TABLE = "cases_suspension"


@action("case.suspended", right=rights.CHANGE_COURSE)
def suspend(
    case: Case,
    *,
    actor: User,
    at: datetime,
    reason: str,
    review_on: date | None,
    note: str = "",
) -> Suspension:
    """Suspends the case for a reason of the profile until it is looked at again on `review_on`, of
    which the sweep reminds. Where the reason holds clocks, those that can be paused are. Raises
    Refused with every reason against it."""
    case.refresh_from_db(fields=stages.READ)
    today = today_of(case, at)
    law = case.profile
    review = next(iter(law.terms_started_by(rules.SUSPENDED)), None)
    latest = law.clock(review.code, at, calendar=case.calendar).due_on if review else None
    refuse_if(
        [
            *rules.objections_to_way(
                law, case.stage, rules.SUSPENDED, stages.roles_near(actor, case)
            ),
            *rules.objections_to_suspending(
                law, reason=reason, review_on=review_on, today=today, latest=latest
            ),
            *stages.too_long(note, "note", rules.LONGEST),
        ]
    )
    assert review_on is not None
    return _suspend(case, reason, review_on, actor=actor, at=at, note=note)


@action("case.suspension_renewed", right=rights.CHANGE_COURSE)
def keep_suspended(case: Case, *, actor: User, at: datetime, review_on: date | None) -> Suspension:
    """The suspension was looked at and goes on, until it is looked at again on another day, which
    the profile bounds as it does the first one. Raises Refused with every reason against it."""
    case.refresh_from_db(fields=stages.READ)
    law = case.profile
    row = case.suspensions.filter(ended_at=None).first()
    if row is None:
        refuse_if([Objection(_("This case is not suspended."), code="not_suspended")])
    assert row is not None
    codes = [term.code for term in law.terms_started_by(rules.SUSPENDED)]
    latest = law.clock(codes[0], at, calendar=case.calendar).due_on if codes else None
    roles = stages.roles_near(actor, case)
    refuse_if(
        [
            *rules.objections_to_way(law, row.stage_before, rules.SUSPENDED, roles),
            *rules.objections_to_suspending(
                law, reason=row.reason, review_on=review_on, today=today_of(case, at), latest=latest
            ),
        ]
    )
    assert review_on is not None
    before, row.review_on = row.review_on, review_on
    row.save(update_fields=["review_on"])
    DeadlinePause.objects.filter(pk__in=row.pauses, to_date=None).update(review_on=review_on)
    clocks.settle_terms(case, codes, at=at)
    if codes:
        clocks.start_until(case, codes[0], review_on, at=at)
    detail(reason=row.reason, before=str(before), review_on=str(review_on))
    return row


def ways_of_the_system(case: Case) -> list[Transition]:
    """The ways by which the system may suspend the case from where it stands."""
    ways = rules.ways(case.profile, case.stage, rules.SUSPENDED)
    return [way for way in ways if SYSTEM in way.by]


@action("case.suspended", right=BY_THE_SYSTEM)
def suspend_of_itself(case: Case, *, actor: User, at: datetime, reason: str) -> Suspension:
    """Suspends the case for a reason of the profile that nobody has to judge, until the last day on
    which the profile lets it be looked at again. Raises Refused where it has no such way."""
    case.refresh_from_db(fields=stages.READ)
    review = next(iter(case.profile.terms_started_by(rules.SUSPENDED)), None)
    if review is None or not ways_of_the_system(case):
        refuse_if([Objection(_("A case at this stage is not suspended."), code="stage")])
    assert review is not None
    last = case.profile.clock(review.code, at, calendar=case.calendar).due_on
    return _suspend(case, reason, last, actor=actor, at=at)


def _suspend(
    case: Case, reason: str, review_on: date, *, actor: User, at: datetime, note: str = ""
) -> Suspension:
    row, kept = stages.sealed(case, note, table=TABLE, column="note")
    pauses = _hold(case, reason, actor=actor, at=at, review_on=review_on)
    made = Suspension.objects.create(
        id=row,
        case=case,
        reason=reason,
        note=kept,
        review_on=review_on,
        stage_before=case.stage,
        pauses=pauses,
        by=actor,
        at=at,
    )
    for review in list(case.profile.terms_started_by(rules.SUSPENDED))[:1]:
        clocks.start_until(case, review.code, review_on, at=at)
    (way,) = rules.ways(case.profile, case.stage, rules.SUSPENDED)[:1]
    case.suspended_at = at
    stages.take(case, way.to_stage, at=at)
    detail(reason=reason, review_on=str(review_on), paused=len(pauses))
    once = f"case_suspended:{made.pk}"
    stages.tell_outside(case, "suspended_or_withdrawn", "case_suspended", once=once, at=at)
    stages.tell_inside(case, "case_suspended", once=once, at=at, but=actor)
    return made


def _hold(case: Case, reason: str, *, actor: User, at: datetime, review_on: date) -> list[str]:
    """Pauses every clock that can be, where the reason holds clocks. The ids of the pauses."""
    rule = rules.known(case.profile.suspension_reasons, reason)
    if not rule.pauses:
        return []
    running = [
        one
        for one in case.deadlines.filter(state=DeadlineState.OPEN, due_at__gt=at)
        if case.profile.term(one.term).pausable
    ]
    pauses = [
        DeadlinePause(
            case=case,
            deadline=one,
            from_date=at.astimezone(case.profile.calendar_for(one.calendar).zone).date(),
            reason=reason,
            review_on=review_on,
            by=actor,
            at=at,
        )
        for one in running
    ]
    DeadlinePause.objects.bulk_create(pauses)
    # The suspension has a clock of its own that reminds.
    Deadline.objects.filter(pk__in=[one.pk for one in running]).update(
        state=DeadlineState.PAUSED, next_reminder_at=None
    )
    for one in running:
        told = {"reason": reason, "review_on": str(review_on), "due_on": str(one.due_on)}
        also("deadline.paused", one, term=one.term, **told)
    clocks.refresh_next_due(case)
    return [str(one.pk) for one in pauses]


@action("case.resumed", right=rights.CHANGE_COURSE)
def resume(case: Case, *, actor: User, at: datetime) -> Suspension:
    """Lets a suspended case go on where it stood. The clocks that were held run again, and the days
    of the suspension are not counted. Raises Refused where it is not suspended."""
    case.refresh_from_db(fields=stages.READ)
    row = case.suspensions.filter(ended_at=None).first()
    if row is None:
        refuse_if([Objection(_("This case is not suspended."), code="not_suspended")])
    assert row is not None
    roles = stages.roles_near(actor, case)
    refuse_if(
        rules.objections_to_way(case.profile, case.stage, rules.RESUMED, roles, to=row.stage_before)
    )
    end(row, case, actor=actor, at=at)
    stages.take(case, row.stage_before, at=at)
    detail(reason=row.reason)
    stages.tell_inside(case, "case_resumed", once=f"case_resumed:{row.pk}", at=at, but=actor)
    return row


def end(row: Suspension, case: Case, *, actor: User, at: datetime) -> None:
    """Ends the suspension, with the pauses that it began and its own clock. The case is not
    saved."""
    held = DeadlinePause.objects.filter(pk__in=row.pauses, to_date=None).select_related("deadline")
    for pause in held:
        clock = pause.deadline
        clock.case = case
        zone = case.profile.calendar_for(clock.calendar).zone
        pause.to_date = at.astimezone(zone).date() - timedelta(days=1)
        pause.save(update_fields=["to_date"])
        if clock.state == DeadlineState.PAUSED:
            before = clock.due_on
            clock.state = DeadlineState.OPEN
            clocks.recompute(clock, at=at)
            dates = {"before": str(before), "due_on": str(clock.due_on)}
            also("deadline.resumed", clock, term=clock.term, **dates)
    own = [term.code for term in case.profile.terms_started_by(rules.SUSPENDED)]
    clocks.settle_terms(case, own, at=at)
    row.ended_by, row.ended_at = actor, at
    row.save(update_fields=["ended_by", "ended_at"])
    case.suspended_at = None
