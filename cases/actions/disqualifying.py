"""Taking the protection of the law away from a person, by two people: one proposes, the person is
told and can answer, another decides. And its road back, on which nobody answers who took part."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.actions import clocks, closing, stages
from cases.models import Case, Closure, Disqualification
from cases.models.disqualification import Answered, DisqualificationState
from cases.models.reconsideration import AskedBy, LookState
from cases.rules import course as course_rules
from cases.rules import disqualifying as rules
from cases.rules.decisions import objections_to_serving
from cases.selectors.contact import contact_of
from cases.selectors.decisions import today_of
from identities.crypto import seal, seal_json
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if

TABLE = "cases_disqualification"
State = DisqualificationState


@action("disqualification.proposed", right=rights.KEEP_DISQUALIFICATION)
def propose(
    case: Case, *, actor: User, at: datetime, grounds: Collection[str], why: str
) -> Disqualification:
    """Proposes that the person is disqualified, on grounds of the profile. Nothing is decided by
    it, and nothing ends. Raises Refused with every reason against it."""
    case.refresh_from_db(fields=stages.READ)
    open_already = case.disqualifications.filter(state__in=(State.PROPOSED, State.MADE)).exists()
    refuse_if(
        [
            *rules.objections_to_proposing(
                case.profile, case.stage, open_already=open_already, grounds=grounds, why=why
            ),
            *stages.too_long(why, "why", course_rules.LONGEST),
        ]
    )
    pk = uuid4()
    row = Disqualification.objects.create(
        id=pk,
        case=case,
        grounds=list(dict.fromkeys(grounds)),
        told=seal_json(case.person_id, {"why": why.strip()}, table=TABLE, column="told", row=pk),
        by=actor,
        at=at,
    )
    detail(grounds=row.grounds)
    once = f"disqualification_proposed:{row.pk}"
    stages.tell_inside(case, "disqualification_proposed", once=once, at=at, but=actor)
    return row


@action("disqualification.taken_back", right=rights.KEEP_DISQUALIFICATION)
def take_back(row: Disqualification, *, actor: User, at: datetime) -> Disqualification:
    """Takes a proposal back before it is decided: protection goes on as it did."""
    row.refresh_from_db()
    if row.state != State.PROPOSED:
        refuse_if([Objection(_("Nothing is proposed that waits for this."), code="over")])
    row.state = State.TAKEN_BACK
    row.save(update_fields=["state"])
    _stop_window(row.case, at=at)
    return row


def _stop_window(case: Case, *, at: datetime) -> None:
    case.refresh_from_db(fields=stages.READ)
    clocks.settle_terms(case, [t.code for t in case.profile.terms_started_by(rules.TOLD)], at=at)


@action("disqualification.told", right=rights.KEEP_DISQUALIFICATION)
def record_told(
    row: Disqualification,
    *,
    actor: User,
    at: datetime,
    served_on: date | None,
    channel: str,
    language: str,
    permission: bool = False,
) -> Disqualification:
    """Records when and how the person was told of the proposal and its grounds. From that day they
    can answer within the days of the profile. A way that the safe-contact card does not mark as
    safe is refused."""
    row.refresh_from_db()
    case = row.case
    found = _objections_to_reaching(
        row, row.at, row.person_told_on, served_on, channel, language, permission, at
    )
    if row.state != State.PROPOSED:
        found.append(Objection(_("Nothing is proposed that waits for this."), code="over"))
    refuse_if(found)
    assert served_on is not None
    row.person_told_on = served_on
    row.person_told_channel, row.person_told_language = channel, language
    row.save(update_fields=["person_told_on", "person_told_channel", "person_told_language"])
    case.refresh_from_db(fields=stages.READ)
    clocks.start_terms(case, rules.TOLD, at=at, on=served_on)
    detail(channel=channel, told_on=str(served_on))
    return row


def _objections_to_reaching(
    row: Disqualification,
    since: datetime | None,
    before: date | None,
    served_on: date | None,
    channel: str,
    language: str,
    permission: bool,
    at: datetime,
) -> list[Objection]:
    case = row.case
    return objections_to_serving(
        made_on=today_of(case, since) if since else None,
        served_already=before is not None,
        served_on=served_on,
        today=today_of(case, at),
        channel=channel,
        safe=contact_of(case, at=at).is_safe(channel),
        language=language,
        permission=permission,
    )


@action("disqualification.answered", right=rights.KEEP_DISQUALIFICATION)
def record_answer(
    row: Disqualification,
    *,
    actor: User,
    at: datetime,
    answered: str,
    words: str,
    answered_on: date | None,
) -> Disqualification:
    """Records what the person, or somebody for them, says to it; a later one takes its place until
    it is decided. Raises Refused with every reason against it."""
    row.refresh_from_db()
    case = row.case
    refuse_if(
        [
            *rules.objections_to_answer(
                proposed=row.state == State.PROPOSED,
                told_on=row.person_told_on,
                known_answer=answered in Answered.values,
                said=answered == Answered.SAID,
                words=words,
                answered_on=answered_on,
                today=today_of(case, at),
            ),
            *stages.too_long(words, "words", course_rules.LONGEST),
        ]
    )
    row.answered, row.answered_on = answered, answered_on
    kept = words.strip()
    row.answer = (
        seal(case.person_id, kept, table=TABLE, column="answer", row=row.pk) if kept else None
    )
    row.save(update_fields=["answered", "answered_on", "answer"])
    _stop_window(case, at=at)
    detail(answered=answered, answered_on=str(answered_on))
    return row


@action("disqualification.decided", right=rights.DECIDE_DISQUALIFICATION, forward=True)
def decide(
    row: Disqualification, *, actor: User, at: datetime, disqualify: bool | None, reasons: str
) -> Disqualification:
    """Somebody who did not propose it decides, once the person has answered or their days are over.
    Disqualified, the case ends with its clocks, the recovery period among them, and rooms above are
    told that it did. Raises Refused with every reason against it."""
    row.refresh_from_db()
    case = row.case
    case.refresh_from_db(fields=stages.READ)
    law = case.profile
    heard = rules.Heard(
        told=row.person_told_on is not None,
        last_day=rules.last_day_to_answer(law, case.calendar, row.person_told_on),
        answered=bool(row.answered),
    )
    refuse_if(
        [
            *rules.objections_to_deciding(
                law,
                case.stage,
                proposed=row.state == State.PROPOSED,
                proposer=row.by_id == actor.pk,
                heard=heard,
                today=today_of(case, at),
                disqualify=disqualify,
                reasons=reasons,
            ),
            *stages.too_long(reasons, "reasons", course_rules.LONGEST),
        ]
    )
    row.state = State.MADE if disqualify else State.NOT_MADE
    row.decided_by, row.decided_at = actor, at
    row.reasons = seal(case.person_id, reasons.strip(), table=TABLE, column="reasons", row=row.pk)
    row.save(update_fields=["state", "decided_by", "decided_at", "reasons"])
    _stop_window(case, at=at)
    detail(disqualified=bool(disqualify), grounds=row.grounds)
    once = f"disqualification_decided:{row.pk}"
    stages.tell_inside(case, f"disqualification_{row.state}", once=once, at=at, but=actor)
    if disqualify:
        _end(case, actor=actor, at=at)
        stages.tell_outside(case, "suspended_or_withdrawn", "case_closed", once=once, at=at)
    return row


def _end(case: Case, *, actor: User, at: datetime) -> None:
    """Ends the case as a closing does, so that it goes on as it stood where this is lifted."""
    assert case.profile.disqualification is not None
    (way,) = course_rules.ways(case.profile, case.stage, rules.MADE)[:1]
    before = closing.stop_everything(case, actor=actor, at=at) or case.stage
    closing.close_clocks(
        case, case.profile.disqualification.closure_code, before, note="", actor=actor, at=at
    )
    closing.end_case(case, way.to_stage, at=at)
    detail(keep_until=str(case.keep_until))


@action("disqualification.served", right=rights.KEEP_DISQUALIFICATION, ended=True)
def record_served(
    row: Disqualification,
    *,
    actor: User,
    at: datetime,
    served_on: date | None,
    channel: str,
    language: str,
    permission: bool = False,
) -> Disqualification:
    """Records when and how the decision reached the person: from that day they can ask for it to be
    looked at again."""
    row.refresh_from_db()
    refuse_if(
        _objections_to_reaching(
            row, row.decided_at, row.served_on, served_on, channel, language, permission, at
        )
    )
    row.served_on, row.served_channel, row.served_language = served_on, channel, language
    row.save(update_fields=["served_on", "served_channel", "served_language"])
    detail(channel=channel, served_on=str(served_on))
    return row


# The road back ------------------------------------------------------------------------------------
@action("disqualification.look_asked", right=rights.KEEP_DISQUALIFICATION, ended=True)
def ask_look(
    row: Disqualification,
    *,
    actor: User,
    at: datetime,
    asked_by: str,
    grounds: Collection[str],
    why: str,
    asked_on: date | None,
    exceptional: str = "",
) -> Disqualification:
    """Records that it is asked to be looked at again, within its days from when the decision
    reached the person, later only with what is `exceptional`. Raises Refused with every reason."""
    row.refresh_from_db()
    case = row.case
    last_day = rules.last_day_to_ask(case.profile, case.calendar, row.served_on)
    refuse_if(
        [
            *rules.objections_to_asking(
                case.profile,
                made=row.state == State.MADE,
                asked_already=bool(row.look_state),
                last_day=last_day,
                decided_on=today_of(case, row.decided_at) if row.decided_at else None,
                known_by=asked_by in AskedBy.values,
                grounds=grounds,
                why=why,
                asked_on=asked_on,
                today=today_of(case, at),
                exceptional=exceptional,
            ),
            *stages.too_long(why, "why", course_rules.LONGEST),
            *stages.too_long(exceptional, "exceptional", course_rules.LONGEST),
        ]
    )
    assert asked_on is not None
    late = rules.is_late(last_day, asked_on)
    told = {"why": why.strip(), "exceptional": exceptional.strip() if late else ""}
    row.look_state, row.look_by, row.look_on = LookState.ASKED, asked_by, asked_on
    row.look_grounds, row.look_late = list(dict.fromkeys(grounds)), late
    row.look_recorded_by = actor
    row.look_told = seal_json(case.person_id, told, table=TABLE, column="look_told", row=row.pk)
    row.save(
        update_fields=[
            *("look_state", "look_by", "look_on", "look_grounds", "look_late"),
            *("look_recorded_by", "look_told"),
        ]
    )
    detail(asked_by=asked_by, grounds=row.look_grounds, asked_on=str(asked_on), late=late)
    once = f"disqualification_look:{row.pk}"
    stages.tell_inside(case, "disqualification_look_asked", once=once, at=at, but=actor)
    return row


@action("disqualification.look_answered", right=rights.DECIDE_DISQUALIFICATION, ended=True)
def answer_look(
    row: Disqualification, *, actor: User, at: datetime, accept: bool, reasons: str
) -> Disqualification:
    """Somebody who neither proposed nor decided it, and did not record the request, lifts it or
    does not, with reasons. Lifted, the case goes on where it stood, and its clocks as they ran."""
    row.refresh_from_db()
    case = row.case
    case.refresh_from_db(fields=stages.READ)
    closed = case.closures.filter(reopened_at=None).first()
    way = rules.way_back(case.profile, case.stage, closed.stage_before) if closed else None
    case.person.refresh_from_db(fields=["erased_at"])
    refuse_if(
        [
            *rules.objections_to_lifting(
                waits=row.look_state == LookState.ASKED,
                took_part=actor.pk in (row.by_id, row.decided_by_id),
                recorded=actor.pk == row.look_recorded_by_id,
                reasons=reasons,
                possible=not accept or (way is not None and case.person.erased_at is None),
            ),
            *stages.too_long(reasons, "reasons", course_rules.LONGEST),
        ]
    )
    row.look_state = LookState.ACCEPTED if accept else LookState.REJECTED
    row.look_answered_by, row.look_answered_at = actor, at
    row.look_answer = seal(
        case.person_id, reasons.strip(), table=TABLE, column="look_answer", row=row.pk
    )
    if accept:
        row.state = State.LIFTED
    row.save(
        update_fields=["state", "look_state", "look_answered_by", "look_answered_at", "look_answer"]
    )
    detail(accepted=accept)
    if accept:
        assert closed is not None
        _lift(case, closed, actor=actor, at=at)
    once = f"disqualification_answered:{row.pk}"
    kind = f"disqualification_look_{row.look_state}"
    stages.tell_inside(case, kind, once=once, at=at, but=actor)
    if accept:
        stages.tell_outside(case, "suspended_or_withdrawn", "case_reopened", once=once, at=at)
    return row


def _lift(case: Case, closed: Closure, *, actor: User, at: datetime) -> None:
    closing.run_again(closed)
    closed.reopened_by, closed.reopened_at = actor, at
    closed.save(update_fields=["reopened_by", "reopened_at"])
    case.closed_at = case.keep_until = None
    stages.take(case, closed.stage_before, at=at)
    clocks.refresh_next_due(case)
