"""Drafting a decision, reading it as the second person, making it, and recording that it was
served. What the law asks for stands in the profile; what stands in the way, in rules.decisions."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from cases import access, rights
from cases.actions import clocks, provisional, stages
from cases.actions.telling import tell
from cases.models import Case, Decision, DecisionReview, FindingSet
from cases.models.decision import DecisionState
from cases.models.listing import list_when_the_case_is_written
from cases.rules import decisions as rules
from cases.rules.contact import DECISIONS
from cases.rules.provisional import opens_as, periods
from cases.selectors import decisions as reads
from cases.selectors.contact import contact_of, may_tell_nominee
from identities.crypto import seal, seal_json
from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Changed, Objection, Refused, action, also, detail, refuse_if
from nrm.profiles.shape import Outcome

_EDITABLE = (DecisionState.DRAFT, DecisionState.RETURNED)
# What making a decision needs of what it refers to.
_TO_MAKE_IT = ("case__caseworker", "author", "findings")
# What making it changes, also where it is submitted and made in one.
_MADE_WITH = (
    *("state", "findings", "submitted_at", "second_person", "version"),
    *("made_at", "made_on", "record", "record_hash"),
)


@dataclass(frozen=True, slots=True)
class Content:
    """What an author writes into a draft: outcome and ground codes, the reasons by part, coded
    answers (`age_basis`, `delay_requested`, `panel_met_on`, `panel_present`, `quorum`, `weights`)
    and whether they declare that they have no conflict of interest."""

    outcome: str = ""
    grounds: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    no_conflict: bool = False


# Drafting ----------------------------------------------------------------------------------------
@action("decision.drafted", right=rights.DRAFT_DECISION, forward=True)
def draft_decision(
    case: Case,
    *,
    actor: User,
    at: datetime,
    code: str,
    content: Content | None = None,
    submission_key: UUID | None = None,
) -> Decision:
    """Starts a draft of the decision `code` on the current findings. Where the actor has an open
    draft of it already, or sent the same `submission_key` before, that one comes back. Raises
    Refused where it cannot be drafted at this stage, by this role, or while a colleague drafts it.
    """
    case.refresh_from_db(fields=["stage", "version"])
    law = next((d for d in case.profile.decisions if d.code == code), None)
    if law is None:
        raise Refused([Objection(_("Choose a decision of this profile."), field="code")])
    detail(decision=code)
    if submission_key and (
        known := Decision.objects.filter(submission_key=submission_key, case=case).first()
    ):
        return known
    mine = case.decisions.filter(code=code, state__in=reads.OPEN_STATES).first()
    if mine is not None and mine.author_id == actor.pk:
        return mine
    before = reads.replaced_by(case, code)
    objections = rules.objections_to_drafting(
        law,
        stage=case.stage,
        roles=actor.roles,
        made_the_first=reads.made_the_first(before, case, actor),
    )
    if mine is not None:
        text = _("A colleague is working on this decision. Open theirs, or ask them.")
        objections.append(Objection(text, code="already_drafted"))
    refuse_if(objections)
    decision = Decision(
        id=uuid4(),
        case=case,
        code=code,
        findings=reads.current_findings(case),
        author=actor,
        drafted_at=at,
        submission_key=submission_key,
        supersedes=before,
    )
    _put(decision, content or Content())
    decision.save(force_insert=True)
    return decision


def _put(decision: Decision, content: Content) -> None:
    decision.outcome = content.outcome
    decision.grounds = list(content.grounds)
    decision.answers = dict(content.answers)
    decision.conflicts_declared = content.no_conflict
    known = {part.code for part in rules.REASON_PARTS}
    kept = {code: text for code, text in content.reasons.items() if code in known and text.strip()}
    decision.reasons = seal_json(
        decision.case.person_id, kept, table="cases_decision", column="reasons", row=decision.pk
    )


def _read_again(decision: Decision, version: int | None, *more: str) -> None:
    """Reads the decision, its case and `more` of what it refers to, under the lock. Raises Changed
    where it was changed since the version that the actor saw."""
    rows = Decision.objects.select_related("case", *more)
    decision.refresh_from_db(from_queryset=rows)
    if version is not None and version != decision.version:
        text = _("This was changed since you opened it. What you typed is kept: compare, then save")
        raise Changed([Objection(text, code="changed")])


def _objections_to_touching(decision: Decision, actor: User) -> list[Objection]:
    found = []
    if decision.author_id != actor.pk:
        text = _("Only its author can change this draft.")
        found.append(Objection(text, code="not_author"))
    if decision.state not in _EDITABLE:
        text = _("This decision is no longer a draft, so it cannot be changed.")
        found.append(Objection(text, code="not_a_draft"))
    return found


@action("decision.saved", right=rights.DRAFT_DECISION, forward=True)
def save_draft(
    decision: Decision, *, actor: User, at: datetime, content: Content, version: int | None = None
) -> Decision:
    """Keeps what the author wrote, however unfinished. Raises Changed, and overwrites nothing,
    where the draft is no longer the `version` that the author saw."""
    _read_again(decision, version)
    refuse_if(_objections_to_touching(decision, actor))
    _put(decision, content)
    # A draft follows the findings until it is submitted.
    decision.findings = reads.current_findings(decision.case)
    decision.version += 1
    decision.save()
    detail(decision=decision.code, version=decision.version)
    return decision


@action("decision.withdrawn", right=rights.DRAFT_DECISION)
def withdraw_draft(
    decision: Decision, *, actor: User, at: datetime, version: int | None = None
) -> Decision:
    """Takes a decision that was not made off the table. Its author can, and a supervisor."""
    _read_again(decision, version)
    objections = []
    if decision.state not in reads.OPEN_STATES:
        text = _("This decision was made or withdrawn already.")
        objections.append(Objection(text, code="not_open"))
    if decision.author_id != actor.pk and Role.SUPERVISOR not in actor.roles:
        text = _("Its author or a supervisor can withdraw this draft.")
        objections.append(Objection(text, code="not_author"))
    refuse_if(objections)
    decision.state = DecisionState.WITHDRAWN
    decision.version += 1
    decision.save(update_fields=["state", "version"])
    detail(decision=decision.code)
    return decision


@action("decision.submitted", right=rights.DRAFT_DECISION, forward=True)
def submit_for_review(
    decision: Decision, *, actor: User, at: datetime, version: int | None = None
) -> Decision:
    """Gives the draft to a second person; where the outcome needs none, makes it. Raises Refused
    with everything that stands in the way."""
    _read_again(decision, version, *_TO_MAKE_IT)
    now = reads.current_findings(decision.case)
    draft = reads.draft_facts(decision)
    refuse_if(_objections_to_touching(decision, actor) or _objections(decision, draft, now, at=at))
    law = reads.law_of(decision)
    decision.findings = now
    decision.submitted_at = at
    decision.second_person = None
    decision.version += 1
    detail(decision=decision.code, outcome=decision.outcome)
    if not rules.needs_second_person(law, decision.outcome):
        _make(decision, draft, actor=actor, at=at, second_person=None)
        return decision
    decision.state = DecisionState.IN_REVIEW
    decision.save()
    near = access.people_near(decision.case, "decide", Role.SUPERVISOR).exclude(pk=actor.pk)
    readers: Iterable[User] = near
    if decision.supersedes_id is not None:
        readers = [one for one in near if not _made_the_first(decision, one)]
    _tell(readers, "decision_to_review", decision, at=at)
    return decision


def _objections(
    decision: Decision, draft: rules.DraftFacts, now: FindingSet | None, *, at: datetime
) -> list[Objection]:
    """Everything that stands in the way of the draft, with the findings that hold now."""
    law = reads.law_of(decision)
    facts = reads.facts_of(decision.case, law, at=at, findings=now)
    return rules.objections_to_decision(law, facts, draft)


def _tell(users: Any, kind: str, decision: Decision, *, at: datetime, **more: Any) -> None:
    by_mail = more.pop("by_mail", True)
    tell(
        users,
        kind,
        once=f"{kind}:{decision.pk}:{decision.version}",
        at=at,
        case=decision.case,
        by_mail=by_mail,
        decision=decision.code,
        decision_id=str(decision.pk),
        **more,
    )


# The second person -------------------------------------------------------------------------------
def _objections_to_reading(decision: Decision, actor: User) -> list[Objection]:
    found = rules.objections_to_reader(
        reads.law_of(decision),
        is_author=decision.author_id == actor.pk,
        roles=actor.roles,
        passed_to_another=decision.state == DecisionState.ESCALATED
        and decision.second_person_id != actor.pk,
        made_the_first=_made_the_first(decision, actor),
    )
    if decision.state not in reads.WITH_A_READER:
        text = _("This decision is not waiting for a second person.")
        found.append(Objection(text, code="not_in_review"))
    return found


@action("decision.own_grounds", right=rights.REVIEW_DECISION, forward=True)
def record_own_grounds(
    decision: Decision,
    *,
    actor: User,
    at: datetime,
    own_outcome: str,
    own_grounds: str,
    no_conflict: bool,
    version: int | None = None,
) -> DecisionReview:
    """Keeps what the second person would decide, and why, before they can agree or return."""
    _read_again(decision, version)
    objections = _objections_to_reading(decision, actor)
    if own_outcome not in {outcome.code for outcome in reads.law_of(decision).outcomes}:
        text = _("Select what you would decide")
        objections.append(Objection(text, field="own_outcome", code="own_outcome"))
    if not own_grounds.strip():
        text = _("Write your own grounds")
        objections.append(Objection(text, field="own_grounds", code="own_grounds"))
    if not no_conflict:
        text = _("Declare that you have no conflict of interest, or pass this to a colleague")
        objections.append(Objection(text, field="no_conflict", code="conflict"))
    if not objections and reads.open_review(decision, actor):
        text = _("Your own grounds are recorded already. Give your verdict.")
        objections.append(Objection(text, code="recorded"))
    refuse_if(objections)
    row = uuid4()
    review = DecisionReview.objects.create(
        id=row,
        case=decision.case,
        decision=decision,
        reviewer=actor,
        of_version=decision.version,
        own_outcome=own_outcome,
        own_grounds=_sealed(decision, own_grounds, "own_grounds", row),
        read_outcome=decision.outcome,
        read_grounds=decision.grounds,
        read_reasons=decision.reasons,
        at=at,
    )
    detail(decision=decision.code)
    return review


def _sealed(decision: Decision, text: str, column: str, row: UUID) -> bytes:
    return seal(
        decision.case.person_id, text.strip(), table="cases_decisionreview", column=column, row=row
    )


def _review_to_close(
    decision: Decision, actor: User, objections: list[Objection]
) -> DecisionReview | None:
    """The reader's own grounds on this version; adds the objection where there are none."""
    review = reads.open_review(decision, actor)
    if review is None:
        text = _("Record your own grounds first.")
        objections.append(Objection(text, code="own_grounds_first"))
    return review


