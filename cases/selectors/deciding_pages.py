"""What the pages of decisions show, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, Decision, FindingSet
from cases.models.decision import DecisionState
from cases.rules import decisions as rules
from cases.rules.languages import language_name
from cases.selectors import decisions as reads
from cases.selectors.overview import found
from identities.crypto import Opener
from nrm.accounts.models import User
from nrm.actions import Objection
from nrm.deadline_words import day_words, rule_words
from nrm.profiles.shape import Decision as Law

VERDICTS = {
    rules.AGREE: _lazy("Agreed"),
    rules.RETURN: _lazy("Returned"),
    rules.ESCALATE: _lazy("Passed on"),
    "": _lazy("Still reading"),
}
_COLOURS = {
    DecisionState.DRAFT: "grey",
    DecisionState.IN_REVIEW: "blue",
    DecisionState.RETURNED: "orange",
    DecisionState.ESCALATED: "purple",
    DecisionState.MADE: "green",
    DecisionState.WITHDRAWN: "grey",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A decision of the case in a list. The outcome is shown once it is made."""

    decision: Decision
    label: str
    outcome: str
    state: str
    colour: str
    open: bool


def decisions_of(case: Case) -> list[Line]:
    """The decisions of the case, the newest first. One query."""
    rows = case.decisions.select_related("author", "second_person").order_by("-drafted_at")
    return [_line(case, decision) for decision in rows]


def _line(case: Case, decision: Decision) -> Line:
    law = case.profile.decision(decision.code)
    state = DecisionState(decision.state)
    made = state == DecisionState.MADE
    return Line(
        decision=decision,
        label=str(law.label),
        outcome=str(law.outcome(decision.outcome).label) if made else "",
        state=str(state.label),
        colour=_COLOURS[state],
        open=decision.state in reads.OPEN_STATES,
    )


@dataclass(frozen=True, slots=True)
class Startable:
    """A decision that can be drafted now, and the first day on which it can be made."""

    law: Law
    not_before: date | None


def startable(case: Case, user: User, lines: list[Line], *, at: datetime) -> list[Startable]:
    """The decisions that this user can begin now: none that is being written already."""
    open_now = {line.decision.code for line in lines if line.open}
    today = reads.today_of(case, at)
    found_now = []
    for law in rules.decisions_now(case.profile, case.stage, user.roles):
        if law.code in open_now:
            continue
        day = reads.facts_of(case, law, at=at).not_before
        found_now.append(Startable(law, day if day and day > today else None))
    return found_now


def objections_now(
    case: Case,
    law: Law,
    *,
    at: datetime,
    draft: Decision | None = None,
    reasons: dict[str, str] | None = None,
    findings: FindingSet | None = None,
) -> list[Objection]:
    """Everything that stands in the way of the decision now. `reasons` and `findings` where they
    are at hand already."""
    said = reads.draft_facts(draft, reasons) if draft is not None else rules.DraftFacts()
    facts = reads.facts_of(case, law, at=at, findings=findings)
    return rules.objections_to_decision(law, facts, said)


def with_targets(form: Any, objections: Iterable[Objection]) -> list[dict[str, str]]:
    """The objections with the id of the control that each is about, for links on the page."""
    return [
        {
            "text": o.text,
            "target": form[o.field].target_id if o.field in form.fields else "",
        }
        for o in objections
    ]


def objections_to_reading(decision: Decision, user: User) -> list[Objection]:
    """Why this user cannot be the second person of this decision now."""
    found_now = rules.objections_to_reader(
        reads.law_of(decision),
        is_author=decision.author_id == user.pk,
        roles=user.roles,
        passed_to_another=decision.state == DecisionState.ESCALATED
        and decision.second_person_id != user.pk,
        made_the_first=reads.made_the_first(decision.supersedes, decision.case, user),
    )
    if decision.state not in reads.WITH_A_READER:
        text = _("This decision is not waiting for a second person.")
        found_now.append(Objection(text, code="not_in_review"))
    return found_now


def reviews_of(decision: Decision) -> list[dict[str, Any]]:
    """What second persons found of this decision before, the newest first."""
    rows = list(decision.reviews.select_related("reviewer", "escalated_to").exclude(verdict=""))
    if not rows:
        return []
    opener = Opener(decision.case.person_id)
    outcomes = {o.code: str(o.label) for o in reads.law_of(decision).outcomes}
    made = []
    for review in rows:
        made.append(
            {
                "by": review.reviewer.display_name,
                "at": review.decided_at,
                "verdict": VERDICTS[review.verdict],
                "own_outcome": outcomes.get(review.own_outcome, ""),
                "own_grounds": reads.review_text(review, "own_grounds", opener),
                "reasons": reads.review_text(review, "reasons", opener),
                "to": review.escalated_to.display_name if review.escalated_to else "",
            }
        )
    return made


