"""The services of a person, in words; whom they could be referred to and on which consent; and the
people who were referred to the reader's organisation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from cases.models import Case, Consent, SafeContact
from cases.models.referral import ConsentAnswer
from cases.rights import PROVIDE, SEE_REFERRED, SUPPORT
from cases.selectors.cases import age_words
from cases.selectors.contact import Mark, contact_by, contact_marks, spoken_words
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from cases.selectors.sharing import consent_title, consents_that_stand
from identities.crypto import Unreadable, unseal
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import OrganisationKind
from nrm.actions import Hidden, Objection
from nrm.profiles.shape import Profile, SupportedService
from protection.models import Override, Service, ServiceState
from protection.models.service import WITH_PROVIDER
from protection.rules.services import answers_from

MOST = 100
CONSENTED = "consented"  # a need for which a consent stands: worked out, never stored
# Why the database or an action ends a service by itself; a profile names all other reasons.
WITHDRAWN = "consent_withdrawn"

_COLOURS = {
    ServiceState.NEEDED: "orange",
    CONSENTED: "yellow",
    ServiceState.REFERRED: "blue",
    ServiceState.ACCEPTED: "blue",
    ServiceState.WAITLISTED: "orange",
    ServiceState.ACTIVE: "green",
    ServiceState.ON_HOLD: "orange",
    ServiceState.DECLINED: "red",
    ServiceState.COMPLETED: "grey",
    ServiceState.EXITED: "grey",
}
_CONSENTED = _lazy("Needed, the person agreed")


# Words --------------------------------------------------------------------------------------------
def catalogued(profile: Profile, code: str) -> SupportedService | None:
    """The service of this code; None where the profile knows none."""
    return next((one for one in profile.support.services if one.code == code), None)


def service_label(profile: Profile, code: str) -> str:
    """The name of a service, or its code."""
    found = catalogued(profile, code)
    return str(found.label) if found else code


def reason_label(profile: Profile, code: str) -> str:
    """Why a service was declined, held or ended, in words; empty where nothing was said."""
    if code == WITHDRAWN:
        return _("The person withdrew their consent")
    rule = profile.support
    every = (*rule.decline_reasons, *rule.hold_reasons, *rule.exit_codes)
    return next((str(one.label) for one in every if one.code == code), code)


def reasons(profile: Profile, answer_list: str) -> list[tuple[str, str]]:
    """A list of reasons of the profile, each (code, label)."""
    return [(one.code, str(one.label)) for one in getattr(profile.support, answer_list)]


# On a case ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Line:
    """A service as its case shows it. `consent` is what it rests on, in words."""

    row: Service
    label: str
    state: str
    state_words: str
    colour: str
    urgency: str
    waiting: str
    late: bool
    reason: str
    consent: str


def services_of(case: Case, *, at: datetime) -> list[Line]:
    """The services of a case, the newest first. Two queries."""
    rows = case.services.select_related("organisation", "consent", "noted_by", "override")
    return _lines(case, list(rows[:MOST]), at)


def find_service(case: Case, pk: UUID, *, at: datetime) -> Line:
    """One of them. Hidden (404) where there is none. Two queries."""
    rows = case.services.select_related(
        "organisation", "consent", "noted_by", "override__by", "override__seen_by"
    )
    found = list(rows.filter(pk=pk))
    if not found:
        raise Hidden(SUPPORT.code)
    return _lines(case, found, at)[0]


def _lines(case: Case, rows: Iterable[Service], at: datetime) -> list[Line]:
    agreed = {
        (one.purpose, one.recipient_kind)
        for one in consents_that_stand(case, at=at)
        if one.answer == ConsentAnswer.AGREED
    }
    return [_line(case, row, agreed, at) for row in rows]


def _line(case: Case, row: Service, agreed: set[tuple[str, str]], at: datetime) -> Line:
    profile = case.profile
    known = catalogued(profile, row.code)
    state, words = row.state, str(ServiceState(row.state).label)
    asked = (known.purpose, OrganisationKind.PROVIDER) if known else None
    if state == ServiceState.NEEDED and asked in agreed:
        state, words = CONSENTED, str(_CONSENTED)
    return Line(
        row=row,
        label=service_label(profile, row.code),
        state=state,
        state_words=words,
        colour=_COLOURS[state],  # type: ignore[index]
        urgency=urgency_label(profile, row.urgency),
        waiting=waiting_words(row, at),
        late=is_late(profile, row, at),
        reason=reason_label(profile, row.reason),
        consent=consent_title(case, row.consent) if row.consent else "",
    )


def urgency_label(profile: Profile, code: str) -> str:
    """How soon something is needed, in words."""
    return next((str(one.label) for one in profile.support.urgencies if one.code == code), code)


def days_waiting(row: Service, at: datetime) -> int | None:
    """For how many days the person waits, or waited, for the service to begin: from the referral,
    else from when it was noted. None where it ended without a beginning."""
    if row.started_at is None and row.is_over:
        return None
    return ((row.started_at or at) - (row.referred_at or row.noted_at)).days


def waiting_words(row: Service, at: datetime) -> str:
    """The same in words; empty where there is nothing to tell."""
    days = days_waiting(row, at)
    if days is None:
        return ""
    if not days:
        return _("Begun on the same day") if row.started_at else _("Waiting since today")
    if row.started_at:
        words = ngettext("Waited %(days)d day", "Waited %(days)d days", days)
    else:
        words = ngettext("Waiting for %(days)d day", "Waiting for %(days)d days", days)
    return words % {"days": days}


def is_late(profile: Profile, row: Service, at: datetime) -> bool:
    """Whether the person waits for longer than the profile expects of this urgency."""
    if row.started_at or row.is_over:
        return False
    expected = next((o.days for o in profile.support.urgencies if o.code == row.urgency), None)
    return expected is not None and (days_waiting(row, at) or 0) > expected


def why_overridden(case: Case, override: Override) -> str:
    """Why a service was asked for without consent; empty where it cannot be opened any more."""
    place: dict[str, Any] = {"table": "protection_override", "column": "reason"}
    try:
        return unseal(case.person_id, override.reason, row=override.pk, **place)
    except Unreadable:
        return ""


def goes_on(case: Case) -> tuple[int, int]:
    """How many services are with a provider, and in how many places the person lives or has a bed:
    for whoever takes the case anywhere, also where they see nothing of them. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT services, stays FROM protection_goes_on(%s)", [case.pk])
        services, stays = cursor.fetchone()
    return services, stays


