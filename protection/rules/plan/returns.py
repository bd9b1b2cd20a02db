"""A return that the person wants: their own wish, said alone; what would wait for them, before a
day is set; and asking after them once they have left. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.rules import removals
from nrm.actions import Objection
from nrm.profiles.shape import ReturnRule
from protection.rules.plan.shape import YES, Days, Facts, Kind, Part, Step, day_of

_NO_NAME = _lazy("Write the pseudonym, not the name.")
BEFORE = ("wished", "assessed", "arranged")
# What ends a return by itself; nobody chooses it.
CONSENT_GONE = "consent_gone"


def against(state: str, answers: Mapping[str, Any]) -> list[str]:
    """The codes of what stands against it, by the rule that holds for removals too; none where it
    was stopped or the person was asked after until the end. A recovery period bars a removal, and
    not what the person wants themselves."""
    facts = removals.Facts("return", str(answers.get("risk") or ""), state == "stopped", None)
    return [] if state == "followed" else list(removals.against(facts))


def _says(state: str, answers: Mapping[str, Any]) -> list[str]:
    words = {
        removals.UNASSESSED: _("Nobody has assessed the risk: nobody is returned without that."),
        removals.UNSAFE: _("The assessment does not say that it is safe."),
    }
    return [words[code] for code in against(state, answers)]


def _check(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    if any(state not in ("stopped", "followed") for state, _answers in facts.others):
        yield Objection(_("A return is recorded already. Go on there, or stop it."), code="open")
    if values.get("alone") and values["alone"] != YES:
        text = _("Speak with them alone first, with nobody there who gains by their answer.")
        yield Objection(text, field="alone", code="not_alone")


def stands_against(answers: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    """Every reason for which nobody should leave: a day is set where it is safe, on their consent,
    and of a child in their best interests."""
    for text in _says("assessed", answers):
        yield Objection(text, code="risk")
    if not facts.consent:
        text = _("The person has not agreed to it. Ask them, and record what they said.")
        yield Objection(text, code="no_consent")
    if facts.is_child and not facts.best_for_child:
        text = _("Nobody has determined that a return is in the best interests of the child.")
        yield Objection(text, code="best_interests")


def _check_arranging(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    yield from stands_against(facts.answers, facts)
    if values.get("leaves_on") and values["leaves_on"] < facts.today:
        text = _("The day must be today or later")
        yield Objection(text, field="leaves_on")


def _check_asking(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    if values.get("which") in facts.answers.get("asked", ()):
        text = _("They were asked after at this time already.")
        yield Objection(text, field="which", code="asked")


def _worked_out(values: Mapping[str, Any], facts: Facts) -> Mapping[str, Any]:
    if not values.get("which"):
        return {}
    return {"asked": [*facts.answers.get("asked", ()), values["which"]]}


def to_ask(answers: Mapping[str, Any], law: ReturnRule) -> list[Any]:
    """The times at which it is still to be asked after the person, where they agreed to that."""
    if answers.get("asked_after") != YES or answers.get("outcome") in law.refusals:
        return []
    return [one for one in law.follow_ups if one.code not in answers.get("asked", ())]


def _leads(step: str, to: str, answers: Mapping[str, Any], law: ReturnRule) -> str:
    if step in ("leave", "ask_after") and not to_ask(answers, law):
        return "followed"
    return to


def _days(state: str, answers: Mapping[str, Any], law: ReturnRule, today: date) -> Days:
    if state == "wished":
        return Days(today + timedelta(days=law.assess_days))
    if state == "arranged":
        return Days(day_of(answers, "leaves_on"))
    left = day_of(answers, "left_on")
    if state != "returned" or left is None:
        return Days()
    ahead = tuple((left + timedelta(days=o.days), o.code) for o in to_ask(answers, law))
    return Days(ahead[0][0] if ahead else None, ahead)


RETURN = Kind(
    code="return",
    rule="returns",
    label=_lazy("A return that the person wants"),
    adding=_lazy("Record a wish to return"),
    empty=_lazy("Only where the person asks for it themselves. Nobody proposes it to them."),
    title="country",
    parts=(
        Part("country", "country", _lazy("To which country?"), needed=True),
        Part(
            "wish",
            "words",
            _lazy("What do they want, and why?"),
            _lazy("In their own words. Write the pseudonym, not the name."),
            needed=True,
        ),
        Part(
            "alone",
            "one",
            _lazy("Did they say it alone with you?"),
            _lazy("With nobody there who gains by it: no companion, employer or relative."),
            needed=True,
        ),
        Part("wished_on", "day", _lazy("When did they say it?"), needed=True, past=True),
    ),
    steps=(
        Step(
            "assess",
            _lazy("Record what would wait for them"),
            _lazy("The risk was assessed"),
            BEFORE,
            "assessed",
            (
                Part("risk", "one", _lazy("Is it safe for the person to return?"), needed=True),
                Part(
                    "assessed_on", "day", _lazy("When was that assessed?"), needed=True, past=True
                ),
                Part(
                    "found",
                    "words",
                    _lazy("Who assessed it, and what was found?"),
                    _lazy("Exploiters and debts there, family, authorities, a place to live."),
                    needed=True,
                ),
            ),
        ),
        Step(
            "arrange",
            _lazy("Set the day"),
            _lazy("The day is set"),
            ("assessed",),
            "arranged",
            (
                Part("leaves_on", "day", _lazy("On which day do they leave?"), needed=True),
                Part(
                    "found", "words", _lazy("What is arranged, and who meets them there?"), _NO_NAME
                ),
            ),
        ),
        Step(
            "leave",
            _lazy("They have left"),
            _lazy("They left"),
            BEFORE,
            "returned",
            (
                Part("left_on", "day", _lazy("When did they leave?"), needed=True, past=True),
                Part(
                    "asked_after",
                    "one",
                    _lazy("Do they agree to be asked how they are there?"),
                    _lazy("Only by ways that they call safe."),
                    needed=True,
                ),
                Part("found", "words", _lazy("What is known of it"), _NO_NAME),
            ),
            by="after",
        ),
        Step(
            "ask_after",
            _lazy("Record how they are"),
            _lazy("Asked how they are"),
            ("returned",),
            "returned",
            (
                Part("which", "one", _lazy("Which time is it?"), needed=True),
                Part("outcome", "one", _lazy("How are they?"), needed=True),
                Part("asked_on", "day", _lazy("When did you ask?"), needed=True, past=True),
                Part("found", "words", _lazy("What they say"), _NO_NAME),
            ),
            by="after",
        ),
        Step(
            "stop",
            _lazy("Stop it"),
            _lazy("Stopped"),
            BEFORE,
            "stopped",
            (
                Part("why", "one", _lazy("Why?"), needed=True),
                Part("stopped_on", "day", _lazy("When?"), needed=True, past=True),
                Part("found", "words", _lazy("What they say about it"), _NO_NAME),
            ),
            by="after",
        ),
        Step(
            CONSENT_GONE,
            "",
            _lazy("The person took their consent back"),
            (),
            "stopped",
            (),
        ),
    ),
    states={
        "wished": (_lazy("Wished for; the risk is not assessed"), "orange"),
        "assessed": (_lazy("The risk is assessed"), "yellow"),
        "arranged": (_lazy("The day is set"), "blue"),
        "returned": (_lazy("They have left"), "blue"),
        "followed": (_lazy("They have left"), "grey"),
        "stopped": (_lazy("Stopped"), "grey"),
    },
    open=(*BEFORE, "returned"),
    first=lambda law: "wished",
    check=_check,
    check_step={"arrange": _check_arranging, "ask_after": _check_asking},
    worked_out=_worked_out,
    leads=_leads,
    days=_days,
    against=_says,
)
