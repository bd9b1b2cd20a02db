"""The sessions of a person: with everything, for the provider that counsels them; and for whoever
plans their support, that and how often they took place."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case
from cases.models.referral import InterpreterSex
from cases.rights import PROVIDE, SUPPORT
from cases.rules.languages import language_name
from cases.selectors.contact import contact_of, speaking_of
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from identities.crypto import Opener, Unreadable
from nrm.accounts.models import User
from nrm.actions import Hidden
from nrm.profiles.shape import Profile
from protection.models import ClinicalNote, Service, Session
from protection.models.counselling import (
    CancelledBy,
    InterpreterNeed,
    Modality,
    SessionState,
    VenueKind,
)
from protection.rules.counselling import OUTCOMES, WAYS, Known
from protection.selectors.services import Referred, find_referred

log = structlog.stdlib.get_logger(__name__)

MOST = 100
KNOWN = Known(
    modalities=frozenset(Modality.values),
    venues=frozenset(VenueKind.values),
    interpreters=frozenset(InterpreterNeed.values),
    sexes=frozenset(InterpreterSex.values),
)
_COLOURS = {
    SessionState.PLANNED: "blue",
    SessionState.ATTENDED: "green",
    SessionState.MISSED: "orange",
    SessionState.CANCELLED: "grey",
    SessionState.STOPPED: "red",
}
NOT_RECORDED = _lazy("Not recorded")
_CANCELLED = {
    CancelledBy.PERSON: _lazy("Cancelled by the person"),
    CancelledBy.PROVIDER: _lazy("Cancelled by the provider"),
    CancelledBy.INTERPRETER: _lazy("Cancelled: the interpreter could not come"),
    CancelledBy.ENDED: _lazy("Cancelled: the service ended before"),
}
OUTCOME_WORDS = {
    "attended": _lazy("The person attended it"),
    "missed": _lazy("The person did not come"),
    "cancelled_by_person": _lazy("The person cancelled it"),
    "cancelled_by_provider": _lazy("We cancelled it"),
    "cancelled_by_interpreter": _lazy("The interpreter could not come"),
    "stopped": _lazy("The interpreter was not right, and the session was ended"),
}
assert OUTCOME_WORDS.keys() == OUTCOMES.keys()


def is_counselling(profile: Profile, code: str) -> bool:
    """Whether a service has sessions and notes."""
    return code in profile.support.counselling


# Words --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Meeting:
    """A session in words, as far as anybody reads it who may know that it took place."""

    row: Session
    state: str
    colour: str


def meeting(row: Session, at: datetime) -> Meeting:
    """Its state in words; what was not recorded though its hour has passed says so."""
    state = SessionState(row.state)
    words, colour = str(state.label), _COLOURS[state]
    if state == SessionState.CANCELLED:
        words = str(_CANCELLED[CancelledBy(row.cancelled_by)])
    elif state == SessionState.PLANNED and row.starts_at <= at:
        words, colour = str(NOT_RECORDED), "orange"
    return Meeting(row, words, colour)


def interpreter_words(row: Session, dialect: str = "") -> str:
    """What is needed of an interpreter, in words."""
    if row.interpreter == InterpreterNeed.NONE:
        return _("Not needed")
    parts = [language_name(row.language)]
    if dialect:
        parts.append(dialect)
    if row.interpreter_sex not in ("", InterpreterSex.ANY):
        parts.append(str(InterpreterSex(row.interpreter_sex).label))
    return ", ".join(parts)


# On a case ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Held:
    """That sessions took place: how many ended how, and the days. Nothing of what was said."""

    meetings: list[Meeting]
    counts: list[tuple[str, int]]


def sessions_held(service: Service, *, at: datetime) -> Held:
    """The sessions of a service of a case, the newest first, for whoever plans the support. Two
    queries."""
    rows = service.sessions.only("service_id", "starts_at", "state", "cancelled_by")[:MOST]
    counted = service.sessions.order_by().values_list("state").annotate(Count("pk"))
    by_state = Counter(dict(counted))
    counts = [(str(s.label), by_state[s.value]) for s in SessionState if by_state[s.value]]
    return Held([meeting(row, at) for row in rows], counts)


def counselling_of(case: Case, pk: UUID) -> Service:
    """A service of the case that has sessions. Hidden (404) where there is none."""
    row = case.services.filter(pk=pk, code__in=case.profile.support.counselling).first()
    if row is None:
        raise Hidden(SUPPORT.code)
    return row


# For the provider ---------------------------------------------------------------------------------
def find_counselled(actor: User, pk: UUID, *, at: datetime) -> Referred:
    """A person who is referred to the actor's organisation for counselling. Hidden (404) where it
    is not theirs, has ended, or is another service."""
    found = find_referred(actor, pk, at=at)
    if not is_counselling(found.row.case.profile, found.row.code):
        raise Hidden(PROVIDE.code)
    return found


def sessions_page(
    service: Service, *, at: datetime, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of the sessions of a service, the last first. One query."""
    page = page_of(
        service.sessions.all(),
        "starts_at",
        after=after,
        before=before,
        newest_first=True,
        size=size,
    )
    return Rows([meeting(row, at) for row in page.rows], page.before, page.after)