def _close(
    review: DecisionReview, verdict: str, *, at: datetime, reasons: str = "", to: User | None = None
) -> None:
    review.verdict = verdict
    review.decided_at = at
    review.escalated_to = to
    if reasons.strip():
        review.reasons = _sealed(review.decision, reasons, "reasons", review.pk)
    review.save(update_fields=["verdict", "decided_at", "escalated_to", "reasons"])


@action("decision.agreed", right=rights.REVIEW_DECISION, forward=True)
def agree(
    decision: Decision, *, actor: User, at: datetime, reasons: str = "", version: int | None = None
) -> Decision:
    """The second person agrees, and the decision is made. Refused while anything stands in the
    way, also what came up since it was submitted."""
    _read_again(decision, version, *_TO_MAKE_IT)
    prefetch_related_objects([decision], "reviews")
    objections = _objections_to_reading(decision, actor)
    review = _review_to_close(decision, actor, objections)
    now = reads.current_findings(decision.case)
    draft = reads.draft_facts(decision)
    refuse_if(
        objections
        or _objections(decision, draft, now, at=at) + _objections_to_old_findings(decision, now)
    )
    assert review is not None
    _close(review, rules.AGREE, at=at, reasons=reasons)
    detail(decision=decision.code, outcome=decision.outcome)
    _make(decision, draft, actor=actor, at=at, second_person=actor)
    return decision


