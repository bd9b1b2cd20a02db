"""What the case overview shows beside deadlines and referral: what to do next, findings,
decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, Decision, FindingSet
from cases.models.decision import DecisionState
from cases.rights import ASSIGN, DRAFT_DECISION, REVIEW_DECISION, SCREEN, SERVE_DECISION
from cases.rules.decisions import windows_of_the_person
from cases.rules.next_steps import Step, next_steps
from cases.selectors.cases import OPEN_DECISIONS, DeadlineView, address, standing
from nrm.accounts.models import User
from nrm.deadline_words import day_words


@dataclass(frozen=True, slots=True)
class DoNext:
    """A line of "Do next", for the task-list component."""

    title: str
    href: str
    hint: str
    status: str
    colour: str


def do_next(
    case: Case,
    actor: User,
    held: frozenset[str],
    *,
    decisions: list[Decision],
    deadlines: list[DeadlineView],
    screened: bool,
    open_tasks: int,
    not_before: Any,
) -> list[DoNext]:
    """What comes next on the case, in plain words, with a link for whoever may do it. No query."""
    facts = standing(
        case,
        screened=screened,
        decisions=decisions,
        not_before=not_before,
        open_tasks=open_tasks,
    )
    steps = [step for step in next_steps(facts) if step.code != "tasks"]  # those stand apart
    # What a step itself is to meet is told with the step; every other clock is a thing to do.
    terms = {step.code: _own_term(step, facts.next_decision) for step in steps}
    own = [d for d in deadlines if d.runs_out and d.term in terms.values()]
    lines = [
        _line(step, case, actor, held, decisions, _clock_of(terms[step.code], own))
        for step in steps
    ]
    theirs = windows_of_the_person(case.profile)
    lines += [
        _clock_line(clock, theirs_to_meet=DRAFT_DECISION.code in held)
        for clock in deadlines
        if clock.runs_out and clock not in own and clock.term not in theirs
    ]
    return lines


def _own_term(step: Step, next_decision: str) -> str:
    """The term that a step is to meet. A decision's own term has its code; a case is given to a
    caseworker and screened for the sake of the next decision."""
    if step.code in ("serve", "wait"):
        return ""
    return step.decision or next_decision


def _clock_of(term: str, clocks: list[DeadlineView]) -> DeadlineView | None:
    return next((clock for clock in clocks if clock.term == term), None)


def _pressing(clock: DeadlineView | None) -> tuple[str, str]:
    """The word and the colour of something to do: how late it is, where it is late or due now."""
    if clock is not None and clock.state == "overdue":
        return clock.words, "red"
    if clock is not None and clock.state == "due_now":
        return clock.words, "orange"
    return _("To do"), "blue"


def _due_words(clock: DeadlineView | None) -> str:
    if clock is None:
        return ""
    text = _("Was due %(date)s") if clock.state == "overdue" else _("Due %(date)s")
    return text % {"date": day_words(clock.due_on)}


def _clock_line(clock: DeadlineView, *, theirs_to_meet: bool) -> DoNext:
    word, colour = _pressing(clock)
    if colour == "blue" and not theirs_to_meet:
        word, colour = _("Waiting"), "grey"
    if clock.state == "paused":
        return DoNext(clock.label, clock.why_url, clock.note, clock.words, "grey")
    return DoNext(clock.label, clock.why_url, _due_words(clock), word, colour)


def _line(
    step: Step,
    case: Case,
    actor: User,
    held: frozenset[str],
    decisions: list[Decision],
    clock: DeadlineView | None,
) -> DoNext:
    name = str(case.profile.decision(step.decision).label) if step.decision else ""
    about = [d for d in decisions if d.code == step.decision]
    draft = next((d for d in about if d.state in OPEN_DECISIONS), None)
    made = next((d for d in about if d.state == "made" and d.served_on is None), None)
    status, colour = _pressing(clock)
    hint = _due_words(clock)
    href = ""
    match step.code:
        case "assign":
            title = _("Choose a caseworker")
            href = address("triage", case.reference) if ASSIGN.code in held else ""
        case "screen":
            title = _("Screen the case: act, means and purpose")
            href = address("workbench", case.reference) if SCREEN.code in held else ""
        case "draft":
            title = _("Draft the decision: %(decision)s") % {"decision": name}
            if DRAFT_DECISION.code in held:
                href = address("decision_start", case.reference, step.decision)
        case "finish":
            title = _("Finish the draft and send it to a second person: %(decision)s") % {
                "decision": name
            }
            href = _decision_page("decision", case, draft, DRAFT_DECISION.code in held)
        case "answer_returned":
            title = _("Answer the second person’s reasons: %(decision)s") % {"decision": name}
            href = _decision_page("decision", case, draft, DRAFT_DECISION.code in held)
            status, colour = _("Returned"), "orange"
        case "review":
            own = draft is not None and draft.author_id == actor.pk
            if REVIEW_DECISION.code in held and not own:
                title = _("Read the draft, then agree or return it: %(decision)s") % {
                    "decision": name
                }
                href = _decision_page("decision_review", case, draft, True)
            else:
                title = _("A second person reads the draft: %(decision)s") % {"decision": name}
                status, colour = _("Waiting"), "grey"
        case "serve":
            title = _("Serve the decision: %(decision)s") % {"decision": name}
            hint = _("Give it to the person, then record when and how.")
            href = _decision_page("decision", case, made, SERVE_DECISION.code in held)
        case _:
            title = _("Prepare the decision: %(decision)s") % {"decision": name}
            until = day_words(step.until) if step.until else ""
            hint = _("It cannot be made before %(date)s") % {"date": until}
            status, colour = _("Waiting for the date"), "grey"
    if not href and colour == "blue":
        status, colour = _("Waiting"), "grey"
    return DoNext(title, href, hint, status, colour)


def _decision_page(name: str, case: Case, decision: Decision | None, may: bool) -> str:
    return address(name, case.reference, decision.pk) if decision is not None and may else ""


# Findings -----------------------------------------------------------------------------------------
ELEMENTS = {
    "act": _lazy("What was done (act)"),
    "means": _lazy("How (means)"),
    "purpose": _lazy("Why (purpose)"),
}
ELEMENT_STATES = {
    "PRESENT": (_lazy("Shown"), "green"),
    "NOT_SHOWN": (_lazy("Not shown"), "orange"),
    "UNKNOWN": (_lazy("Not known yet"), "grey"),
}
RESULTS = {
    "ELEMENTS_MET_CHILD": _lazy(
        "The elements are met. The person is treated as a child, so means are not needed."
    ),
    "ELEMENTS_MET_ADULT": _lazy("The elements are met."),
    "PARTIAL_MEANS": _lazy("Means are not shown yet."),
    "PARTIAL_ACT": _lazy("An act is not shown yet."),
    "PARTIAL_PURPOSE": _lazy("A purpose of exploitation is not shown yet."),
    "INSUFFICIENT": _lazy("Too little is known yet. That is never a negative decision."),
}


@dataclass(frozen=True, slots=True)
class Found:
    """The elements of one episode, or of the case: (name, state in words, colour)."""

    title: str
    result: str
    elements: list[tuple[str, str, str]]


def _elements(states: dict[str, str], *, child: bool) -> list[tuple[str, str, str]]:
    made = []
    for code, label in ELEMENTS.items():
        words, colour = ELEMENT_STATES.get(states.get(code, ""), ELEMENT_STATES["UNKNOWN"])
        if code == "means" and child and states.get(code) != "PRESENT":
            words, colour = _lazy("Not needed for a child"), "grey"
        made.append((str(label), str(words), colour))
    return made


def found(findings: FindingSet | None) -> list[Found]:
    """The findings in words: by episode, where there are several. No query."""
    if findings is None:
        return []
    episodes = [e for e in findings.episodes if isinstance(e, dict)]
    if len(episodes) < 2:
        states = {"act": findings.act, "means": findings.means, "purpose": findings.purpose}
        return [_found("", findings.result, states)]
    return [
        _found(
            _("Episode %(number)s") % {"number": episode.get("position", place)},
            episode.get("result", ""),
            {code: episode.get(code, "") for code in ELEMENTS},
        )
        for place, episode in enumerate(episodes, start=1)
    ]


def _found(title: str, result: str, states: dict[str, str]) -> Found:
    child = result == "ELEMENTS_MET_CHILD"
    return Found(title, str(RESULTS.get(result, result)), _elements(states, child=child))


# Non-punishment -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Alleged:
    """What is alleged against the person, without what it is: how many offences, the next hearing
    and whether they are detained."""

    number: int
    hearing_on: date | None
    detained: bool


def alleged(case: Case, *, today: date | None = None) -> Alleged | None:
    """The offences that the referral tells of, where there are any. One query."""
    today = today or timezone.localdate()
    rows = list(case.allegations.values_list("hearing_on", "detained"))
    if not rows:
        return None
    ahead = [day for day, _detained in rows if day and day >= today]
    return Alleged(len(rows), min(ahead, default=None), any(held for _day, held in rows))


# Decisions ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DecisionLine:
    label: str
    outcome: str
    state: str
    colour: str
    dates: str
    href: str


_COLOURS = {
    DecisionState.DRAFT: "grey",
    DecisionState.IN_REVIEW: "blue",
    DecisionState.RETURNED: "orange",
    DecisionState.ESCALATED: "purple",
    DecisionState.MADE: "green",
    DecisionState.WITHDRAWN: "grey",
}


def decision_lines(
    case: Case, decisions: Iterable[Decision], held: frozenset[str]
) -> list[DecisionLine]:
    """The decisions so far, with a link for whoever may open them. The outcome of a draft is
    nobody's business until it is made."""
    opens = DRAFT_DECISION.code in held
    return [_decision_line(case, decision, opens=opens) for decision in decisions]


def _decision_line(case: Case, decision: Decision, *, opens: bool) -> DecisionLine:
    kind = case.profile.decision(decision.code)
    made = decision.state == DecisionState.MADE
    dates = []
    if decision.made_on:
        dates.append(_("made %(date)s") % {"date": day_words(decision.made_on)})
        dates.append(
            _("given to the person %(date)s") % {"date": day_words(decision.served_on)}
            if decision.served_on
            else _("not given to the person yet")
        )
    return DecisionLine(
        label=str(kind.label),
        outcome=str(kind.outcome(decision.outcome).label) if made else "",
        state=str(DecisionState(decision.state).label),
        colour=_COLOURS[DecisionState(decision.state)],
        dates=", ".join(dates),
        href=address("decision", case.reference, decision.pk) if opens else "",
    )
