"""Merging two cases of one person, and undoing it: each asked for by one and decided by another.

Nothing is deleted and nothing moves. The case that ends is closed and points to the one that goes
on; its clocks stop. Undone, it is open again, and the clocks that were stopped run as they did.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cases import access, ports, rights
from cases.actions import clocks
from cases.actions.joined import join
from cases.actions.telling import tell
from cases.models import Case, Deadline, Merging
from cases.models.deadline import DeadlineState
from cases.models.merging import MergeReason, MergingState, UndoReason
from cases.rules.merging import Facts, objections_to_merging, objections_to_undoing
from cases.selectors.merging import both, other_case
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Objection, action, also, detail, refuse_if


def _two(case: Case, *, actor: User, other: str, **_more: Any) -> list[UUID]:
    found = other_case(actor, other)
    return [case.pk, found.pk] if found else [case.pk]


def _of_row(row: Merging, **_more: Any) -> tuple[UUID, UUID]:
    return row.case_id, row.into_id


@action("merging.asked", right=rights.PROPOSE_MERGING, locks=_two)
def ask_merging(
    case: Case, *, actor: User, at: datetime, other: str, reason: str, goes_on: str
) -> Merging:
    """Asks for the case and the one of the reference `other` to be merged. `goes_on` is "this" or
    "other": the one that is worked on from then on. Their supervisors are told. Raises Refused with
    every reason against it; a case that the actor may not see is as one that is not there."""
    found = other_case(actor, other)
    ends, into = (found, case) if goes_on == "this" else (case, found)
    waits = holds_others = False
    if ends is not None and into is not None and found != case:
        ends.refresh_from_db(fields=["closed_at"])
        into.refresh_from_db(fields=["closed_at"])
        waits = _waits(ends, into)
        holds_others = any(row.holds for row in Merging.objects.filter(into_id=ends.pk))
    refuse_if(
        objections_to_merging(
            Facts(
                found=found is not None,
                same=found == case,
                known_reason=reason in MergeReason.values,
                closed=any(one and one.closed_at is not None for one in (ends, into)),
                holds_others=holds_others,
                waits=waits,
            )
        )
    )
    assert ends is not None
    assert into is not None
    return _ask(case, ends, into, actor=actor, at=at, reason=reason, undo=False)


@action("merging.undoing_asked", right=rights.PROPOSE_MERGING, ended=True, locks=_of_row)
def ask_undoing(row: Merging, *, actor: User, at: datetime, reason: str) -> Merging:
    """Asks for a merging to be undone. Raises Refused with every reason against it, and Hidden for
    who may not see both cases."""
    row.refresh_from_db()
    ends, into = _pair(row, actor, rights.PROPOSE_MERGING)
    refuse_if(
        objections_to_undoing(
            Facts(known_reason=reason in UndoReason.values, waits=_waits(ends, into)),
            holds=row.holds,
        )
    )
    return _ask(ends, ends, into, actor=actor, at=at, reason=reason, undo=True)


@action("merging.decided", right=rights.DECIDE_MERGING, ended=True, locks=_of_row)
def decide_merging(row: Merging, *, actor: User, at: datetime, agree: bool) -> Merging:
    """Another person agrees to what was asked, or does not. Agreed, it is done at once, and who is
    kept from one of the cases is kept from both, which are as restricted as the stricter. Raises
    Refused for who asked and where it was decided already, and Hidden for who may not decide both
    cases."""
    row.refresh_from_db()
    ends, into = both(row, actor)
    objections = list(_not_open(row))
    if row.asked_by_id == actor.pk:
        text = _("You asked for it: somebody else has to decide.")
        objections.append(Objection(text, code="same_person"))
    for one in (ends, into):
        one.refresh_from_db(fields=["closed_at", "version", "next_due_at"])
    if agree and not row.undo and not objections:
        objections += objections_to_merging(
            Facts(closed=ends.closed_at is not None or into.closed_at is not None)
        )
    refuse_if(objections)
    row.state = MergingState.AGREED if agree else MergingState.DECLINED
    row.decided_by, row.decided_at = actor, at
    if agree:
        (_part if row.undo else _merge)(row, ends, at=at)
    row.save(update_fields=["state", "decided_by", "decided_at", "kept"])
    if row.holds:
        # What protects the person counts on both, and stays where the merging is undone.
        join(ends, into, actor=actor, at=at)
        ports.cases_merged(ends, into, actor=actor, at=at, by=row.pk)
    detail(agreed=agree, undo=row.undo)
    also("merging.decided", into, agreed=agree, undo=row.undo)
    asked = User.objects.filter(pk=row.asked_by_id, is_active=True)
    tell(asked, "merging_decided", once=f"merging:{row.pk}:{row.state}", at=at, case=ends)
    return row


@action("merging.withdrawn", right=rights.PROPOSE_MERGING, ended=True, locks=_of_row)
def withdraw_merging(row: Merging, *, actor: User, at: datetime) -> Merging:
    """Takes back what the actor asked for. Refused for anybody else."""
    row.refresh_from_db()
    _pair(row, actor, rights.PROPOSE_MERGING)
    objections = list(_not_open(row))
    if row.asked_by_id != actor.pk:
        text = _("Only who asked for it can take it back.")
        objections.append(Objection(text, code="other_person"))
    refuse_if(objections)
    row.state, row.decided_by, row.decided_at = MergingState.WITHDRAWN, actor, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row


def _not_open(row: Merging) -> list[Objection]:
    if row.state == MergingState.ASKED:
        return []
    return [Objection(_("This was decided already. Open the page again."), code="decided")]


def _waits(ends: Case, into: Case) -> bool:
    pair = [ends.pk, into.pk]
    waiting = Merging.objects.filter(state=MergingState.ASKED)
    return waiting.filter(case_id__in=pair).exists() or waiting.filter(into_id__in=pair).exists()


def _pair(row: Merging, actor: User, right: Any) -> tuple[Case, Case]:
    ends, into = Case(pk=row.case_id), Case(pk=row.into_id)
    for one in (ends, into):
        right.check(actor, one)
    return ends, into


def _ask(
    seen: Case, ends: Case, into: Case, *, actor: User, at: datetime, reason: str, undo: bool
) -> Merging:
    row = Merging.objects.create(
        case_id=ends.pk, into_id=into.pk, undo=undo, reason=reason, asked_by=actor, asked_at=at
    )
    detail(reason=reason)
    verb = "merging.undoing_asked" if undo else "merging.asked"
    also(verb, into, reason=reason)
    theirs = access.people_near(into, "decide", Role.SUPERVISOR)
    people = access.people_near(ends, "decide", Role.SUPERVISOR).filter(pk__in=theirs)
    tell(people.exclude(pk=actor.pk), "merging_asked", once=f"merging:{row.pk}", at=at, case=ends)
    return row


def _merge(row: Merging, ends: Case, *, at: datetime) -> None:
    running = list(ends.deadlines.filter(state__in=clocks.RUNNING))
    row.kept = [
        {
            "deadline": str(one.pk),
            "state": one.state,
            "next_reminder_at": one.next_reminder_at.isoformat() if one.next_reminder_at else None,
        }
        for one in running
    ]
    clocks.move(ends, at=at, void={one.term for one in running})
    ends.closed_at = at
    ends.version += 1
    ends.save(update_fields=["closed_at", "version", "next_due_at"])


def _part(row: Merging, ends: Case, *, at: datetime) -> None:
    merged = Merging.that_hold().get(case_id=row.case_id)
    # Only what the merging stopped, and as it was then.
    for one in merged.kept:
        Deadline.objects.filter(
            pk=one["deadline"], state=DeadlineState.VOID, settled_at=merged.decided_at
        ).update(state=one["state"], settled_at=None, next_reminder_at=one["next_reminder_at"])
    merged.undone_at = at
    merged.save(update_fields=["undone_at"])
    ends.closed_at = None
    ends.version += 1
    ends.save(update_fields=["closed_at", "version"])
    clocks.refresh_next_due(ends)
