"""Opening a case for a referral. Called by the actions that receive one, inside their lock."""

from datetime import datetime

from cases import access
from cases.actions import clocks
from cases.models import Case, CaseTask
from cases.models.case import AgeStatus, CaseKind
from identities.models import Person
from nrm.accounts.models import Organisation
from nrm.accounts.roles import OrganisationKind, Role
from nrm.actions import Objection, Refused
from nrm.profiles import Profile


def competent_authority(profile: Profile) -> Organisation:
    """The authority that receives referrals under the profile. Routing to one of several is
    intake's work; referrals arrive at the first by name."""
    found = (
        Organisation.objects.filter(
            kind=OrganisationKind.COMPETENT_AUTHORITY, profile=profile.code, is_active=True
        )
        .order_by("name")
        .first()
    )
    if found is None:
        text = "No competent authority receives referrals yet. Ask an administrator to add one."
        raise Refused([Objection(text, code="no_authority")])
    return found


def open_case(
    person: Person,
    *,
    profile: Profile,
    jurisdiction: str,
    kind: str = CaseKind.REFERRAL,
    age_status: str,
    age_years: int | None = None,
    referrer: Organisation,
    at: datetime,
    language: str = "",
    interpreter_needed: bool | None = None,
) -> Case:
    """Opens a case at the profile's first stage, brings the referrer, intake and supervisors near
    to it, starts the clocks of a referral received and, for a child, the day-0 tasks."""
    notify_only = kind == CaseKind.DUTY_TO_NOTIFY
    authority = competent_authority(profile)
    case = Case.objects.create(
        person=person,
        kind=kind,
        profile_code=profile.code,
        profile_version=profile.version,
        jurisdiction=jurisdiction,
        calendar=profile.jurisdiction(jurisdiction).calendar,
        stage=profile.dtn_stage if notify_only else profile.first_stage,
        stage_since=at,
        age_status=age_status,
        age_years=age_years,
        language=language,
        interpreter_needed=interpreter_needed,
        authority=authority,
        opened_at=at,
    )
    near = [
        ("refer", referrer, Role.FIRST_RESPONDER, "referred"),
        ("refer", referrer, Role.RESPONDER_LEAD, "referred"),
        ("work", authority, Role.INTAKE, "received"),
        ("decide", authority, Role.SUPERVISOR, "received"),
    ]
    access.grant_first(case, near, at=at)
    if not notify_only:
        clocks.start_terms(case, "referral_received", at=at)
        is_child = age_status != AgeStatus.ADULT
        CaseTask.objects.bulk_create(
            CaseTask(case=case, code=task.code, opened_at=at)
            for task in profile.day_zero_tasks
            if task.for_age == "any" or is_child
        )
    return case
