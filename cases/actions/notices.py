"""Telling an agency of a matter, its answer, and taking back what it was told."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.models import Case, Matter, Notice
from cases.models.case import Confidentiality
from cases.models.matter import MatterOutcome
from cases.models.notice import Answer
from cases.models.sharing import BY_ITSELF, RecallReason
from cases.rules import notices as rules
from cases.rules import reminders
from cases.selectors import matters as matter_reads
from cases.selectors import notices as reads
from identities.crypto import KeyGone, seal_json
from nrm.accounts import limits
from nrm.accounts.models import Organisation, User
from nrm.actions import Objection, action, also, detail, refuse_if
from nrm.profiles import Profile


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is told, where they receive it in the system, and on what it rests: a consent, or the
    code of a lawful ground."""

    agency: str
    organisation: UUID | None = None
    consent: UUID | None = None
    ground: str = ""


def days_of(profile: Profile, calendar: str, at: datetime) -> dict[str, Any]:
    """When an answer is due on something that is told now, and when that is looked at first."""
    code = profile.non_punishment.notices.term
    clock = profile.clock(code, at, calendar=calendar)
    dates: dict[str, Any] = {
        "due_on": clock.due_on,
        "due_at": clock.due_at,
        "zone": profile.calendar_for(calendar).zone,
    }
    return {
        "due_on": clock.due_on,
        "due_at": clock.due_at,
        "next_look_at": reminders.first_look(profile.term(code), **dates, at=at),
    }


@action("notice.sent", right=rights.KEEP_MATTERS)
def send_notice(
    matter: Matter,
    *,
    actor: User,
    at: datetime,
    wanted: Wanted,
    names: dict[str, str],
    digest: str,
    key: UUID,
) -> Notice:
    """Tells an agency of the matter: in the system where it receives there, else it is noted that
    it was told outside. `names` are the questions in words, `digest` that of what was looked at;
    with one `key` it is told once. Raises Refused with every reason against it."""
    case = matter.case
    if there := Notice.objects.filter(pk=key, matter=matter).first():
        detail(repeated=True)
        return there
    matter.refresh_from_db()
    case.refresh_from_db(fields=["confidentiality"])
    content = reads.content_of(matter_reads.opened(matter, at=at), names)
    facts, organisation = _facts(matter, wanted, at)
    facts = replace(facts, seen=reads.digest_of(content) == digest)
    refuse_if(rules.objections_to_notice(facts))
    sealed = seal_json(case.person_id, content, table="cases_notice", column="content", row=key)
    try:
        with transaction.atomic():
            row = Notice.objects.create(
                id=key,
                case=case,
                matter=matter,
                person_id=case.person_id,
                agency=wanted.agency,
                organisation=organisation,
                authority=case.authority,
                consent_id=wanted.consent,
                ground=wanted.ground,
                content=sealed,
                decision=reads.standing_of(case),
                by=actor,
                sent_at=at,
                **days_of(case.profile, case.calendar, at),
            )
    except IntegrityError:  # the key has served for something else
        refuse_if([Objection(_("It was not sent. Open the page again and retry."))])
        raise
    detail(agency=row.agency, matter=str(matter.pk), inside=organisation is not None)
    _tell(case, row, "notice_received", at)
    return row


def _facts(matter: Matter, wanted: Wanted, at: datetime) -> tuple[rules.Facts, Organisation | None]:
    case, law = matter.case, matter.case.profile.non_punishment
    agency = next((one for one in law.notify if one.code == wanted.agency), None)
    organisation = None
    if wanted.organisation is not None:
        found = reads.organisations_to_tell(case).filter(pk=wanted.organisation)
        if agency is not None and agency.organisations:
            found = found.filter(kind=agency.organisations)
        organisation = found.first()
    told = matter.notices.filter(
        agency=wanted.agency, organisation=wanted.organisation, recalled_at=None
    )
    facts = rules.Facts(
        agency=agency,
        barred=agency is not None and agency.code in reads.barred_agencies(case),
        known_organisation=organisation is not None,
        on_consent=_consent_stands(case, wanted, agency, at) if wanted.consent else None,
        on_ground=wanted.ground in {one.code for one in law.notices.grounds}
        if wanted.ground
        else None,
        normal=case.confidentiality == Confidentiality.NORMAL,
        over=matter.outcome not in ("", MatterOutcome.CONVICTED),
        waits=any(row.waits for row in told),
        seen=True,
    )
    return facts, organisation


def _consent_stands(case: Case, wanted: Wanted, agency: Any, at: datetime) -> bool:
    """The person agreed to exactly this purpose, and where the agency receives it here, to this
    kind of organisation."""
    kind = agency.organisations if agency is not None else ""
    return any(
        row.pk == wanted.consent and (not kind or row.recipient_kind == kind)
        for row in reads.consents_to_tell(case, at=at)
    )


