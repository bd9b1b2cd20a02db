"""Who may see and do what with which case. The only module that talks to django-guardian.

Lists, pages, REST, search and tasks all come through `visible`; `CaseBackend` makes
`user.has_perm(right, case)` agree with it. Guardian's own list and shortcut functions are not
used: they let inactive users and superusers through, and their list query scans.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from guardian.backends import ObjectPermissionBackend

from cases.models import Case, CaseGroupGrant, CaseUserGrant
from cases.references import clean_reference
from cases.rights import BY_CODE, RIGHTS, CaseRight
from nrm.accounts.models import Membership, Organisation, RoleGroup, User
from nrm.actions import Forbidden, Hidden


def _running() -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=Now())


def _by_nearness(holders: frozenset[tuple[str, str]]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for nearness, role in sorted(holders):
        table.setdefault(nearness, []).append(role)
    return table


def _holders_condition(actor: User, holders: frozenset[tuple[str, str]], case: Any) -> Q:
    """The condition that a grant brings one of the (nearness, role) pairs to the actor. A grant to
    a person counts with a role that they hold in the authority of the case, and no other."""
    group = Q()
    person = Q()
    for nearness, roles in _by_nearness(holders).items():
        group |= Q(permission__codename=nearness, group__role_group__role__in=roles)
        teams = {m.organisation.pk for m in actor.active_memberships if m.role in roles}
        if teams:
            person |= Q(permission__codename=nearness, content_object__authority__in=teams)
    by_group = Exists(
        CaseGroupGrant.objects.filter(
            _running(),
            group,
            content_object=case,
            group__memberships__user=actor,
            group__role_group__organisation__is_active=True,
        )
    )
    if not person:
        return Q(by_group)
    return Q(by_group) | Q(
        Exists(CaseUserGrant.objects.filter(_running(), person, content_object=case, user=actor))
    )


def visible(cases: QuerySet[Case], actor: User, right: CaseRight) -> Any:
    """The cases among these on which the actor has the right."""
    if not getattr(actor, "is_active", False) or not getattr(actor, "roles", None):
        return cases.none()
    return cases.filter(_holders_condition(actor, right.holders, OuterRef("pk")))


def _fresh(actor: User) -> None:
    """Forgets what was read of the actor earlier, so that a right taken away counts at once."""
    actor.__dict__.pop("roles", None)
    actor.__dict__.pop("active_memberships", None)


def holds(actor: User, right: CaseRight, case_id: UUID) -> bool:
    """Whether the actor has the right on the case now."""
    _fresh(actor)
    return Case.objects.visible_to(actor, right).filter(pk=case_id).exists()


ANY_RIGHT = CaseRight("any", "", frozenset(pair for right in RIGHTS for pair in right.holders))


def can_see_at_all(actor: User, case_id: UUID) -> bool:
    """Whether the actor may know that the case exists."""
    return Case.objects.visible_to(actor, ANY_RIGHT).filter(pk=case_id).exists()


# What running grants bring to one person on one case. Written out, since every page of a case
# begins with it; a test holds it against `visible`, grant by grant.
_NEAR = """
SELECT p.codename, rg.role, NULL::uuid
FROM cases_case c
JOIN cases_casegroupgrant g ON g.content_object_id = c.id
JOIN accounts_membership m ON m.group_id = g.group_id AND m.user_id = %(actor)s
JOIN accounts_rolegroup rg ON rg.group_id = g.group_id
JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
JOIN auth_permission p ON p.id = g.permission_id
WHERE c.{key} = %(case)s AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
UNION ALL
SELECT p.codename, NULL, c.authority_id
FROM cases_case c
JOIN cases_caseusergrant g ON g.content_object_id = c.id AND g.user_id = %(actor)s
JOIN auth_permission p ON p.id = g.permission_id
WHERE c.{key} = %(case)s AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
"""


def _rights(actor: Any, key: str, case: Any) -> frozenset[str]:
    """The codes of every right the actor has on the case of this key. One query."""
    if not getattr(actor, "is_active", False) or not getattr(actor, "roles", None):
        return frozenset()
    held: set[tuple[str, str]] = set()
    with connection.cursor() as cursor:
        cursor.execute(_NEAR.format(key=key), {"actor": actor.pk, "case": case})
        for nearness, role, authority in cursor.fetchall():
            if role is not None:
                held.add((nearness, role))
                continue
            held.update(
                (nearness, membership.role)
                for membership in actor.active_memberships
                if membership.organisation.pk == authority
            )
    return frozenset(right.code for right in RIGHTS if right.holders & held)


def find_case(actor: Any, reference: str, right: CaseRight) -> tuple[Case, frozenset[str]]:
    """The case of this reference, where the actor has the right on it, and the codes of all rights
    that they have on it. Hidden (404) where they may not know of it, Forbidden (403) where they may
    but have not this right; it is read only where they have. Two queries."""
    clean = clean_reference(reference)
    held = _rights(actor, "reference", clean) if clean else frozenset()
    if right.code not in held:
        raise Forbidden(right.code) if held else Hidden(right.code)
    found = Case.objects.select_related("person", "authority", "caseworker")
    return found.get(reference=clean), held


def rights_on(actor: User, case: Case) -> frozenset[str]:
    """The codes of every right the actor has on the case. One query."""
    return _rights(actor, "id", case.pk)


class CaseBackend(ObjectPermissionBackend):
    """`user.has_perm("cases.screen", case)` says exactly what the lists say."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        right = BY_CODE.get(perm.removeprefix("cases."))
        if right is None or not isinstance(obj, Case) or not getattr(user_obj, "is_active", False):
            return False
        return holds(user_obj, right, obj.pk)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not isinstance(obj, Case) or not getattr(user_obj, "is_active", False):
            return set()
        return {f"cases.{code}" for code in rights_on(user_obj, obj)}


