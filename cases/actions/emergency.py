"""Opening one case in an emergency, ending that, and reviewing it: by another person, always."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case, EmergencyAccess
from cases.references import clean_reference
from cases.rules.emergency import Facts, objections_to_emergency, review_due
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Hidden, Objection, action, detail, refuse_if
from nrm.profiles import load_profile
from nrm.profiles.shape import EmergencyAccessRule


@action("emergency.asked", right=rights.BREAK_GLASS)
def ask_emergency(
    person: User, *, actor: User, at: datetime, reference: str, reason: str
) -> EmergencyAccess:
    """Opens the case of this reference to the actor for the minutes of their authority's profile,
    and tells its supervisors and every auditor. Raises Refused for what is wrong with the request
    itself, and Hidden alike for a case that is not there, is another authority's, is sealed, or
    from which the actor is excluded. Whoever sees the case already is given nothing."""
    (authority, *_more) = actor.organisations(*rights.BREAK_GLASS.roles)
    rule = load_profile(authority.profile).emergency_access
    words, clean = reason.strip(), clean_reference(reference)
    facts = Facts(
        reason=words,
        well_formed=bool(clean),
        unreviewed=EmergencyAccess.objects.filter(person=actor, reviewed_at=None).exists(),
    )
    refuse_if(objections_to_emergency(facts, rule))
    if Case.objects.visible_to(actor, rights.SEE_CASE).filter(reference=clean).exists():
        refuse_if([Objection(_("You can see this case already."), field="reference")])
    ends_at = at + timedelta(minutes=rule.minutes)
    opened = access.open_in_emergency(str(clean), at=at, ends_at=ends_at)
    if opened is None:
        raise Hidden(rights.BREAK_GLASS.code)
    case = Case.objects.get(pk=opened)
    row = _note(case, actor, at, ends_at, words, rule)
    detail(minutes=rule.minutes, review_due_on=str(row.review_due_on))
    supervisors = access.people_near(case, "decide", Role.SUPERVISOR).exclude(pk=actor.pk)
    once = f"emergency:{row.pk}"
    tell(supervisors, "emergency_to_review", once=once, at=at, case=case)
    auditors = User.objects.filter(
        is_active=True,
        memberships__group__role_group__role=Role.AUDITOR,
        memberships__group__role_group__organisation__is_active=True,
    )
    # By the hour: the moment stands on pages of the case, of which auditors learn no reference.
    hour = at.replace(minute=0, second=0, microsecond=0)
    tell(auditors.distinct(), "emergency_used", once=once, at=hour)
    return row


def _note(
    case: Case,
    actor: User,
    at: datetime,
    ends_at: datetime,
    words: str,
    rule: EmergencyAccessRule,
) -> EmergencyAccess:
    pk = uuid4()
    reason = seal(case.person_id, words, table="cases_emergencyaccess", column="reason", row=pk)
    calendar = case.profile.calendar_for(case.calendar)
    today = at.astimezone(calendar.zone).date()
    try:
        with transaction.atomic():
            return EmergencyAccess.objects.create(
                id=pk,
                case=case,
                person=actor,
                reason=reason,
                asked_at=at,
                ends_at=ends_at,
                review_due_on=review_due(today, case.profile.emergency_access, calendar),
            )
    except IntegrityError:  # asked for twice at once
        refuse_if(objections_to_emergency(Facts(words, True, unreviewed=True), rule))
        raise


@action("emergency.ended", right=rights.END_EMERGENCY, ended=True)
def end_emergency(row: EmergencyAccess, *, actor: User, at: datetime) -> EmergencyAccess:
    """Ends it at once: by a supervisor of the case, or by whoever asked for it."""
    row.refresh_from_db()
    if rights.REVIEW_EMERGENCY.code not in access.rights_on(actor, row.case) and (
        row.person_id != actor.pk
    ):
        raise Hidden(rights.END_EMERGENCY.code)
    if row.ended_at is not None or row.ends_at <= at:
        refuse_if([Objection(_("It has ended already."))])
    row.ended_at, row.ended_by = at, actor
    row.save(update_fields=["ended_at", "ended_by"])
    detail(person=str(row.person_id))
    access.end_person(row.case, "emergency", row.person)
    return row


@action("emergency.reviewed", right=rights.REVIEW_EMERGENCY, ended=True)
def review_emergency(
    row: EmergencyAccess, *, actor: User, at: datetime, justified: bool
) -> EmergencyAccess:
    """Another person says whether it was justified. If not, it ends at once."""
    row.refresh_from_db()
    objections = []
    if row.person_id == actor.pk:
        objections.append(Objection(_("Another person must review this.")))
    if row.reviewed_at is not None:
        objections.append(Objection(_("It was reviewed already.")))
    refuse_if(objections)
    row.reviewed_at, row.reviewed_by, row.justified = at, actor, justified
    fields = ["reviewed_at", "reviewed_by", "justified"]
    if not justified and row.ended_at is None and row.ends_at > at:
        row.ended_at, row.ended_by = at, actor
        fields += ["ended_at", "ended_by"]
        access.end_person(row.case, "emergency", row.person)
    row.save(update_fields=fields)
    detail(person=str(row.person_id), justified=justified)
    return row