def find_session(actor: User, service: UUID, pk: UUID, *, at: datetime) -> Session:
    """A session of a person who is with the actor's organisation. Hidden (404) where it is none."""
    found = find_counselled(actor, service, at=at)
    rows = Session.objects.filter(service=found.row.pk, pk=pk)
    if row := rows.select_related("planned_by", "recorded_by", "private").first():
        row.service, row.case = found.row, found.row.case
        return row
    raise Hidden(PROVIDE.code)


def usual(found: Referred) -> dict[str, Any]:
    """What is likely to hold for the next session: where and how as for the last one; how the
    person is spoken with as the case knows it, and what nobody has asked there, as for the last
    one. One query, and one for the key."""
    case, last = found.row.case, found.row.sessions.first()
    known = speaking_of(case, found.card)
    told: dict[str, Any] = {
        "interpreter": InterpreterNeed.NONE,
        "no_companions": known["no_companions"],
    }
    if last is not None:
        need = InterpreterNeed(last.interpreter)
        told = {
            "modality": last.modality,
            "venue": last.venue,
            "interpreter": need if need == InterpreterNeed.NONE else InterpreterNeed.NEEDED,
            "language": last.language,
            "interpreter_sex": last.interpreter_sex or InterpreterSex.ANY,
            "no_companions": last.no_companions,
        }
    if known["interpreter_needed"] is not None:
        needed = known["interpreter_needed"]
        told["interpreter"] = InterpreterNeed.NEEDED if needed else InterpreterNeed.NONE
    if known["interpreter_sex"]:
        told |= {name: known[name] for name in ("interpreter_sex", "no_companions")}
    return told | {name: known[name] for name in ("language", "dialect") if known[name]}


def safe_ways(case: Case, *, at: datetime) -> frozenset[str]:
    """The ways by which the person may be reached now. One query."""
    contact = contact_of(case, at=at)
    return frozenset(way for ways in WAYS.values() for way in ways if contact.is_safe(way))


@dataclass(frozen=True, slots=True)
class Private:
    """What of a session its provider alone reads."""

    address: str = ""
    dialect: str = ""
    lost: bool = False  # there was something, and no key opens it any more


@dataclass(frozen=True, slots=True)
class Noted:
    """A note, opened; `text` is None where no key opens it any more."""

    row: ClinicalNote
    text: str | None


def private_of(session: Session) -> Private:
    """Where it is and the dialect, opened."""
    row = getattr(session, "private", None)
    if row is None:
        return Private()
    place: dict[str, Any] = {"table": "protection_sessionprivate", "row": row.pk}
    try:
        opener = Opener(session.case.person_id)
        return Private(
            *(
                opener.text(sealed, column=column, **place) if sealed else ""
                for column, sealed in (("address", row.address), ("dialect", row.dialect))
            )
        )
    except Unreadable:
        return Private(lost=True)


def notes_of(session: Session) -> list[Noted]:
    """The notes of a session, the first first. One query, and one look at the key."""
    rows = list(session.notes.select_related("author")[:MOST])
    place: dict[str, Any] = {"table": "protection_clinicalnote", "column": "text"}
    try:
        opener = Opener(session.case.person_id) if rows else None
        return [Noted(r, opener.text(r.text, row=r.pk, **place) if opener else None) for r in rows]
    except Unreadable:
        log.error("clinical_note.unreadable", session=str(session.pk))
        return [Noted(row, None) for row in rows]
