"""Who may see and do what with which case. The only module that talks to django-guardian.

Lists, pages, REST, search and tasks all come through `visible`; `CaseBackend` makes
`user.has_perm(right, case)` agree with it. Guardian's own list and shortcut functions are not
used: they let inactive users and superusers through, and their list query scans.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from guardian.backends import ObjectPermissionBackend

from cases.models import Case, CaseGroupGrant, CaseUserGrant, Merging
from cases.models.listing import group_shelf, other_shelf, own_shelf
from cases.references import clean_reference
from cases.rights import BY_CODE, NEARNESS, RIGHTS, SEE_CASE, CaseRight
from nrm.accounts.models import Organisation, RoleGroup, User
from nrm.actions import ON_HOLD, Forbidden, Hidden, Objection


@cache
def _nearness_ids() -> dict[str, int]:
    """The ids of the permissions on Case by code. Migrations make them, once and for good."""
    found = Permission.objects.filter(content_type__app_label="cases", codename__in=NEARNESS)
    return dict(found.values_list("codename", "pk"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an actor stands by their memberships: the groups, and the authorities in which a grant
    to their name counts, for each nearness that gives a right."""

    groups: tuple[tuple[str, int], ...]
    authorities: tuple[tuple[str, UUID], ...]


def standing_of(actor: User, right: CaseRight) -> Standing:
    """Empty for whoever has no role that could hold the right. A grant to a person counts with a
    role that they hold in the authority of the case, and no other."""
    if not getattr(actor, "is_active", False):
        return Standing((), ())
    pairs = [
        (nearness, held)
        for held in getattr(actor, "role_groups", ())
        for nearness in NEARNESS
        if (nearness, held.role) in right.holders
    ]
    return Standing(
        groups=tuple(dict.fromkeys((near, held.group_id) for near, held in pairs)),
        authorities=tuple(dict.fromkeys((near, held.organisation_id) for near, held in pairs)),
    )


# That nothing keeps somebody from a case, by name or with an organisation of theirs. Lists ask it
# before they count. The exclusions are read once in a context (cases.policies).
NOT_EXCLUDED = "{case} <> ALL ((SELECT cases_excluded({actor}))::uuid[])"


class _BroughtNear(Func):
    """The condition, on a case, that a running grant brings the actor near and that nothing keeps
    them from it. Written out, since every list and every page of a case asks it: putting it
    together by parts cost as much as the rest of a list. Without the OFFSET, which changes no
    answer, PostgreSQL may first read every grant of a group: as many rows as the group has cases,
    for a page of 25. The groups by themselves are asked for the index, the pairs for the answer."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, actor: User, standing: Standing) -> None:
        super().__init__(F("pk"), F("authority"))
        ids = _nearness_ids()
        self.groups = sorted({group for _, group in standing.groups})
        self.pairs = [f"{ids[near]}:{group}" for near, group in standing.groups]
        self.by_name = [f"{ids[near]}:{authority}" for near, authority in standing.authorities]
        self.actor = actor.pk

    def as_sql(self, compiler: Any, connection: Any, *_parts: Any, **_more: Any) -> Any:
        case, authority = (compiler.compile(part)[0] for part in self.get_source_expressions())
        runs = "(g.ends_at IS NULL OR g.ends_at > statement_timestamp()) OFFSET 0"
        return (
            f"((EXISTS (SELECT FROM cases_casegroupgrant g WHERE g.content_object_id = {case}"
            " AND g.group_id = ANY (%s)"
            f" AND g.permission_id || ':' || g.group_id = ANY (%s) AND {runs})"
            f" OR EXISTS (SELECT FROM cases_caseusergrant g WHERE g.content_object_id = {case}"
            f" AND g.user_id = %s AND g.permission_id || ':' || {authority} = ANY (%s)"
            f" AND {runs})) AND {NOT_EXCLUDED.format(case=case, actor='%s')})",
            [self.groups, self.pairs, self.actor, self.by_name, self.actor],
        )


def visible(cases: QuerySet[Case], actor: User, right: CaseRight) -> Any:
    """The cases among these on which the actor has the right."""
    standing = standing_of(actor, right)
    if not standing.groups:
        return cases.none()
    return cases.filter(_BroughtNear(actor, standing))


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where the cases of an actor are listed: those given to them by name, and all the others."""

    actor: UUID
    own: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        return self.own + self.others


