"""Ways to the states that the tests of decisions need, taken as people take them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cases.actions import deciding
from cases.actions.deciding import Content
from cases.models import Case, Consent, Decision, FindingSet, SafeContact
from nrm.context import acting_as

LONDON = ZoneInfo("Europe/London")


def day(year: int, month: int, number: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, number, hour, minute, tzinfo=LONDON)


def consent(world: Any, case: Case, *, at: datetime, answer: str = "agreed") -> Consent:
    """What the person answered, as the referral records it."""
    return Consent.objects.create(
        case=case, answer=answer, recorded_by=world.responder, recorded_at=at
    )


def findings(world: Any, case: Case, *, at: datetime, **more: Any) -> FindingSet:
    """Findings as a completed screening records them."""
    met = "ELEMENTS_MET_CHILD" if case.treated_as_child else "ELEMENTS_MET_ADULT"
    values: dict[str, Any] = {
        "act": "PRESENT",
        "means": "PRESENT",
        "purpose": "PRESENT",
        "result": met,
        "limb": "trafficking",
        "pathway": "decision",
        "episodes": [
            {
                "episode": "one",
                "position": 1,
                "act": "PRESENT",
                "means": "PRESENT",
                "purpose": "PRESENT",
                "result": met,
                "limb": "trafficking",
            }
        ],
    }
    FindingSet.objects.filter(case=case, superseded_at=None).update(superseded_at=at)
    return FindingSet.objects.create(
        case=case, recorded_by=world.caseworker, recorded_at=at, **{**values, **more}
    )


def card(world: Any, case: Case, *, at: datetime, **safety: str) -> SafeContact:
    return SafeContact.objects.create(
        case=case, recorded_by=world.caseworker, recorded_at=at, **safety
    )


def ready_case(world: Any, *, at: datetime, answer: str = "agreed", **more: Any) -> Case:
    """An assigned case with the person's agreement and with findings that meet the elements."""
    case = world.assigned_case(at=at, **more)
    if not case.treated_as_child:
        consent(world, case, at=at, answer=answer)
    findings(world, case, at=at)
    return again(world, case)


def again(world: Any, case: Case) -> Case:
    with acting_as(world.caseworker):
        return Case.objects.select_related("person", "caseworker").get(pk=case.pk)


REASONS = {
    "for": "She described the locked house and the debt. Zanzibar-Quill saw the padlock.",
    "against": "Nothing speaks against it.",
    "credibility": "Dates moved by a month; this is common after trauma.",
    "inconsistencies": "The month of arrival was put to her on 3 March; she explained the mix-up.",
    "missing": "The employer did not answer.",
    "letter": "We believe what you told us about the house and the debt.",
    "would_change": "New information about the house would matter.",
    "differs": "The findings do not weigh the letter of the court.",
}


def content(outcome: str = "positive", **more: Any) -> Content:
    """A draft that lacks nothing."""
    values: dict[str, Any] = {
        "outcome": outcome,
        "grounds": ("elements_met",) if outcome == "positive" else ("other_explanation",),
        "reasons": {k: v for k, v in REASONS.items() if outcome == "negative" or k != "differs"},
        "answers": {"age_basis": "document", "delay_requested": "no"},
        "no_conflict": True,
    }
    return Content(**{**values, **more})


def drafted(
    world: Any, case: Case, *, at: datetime, code: str = "reasonable_grounds", **more: Any
) -> Decision:
    return deciding.draft_decision(
        again(world, case), actor=world.caseworker, at=at, code=code, content=content(**more)
    )


def submitted(world: Any, case: Case, *, at: datetime, **more: Any) -> Decision:
    decision = drafted(world, case, at=at, **more)
    return deciding.submit_for_review(decision, actor=world.caseworker, at=at)


def own_grounds(world: Any, decision: Decision, *, at: datetime, who: str = "supervisor") -> Any:
    return deciding.record_own_grounds(
        decision,
        actor=getattr(world, who),
        at=at,
        own_outcome=decision.outcome,
        own_grounds="I read the account and the photographs, and come to the same.",
        no_conflict=True,
    )


def made(world: Any, case: Case, *, at: datetime, **more: Any) -> Decision:
    """A decision that two people made."""
    decision = submitted(world, case, at=at, **more)
    own_grounds(world, decision, at=at)
    deciding.agree(decision, actor=world.supervisor, at=at)
    with acting_as(world.caseworker):
        return Decision.objects.select_related("case__person").get(pk=decision.pk)


def texts(refusal: Any) -> list[str]:
    return [objection.text for objection in refusal.value.objections]


def codes(refusal: Any) -> set[str]:
    return {objection.code for objection in refusal.value.objections}


def dues(world: Any, case: Case) -> dict[str, tuple[str, str]]:
    """Each clock's state and date by term."""
    with acting_as(world.caseworker):
        return {d.term: (d.state, d.due_on.isoformat()) for d in again(world, case).deadlines.all()}
