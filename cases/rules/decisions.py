"""What may be decided now, by whom, and everything that stands in the way. Pure: facts in,
objections out, all of them."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.rules import disqualifying
from nrm.actions import Objection
from nrm.deadline_words import day_words
from nrm.profiles import Profile
from nrm.profiles.shape import Decision, Outcome


# What a decision is written in --------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ReasonPart:
    """One part of the reasons. `of_everyone` is asked for every outcome, `of_negatives` for a
    negative one; the others where the grounds or the findings call for them."""

    code: str
    label: Any
    help: Any
    of_everyone: bool = False
    of_negatives: bool = False


# fmt: off
REASON_PARTS: tuple[ReasonPart, ...] = (
    ReasonPart(
        "for", _lazy("What speaks for it"),
        _lazy("What was said, seen or received, and what it shows."),
        of_everyone=True,
    ),
    ReasonPart(
        "against", _lazy("What speaks against it"),
        _lazy("If nothing does, write that."),
        of_everyone=True,
    ),
    ReasonPart(
        "credibility", _lazy("Credibility"),
        _lazy(
            "Gaps, changes and late disclosure are common after trauma, and through an interpreter."
            " Say what you considered."
        ),
    ),
    ReasonPart(
        "inconsistencies", _lazy("Inconsistencies put to the person"),
        _lazy("Each one, when it was put to the person, and how they explained it."),
    ),
    ReasonPart(
        "missing", _lazy("What is missing, and why"),
        _lazy("What could not be found out, who was asked, and why it did not come."),
        of_everyone=True,
    ),
    ReasonPart(
        "country", _lazy("Country and general evidence"),
        _lazy("What is known about the place, the route or the trade, and from where."),
    ),
    ReasonPart(
        "differs", _lazy("Why you decide otherwise than the findings"),
        _lazy("Only where you do. The findings advise; a person decides, and says why."),
    ),
    ReasonPart(
        "would_change", _lazy("What would change this decision"),
        _lazy("For a negative decision: what new information could lead to another answer."),
        of_negatives=True,
    ),
    ReasonPart(
        "letter", _lazy("The reasons in plain words, for the letter"),
        _lazy(
            "The person reads this. Short sentences, no names of others,"
            " nothing that puts anyone at risk."
        ),
        of_everyone=True,
    ),
)
AGE_BASES: tuple[tuple[str, Any], ...] = (
    ("own_account", _lazy("What the person says")),
    ("document", _lazy("An identity document")),
    ("records", _lazy("Records of another authority")),
    ("assessment", _lazy("An age assessment")),
    ("benefit_of_doubt", _lazy("Not known: treated as a child")),
)
WEIGHTS: tuple[tuple[str, Any], ...] = (
    ("read", _lazy("Read, adds little")),
    ("strong", _lazy("Supports it strongly")),
    ("some", _lazy("Supports it")),
    ("against", _lazy("Speaks against it")),
    ("not_relied_on", _lazy("Not relied on")),
)
# fmt: on
# Grounds that rest on what the person said against themselves: it must have been put to them.
_PUT_TO_THE_PERSON = {"other_explanation", "inconsistency_unexplained"}
_ABOUT_CREDIBILITY = {"account_consistent", "inconsistency_unexplained"}
_ELEMENT_OF = {
    "act_not_shown": "act",
    "means_not_shown": "means",
    "purpose_not_shown": "purpose",
}
AGREE, RETURN, ESCALATE = "agree", "return", "escalate"
_MET = ("ELEMENTS_MET_ADULT", "ELEMENTS_MET_CHILD")


# Facts --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FindingFacts:
    """The current findings of a case: states of the elements and the result they give."""

    act: str
    means: str
    purpose: str
    result: str

    def state(self, element: str) -> str:
        return {"act": self.act, "means": self.means, "purpose": self.purpose}[element]

    @property
    def met(self) -> bool:
        return self.result in _MET


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is on file now. `not_before` is the first day on which the decision may be made, where
    its clock runs; `today` is the date in the calendar's zone."""

    stage: str
    today: date
    age_status: str
    consent_needed: bool
    consent_given: bool
    findings: FindingFacts | None
    requests_open: int = 0
    delay_on_file: bool = False
    not_before: date | None = None

    @property
    def as_child(self) -> bool:
        return self.age_status != "adult"


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """What the draft says."""

    outcome: str = ""
    grounds: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    no_conflict: bool = False

    def says(self, part: str) -> bool:
        return bool(str(self.reasons.get(part, "")).strip())


