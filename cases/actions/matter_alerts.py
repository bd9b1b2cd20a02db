"""What the days of matters, notices and removals say, once each (cases.actions.watching)."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from cases import access
from cases.actions.notices import days_of
from cases.actions.telling import tell
from cases.models import Case, Decision, Matter, Notice, Removal
from cases.models.decision import DecisionState
from cases.models.matter import Review
from cases.models.notice import Answer
from cases.rules import matter_days, reminders
from cases.rules import matters as matter_rules
from cases.selectors import notices as reads
from cases.selectors import removals
from cases.selectors.matters import appeal_day
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.accounts.roles import Role
from nrm.actions import action, detail


def people_of(case: Case, whom: tuple[str, ...]) -> list[User]:
    """The people behind "owner" and "supervisor"; the supervisors where nobody works on it."""
    supervisors = list(access.people_near(case, "decide", Role.SUPERVISOR))
    found: dict[UUID, User] = {}
    if "owner" in whom:
        near = access.people_near(case, "work", Role.CASEWORKER)
        owner = near.filter(assigned_cases=case.pk).first()
        found = {owner.pk: owner} if owner else {one.pk: one for one in supervisors}
    if "supervisor" in whom:
        found |= {one.pk: one for one in supervisors}
    return list(found.values())


# Notices ------------------------------------------------------------------------------------------
def look_at_notice(row: Notice, *, actor: User, at: datetime) -> int:
    """Tells that an answer has come, or that one is due and has not; and sets when it is looked at
    next. Within the lock of its case. Returns how many people were told now."""
    case = row.case
    profile = case.profile
    term = profile.term(profile.non_punishment.notices.term)
    dates: dict[str, Any] = {
        "due_on": row.due_on,
        "due_at": row.due_at,
        "zone": profile.calendar_for(case.calendar).zone,
    }
    since = row.next_look_at or at
    row.next_look_at = reminders.next_look(term, **dates, after=at) if row.waits else None
    row.save(update_fields=["next_look_at"])
    told = 0
    if row.answered_at is not None and row.organisation_id is not None:
        # That it goes on needs somebody who can do something about it.
        whom = ("owner", "supervisor") if row.answer == Answer.CONTINUES else ("owner",)
        once = f"notice:{row.pk}:{row.answered_at.isoformat()}"
        told += tell(people_of(case, whom), "notice_answered", once=once, at=at, case=case)
    if row.waits:
        ladder = reminders.to_claim(
            reminders.rungs(term, **dates), since=since, at=at, overdue=at > row.due_at
        )
        counts: Counter[str] = Counter()
        for rung in ladder:
            chase(row, actor=actor, at=at, rung=rung, counts=counts)
        told += counts["told"]
    return told


@action("notice.chased", right=BY_THE_SYSTEM)
def chase(
    row: Notice, *, actor: User, at: datetime, rung: reminders.Rung, counts: Counter[str]
) -> Notice:
    """Reminds who is to answer, and from the day it is due who waits for it. Once a rung and due
    day. Adds to `counts` how many people were told now."""
    once = f"notice:{row.pk}:{row.due_on}:{rung.code}"
    before = counts["told"]
    if row.organisation_id is not None:
        people = reads.people_who_answer([row.organisation]).filter(~access.kept_from(row.case))
        counts["told"] += tell(people, "notice_due", once=once, at=at)
    if not rung.code.startswith("before"):
        ours = people_of(row.case, rung.whom)
        counts["told"] += tell(ours, "notice_silent", once=once, at=at, case=row.case)
    detail(agency=row.agency, rung=rung.code, told=counts["told"] - before)
    return row


# Matters ------------------------------------------------------------------------------------------
def look_at_matter(row: Matter, *, actor: User, at: datetime) -> int:
    """Says what the days of a matter have to say, tells agencies of a new positive decision, and
    has a conviction looked at that stands beside one; sets when it is looked at next. Within the
    lock of its case. Returns how many people were told now."""
    case = row.case
    law = case.profile.non_punishment
    zone = case.profile.calendar_for(case.calendar).zone
    days = law.hearing_alert_days
    convicted = matter_rules.convicted(row.stage, row.outcome)
    notices = list(row.notices.filter(recalled_at=None).select_related("organisation"))
    standing = reads.standing_of(case)
    positive = standing.get("outcome") == "positive"
    told = 0
    if row.open or convicted:
        facts = matter_days.Facts(
            hearing_on=row.hearing_on,
            custody_until=row.custody_until,
            appeal_on=appeal_day(row),
            told=bool(notices),
            decided=_decided(case),
        )
        for what, day in matter_days.days_to_say(facts):
            before = matter_days.passed(day, days, zone=zone, at=at)
            if before is not None:
                once = f"matter:{row.pk}:{what}:{day}:{before}"
                told += _say(row, what, actor=actor, at=at, once=once)
        some = (row.hearing_on, row.custody_until, facts.appeal_on)
        row.next_look_at = matter_days.next_look(some, days, zone=zone, at=at)
        if positive:
            told += _after_decision(row, notices, standing, convicted, actor=actor, at=at)
    else:
        row.next_look_at = None
    row.save(update_fields=["next_look_at", "review"])
    return told


def _decided(case: Case) -> bool:
    """Whether the decision that is to precede a hearing was made, or none has to."""
    code = case.profile.non_punishment.decision_before_hearing
    if not code:
        return True
    return Decision.objects.filter(case=case, code=code, state=DecisionState.MADE).exists()


def _after_decision(
    row: Matter,
    notices: list[Notice],
    standing: dict[str, str],
    convicted: bool,
    *,
    actor: User,
    at: datetime,
) -> int:
    """What follows a positive decision: whoever was told of the matter is told of it, or whoever
    works on the case that nobody was; a conviction is to be looked at."""
    told = 0
    once = f"matter:{row.pk}:{standing['code']}:{standing['on']}"
    for notice in notices:
        if notice.decision != standing and not notice.let_go:
            renew(notice, actor=actor, at=at, standing=standing)
            told += 1
    if not notices:
        told += _say(row, "matter_to_tell", actor=actor, at=at, once=f"{once}:to_tell")
    if convicted and not row.review:
        row.review = Review.DUE
        told += _say(row, "conviction_to_review", actor=actor, at=at, once=f"{once}:review")
    return told


def _say(row: Matter, kind: str, *, actor: User, at: datetime, once: str) -> int:
    """Tells who works on the case and its supervisors. Of the matter and its days the notice says
    nothing: they stand on its page."""
    told = tell(people_of(row.case, ("owner", "supervisor")), kind, once=once, at=at, case=row.case)
    if told:
        alert(row, actor=actor, at=at, kind=kind, people=told)
    return told


@action("matter.alerted", right=BY_THE_SYSTEM)
def alert(row: Matter, *, actor: User, at: datetime, kind: str, people: int) -> Matter:
    """Notes that people were told of something in a matter."""
    detail(alert=kind, told=people)
    return row


@action("notice.renewed", right=BY_THE_SYSTEM)
def renew(row: Notice, *, actor: User, at: datetime, standing: dict[str, str]) -> Notice:
    """Tells whoever received a notice of a new decision; their answer is asked for anew."""
    row.decision, row.renewed_at = standing, at
    row.answer = row.because = ""
    for name, value in days_of(row.case.profile, row.case.calendar, at).items():
        setattr(row, name, value)
    row.save(
        update_fields=[
            *("decision", "renewed_at", "answer", "because"),
            *("due_on", "due_at", "next_look_at"),
        ]
    )
    if row.organisation_id is not None:
        people = reads.people_who_answer([row.organisation]).filter(~access.kept_from(row.case))
        once = f"notice_renewed:{row.pk}:{standing['code']}:{standing['on']}"
        tell(people, "notice_renewed", once=once, at=at)
    detail(agency=row.agency, decision=standing["code"], outcome=standing["outcome"])
    return row


# Removals -----------------------------------------------------------------------------------------
def look_at_removal(row: Removal, *, actor: User, at: datetime) -> int:
    """Says so many days before its day that something stands against it. Within the lock of its
    case. Returns how many people were told now."""
    case = row.case
    zone = case.profile.calendar_for(case.calendar).zone
    days = case.profile.non_punishment.hearing_alert_days
    open_day = None if row.ended else row.on
    row.next_look_at = matter_days.next_look([open_day], days, zone=zone, at=at)
    row.save(update_fields=["next_look_at"])
    before = matter_days.passed(open_day, days, zone=zone, at=at) if open_day else None
    if before is None or not removals.against(row, removals.barred_until(case)):
        return 0
    once = f"removal:{row.pk}:{open_day}:{before}"
    people = people_of(case, ("owner", "supervisor"))
    told = tell(people, "removal_alert", once=once, at=at, case=case)
    if told:
        alert_of_removal(row, actor=actor, at=at, people=told)
    return told


@action("removal.alerted", right=BY_THE_SYSTEM)
def alert_of_removal(row: Removal, *, actor: User, at: datetime, people: int) -> Removal:
    """Notes that people were told of what stands against it."""
    detail(told=people)
    return row