def shelves_of(actor: User, right: CaseRight) -> Shelves:
    """The shelves of cases.models.listing on which every case that the actor sees with this right
    stands. No query beyond the actor's memberships."""
    standing = standing_of(actor, right)
    by_name = [(actor.pk, near, authority) for near, authority in standing.authorities]
    return Shelves(
        actor=actor.pk,
        own=tuple(own_shelf(*place) for place in by_name),
        others=tuple(other_shelf(*place) for place in by_name)
        + tuple(group_shelf(group, near) for near, group in standing.groups),
    )


def _fresh(actor: User) -> None:
    """Forgets what was read of the actor earlier, so that a right taken away counts at once."""
    actor.__dict__.pop("roles", None)
    actor.__dict__.pop("role_groups", None)


# What running grants bring to one person on one case, where nothing keeps them from it. Written
# out, since every page of a case and every action on one begins with it; a test holds it against
# `visible`, grant by grant.
_NEAR = f"""
SELECT p.codename, rg.role, c.closed_at, c.suspended_at
FROM cases_case c
JOIN cases_casegroupgrant g ON g.content_object_id = c.id
JOIN accounts_membership m ON m.group_id = g.group_id AND m.user_id = %(actor)s
JOIN accounts_rolegroup rg ON rg.group_id = g.group_id
JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
JOIN auth_permission p ON p.id = g.permission_id
WHERE c.{{key}} = %(case)s AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
AND {NOT_EXCLUDED.format(case="c.id", actor="%(actor)s")}
UNION ALL
SELECT p.codename, rg.role, c.closed_at, c.suspended_at
FROM cases_case c
JOIN cases_caseusergrant g ON g.content_object_id = c.id AND g.user_id = %(actor)s
JOIN accounts_rolegroup rg ON rg.organisation_id = c.authority_id
JOIN accounts_membership m ON m.group_id = rg.group_id AND m.user_id = g.user_id
JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
JOIN auth_permission p ON p.id = g.permission_id
WHERE c.{{key}} = %(case)s AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
AND {NOT_EXCLUDED.format(case="c.id", actor="%(actor)s")}
"""


@dataclass(frozen=True, slots=True)
class Near:
    """How near somebody stands to a case now, each (nearness, role), and whether it is closed or
    suspended."""

    as_what: frozenset[tuple[str, str]] = frozenset()
    closed: bool = False
    suspended: bool = False


def _near(actor: Any, key: str, case: Any) -> Near:
    """How near the actor stands to the case of this key now. One query."""
    if not getattr(actor, "is_active", False):
        return Near()
    with connection.cursor() as cursor:
        cursor.execute(_NEAR.format(key=key), {"actor": actor.pk, "case": case})
        rows = cursor.fetchall()
    return Near(
        frozenset(row[:2] for row in rows),
        closed=any(row[2] for row in rows),
        suspended=any(row[3] for row in rows),
    )


def _rights(near: Near) -> frozenset[str]:
    return frozenset(right.code for right in RIGHTS if right.holders & near.as_what)


def near_now(actor: User, case_id: UUID) -> Near:
    """How near the actor stands to the case, with nothing that was read of them earlier. One
    query."""
    _fresh(actor)
    return _near(actor, "id", case_id)


def holds(actor: User, right: CaseRight, case_id: UUID) -> bool:
    """Whether the actor has the right on the case now. One query."""
    return bool(right.holders & near_now(actor, case_id).as_what)


def why_not_now(actor: User, case_id: UUID, near: Near) -> list[Objection]:
    """Why nothing is done to a case now, or nothing that takes it forward: it was merged, and goes
    on in another one, which is named to whoever sees it; it has ended; it is suspended. The one
    place that says so. No query of a case that runs, two at most of one that has ended."""
    if not near.closed:
        text = _("This case is suspended. Let it go on first, or wait until it does.")
        return [Objection(text, code=ON_HOLD)] if near.suspended else []
    into = Merging.that_hold().filter(case_id=case_id).values_list("into_id", flat=True).first()
    if into is None:
        text = _(
            "This case has ended, and nothing more is recorded on it. A supervisor opens it again"
            " where there is a way back; the person can be referred again."
        )
        return [Objection(text, code="ended")]
    other = Case.objects.visible_to(actor, SEE_CASE).filter(pk=into).first()
    if other is None:
        text = _("This case was merged with another one, which you do not see. Ask a supervisor.")
    else:
        text = _("This case was merged. Work goes on in %(reference)s: do it there.") % {
            "reference": other.reference
        }
    return [Objection(text, code="merged")]


