"""What the person still needs to recover once the support of everybody ends: asked for with the
documents that are on file already, decided by a second person for a time, and asked for again where
that is not enough. And how somebody leaves the support. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection
from nrm.profiles.shape import RecoveryRule
from protection.rules.plan.shape import Days, Facts, Kind, Part, Step, day_of

_NO_NAME = _lazy("Write the pseudonym, not the name.")


def _check(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    """It follows a positive decision; one is asked for at a time, and one that extends another
    begins when that ends."""
    if not facts.decided:
        text = _("It is asked for after the decision that the profile names was positive.")
        yield Objection(text, code="not_decided")
    if any(state == "asked" for state, _answers in facts.others):
        yield Objection(_("One is asked for already. It is decided first."), code="asked")
    begins, ends = day_of(values, "from_on"), day_of(values, "until_on")
    if begins is None or ends is None:
        return
    yield from _about_span(begins, ends, facts.law)
    running = [day_of(told, "until_on") for state, told in facts.others if state == "granted"]
    last = max((day for day in running if day), default=None)
    if last and begins <= last:
        text = _("What is granted runs until then. This begins on the day after, or later.")
        yield Objection(text, field="from_on", code="overlaps")


def _about_span(begins: date, ends: date, law: RecoveryRule) -> Iterable[Objection]:
    if ends < begins:
        yield Objection(_("This cannot be before it began"), field="until_on")
    elif (ends - begins).days >= law.longest_days:
        text = _("It is asked for %(days)d days at most, and again after that")
        yield Objection(text % {"days": law.longest_days}, field="until_on")


def _check_granting(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    begins, ends = day_of(facts.answers, "from_on"), day_of(values, "until_on")
    if begins and ends:
        yield from _about_span(begins, ends, facts.law)


def _days(state: str, answers: Mapping[str, Any], law: RecoveryRule, today: date) -> Days:
    if state == "asked":
        return Days(today + timedelta(days=law.decide_days))
    ends = day_of(answers, "until_on")
    if state != "granted" or ends is None:
        return Days()
    return Days(ends, ((ends - timedelta(days=law.tell_days), "ends_soon"), (ends, "ends")))


RECOVERY = Kind(
    code="recovery",
    rule="recovery",
    label=_lazy("What they still need to recover"),
    adding=_lazy("Ask for support to go on"),
    empty=_lazy("Where support ends and the person still needs some, ask for it to go on."),
    title="needs",
    parts=(
        Part("needs", "many", _lazy("What does the person still need?"), needed=True),
        Part(
            "wish",
            "words",
            _lazy("What do they say they need, and for what?"),
            _lazy("In their own words. Write the pseudonym, not the name."),
            needed=True,
        ),
        Part("from_on", "day", _lazy("From which day?"), needed=True),
        Part("until_on", "day", _lazy("Until which day?"), needed=True),
        Part(
            "plan",
            "words",
            _lazy("What will be different by then, and who does what for it?"),
            _NO_NAME,
            needed=True,
        ),
        Part(
            "documents",
            "many",
            _lazy("Which documents of the case show it?"),
            _lazy("Those on file are enough: nobody is asked for them again."),
        ),
    ),
    steps=(
        Step(
            "grant",
            _lazy("Grant it"),
            _lazy("Granted"),
            ("asked",),
            "granted",
            (
                Part("until_on", "day", _lazy("Until which day?"), needed=True),
                Part("reasons", "words", _lazy("The reasons"), _NO_NAME, needed=True),
            ),
            by="second",
        ),
        Step(
            "refuse",
            _lazy("Do not grant it"),
            _lazy("Not granted"),
            ("asked",),
            "refused",
            (
                Part("why", "one", _lazy("Why?"), needed=True),
                Part("reasons", "words", _lazy("The reasons"), _NO_NAME, needed=True),
            ),
            by="second",
        ),
        Step(
            "take_back",
            _lazy("Take the request back"),
            _lazy("Taken back"),
            ("asked",),
            "taken_back",
            (Part("found", "words", _lazy("Why?"), _NO_NAME),),
        ),
        Step(
            "end",
            _lazy("It has ended"),
            _lazy("Ended"),
            ("granted",),
            "ended",
            (
                Part("stopped_on", "day", _lazy("When?"), needed=True, past=True),
                Part("found", "words", _lazy("What was reached of the plan?"), _NO_NAME),
            ),
        ),
    ),
    states={
        "asked": (_lazy("Waits for a second person"), "orange"),
        "granted": (_lazy("Granted"), "green"),
        "refused": (_lazy("Not granted"), "red"),
        "taken_back": (_lazy("Taken back"), "grey"),
        "ended": (_lazy("Ended"), "grey"),
    },
    open=("asked", "granted"),
    first=lambda law: "asked",
    beside=("from_on", "until_on"),
    check=_check,
    check_step={"grant": _check_granting},
    days=_days,
)

LEAVING = Kind(
    code="leaving",
    rule="recovery",
    label=_lazy("Leaving the support"),
    adding=_lazy("Record that they leave"),
    empty=_lazy("Before anybody leaves, ask whether they need social care, and where they go."),
    title="why",
    parts=(
        Part("why", "one", _lazy("Why do they leave?"), needed=True),
        Part("leaves_on", "day", _lazy("On which day?"), needed=True),
        Part(
            "social_care",
            "one",
            _lazy("Did somebody ask whether they need social care?"),
            _lazy("It is asked of everybody who leaves, whatever was decided."),
            needed=True,
        ),
        Part(
            "next",
            "words",
            _lazy("Where do they go, and what was agreed for afterwards?"),
            _lazy("The address of a place of safety does not belong here."),
            needed=True,
        ),
    ),
    steps=(
        Step(
            "stay",
            _lazy("They stay after all"),
            _lazy("They stay after all"),
            ("leaves",),
            "stays",
            (Part("found", "words", _lazy("What else there is to know"), _NO_NAME),),
        ),
        Step(
            "leave",
            _lazy("They have left"),
            _lazy("They left"),
            ("leaves",),
            "left",
            (
                Part("left_on", "day", _lazy("When did they leave?"), needed=True, past=True),
                Part("found", "words", _lazy("What else there is to know"), _NO_NAME),
            ),
        ),
    ),
    states={
        "leaves": (_lazy("They are to leave"), "blue"),
        "stays": (_lazy("They stay after all"), "grey"),
        "left": (_lazy("They left"), "grey"),
    },
    open=("leaves",),
    first=lambda law: "leaves",
    beside=("leaves_on",),
    check=lambda values, facts: (
        [Objection(_("It is recorded already. Go on there."), code="open")]
        if any(state == "leaves" for state, _answers in facts.others)
        else []
    ),
    days=lambda state, answers, law, today: Days(
        day_of(answers, "leaves_on") if state == "leaves" else None
    ),
)
