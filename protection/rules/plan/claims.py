"""Compensation: by which way it is claimed, until when that is possible, how far it is. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _lazy

from protection.rules.plan.shape import Days, Kind, Part, Step, day_of
from protection.rules.plan.stays import before

_NO_NAME = _lazy("Write the pseudonym, not the name.")
_MORE = Part("found", "words", _lazy("What else there is to know"), _NO_NAME)


def _days(state: str, answers: Mapping[str, Any], law: Any, today: date) -> Days:
    if state == "open":
        return before(day_of(answers, "limit_on"), law.reminders, "limit")
    if state == "refused":
        return before(day_of(answers, "appeal_until"), law.reminders, "appeal")
    if state in ("filed", "awarded"):
        return Days(today + timedelta(days=law.chase_days))
    return Days()


CLAIM = Kind(
    code="claim",
    rule="claims",
    label=_lazy("Compensation"),
    adding=_lazy("Record a claim"),
    empty=_lazy("Nothing is recorded. Whether to claim is theirs to say."),
    title="route",
    parts=(
        Part("route", "one", _lazy("By which way is it claimed?"), needed=True),
        Part(
            "limit_on",
            "day",
            _lazy("What is the last day on which it can be claimed?"),
            _lazy("Leave it empty where nobody knows yet: ask whoever advises them."),
        ),
        Part("note", "words", _lazy("For what, from whom, and who helps with it?"), _NO_NAME),
    ),
    steps=(
        Step(
            "file",
            _lazy("It is claimed"),
            _lazy("Claimed"),
            ("open",),
            "filed",
            (Part("filed_on", "day", _lazy("When?"), needed=True, past=True), _MORE),
        ),
        Step(
            "chase",
            _lazy("Record how far it is"),
            _lazy("Asked how far it is"),
            ("filed", "awarded"),
            "",
            (
                Part("chased_on", "day", _lazy("When?"), needed=True, past=True),
                Part("found", "words", _lazy("What was said?"), _NO_NAME, needed=True),
            ),
        ),
        Step(
            "award",
            _lazy("It is awarded"),
            _lazy("Awarded"),
            ("filed", "refused"),
            "awarded",
            (
                Part("awarded_on", "day", _lazy("When?"), needed=True, past=True),
                Part("sum", "line", _lazy("How much?"), _lazy("With the currency.")),
                _MORE,
            ),
        ),
        Step(
            "refuse",
            _lazy("It is refused"),
            _lazy("Refused"),
            ("filed",),
            "refused",
            (
                Part("refused_on", "day", _lazy("When?"), needed=True, past=True),
                Part("appeal_until", "day", _lazy("Until when can it be appealed?")),
                _MORE,
            ),
        ),
        Step(
            "appeal",
            _lazy("It is appealed"),
            _lazy("Appealed"),
            ("refused",),
            "filed",
            (Part("appealed_on", "day", _lazy("When?"), needed=True, past=True), _MORE),
        ),
        Step(
            "receive",
            _lazy("The person has received it"),
            _lazy("Received"),
            ("awarded",),
            "received",
            (Part("received_on", "day", _lazy("When?"), needed=True, past=True), _MORE),
        ),
        Step(
            "stop",
            _lazy("It does not go on"),
            _lazy("It does not go on"),
            ("open", "filed", "awarded", "refused"),
            "stopped",
            (
                Part("why", "one", _lazy("Why?"), needed=True),
                Part("stopped_on", "day", _lazy("When?"), needed=True, past=True),
                _MORE,
            ),
        ),
    ),
    states={
        "open": (_lazy("Not claimed yet"), "orange"),
        "filed": (_lazy("Claimed"), "blue"),
        "awarded": (_lazy("Awarded, not received"), "blue"),
        "refused": (_lazy("Refused"), "red"),
        "received": (_lazy("Received"), "green"),
        "stopped": (_lazy("It does not go on"), "grey"),
    },
    open=("open", "filed", "awarded", "refused"),
    first=lambda law: "open",
    beside=("limit_on",),
    days=_days,
)