def _tell(case: Case, row: Notice, kind: str, at: datetime) -> None:
    """Tells whoever answers there, but nobody who is kept from the case. It names neither."""
    if row.organisation_id is not None:
        people = reads.people_who_answer([row.organisation]).filter(~access.kept_from(case))
        tell(people, kind, once=f"{kind}:{row.pk}", at=at)


# Taking it back -----------------------------------------------------------------------------------
@action("notice.recalled", right=rights.KEEP_MATTERS, ended=True)
def recall_notice(notice: Notice, *, actor: User, at: datetime, because: str) -> Notice:
    """Takes a notice back: to whoever received it, it is absent from now on. Refused without a
    reason, or where it was recalled already."""
    notice.refresh_from_db()
    objections = []
    if because not in set(RecallReason.values) - BY_ITSELF:
        objections.append(Objection(_("Select why it is recalled"), field="because"))
    if notice.recalled_at is not None:
        objections.append(Objection(_("It was recalled already.")))
    refuse_if(objections)
    recall_notices(
        notice.case, Notice.objects.filter(pk=notice.pk), actor=actor, at=at, because=because
    )
    detail(agency=notice.agency, because=because)
    notice.refresh_from_db()
    return notice


def recall_notices(
    case: Case, notices: QuerySet[Notice], *, actor: User, at: datetime, because: str
) -> list[Notice]:
    """Recalls those that are not, within an action that has checked the right and holds the lock of
    the case. Returns them."""
    rows = list(notices.filter(recalled_at=None).select_related("organisation"))
    if rows:
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
            recalled_at=at, recalled_by=actor, recalled_because=because, next_look_at=None
        )
        for row in rows:
            _tell(case, row, "notice_recalled", at)
    return rows


def recall_for(
    case: Case, notices: QuerySet[Notice], *, actor: User, at: datetime, because: str
) -> None:
    """The same within another action, with an event each."""
    for row in recall_notices(case, notices, actor=actor, at=at, because=because):
        also("notice.recalled", row, agency=row.agency, because=because)


# Their side ---------------------------------------------------------------------------------------
@action("notice.opened", right=rights.ANSWER_NOTICES, look=True)
def open_notice(notice: Notice, *, actor: User, at: datetime) -> list[dict[str, str]]:
    """What an agency was told, for whoever answers there. Hidden where it was recalled; KeyGone
    where the person was erased."""
    reads.find_received(actor, notice.pk)
    limits.count_identity(actor)
    content = reads.opened_content(notice)
    if content is None:
        raise KeyGone("The key is gone.")
    detail(agency=notice.agency)
    return content


@action("notice.answered", right=rights.ANSWER_NOTICES)
def answer_notice(
    notice: Notice, *, actor: User, at: datetime, answer: str, because: str = ""
) -> Notice:
    """Keeps the answer of the organisation that received it; a later one takes its place. Hidden
    where it was recalled. Raises Refused with every reason against it."""
    row = reads.find_received(actor, notice.pk)
    _keep_answer(row, reads.profile_of(row), actor, at, answer, because)
    # Who works on the case is not known to who answers: the sweep tells them.
    row.next_look_at = at
    row.save(update_fields=["answer", "because", "answered_at", "answered_by", "next_look_at"])
    return row


@action("notice.answered", right=rights.KEEP_MATTERS)
def note_answer(
    notice: Notice, *, actor: User, at: datetime, answer: str, because: str = ""
) -> Notice:
    """Notes what an agency that receives nothing in the system has answered outside. Refused for
    one that answers here, or where it was recalled."""
    notice.refresh_from_db()
    if notice.organisation_id is not None:
        refuse_if([Objection(_("They answer in the system themselves."))])
    if notice.recalled_at is not None:
        refuse_if([Objection(_("It was recalled already."))])
    _keep_answer(notice, notice.case.profile, actor, at, answer, because)
    if not notice.waits:
        notice.next_look_at = None
    notice.save(update_fields=["answer", "because", "answered_at", "answered_by", "next_look_at"])
    return notice


def _keep_answer(
    row: Notice, profile: Profile, actor: User, at: datetime, answer: str, because: str
) -> None:
    refuse_if(
        rules.objections_to_answer(
            profile.non_punishment,
            known=answer in Answer.values,
            continues=answer == Answer.CONTINUES,
            because=because,
        )
    )
    row.answer, row.because = answer, because
    row.answered_at, row.answered_by = at, actor
    detail(agency=row.agency, matter=str(row.matter_id), answer=answer, because=because)
