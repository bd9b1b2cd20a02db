"""Sending a referral: its answers become a case, an identity, coded answers, episodes, consent, a
safe-contact card and allegations. Once a key, however often and from wherever it is sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access
from cases.actions.adulthood import begin_road
from cases.actions.contact import keep_card
from cases.actions.drafting import (
    contents_of,
    objections_to_following,
    profile_of,
)
from cases.actions.opening import open_case
from cases.actions.telling import tell
from cases.models import Allegation, Case, Consent, Draft, Episode, Referral
from cases.models.case import CaseKind
from cases.models.referral import ConsentAnswer, Safety, Source
from cases.rights import REFER
from cases.rules.contact import WAYS
from cases.rules.referral_form import (
    carries_identity,
    clean_answers,
    form_for,
    is_answered,
    is_shown,
    objections_to_sending,
    path_of,
    shape,
    with_defaults,
)
from identities import vault
from identities.crypto import Sealer
from identities.expiry import destroy_key_of_draft
from identities.models import FactKind, Person
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import Role
from nrm.actions import Hidden, Objection, Refused, action, also, detail, lock, refuse_if
from nrm.context import acting
from nrm.profiles import Profile

_CONSENT_ANSWERS = {
    "given": ConsentAnswer.AGREED,
    "refused": ConsentAnswer.DECLINED,
    "not_asked": ConsentAnswer.NOT_ASKED,
}
# The columns of an episode; what else is told of it is kept as JSON under the key.
_EPISODE_CODES = ("place", "online", "armed_group", "age_then_status")
_EPISODE_DATES = ("began", "ended")
_EPISODE_LISTS = ("types", "countries", "drivers")
_EXTERNAL_IDS = UUID("6f1f6d0e-6d6b-4a4e-9c39-0d5a1f6f2b11")  # only to name a lock
# A code of the other system: never words, in which a name could stand.
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Sent:
    """What arrives with a referral besides its answers."""

    organisation: Organisation
    profile: Profile
    source: str
    submission_key: UUID
    external_id: str | None = None
    unknown_keys: tuple[str, ...] = ()
    unknown_values: Mapping[str, Any] | None = None
    follows: Referral | None = None


# The two ways in ---------------------------------------------------------------------------------
def send_draft(draft: Draft, *, actor: User, at: datetime, submission_key: UUID) -> Referral:
    """Sends the draft and destroys it; the person stays, with the case.

    The same key sent again, also at the same moment, gives the referral that the first made.
    Raises Refused with everything that is missing, Hidden where the draft was discarded.
    """
    with acting(actor):
        REFER.check(actor, draft)
        lock(draft.lock_id)
        found = Draft.objects.select_related("person", "organisation").filter(pk=draft.pk).first()
        if found is None:
            if sent := sent_before(submission_key, draft.organisation):
                return sent
            raise Hidden(REFER.code)
        if found.submission_key != submission_key:
            text = _("This page is of an earlier draft. Open the draft and send it from there.")
            raise Refused([Objection(text, code="other_key")])
        return _send_draft(found, actor=actor, at=at)


def sent_before(submission_key: UUID, organisation: Organisation) -> Referral | None:
    """The referral that this key has sent for the organisation, if it has."""
    return Referral.objects.filter(submission_key=submission_key, organisation=organisation).first()


@action("referral.sent", right=REFER)
def _send_draft(draft: Draft, *, actor: User, at: datetime) -> Referral:
    profile = profile_of(draft)
    contents = contents_of(draft)
    answers = with_defaults(contents.answers, profile)
    refuse_if(objections_to_sending(answers, profile, today=timezone.localdate(at)))
    follows = None
    if contents.follows:
        lock(draft.person_id)
        follows = Referral.objects.get(pk=contents.follows)
        refuse_if(objections_to_following(follows, draft.organisation))
    sent = Sent(draft.organisation, profile, Source.FORM, draft.submission_key, follows=follows)
    person = draft.person
    draft.delete()
    if follows is None and _is_anonymous(answers, profile):
        # What the draft held of who the person is must not open again, from a backup either: the
        # notification gets a key of its own, and the draft's is destroyed.
        anonymous = vault.new_person(at=at, pseudonym=person.pseudonym)
        destroy_key_of_draft(person.pk)
        person = anonymous
    return _refer(person, answers, sent, actor=actor, at=at)


def _is_anonymous(answers: Mapping[str, Any], profile: Profile) -> bool:
    return path_of(answers, profile) == shape.DTN and not carries_identity(answers, profile)


def receive_referral(
    answers: Mapping[str, Any],
    *,
    actor: User,
    at: datetime,
    organisation: Organisation,
    profile: Profile,
    source: str,
    submission_key: UUID,
    external_id: str | None = None,
    unknown_keys: Sequence[str] = (),
    unknown_values: Mapping[str, Any] | None = None,
    follows: Referral | None = None,
    complete: bool = True,
) -> Referral:
    """Receives a whole referral from another program.

    The same `submission_key` or `external_id` gives the referral that it made before, and nothing
    is written. Raises Refused with every objection, to shapes and to what is missing; with
    `complete` false, what only our own pages ask is not missed. Keys that the form does not know
    are listed in `unknown_keys`; their values are kept under the person's key.
    """
    with acting(actor):
        REFER.check(actor, organisation)
        lock(submission_key)
        if external_id:
            lock(uuid5(_EXTERNAL_IDS, external_id))
        if sent := _received_before(submission_key, external_id):
            if sent.organisation_id == organisation.pk:
                return sent
            raise Refused([_used()])
        if external_id and not _EXTERNAL_ID.fullmatch(external_id):
            text = _(
                "The external id must be 1 to 64 letters, digits, points, hyphens or underscores."
            )
            raise Refused([Objection(text, field="external_id", code="shape")])
        clean, objections = clean_answers(answers, profile, today=timezone.localdate(at))
        clean = with_defaults(clean, profile)
        wrong = {objection.field for objection in objections}
        missing = objections_to_sending(
            clean, profile, complete=complete, today=timezone.localdate(at)
        )
        refuse_if([*objections, *(o for o in missing if o.field not in wrong)])
        if follows is not None:
            lock(follows.case.person_id)
            refuse_if(objections_to_following(follows, organisation))
        return _receive(
            organisation,
            actor=actor,
            at=at,
            answers=clean,
            sent=Sent(
                organisation,
                profile,
                source,
                submission_key,
                external_id,
                tuple(unknown_keys),
                unknown_values,
                follows,
            ),
        )


def _received_before(submission_key: UUID, external_id: str | None) -> Referral | None:
    same = Q(submission_key=submission_key)
    if external_id:
        same |= Q(external_id=external_id)
    return Referral.objects.filter(same).order_by("sent_at").first()


def _used() -> Objection:
    text = _("This key or external id was used before. Send one of your own.")
    return Objection(text, field="external_id", code="used")


@action("referral.sent", right=REFER)
def _receive(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    answers: dict[str, Any],
    sent: Sent,
) -> Referral:
    person = sent.follows.case.person if sent.follows else vault.new_person(at=at)
    return _refer(person, answers, sent, actor=actor, at=at)


# What a referral becomes -------------------------------------------------------------------------
def _refer(
    person: Person, answers: dict[str, Any], sent: Sent, *, actor: User, at: datetime
) -> Referral:
    profile = sent.profile
    path = path_of(answers, profile)
    known = carries_identity(answers, profile)
    case = open_case(
        person,
        profile=profile,
        jurisdiction=answers["jurisdiction"],
        kind=CaseKind.DUTY_TO_NOTIFY if path == shape.DTN else CaseKind.REFERRAL,
        age_status=answers["age_status"],
        age_years=answers.get("age_years"),
        referrer=sent.organisation,
        at=at,
        language=answers.get("language", ""),
        interpreter_needed={"yes": True, "no": False}.get(answers.get("interpreter_needed", "")),
    )
    sealer = Sealer(person.pk)
    referral = _keep(referral_of(case, answers, sent, known, sealer, actor=actor, at=at))
    episodes = episodes_of(case, answers, sealer)
    Episode.objects.bulk_create(episodes)
    Allegation.objects.bulk_create(allegations_of(case, answers, episodes, sealer, at=at))
    consent_of(case, answers, path, actor=actor, at=at).save(force_insert=True)
    facts = facts_of(answers, profile)
    if known:
        vault.record(person.pk, facts, at=at, case_id=case.pk)
        begin_road(case, str(dict(facts).get(FactKind.BIRTH_DATE, "")), actor=actor, at=at)
        _record_safe_contact(case, answers, actor=actor, at=at)
    else:
        say_what_was_destroyed(referral, answers, sent)
    detail(
        path=path,
        source=sent.source,
        case=str(case.pk),
        follows=str(sent.follows.pk) if sent.follows else None,
    )
    if sent.source == Source.REGISTER:
        return (
            referral  # a hundred thousand at once: whoever takes them in finds them in their list
        )
    tell(
        access.people_near(case, "work", Role.INTAKE),
        "referral_received",
        once=f"referral:{referral.pk}",
        at=at,
        case=case,
    )
    return referral


def _asked(answers: Mapping[str, Any], profile: Profile, *keeps: str) -> dict[str, Any]:
    """The answers kept in one of these ways, without those that the way taken does not ask for."""
    form = form_for(profile)
    found: dict[str, Any] = {}
    for page in form.pages:
        if page.part or not is_shown(page, answers, profile):
            continue
        for question in page.questions:
            if question.keeps in keeps and is_answered(answers.get(question.code)):
                found[question.code] = answers[question.code]
        if shape.CODE in keeps and is_answered(answers.get(page.left_empty)):
            found[page.left_empty] = answers[page.left_empty]
    return found


def referral_of(
    case: Case,
    answers: Mapping[str, Any],
    sent: Sent,
    known: bool,
    sealer: Sealer,
    *,
    actor: User,
    at: datetime,
) -> Referral:
    """The referral of these answers, not saved yet. `sealer`: of the person of the case."""
    row = uuid4()
    told = _asked(answers, sent.profile, shape.NARRATIVE)
    if note := _asked(answers, sent.profile, shape.CONSENT).get("consent_note"):
        told["consent_note"] = note
    unknown = sent.unknown_values if known else None
    return Referral(
        id=row,
        case=case,
        organisation=sent.organisation,
        sent_by=actor,
        sent_at=at,
        source=sent.source,
        submission_key=sent.submission_key,
        external_id=sent.external_id,
        answers=_asked(answers, sent.profile, shape.CODE, shape.CASE),
        narrative=sealer.json(told, table="cases_referral", column="narrative", row=row)
        if told
        else None,
        unknown_keys=list(sent.unknown_keys),
        unknown_values=sealer.json(
            dict(unknown), table="cases_referral", column="unknown_values", row=row
        )
        if unknown
        else None,
        follows=sent.follows,
    )


def _keep(referral: Referral) -> Referral:
    try:
        referral.save(force_insert=True)
    except IntegrityError:
        # By an organisation whose referrals the database does not show to this one.
        raise Refused([_used()]) from None
    return referral


def episodes_of(case: Case, answers: Mapping[str, Any], sealer: Sealer) -> list[Episode]:
    """The episodes that are told of, in their order, not saved yet."""
    made = []
    for number, told in enumerate(answers.get("episodes") or [], start=1):
        row = uuid4()
        columns = {*_EPISODE_CODES, *_EPISODE_DATES, *_EPISODE_LISTS, "age_then_years", "id"}
        rest = {code: value for code, value in told.items() if code not in columns}
        rest |= {c: shape.NOT_KNOWN for c in _EPISODE_DATES if told.get(c) == shape.NOT_KNOWN}
        made.append(
            Episode(
                id=row,
                case=case,
                position=number,
                **{code: told.get(code, "") for code in _EPISODE_CODES},
                **{code: _day(told.get(code, "")) for code in _EPISODE_DATES},
                **{code: told.get(code, []) for code in _EPISODE_LISTS},
                age_then_years=told.get("age_then_years"),
                narrative=sealer.json(rest, table="cases_episode", column="narrative", row=row)
                if rest
                else None,
            )
        )
    return made


def _day(value: str) -> str:
    """A date that is not known is an empty one."""
    return "" if value == shape.NOT_KNOWN else value


def allegations_of(
    case: Case,
    answers: Mapping[str, Any],
    episodes: Sequence[Episode],
    sealer: Sealer,
    *,
    at: datetime,
) -> list[Allegation]:
    """What the person is accused of, not saved yet; each names its episode by its position."""
    numbered = {episode.position: episode for episode in episodes}
    made = []
    for told in answers.get("allegations") or []:
        row = uuid4()
        hearing_on = told.get("hearing_on")
        made.append(
            Allegation(
                id=row,
                case=case,
                offence=sealer.text(
                    told.get("offence", ""), table="cases_allegation", column="offence", row=row
                ),
                stage=told.get("stage", ""),
                hearing=told.get("hearing", ""),
                hearing_on=date.fromisoformat(hearing_on) if hearing_on else None,
                detained={"yes": True, "no": False}.get(told.get("detained", "")),
                episode=numbered.get(told.get("episode", 0)),
                recorded_at=at,
            )
        )
    return made


def consent_of(
    case: Case, answers: Mapping[str, Any], path: str, *, actor: User, at: datetime
) -> Consent:
    """What was said to the referral and how it was explained, not saved yet. A child's agreement is
    not needed, and that is what is kept."""
    if path == shape.CHILD:
        return Consent(
            case=case, answer=ConsentAnswer.NOT_REQUIRED, recorded_by=actor, recorded_at=at
        )
    return Consent(
        case=case,
        answer=_CONSENT_ANSWERS[answers["consent_answer"]],
        explanation_version=answers.get("consent_version", ""),
        language=answers.get("consent_language", ""),
        interpreter=answers.get("consent_interpreter", ""),
        method=answers.get("consent_method", ""),
        explained_by=answers.get("consent_explained_by", ""),
        given_on=answers.get("consent_on", ""),
        recorded_by=actor,
        recorded_at=at,
    )


def facts_of(answers: Mapping[str, Any], profile: Profile) -> list[tuple[str, str]]:
    """Who the person is, as (kind, value)."""
    return [
        (question.fact, str(answers[question.code]))
        for question in form_for(profile).questions
        if question.keeps == shape.IDENTITY
        and is_answered(answers.get(question.code))
        and answers[question.code] != shape.NOT_KNOWN
    ]


def _record_safe_contact(
    case: Case, answers: Mapping[str, Any], *, actor: User, at: datetime
) -> None:
    """Keeps how the person may be reached."""
    ways, told = contact_of(answers, case.profile)
    if ways:
        keep_card(case, ways, told, actor=actor, at=at)


def contact_of(
    answers: Mapping[str, Any], profile: Profile
) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the person may be reached, by way, and what they said of it; nothing where nothing was
    said. A way of which nothing was said is not known: no use."""
    told = _asked(answers, profile, shape.CONTACT)
    if not told:
        return {}, {}
    return {way: told.pop(f"contact_{way}", Safety.UNKNOWN) for way in WAYS}, told


def say_what_was_destroyed(referral: Referral, answers: Mapping[str, Any], sent: Sent) -> None:
    """A notification without the person's agreement says nothing of who they are: what came of it
    is not kept, and an event says so, by the codes of the questions."""
    form = form_for(sent.profile)
    codes = [
        question.code
        for page in form.pages
        if page.identifies
        for question in page.questions
        if is_answered(answers.get(question.code))
    ]
    kept = referral.answers
    gone = sorted({code for code in codes if code not in kept})
    if not gone and not sent.unknown_values:
        return
    also(
        "referral.identity_destroyed",
        referral,
        questions=gone,
        unknown_values=bool(sent.unknown_values),
    )
