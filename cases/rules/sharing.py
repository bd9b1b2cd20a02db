"""What can be shared of a case, what it has to rest on, and what stands in the way."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

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
# They may say who the person is, or do: on a consent to exactly this alone.
PERSONAL = frozenset({TEXT, IDENTITY})


@dataclass(frozen=True, slots=True)
class Facts:
    """`stands`: the consent was given on this case, is the newest of its kind, was not withdrawn
    and has not expired; `exact`: it was given to this purpose and to this kind of organisation.
    `seen`: what would be shared is what was looked at."""

    known_organisation: bool
    known_purpose: bool
    known_documents: bool
    stands: bool
    exact: bool
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
    if not facts.stands:
        yield Objection(_("Select a consent that stands"), field="consent")
    unknown = set(facts.parts) - set(PARTS)
    if unknown or not (facts.parts or facts.documents):
        yield Objection(_("Select what is shared"), field="parts")
    if not facts.known_documents:
        yield Objection(_("Choose documents of this case from the list"), field="documents")
    if facts.stands and not facts.exact:
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
    if not known_language:
        yield Objection(_("Enter the language in which you explained it"), field="language")
    if not known_interpreter:
        yield Objection(_("Select whether there was an interpreter"), field="interpreter")
    if ends_on is not None and ends_on < today:
        yield Objection(_("The last day must be today or later"), field="ends_on")
