"""One thing done with several cases: each by its own action, with its own result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.assigning import assign_case
from cases.actions.telling import tell
from cases.models import Batch, Case
from cases.references import clean_reference
from nrm.accounts.models import User
from nrm.actions import Forbidden, Hidden, Objection, Refused, action, detail, lock, refuse_if

MOST = 50  # cases in one batch: two pages of the list, each case locked until all are done


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case by its reference, and the version that the actor saw, where they saw one."""

    reference: str
    version: int | None = None


@action("case.reminded", right=rights.ASSIGN)
def remind_caseworker(case: Case, *, actor: User, at: datetime) -> Case:
    """Reminds whoever works on the case of it, at most once a day. Raises Refused where nobody
    has the case, where it is closed, or where they were reminded today already."""
    case.refresh_from_db(fields=["caseworker", "closed_at"])
    if case.closed_at is not None:
        refuse_if([Objection(_("The case is closed."))])
    if case.caseworker is None:
        refuse_if([Objection(_("Nobody has this case yet. Give it to a caseworker."))])
    assert case.caseworker is not None
    day = timezone.localdate(at).isoformat()
    once = f"reminded:{case.pk}:{day}"
    if not tell([case.caseworker], "case_reminder", once=once, at=at, case=case):
        name = {"name": case.caseworker.display_name}
        refuse_if([Objection(_("%(name)s was reminded of it today already.") % name)])
    detail(caseworker=str(case.caseworker.pk))
    return case


@action("cases.batch", right=rights.CHANGE_TOGETHER)
def run_batch(
    user: User,
    *,
    actor: User,
    at: datetime,
    what: str,
    chosen: Sequence[Chosen],
    submission_key: UUID,
    caseworker: User | None = None,
) -> Batch:
    """Gives the chosen cases to a caseworker, or reminds those who have them. What stands in the
    way of one case stops no other; `results` says what came of each, in the order they were sent.

    The same `submission_key` again gives the same batch and does nothing. Raises Refused where no
    case is chosen, more than `MOST`, or nobody to give them to. A case that the actor may not give
    to anybody is told like one that does not exist.
    """
    lock(submission_key)
    if known := Batch.objects.filter(submission_key=submission_key, actor=actor).first():
        return known
    refuse_if(_objections(what, chosen, caseworker))
    wanted = {one.reference: one for one in chosen}  # a case sent twice is one case
    clean = {sent: clean_reference(sent) for sent in wanted}
    found = {
        case.reference: case
        for case in Case.objects.visible_to(actor, rights.ASSIGN)
        .filter(reference__in=[one for one in clean.values() if one])
        .select_related("person", "authority", "caseworker")
    }
    why: dict[str, list[str]] = {}
    cases = {sent: found.get(clean[sent] or "") for sent in wanted}
    # In the order in which everybody locks several cases, so that no two wait for each other's.
    for sent in sorted(wanted, key=lambda one: str(getattr(cases[one], "pk", ""))):
        case = cases[sent]
        why[sent] = (
            [_("There is no such case that you can change.")]
            if case is None
            else _one(case, wanted[sent], what, caseworker, actor=actor, at=at)
        )
    batch = Batch(
        id=uuid4(),
        actor=actor,
        what=what,
        caseworker=caseworker if what == Batch.What.ASSIGN else None,
        at=at,
        submission_key=submission_key,
        results=[
            {"reference": clean[sent] or "", "done": not why[sent], "why": why[sent]}
            for sent in wanted
        ],
    )
    batch.save(force_insert=True)
    detail(what=what, done=sum(not reasons for reasons in why.values()), sent=len(why))
    return batch


def _objections(what: str, chosen: Sequence[Chosen], caseworker: User | None) -> list[Objection]:
    found = []
    if what not in Batch.What.values:
        found.append(Objection(_("Choose what to do with the cases."), field="what"))
    if not chosen:
        found.append(Objection(_("Choose at least one case."), field="cases"))
    if len(chosen) > MOST:
        text = _("Choose at most %(most)d cases at once.") % {"most": MOST}
        found.append(Objection(text, field="cases"))
    if what == Batch.What.ASSIGN and caseworker is None:
        found.append(Objection(_("Choose a caseworker"), field="caseworker"))
    return found


def _one(
    case: Case, sent: Chosen, what: str, caseworker: User | None, *, actor: User, at: datetime
) -> list[str]:
    """Does it with one case, and returns why not, where it could not be done."""
    try:
        with transaction.atomic():
            if what == Batch.What.REMIND or caseworker is None:
                remind_caseworker(case, actor=actor, at=at)
            elif case.caseworker_id == caseworker.pk:
                text = _("%(name)s has this case already.")
                return [text % {"name": caseworker.display_name}]
            else:
                assign_case(case, actor=actor, at=at, caseworker=caseworker, version=sent.version)
    except Refused as refusal:
        return [objection.text for objection in refusal.objections]
    except (Forbidden, Hidden):
        # Taken away between the look and the lock.
        return [_("There is no such case that you can change.")]
    return []
