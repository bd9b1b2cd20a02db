"""What can be shared of a case, what it has to rest on, and what stands in the way."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection

STANDING, CONTACT, DECISIONS, REFERRAL, TEXT, IDENTITY = (
    "standing",
    "contact",
    "decisions",
    "referral",
    "text",
    "identity",
)
PARTS = {
    STANDING: _lazy("How the case stands: pseudonym, stage, age group, language, interpreter"),
    CONTACT: _lazy("Which ways to reach the person are safe"),
    DECISIONS: _lazy("Decisions that were made"),
    REFERRAL: _lazy("Answers of the referral that were chosen from lists"),
    TEXT: _lazy("Answers of the referral in people’s own words"),
    IDENTITY: _lazy("Who the person is: name, birth date, contacts, numbers"),
}
# What left the system in a file, beside being shared in it.
FILES = {"htcds": _lazy("As a file of the Human Trafficking Case Data Standard")}
# They may say who the person is, or do: on a consent to exactly this alone.
PERSONAL = frozenset({TEXT, IDENTITY})


# A purpose, and a kind of organisation.
About = tuple[str, str]
# The referral itself, of which the person is told that what they said goes to those who help and to
# the police: coded answers may rest on it until they say something about exactly that.
GENERAL: About = ("referral", "")
# Telling the story or showing an image in public: on a consent to exactly this, and on no other.
PUBLIC = "public"
# Nobody who was asked before this can be alive: the referral takes no age above it either.
OLDEST_YEARS = 120


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the person said to a use of their data: on which day (as much of an ISO date
    as is known), when that was recorded, and until which day it holds, where they said so."""

    consent: UUID
    about: About
    day: str
    recorded_at: datetime
    agreed: bool
    ends_on: date | None = None

    def holds(self, today: date) -> bool:
        """Whether something can rest on it today."""
        return self.agreed and (self.ends_on is None or self.ends_on >= today)


def last_said(told: Iterable[Said]) -> dict[About, Said]:
    """What the person said last about each purpose and kind of organisation: last by the day on
    which they said it, then by when it was recorded. Of two at the same moment, the no."""
    order = sorted(told, key=lambda one: (one.day, one.recorded_at, not one.agreed))
    return {one.about: one for one in order}


@dataclass(frozen=True, slots=True)
class Facts:
    """`stands`: the consent was given on this case, is the last that was said about its purpose and
    kind, and has not expired; `exact`: it was given to this purpose and to this kind of
    organisation; `general`: to the referral. `against`: what the person said last about exactly
    this is not, or no longer, yes. `seen`: what would be shared is what was looked at."""

    known_organisation: bool
    known_purpose: bool
    known_documents: bool
    stands: bool
    exact: bool
    general: bool
    against: bool
    parts: Collection[str]
    documents: int
    normal: bool
    seen: bool


def objections_to_sharing(facts: Facts) -> Iterable[Objection]:
    """Every reason against it."""
    if not facts.normal:
        text = _("Only people who are named may see this case, so nothing of it can be shared.")
        yield Objection(text, code="restricted")
    if not facts.known_organisation:
        yield Objection(_("Choose an organisation from the list"), field="organisation")
    if not facts.known_purpose:
        yield Objection(_("Select what it is for"), field="purpose")
    if facts.against:
        text = _(
            "The person did not agree to this, or does not any more: this purpose, and this kind "
            "of organisation. Nothing can be shared for it, on any consent."
        )
        yield Objection(text, field="consent", code="against")
    elif not facts.stands:
        yield Objection(_("Select a consent that stands"), field="consent")
    elif not (facts.exact or facts.general):
        text = _(
            "This consent is for something else. Select one for this purpose and this kind of "
            "organisation, or record it first."
        )
        yield Objection(text, field="consent", code="not_agreed")
    unknown = set(facts.parts) - set(PARTS)
    if unknown or not (facts.parts or facts.documents):
        yield Objection(_("Select what is shared"), field="parts")
    if not facts.known_documents:
        yield Objection(_("Choose documents of this case from the list"), field="documents")
    if facts.stands and facts.general and not (facts.exact or facts.against):
        text = _(
            "The person has not agreed to exactly this: this purpose, and this kind of "
            "organisation. Leave it out, or record their consent first."
        )
        if PERSONAL & set(facts.parts):
            yield Objection(text, field="parts", code="not_agreed")
        if facts.documents:
            yield Objection(text, field="documents", code="not_agreed")
    if not facts.seen:
        text = _("The case has changed since you looked at what is shared. Look again.")
        yield Objection(text, code="changed")


def objections_to_consent(
    *,
    known_purpose: bool,
    known_kind: bool,
    known_answer: bool,
    known_language: bool,
    known_interpreter: bool,
    given_on: date,
    ends_on: date | None,
    today: date,
) -> Iterable[Objection]:
    """Every reason against recording a consent to sharing: it counts for nothing where nobody can
    tell how the person understood what they were asked."""
    if not known_purpose:
        yield Objection(_("Select what the person was asked about"), field="purpose")
    if not known_kind:
        yield Objection(_("Select which kind of organisation"), field="recipient_kind")
    if not known_answer:
        yield Objection(_("Select what the person said"), field="answer")
    if given_on > today:
        yield Objection(_("The day must be today or earlier"), field="given_on")
    if given_on.year < today.year - OLDEST_YEARS:
        text = _("Nobody can have said it on that day. Check the year.")
        yield Objection(text, field="given_on")
    if not known_language:
        yield Objection(_("Enter the language in which you explained it"), field="language")
    if not known_interpreter:
        yield Objection(_("Select whether there was an interpreter"), field="interpreter")
    if ends_on is not None and ends_on < today:
        yield Objection(_("The last day must be today or later"), field="ends_on")
