"""Identifying a person for the time being where no authority functions, saying from time to time
that it is still so, and handing it to an authority that functions again. The decision of that
authority ends it (`end_by`, called as it is made), and nothing else does."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from cases import rights
from cases.actions import clocks, stages
from cases.actions.telling import tell
from cases.models import Case, Decision, Provisional
from cases.models.case import CaseKind
from cases.models.provisional import ProvisionalState
from cases.rules import course as course_rules
from cases.rules import provisional as rules
from cases.selectors.decisions import OPEN_STATES
from cases.selectors.provisional import TABLE, identifies_for
from identities.crypto import seal_json
from nrm.accounts.models import User
from nrm.actions import action, also, detail, refuse_if
from nrm.context import acting_as


@action("provisional.identified", right=rights.IDENTIFY_PROVISIONALLY)
def identify_provisionally(
    case: Case,
    *,
    actor: User,
    at: datetime,
    grounds: Collection[str],
    situation: str,
    why: str,
    explained: bool,
    submission_key: UUID | None = None,
) -> Provisional:
    """Whoever leads an organisation that referred the person presumes for the time being that they
    are a victim, because no authority functions (`situation`). It opens the recovery period, and
    what waits for the decision that it precedes. Whoever refers may not move a case: the system
    takes it the profile's way, and tells the authority. The same `submission_key` identifies once.
    Raises Refused with every reason against it."""
    house = identifies_for(actor, case)
    with acting_as(User.objects.system()):
        if submission_key is not None:
            known = Provisional.objects.filter(submission_key=submission_key, case=case, by=actor)
            if row := known.first():
                detail(repeated=True)
                return row
        case.refresh_from_db(fields=[*stages.READ, "kind"])
        facts = rules.Facts(
            stage=case.stage,
            kind=house.kind if house else "",
            deciding=case.decisions.filter(state__in=OPEN_STATES).exists(),
            referred=case.kind == CaseKind.REFERRAL,
        )
    refuse_if(
        [
            *rules.objections_to_identifying(
                case.profile,
                facts,
                grounds=grounds,
                situation=situation,
                why=why,
                explained=explained,
            ),
            *stages.too_long(why, "why", course_rules.LONGEST),
        ]
    )
    assert house is not None
    pk = uuid4()
    row = Provisional(
        id=pk,
        case=case,
        organisation=house,
        situation=situation,
        grounds=list(dict.fromkeys(grounds)),
        told=seal_json(case.person_id, {"why": why.strip()}, table=TABLE, column="told", row=pk),
        by=actor,
        at=at,
        looked_by=actor,
        looked_at=at,
        submission_key=submission_key,
    )
    row.save(force_insert=True)
    detail(situation=situation, grounds=row.grounds)
    with acting_as(User.objects.system()):
        stages.take(case, rules.stage_after(case.profile, case.stage), at=at)
        clocks.start_terms(case, rules.IDENTIFIED, at=at)
        once = f"provisional_identified:{row.pk}"
        stages.tell_inside(case, "provisional_identified", once=once, at=at, but=actor)
    return row


@action("provisional.looked_at", right=rights.IDENTIFY_PROVISIONALLY)
def say_still(case: Case, *, actor: User, at: datetime, situation: str) -> Provisional:
    """The organisation says that still no authority functions. It is asked again after the days of
    the profile. Raises Refused where none holds any more, or an authority functions again."""
    row = _standing(case)
    refuse_if(
        rules.objections_to_looking(
            case.profile,
            stands=row is not None,
            functions=row is not None and row.functions_at is not None,
            situation=situation,
        )
    )
    assert row is not None
    row.situation, row.looked_by, row.looked_at = situation, actor, at
    row.save(update_fields=["situation", "looked_by", "looked_at"])
    detail(situation=situation)
    with acting_as(User.objects.system()):
        case.refresh_from_db(fields=stages.READ)
        again = [term.code for term in case.profile.terms_started_by(rules.LOOKED_AT)]
        clocks.settle_terms(case, again, at=at)
        clocks.start_terms(case, rules.LOOKED_AT, at=at)
    return row


@action("provisional.authority_functions", right=rights.DRAFT_DECISION)
def say_that_one_functions(case: Case, *, actor: User, at: datetime) -> Provisional:
    """Somebody of the authority says that it functions again: it decides within the days of the
    profile, and the organisation is asked no more. Until then the identification stands."""
    row = _standing(case)
    refuse_if(
        rules.objections_to_handing_over(
            stands=row is not None, functions=row is not None and row.functions_at is not None
        )
    )
    assert row is not None
    row.functions_by, row.functions_at = actor, at
    row.save(update_fields=["functions_by", "functions_at"])
    case.refresh_from_db(fields=stages.READ)
    clocks.settle_terms(
        case, [term.code for term in case.profile.terms_started_by(rules.LOOKED_AT)], at=at
    )
    clocks.start_terms(case, rules.FUNCTIONS, at=at)
    once = f"provisional_to_decide:{row.pk}"
    tell(stages.referrers_to_tell(case), "provisional_to_decide", once=once, at=at, case=case)
    stages.tell_inside(case, "provisional_to_decide", once=once, at=at, but=actor)
    return row


def _standing(case: Case) -> Provisional | None:
    found = Provisional.objects.filter(case=case, state=ProvisionalState.STANDS)
    return found.select_related("organisation").first()


def end_by(decision: Decision, *, stage_before: str, negative: bool, at: datetime) -> None:
    """Ends what was provisional, as the decision that confirms it or does not is made. No statement
    where the case did not stand there."""
    case = decision.case
    if not rules.is_provisional(case.profile, stage_before):
        return
    state = ProvisionalState.LAPSED if negative else ProvisionalState.CONFIRMED
    row = _standing(case)
    if row is None:
        return
    row.state, row.decision, row.ended_at = state, decision, at
    row.save(update_fields=["state", "decision", "ended_at"])
    also(f"provisional.{state.value}", row, decision=decision.code)
