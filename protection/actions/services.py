"""The services of a person: noting what they need, referring them to a provider on their consent,
the provider's answers, and the end."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case, Consent
from cases.models.case import Confidentiality
from cases.selectors.sharing import end_of, last_said
from identities.crypto import seal
from nrm.accounts.models import RoleGroup, User
from nrm.accounts.roles import OrganisationKind, Role
from nrm.actions import Hidden, Objection, action, also, detail, refuse_if
from protection.models import Override, Service, ServiceState, Stay
from protection.models.service import OVER, WITH_PROVIDER
from protection.models.shelter import StayState
from protection.rules import services as rules
from protection.selectors import services as reads
from protection.selectors import shelter


@action("service.needed", right=rights.SUPPORT)
def note_need(case: Case, *, actor: User, at: datetime, code: str, urgency: str) -> Service:
    """Notes that the person needs a service of the profile, and how soon. Raises Refused with every
    reason against it; also where the same need is noted and waits."""
    profile = case.profile
    refuse_if(
        rules.objections_to_need(
            known_code=reads.catalogued(profile, code) is not None,
            known_urgency=urgency in {one.code for one in profile.support.urgencies},
            noted_already=case.services.filter(code=code, state=ServiceState.NEEDED).exists(),
        )
    )
    row = Service.objects.create(case=case, code=code, urgency=urgency, noted_by=actor, noted_at=at)
    detail(service=code, urgency=urgency)
    return row


@action("service.referred", right=rights.SUPPORT)
def refer(service: Service, *, actor: User, at: datetime, organisation: UUID | None) -> Service:
    """Refers the person to a provider, on their consent to this purpose and providers, and tells
    the provider's people. From then on they see the person. Raises Refused with every reason
    against it."""
    return _refer(service, actor, at, organisation)


@action("service.referred_without_consent", right=rights.REFER_WITHOUT_CONSENT)
def refer_without_consent(
    service: Service, *, actor: User, at: datetime, organisation: UUID | None, reason: str
) -> Service:
    """The same where the person could not be asked or protection cannot wait, with a reason that
    the supervisors of the case are told to read. Refused where the person agreed."""
    return _refer(service, actor, at, organisation, reason=reason)


def _refer(
    service: Service,
    actor: User,
    at: datetime,
    organisation: UUID | None,
    *,
    reason: str | None = None,
) -> Service:
    service.refresh_from_db()
    case = service.case
    case.refresh_from_db(fields=["confidentiality"])
    known = reads.catalogued(case.profile, service.code)
    consent = reads.consent_to(case, known.purpose, at=at) if known else None
    house = reads.providers(case).filter(pk=organisation).first() if organisation else None
    why = (reason or "").strip()
    refuse_if(
        rules.objections_to_referral(
            rules.Referral(
                needed=service.state == ServiceState.NEEDED,
                provider=house is not None,
                running_there=case.services.filter(
                    code=service.code, organisation=house, state__in=WITH_PROVIDER
                ).exists(),
                normal=case.confidentiality == Confidentiality.NORMAL,
                consent=consent is not None,
                without_consent=reason is not None,
                reason=why,
            )
        )
    )
    assert house is not None
    # Theirs who answer there: the database brings them near to the case (migration 0001).
    RoleGroup.of(house, Role.PROTECTION_PROVIDER)
    service.organisation, service.consent = house, consent
    service.until = end_of(case, consent) if consent else None
    service.overridden = consent is None
    service.state, service.referred_at = ServiceState.REFERRED, at
    service.save(
        update_fields=[
            *("organisation", "consent", "until", "overridden", "state", "referred_at"),
        ]
    )
    if consent is None:
        _override(service, actor, at, why)
    detail(
        service=service.code,
        organisation=str(house.pk),
        consent=str(consent.pk) if consent else None,
    )
    _tell_provider(service, "service_referred", at)
    return service


def _override(service: Service, actor: User, at: datetime, why: str) -> None:
    case, row = service.case, uuid4()
    sealed = seal(case.person_id, why, table="protection_override", column="reason", row=row)
    Override.objects.create(id=row, case=case, service=service, reason=sealed, by=actor, at=at)
    people = access.people_near(case, "decide", Role.SUPERVISOR).exclude(pk=actor.pk)
    tell(people, "service_overridden", once=f"overridden:{service.pk}", at=at, case=case)


def _tell_provider(service: Service, kind: str, at: datetime) -> None:
    """Tells whoever answers there, but nobody who is kept from the case. It names nobody."""
    house = service.organisation
    assert house is not None
    people = reads.people_who_provide(house).filter(~access.kept_from(service.case))
    tell(people, kind, once=f"{kind}:{service.pk}:{at.isoformat()}", at=at)


@action("service.override_read", right=rights.READ_OVERRIDE, ended=True)
def read_override(service: Service, *, actor: User, at: datetime) -> Service:
    """A supervisor has read why somebody was referred without consent. Refused where there is
    nothing to read, it was read already, or it is their own."""
    row = Override.objects.filter(service=service).first()
    if row is None or row.seen_at is not None:
        refuse_if([Objection(_("There is nothing here that waits to be read."))])
    assert row is not None
    if row.by_id == actor.pk:
        refuse_if([Objection(_("You made this referral. Another supervisor reads why."))])
    row.seen_by, row.seen_at = actor, at
    row.save(update_fields=["seen_by", "seen_at"])
    return service


# The provider's answers ---------------------------------------------------------------------------
# The provider's people change nothing of the row by themselves: the database does, and only what an
# answer may.
_ANSWER = "SELECT protection_answer(%s, %s, %s, %s)"


@action("service.answered", right=rights.PROVIDE)
def answer(
    service: Service, *, actor: User, at: datetime, answer: str, reason: str = ""
) -> Service:
    """The provider's answer: what it is, and why where that is asked. They see the person no more
    once it is declined, completed or ended. Raises Refused with every reason against it, Hidden
    where it is not theirs."""
    # Under the lock, what was seen before may have ended.
    service = reads.find_referred(actor, service.pk, at=at).row
    case = service.case
    _to, _from, why = rules.ANSWERS.get(answer, ("", (), ""))
    known = {code for code, _label in reads.reasons(case.profile, why)} if why else set()
    refuse_if(rules.objections_to_answer(service.state, answer, reason, known))
    detail(service=service.code, answer=answer, reason=reason if why else "")
    told = [case.caseworker_id] if case.caseworker_id else []
    worker = User.objects.filter(~access.kept_from(case), pk__in=told, is_active=True)
    tell(worker, "service_answered", once=f"answer:{service.pk}:{at.isoformat()}", at=at, case=case)
    state = rules.ANSWERS[answer][0]
    if state in OVER:
        # While they may still write about the stay of the person.
        _leave_bed(service, at, reason or state)
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [service.pk, state, reason if why else "", at])
        if not cursor.fetchone()[0]:
            raise Hidden(rights.PROVIDE.code)
    service.state, service.reason = state, reason if why else ""
    return service


# The end ------------------------------------------------------------------------------------------
@action("service.ended", right=rights.SUPPORT, ended=True)
def end_service(service: Service, *, actor: User, at: datetime, reason: str) -> Service:
    """Ends a service, or a need that is none any more, for a reason of the profile. The provider
    sees the person no more, and is told that something ended. Raises Refused with every reason
    against it."""
    service.refresh_from_db()
    known = {code for code, _label in reads.reasons(service.case.profile, "exit_codes")}
    refuse_if(rules.objections_to_ending(over=service.is_over, reason=reason, reasons=known))
    _end(service, at, reason)
    detail(service=service.code, reason=reason)
    return service


def _end(service: Service, at: datetime, reason: str) -> None:
    was_there = service.state in WITH_PROVIDER
    if was_there:
        _leave_bed(service, at, reason)
    service.state, service.reason, service.ended_at = ServiceState.EXITED, reason, at
    service.save(update_fields=["state", "reason", "ended_at"])
    if was_there:
        _tell_provider(service, "service_ended", at)


def _leave_bed(service: Service, at: datetime, reason: str) -> None:
    """What follows for a bed from the end of shelter. One that is held is free again. Nobody is put
    on the street by it: who lives there stays until somebody says that they have left, and the
    caseworker is told to settle it."""
    case = service.case
    if service.code != case.profile.support.shelter:
        return
    stay = case.stays.filter(organisation=service.organisation_id, ended_at=None).first()
    if stay is None:
        return
    kind = "stay_left_behind"
    if stay.state == StayState.HELD:
        kind = "hold_given_up"
        stay.state, stay.ended_at, stay.reason = StayState.ENDED, at, reason
        stay.save(update_fields=["state", "ended_at", "reason"])
        also("shelter.left", stay, bed=str(stay.bed_id), reason=reason)
    _tell_worker(case, kind, once=f"{kind}:{stay.pk}:{at.isoformat()}", at=at)


def _give_up_hold(case: Case, at: datetime) -> None:
    """The person said no to shelter: a bed that is held for them on that consent alone, before
    they were referred to its provider, is free again."""
    stay = case.stays.filter(state=StayState.HELD, ended_at=None).first()
    if stay is None or shelter.is_referred(case, stay.organisation_id):
        return  # what brought them there ends it, or goes on without the consent
    stay.state, stay.ended_at, stay.reason = StayState.ENDED, at, reads.WITHDRAWN
    stay.save(update_fields=["state", "ended_at", "reason"])
    also("shelter.left", stay, bed=str(stay.bed_id), reason=reads.WITHDRAWN)
    _tell_worker(case, "hold_given_up", once=f"hold_given_up:{stay.pk}", at=at)


def _tell_worker(case: Case, kind: str, *, once: str, at: datetime) -> None:
    """Whose case it is; where it is nobody's, the supervisors whom the actor may know of."""
    people = User.objects.filter(pk__in=[case.caseworker_id], is_active=True)
    if not case.caseworker_id:
        people = access.people_near(case, "decide", Role.SUPERVISOR)
    tell(people.filter(~access.kept_from(case)), kind, once=once, at=at, case=case)