# Making and ending grants: called by actions, which hold the lock and write the event ------------
def _permission(nearness: str) -> Permission:
    return Permission.objects.get(content_type__app_label="cases", codename=nearness)


def grant_role(
    case: Case, nearness: str, organisation: Organisation, role: str, *, reason: str, at: datetime
) -> CaseGroupGrant:
    """Brings everybody who holds the role in the organisation this near to the case."""
    return grant_group(case, nearness, RoleGroup.of(organisation, role), reason=reason, at=at)


def grant_group(
    case: Case, nearness: str, group: Group, *, reason: str, at: datetime
) -> CaseGroupGrant:
    row: CaseGroupGrant
    row, _ = CaseGroupGrant.objects.update_or_create(
        content_object=case,
        group=group,
        permission=_permission(nearness),
        defaults={"reason": reason, "granted_at": at, "ends_at": None},
    )
    return row


def grant_first(
    case: Case, near: Iterable[tuple[str, Organisation, str, str]], *, at: datetime
) -> None:
    """The grants of a case that is opening, each (nearness, organisation, role, reason), in as many
    statements for four as for one: nobody stands near to it yet."""
    wanted = list(near)
    permissions = {
        row.codename: row
        for row in Permission.objects.filter(
            content_type__app_label="cases", codename__in={nearness for nearness, *_ in wanted}
        )
    }
    known = {
        (row.organisation_id, row.role): row.group_id
        for row in RoleGroup.objects.filter(
            organisation__in={organisation.pk for _, organisation, _, _ in wanted},
            role__in={role for _, _, role, _ in wanted},
        )
    }
    CaseGroupGrant.objects.bulk_create(
        CaseGroupGrant(
            content_object=case,
            group_id=known.get((organisation.pk, role)) or RoleGroup.of(organisation, role).pk,
            permission=permissions[nearness],
            reason=reason,
            granted_at=at,
        )
        for nearness, organisation, role, reason in wanted
    )


def grant_person(
    case: Case,
    nearness: str,
    user: User,
    *,
    reason: str,
    at: datetime,
    ends_at: datetime | None = None,
) -> CaseUserGrant:
    """Brings one person this near to the case, until `ends_at` where it is given."""
    row: CaseUserGrant
    row, _ = CaseUserGrant.objects.update_or_create(
        content_object=case,
        user=user,
        permission=_permission(nearness),
        defaults={"reason": reason, "granted_at": at, "ends_at": ends_at},
    )
    return row


def end_person(case: Case, nearness: str, user: User) -> int:
    """Takes one person's nearness away. Returns how many grants ended."""
    count, _ = CaseUserGrant.objects.filter(
        content_object=case, user=user, permission__codename=nearness
    ).delete()
    return count


def end_role(case: Case, nearness: str, organisation: Organisation, role: str) -> int:
    """Takes the nearness of a role in an organisation away. Returns how many grants ended."""
    count, _ = CaseGroupGrant.objects.filter(
        content_object=case,
        permission__codename=nearness,
        group__role_group__organisation=organisation,
        group__role_group__role=role,
    ).delete()
    return count


def people_near(case: Case, nearness: str, role: str) -> QuerySet[User]:
    """Active people whom a running grant brings this near to the case in this role."""
    groups = CaseGroupGrant.objects.filter(
        _running(),
        content_object=case,
        permission__codename=nearness,
        group__role_group__role=role,
        group__role_group__organisation__is_active=True,
    ).values("group")
    by_group = Exists(Membership.objects.filter(user=OuterRef("pk"), group__in=groups))
    by_name = Exists(
        CaseUserGrant.objects.filter(
            _running(), content_object=case, user=OuterRef("pk"), permission__codename=nearness
        )
    )
    has_role = Exists(
        Membership.objects.filter(
            user=OuterRef("pk"),
            group__role_group__role=role,
            group__role_group__organisation=case.authority_id,
            group__role_group__organisation__is_active=True,
        )
    )
    return User.objects.filter(by_group | (by_name & has_role), is_active=True)
