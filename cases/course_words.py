"""What is done with a case as a whole says on the timeline and in the inbox."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case
from cases.models.closure import ReopenReason
from cases.models.disqualification import DisqualificationState
from cases.models.reconsideration import LookState
from cases.words import decision_label, register, register_notice
from nrm.audit.models import Event
from nrm.deadline_words import day_words


def reason_label(rules: Any, code: str) -> str:
    """The words of a coded reason of the profile, or its code."""
    return next((str(rule.label) for rule in rules if rule.code == code), code)


def _suspended(event: Event, case: Case) -> str:
    reason = reason_label(case.profile.suspension_reasons, event.data.get("reason", ""))
    day = _day(event.data.get("review_on"))
    return _("%(reason)s. It is looked at again on %(date)s.") % {"reason": reason, "date": day}


def _closed(event: Event, case: Case) -> str:
    return f"{reason_label(case.profile.closure_codes, event.data.get('code', ''))}."


def _reopened(event: Event, case: Case) -> str:
    code = event.data.get("reason", "")
    return f"{ReopenReason(code).label}." if code in ReopenReason.values else ""


def _withdrawn(event: Event, case: Case) -> str:
    return f"{reason_label(case.profile.withdrawal.methods, event.data.get('method', ''))}."


def _due(event: Event, case: Case) -> str:
    return _("By %(date)s.") % {"date": _day(event.data.get("due_on"))}


def _asked(event: Event, case: Case) -> str:
    label = decision_label(case, event.data.get("decision", ""))
    if event.data.get("late"):
        return _("%(decision)s. After its days, in exceptional circumstances.") % {
            "decision": label
        }
    return f"{label}."


def _answered(event: Event, case: Case) -> str:
    state = LookState.ACCEPTED if event.data.get("accepted") else LookState.REJECTED
    return f"{state.label}."


def _provisional(event: Event, case: Case) -> str:
    situations = case.profile.conflict_mode.situations
    return f"{reason_label(situations, event.data.get('situation', ''))}."


def _disqualified(event: Event, case: Case) -> str:
    made = event.data.get("disqualified")
    return str(DisqualificationState("made" if made else "not_made").label) + "."


def _lift(event: Event, case: Case) -> str:
    return _("Lifted.") if event.data.get("accepted") else _("Not lifted.")


def _by_decision(event: Event, case: Case) -> str:
    return f"{decision_label(case, event.data.get('decision', ''))}."


def _day(text: Any) -> str:
    try:
        return day_words(date.fromisoformat(str(text)))
    except ValueError:
        return ""


_VERBS: tuple[tuple[str, Any, Callable[[Event, Case], str] | None], ...] = (
    ("case.suspended", _lazy("Case suspended"), _suspended),
    ("case.resumed", _lazy("Case goes on"), None),
    ("case.withdrawn", _lazy("The person withdrew"), _withdrawn),
    ("case.closed", _lazy("Case closed"), _closed),
    ("case.reopened", _lazy("Case opened again"), _reopened),
    ("question.asked", _lazy("Somebody was asked for information"), _due),
    ("question.answered", _lazy("An answer came"), None),
    ("question.withdrawn", _lazy("A question was taken back"), None),
    ("provisional.identified", _lazy("Identified provisionally"), _provisional),
    ("provisional.looked_at", _lazy("Still no authority functions"), _provisional),
    (
        "provisional.authority_functions",
        _lazy("An authority functions again, and decides on the provisional identification"),
        None,
    ),
    ("provisional.confirmed", _lazy("Provisional identification confirmed"), _by_decision),
    ("provisional.lapsed", _lazy("Provisional identification not confirmed"), _by_decision),
    ("disqualification.proposed", _lazy("Disqualification proposed"), None),
    ("disqualification.taken_back", _lazy("Proposal of a disqualification taken back"), None),
    ("disqualification.told", _lazy("The person was told of a proposed disqualification"), None),
    ("disqualification.answered", _lazy("The person was heard on a disqualification"), None),
    ("disqualification.decided", _lazy("Decided on a disqualification"), _disqualified),
    ("disqualification.served", _lazy("Decision on a disqualification received"), None),
    ("disqualification.look_asked", _lazy("Another look at a disqualification asked for"), None),
    ("disqualification.look_answered", _lazy("Another look at a disqualification answered"), _lift),
    ("case.suspension_renewed", _lazy("Suspension looked at again: it goes on"), _suspended),
    ("reconsideration.asked", _lazy("Another look at a decision was asked for"), _asked),
    ("reconsideration.answered", _lazy("Whether to look again was answered"), _answered),
)
_NOTICES = (
    ("case_suspended", _lazy("A case was suspended.")),
    ("case_resumed", _lazy("A suspended case goes on.")),
    ("case_withdrawn", _lazy("The person of a case withdrew.")),
    ("case_closed", _lazy("A case was closed.")),
    ("case_reopened", _lazy("A closed case was opened again.")),
    ("provisional_identified", _lazy("A person was identified provisionally, without you.")),
    ("provisional_to_look_at", _lazy("Say whether still no authority functions for a person.")),
    ("provisional_to_decide", _lazy("An authority decides again on a provisional identification.")),
    ("disqualification_proposed", _lazy("Somebody proposes that a person is disqualified.")),
    ("disqualification_made", _lazy("A person was disqualified, and the case ended.")),
    ("disqualification_not_made", _lazy("A person is not disqualified: protection goes on.")),
    (
        "disqualification_look_asked",
        _lazy("A disqualification is asked to be looked at again."),
    ),
    ("disqualification_look_accepted", _lazy("A disqualification was lifted.")),
    ("disqualification_look_rejected", _lazy("A disqualification stays.")),
    ("reconsideration_asked", _lazy("A decision is asked to be looked at again.")),
    ("reconsideration_accepted", _lazy("A decision is made again, by others than the first.")),
    ("reconsideration_rejected", _lazy("A decision is not looked at again.")),
    ("reconsideration_answered", _lazy("Your request to look again was answered.")),
)


def register_all() -> None:
    """Called once, when the application starts."""
    for verb, title, text in _VERBS:
        register(verb, title, text)
    register("questions.viewed", _lazy("Questions to others opened"), look=True)
    register("disqualification.viewed", _lazy("Disqualification opened"), look=True)
    register("provisional.viewed", _lazy("Provisional identification opened"), look=True)
    register("course.viewed", _lazy("Course of the case opened"), look=True)
    for kind, sentence in _NOTICES:
        register_notice(kind, lambda item, said=sentence: str(said), "case_course")