def _objections_to_old_findings(decision: Decision, now: FindingSet | None) -> list[Objection]:
    if now is None or now.pk == decision.findings_id:
        return []
    text = _("The findings changed after this was submitted. Return it, so that its author sees.")
    return [Objection(text, code="findings_changed")]


@action("decision.returned", right=rights.REVIEW_DECISION)
def hand_back(
    decision: Decision, *, actor: User, at: datetime, reasons: str, version: int | None = None
) -> Decision:
    """The second person returns the decision to its author, with reasons."""
    _read_again(decision, version)
    objections = _objections_to_reading(decision, actor)
    review = _review_to_close(decision, actor, objections)
    if not reasons.strip():
        text = _("Write why you return it, and what would help")
        objections.append(Objection(text, field="reasons", code="reasons"))
    refuse_if(objections)
    assert review is not None
    _close(review, rules.RETURN, at=at, reasons=reasons)
    decision.state = DecisionState.RETURNED
    decision.second_person = None
    decision.version += 1
    decision.save(update_fields=["state", "second_person", "version"])
    detail(decision=decision.code)
    _tell([decision.author], "decision_returned", decision, at=at)
    return decision


@action("decision.escalated", right=rights.REVIEW_DECISION)
def escalate(
    decision: Decision,
    *,
    actor: User,
    at: datetime,
    to: User | None,
    reasons: str,
    version: int | None = None,
) -> Decision:
    """The second person passes the decision on to another supervisor, with reasons."""
    _read_again(decision, version)
    objections = _objections_to_reading(decision, actor)
    review = _review_to_close(decision, actor, objections)
    if not reasons.strip():
        text = _("Write why you pass it on")
        objections.append(Objection(text, field="reasons", code="reasons"))
    others = readers_besides(decision, actor)
    if to is None or to.pk not in {user.pk for user in others}:
        text = _("Select a supervisor who did not write this decision")
        objections.append(Objection(text, field="to", code="to"))
    refuse_if(objections)
    assert review is not None
    assert to is not None
    _close(review, rules.ESCALATE, at=at, reasons=reasons, to=to)
    decision.state = DecisionState.ESCALATED
    decision.second_person = to
    decision.version += 1
    decision.save(update_fields=["state", "second_person", "version"])
    detail(decision=decision.code, to=str(to.pk))
    _tell([to], "decision_escalated", decision, at=at)
    return decision


