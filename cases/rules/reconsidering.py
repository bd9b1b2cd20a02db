"""Whether a negative decision may be asked to be looked at again now, and by whom it is answered.
The days are counted from the day on which it reached the person, never from the day on which it was
made. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nrm.actions import Objection
from nrm.deadline_words import day_words
from nrm.profiles import Profile
from nrm.profiles.shape import Transition

REQUESTED = "reconsideration_requested"
ACCEPTED, REJECTED = "reconsideration_accepted", "reconsideration_rejected"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the decision stands. `last_day` is the last one on which it can be asked for, where it
    has reached the person, with extensions; `ended`: the case has, for good."""

    negative: bool
    made_on: date | None
    served_on: date | None
    last_day: date | None
    waits: bool = False
    ended: bool = False
    erased: bool = False


def may_be_asked(profile: Profile, stage: str) -> bool:
    """Whether a case stands where a negative decision has put it, so that it can be asked."""
    return any(
        outcome.negative and outcome.stage == stage
        for decision in profile.decisions
        for outcome in decision.outcomes
    )


def is_late(standing: Standing, asked_on: date) -> bool:
    """Whether the days of the profile were over when it was asked for."""
    return standing.last_day is not None and asked_on > standing.last_day


def objections_to_asking(
    standing: Standing | None,
    *,
    known_grounds: Collection[str],
    grounds: Collection[str],
    known_by: bool,
    why: str,
    asked_on: date | None,
    today: date,
    exceptional: str,
) -> Iterator[Objection]:
    """Every reason why it is not taken."""
    if standing is None or not standing.negative:
        text = _("There is no negative decision that could be looked at again.")
        yield Objection(text, code="no_decision")
        return
    if standing.ended:
        text = _("This case has ended, and no way leads back. The person can be referred again.")
        yield Objection(text, code="ended")
    if standing.erased:
        text = _("Who this person is was erased. They can be referred again.")
        yield Objection(text, code="erased")
    if standing.waits:
        text = _("It was asked for already, and waits for an answer.")
        yield Objection(text, code="asked")
    if not known_by:
        yield Objection(_("Select who asks for it"), field="asked_by", code="asked_by")
    if not grounds or set(grounds) - set(known_grounds):
        yield Objection(_("Select at least one ground"), field="grounds", code="grounds")
    if not why.strip():
        yield Objection(_("Write what is new, or what is wrong"), field="why", code="why")
    if asked_on is None:
        yield Objection(
            _("Enter the day on which it was asked for"), field="asked_on", code="asked_on"
        )
    elif asked_on > today or (standing.made_on is not None and asked_on < standing.made_on):
        text = _("The day on which it was asked for must lie between the decision and today")
        yield Objection(text, field="asked_on", code="asked_on")
    elif is_late(standing, asked_on) and not exceptional.strip():
        yield Objection(too_late(standing), field="exceptional", code="too_late")


def too_late(standing: Standing) -> str:
    """The sentence that says why it is too late."""
    assert standing.served_on is not None
    assert standing.last_day is not None
    days = (standing.last_day - standing.served_on).days
    text = ngettext(
        "The time to ask ended on %(last)s, %(days)d day after the decision reached the person on"
        " %(served)s. It is taken later only in exceptional circumstances: write which.",
        "The time to ask ended on %(last)s, %(days)d days after the decision reached the person on"
        " %(served)s. It is taken later only in exceptional circumstances: write which.",
        days,
    )
    words = {"last": day_words(standing.last_day), "served": day_words(standing.served_on)}
    return text % {**words, "days": days}


def objections_to_asker(
    profile: Profile, stage: str, roles: Collection[str]
) -> Iterator[Objection]:
    """Where the profile says who asks: why somebody with these roles does not."""
    found = [way for way in profile.transitions_from(stage) if way.event == REQUESTED]
    if found and not any(set(roles) & set(way.by) for way in found):
        text = _("You answer requests like this one, so a colleague records it.")
        yield Objection(text, code="role")


def ways_of_answer(
    profile: Profile, stage: str, code: str, *, accepted: bool
) -> list[Transition] | None:
    """The ways that an answer takes from the stage, in their order: where the case has not been
    taken to the stage of a request yet, that one first. Empty where the case stays; None where
    nothing can be accepted."""
    wanted = f"{ACCEPTED if accepted else REJECTED}.{code}"
    before: list[Transition] = []
    at = stage
    for way in profile.transitions_from(stage):
        if way.event == REQUESTED:
            before, at = [way], way.to_stage
    for place, first in ((stage, []), (at, before)):
        for way in profile.transitions_from(place):
            if way.event == wanted:
                return [*first, way]
    return None if accepted else []


def objections_to_answering(
    *, waits: bool, took_part: bool, recorded: bool, reasons: str, possible: bool
) -> Iterator[Objection]:
    """Why this person does not answer so now."""
    if not waits:
        text = _("This was answered already. Open the page again.")
        yield Objection(text, code="answered")
    if took_part:
        text = _("You took part in this decision. Somebody else answers.")
        yield Objection(text, code="first_decision")
    if recorded:
        text = _("You recorded that it was asked for. Somebody else answers.")
        yield Objection(text, code="same_person")
    if not reasons.strip():
        yield Objection(_("Write why"), field="reasons", code="reasons")
    if waits and not possible:
        text = _("The profile has no way from this stage to a fresh decision.")
        yield Objection(text, code="stage")
