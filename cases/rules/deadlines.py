"""What may be done with a clock: pausing, going on, extending. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection
from nrm.deadline_words import day_words
from nrm.profiles import Profile
from nrm.profiles.shape import Rule
from nrm.profiles.terms import Term

MOST_UNITS = 400

# Why a deadline is extended. What the law says of extending stands with the term in the profile.
EXTENSION_REASONS: tuple[tuple[str, Any], ...] = (
    ("person_asked", _lazy("The person asked for more time")),
    ("exceptional", _lazy("Exceptional circumstances")),
    ("support_needs", _lazy("Support needs that were assessed")),
    ("late_letter", _lazy("A letter came late, or not in a language understood")),
    ("other", _lazy("Another reason")),
)


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """How the clock stands: open, paused, met or void; whether its date has passed."""

    state: str
    passed: bool


def pause_reasons(profile: Profile) -> tuple[Rule, ...]:
    """The reasons for which the profile lets a clock be held."""
    return tuple(rule for rule in profile.suspension_reasons if rule.pauses)


def _not_running() -> Objection:
    return Objection(_("This deadline no longer runs."), code="not_running")


def objections_to_pause(
    term: Term,
    facts: ClockFacts,
    *,
    reasons: tuple[str, ...],
    reason: str,
    review_on: date | None,
    today: date,
    longest: int,
) -> list[Objection]:
    """Why the clock cannot be paused now for this reason until it is looked at on this day, which
    is at most `longest` days away."""
    found = []
    if not term.pausable:
        found.append(Objection(_("This deadline cannot be paused."), code="not_pausable"))
    if facts.state == "paused":
        found.append(Objection(_("This deadline is paused already."), code="paused"))
    elif facts.state != "open":
        found.append(_not_running())
    elif facts.passed:
        text = _("This deadline has passed, so a pause would change nothing.")
        found.append(Objection(text, code="passed"))
    if reason not in reasons:
        found.append(Objection(_("Select why it is paused"), field="reason", code="reason"))
    return found + objections_to_review_day(review_on, today=today, longest=longest)


def objections_to_review_day(
    review_on: date | None, *, today: date, longest: int
) -> list[Objection]:
    """Why a pause is not looked at again on this day: no pause is without end."""
    latest = today + timedelta(days=longest)
    if review_on is None:
        text = _("Enter the day on which the pause is looked at again")
    elif review_on <= today:
        text = _("The day on which the pause is looked at again must be after today")
    elif review_on > latest:
        text = _("It must be looked at again by %(date)s") % {"date": day_words(latest)}
    else:
        return []
    return [Objection(text, field="review_on", code="review_on")]


def objections_to_keeping_paused(
    facts: ClockFacts, *, by_the_case: bool, review_on: date | None, today: date, longest: int
) -> list[Objection]:
    """Why the clock is not held until another day. `by_the_case`: it is held because the whole case
    is suspended, which is looked at again as such."""
    found = objections_to_resume(facts)
    if by_the_case:
        text = _("The case is suspended: look at the suspension again, and its clocks go with it.")
        found.append(Objection(text, code="suspended"))
    return found + objections_to_review_day(review_on, today=today, longest=longest)


def objections_to_resume(facts: ClockFacts) -> list[Objection]:
    """Why the clock cannot go on now."""
    if facts.state != "paused":
        return [Objection(_("This deadline is not paused."), code="not_paused")]
    return []


def objections_to_extension(
    term: Term, facts: ClockFacts, *, length: int, reason: str, explanation: str
) -> list[Objection]:
    """Why the clock cannot be extended by this many units of its term for this reason."""
    found = []
    if not term.extendable:
        found.append(Objection(_("This deadline cannot be extended."), code="not_extendable"))
    elif term.after:
        text = _("This date follows another one. Extend that one, and this date moves with it.")
        found.append(Objection(text, code="follows"))
    if facts.state == "paused":
        text = _("This deadline is paused. Let it run again first.")
        found.append(Objection(text, code="paused"))
    elif facts.state != "open":
        found.append(_not_running())
    if not 1 <= length <= MOST_UNITS:
        text = _("Enter a number from 1 to %(most)d") % {"most": MOST_UNITS}
        found.append(Objection(text, field="length", code="length"))
    if reason not in dict(EXTENSION_REASONS):
        found.append(Objection(_("Select why it is extended"), field="reason", code="reason"))
    if not explanation.strip():
        text = _("Write why it is extended")
        found.append(Objection(text, field="explanation", code="explanation"))
    return found
