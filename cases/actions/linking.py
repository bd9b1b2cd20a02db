"""Linking two cases, with what holds between their people, and ending a link."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils.translation import gettext as _

from cases import access, ports, rights
from cases.actions.telling import tell
from cases.models import Case, CaseLink
from cases.models.link import LinkKind, LinkRule, UnlinkReason
from cases.rules import links as rules
from cases.selectors import links as reads
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Objection, action, also, detail, refuse_if

_LINKERS = (("work", Role.CASEWORKER), ("decide", Role.SUPERVISOR))


def _both(case: Case, *, actor: User, other: str = "", **_more: object) -> list[UUID]:
    found = reads.other_case(actor, other)
    return [case.pk, *([found.pk] if found else [])]


def _of_row(link: CaseLink, **_more: object) -> list[UUID]:
    return [link.case_id, link.other_id]


@action("link.made", right=rights.LINK, locks=_both)
def link_cases(
    case: Case, *, actor: User, at: datetime, other: str, kind: str, rule: str, words: str = ""
) -> CaseLink:
    """Links the case with the one of the reference `other`, which the actor may link as well: one
    that they do not see is as one that is not there. Who works on the other one and does not act is
    told where they see both. Raises Refused with every reason against it."""
    found = reads.other_case(actor, other)
    linked = False
    if found is not None and found.pk != case.pk:
        linked = reads.links_between(actor, case).filter(_pair(case, found), ended_at=None).exists()
    refuse_if(
        rules.objections_to_link(
            rules.Facts(
                found=found is not None,
                same=found == case,
                same_person=found is not None and found.person_id == case.person_id,
                linked=linked,
                other_open=found is None or found.closed_at is None,
                known_kind=kind in LinkKind.values,
                known_rule=rule in LinkRule.values,
                words=words,
            )
        )
    )
    assert found is not None
    row, told = uuid4(), words.strip()
    made = CaseLink.objects.create(
        id=row,
        case=case,
        other=found,
        kind=kind,
        rule=rule,
        told=seal(case.person_id, told, table=reads.TABLE, column="told", row=row)
        if told
        else None,
        by=actor,
        at=at,
    )
    detail(kind=kind, rule=rule)
    also("link.made", found, kind=kind, rule=rule)
    people = _who_sees_both(made)
    others = [one for one in people if one.pk != actor.pk]
    tell(others, "link_made", once=f"link_made:{made.pk}", at=at, case=case)
    if rule == LinkRule.APART and ports.under_one_roof(case, found):
        # Of everybody who sees both, who acts too: somebody has to see to it now.
        detail(roof=True)
        tell(people, "link_under_one_roof", once=f"roof:{made.pk}", at=at, case=case)
    return made


@action("link.ended", right=rights.LINK, ended=True, locks=_of_row)
def unlink_cases(link: CaseLink, *, actor: User, at: datetime, because: str) -> CaseLink:
    """Ends a link for a coded reason; it stays on record. Refused without a reason, or where it has
    ended."""
    link.refresh_from_db(fields=["ended_at"])
    objections = []
    if because not in UnlinkReason.values:
        objections.append(Objection(_("Select why the link ends"), field="because"))
    if link.ended_at is not None:
        objections.append(Objection(_("This link has ended already."), code="ended"))
    refuse_if(objections)
    link.ended_by, link.ended_at, link.ended_because = actor, at, because
    link.save(update_fields=["ended_by", "ended_at", "ended_because"])
    detail(because=because)
    also("link.ended", link.other, because=because)
    return link


def _pair(one: Case, two: Case) -> Q:
    return Q(case=one, other=two) | Q(case=two, other=one)


def _who_sees_both(row: CaseLink) -> list[User]:
    """The caseworkers and supervisors who see both cases."""
    seen = [
        {one.pk: one for near, role in _LINKERS for one in access.people_near(case, near, role)}
        for case in (row.case, row.other)
    ]
    return [user for pk, user in seen[0].items() if pk in seen[1]]