# Who and when -------------------------------------------------------------------------------------
def decisions_now(profile: Profile, stage: str, roles: Collection[str]) -> tuple[Decision, ...]:
    """The decisions that somebody with these roles may draft in this stage."""
    return tuple(
        decision
        for decision in profile.decisions
        if stage in decision.from_stages and set(roles) & set(decision.drafted_by)
    )


def objections_to_drafting(
    decision: Decision, *, stage: str, roles: Collection[str], made_the_first: bool = False
) -> list[Objection]:
    """Why this decision cannot be drafted now by somebody with these roles. `made_the_first`: they
    took part in the negative decision that it would replace."""
    found = [_by_others()] if made_the_first else []
    if stage not in decision.from_stages:
        found.append(_not_at_this_stage())
    if not set(roles) & set(decision.drafted_by):
        found.append(Objection(_("Your role does not draft this decision."), code="role"))
    return found


def _by_others() -> Objection:
    text = _("You took part in the first decision. A fresh one is prepared and made by others.")
    return Objection(text, code="first_decision")


def _not_at_this_stage() -> Objection:
    return Objection(_("The case is not at the stage of this decision."), code="stage")


def needs_second_person(decision: Decision, outcome: str) -> bool:
    """Whether somebody else must agree before the decision is made."""
    return decision.outcome(outcome).second_person


def objections_to_reader(
    decision: Decision,
    *,
    is_author: bool,
    roles: Collection[str],
    passed_to_another: bool = False,
    made_the_first: bool = False,
) -> list[Objection]:
    """Why this person cannot be the second person. `made_the_first`: they took part in the negative
    decision that this one would replace."""
    found = [_by_others()] if made_the_first else []
    if is_author:
        text = _("You wrote this decision, so you cannot approve it. Ask another reviewer.")
        found.append(Objection(text, code="own_decision"))
    if not set(roles) & set(decision.agreed_by):
        found.append(Objection(_("Your role does not agree this decision."), code="role"))
    if passed_to_another:
        text = _("This decision was passed on to another reviewer.")
        found.append(Objection(text, code="passed_on"))
    return found


def periods_ended_by(profile: Profile, decision: Decision) -> tuple[str, ...]:
    """Terms without a fixed end that this decision ends: those that the decision before it started.

    The recovery period runs until the later of its last day and the decision
    (Nationality and Borders Act 2022, section 61)."""
    return tuple(
        dict.fromkeys(
            term
            for before in profile.decisions
            for outcome in before.outcomes
            if before.code != decision.code and outcome.stage in decision.from_stages
            for term in outcome.starts
            if profile.term(term).kind in ("earliest_end", "not_before")
        )
    )


def decision_that_ends(profile: Profile, term: str) -> str:
    """The decision that ends such a term, or an empty string."""
    for decision in profile.decisions:
        if term in periods_ended_by(profile, decision):
            return decision.code
    return ""


def windows_of_the_person(profile: Profile) -> frozenset[str]:
    """Terms in which the person may do something, such as asking for another look. When one has
    run out nobody is late: it has ended."""
    return frozenset(
        term
        for decision in profile.decisions
        for outcome in decision.outcomes
        for term in outcome.starts_when_served
    ) | disqualifying.windows(profile)


# Everything that stands in the way ----------------------------------------------------------------
def objections_to_decision(
    decision: Decision, facts: CaseFacts, draft: DraftFacts
) -> list[Objection]:
    """Every reason why the decision cannot be made now as it is drafted."""
    return list(_all(decision, facts, draft))


