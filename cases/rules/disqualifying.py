"""Taking the protection of the law away from a person: on what ground, after what they could say to
it, by whom, and how it comes back. Pure: facts in, every objection out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.rules.course import known, ways
from nrm.actions import Objection
from nrm.deadline_words import day_words
from nrm.profiles import Profile
from nrm.profiles.shape import Transition

# The events of a profile: that it is made, told and served, and that it is lifted.
MADE, TOLD, SERVED, LIFTED = (
    "disqualified",
    "disqualification_told",
    "disqualification_served",
    "disqualification_lifted",
)


def windows(profile: Profile) -> frozenset[str]:
    """Terms in which the person may say something to it. Nobody is late when one has run out."""
    return frozenset(
        term.code for event in (TOLD, SERVED) for term in profile.terms_started_by(event)
    )


def last_day_to_ask(profile: Profile, calendar: str, served_on: date | None) -> date | None:
    """The last day on which it can be asked to be looked at again; None while it was not served."""
    term = next(iter(profile.terms_started_by(SERVED)), None)
    if served_on is None or term is None:
        return None
    return profile.clock(term.code, served_on, calendar=calendar).due_on


def last_day_to_answer(profile: Profile, calendar: str, told_on: date | None) -> date | None:
    """The last day on which the person can answer; None while they were not told."""
    term = next(iter(profile.terms_started_by(TOLD)), None)
    if told_on is None or term is None:
        return None
    return profile.clock(term.code, told_on, calendar=calendar).due_on


# Proposing ----------------------------------------------------------------------------------------
def objections_to_proposing(
    profile: Profile, stage: str, *, open_already: bool, grounds: Collection[str], why: str
) -> Iterator[Objection]:
    """Every reason why it is not proposed."""
    law = profile.disqualification
    if law is None:
        yield Objection(_("Under this profile nobody is disqualified."), code="profile")
        return
    if open_already:
        yield Objection(_("A disqualification is proposed already."), code="open")
    elif not ways(profile, stage, MADE):
        yield Objection(_("At this stage nobody is disqualified."), code="stage")
    if not grounds or any(known(law.grounds, code) is None for code in grounds):
        yield Objection(_("Select at least one ground"), field="grounds", code="grounds")
    if not why.strip():
        text = _("Write what it rests on, so that the person can answer")
        yield Objection(text, field="why", code="why")


def can_be_proposed(profile: Profile, stage: str, *, open_already: bool) -> bool:
    """Whether one can be proposed now, whatever is written to it."""
    law = profile.disqualification
    return law is not None and not open_already and bool(ways(profile, stage, MADE))


def objections_to_answer(
    *,
    proposed: bool,
    told_on: date | None,
    known_answer: bool,
    said: bool,
    words: str,
    answered_on: date | None,
    today: date,
) -> Iterator[Objection]:
    """Why what the person said is not recorded."""
    if not proposed:
        yield _over()
    if told_on is None:
        yield Objection(_("Record first that the person was told of it."), code="not_told")
    if not known_answer:
        yield Objection(_("Select what the person said"), field="answered", code="answered")
    if said and not words.strip():
        yield Objection(_("Write what they said, in their words"), field="words", code="words")
    if answered_on is None or answered_on > today or (told_on and answered_on < told_on):
        text = _("The day must lie between the one on which they were told and today")
        yield Objection(text, field="answered_on", code="answered_on")


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether the person was told, until when they can answer, and whether they did."""

    told: bool
    last_day: date | None
    answered: bool


def objections_to_deciding(
    profile: Profile,
    stage: str,
    *,
    proposed: bool,
    proposer: bool,
    heard: Heard,
    today: date,
    disqualify: bool | None,
    reasons: str,
) -> Iterator[Objection]:
    """Why this person does not decide so now."""
    if not proposed:
        yield _over()
    if proposer:
        text = _("You proposed it, so somebody else decides.")
        yield Objection(text, code="same_person")
    if not heard.told:
        yield Objection(_("The person was not told of it yet."), code="not_told")
    elif not heard.answered and heard.last_day is not None and today <= heard.last_day:
        text = _("The person can answer until %(date)s. Decide after that, or when they have.")
        yield Objection(text % {"date": day_words(heard.last_day)}, code="not_heard")
    if disqualify is None:
        text = _("Select whether the person is disqualified")
        yield Objection(text, field="disqualify", code="disqualify")
    if proposed and disqualify and not ways(profile, stage, MADE):
        yield Objection(_("At this stage nobody is disqualified."), code="stage")
    if not reasons.strip():
        text = _("Write why, with what the person said")
        yield Objection(text, field="reasons", code="reasons")


def _over() -> Objection:
    return Objection(
        _("Nothing is proposed that waits for this. Open the page again."), code="over"
    )


# The road back ------------------------------------------------------------------------------------
def is_late(last_day: date | None, asked_on: date) -> bool:
    """Whether its days were over when it was asked for."""
    return last_day is not None and asked_on > last_day


def objections_to_asking(
    profile: Profile,
    *,
    made: bool,
    asked_already: bool,
    last_day: date | None,
    decided_on: date | None,
    known_by: bool,
    grounds: Collection[str],
    why: str,
    asked_on: date | None,
    today: date,
    exceptional: str,
) -> Iterator[Objection]:
    """Every reason why it is not taken that a disqualification is to be looked at again."""
    law = profile.disqualification
    if law is None or not made:
        yield Objection(_("Nobody is disqualified here."), code="no_decision")
        return
    if asked_already:
        yield Objection(_("It was asked for already."), code="asked")
    if not known_by:
        yield Objection(_("Select who asks for it"), field="asked_by", code="asked_by")
    if not grounds or any(known(law.look_grounds, code) is None for code in grounds):
        yield Objection(_("Select at least one ground"), field="grounds", code="grounds")
    if not why.strip():
        yield Objection(_("Write what is new, or what is wrong"), field="why", code="why")
    if asked_on is None or asked_on > today or (decided_on and asked_on < decided_on):
        text = _("The day on which it was asked for must lie between the decision and today")
        yield Objection(text, field="asked_on", code="asked_on")
    elif is_late(last_day, asked_on) and not exceptional.strip():
        text = _("The time to ask ended on %(date)s. Later only in exceptional circumstances.")
        words = {"date": day_words(last_day)} if last_day else {"date": ""}
        yield Objection(text % words, field="exceptional", code="too_late")


def way_back(profile: Profile, stage: str, to: str) -> Transition | None:
    """The way by which it is lifted to where the case stood before."""
    return next((w for w in ways(profile, stage, LIFTED) if w.to_stage == to), None)


def objections_to_lifting(
    *, waits: bool, took_part: bool, recorded: bool, reasons: str, possible: bool
) -> Iterator[Objection]:
    """Why this person does not answer so now."""
    if not waits:
        yield Objection(_("Nothing waits for an answer. Open the page again."), code="answered")
    if took_part:
        text = _("You took part in the disqualification. Somebody else answers.")
        yield Objection(text, code="first_decision")
    if recorded:
        text = _("You recorded that it was asked for. Somebody else answers.")
        yield Objection(text, code="same_person")
    if not reasons.strip():
        yield Objection(_("Write why"), field="reasons", code="reasons")
    if waits and not possible:
        text = _("The profile has no way back to the stage at which the person was disqualified.")
        yield Objection(text, code="stage")
