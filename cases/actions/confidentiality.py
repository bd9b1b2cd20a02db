"""Restricting or sealing a case, naming the people who may see it then, and opening it again."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from cases import access, rights
from cases.actions import joined
from cases.actions.sharing import recall_of_restricted
from cases.models import Case
from cases.models.case import Confidentiality, ConfidentialityReason
from cases.rules.confidentiality import Facts, objections_to_confidentiality
from cases.selectors.confidentiality import Nameable, people_to_name
from cases.selectors.merging import with_joined
from nrm.accounts.models import User
from nrm.actions import action, also, detail, refuse_if


@action(
    "case.confidentiality_changed",
    right=rights.SET_CONFIDENTIALITY,
    ended=True,
    locks=with_joined,
)
def change_confidentiality(
    case: Case,
    *,
    actor: User,
    at: datetime,
    level: str,
    reason: str,
    people: Collection[UUID] = (),
) -> Case:
    """Says who may see the case. At `restricted` and `sealed` these people alone, with the actor
    and the case's caseworker, who are always among them; every grant to a group is held, and every
    other grant by name ends, and what was shared of it is recalled; so it is with the cases that
    go with it and are less strict, whoever sees those. At `normal` what was held counts again.
    Raises Refused with every reason against it."""
    case.refresh_from_db(fields=["confidentiality", "caseworker", "version"])
    normal = level == Confidentiality.NORMAL
    could = {one.id: one for one in people_to_name(case, actor)}
    wanted = {pk: one for pk, one in could.items() if one.always or pk in people}
    before = {pk for pk, one in could.items() if one.named}
    left_out = set(people) - set(could)
    out = access.excluded_from(case, User.objects.filter(pk__in=left_out)) if left_out else set()
    refuse_if(
        objections_to_confidentiality(
            Facts(
                known_level=level in Confidentiality.values,
                known_reason=reason in ConfidentialityReason.values,
                changes=level != case.confidentiality or (not normal and before != set(wanted)),
                strangers=not normal and bool(left_out - out),
                excluded=not normal and bool(out),
            )
        )
    )
    detail(
        before=case.confidentiality,
        level=level,
        reason=reason,
        named=[] if normal else sorted(str(pk) for pk in wanted),
    )
    _set_level(case, level, wanted.values(), actor=actor, at=at)
    if not normal:
        joined.make_as_strict(case, at=at)
    return case


def _set_level(
    case: Case, level: str, named: Iterable[Nameable], *, actor: User, at: datetime
) -> None:
    case.confidentiality = level
    case.version += 1
    case.save(update_fields=["confidentiality", "version"])
    if level == Confidentiality.NORMAL:
        access.release_groups(case)
        access.end_named(case)
        return
    # By name first: at no moment is there nobody who sees the case.
    near = [(one.user, nearness) for one in named for nearness in one.nearness]
    access.name_only(case, near, at=at)
    # Whoever opened it in an emergency sees it no more, whatever else they are named for.
    running = case.emergencyaccesss.filter(ended_at=None, ends_at__gt=at)
    for row in running:
        also("emergency.ended", row, person=str(row.person_id))
    running.update(ended_at=at, ended_by=actor)
    access.hold_groups(case, at=at)
    recall_of_restricted(case, actor=actor, at=at)
