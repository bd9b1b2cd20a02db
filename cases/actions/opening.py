"""Opening a case for a referral. Called by the actions that receive one, inside their lock."""

from datetime import datetime
from typing import Any

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
    case = case_of(
        person,
        profile=profile,
        jurisdiction=jurisdiction,
        kind=kind,
        stage=profile.dtn_stage if notify_only else profile.first_stage,
        age_status=age_status,
        age_years=age_years,
        authority=competent_authority(profile),
        at=at,
        language=language,
        interpreter_needed=interpreter_needed,
    )
    case.save(force_insert=True)
    access.grant_first(case, near_to(referrer, case.authority), at=at)
    if not notify_only:
        clocks.start_terms(case, "referral_received", at=at)
        is_child = age_status != AgeStatus.ADULT
        CaseTask.objects.bulk_create(
            CaseTask(case=case, code=task.code, opened_at=at)
            for task in profile.day_zero_tasks
            if task.for_age == "any" or is_child
        )
    return case


def case_of(
    person: Person, *, profile: Profile, jurisdiction: str, at: datetime, **more: Any
) -> Case:
    """A case that opens under this profile now, not saved yet. `more`: its other columns."""
    return Case(
        person=person,
        profile_code=profile.code,
        profile_version=profile.version,
        jurisdiction=jurisdiction,
        calendar=profile.jurisdiction(jurisdiction).calendar,
        stage_since=at,
        opened_at=at,
        **more,
    )


def near_to(
    referrer: Organisation, authority: Organisation
) -> list[tuple[str, Organisation, str, str]]:
    """Who stands near to a case from its beginning, as `access.grant_first` takes it."""
    return [
        ("refer", referrer, Role.FIRST_RESPONDER, "referred"),
        ("refer", referrer, Role.RESPONDER_LEAD, "referred"),
        ("work", authority, Role.INTAKE, "received"),
        ("decide", authority, Role.SUPERVISOR, "received"),
    ]
