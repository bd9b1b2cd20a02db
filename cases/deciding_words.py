"""What decisions and clocks say on the timeline and in the inbox."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, InboxItem
from cases.words import (
    decision_label,
    outcome_label,
    register,
    register_notice,
    term_label,
)
from nrm.audit.models import Event
from nrm.deadline_words import day_words


def _decision(event: Event, case: Case) -> str:
    """The decision, and its outcome once it is made."""
    label = decision_label(case, event.data.get("decision", ""))
    if event.verb == "decision.made":
        outcome = outcome_label(case, event.data["decision"], event.data.get("outcome", ""))
        return f"{label}: {outcome}."
    return f"{label}." if label else ""


def _clock(event: Event, case: Case) -> str:
    """The clock, and its date where the event says one."""
    label = term_label(case, event.data.get("term", ""))
    due = _day(event.data.get("due_on"))
    return f"{label}: {due}." if due else f"{label}."


def _day(text: Any) -> str:
    try:
        return day_words(date.fromisoformat(str(text)))
    except ValueError:
        return ""


_VERBS = (
    ("decision.drafted", _lazy("Decision drafted"), _decision),
    ("decision.saved", _lazy("Draft of a decision saved"), _decision),
    ("decision.withdrawn", _lazy("Draft of a decision withdrawn"), _decision),
    ("decision.submitted", _lazy("Decision submitted to a second person"), _decision),
    ("decision.own_grounds", _lazy("Second person recorded their own grounds"), _decision),
    ("decision.agreed", _lazy("Second person agreed"), _decision),
    ("decision.returned", _lazy("Second person returned the decision"), _decision),
    ("decision.escalated", _lazy("Decision passed on to another supervisor"), _decision),
    ("decision.made", _lazy("Decision made"), _decision),
    ("decision.served", _lazy("The person received the decision"), _decision),
    ("deadline.reminded", _lazy("Reminder sent"), _clock),
    ("deadline.missed", _lazy("Deadline missed"), _clock),
    ("deadline.ended", _lazy("Period ended"), _clock),
    ("deadline.paused", _lazy("Deadline paused"), _clock),
    ("deadline.pause_reminded", _lazy("Reminder of a pause sent"), _clock),
    ("deadline.pause_renewed", _lazy("Pause looked at again: it holds"), _clock),
    ("deadline.resumed", _lazy("Deadline runs again"), _clock),
    ("deadline.extended", _lazy("Deadline extended"), _clock),
    ("case.recovery_minimum_elapsed", _lazy("The recovery minimum is over"), None),
)
_LOOKS = (
    ("decisions.viewed", _lazy("Decisions opened")),
    ("decision.viewed", _lazy("Decision read")),
    ("letter.viewed", _lazy("Letter opened")),
    ("deadlines.viewed", _lazy("Deadlines opened")),
)


def _what(item: InboxItem) -> dict[str, str]:
    case, data = item.case, item.data
    if case is None:
        return {"what": "", "date": ""}
    code = data.get("decision")
    label = decision_label(case, code) if code else term_label(case, data.get("term", ""))
    return {"what": label, "date": _day(data.get("due_on"))}


def _reminder(item: InboxItem) -> str:
    """A reminder says the date and how far it was away when it came."""
    what = _what(item)
    kind = "due"
    if item.case is not None:
        try:
            kind = item.case.profile.term(item.data.get("term", "")).kind
        except KeyError:
            kind = "due"
    if kind == "not_before":
        return _("%(what)s: from %(date)s it may be made.") % what
    if kind == "earliest_end":
        return _("%(what)s: the minimum ends on %(date)s.") % what
    if item.rung.startswith("after_"):
        return _("Overdue: %(what)s. It was due on %(date)s.") % what
    if item.rung == "on_the_day":
        return _("%(what)s: the day is %(date)s.") % what
    return _("%(what)s: due on %(date)s.") % what


def _says(text: Any) -> Any:
    return lambda item: str(text) % _what(item)


def register_all() -> None:
    """Called once, when the application starts."""
    for verb, title, text in _VERBS:
        register(verb, title, text)
    for verb, title in _LOOKS:
        register(verb, title, look=True)
    register_notice("deadline_reminder", _reminder, "deadlines")
    register_notice(
        "deadline_missed", _says(_lazy("Missed: %(what)s. It was due on %(date)s.")), "deadlines"
    )
    register_notice(
        "pause_to_review", _says(_lazy("Look again at the pause of: %(what)s.")), "deadlines"
    )
    for kind, sentence in (
        ("decision_to_review", _lazy("A decision waits for a second person: %(what)s.")),
        ("decision_returned", _lazy("Your decision came back with reasons: %(what)s.")),
        ("decision_escalated", _lazy("A decision was passed on to you: %(what)s.")),
        ("decision_made", _lazy("A decision was made: %(what)s.")),
        ("decision_served", _lazy("The person received the decision: %(what)s.")),
    ):
        register_notice(kind, _says(sentence), "decisions")
    register_notice(
        "referral_decided", _says(_lazy("There is a decision on a person you referred."))
    )
