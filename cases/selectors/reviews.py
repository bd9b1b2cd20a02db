"""The review queue: decisions that wait for a second person, the oldest legal deadline first."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, Decision
from cases.models.decision import DecisionState
from cases.rights import REVIEW_DECISION
from cases.selectors.cases import DeadlineView, next_deadlines
from cases.selectors.decisions import WITH_A_READER
from cases.selectors.keyset import Rows
from cases.selectors.lists import Count, Wanted, page_of_cases, some_ids
from nrm.accounts.models import User

COUNTED_TO = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision in the queue. `why_not` says why this reader cannot take it."""

    decision: Decision
    case: Case
    label: str
    stage: Any
    deadline: DeadlineView | None
    days_waiting: int
    passed_on: bool
    why_not: str


def _in_cases(cases: Any) -> Any:
    return Decision.objects.filter(state__in=WITH_A_READER, case__in=cases)


def review_queue(
    actor: User, *, at: datetime, after: str = "", before: str = ""
) -> tuple[list[Waiting], Rows]:
    """One page of the queue: the decisions of 25 cases. Four queries."""
    page = page_of_cases(
        actor,
        REVIEW_DECISION,
        Wanted(in_review=True),
        Case.objects.select_related("person"),
        at=at,
        after=after,
        before=before,
    )
    waiting: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in (
        _in_cases(page.rows).select_related("author", "second_person").order_by("submitted_at")
    ):
        waiting[decision.case_id].append(decision)
    shown = next_deadlines(page.rows, at=at)
    lines = []
    for case in page.rows:
        for decision in waiting[case.pk]:
            decision.case = case
            lines.append(_waiting(decision, actor, shown.get(case.pk), at))
    return lines, page


def _waiting(
    decision: Decision, actor: User, deadline: DeadlineView | None, at: datetime
) -> Waiting:
    law = decision.case.profile.decision(decision.code)
    passed_on = decision.state == DecisionState.ESCALATED
    why_not = ""
    if decision.author_id == actor.pk:
        why_not = _("You wrote this decision, so you cannot approve it. Ask another reviewer.")
    elif passed_on and decision.second_person_id != actor.pk and decision.second_person:
        name = decision.second_person.display_name
        why_not = _("Passed on to %(name)s.") % {"name": name}
    elif not actor.roles & set(law.agreed_by):
        why_not = _("Your role does not agree this decision.")
    since = decision.submitted_at or decision.drafted_at
    return Waiting(
        decision=decision,
        case=decision.case,
        label=str(law.label),
        stage=decision.case.profile.stage(decision.case.stage).label,
        deadline=deadline,
        days_waiting=(at.date() - since.date()).days,
        passed_on=passed_on,
        why_not=why_not,
    )


def reviews_waiting(actor: User, *, to: int) -> Count:
    """How many decisions wait for a second person in the cases that the actor decides, counted
    `to`. One query."""
    first = some_ids(actor, REVIEW_DECISION, Wanted(in_review=True), at=timezone.now(), size=to + 1)
    if first is None:
        return Count(0)
    cases = Case.objects.visible_to(actor, REVIEW_DECISION).filter(pk__in=first)
    rows = _in_cases(cases.values("pk"))
    found = len(rows.order_by().values_list("pk", flat=True)[: to + 1])
    return Count(min(found, to), more=found > to)


def waiting_for(actor: User) -> int:
    """How many decisions this supervisor could take now, counted to 50. One query, on every page:
    written out, because putting it together costs more than running it."""
    first = some_ids(
        actor, REVIEW_DECISION, Wanted(in_review=True), at=timezone.now(), size=COUNTED_TO + 1
    )
    if first is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM cases_decision d"
            f" WHERE d.case_id IN ({first.sql}) AND d.state = ANY(%s) AND d.author_id <> %s"
            f" LIMIT {COUNTED_TO}) AS counted",
            [*first.params, [str(state) for state in WITH_A_READER], actor.pk],
        )
        return int(cursor.fetchone()[0])
