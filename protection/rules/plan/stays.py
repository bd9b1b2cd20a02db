"""Permission to stay in the country, and its last day, of which somebody is told in time. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection
from protection.rules.plan.shape import Days, Facts, Kind, Part, Step, day_of

_NO_NAME = _lazy("Write the pseudonym, not the name.")
_MORE = Part("found", "words", _lazy("What else there is to know"), _NO_NAME)
_UNTIL = Part(
    "until_on",
    "day",
    _lazy("Until which day?"),
    _lazy("Leave it empty where it has no end."),
)


def before(last: date | None, days: tuple[int, ...], code: str) -> Days:
    """The days before a last day on which somebody is told, the day itself among them."""
    if last is None:
        return Days()
    ahead = tuple((last - timedelta(days=n), f"{code}_{n}") for n in sorted({*days, 0})[::-1])
    return Days(last, ahead)


def _days(state: str, answers: Mapping[str, Any], law: Any, today: date) -> Days:
    if state == "granted":
        return before(day_of(answers, "until_on"), law.reminders, "ends")
    if state == "refused":
        return before(day_of(answers, "appeal_until"), law.reminders, "appeal")
    return Days()


def _check_span(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    begins, ends = day_of(values, "granted_on"), day_of(values, "until_on")
    if begins and ends and ends < begins:
        yield Objection(_("This cannot be before it began"), field="until_on")


STAY = Kind(
    code="stay",
    rule="stays",
    label=_lazy("Permission to stay"),
    adding=_lazy("Record a permission to stay"),
    empty=_lazy("Nothing is recorded. Advice on permission to stay is a service of its own."),
    title="what",
    parts=(
        Part("what", "one", _lazy("Which permission is it?"), needed=True),
        Part("asked_on", "day", _lazy("When was it asked for?"), needed=True, past=True),
        Part(
            "number",
            "line",
            _lazy("Reference of the authority"),
            _lazy("Under the person’s key, as their identity is."),
        ),
        Part("note", "words", _lazy("On what ground, and who helps with it?"), _NO_NAME),
    ),
    steps=(
        Step(
            "grant",
            _lazy("It is given"),
            _lazy("Given"),
            ("asked",),
            "granted",
            (Part("granted_on", "day", _lazy("When?"), needed=True, past=True), _UNTIL, _MORE),
        ),
        Step(
            "extend",
            _lazy("It is extended"),
            _lazy("Extended"),
            ("granted",),
            "granted",
            (Part("granted_on", "day", _lazy("When?"), needed=True, past=True), _UNTIL, _MORE),
        ),
        Step(
            "refuse",
            _lazy("It is refused"),
            _lazy("Refused"),
            ("asked",),
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
            "asked",
            (Part("appealed_on", "day", _lazy("When?"), needed=True, past=True), _MORE),
        ),
        Step(
            "end",
            _lazy("It is over"),
            _lazy("Over"),
            ("asked", "granted", "refused"),
            "over",
            (
                Part("why", "one", _lazy("Why?"), needed=True),
                Part("stopped_on", "day", _lazy("When?"), needed=True, past=True),
                _MORE,
            ),
        ),
    ),
    states={
        "asked": (_lazy("Asked for"), "orange"),
        "granted": (_lazy("Given"), "green"),
        "refused": (_lazy("Refused"), "red"),
        "over": (_lazy("Over"), "grey"),
    },
    open=("asked", "granted", "refused"),
    beside=("until_on",),
    first=lambda law: "asked",
    check_step={"grant": _check_span, "extend": _check_span},
    days=_days,
)
