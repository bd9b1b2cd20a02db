"""What is asked of a session before it is planned, and of what came of it. Pure: facts in,
objections out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from nrm.actions import Objection

LONGEST_NOTE = 5000
LONGEST_ADDRESS = 500
LONGEST_DIALECT = 60
FURTHEST = timedelta(days=366)
# From where a session can be planned, and recorded, by where its service stands.
PLANS = ("accepted", "active")
RECORDS = ("accepted", "active", "on_hold")
# The channels of the safe-contact card, one of which has to be safe where nobody meets in a room.
WAYS = {"telephone": ("call",), "video": ("call", "text", "email")}
# What came of a session, each with the words under which it is kept: state, who cancelled it.
OUTCOMES: dict[str, tuple[str, str]] = {
    "attended": ("attended", ""),
    "missed": ("missed", ""),
    "cancelled_by_person": ("cancelled", "person"),
    "cancelled_by_provider": ("cancelled", "provider"),
    "cancelled_by_interpreter": ("cancelled", "interpreter"),
    "stopped": ("stopped", ""),
}
# Before its hour, a session can only have been cancelled.
BEFOREHAND = ("cancelled_by_person", "cancelled_by_provider", "cancelled_by_interpreter")


@dataclass(frozen=True, slots=True)
class Plan:
    """A session that somebody wants to plan."""

    service: str  # where its service stands
    starts_at: datetime
    earliest: datetime | None  # when the person was referred
    taken: bool  # one is planned for this moment
    modality: str
    venue: str = ""
    address: str = ""
    interpreter: str = ""
    language: str = ""
    known_language: bool = True
    interpreter_sex: str = ""
    dialect: str = ""
    safe_ways: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that a session can have."""

    modalities: frozenset[str]
    venues: frozenset[str]
    interpreters: frozenset[str]
    sexes: frozenset[str]


def objections_to_plan(plan: Plan, known: Known, *, at: datetime) -> Iterable[Objection]:
    """Every reason against planning a session."""
    if plan.service not in PLANS:
        yield Objection(_("Accept the person first: a session is planned with whom you accepted."))
    if plan.taken:
        text = _("A session is planned for this moment already")
        yield Objection(text, field="starts_at")
    elif plan.starts_at > at + FURTHEST:
        yield Objection(_("Plan a session within a year"), field="starts_at")
    elif plan.earliest is not None and plan.starts_at < plan.earliest:
        text = _("The session cannot be before the person was referred to you")
        yield Objection(text, field="starts_at")
    yield from _objections_to_place(plan, known)
    yield from _objections_to_interpreter(plan, known)


def _objections_to_place(plan: Plan, known: Known) -> Iterable[Objection]:
    if plan.modality not in known.modalities:
        yield Objection(_("Select how you meet"), field="modality")
    elif plan.modality == "in_person":
        if plan.venue not in known.venues:
            yield Objection(_("Select where you meet"), field="venue")
    elif not plan.safe_ways & set(WAYS[plan.modality]):
        text = _("No way to reach the person for this is marked safe. Meet in person, or ask them.")
        yield Objection(text, field="modality", code="not_safe")
    if len(plan.address) > LONGEST_ADDRESS:
        text = _("This must be %(limit)d characters or less") % {"limit": LONGEST_ADDRESS}
        yield Objection(text, field="address")


def _objections_to_interpreter(plan: Plan, known: Known) -> Iterable[Objection]:
    if plan.interpreter not in known.interpreters:
        yield Objection(_("Select whether an interpreter is needed"), field="interpreter")
    elif plan.interpreter != "none":
        if not plan.language or not plan.known_language:
            yield Objection(_("Enter the language of the interpreter"), field="language")
        if plan.interpreter_sex not in known.sexes:
            text = _("Select whom the person wants as an interpreter")
            yield Objection(text, field="interpreter_sex")
    if len(plan.dialect) > LONGEST_DIALECT:
        text = _("This must be %(limit)d characters or less") % {"limit": LONGEST_DIALECT}
        yield Objection(text, field="dialect")


def objections_to_outcome(
    outcome: str,
    *,
    service: str,
    state: str,
    begun: bool,
    interpreter: str,
    fit: str,
) -> Iterable[Objection]:
    """Every reason against recording what came of a session. `fit`: whether the interpreter was
    right, where the person attended it and there was one."""
    if service not in RECORDS:
        yield Objection(_("Accept the person first: a session is planned with whom you accepted."))
    if state != "planned":
        yield Objection(_("What came of this session is recorded already."))
        return
    if outcome not in OUTCOMES:
        yield Objection(_("Select what came of it"), field="outcome")
        return
    if not begun and outcome not in BEFOREHAND:
        yield Objection(_("The session has not begun: it can only be cancelled"), field="outcome")
    if outcome == "stopped" and interpreter == "none":
        yield Objection(_("No interpreter was needed for this session"), field="outcome")
    if outcome != "attended" or interpreter == "none":
        return
    if interpreter == "needed":
        text = _("An interpreter is needed and none was booked. Record who was booked first.")
        yield Objection(text, field="outcome", code="no_interpreter")
    elif fit == "bad":
        text = _("A session with an interpreter who is not right is ended, and was not held")
        yield Objection(text, field="outcome", code="bad_fit")
    elif fit != "good":
        yield Objection(_("Select whether the interpreter was right"), field="fit")


def objections_to_booking(*, state: str, interpreter: str) -> Iterable[Objection]:
    """Every reason against recording that an interpreter is booked."""
    if state != "planned":
        yield Objection(_("What came of this session is recorded already."))
    elif interpreter == "none":
        yield Objection(_("No interpreter was needed for this session"))
    elif interpreter == "booked":
        yield Objection(_("An interpreter is booked already."))


def objections_to_note(text: str) -> Iterable[Objection]:
    """Every reason against keeping a note."""
    if not text:
        yield Objection(_("Enter a note"), field="text")
    elif len(text) > LONGEST_NOTE:
        words = _("The note must be %(limit)d characters or less") % {"limit": LONGEST_NOTE}
        yield Objection(words, field="text")
