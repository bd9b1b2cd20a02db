"""Counselling by a provider: planning a session, what came of it, and the notes that the provider
alone reads."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions.telling import tell
from cases.rules.languages import LANGUAGES
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if
from protection.models import ClinicalNote, Service, Session, SessionPrivate
from protection.models.counselling import Fit, InterpreterNeed, SessionState
from protection.rules import counselling as rules
from protection.selectors import counselling as reads


@action("counselling.planned", right=rights.PROVIDE)
def plan_session(
    service: Service,
    *,
    actor: User,
    at: datetime,
    starts_at: datetime,
    modality: str,
    venue: str = "",
    address: str = "",
    interpreter: str = "none",
    language: str = "",
    dialect: str = "",
    interpreter_sex: str = "any",
    no_companions: bool = True,
) -> Session:
    """Plans a session with a person who is referred to the actor's organisation for counselling.
    `language` is an ISO 639 code; `address` and `dialect` are words under the person's key that the
    organisation alone reads. Raises Refused with every reason against it, Hidden where the person
    is not with the organisation."""
    # Under the lock, what was seen before may have ended.
    service = reads.find_counselled(actor, service.pk, at=at).row
    case = service.case
    met, asked = modality == "in_person", interpreter != InterpreterNeed.NONE
    words = {"address": address.strip() if met else "", "dialect": dialect.strip() if asked else ""}
    plan = rules.Plan(
        service=service.state,
        starts_at=starts_at,
        earliest=service.referred_at,
        taken=service.sessions.filter(starts_at=starts_at, state=SessionState.PLANNED).exists(),
        modality=modality,
        venue=venue,
        interpreter=interpreter,
        language=language,
        known_language=language in LANGUAGES.labels,
        interpreter_sex=interpreter_sex,
        safe_ways=reads.safe_ways(case, at=at),
        **words,
    )
    refuse_if(rules.objections_to_plan(plan, reads.KNOWN, at=at))
    session = Session.objects.create(
        case=case,
        service=service,
        starts_at=starts_at,
        modality=modality,
        venue=venue if met else "",
        interpreter=interpreter,
        language=language if asked else "",
        interpreter_sex=interpreter_sex if asked else "",
        no_companions=no_companions,
        planned_by=actor,
        planned_at=at,
    )
    if any(words.values()):
        row = uuid4()
        place: dict[str, Any] = {"table": "protection_sessionprivate", "row": row}
        sealed = {
            column: seal(case.person_id, text, column=column, **place) if text else None
            for column, text in words.items()
        }
        SessionPrivate.objects.create(id=row, case=case, session=session, **sealed)
    detail(service=service.code, modality=modality, interpreter=interpreter)
    return session


@action("counselling.interpreter_booked", right=rights.PROVIDE)
def book_interpreter(session: Session, *, actor: User, at: datetime) -> Session:
    """An interpreter as the person wants one is booked for a session. Raises Refused with the
    reason against it, Hidden where the person is not with the organisation any more."""
    session = reads.find_session(actor, session.service_id, session.pk, at=at)
    refuse_if(rules.objections_to_booking(state=session.state, interpreter=session.interpreter))
    session.interpreter = InterpreterNeed.BOOKED
    session.save(update_fields=["interpreter"])
    return session


@action("counselling.recorded", right=rights.PROVIDE)
def record_outcome(
    session: Session, *, actor: User, at: datetime, outcome: str, fit: str = ""
) -> Session:
    """What came of a session: a code of `rules.OUTCOMES`, and where an interpreter was there,
    whether they were right. One who was not ends it, so that it was not held, and the interpreters
    of the sessions to come are to be booked anew. Raises Refused with every reason against it."""
    session = reads.find_session(actor, session.service_id, session.pk, at=at)
    refuse_if(
        rules.objections_to_outcome(
            outcome,
            service=session.service.state,
            state=session.state,
            begun=session.starts_at <= at,
            interpreter=session.interpreter,
            fit=fit,
        )
    )
    session.state, session.cancelled_by = rules.OUTCOMES[outcome]
    if session.state == SessionState.STOPPED:
        session.fit = Fit.BAD
        booked = session.service.sessions.filter(
            state=SessionState.PLANNED, interpreter=InterpreterNeed.BOOKED
        )
        booked.exclude(pk=session.pk).update(interpreter=InterpreterNeed.NEEDED)
    elif session.state == SessionState.ATTENDED and session.interpreter != InterpreterNeed.NONE:
        session.fit = Fit.GOOD
    session.recorded_by, session.recorded_at = actor, at
    session.save(update_fields=["state", "cancelled_by", "fit", "recorded_by", "recorded_at"])
    detail(service=session.service.code, outcome=outcome)
    case = session.case
    if session.state == SessionState.MISSED:
        told = [case.caseworker_id] if case.caseworker_id else []
        worker = User.objects.filter(~access.kept_from(case), pk__in=told, is_active=True)
        tell(worker, "session_missed", once=f"missed:{session.pk}", at=at, case=case)
    return session


@action("counselling.noted", right=rights.PROVIDE)
def write_clinical_note(
    session: Session, *, actor: User, at: datetime, text: str, submission_key: UUID | None = None
) -> ClinicalNote:
    """Keeps a note of a session under the person's key, for the provider's own people alone. A
    second call with the same key gives the first note back. Raises Refused with every reason
    against it, Hidden where the person is not with the organisation any more."""
    session = reads.find_session(actor, session.service_id, session.pk, at=at)
    if submission_key and (
        first := ClinicalNote.objects.filter(submission_key=submission_key).first()
    ):
        if first.session_id != session.pk or first.author_id != actor.pk:
            refuse_if([Objection(_("This note was not saved. Open the page again and retry."))])
        detail(repeated=True)
        return first
    words = text.strip()
    refuse_if(rules.objections_to_note(words))
    case, row = session.case, uuid4()
    place: dict[str, Any] = {"table": "protection_clinicalnote", "column": "text", "row": row}
    return ClinicalNote.objects.create(
        id=row,
        case=case,
        session=session,
        text=seal(case.person_id, words, **place),
        author=actor,
        written_at=at,
        submission_key=submission_key,
    )
