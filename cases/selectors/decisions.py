"""Reads about decisions: the facts they need, what a draft says, and what was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases import ports
from cases.models import Case, Decision, DecisionReview, FindingSet
from cases.models.deadline import DeadlineState
from cases.models.decision import DecisionState
from cases.models.referral import ConsentAnswer
from cases.rules.decisions import (
    REASON_PARTS,
    RETURN,
    CaseFacts,
    DraftFacts,
    FindingFacts,
    hash_of,
)
from cases.rules.sharing import GENERAL
from cases.rules.word_diff import Piece, word_diff
from cases.selectors.overview import ELEMENT_STATES, ELEMENTS, RESULTS
from cases.selectors.sharing import last_said
from identities.crypto import Opener, Unreadable, origin_of, unseal_json, was_moved
from nrm.profiles.shape import Decision as Law

OPEN_STATES = (
    DecisionState.DRAFT,
    DecisionState.IN_REVIEW,
    DecisionState.RETURNED,
    DecisionState.ESCALATED,
)
WITH_A_READER = (DecisionState.IN_REVIEW, DecisionState.ESCALATED)
_DELAY = "delay_requested"


def law_of(decision: Decision) -> Law:
    """What the case's profile says about this decision."""
    return decision.case.profile.decision(decision.code)


def replaced_by(case: Case, code: str) -> Decision | None:
    """The decision of this code that a fresh one would replace. One query."""
    made = case.decisions.filter(code=code, state=DecisionState.MADE)
    return made.order_by("-made_at").first()


def made_the_first(before: Decision | None, case: Case, actor: Any) -> bool:
    """Whether the actor took part in the negative decision `before`, so that a fresh one is for
    others. No query."""
    if before is None or not case.profile.decision(before.code).outcome(before.outcome).negative:
        return False
    return actor.pk in (before.author_id, before.second_person_id)


def today_of(case: Case, at: datetime) -> date:
    """The date at this moment where the case is decided."""
    return at.astimezone(case.profile.calendar_for(case.calendar).zone).date()


def current_findings(case: Case) -> FindingSet | None:
    """The findings that hold now. One query."""
    return case.findingsets.filter(superseded_at=None).first()


def facts_of(
    case: Case, law: Law, *, at: datetime, findings: FindingSet | None = None
) -> CaseFacts:
    """What is on file for this decision now; of clocks and of requests for more time what its law
    asks for. Four queries at most, five without `findings`."""
    profile = case.profile
    found = findings or current_findings(case)
    today = today_of(case, at)
    consent, said = last_said(case).get(GENERAL, (None, None))
    asked: list[str] = []
    if "information_requests_answered" in law.needs:
        asked = [term.code for term in profile.terms_started_by("information_requested")]
    clocks: list[tuple[str, date]] = []
    if terms := [*asked, *filter(None, [law.not_before])]:
        running = case.deadlines.filter(state__in=[DeadlineState.OPEN, DeadlineState.PAUSED])
        clocks = list(running.filter(term__in=terms).values_list("term", "due_on"))
    delay = case.deadlinepauses.filter(reason=_DELAY, to_date=None)
    return CaseFacts(
        stage=case.stage,
        today=today,
        age_status=case.age_status,
        consent_needed=case.age_status in profile.consent.needed_from,
        consent_given=consent is not None
        and said is not None
        and said.holds(today)
        and consent.answer == ConsentAnswer.AGREED,
        findings=FindingFacts(found.act, found.means, found.purpose, found.result)
        if found
        else None,
        requests_open=sum(1 for term, _due in clocks if term in asked),
        delay_on_file="no_delay_request" in law.needs and delay.exists(),
        not_before=max((due for term, due in clocks if term == law.not_before), default=None),
    )


def reasons_of(decision: Decision) -> dict[str, str]:
    """The reasons by part, opened. One query, for the key."""
    if decision.reasons is None:
        return {}
    opened: dict[str, str] = unseal_json(
        decision.case.person_id,
        bytes(decision.reasons),
        table="cases_decision",
        column="reasons",
        row=decision.pk,
    )
    return opened


def reasons_read(review: DecisionReview) -> dict[str, str]:
    """The reasons by part as the second person read them, opened. One query, for the key."""
    if review.read_reasons is None:
        return {}
    opened: dict[str, str] = unseal_json(
        review.decision.case.person_id,
        bytes(review.read_reasons),
        table="cases_decision",
        column="reasons",
        row=review.decision_id,
    )
    return opened


