"""Which letters can be written now, and by which ways they reach whom. Pure.

The ways to the person are those of a decision that is served, and what is refused there is refused
here: nothing goes by a way that the safe-contact card does not mark safe, and current.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.rules.decisions import BY_CARD, IN_PERSON, NOMINATED, SERVING_CHANNELS
from nrm.actions import Objection
from nrm.profiles.shape import LetterTemplate

# To others: never by a way that the person is reached by.
TO_OTHERS: tuple[tuple[str, Any], ...] = (
    (IN_PERSON, _lazy("In person")),
    ("secure", _lazy("By the secure way that was agreed with them")),
    ("office", _lazy("By post to their office")),
)
LONGEST = 2000


def channels(template: LetterTemplate) -> tuple[tuple[str, Any], ...]:
    """The ways by which such a letter can be given."""
    return SERVING_CHANNELS if template.to == "person" else TO_OTHERS


def fits(template: LetterTemplate, *, closed: bool, suspended: bool) -> bool:
    """Whether such a letter says what is so of a case that stands like this."""
    if template.when == "any":
        return True
    if template.when == "closed" or closed:
        return template.when == "closed" and closed
    return template.when == "open" or suspended


def objections_to_making(
    template: LetterTemplate | None,
    *,
    fits: bool,
    language: str,
    languages: Collection[str],
    details: str,
    seen: bool,
) -> Iterator[Objection]:
    """Every reason against it. `seen`: the letter is the one that was looked at."""
    if template is None:
        yield Objection(_("There is no such letter in the profile."), field="letter")
        return
    if not fits:
        text = _("This letter does not say what is so: the case stands otherwise.")
        yield Objection(text, field="letter", code="stands_otherwise")
    if language not in languages:
        yield Objection(_("Select the language of the letter"), field="language")
    if template.details and template.details_needed and not details.strip():
        yield Objection(_("Write what belongs in the letter"), field="details")
    if details.strip() and not template.details:
        text = _("Nothing is added to this letter")
        yield Objection(text, field="details", code="no_details")
    if len(details) > LONGEST:
        text = _("This must be %(limit)d characters or less") % {"limit": LONGEST}
        yield Objection(text, field="details", code="too_long")
    if not seen:
        text = _("The case has changed since you looked at the letter. Look again.")
        yield Objection(text, code="changed")


def objections_to_giving(
    template: LetterTemplate,
    *,
    given_already: bool,
    given_on: date | None,
    made_on: date,
    today: date,
    channel: str,
    safe: bool,
    permission: bool,
) -> Iterator[Objection]:
    """Why it cannot be recorded that it was given in this way. `safe`: the safe-contact card calls
    the way safe, and counts still."""
    if given_already:
        yield Objection(_("It is recorded already how it was given."), code="given")
    if given_on is None:
        yield Objection(_("Enter the day on which it was given"), field="given_on")
    elif not made_on <= given_on <= today:
        text = _("The day must lie between the day of the letter and today")
        yield Objection(text, field="given_on")
    if channel not in dict(channels(template)):
        yield Objection(_("Select how it was given"), field="channel", code="channel")
    elif template.to == "person" and channel in BY_CARD and not safe:
        text = _("The safe-contact card does not mark this way as safe, so it is not used.")
        yield Objection(text, field="channel", code="not_safe")
    elif channel == NOMINATED and not permission:
        text = _("No permission of the person to this is on file that holds. Ask them first.")
        yield Objection(text, field="channel", code="permission")
