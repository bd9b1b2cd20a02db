"""The cases that a provider or a liaison was brought near to, and who is near a case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.access import excluded_from
from cases.models import Allegation, Case, CaseGroupGrant, CaseUserGrant, SafeContact
from cases.rights import CAN_BE_BROUGHT, NEARNESS, SEE_SUMMARY, CaseRight
from cases.rules.referral_form.questions import form_for
from cases.selectors.contact import contact_by, contact_words
from cases.selectors.keyset import Rows
from cases.selectors.lists import RECEIVED, Wanted, page_of_cases
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class NearCase:
    case: Case
    stage: str
    contact: str
    hearing: Any


def near_cases(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = 25
) -> tuple[list[NearCase], Rows]:
    """One page of the open cases whose summary the actor may see, the newest first. Three queries,
    and one more for a liaison."""
    page = page_of_cases(
        actor,
        SEE_SUMMARY,
        Wanted(order=RECEIVED),
        Case.objects.select_related("person"),
        at=at,
        after=after,
        before=before,
        size=size,
    )
    cards: dict[UUID, SafeContact] = {}
    for card in SafeContact.objects.filter(case__in=page.rows).order_by("recorded_at"):
        cards[card.case_id] = card
    hearings: dict[UUID, Any] = {}
    if Role.PROSECUTION_LIAISON in actor.roles:
        today = timezone.localdate(at)
        for case_id, day in (
            Allegation.objects.filter(case__in=page.rows, hearing_on__gte=today)
            .order_by("-hearing_on")
            .values_list("case_id", "hearing_on")
        ):
            hearings[case_id] = day
    made = [
        NearCase(
            case=case,
            stage=str(case.profile.stage(case.stage).public_label),
            contact=contact_words(contact_by(case, cards.get(case.pk), at=at))
            or _("Every way is safe"),
            hearing=hearings.get(case.pk),
        )
        for case in page.rows
    ]
    return made, page


@dataclass(frozen=True, slots=True)
class Hearing:
    """A hearing as the prosecution's liaison reads it. What is alleged stays sealed."""

    id: UUID
    on: date | None
    what: str
    stage: str
    detained: bool | None


def answers_for_prosecution(actor: User, case: Case) -> bool:
    """Whether the actor stands near the case as its prosecution liaison. Two queries."""
    near = CaseRight("answers", "", frozenset({("prosecute", str(Role.PROSECUTION_LIAISON))}))
    return Case.objects.visible_to(actor, near).filter(pk=case.pk).exists()


def hearings(case: Case) -> list[Hearing]:
    """The hearings on file, the next first. One query."""
    return [
        Hearing(
            row.pk,
            row.hearing_on,
            _answer(case, "hearing", row.hearing),
            _answer(case, "stage", row.stage),
            row.detained,
        )
        for row in case.allegations.all()
    ]


def _answer(case: Case, code: str, value: str) -> str:
    labels = {
        option.code: str(option.label)
        for page in form_for(case.profile).pages
        if page.part == "allegations"
        for question in page.questions
        if question.code == code
        for option in question.options
    }
    return labels.get(value, value)


# Who can see a case -------------------------------------------------------------------------------
REASONS = {
    "referred": _lazy("their organisation referred the case"),
    "received": _lazy("their authority received the referral"),
    "assigned": _lazy("the case was given to them"),
    "service": _lazy("the person was referred to their organisation for a service"),
    "brought_near": _lazy("their organisation was given access"),
    "emergency": _lazy("they opened it in an emergency"),
    "absence": _lazy("they cover for the caseworker, who is away"),
    "named": _lazy("a supervisor named them, since only named people may see the case"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """Why somebody can see a case: the grant in words, and the people whom it reaches."""

    nearness: str
    role: str
    organisation: str
    organisation_id: UUID | None
    people: list[str]
    reason: str
    since: datetime
    until: datetime | None
    can_end: bool


def _running() -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=timezone.now())


def who_can_see(case: Case) -> list[Access]:
    """Every running grant on the case in words, with the people behind it, without those whom an
    exclusion keeps from the case. Five queries."""
    made = []
    grants = (
        CaseUserGrant.objects.filter(_running(), content_object=case)
        .select_related("permission", "user")
        .prefetch_related("user__memberships__group__role_group__organisation")
        .order_by("granted_at")
    )
    groups = (
        CaseGroupGrant.objects.filter(_running(), content_object=case)
        .select_related("permission", "group__role_group__organisation")
        .prefetch_related("group__memberships__user")
        .order_by("granted_at", "id")
    )
    brought = [grant.user for grant in grants]
    brought += [m.user for row in groups for m in row.group.memberships.all()]
    out = excluded_from(case, brought)
    for grant in grants:
        memberships = list(grant.user.memberships.all())
        made.append(
            Access(
                nearness=str(NEARNESS[grant.permission.codename]),
                role=", ".join(str(m.get_role_display()) for m in memberships),
                organisation=", ".join(sorted({m.organisation.name for m in memberships})),
                organisation_id=None,
                people=_names(out, grant.user),
                reason=str(REASONS.get(grant.reason, grant.reason)),
                since=grant.granted_at,
                until=grant.ends_at,
                can_end=False,
            )
        )
    for row in groups:
        role_group = row.group.role_group
        open_now = role_group.organisation.is_active
        members = [m.user for m in row.group.memberships.all()]
        made.append(
            Access(
                nearness=str(NEARNESS[row.permission.codename]),
                role=str(role_group.get_role_display()),
                organisation=role_group.organisation.name,
                organisation_id=role_group.organisation_id,
                people=_names(out, *members) if open_now else [],
                reason=str(REASONS.get(row.reason, row.reason)),
                since=row.granted_at,
                until=row.ends_at,
                can_end=row.reason == "brought_near",
            )
        )
    return made


def _names(out: set[UUID], *people: User) -> list[str]:
    return sorted(u.display_name for u in people if u.is_active and u.pk not in out)


def organisations_to_bring(case: Case) -> Any:
    """The providers and prosecutions that could be brought near and are not."""
    there = CaseGroupGrant.objects.filter(
        content_object=case, reason="brought_near", group__role_group__organisation=OuterRef("pk")
    )
    out = case.exclusions.filter(ended_at=None, organisation=OuterRef("pk"))
    return Organisation.objects.filter(
        ~Exists(there), ~Exists(out), kind__in=list(CAN_BE_BROUGHT), is_active=True
    ).order_by("name")
