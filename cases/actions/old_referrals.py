"""Referrals of an earlier register, many at once: people whom an office referred before there was
this system. What was done then is over: each becomes a case that has ended, as it was told, on the
day on which it was received then. No clock runs, no task is opened, nobody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases import access
from cases.actions.contact import card_of
from cases.actions.opening import case_of, competent_authority, near_to
from cases.actions.referring import (
    Sent,
    allegations_of,
    consent_of,
    contact_of,
    episodes_of,
    facts_of,
    referral_of,
    say_what_was_destroyed,
)
from cases.models import Allegation, Case, Consent, Episode, Referral, SafeContact
from cases.models.case import CaseKind
from cases.models.referral import Source
from cases.rights import REFER
from cases.rules.course import CLOSED, kept_until
from cases.rules.referral_form import (
    carries_identity,
    objections_to_days,
    old_answers,
    path_of,
    shape,
)
from identities import vault
from identities.models import Person
from identities.vault import First
from nrm.accounts.models import Organisation, User
from nrm.actions import Objection, action, also, detail, refuse_if
from nrm.profiles import Profile


@dataclass(frozen=True, slots=True)
class OldReferral:
    """One referral of a register: its answers as a form has them, when it was received and, where
    that is known, when it ended. `key` is its own for good: received twice, it is not there twice.
    `kept` is what has no question, by what it is called there; `kept_as` names it without words of
    the register."""

    key: UUID
    answers: Mapping[str, Any]
    received_on: date
    ended_on: date | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    kept_as: tuple[str, ...] = ()


@action("register.received", right=REFER)
def receive_old(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    profile: Profile,
    rows: Sequence[OldReferral],
) -> dict[UUID, Referral]:
    """Keeps the referrals, all of them or none, and returns each by its key. Whoever calls has
    looked for those that are there already. Raises Refused where one has an objection: the caller
    has asked `old_answers` and `objections_to_days` for it before."""
    today = timezone.localdate(at)
    clean: list[dict[str, Any]] = []
    wrong: list[Objection] = []
    for row in rows:
        answers, found = old_answers(row.answers, profile, today=today)
        clean.append(answers)
        wrong += found
        wrong += objections_to_days(row.received_on, row.ended_on, today=today)
    refuse_if(wrong)
    people = vault.new_people(len(rows), at=at)
    authority = competent_authority(profile)
    cases = [
        _case(person, row, answers, profile, authority)
        for (person, _sealer), row, answers in zip(people, rows, clean, strict=True)
    ]
    made: dict[UUID, Referral] = {}
    if cases:
        Case.objects.bulk_create(cases)
        near = near_to(organisation, authority)
        access.grant_first_to_all(cases, near, at=at)
        made = _keep_what_was_told(
            list(zip(cases, rows, clean, [sealer for _, sealer in people], strict=True)),
            organisation,
            actor=actor,
            at=at,
        )
    detail(rows=len(rows), source=Source.REGISTER)
    return made


def last_stage(profile: Profile) -> str:
    """Where a case of this profile stands when it is closed."""
    return next(way.to_stage for way in profile.transitions if way.event == CLOSED)


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _case(
    person: Person,
    row: OldReferral,
    answers: Mapping[str, Any],
    profile: Profile,
    authority: Organisation,
) -> Case:
    """The case as it is now: it has ended, when the register says, else when it began."""
    notifies = path_of(answers, profile) == shape.DTN
    ended_on = row.ended_on or row.received_on
    case = case_of(
        person,
        profile=profile,
        authority=authority,
        jurisdiction=answers["jurisdiction"],
        kind=CaseKind.DUTY_TO_NOTIFY if notifies else CaseKind.REFERRAL,
        stage=last_stage(profile),
        age_status=answers["age_status"],
        age_years=answers.get("age_years"),
        at=_moment(row.received_on),
        language=answers.get("language", ""),
        interpreter_needed={"yes": True, "no": False}.get(answers.get("interpreter_needed", "")),
    )
    case.closed_at = case.stage_since = _moment(ended_on)
    case.keep_until = kept_until(profile, ended_on, notification=notifies)
    return case


def _keep_what_was_told(
    wanted: Sequence[tuple[Case, OldReferral, dict[str, Any], Any]],
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
) -> dict[UUID, Referral]:
    """Everything of the new cases that a referral has, a table at a time."""
    referrals: dict[UUID, Referral] = {}
    episodes: list[Episode] = []
    allegations: list[Allegation] = []
    consents: list[Consent] = []
    cards: list[SafeContact] = []
    people: list[First] = []
    for case, row, answers, sealer in wanted:
        profile = case.profile
        path, known = path_of(answers, profile), carries_identity(answers, profile)
        sent = Sent(
            organisation,
            profile,
            Source.REGISTER,
            row.key,
            unknown_keys=row.kept_as,
            unknown_values=row.kept,
        )
        received = case.opened_at
        referral = referral_of(case, answers, sent, known, sealer, actor=actor, at=received)
        referrals[row.key] = referral
        told = episodes_of(case, answers, sealer)
        episodes += told
        allegations += allegations_of(case, answers, told, sealer, at=at)
        consents.append(consent_of(case, answers, path, actor=actor, at=at))
        if known:
            people.append(First(case.person_id, case.pk, tuple(facts_of(answers, profile)), sealer))
            ways, said = contact_of(answers, profile)
            if ways:
                cards.append(card_of(case, ways, said, sealer, actor=actor, at=at))
        else:
            say_what_was_destroyed(referral, answers, sent)
        also("referral.brought_in", referral, path=path, source=Source.REGISTER, case=str(case.pk))
    Referral.objects.bulk_create(referrals.values())
    Episode.objects.bulk_create(episodes)
    Allegation.objects.bulk_create(allegations)
    Consent.objects.bulk_create(consents)
    SafeContact.objects.bulk_create(cards)
    vault.record_first(people, at=at)
    return referrals
