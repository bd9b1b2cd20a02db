"""Why one person can see a case, or cannot, in words. The verdict is that of `cases.access`, which
every page asks; the sentences tell which grants it rests on, or what each lacks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases import access
from cases.models import Case, CaseGroupGrant, CaseUserGrant, Exclusion
from cases.rights import NEARNESS, RIGHTS
from cases.selectors.exclusions import exclusions_of
from cases.selectors.near import REASONS
from nrm.accounts.models import Membership, User
from nrm.deadline_words import day_words

MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Why:
    """Whether the person can see anything of the case, what they may do, and because of what."""

    person: User
    can: bool
    rights: list[str]
    because: list[str]


def people_to_ask_about(case: Case) -> QuerySet[User]:
    """Everybody of the case's authority and of every organisation or by every name that a grant
    was ever made to, by name."""
    organisations = CaseGroupGrant.objects.filter(content_object=case).values(
        "group__role_group__organisation"
    )
    members = Membership.objects.filter(user=OuterRef("pk")).filter(
        Q(group__role_group__organisation=case.authority_id)
        | Q(group__role_group__organisation__in=organisations)
    )
    named = CaseUserGrant.objects.filter(content_object=case, user=OuterRef("pk"))
    found = User.objects.filter(Q(Exists(members)) | Q(Exists(named)))
    return found.order_by("display_name", "id")[:MOST_PEOPLE]


def why(case: Case, person_id: UUID, *, at: datetime) -> Why | None:
    """Why this person can see the case or cannot; None where there is no such person to ask about.
    Six queries at most."""
    person = next((one for one in people_to_ask_about(case) if one.pk == person_id), None)
    if person is None:
        return None
    held = access.rights_on(person, case)
    memberships = list(
        Membership.objects.filter(user=person).select_related("group__role_group__organisation")
    )
    groups = CaseGroupGrant.objects.filter(
        content_object=case, group__in=[m.group_id for m in memberships]
    ).select_related("permission", "group__role_group__organisation")
    names = CaseUserGrant.objects.filter(content_object=case, user=person).select_related(
        "permission"
    )
    sentences = [_by_group(grant, at) for grant in groups]
    sentences += [_by_name(grant, memberships, case, at) for grant in names]
    sentences[:0] = [_kept_out(row) for row in exclusions_of(case, person)]
    if not person.is_active:
        sentences.insert(0, _("Their account is closed."))
    if not memberships:
        sentences.insert(0, _("They have no role in any organisation."))
    elif not sentences:
        sentences = [
            _("No grant brings them near: neither to %(role)s in %(organisation)s nor by name.")
            % {"role": m.get_role_display(), "organisation": m.organisation.name}
            for m in memberships
        ]
    return Why(
        person=person,
        can=bool(held),
        rights=[str(right.label) for right in RIGHTS if right.code in held],
        because=sentences,
    )


def _kept_out(row: Exclusion) -> str:
    words = {"reason": str(row.get_reason_display()), "date": day_words(row.began_at)}
    if row.organisation is None:
        return _("They may not see the case, since %(date)s: %(reason)s.") % words
    text = _("Nobody of %(organisation)s may see the case, since %(date)s: %(reason)s.")
    return text % (words | {"organisation": row.organisation.name})


def _said(grant: Any) -> dict[str, str]:
    return {
        "nearness": str(NEARNESS[grant.permission.codename]),
        "reason": str(REASONS.get(grant.reason, grant.reason)),
        "date": day_words(grant.granted_at),
        "end": day_words(grant.ends_at) if grant.ends_at else "",
    }


def _by_group(grant: CaseGroupGrant, at: datetime) -> str:
    role_group = grant.group.role_group
    words = _said(grant) | {
        "role": str(role_group.get_role_display()),
        "organisation": role_group.organisation.name,
    }
    if not role_group.organisation.is_active:
        text = _("%(organisation)s is closed, so what it was granted does not count.")
    elif grant.held_since:
        words["date"] = day_words(grant.held_since)
        text = _(
            "A grant to %(role)s in %(organisation)s is held since %(date)s: only people who are "
            "named may see the case."
        )
    elif grant.ends_at and grant.ends_at <= at:
        text = _("A grant to %(role)s in %(organisation)s ended on %(end)s.")
    elif grant.ends_at:
        text = _(
            "As %(role)s in %(organisation)s, until %(end)s: %(reason)s (%(nearness)s, since "
            "%(date)s)."
        )
    else:
        text = _("As %(role)s in %(organisation)s: %(reason)s (%(nearness)s, since %(date)s).")
    return text % words


def _by_name(grant: CaseUserGrant, memberships: list[Membership], case: Case, at: datetime) -> str:
    words = _said(grant)
    ours = (m.organisation for m in memberships if m.organisation.pk == case.authority_id)
    there = any(organisation.is_active for organisation in ours)
    if grant.ends_at and grant.ends_at <= at:
        text = _("A grant to them by name ended on %(end)s.")
    elif not there:
        text = _("They were granted it by name, but have no role in the authority of the case now.")
    elif grant.ends_at:
        text = _("By name, until %(end)s: %(reason)s (%(nearness)s, since %(date)s).")
    else:
        text = _("By name: %(reason)s (%(nearness)s, since %(date)s).")
    return text % words