def draft_facts(decision: Decision, reasons: Mapping[str, str] | None = None) -> DraftFacts:
    """What the draft says, for the rules."""
    return DraftFacts(
        outcome=decision.outcome,
        grounds=tuple(decision.grounds),
        reasons=reasons_of(decision) if reasons is None else reasons,
        answers=decision.answers,
        no_conflict=decision.conflicts_declared,
    )


def record_holds(decision: Decision) -> bool:
    """Whether the record, its hash and the sealed reasons still belong together. One query more
    where the reasons were sealed anew since: which value they were first, only opening them
    proves."""
    reasons: dict[str, Any] = decision.record.get("reasons", {})
    if hash_of(decision.record) != decision.record_hash or reasons.get(
        "sealed_sha256"
    ) != origin_of(decision.reasons):
        return False
    if was_moved(decision.reasons):
        try:
            reasons_of(decision)
        except Unreadable:
            return False
    return True


def review_text(review: DecisionReview, column: str, opener: Opener) -> str:
    """What the second person wrote (`own_grounds` or `reasons`), opened."""
    sealed = getattr(review, column)
    if sealed is None:
        return ""
    return opener.text(bytes(sealed), table="cases_decisionreview", column=column, row=review.pk)


def open_review(decision: Decision, reader: Any) -> DecisionReview | None:
    """This reader's own grounds on the version that is to be read, where they are recorded."""
    for review in decision.reviews.all():
        whose = (review.reviewer_id, review.of_version)
        if whose == (reader.pk, decision.version) and not review.verdict:
            return review
    return None


# Items considered ---------------------------------------------------------------------------
def items_of(case: Case, findings: FindingSet | None) -> list[ports.Item]:
    """Everything that a decision considers: the referrals, and what the findings rest on."""
    referrals = [
        ports.Item(str(r.pk), "referral", _("Referral"), r.sent_at.date().isoformat())
        for r in case.referrals.order_by("sent_at")
    ]
    return referrals + (ports.items_behind(findings) if findings else [])


# What changed since ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was when the decision was submitted."""

    what: Any
    before: str = ""
    after: str = ""


def _words(state: str) -> str:
    return str(ELEMENT_STATES[state][0]) if state in ELEMENT_STATES else state


def changes_since(decision: Decision) -> list[Change]:
    """What changed on the case after the findings that the decision rests on, or after it was
    submitted. Four queries."""
    case = decision.case
    found: list[Change] = []
    now = case.findings_now
    then = decision.findings
    if now is not None and then is not None and now.pk != then.pk:
        different = [
            Change(ELEMENTS[name], _words(getattr(then, name)), _words(getattr(now, name)))
            for name in ELEMENTS
            if getattr(then, name) != getattr(now, name)
        ]
        if then.result != now.result:
            before, after = (str(RESULTS.get(one.result, one.result)) for one in (then, now))
            different.append(Change(_("Result of the screening"), before, after))
        found += different or [Change(_("A new screening was completed, with the same findings"))]
    since = decision.submitted_at or decision.drafted_at
    if case.referrals.filter(sent_at__gt=since).exists():
        found.append(Change(_("A further referral arrived")))
    if case.notes.filter(written_at__gt=since).exists():
        found.append(Change(_("A note was written")))
    return found


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One part of a decision that was written anew after it was returned, word by word."""

    label: Any
    pieces: list[Piece]


def rewritten_since(decision: Decision, reasons: Mapping[str, str]) -> list[Rewritten]:
    """What the author changed after a second person returned the decision last; empty where nobody
    returned it. `reasons` are those of the decision now, opened. Two queries at most."""
    review = (
        decision.reviews.filter(verdict=RETURN, of_version__lt=decision.version)
        .exclude(read_reasons=None)
        .first()
    )
    if review is None:
        return []
    review.decision = decision
    before = reasons_read(review)
    law = law_of(decision)
    found = []
    outcomes = {outcome.code: str(outcome.label) for outcome in law.outcomes}
    labels = {g.code: str(g.label) for outcome in law.outcomes for g in outcome.grounds}
    for label, then, now in (
        (
            _("Outcome"),
            outcomes.get(review.read_outcome, review.read_outcome),
            outcomes.get(decision.outcome, decision.outcome),
        ),
        (
            _("Grounds"),
            "\n".join(labels.get(code, code) for code in review.read_grounds),
            "\n".join(labels.get(code, code) for code in decision.grounds),
        ),
        *(
            (part.label, before.get(part.code, ""), reasons.get(part.code, ""))
            for part in REASON_PARTS
        ),
    ):
        if then != now:
            found.append(Rewritten(label, word_diff(then, now)))
    return found