def readers_besides(decision: Decision, actor: User) -> list[User]:
    """Supervisors to whom the actor could pass the decision on."""
    near = access.people_near(decision.case, "decide", Role.SUPERVISOR)
    others = near.exclude(pk__in=[actor.pk, decision.author_id])
    return [one for one in others if not _made_the_first(decision, one)]


def _made_the_first(decision: Decision, user: User) -> bool:
    return reads.made_the_first(decision.supersedes, decision.case, user)


# Making it ---------------------------------------------------------------------------------------
def _make(
    decision: Decision,
    draft: rules.DraftFacts,
    *,
    actor: User,
    at: datetime,
    second_person: User | None,
) -> None:
    """Makes the decision: the record and its hash, the stage, the clocks, the people told."""
    case = decision.case
    law = reads.law_of(decision)
    outcome = law.outcome(decision.outcome)
    event = f"{decision.code}.{decision.outcome}"
    way = next((t for t in case.profile.transitions_from(case.stage) if t.event == event), None)
    if way is None:
        raise Refused([Objection(_("The case is not at the stage of this decision."))])
    stage_before = case.stage
    decision.second_person = second_person
    decision.made_at = at
    decision.made_on = reads.today_of(case, at)
    decision.state = DecisionState.MADE
    started = _move_clocks(case, decision, outcome, at=at)
    record = _record(decision, draft, law_stage=stage_before, started=started)
    decision.record = record
    decision.record_hash = rules.hash_of(record)
    list_when_the_case_is_written()
    decision.save(update_fields=_MADE_WITH)
    case.stage, case.stage_since = way.to_stage, at
    case.version += 1
    case.save(update_fields=["stage", "stage_since", "version", "next_due_at"])
    codes = {"decision": decision.code, "outcome": decision.outcome}
    also(
        "decision.made",
        decision,
        **codes,
        hash=decision.record_hash,
        stage=case.stage,
        terms_started=[term for term, _due in started],
    )
    provisional.end_by(decision, stage_before=stage_before, negative=outcome.negative, at=at)
    _tell_of(decision, actor, at)


