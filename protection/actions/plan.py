"""Writing down what the plan of support of a person holds, and what happens to it. Where a return
goes ahead without anybody having found it safe, it is told of at once."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.access import kept_from
from cases.actions.matter_alerts import people_of
from cases.actions.telling import tell
from cases.models import Case, CaseTask, Consent
from cases.selectors.sharing import today_of
from identities.crypto import Opener, seal_json
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.actions import Objection, action, also, detail, refuse_if
from protection.models import PlanItem, PlanStep
from protection.rules import plan as rules
from protection.rules.plan.returns import CONSENT_GONE, RETURN, stands_against
from protection.rules.plan.shape import By, Facts, Kind, Part, Step
from protection.selectors import plan as reads
from protection.selectors.assessments import end_of_day

ITEM, STEP = "protection_planitem", "protection_planstep"
_WHOM = ("owner", "supervisor")


@action("plan.recorded", right=rights.SUPPORT)
def record_item(
    case: Case,
    *,
    actor: User,
    at: datetime,
    kind: str,
    values: Mapping[str, Any],
    submission_key: UUID | None = None,
) -> PlanItem:
    """Writes down something of a kind; `values` are by the names of its parts: days as dates, what
    is chosen as codes, several as lists. Sent twice with one key, it is recorded once. Raises
    Refused with every reason against it."""
    case.refresh_from_db(fields=["age_status", "version"])
    if submission_key and (
        first := case.planitems.filter(submission_key=submission_key, recorded_by=actor).first()
    ):
        detail(repeated=True)
        return first
    known = reads.find_kind(case.profile, kind)
    if known is None:
        refuse_if([Objection(_("Select what is recorded"), field="kind")])
    assert known is not None
    told = _cleaned(known.parts, values)
    facts = reads.facts_of(case, known, None, at=at)
    refuse_if(rules.objections_to_item(known, told, facts, _lists(case, known, at=at)))
    row = PlanItem(id=uuid4(), case=case, kind=kind, recorded_by=actor, recorded_at=at)
    row.submission_key = submission_key
    row.answers = {**_answers(known.parts, told), **known.worked_out(told, facts)}
    words = _words(known.parts, told)
    row.told = seal_json(case.person_id, words, table=ITEM, column="told", row=row.pk)
    _stand(row, known, known.first(facts.law), at=at)
    row.save(force_insert=True)
    detail(kind=kind)
    if any(step.by == "second" for step in rules.steps_now(known, row.state)):
        others = [one for one in people_of(case, ("supervisor",)) if one.pk != actor.pk]
        tell(others, "plan_asked", once=f"plan_asked:{row.pk}", at=at, case=case)
    return row


# What happens to it -------------------------------------------------------------------------------
@action("plan.stepped", right=rights.SUPPORT)
def _step(item: PlanItem, **told: Any) -> PlanItem:
    return _take(item, "worker", **told)


# Also once the case has ended: whoever has left is asked after for months, and what is due is paid.
@action("plan.followed", right=rights.SUPPORT, ended=True)
def _follow(item: PlanItem, **told: Any) -> PlanItem:
    return _take(item, "after", **told)


# Where two people are needed, the second; also once the case has ended: who asked is answered.
@action("plan.decided", right=rights.DECIDE_SUPPORT, ended=True)
def _decide(item: PlanItem, **told: Any) -> PlanItem:
    return _take(item, "second", **told)


_BY: dict[By, Any] = {"worker": _step, "second": _decide, "after": _follow}


def take_step(
    item: PlanItem,
    *,
    actor: User,
    at: datetime,
    step: str,
    values: Mapping[str, Any],
    submission_key: UUID | None = None,
) -> PlanItem:
    """Records what happened to an item, by the code of a step of its kind; `values` as for
    `record_item`. Sent twice with one key, it happened once. Raises Refused with every reason
    against it, also where the item stands otherwise meanwhile."""
    found = rules.KINDS[item.kind].step(step)
    run = _BY[found.by] if found else _step
    taken: PlanItem = run(
        item, actor=actor, at=at, step=step, values=values, submission_key=submission_key
    )
    return taken


def _take(
    item: PlanItem,
    by: By,
    *,
    actor: User,
    at: datetime,
    step: str,
    values: Mapping[str, Any],
    submission_key: UUID | None,
) -> PlanItem:
    item.refresh_from_db()
    case, kind = item.case, rules.KINDS[item.kind]
    case.refresh_from_db(fields=["age_status", "version"])
    if submission_key and item.steps.filter(submission_key=submission_key, by=actor).exists():
        detail(repeated=True)
        return item
    found = kind.step(step)
    if found is None or found.by != by:
        refuse_if([Objection(_("Select what happened"), field="step")])
    assert found is not None
    told = _cleaned(found.parts, values)
    facts = reads.facts_of(case, kind, item, at=at)
    refuse_if(
        rules.objections_to_step(
            kind,
            found,
            told,
            facts,
            _lists(case, kind, at=at),
            state=item.state,
            own=item.recorded_by_id == actor.pk,
        )
    )
    row = PlanStep(id=uuid4(), case=case, item=item, code=step, by=actor, at=at)
    row.submission_key = submission_key
    row.answers = _answers(found.parts, told)
    words = _words(found.parts, told)
    row.told = seal_json(case.person_id, words, table=STEP, column="told", row=row.pk)
    row.save(force_insert=True)
    # A day that is not told again is none any more: of an appeal, of an end.
    gone = {part.name for part in found.parts if part.answer == "day"}
    stood = {name: value for name, value in item.answers.items() if name not in gone}
    item.answers = {**stood, **row.answers, **kind.worked_out(told, facts)}
    _say_anew(item, kind, words)
    leads = kind.leads(step, found.leads or item.state, item.answers, facts.law)
    _stand(item, kind, leads, at=at)
    if by == "second":
        item.decided_by, item.decided_at = actor, at
        asked = User.objects.filter(~kept_from(case), pk=item.recorded_by_id, is_active=True)
        tell(asked, "plan_decided", once=f"plan_decided:{item.pk}", at=at, case=case)
    item.save()
    detail(kind=item.kind, step=step)
    if kind is RETURN:
        _after_return(item, found, row, facts, actor=actor, at=at)
    return item


def _stand(item: PlanItem, kind: Kind, state: str, *, at: datetime) -> None:
    """Where it stands from now, and what follows for its days."""
    case = item.case
    item.state = state
    item.ended_at = None if state in kind.open else at
    law, today = reads.law_of(case.profile, kind), today_of(case, at)
    days = kind.days(state, item.answers, law, today)
    item.due_on = days.due_on
    item.due_at = end_of_day(case, days.due_on) if days.due_on else None
    item.ahead = [[day.isoformat(), code] for day, code in days.ahead]
    item.next_look_at = reads.first_look(item, at=at)


def _say_anew(item: PlanItem, kind: Kind, words: Mapping[str, str]) -> None:
    """What a step says in words of a part of the item takes the place of what stood there."""
    anew = {part.name for part in kind.parts if part.is_words and words.get(part.name)}
    if not anew:
        return
    owner = item.case.person_id
    place: dict[str, Any] = {"table": ITEM, "column": "told", "row": item.pk}
    stood = Opener(owner).json(item.told, **place)
    item.told = seal_json(owner, {**stood, **{name: words[name] for name in anew}}, **place)


def _lists(case: Case, kind: Kind, *, at: datetime) -> Mapping[str, Collection[str]]:
    return reads.lists_of(case, kind, at=at, rows=reads.refers_to(case, [kind], at=at))


def _cleaned(parts: tuple[Part, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """What was told of these parts and nothing else; what was left out is not among it."""
    found = {}
    for part in parts:
        value = values.get(part.name)
        if part.asked and value is not None:
            found[part.name] = value.strip() if part.is_words else value
    return found


def _answers(parts: tuple[Part, ...], told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        part.name: value.isoformat() if isinstance(value, date) else value
        for part in parts
        if not part.is_words and (value := told.get(part.name)) is not None
    }


def _words(parts: tuple[Part, ...], told: Mapping[str, Any]) -> dict[str, str]:
    return {part.name: told[part.name] for part in parts if part.is_words and told.get(part.name)}


# A return -----------------------------------------------------------------------------------------
def _after_return(
    item: PlanItem, step: Step, row: PlanStep, facts: Facts, *, actor: User, at: datetime
) -> None:
    case = item.case
    left = step.code == "leave" and any(stands_against(item.answers, facts))
    if left or row.answers.get("outcome") in facts.law.alarms:
        tell(people_of(case, _WHOM), "return_alert", once=f"return:{row.pk}", at=at, case=case)
    if step.code == "ask_after":
        open_tasks = case.casetasks.filter(code=row.answers["which"], done_at=None)
        for task in open_tasks:
            task.done_at, task.done_by = at, actor
            task.save(update_fields=["done_at", "done_by"])
            also("task.done", task, task=task.code)


def follow_return_consent(
    case: Case, consent: Consent, joined: Collection[UUID], *, actor: User, at: datetime
) -> None:
    """What the person said to sharing has changed, within the action that recorded it: a return for
    which a day is set does not go ahead without their consent."""
    law = case.profile.returns
    if law is None or consent.purpose != law.purpose:
        return
    row = case.planitems.filter(kind=RETURN.code, state="arranged").first()
    if row is None or reads.agreed_to(case, law.purpose, at=at):
        return
    row.case = case
    step = PlanStep(id=uuid4(), case=case, item=row, code=CONSENT_GONE, by=actor, at=at)
    step.told = seal_json(case.person_id, {}, table=STEP, column="told", row=step.pk)
    step.save(force_insert=True)
    _stand(row, RETURN, "stopped", at=at)
    row.save()
    also("plan.stepped", row, kind=row.kind, step=CONSENT_GONE)
    tell(people_of(case, _WHOM), "return_stopped", once=f"return:{step.pk}", at=at, case=case)


# The sweep ----------------------------------------------------------------------------------------
def look_at_item(row: PlanItem, *, actor: User, at: datetime) -> int:
    """Tells of the day of an item that has come, and opens the task that belongs to it. Within the
    lock of its case. Returns how many people were told now."""
    come = [(moment.date(), code) for moment, code in reads.moments(row) if moment <= at]
    coming = [moment for moment, _code in reads.moments(row) if moment > at]
    row.next_look_at = min(coming, default=None)
    row.save(update_fields=["next_look_at"])
    counts: Counter[str] = Counter()
    if come:
        remind_of_item(row, actor=actor, at=at, come=come, counts=counts)
    return counts["told"]


@action("plan.reminded", right=BY_THE_SYSTEM)
def remind_of_item(
    row: PlanItem,
    *,
    actor: User,
    at: datetime,
    come: list[tuple[date, str]],
    counts: Counter[str],
) -> PlanItem:
    """Opens the tasks of the days that have come, each once and none on a case that has ended, and
    tells of the last of them. Adds to `counts` how many people were told now."""
    case = row.case
    known = {task.code for task in case.profile.tasks}
    due = [code for _day, code in come if code in known and case.closed_at is None]
    there = set(case.casetasks.filter(code__in=due).values_list("code", flat=True)) if due else ()
    new = [code for code in due if code not in there]
    CaseTask.objects.bulk_create(CaseTask(case=case, code=code, opened_at=at) for code in new)
    day, last = come[-1]
    # A permission that is extended has the same days once more.
    once = f"plan:{row.pk}:{day}:{last}"
    notice = "plan_due" if last == reads.DUE else f"plan_{row.kind}"
    told = tell(people_of(case, _WHOM), notice, once=once, at=at, case=case)
    counts["told"] += told
    detail(kind=row.kind, day=last, tasks=new, told=told)
    return row