def shown(decision: Decision, user: User, held: frozenset[str]) -> dict[str, Any]:
    """A decision as its readers see it: grounds, reasons, items, findings, the record."""
    law = reads.law_of(decision)
    outcome = next((o for o in law.outcomes if o.code == decision.outcome), None)
    labels = {g.code: g.label for g in outcome.grounds} if outcome else {}
    reasons = reads.reasons_of(decision)
    made = decision.state == DecisionState.MADE
    return {
        "decision": decision,
        "law": law,
        "outcome": outcome,
        "state": DecisionState(decision.state).label,
        "colour": _COLOURS[DecisionState(decision.state)],
        "grounds": [labels.get(code, code) for code in decision.grounds],
        "said": reasons,
        "reasons": [
            {"label": part.label, "text": reasons[part.code]}
            for part in rules.REASON_PARTS
            if reasons.get(part.code)
        ],
        "items": _items(decision),
        "on_file": _on_file(decision),
        "found": found(decision.findings),
        "reviews": reviews_of(decision),
        "holds": made and reads.record_holds(decision),
        "served": _served(decision),
        "may_serve": made and decision.served_on is None and "serve_decision" in held,
        "may_review": "review_decision" in held and not objections_to_reading(decision, user),
        "may_withdraw": decision.state in reads.OPEN_STATES
        and (decision.author_id == user.pk or "review_decision" in held),
    }


def _items(decision: Decision) -> list[dict[str, Any]]:
    weights = decision.answers.get("weights") or {}
    words = dict(rules.WEIGHTS)
    return [
        {
            "label": item.label,
            "dated": item.dated,
            "weight": words.get(weights.get(item.id, "read"), ""),
        }
        for item in reads.items_of(decision.case, decision.findings)
    ]


def _on_file(decision: Decision) -> list[dict[str, Any]]:
    answers = decision.answers
    rows = [
        {
            "key": _("How the age is known"),
            "value": dict(rules.AGE_BASES).get(answers.get("age_basis"), ""),
        }
    ]
    if "no_delay_request" in reads.law_of(decision).needs:
        asked = answers.get("delay_requested")
        said = {"yes": _("Yes"), "no": _("No")}.get(asked, "")
        rows.append({"key": _("The person asked for more time"), "value": said})
    if answers.get("panel_met_on"):
        rows.append({"key": _("The panel met on"), "value": date_of(answers["panel_met_on"])})
        rows.append({"key": _("Members present"), "value": answers.get("panel_present")})
    return rows


def date_of(text: str) -> str:
    """An ISO date as people write it."""
    return day_words(date.fromisoformat(text))


def _served(decision: Decision) -> dict[str, Any] | None:
    if decision.served_on is None:
        return None
    return {
        "on": decision.served_on,
        "channel": dict(rules.SERVING_CHANNELS).get(decision.served_channel, ""),
        "language": language_name(decision.served_language),
    }


# The letter --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Letter:
    """What the person reads, in the language that is active."""

    reference: str
    pseudonym: str
    authority: str
    title: str
    made_on: date
    outcome: str
    negative: bool
    standard: str
    why: str
    would_change: str
    rights: str
    dates: list[tuple[str, str]]


def letter_of(decision: Decision) -> Letter:
    """The letter of a decision that was made. It names nobody: reference and pseudonym only."""
    case, law = decision.case, reads.law_of(decision)
    outcome = law.outcome(decision.outcome)
    reasons = reads.reasons_of(decision)
    return Letter(
        reference=case.reference,
        pseudonym=case.pseudonym,
        authority=case.authority.name,
        title=str(law.short_label),
        made_on=decision.made_on or decision.drafted_at.date(),
        outcome=str(outcome.label),
        negative=outcome.negative,
        standard=str(law.standard.text),
        why=reasons.get("letter", ""),
        would_change=reasons.get("would_change", "") if outcome.negative else "",
        rights=str(outcome.rights),
        dates=_dates(decision),
    )


def _dates(decision: Decision) -> list[tuple[str, str]]:
    """The dates that follow from the decision, as they were worked out when it was made; those
    that run from the day the letter came, once that day is known."""
    profile = decision.case.profile
    lines = [
        (str(profile.term(entry["term"]).label), date_of(entry["due_on"]))
        for entry in decision.record.get("terms_started", [])
    ]
    codes = decision.record.get("terms_when_served", [])
    running = {
        deadline.term: deadline.due_on
        for deadline in decision.case.deadlines.filter(
            term__in=codes, started_at__date__gte=decision.made_on
        )
    }
    for code in codes:
        term = profile.term(code)
        if code in running:
            lines.append((str(term.label), date_of(running[code].isoformat())))
        else:
            rule = {"rule": rule_words(term)}
            text = _("%(rule)s It runs from the day you receive this letter.") % rule
            lines.append((str(term.label), text))
    return lines