def _move_clocks(
    case: Case, decision: Decision, outcome: Outcome, *, at: datetime
) -> list[tuple[str, date]]:
    """Meets, ends and starts the clocks that the outcome meets, ends and starts. The case is not
    saved yet."""
    law = reads.law_of(decision)
    before = decision.supersedes
    for_now = opens_as(case.profile, law.code, case.stage)
    started = clocks.move(
        case,
        at=at,
        met=outcome.stops,
        over=(
            *rules.periods_ended_by(case.profile, law),
            *(periods(case.profile) if outcome.negative and for_now else ()),
        ),
        void=law.outcome(before.outcome).starts_when_served if before else (),
        start=clocks.terms_of(case, f"{decision.code}.{decision.outcome}", outcome.starts),
    )
    if started:
        detail(terms_started=[deadline.term for deadline in started])
    return [(deadline.term, deadline.due_on) for deadline in started]


def _tell_of(decision: Decision, actor: User, at: datetime) -> None:
    case = decision.case
    ours = {u.pk: u for u in (decision.author, case.caseworker) if u is not None}
    if decision.second_person is None:
        ours |= {u.pk: u for u in access.people_near(case, "decide", Role.SUPERVISOR)}
    ours.pop(actor.pk, None)
    _tell(ours.values(), "decision_made", decision, at=at, outcome=decision.outcome)
    told = {
        choice.code
        for notification in case.profile.notifications
        if notification.event == "decision_served"
        for choice in notification.told
    }
    if "first_responder" in told:
        _tell(stages.referrers_to_tell(case), "referral_decided", decision, at=at)


