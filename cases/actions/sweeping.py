"""The sweep: what every clock has to say, said once.

It may run twice, late, or in three processes at once, and any of them may be killed. Each clock is
its own small transaction under the lock of its case; what it says is claimed by a unique key in
the inbox in that transaction, and the e-mail about it is queued there too. So a reminder is either
wholly done or not done at all, and a sweep that finds it done is silent.

Reminders come at 07:00, local time of the clock's calendar, on their day. A clock that has run out
already says only its latest reminder.
"""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, connection

from cases import access
from cases.actions import clocks, stages
from cases.actions.telling import tell
from cases.models import Case, Deadline, Decision
from cases.models.deadline import DeadlineState
from cases.models.decision import DecisionState
from cases.rules import reminders
from cases.rules.decisions import decision_that_ends, windows_of_the_person
from cases.rules.provisional import periods
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.accounts.roles import Role
from nrm.actions import action, detail, lock, try_lock
from nrm.context import acting_as
from nrm.profiles.shape import SYSTEM

log = structlog.stdlib.get_logger(__name__)
LONGEST_WAIT = "10s"
MOST_AT_ONCE = 5_000  # clocks of one run; the rest follow in the next


def sweep(*, at: datetime, actor: User | None = None, most: int = MOST_AT_ONCE) -> Counter[str]:
    """Looks at every clock that has something to say at this moment. Returns counts: `looked`,
    `told`, `missed`, `ended`, `opened`, `failed`. Never raises for one clock's sake."""
    system = actor or User.objects.system()
    counts: Counter[str] = Counter(looked=0, told=0, missed=0, ended=0, opened=0, failed=0)
    busy: list[tuple[UUID, UUID]] = []
    for pk, case_id in _waiting(system, at, most):
        if not _look(pk, case_id, system, at, counts, wait=False):
            busy.append((pk, case_id))
    # Somebody held these cases a moment ago: another sweep, or a person who saved.
    for pk, case_id in busy:
        _look(pk, case_id, system, at, counts, wait=True)
    return counts


def _waiting(system: User, at: datetime, most: int) -> list[tuple[UUID, UUID]]:
    """The clocks that have something to say, the longest waiting first.

    Read along the index: that way PostgreSQL forgets an entry of a clock that has moved on once it
    has met it. By a bitmap it would go to the page of each such clock again in every sweep, until
    the table is vacuumed.
    """
    with acting_as(system):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('enable_bitmapscan', 'off', true)")
        rows = Deadline.objects.filter(next_reminder_at__lte=at).order_by("next_reminder_at", "id")
        return list(rows.values_list("pk", "case_id")[:most])


def _look(
    pk: UUID, case_id: UUID, system: User, at: datetime, counts: Counter[str], *, wait: bool
) -> bool:
    """Looks at one clock in a transaction of its own. False where its case is held by another."""
    try:
        with acting_as(system):
            if wait:
                _wait_for(case_id)
            elif not try_lock(case_id):
                return False
            deadline = _still_waiting(pk, at)
            if deadline is not None:
                found = look_at(deadline, actor=system, at=at)
                counts["looked"] += 1
                counts.update(found)
    except Exception as error:  # one bad row must not silence the clocks of everybody else
        log.error("sweep.failed", deadline=str(pk), error=type(error).__name__)
        counts["failed"] += 1
        with suppress(OperationalError):
            connection.close_if_unusable_or_obsolete()
    return True


