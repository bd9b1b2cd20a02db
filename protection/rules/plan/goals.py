"""Goals: what the person wants, in their own words. Nobody but they says that one is reached or
given up. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection
from nrm.profiles.shape import GoalRule
from protection.rules.plan.shape import YES, Days, Facts, Kind, Part, Step, day_of

_NO_NAME = _lazy("Write the pseudonym, not the name.")
_OWN = Part(
    "own",
    "one",
    _lazy("Did the person say so themselves?"),
    _lazy("Only they decide it."),
    needed=True,
)
_ENDED = Part("ended_on", "day", _lazy("When did they say it?"), needed=True, past=True)
_NEXT = Part("next", "words", _lazy("What is done for it next, and by whom?"), _NO_NAME)
_SERVICES = Part("services", "many", _lazy("Which services serve it?"))


def _own_choice(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    """Whoever works on it does not say for the person that it is over."""
    if values.get("own") and values["own"] != YES:
        text = _("Ask the person first: only they say that a goal is reached or given up.")
        yield Objection(text, field="own", code="not_own")


def _days(state: str, answers: Mapping[str, Any], law: GoalRule, today: date) -> Days:
    """It is looked at again after the days of the profile, from when it last was."""
    if state != "open":
        return Days()
    since = day_of(answers, "reviewed_on") or today
    return Days(since + timedelta(days=law.review_days))


GOAL = Kind(
    code="goal",
    rule="goals",
    label=_lazy("Goals"),
    adding=_lazy("Write down a goal"),
    empty=_lazy("Ask what the person wants for themselves, and write it down as they say it."),
    title="goal",
    parts=(
        Part(
            "goal",
            "words",
            _lazy("What does the person want?"),
            _lazy("In their own words. Write the pseudonym, not the name."),
            needed=True,
        ),
        Part("area", "one", _lazy("What is it about?"), needed=True),
        _NEXT,
        _SERVICES,
        Part("said_on", "day", _lazy("When did they say it?"), needed=True, past=True),
    ),
    steps=(
        Step(
            "review",
            _lazy("Look at it again"),
            _lazy("Looked at again"),
            ("open",),
            "open",
            (
                Part(
                    "reviewed_on",
                    "day",
                    _lazy("When did you look at it with the person?"),
                    needed=True,
                    past=True,
                ),
                Part(
                    "outcome", "one", _lazy("How is it going, as the person sees it?"), needed=True
                ),
                Part("found", "words", _lazy("What they say about it"), _NO_NAME),
                _NEXT,
                _SERVICES,
            ),
        ),
        Step(
            "reach",
            _lazy("It is reached"),
            _lazy("Reached"),
            ("open",),
            "reached",
            (_OWN, _ENDED, Part("found", "words", _lazy("What they say about it"), _NO_NAME)),
        ),
        Step(
            "give_up",
            _lazy("It is given up"),
            _lazy("Given up"),
            ("open",),
            "given_up",
            (
                _OWN,
                Part("why", "one", _lazy("Why?"), needed=True),
                _ENDED,
                Part("found", "words", _lazy("What they say about it"), _NO_NAME),
            ),
        ),
    ),
    states={
        "open": (_lazy("Being worked for"), "blue"),
        "reached": (_lazy("Reached"), "green"),
        "given_up": (_lazy("Given up"), "grey"),
    },
    open=("open",),
    first=lambda law: "open",
    check_step={"reach": _own_choice, "give_up": _own_choice},
    days=_days,
)
