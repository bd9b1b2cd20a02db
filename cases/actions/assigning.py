"""Accepting a referral and giving the case to a caseworker."""

from datetime import datetime

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Objection, action, detail, refuse_if


@action("case.assigned", right=rights.ASSIGN)
def assign_case(case: Case, *, actor: User, at: datetime, caseworker: User) -> Case:
    """Gives the case to one caseworker of its authority, and takes it from the one before."""
    colleagues = {o.pk for o in caseworker.organisations(Role.CASEWORKER)}
    if not caseworker.is_active or case.authority_id not in colleagues:
        text = "Choose a caseworker of the authority that holds the case."
        refuse_if([Objection(text, field="caseworker")])
    before = case.caseworker
    if before and before != caseworker:
        access.end_person(case, "work", before)
    access.grant_person(case, "work", caseworker, reason="assigned", at=at)
    case.caseworker = caseworker
    case.version += 1
    _move_from_first_stage(case, at)
    case.save(update_fields=["caseworker", "version", "stage", "stage_since"])
    detail(caseworker=str(caseworker.pk), before=str(before.pk) if before else None)
    tell([caseworker], "case_assigned", once=f"assigned:{case.pk}:{case.version}", at=at, case=case)
    return case


def _move_from_first_stage(case: Case, at: datetime) -> None:
    """The first assignment takes the case to the stage in which its first decision is prepared."""
    reachable = {s for d in case.profile.decisions for s in d.from_stages}
    while case.stage not in reachable:
        step = next(
            (t for t in case.profile.transitions_from(case.stage) if t.event in _ON_ASSIGNMENT),
            None,
        )
        if step is None:
            return
        case.stage, case.stage_since = step.to_stage, at


_ON_ASSIGNMENT = {"routed", "accepted", "assigned"}