def can_see_at_all(actor: User, case_id: UUID) -> bool:
    """Whether the actor may know that the case exists. One query."""
    return bool(_rights(_near(actor, "id", case_id)))


def find_case(actor: Any, reference: str, right: CaseRight) -> tuple[Case, frozenset[str]]:
    """The case of this reference, where the actor has the right on it, and the codes of all rights
    that they have on it. Hidden (404) where they may not know of it, Forbidden (403) where they may
    but have not this right; it is read only where they have. Two queries."""
    clean = clean_reference(reference)
    held = _rights(_near(actor, "reference", clean)) if clean else frozenset()
    if right.code not in held:
        raise Forbidden(right.code) if held else Hidden(right.code)
    found = Case.objects.select_related("person", "authority", "caseworker")
    return found.get(reference=clean), held


def rights_on(actor: User, case: Case) -> frozenset[str]:
    """The codes of every right the actor has on the case. One query."""
    return _rights(_near(actor, "id", case.pk))


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
        permission_id=_nearness_ids()[nearness],
        defaults={"reason": reason, "granted_at": at, "ends_at": None},
    )
    return row


def grant_first(
    case: Case, near: Iterable[tuple[str, Organisation, str, str]], *, at: datetime
) -> None:
    """The grants of a case that is opening, each (nearness, organisation, role, reason), in as many
    statements for four as for one: nobody stands near to it yet."""
    grant_first_to_all([case], near, at=at)


def grant_first_to_all(
    cases: Iterable[Case], near: Iterable[tuple[str, Organisation, str, str]], *, at: datetime
) -> None:
    """The same grants of many cases that are opening together, in as many statements as for one."""
    wanted = list(near)
    known = {
        (row.organisation_id, row.role): row.group_id
        for row in RoleGroup.objects.filter(
            organisation__in={organisation.pk for _, organisation, _, _ in wanted},
            role__in={role for _, _, role, _ in wanted},
        )
    }
    groups = [
        known.get((organisation.pk, role)) or RoleGroup.of(organisation, role).pk
        for _, organisation, role, _ in wanted
    ]
    CaseGroupGrant.objects.bulk_create(
        CaseGroupGrant(
            content_object=case,
            group_id=group,
            permission_id=_nearness_ids()[nearness],
            reason=reason,
            granted_at=at,
        )
        for case in cases
        for group, (nearness, _, _, reason) in zip(groups, wanted, strict=True)
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
        permission_id=_nearness_ids()[nearness],
        defaults={"reason": reason, "granted_at": at, "ends_at": ends_at},
    )
    return row


def open_in_emergency(reference: str, *, at: datetime, ends_at: datetime) -> UUID | None:
    """Brings whoever acts as near to the case of this reference as an emergency does, and returns
    its id; None where there is none, and alike where it is another authority's, is sealed, or they
    are excluded from it. The database decides, since the actor sees nothing of the case before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_open_in_emergency(%s, %s, %s)", [reference, at, ends_at])
        found: UUID | None = cursor.fetchone()[0]
    return found


def end_person(case: Case, nearness: str, user: User) -> int:
    """Takes one person's nearness away. Returns how many grants ended."""
    count, _ = CaseUserGrant.objects.filter(
        content_object=case, user=user, permission__codename=nearness
    ).delete()
    return count


def hold_groups(case: Case, *, at: datetime) -> int:
    """Holds every grant to a group that runs, so that only people with a grant by name see the
    case. Returns how many."""
    running = CaseGroupGrant.objects.filter(content_object=case, held_since=None).exclude(
        ends_at__lte=at
    )
    return running.update(held_since=at, held_end=F("ends_at"), ends_at=at)


def release_groups(case: Case) -> int:
    """Lets every grant that was held count again, until the end that it had. Returns how many."""
    held = CaseGroupGrant.objects.filter(content_object=case).exclude(held_since=None)
    return held.update(ends_at=F("held_end"), held_since=None, held_end=None)


NAMED = "named"


