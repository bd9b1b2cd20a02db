"""Restricting or sealing a case, naming the people who may see it then, and opening it again."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from cases import access, rights
from cases.actions.sharing import recall_of_restricted
from cases.models import Case
from cases.models.case import Confidentiality, ConfidentialityReason
from cases.rules.confidentiality import Facts, objections_to_confidentiality
from cases.selectors.confidentiality import Nameable, people_to_name
from cases.selectors.merging import merged_ids, merged_into
from nrm.accounts.models import User
from nrm.actions import action, also, detail, refuse_if


def _with_merged(case: Case, **_more: Any) -> list[UUID]:
    return [case.pk, *merged_ids(case.pk)]


@action(
    "case.confidentiality_changed",
    right=rights.SET_CONFIDENTIALITY,
    ended=True,
    locks=_with_merged,
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
    other grant by name ends, and what was shared of it is recalled; so it is with cases that
    were merged into it and are less strict. At `normal` what was held counts again. Raises Refused
    with every reason against it."""
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
        for merged in merged_into(case, actor, rights.SET_CONFIDENTIALITY):
            _carry(case, merged, actor=actor, at=at)
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
    access.hold_groups(case, at=at)
    recall_of_restricted(case, actor=actor, at=at)


# Two cases of one person ----------------------------------------------------------------------
_STRICTNESS = list(Confidentiality.values)


def carry_confidentiality(one: Case, other: Case, *, actor: User, at: datetime) -> None:
    """Gives both of two cases of one person the stricter of their levels, and the people who are
    named there, within the action that merges them."""
    for case in (one, other):
        case.refresh_from_db(fields=["confidentiality", "caseworker", "version"])
    strict, open_ = sorted(
        (one, other), key=lambda case: _STRICTNESS.index(case.confidentiality), reverse=True
    )
    _carry(strict, open_, actor=actor, at=at)


def _carry(strict: Case, to: Case, *, actor: User, at: datetime) -> None:
    level = strict.confidentiality
    if _STRICTNESS.index(level) <= _STRICTNESS.index(to.confidentiality):
        return
    named = access.named_in(strict)
    wanted = [one for one in people_to_name(to, actor) if one.always or one.id in named]
    before = to.confidentiality
    _set_level(to, level, wanted, actor=actor, at=at)
    names = sorted(str(one.id) for one in wanted)
    also("case.confidentiality_changed", to, before=before, level=level, named=names)
