"""The review queue: decisions that wait for a second person, the oldest legal deadline first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from cases.models import Case, Decision
from cases.models.decision import DecisionState
from cases.rights import REVIEW_DECISION
from cases.selectors.cases import DeadlineView, next_deadlines
from cases.selectors.decisions import WITH_A_READER
from cases.selectors.keyset import Rows, page_of
from nrm.accounts.models import User


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


def waiting_of(actor: User) -> Any:
    """The decisions that wait for a second person in cases that the actor decides."""
    cases = Case.objects.visible_to(actor, REVIEW_DECISION)
    return (
        Decision.objects.filter(state__in=WITH_A_READER, case__in=cases)
        .select_related("case__person", "author", "second_person")
        .annotate(due=F("case__next_due_at"))
    )


def review_queue(
    actor: User, *, at: datetime, after: str = "", before: str = ""
) -> tuple[list[Waiting], Rows]:
    """One page of the queue. Three queries, whatever the page holds."""
    page = page_of(waiting_of(actor), "due", after=after, before=before)
    shown = next_deadlines([d.case for d in page.rows], at=at)
    return [_waiting(d, actor, shown.get(d.case_id), at) for d in page.rows], page


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


def waiting_for(actor: User) -> int:
    """How many decisions this supervisor could take now, counted to 99. One query."""
    rows = waiting_of(actor).exclude(author=actor)
    return len(rows.order_by().values_list("pk", flat=True)[:99])