def name_only(case: Case, people: Iterable[tuple[User, str]], *, at: datetime) -> None:
    """Makes these, each (person, nearness), the only people with a grant by name. Who has one of
    this nearness that runs keeps it as it is."""
    ids = _nearness_ids()
    wanted = {(user.pk, ids[nearness]): (user, nearness) for user, nearness in people}
    kept = set()
    for row in CaseUserGrant.objects.filter(content_object=case):
        place = (row.user_id, row.permission_id)
        if place in wanted and row.ends_at is None:
            kept.add(place)
        else:
            row.delete()
    for place, (user, nearness) in wanted.items():
        if place not in kept:
            grant_person(case, nearness, user, reason=NAMED, at=at)


def end_named(case: Case) -> int:
    """Ends the grants by which people were named. Returns how many."""
    return CaseUserGrant.objects.filter(content_object=case, reason=NAMED).delete()[0]


def named_in(case: Case) -> dict[UUID, set[str]]:
    """Who has a grant by name that runs for good, and how near it brings them. One query."""
    found: dict[UUID, set[str]] = {}
    rows = CaseUserGrant.objects.filter(content_object=case, ends_at=None)
    for user, nearness in rows.values_list("user", "permission__codename"):
        found.setdefault(user, set()).add(nearness)
    return found


def grant_of_role(
    case: Case, nearness: str, organisation: Organisation, role: str
) -> CaseGroupGrant | None:
    """The grant that brings a role in an organisation this near to the case."""
    return CaseGroupGrant.objects.filter(
        content_object=case,
        permission__codename=nearness,
        group__role_group__organisation=organisation,
        group__role_group__role=role,
    ).first()


# Those whom running grants bring so near to a case. The other way round than _NEAR.
_PEOPLE = """
SELECT m.user_id
FROM cases_casegroupgrant g
JOIN accounts_rolegroup rg ON rg.group_id = g.group_id
JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
JOIN accounts_membership m ON m.group_id = g.group_id
WHERE g.content_object_id = %s AND g.permission_id = %s AND rg.role = ANY(%s)
  AND o.kind <> ALL(%s) AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
UNION ALL
SELECT g.user_id
FROM cases_caseusergrant g
JOIN accounts_membership m ON m.user_id = g.user_id
JOIN accounts_rolegroup rg ON rg.group_id = m.group_id
JOIN accounts_organisation o ON o.id = rg.organisation_id AND o.is_active
WHERE g.content_object_id = %s AND g.permission_id = %s AND rg.role = ANY(%s)
  AND o.id = %s AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
"""


def people_near(
    case: Case, nearness: str, *roles: str, but_of_kinds: Iterable[str] = ()
) -> QuerySet[User]:
    """Active people whom a running grant brings this near to the case in one of these roles: in
    whatever organisation by a grant to its role, in the case's authority by a grant to a person.
    Nobody whom something keeps from it, and nobody by a grant to an organisation of `but_of_kinds`.
    """
    near = [case.pk, _nearness_ids()[nearness], list(roles)]
    found = [*near, list(but_of_kinds), *near, case.authority_id]
    near_ids = RawSQL(_PEOPLE, found)  # noqa: S611
    return User.objects.filter(~kept_from(case), pk__in=near_ids, is_active=True)


# Exclusions ---------------------------------------------------------------------------------------
class _KeptFrom(Func):
    """Written out, as what brings near is: whoever is told of a case is asked about."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, case: Case, user: str) -> None:
        super().__init__(F(user))
        self.case = case.pk

    def as_sql(self, compiler: Any, connection: Any, *_parts: Any, **_more: Any) -> Any:
        user, _ = compiler.compile(self.get_source_expressions()[0])
        return (
            "EXISTS (SELECT FROM cases_exclusion x WHERE x.case_id = %s AND x.ended_at IS NULL"
            f" AND (x.user_id = {user} OR x.organisation_id IN ("
            "SELECT rg.organisation_id FROM accounts_membership m"
            f" JOIN accounts_rolegroup rg ON rg.group_id = m.group_id WHERE m.user_id = {user})))",
            [self.case],
        )


def kept_from(case: Case, *, user: str = "pk") -> Any:
    """Whether something keeps a user from the case, as a condition on a row that has the user's id
    in the column `user`."""
    return _KeptFrom(case, user)


def excluded_from(case: Case, users: Iterable[User]) -> set[UUID]:
    """The ids of those among the users whom something keeps from the case. One query."""
    found = User.objects.filter(kept_from(case), pk__in=[user.pk for user in users])
    return set(found.values_list("pk", flat=True))