def objections_to_closing(case: Case) -> list[Objection]:
    """What of the support of the person is not ended, and so keeps the case from being closed."""
    services, stays = goes_on(case)
    found = []
    if services:
        text = _("Services that are with a provider: %(number)d. End each, or see it completed.")
        found.append(Objection(text % {"number": services}, code="service_open"))
    if stays:
        text = _("The person lives in a shelter, or a bed is held for them. Record where they go.")
        found.append(Objection(text, code="stay_open"))
    return found


def providers(case: Case) -> QuerySet[Organisation]:
    """The open providers that may see the case."""
    kept = case.exclusions.filter(ended_at=None).exclude(organisation=None)
    found = Organisation.objects.filter(kind=OrganisationKind.PROVIDER, is_active=True)
    return found.exclude(pk__in=kept.values("organisation")).order_by("name")


def consent_to(case: Case, purpose: str, *, at: datetime) -> Consent | None:
    """The consent that stands to exactly this purpose and providers; None where there is none. One
    query."""
    for row in consents_that_stand(case, at=at):
        if (row.purpose, row.recipient_kind) == (purpose, OrganisationKind.PROVIDER):
            return row if row.answer == ConsentAnswer.AGREED else None
    return None


# Referred to us -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Referred:
    """A person who was referred to the reader's organisation: what the service needs, and nothing
    else of the case."""

    row: Service
    label: str
    state_words: str
    colour: str
    urgency: str
    waiting: str
    late: bool
    language: str
    age: str
    marks: list[Mark]
    card: SafeContact | None
    reason: str

    @property
    def answers(self) -> list[str]:
        return answers_from(self.row.state)


def referred_to(actor: User, *, at: datetime) -> QuerySet[Service]:
    """The services for which somebody is referred to an organisation in which the actor answers,
    from the referral to the end and while the consent holds, of cases that they may see."""
    found = Service.objects.filter(
        Q(until=None) | Q(until__gt=at),
        organisation__in=[team.pk for team in actor.organisations(*SEE_REFERRED.roles)],
        state__in=WITH_PROVIDER,
        case__in=Case.objects.visible_to(actor, PROVIDE),
    )
    return found.select_related("case__person", "organisation")


def referred_page(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of them, the newest first. Two queries."""
    found = referred_to(actor, at=at)
    page = page_of(found, "referred_at", after=after, before=before, newest_first=True, size=size)
    return Rows(_referred(page.rows, at), page.before, page.after)


def find_referred(actor: User, pk: UUID, *, at: datetime) -> Referred:
    """One of them. Hidden (404) where it is none, has ended, or is another organisation's."""
    rows = list(referred_to(actor, at=at).filter(pk=pk))
    if not rows:
        raise Hidden(PROVIDE.code)
    return _referred(rows, at)[0]


def _referred(rows: list[Service], at: datetime) -> list[Referred]:
    cards: dict[UUID, SafeContact] = {}
    about = [row.case_id for row in rows]
    for card in SafeContact.objects.filter(case__in=about).order_by("recorded_at"):
        cards[card.case_id] = card
    made = []
    for row in rows:
        case, profile = row.case, row.case.profile
        card = cards.get(case.pk)
        made.append(
            Referred(
                row=row,
                label=service_label(profile, row.code),
                state_words=str(ServiceState(row.state).label),
                colour=_COLOURS[ServiceState(row.state)],
                urgency=urgency_label(profile, row.urgency),
                waiting=waiting_words(row, at),
                late=is_late(profile, row, at),
                language=spoken_words(case, card),
                age=age_words(case),
                marks=contact_marks(contact_by(case, card, at=at)),
                card=card,
                reason=reason_label(profile, row.reason),
            )
        )
    return made


def people_who_provide(organisation: Organisation) -> QuerySet[User]:
    """Who answers in an organisation for what people are referred to it for."""
    found = User.objects.filter(
        is_active=True,
        memberships__group__role_group__organisation=organisation,
        memberships__group__role_group__role__in=SEE_REFERRED.roles,
    )
    return found.distinct()
