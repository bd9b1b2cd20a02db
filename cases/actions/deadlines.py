"""Pausing a clock, letting it run again, extending it. Dates are worked out forward only, and the
original date stays."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.actions import clocks
from cases.models import Deadline, DeadlineExtension, DeadlinePause
from cases.models.deadline import DeadlineState
from cases.rules import deadlines as rules
from cases.rules.reminders import MORNING
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.actions import Changed, Objection, action, detail, refuse_if


def _read_again(deadline: Deadline, at: datetime, seen: date | None) -> rules.ClockFacts:
    """Reads the clock under its lock. Raises Changed where its date is no longer the one seen."""
    deadline.refresh_from_db()
    if seen is not None and seen != deadline.due_on:
        text = _("Somebody changed this deadline meanwhile. Look at the new date, then go on.")
        raise Changed([Objection(text, code="changed")])
    return rules.ClockFacts(state=deadline.state, passed=deadline.due_at < at)


@action("deadline.paused", right=rights.CHANGE_DEADLINE)
def pause_deadline(
    deadline: Deadline,
    *,
    actor: User,
    at: datetime,
    reason: str,
    review_on: date | None,
    seen: date | None = None,
) -> Deadline:
    """Holds the clock from today on, until somebody lets it run again. `reason` is a code of the
    profile, `review_on` the day on which the pause is looked at again, `seen` the date that the
    actor saw. Raises Refused with every reason, Changed where the date is another by now."""
    facts = _read_again(deadline, at, seen)
    case = deadline.case
    zone = case.profile.calendar_for(deadline.calendar).zone
    today = at.astimezone(zone).date()
    known = tuple(rule.code for rule in rules.pause_reasons(case.profile))
    refuse_if(
        rules.objections_to_pause(
            case.profile.term(deadline.term),
            facts,
            reasons=known,
            reason=reason,
            review_on=review_on,
            today=today,
            longest=case.profile.pauses.longest_days,
        )
    )
    DeadlinePause.objects.create(
        case=case,
        deadline=deadline,
        from_date=today,
        reason=reason,
        review_on=review_on,
        by=actor,
        at=at,
    )
    deadline.state = DeadlineState.PAUSED
    deadline.next_reminder_at = datetime.combine(review_on or today, MORNING, zone)
    deadline.save(update_fields=["state", "next_reminder_at"])
    clocks.refresh_next_due(case)
    detail(term=deadline.term, reason=reason, review_on=str(review_on), due_on=str(deadline.due_on))
    return deadline


@action("deadline.pause_renewed", right=rights.CHANGE_DEADLINE)
def keep_paused(
    deadline: Deadline,
    *,
    actor: User,
    at: datetime,
    review_on: date | None,
    seen: date | None = None,
) -> Deadline:
    """The pause was looked at, and holds until it is looked at again on another day, which the
    profile bounds. Raises Refused with every reason, Changed where the date is another by now."""
    facts = _read_again(deadline, at, seen)
    case = deadline.case
    zone = case.profile.calendar_for(deadline.calendar).zone
    pause = deadline.pauses.filter(to_date=None).order_by("-at").first()
    running = case.suspensions.filter(ended_at=None).values_list("pauses", flat=True).first()
    refuse_if(
        rules.objections_to_keeping_paused(
            facts,
            by_the_case=pause is not None and str(pause.pk) in (running or ()),
            review_on=review_on,
            today=at.astimezone(zone).date(),
            longest=case.profile.pauses.longest_days,
        )
    )
    assert pause is not None
    assert review_on is not None
    before, pause.review_on = pause.review_on, review_on
    pause.save(update_fields=["review_on"])
    deadline.next_reminder_at = datetime.combine(review_on, MORNING, zone)
    deadline.save(update_fields=["next_reminder_at"])
    detail(term=deadline.term, reason=pause.reason, before=str(before), review_on=str(review_on))
    return deadline


@action("deadline.resumed", right=rights.CHANGE_DEADLINE, forward=True)
def resume_deadline(
    deadline: Deadline, *, actor: User, at: datetime, seen: date | None = None
) -> Deadline:
    """Lets a paused clock run again from today: the days of the pause are not counted."""
    refuse_if(rules.objections_to_resume(_read_again(deadline, at, seen)))
    zone = deadline.case.profile.calendar_for(deadline.calendar).zone
    pause = deadline.pauses.filter(to_date=None).latest("at")
    pause.to_date = at.astimezone(zone).date() - timedelta(days=1)
    pause.save(update_fields=["to_date"])
    before = deadline.due_on
    deadline.state = DeadlineState.OPEN
    clocks.recompute(deadline, at=at)
    detail(term=deadline.term, before=str(before), due_on=str(deadline.due_on))
    return deadline


@action("deadline.extended", right=rights.CHANGE_DEADLINE)
def extend_deadline(
    deadline: Deadline,
    *,
    actor: User,
    at: datetime,
    length: int,
    reason: str,
    explanation: str,
    seen: date | None = None,
    submission_key: UUID | None = None,
) -> Deadline:
    """Adds units of the term to the clock, and to a clock that follows it. The explanation is kept
    under the person's key. The same `submission_key` extends once."""
    known = DeadlineExtension.objects.filter(submission_key=submission_key, deadline=deadline)
    if submission_key is not None and known.exists():
        deadline.refresh_from_db()
        return deadline
    facts = _read_again(deadline, at, seen)
    case = deadline.case
    refuse_if(
        rules.objections_to_extension(
            case.profile.term(deadline.term),
            facts,
            length=length,
            reason=reason,
            explanation=explanation,
        )
    )
    row = uuid4()
    DeadlineExtension.objects.create(
        id=row,
        case=case,
        deadline=deadline,
        length=length,
        reason=reason,
        explanation=seal(
            case.person_id,
            explanation.strip(),
            table="cases_deadlineextension",
            column="explanation",
            row=row,
        ),
        submission_key=submission_key,
        by=actor,
        at=at,
    )
    before = deadline.due_on
    clocks.recompute(deadline, at=at)
    for follower in _followers(deadline):
        clocks.recompute(follower, at=at)
    detail(
        term=deadline.term,
        reason=reason,
        length=length,
        before=str(before),
        due_on=str(deadline.due_on),
    )
    return deadline


def _followers(deadline: Deadline) -> list[Deadline]:
    """Running clocks that come the day after this one's last day."""
    profile = deadline.case.profile
    codes = [term.code for term in profile.terms if term.after == deadline.term]
    return list(deadline.case.deadlines.filter(term__in=codes, state__in=clocks.RUNNING))
