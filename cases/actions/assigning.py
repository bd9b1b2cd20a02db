"""Who works on a case: giving it to a caseworker, and bringing other organisations near to it."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case
from cases.models.case import Confidentiality
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role
from nrm.actions import Changed, Objection, action, detail, refuse_if


@action("case.assigned", right=rights.ASSIGN)
def assign_case(
    case: Case, *, actor: User, at: datetime, caseworker: User, version: int | None = None
) -> Case:
    """Gives the case to one caseworker of its authority, and takes it from the one before.

    `version` is the case's version as the actor saw it: where somebody has assigned the case since
    then, Changed is raised and nothing is overwritten.
    """
    _refuse_if_assigned_since(case, version)
    colleagues = {o.pk for o in caseworker.organisations(Role.CASEWORKER)}
    if not caseworker.is_active or case.authority_id not in colleagues:
        text = _("Choose a caseworker of the authority that holds the case.")
        refuse_if([Objection(text, field="caseworker")])
    if access.excluded_from(case, [caseworker]):
        text = _("This person may not see the case. Choose another caseworker.")
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


def _refuse_if_assigned_since(case: Case, version: int | None) -> None:
    """Reads the case again under its lock: another person may have been quicker."""
    case.refresh_from_db(fields=["caseworker", "version", "stage", "stage_since"])
    if version is None or version == case.version:
        return
    if case.caseworker is not None:
        text = _("Meanwhile the case was given to %(name)s. Check this, then choose again.") % {
            "name": case.caseworker.display_name
        }
    else:
        text = _("Somebody else changed the case meanwhile. Check it, then choose again.")
    raise Changed([Objection(text, field="caseworker", code="changed")])


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


BROUGHT_NEAR = "brought_near"


@action("case.brought_near", right=rights.ASSIGN)
def bring_near(case: Case, *, actor: User, at: datetime, organisation: Organisation) -> Case:
    """Lets a provider or a prosecution see the summary of the case, everybody in its role."""
    if organisation.kind not in rights.CAN_BE_BROUGHT or not organisation.is_active:
        text = _("Choose a protection provider or a prosecution that is still open.")
        refuse_if([Objection(text, field="organisation")])
    if case.confidentiality != Confidentiality.NORMAL:
        text = _("Only people who are named may see this case, so no organisation can be given it.")
        refuse_if([Objection(text, field="organisation")])
    if case.exclusions.filter(organisation=organisation, ended_at=None).exists():
        text = _("This organisation may not see the case. Choose another.")
        refuse_if([Objection(text, field="organisation")])
    nearness, role = rights.CAN_BE_BROUGHT[organisation.kind]
    access.grant_role(case, nearness, organisation, role, reason=BROUGHT_NEAR, at=at)
    detail(organisation=str(organisation.pk), nearness=nearness)
    people = access.people_near(case, nearness, role).filter(
        memberships__group__role_group__organisation=organisation
    )
    once = f"near:{case.pk}:{organisation.pk}:{at.isoformat()}"
    tell(people.distinct(), "case_brought_near", once=once, at=at, case=case)
    return case


@action("case.taken_away", right=rights.ASSIGN, ended=True)
def take_away(case: Case, *, actor: User, at: datetime, organisation: Organisation) -> Case:
    """Ends what `bring_near` gave. Refused where the organisation has no such access: one that it
    has for a service ends with that, or its provider would lose sight of whom it serves. Where a
    service runs beside it, the database keeps the grant for that (protection_keep_near)."""
    nearness, role = rights.CAN_BE_BROUGHT.get(organisation.kind, ("", ""))
    grant = access.grant_of_role(case, nearness, organisation, role) if nearness else None
    if grant is None or grant.reason != BROUGHT_NEAR:
        text = _("This organisation has no access that can be ended here.")
        if grant is not None and grant.reason == "service":
            text = _(
                "They see the person for a service. End the service, and they see them no more."
            )
        refuse_if([Objection(text)])
    assert grant is not None
    grant.delete()
    detail(organisation=str(organisation.pk), nearness=nearness)
    return case