def _wait_for(case_id: UUID) -> None:
    """Waits for the case, but not for ever: what is held too long is done by the next sweep."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
    lock(case_id)


def _still_waiting(pk: UUID, at: datetime) -> Deadline | None:
    """The clock, unless another sweep has done it since the list was read."""
    return (
        Deadline.objects.filter(pk=pk, next_reminder_at__lte=at)
        .select_related("case__person", "case__caseworker")
        .first()
    )


def look_at(deadline: Deadline, *, actor: User, at: datetime) -> Counter[str]:
    """Says and does what this clock has to, and sets when it is looked at next. Runs inside the
    lock of its case. Returns what was done."""
    done: Counter[str] = Counter()
    if deadline.state == DeadlineState.PAUSED:
        remind_of_pause(deadline, actor=actor, at=at, done=done)
        return done
    if deadline.state != DeadlineState.OPEN:
        deadline.next_reminder_at = None
        deadline.save(update_fields=["next_reminder_at"])
        return done
    profile = deadline.case.profile
    term = profile.term(deadline.term)
    dates: dict[str, Any] = {
        "due_on": deadline.due_on,
        "due_at": deadline.due_at,
        "zone": profile.calendar_for(deadline.calendar).zone,
    }
    turned = at >= reminders.turn_of(term, **dates)
    since = deadline.next_reminder_at or at
    ladder = reminders.to_claim(
        reminders.rungs(term, **dates),
        since=since,
        at=at,
        overdue=turned and term.kind == "due",
    )
    deadline.next_reminder_at = reminders.next_look(term, **dates, after=at)
    deadline.save(update_fields=["next_reminder_at"])
    if ladder:
        remind(deadline, actor=actor, at=at, ladder=ladder, done=done)
    if turned:
        _turn(deadline, term.kind, done, actor=actor, at=at)
    return done


def _turn(deadline: Deadline, kind: str, done: Counter[str], *, actor: User, at: datetime) -> None:
    """What follows when the clock has run out, or when what had to wait may be done."""
    profile = deadline.case.profile
    if kind == "not_before":
        done["opened"] += _open(deadline, actor=actor, at=at)
    elif kind == "earliest_end":
        code = decision_that_ends(profile, deadline.term)
        if _decided(deadline, code) or _not_confirmed(deadline):
            end(deadline, actor=actor, at=at, state=DeadlineState.MET)
            done["ended"] += 1
    elif deadline.term in windows_of_the_person(profile):
        end(deadline, actor=actor, at=at, state=DeadlineState.VOID)
        done["ended"] += 1
    elif deadline.missed_at is None:
        miss(deadline, actor=actor, at=at)
        done["missed"] += 1


# Reminders ---------------------------------------------------------------------------------------
@action("deadline.reminded", right=BY_THE_SYSTEM)
def remind(
    deadline: Deadline,
    *,
    actor: User,
    at: datetime,
    ladder: tuple[reminders.Rung, ...],
    done: Counter[str],
) -> Deadline:
    """Puts each reminder into the inbox of those whom the profile names, once. Adds to `done` how
    many people were told now."""
    before = done["told"]
    for rung in ladder:
        done["told"] += tell(
            _people(deadline.case, rung.whom),
            "deadline_reminder",
            once=f"reminder:{deadline.pk}:{deadline.due_on}:{rung.code}",
            at=at,
            case=deadline.case,
            deadline=deadline,
            rung=rung.code,
            term=deadline.term,
            due_on=deadline.due_on.isoformat(),
        )
        if "referrer" in rung.whom:
            done["told"] += tell(
                stages.referrers_to_tell(deadline.case),
                "provisional_to_look_at",
                once=f"outside:{deadline.pk}:{deadline.due_on}:{rung.code}",
                at=at,
                case=deadline.case,
            )
    rungs = [rung.code for rung in ladder]
    detail(term=deadline.term, rungs=rungs, told=done["told"] - before)
    return deadline


def _people(case: Case, whom: tuple[str, ...]) -> list[User]:
    """The people behind "owner" and "supervisor". A case that nobody works on yet is intake's;
    where there is no intake either, the supervisors'."""
    found: dict[UUID, User] = {}
    supervisors = access.people_near(case, "decide", Role.SUPERVISOR)
    if "owner" in whom:
        near = access.people_near(case, "work", Role.CASEWORKER)
        owner = near.filter(assigned_cases=case.pk).first()
        if owner is not None:
            found[owner.pk] = owner
        else:
            intake = list(access.people_near(case, "work", Role.INTAKE))
            found |= {user.pk: user for user in intake or supervisors}
    if "supervisor" in whom:
        found |= {user.pk: user for user in supervisors}
    return list(found.values())