def _record(
    decision: Decision,
    draft: rules.DraftFacts,
    *,
    law_stage: str,
    started: list[tuple[str, date]],
) -> dict[str, Any]:
    """The record of a decision as codes, ids, dates and hashes. What people wrote is under the
    person's key; the record holds the hash of the sealed value, which says nothing by itself."""
    case = decision.case
    law = reads.law_of(decision)
    outcome = law.outcome(decision.outcome)
    labels = {ground.code: ground.label for ground in outcome.grounds}
    weights = decision.answers.get("weights") or {}
    found = decision.findings
    reviews = sorted(decision.reviews.all(), key=lambda review: review.at)
    with translation.override("en"):
        return {
            "case": str(case.pk),
            "decision": decision.code,
            "decision_label": str(law.label),
            "stage": law_stage,
            "profile": case.profile_code,
            "profile_version": case.profile_version,
            "standard": {
                "name": str(law.standard.name),
                "text": str(law.standard.text),
                "source": law.standard.source,
                "verified": law.standard.verified,
            },
            "outcome": decision.outcome,
            "outcome_label": str(outcome.label),
            "grounds": [
                {"code": code, "label": str(labels.get(code, code))} for code in decision.grounds
            ],
            "reasons": {
                "sealed_sha256": hashlib.sha256(bytes(decision.reasons or b"")).hexdigest(),
                "parts": sorted(draft.reasons),
            },
            "items": [
                {
                    "id": item.id,
                    "source": item.source,
                    "dated": item.dated,
                    "shows": list(item.shows),
                    "weight": weights.get(item.id, "read"),
                }
                for item in reads.items_of(case, found)
            ],
            "findings": {
                "id": str(found.pk),
                "result": found.result,
                "limb": found.limb,
                "act": found.act,
                "means": found.means,
                "purpose": found.purpose,
                "episodes": found.episodes,
            }
            if found
            else None,
            "age": {"status": case.age_status, "basis": decision.answers.get("age_basis", "")},
            "delay_requested": decision.answers.get("delay_requested", ""),
            "panel": {
                key: decision.answers[key]
                for key in ("panel_met_on", "panel_present", "quorum")
                if key in decision.answers
            },
            "decision_maker": str(decision.author_id),
            "second_reader": str(decision.second_person_id) if decision.second_person_id else None,
            "no_conflict_declared_by": sorted(
                {str(decision.author_id), *(str(r.reviewer_id) for r in reviews)}
            ),
            "reviews": [
                {
                    "id": str(review.pk),
                    "by": str(review.reviewer_id),
                    "verdict": review.verdict,
                    "own_outcome": review.own_outcome,
                    "at": review.at.isoformat(),
                    "own_grounds_sealed_sha256": hashlib.sha256(
                        bytes(review.own_grounds)
                    ).hexdigest(),
                }
                for review in reviews
            ],
            "drafted_at": decision.drafted_at.isoformat(),
            "submitted_at": decision.submitted_at.isoformat() if decision.submitted_at else None,
            "made_at": decision.made_at.isoformat() if decision.made_at else None,
            "made_on": decision.made_on.isoformat() if decision.made_on else None,
            "rights_told": str(outcome.rights),
            "terms_started": [{"term": term, "due_on": due.isoformat()} for term, due in started],
            "terms_when_served": list(outcome.starts_when_served),
            "supersedes": str(decision.supersedes_id) if decision.supersedes_id else None,
        }


# Serving it --------------------------------------------------------------------------------------
@action("decision.served", right=rights.SERVE_DECISION)
def serve_decision(
    decision: Decision,
    *,
    actor: User,
    at: datetime,
    served_on: date | None,
    channel: str,
    language: str,
) -> Decision:
    """Records when, how and in what language the decision reached the person, and starts the
    clocks that run from that day. A channel that the safe-contact card does not mark SAFE is
    refused; so is somebody whom the person named, where no permission to that is on file and
    holds."""
    _read_again(decision, None)
    case = decision.case
    refuse_if(
        rules.objections_to_serving(
            made_on=decision.made_on,
            served_already=decision.served_on is not None,
            served_on=served_on,
            today=reads.today_of(case, at),
            channel=channel,
            safe=contact_of(case, at=at).is_safe(channel),
            language=language,
            permission=channel == rules.NOMINATED and may_tell_nominee(case, DECISIONS, at=at),
        )
    )
    assert served_on is not None
    decision.served_on = served_on
    decision.served_channel = channel
    decision.served_language = language
    decision.save(update_fields=["served_on", "served_channel", "served_language"])
    outcome = reads.law_of(decision).outcome(decision.outcome)
    clocks.void_terms(case, outcome.starts_when_served, at=at)
    detail(decision=decision.code, channel=channel, served_on=str(served_on))
    event = f"{decision.code}.{decision.outcome}.served"
    clocks.start_terms(case, event, at=at, on=served_on, also=outcome.starts_when_served)
    others = [u for u in (decision.author, case.caseworker) if u is not None and u.pk != actor.pk]
    _tell(others, "decision_served", decision, at=at, by_mail=False)
    return decision
