"""Keeping people from a case, whatever was granted to them, and lifting it again."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions import joined
from cases.models import Case, Exclusion
from cases.models.exclusion import ExclusionReason, LiftingReason
from cases.rules.exclusions import Facts, objections_to_exclusion
from cases.selectors.exclusions import exclusions_of
from cases.selectors.merging import with_joined
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role
from nrm.actions import Objection, action, detail, refuse_if


@action("case.excluded", right=rights.EXCLUDE, ended=True, locks=with_joined)
def exclude(
    case: Case,
    *,
    actor: User,
    at: datetime,
    reason: str,
    person: User | None = None,
    organisation: Organisation | None = None,
) -> Exclusion:
    """Keeps one person, or everybody of one organisation, from the case at once, and from those
    that go with it; what they hold by themselves ends for good. Where that is its caseworker, the
    case waits for another. Raises Refused with every reason against it."""
    refuse_if(
        objections_to_exclusion(
            Facts(
                whom=(person is not None) + (organisation is not None),
                known_reason=reason in ExclusionReason.values,
                themselves=person == actor,
                the_authority=organisation is not None and organisation.pk == case.authority_id,
                already=_already(case, person, organisation),
                supervisors_left=_supervisors_left(case, person, organisation),
            )
        )
    )
    row = _keep_out(case, actor, at, reason, person, organisation)
    detail(**_told(row))
    return row


@action("case.conflict_declared", right=rights.DECLARE_CONFLICT, ended=True, locks=with_joined)
def declare_conflict(case: Case, *, actor: User, at: datetime) -> Exclusion:
    """The actor has a conflict of interest, and leaves the case at once. Refused only where no
    supervisor would be left who could see it."""
    refuse_if(
        objections_to_exclusion(
            Facts(
                whom=1,
                known_reason=True,
                themselves=False,
                the_authority=False,
                already=False,
                supervisors_left=_supervisors_left(case, actor, None),
            )
        )
    )
    row = _keep_out(case, actor, at, ExclusionReason.CONFLICT, actor, None)
    detail(**_told(row))
    return row


@action("case.exclusion_lifted", right=rights.EXCLUDE, ended=True)
def lift(exclusion: Exclusion, *, actor: User, at: datetime, because: str) -> Exclusion:
    """Ends an exclusion, for a reason. What was granted to their role counts again; a case
    that was taken from them, or what they held by themselves, is not given back. In a case that
    goes with this one it is lifted there."""
    exclusion.refresh_from_db()
    objections = []
    if because not in LiftingReason.values:
        objections.append(Objection(_("Select why it is lifted"), field="because"))
    if exclusion.ended_at is not None:
        objections.append(Objection(_("It was lifted already.")))
    refuse_if(objections)
    exclusion.ended_at, exclusion.ended_by, exclusion.ended_because = at, actor, because
    exclusion.save(update_fields=["ended_at", "ended_by", "ended_because"])
    detail(exclusion=str(exclusion.pk), because=because)
    return exclusion


def _already(case: Case, person: User | None, organisation: Organisation | None) -> bool:
    if person is not None:
        return exclusions_of(case, person).filter(user=person).exists()
    return case.exclusions.filter(organisation=organisation, ended_at=None).exists()


def _supervisors_left(case: Case, person: User | None, organisation: Organisation | None) -> int:
    left = access.people_near(case, "decide", Role.SUPERVISOR)
    if person is not None:
        left = left.exclude(pk=person.pk)
    if organisation is not None:
        left = left.exclude(memberships__group__role_group__organisation=organisation)
    return left.count()


def _keep_out(
    case: Case,
    actor: User,
    at: datetime,
    reason: str,
    person: User | None,
    organisation: Organisation | None,
) -> Exclusion:
    row = Exclusion.objects.create(
        case=case, user=person, organisation=organisation, reason=reason, by=actor, began_at=at
    )
    # What they hold goes with it, here and in the cases that go with this one. The database does
    # it: whoever declares a conflict sees nothing of the case from here on.
    joined.keep_out(row, at=at)
    return row


def _told(row: Exclusion) -> dict[str, str | None]:
    return {
        "exclusion": str(row.pk),
        "person": str(row.user_id) if row.user_id else None,
        "organisation": str(row.organisation_id) if row.organisation_id else None,
        "reason": str(row.reason),
    }