def _all(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    if facts.stage not in decision.from_stages:
        yield _not_at_this_stage()
    outcome = _outcome(decision, draft)
    if outcome is None:
        yield Objection(_("Select the outcome"), field="outcome", code="outcome")
    for need in decision.needs:
        yield from _ANSWERS[need](decision, facts, draft)
    if decision.not_before and "recovery_minimum_elapsed" not in decision.needs:
        yield from _recovery_minimum(decision, facts, draft)
    if outcome is not None:
        yield from _against_findings(outcome, facts, draft)
    if not draft.no_conflict:
        text = _("Declare that you have no conflict of interest, or hand the case to a colleague")
        yield Objection(text, field="no_conflict", code="conflict")


def _outcome(decision: Decision, draft: DraftFacts) -> Outcome | None:
    return next((o for o in decision.outcomes if o.code == draft.outcome), None)


def _consent(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    if facts.consent_needed and not facts.consent_given:
        text = _("The person's agreement is not on file, and they are treated as an adult.")
        yield Objection(text, code="consent_or_child")


def _screening(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    if facts.findings is None:
        text = _("The screening is not completed, so there are no findings to decide on.")
        yield Objection(text, code="screening_completed")


def _age_basis(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    if not draft.answers.get("age_basis"):
        text = _("Select how the person's age is known")
        yield Objection(text, field="age_basis", code="age_basis_recorded")


def _grounds(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    outcome = _outcome(decision, draft)
    if outcome is None:
        return
    where = f"grounds_{outcome.code}"
    known = {ground.code for ground in outcome.grounds}
    if not draft.grounds:
        yield Objection(_("Select at least one ground"), field=where, code="grounds_chosen")
    elif set(draft.grounds) - known:
        text = _("Select grounds of the outcome that you chose")
        yield Objection(text, field=where, code="grounds_chosen")


def _reasons(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    outcome = _outcome(decision, draft)
    for part in REASON_PARTS:
        if draft.says(part.code):
            continue
        if part.of_everyone or (part.of_negatives and outcome is not None and outcome.negative):
            text = _("Write: %(part)s") % {"part": part.label}
            yield Objection(text, field=f"reason_{part.code}", code="reasons_given")
    chosen = set(draft.grounds)
    if chosen & _PUT_TO_THE_PERSON and not draft.says("inconsistencies"):
        text = _("Write what was put to the person, and how they explained it")
        yield Objection(text, field="reason_inconsistencies", code="reasons_given")
    if chosen & _ABOUT_CREDIBILITY and not draft.says("credibility"):
        text = _("Write what you considered about credibility, trauma and interpreting")
        yield Objection(text, field="reason_credibility", code="reasons_given")


def _recovery_minimum(
    decision: Decision, facts: CaseFacts, draft: DraftFacts
) -> Iterator[Objection]:
    if facts.not_before is None:
        text = _("No recovery period is on file, so there is no first day for this decision.")
        yield Objection(text, code="recovery_minimum_elapsed")
    elif facts.today < facts.not_before:
        text = _("This decision cannot be made before %(date)s, when the recovery minimum is over.")
        when = {"date": day_words(facts.not_before)}
        yield Objection(text % when, code="recovery_minimum_elapsed")


def _requests(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    if facts.requests_open:
        text = _("A question that was asked is not answered yet, or not closed.")
        yield Objection(text, code="information_requests_answered")


def _delay(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    said = draft.answers.get("delay_requested")
    if facts.delay_on_file or said == "yes":
        text = _("The person asked for more time. The decision waits until that is settled.")
        yield Objection(text, field="delay_requested", code="no_delay_request")
    elif said != "no":
        text = _("Select whether the person asked for more time")
        yield Objection(text, field="delay_requested", code="no_delay_request")


def _quorum(decision: Decision, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    if not draft.answers.get("panel_met_on"):
        text = _("Enter the day on which the panel met")
        yield Objection(text, field="panel_met_on", code="quorum")
    elif str(draft.answers["panel_met_on"]) > facts.today.isoformat():
        text = _("The day on which the panel met must be today or earlier")
        yield Objection(text, field="panel_met_on", code="quorum")
    if not draft.answers.get("panel_present"):
        text = _("Enter how many members of the panel were present")
        yield Objection(text, field="panel_present", code="quorum")
    if draft.answers.get("quorum") != "yes":
        text = _("The panel must have had its quorum")
        yield Objection(text, field="quorum", code="quorum")


_ANSWERS = {
    "consent_or_child": _consent,
    "screening_completed": _screening,
    "age_basis_recorded": _age_basis,
    "grounds_chosen": _grounds,
    "reasons_given": _reasons,
    "recovery_minimum_elapsed": _recovery_minimum,
    "information_requests_answered": _requests,
    "no_delay_request": _delay,
    "quorum": _quorum,
}


def _against_findings(outcome: Outcome, facts: CaseFacts, draft: DraftFacts) -> Iterator[Objection]:
    """What is not known is never taken as absent; a child is never asked for means; who decides
    otherwise than the findings says why."""
    found = facts.findings
    if found is None:
        return
    if outcome.negative != (not found.met) and not draft.says("differs"):
        text = _("The findings point the other way. Write why you decide otherwise.")
        yield Objection(text, field="reason_differs", code="differs")
    if not outcome.negative:
        return
    where = f"grounds_{outcome.code}"
    words = {"act": _("act"), "means": _("means"), "purpose": _("purpose")}
    for ground in draft.grounds:
        element = _ELEMENT_OF.get(ground)
        if element == "means" and facts.as_child:
            text = _("Means are not needed with a child, so they cannot be a ground.")
            yield Objection(text, field=where, code="child_means")
        elif element and found.state(element) == "UNKNOWN":
            text = _("The %(element)s is not known yet. Not known is not the same as not shown.")
            yield Objection(text % {"element": words[element]}, field=where, code="unknown")
        elif element and found.state(element) == "PRESENT":
            text = _("The findings show the %(element)s, so this ground does not fit.")
            yield Objection(text % {"element": words[element]}, field=where, code="contradicted")
    needed = ("act", "purpose") if facts.as_child else ("act", "means", "purpose")
    if found.result == "INSUFFICIENT" and any(found.state(e) == "UNKNOWN" for e in needed):
        text = _("Too little is known. That is never a negative decision: ask what is missing.")
        yield Objection(text, field="outcome", code="insufficient")


# Serving -----------------------------------------------------------------------------------------
IN_PERSON, NOMINATED = "in_person", "nominated"
# Ways that the safe-contact card speaks about, under the same names.
BY_CARD = ("post", "email", "call")
SERVING_CHANNELS: tuple[tuple[str, Any], ...] = (
    (IN_PERSON, _lazy("In person")),
    (NOMINATED, _lazy("Through somebody the person named, with their permission")),
    ("post", _lazy("By post")),
    ("email", _lazy("By e-mail")),
    ("call", _lazy("Read out on the telephone")),
)


def objections_to_serving(
    *,
    made_on: date | None,
    served_already: bool,
    served_on: date | None,
    today: date,
    channel: str,
    safe: bool,
    language: str,
    permission: bool,
) -> list[Objection]:
    """Why it cannot be recorded that the decision reached the person on this day in this way.
    `safe`: the safe-contact card calls the channel safe, and counts still."""
    found = []
    if made_on is None:
        found.append(Objection(_("This decision is not made yet."), code="not_made"))
    if served_already:
        found.append(Objection(_("It is recorded already when it was served."), code="served"))
    if served_on is None:
        text = _("Enter the day on which the person received it")
        found.append(Objection(text, field="served_on", code="served_on"))
    elif served_on > today:
        text = _("The day on which the person received it must be today or earlier")
        found.append(Objection(text, field="served_on", code="served_on"))
    elif made_on is not None and served_on < made_on:
        text = _("The day on which the person received it cannot be before the decision")
        found.append(Objection(text, field="served_on", code="served_on"))
    if channel not in dict(SERVING_CHANNELS):
        text = _("Select how it reached the person")
        found.append(Objection(text, field="channel", code="channel"))
    elif channel in BY_CARD and not safe:
        text = _("The safe-contact card does not mark this way as safe, so it is not used.")
        found.append(Objection(text, field="channel", code="not_safe"))
    elif channel == NOMINATED and not permission:
        text = _("No permission of the person to this is on file that holds. Ask them first.")
        found.append(Objection(text, field="channel", code="permission"))
    if not language:
        text = _("Select the language in which the person received it")
        found.append(Objection(text, field="language", code="language"))
    return found


# The record --------------------------------------------------------------------------------------
def hash_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of the record as JSON with sorted keys and no spaces."""
    plain = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
