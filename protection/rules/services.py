"""What may be done with a service from where it stands. Pure: facts in, objections out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection

# What a provider may answer, and from where to where it leads. The reasons, where one is needed,
# are a list of the profile.
ANSWERS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "accept": ("accepted", ("referred", "waitlisted"), ""),
    "waitlist": ("waitlisted", ("referred",), ""),
    "decline": ("declined", ("referred", "waitlisted"), "decline_reasons"),
    "start": ("active", ("referred", "accepted", "waitlisted", "on_hold"), ""),
    "hold": ("on_hold", ("active",), "hold_reasons"),
    "complete": ("completed", ("active", "on_hold"), ""),
    "end": ("exited", ("accepted", "active", "on_hold"), "exit_codes"),
}
ANSWER_WORDS = {
    "accept": _lazy("Accept"),
    "waitlist": _lazy("Put on the waiting list"),
    "decline": _lazy("Decline"),
    "start": _lazy("Begin, or go on after a hold"),
    "hold": _lazy("Put on hold"),
    "complete": _lazy("Complete: the goal is reached"),
    "end": _lazy("End it before that"),
}
LONGEST_REASON = 1000


def answers_from(state: str) -> list[str]:
    """What a provider may answer where a service stands so, in the order of the page."""
    return [answer for answer, (_to, allowed, _why) in ANSWERS.items() if state in allowed]


def objections_to_answer(
    state: str, answer: str, reason: str, reasons: Collection[str]
) -> Iterable[Objection]:
    """Every reason against an answer. `reasons` are the codes that this answer can have."""
    if answer not in answers_from(state):
        yield Objection(_("Select one of the answers that are possible now"), field="answer")
    elif ANSWERS[answer][2] and reason not in reasons:
        yield Objection(_("Select why"), field=f"why_{answer}")


def objections_to_need(
    *, known_code: bool, known_urgency: bool, noted_already: bool
) -> Iterable[Objection]:
    """Every reason against noting a need."""
    if not known_code:
        yield Objection(_("Select what the person needs"), field="code")
    elif noted_already:
        text = _("This need is noted already. Refer the person from there.")
        yield Objection(text, field="code")
    if not known_urgency:
        yield Objection(_("Select how soon"), field="urgency")


@dataclass(frozen=True, slots=True)
class Referral:
    """What there is to know of a referral that somebody wants to make."""

    needed: bool  # the service waits for a provider
    provider: bool  # the organisation is an open provider that may see the case
    running_there: bool  # the same service runs with it, or is being answered
    normal: bool  # the case is neither restricted nor sealed
    consent: bool  # the person agreed to exactly this purpose and kind of organisation
    without_consent: bool  # it is to be made although there is none
    reason: str = ""


def objections_to_referral(facts: Referral) -> Iterable[Objection]:
    """Every reason against referring somebody to a provider."""
    if not facts.needed:
        yield Objection(_("It was referred or ended meanwhile. Check where it stands now."))
    if not facts.provider:
        yield Objection(_("Choose a provider from the list"), field="organisation")
    elif facts.running_there:
        text = _("The person is referred to this provider for this service already.")
        yield Objection(text, field="organisation")
    if not facts.normal:
        text = _("Only people who are named may see this case, so no provider can be asked.")
        yield Objection(text)
    if facts.without_consent:
        if facts.consent:
            text = _("The person agreed to it: no other reason is needed.")
            yield Objection(text, field="reason")
        elif not facts.reason:
            text = _("Enter why this cannot wait for the person’s consent")
            yield Objection(text, field="reason")
        elif len(facts.reason) > LONGEST_REASON:
            text = _("The reason must be %(limit)d characters or less") % {"limit": LONGEST_REASON}
            yield Objection(text, field="reason")
    elif not facts.consent:
        text = _("The person has not agreed to this. Ask them, and record what they said.")
        yield Objection(text, field="organisation", code="no_consent")


def objections_to_ending(
    *, over: bool, reason: str, reasons: Collection[str]
) -> Iterable[Objection]:
    """Every reason against ending a service, or saying that it is not needed any more."""
    if over:
        yield Objection(_("It has ended already."))
    elif reason not in reasons:
        yield Objection(_("Select why it ends"), field="reason")