def follow_end(case: Case, *, at: datetime) -> None:
    """The case has ended, within the action that ended it. Support to which the person agreed goes
    on until it is ended itself, and whose case it was is told that it does."""
    if any(reads.goes_on(case)):
        _tell_worker(case, "support_goes_on", once=f"support:{case.pk}:{at.isoformat()}", at=at)


def follow_consent(
    case: Case, consent: Consent, joined: Collection[UUID], *, actor: User, at: datetime
) -> None:
    """What the person said to sharing has changed, within the action that recorded it: services of
    this purpose rest on what they said last from now on, or end at once where that is no. So do
    those of the cases that go with this one, as far as it counts there."""
    if consent.recipient_kind != OrganisationKind.PROVIDER:
        return
    codes = [s.code for s in case.profile.support.services if s.purpose == consent.purpose]
    running = case.services.filter(code__in=codes, state__in=WITH_PROVIDER)
    last, said = last_said(case)[consent.purpose, consent.recipient_kind]
    if joined:
        until = end_of(case, last) if said.agreed else None
        _heed_in_joined(case, last, joined, codes, until, at)
    if said.agreed:
        running.update(consent=last, until=end_of(case, last))
        return
    if case.profile.support.shelter in codes:
        _give_up_hold(case, at)
    for service in running.filter(overridden=False).select_related("organisation"):
        service.case = case
        _end(service, at, reads.WITHDRAWN)
        also("service.ended", service, service=service.code, reason=reads.WITHDRAWN)


def _heed_in_joined(
    case: Case,
    consent: Consent,
    joined: Collection[UUID],
    codes: Sequence[str],
    until: datetime | None,
    at: datetime,
) -> None:
    shelter_code = case.profile.support.shelter
    with connection.cursor() as cursor:
        values: list[Any] = [consent.pk, list(joined), codes, shelter_code, until]
        cursor.execute(
            "SELECT * FROM protection_heed_in_joined(%s, %s, %s, %s, %s, %s, %s)",
            [*values, reads.WITHDRAWN, at],
        )
        for verb, case_id, row, told in cursor.fetchall():
            model = Service if verb == "service.ended" else Stay
            also(verb, model(pk=row, case_id=case_id), **json.loads(told))