@action("deadline.pause_reminded", right=BY_THE_SYSTEM)
def remind_of_pause(
    deadline: Deadline, *, actor: User, at: datetime, done: Counter[str]
) -> Deadline:
    """Tells owner and supervisors that a pause is to be looked at again, and again every so many
    days of the profile until somebody does: no pause is forgotten."""
    pause = deadline.pauses.filter(to_date=None).latest("at")
    law = deadline.case.profile
    zone = law.calendar_for(deadline.calendar).zone
    today = at.astimezone(zone).date()
    again = today + timedelta(days=law.pauses.chase_days)
    deadline.next_reminder_at = datetime.combine(again, reminders.MORNING, zone)
    deadline.save(update_fields=["next_reminder_at"])
    done["told"] += tell(
        _people(deadline.case, ("owner", "supervisor")),
        "pause_to_review",
        once=f"pause:{pause.pk}:{today}",
        at=at,
        case=deadline.case,
        deadline=deadline,
        term=deadline.term,
    )
    detail(term=deadline.term)
    return deadline


# When a clock has run out ------------------------------------------------------------------------
@action("deadline.missed", right=BY_THE_SYSTEM)
def miss(deadline: Deadline, *, actor: User, at: datetime) -> Deadline:
    """Notes that the date has passed unmet, and tells the supervisors. Once a date."""
    deadline.missed_at = at
    deadline.save(update_fields=["missed_at"])
    tell(
        access.people_near(deadline.case, "decide", Role.SUPERVISOR),
        "deadline_missed",
        once=f"missed:{deadline.pk}:{deadline.due_on}",
        at=at,
        case=deadline.case,
        deadline=deadline,
        term=deadline.term,
        due_on=deadline.due_on.isoformat(),
    )
    detail(term=deadline.term, due_on=deadline.due_on.isoformat())
    return deadline


@action("deadline.ended", right=BY_THE_SYSTEM)
def end(deadline: Deadline, *, actor: User, at: datetime, state: str) -> Deadline:
    """Ends a clock whose last day is over and which nobody could miss."""
    deadline.state = state
    deadline.settled_at = deadline.due_at
    deadline.next_reminder_at = None
    deadline.save(update_fields=["state", "settled_at", "next_reminder_at"])
    clocks.refresh_next_due(deadline.case)
    detail(term=deadline.term, due_on=deadline.due_on.isoformat())
    return deadline


def _decided(deadline: Deadline, code: str) -> bool:
    """Whether the decision that ends this period was made since it began."""
    return Decision.objects.filter(
        case_id=deadline.case_id,
        code=code,
        state=DecisionState.MADE,
        made_at__gte=deadline.started_at,
    ).exists()


def _not_confirmed(deadline: Deadline) -> bool:
    """Whether a provisional identification began this period, and the decision did not confirm
    it."""
    profile = deadline.case.profile
    return (
        deadline.term in periods(profile)
        and Decision.objects.filter(
            case_id=deadline.case_id,
            code=profile.conflict_mode.decision,
            outcome="negative",
            state=DecisionState.MADE,
            made_at__gte=deadline.started_at,
        ).exists()
    )


# What had to wait --------------------------------------------------------------------------------
# The event of the profile that says so, and which a decision may ask for under the same name.
ELAPSED = "recovery_minimum_elapsed"


def _open(deadline: Deadline, *, actor: User, at: datetime) -> int:
    """Moves the case on where a decision waited for this day and the profile has such a way."""
    case = deadline.case
    waits = any(d.not_before == deadline.term for d in case.profile.decisions)
    way = next(
        (
            t
            for t in case.profile.transitions_from(case.stage)
            if t.event == ELAPSED and SYSTEM in t.by
        ),
        None,
    )
    if not waits or way is None:
        return 0
    minimum_elapsed(case, actor=actor, at=at, to_stage=way.to_stage, term=deadline.term)
    return 1


@action("case.recovery_minimum_elapsed", right=BY_THE_SYSTEM)
def minimum_elapsed(case: Case, *, actor: User, at: datetime, to_stage: str, term: str) -> Case:
    """Moves the case to the stage in which the decision that waited can be made."""
    before = case.stage
    case.stage, case.stage_since = to_stage, at
    case.version += 1
    case.save(update_fields=["stage", "stage_since", "version"])
    detail(term=term, before=before, stage=to_stage)
    return case
