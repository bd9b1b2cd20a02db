"""The road to 18: the day is recorded, the child is asked whether they agree to stay, and the sweep
does what its days ask for. Without their agreement the case is suspended and never closed."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from cases import rights
from cases.actions import sharing
from cases.actions.matter_alerts import people_of
from cases.actions.suspending import suspend_of_itself, ways_of_the_system
from cases.actions.telling import tell
from cases.models import Adulthood, Case, CaseTask
from cases.models.adulthood import StayAnswer
from cases.models.case import AgeStatus
from cases.models.referral import ConsentAnswer
from cases.rules import adulthood as rules
from cases.selectors import adulthood as reads
from cases.selectors.decisions import today_of
from cases.selectors.merging import with_joined
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.actions import Changed, Objection, action, detail, refuse_if

IN_DOUBT = (AgeStatus.DISPUTED, AgeStatus.NOT_SURE)


def begin_road(case: Case, born: str, *, actor: User, at: datetime) -> None:
    """Begins the road where a child is referred whose whole date of birth is known. Called by the
    action that refers, in the transaction that opens the case. Does nothing where the day has
    passed, or the profile knows of no road."""
    law = case.profile.children
    if law is None or not case.treated_as_child or len(born) != len("2008-05-17"):
        return
    on = case.profile.clock(law.term, date.fromisoformat(born), calendar=case.calendar).due_on
    if on >= today_of(case, at):
        Adulthood.objects.create(
            case=case,
            on=on,
            changed_by=actor,
            changed_at=at,
            next_look_at=_first_look(case, on, at),
        )


def _first_look(case: Case, on: date, at: datetime) -> datetime | None:
    """At once where one of its days has come already."""
    zone = case.profile.calendar_for(case.calendar).zone
    days = reads.reminder_days(case.profile)
    come = any(moment <= at for _day, moment in rules.moments(on, days, zone))
    return at if come else rules.next_look(on, days, zone, after=at)


@action("adulthood.changed", right=rights.CARE_FOR_CHILD, locks=with_joined)
def plan_adulthood(
    case: Case,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    version: int | None = None,
) -> Adulthood:
    """Keeps the day on which they turn 18 and what they said to staying; `values` are those of
    cases.rules.adulthood. That they agree is a consent to the referral from then on; that they do
    not is one as an adult only, and recalls what rests on it. Raises Changed, and overwrites
    nothing, where it is no longer the `version` that the actor saw; Refused with every reason
    against the values."""
    case.refresh_from_db(fields=["age_status", "closed_at", "version"])
    row = reads.adulthood_of(case) or Adulthood(case=case, version=0)
    if version is not None and version != row.version:
        text = _("A colleague has changed this since you opened it. Nothing was overwritten.")
        raise Changed([Objection(text, code="changed")])
    told = {**dict.fromkeys(rules.VALUES), **values}
    for name in ("answer", "method", "language", "interpreter"):
        told[name] = told[name] or ""
    adult = not case.treated_as_child
    refuse_if(
        rules.objections_to_plan(
            told,
            choices=reads.choices_of(case.profile),
            today=today_of(case, at),
            opened_on=today_of(case, case.opened_at),
            day_before=row.on,
            turned=adult,
            answered_before=bool(row.answer),
        )
    )
    before = row.answer
    for name in rules.VALUES:
        setattr(row, name, told[name])
    row.changed_by, row.changed_at = actor, at
    row.version += 1
    row.next_look_at = None if adult or row.on is None else _first_look(case, row.on, at)
    row.save()
    detail(answer=row.answer)
    if row.answer != before:
        _consent(case, row, adult, actor=actor, at=at)
    return row


def _consent(case: Case, row: Adulthood, adult: bool, *, actor: User, at: datetime) -> None:
    """What was said to staying is what was said to the referral; a child need not agree to that."""
    if row.answer == StayAnswer.AGREED:
        answer = ConsentAnswer.AGREED
    else:
        answer = ConsentAnswer.DECLINED if adult else ConsentAnswer.NOT_REQUIRED
    sharing.hear_of_referral(
        case,
        answer=answer,
        given_on=row.answered_on or today_of(case, at),
        method=row.method,
        language=row.language,
        interpreter=row.interpreter,
        actor=actor,
        at=at,
    )


# The sweep ----------------------------------------------------------------------------------------
def look_at_adulthood(row: Adulthood, *, actor: User, at: datetime) -> int:
    """Opens the tasks whose day has come and tells of them; makes the person an adult on their
    birthday, and suspends the case where they have not agreed to stay. Sets when it is looked at
    next. Within the lock of its case. Returns how many people were told now."""
    case = row.case
    law = case.profile.children
    row.next_look_at = None
    if (
        law is None
        or row.on is None
        or row.turned_at
        or case.closed_at
        or not case.treated_as_child
    ):
        row.save(update_fields=["next_look_at"])
        return 0
    zone = case.profile.calendar_for(case.calendar).zone
    days = reads.reminder_days(case.profile)
    row.next_look_at = rules.next_look(row.on, days, zone, after=at)
    row.save(update_fields=["next_look_at"])
    come = [day for day, moment in rules.moments(row.on, days, zone) if moment <= at]
    counts: Counter[str] = Counter()
    if come:
        remind_of_adulthood(row, actor=actor, at=at, come=come, counts=counts)
    if 0 in come:
        counts["told"] += _turn(row, actor=actor, at=at)
    return counts["told"]


@action("adulthood.reminded", right=BY_THE_SYSTEM)
def remind_of_adulthood(
    row: Adulthood, *, actor: User, at: datetime, come: list[int], counts: Counter[str]
) -> Adulthood:
    """Opens the tasks of the days that have come, each once, and tells of the last of them whom the
    profile names. Adds to `counts` how many people were told now."""
    case = row.case
    law = case.profile.children
    assert law is not None
    due = [task.code for task in law.tasks if task.days in come]
    there = set(case.casetasks.filter(code__in=due).values_list("code", flat=True))
    new = [code for code in due if code not in there]
    CaseTask.objects.bulk_create(CaseTask(case=case, code=code, opened_at=at) for code in new)
    whom = next(
        (one.whom for one in case.profile.term(law.term).reminders if one.days == come[-1]), ()
    )
    if come[-1] != 0:  # the birthday tells of what it did
        once = f"adulthood:{row.pk}:{row.on}:{come[-1]}"
        people = people_of(case, whom)
        counts["told"] += tell(people, "adulthood_comes", once=once, at=at, case=case)
    detail(day=come[-1], tasks=new, told=counts["told"])
    return row


_SAYS = {
    "undecided": "adulthood_undecided",
    "goes_on": "adulthood_reached",
    "not_held": "adulthood_without_consent",
    "suspended": "adulthood_suspended",
}


def _turn(row: Adulthood, *, actor: User, at: datetime) -> int:
    """What the birthday does. Returns how many people were told now."""
    case = row.case
    law = case.profile.children
    assert law is not None
    comes = rules.what_comes(
        rules.Standing(
            in_doubt=case.age_status in IN_DOUBT,
            agreed=row.answer == StayAnswer.AGREED,
            suspended=case.suspended_at is not None,
            can_hold=bool(ways_of_the_system(case)),
        )
    )
    if comes != "undecided":
        come_of_age(row, actor=actor, at=at)
    if comes == "suspended":
        suspend_of_itself(case, actor=actor, at=at, reason=law.suspension_reason)
    people = people_of(case, ("owner", "supervisor"))
    once = f"adulthood:{row.pk}:{row.on}:{comes}"
    return tell(people, _SAYS[comes], once=once, at=at, case=case)


@action("case.came_of_age", right=BY_THE_SYSTEM)
def come_of_age(row: Adulthood, *, actor: User, at: datetime) -> Case:
    """The person is an adult from now on, everywhere the rules ask. What was told of their age when
    they were referred stays."""
    case = row.case
    row.turned_at = at
    row.save(update_fields=["turned_at"])
    case.age_status = AgeStatus.ADULT
    case.version += 1
    case.save(update_fields=["age_status", "version"])
    detail(age=case.age_status, answer=row.answer)
    return case
