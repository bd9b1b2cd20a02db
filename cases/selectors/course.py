"""Reads about the course of a case: what can be done with it as a whole now, what stands in the
way, and what was done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases import ports
from cases.course_words import reason_label
from cases.models import (
    Case,
    Closure,
    Merging,
    Provisional,
    Reconsideration,
    Referral,
    Suspension,
    Withdrawal,
)
from cases.models.decision import DecisionState
from cases.models.merging import MergingState
from cases.models.provisional import ProvisionalState
from cases.models.question import QuestionState
from cases.models.reconsideration import LookState
from cases.rights import SEE_CASE
from cases.rules import course as rules
from cases.rules import provisional
from cases.selectors.decisions import OPEN_STATES, today_of
from cases.selectors.provisional import provisionals_of
from cases.selectors.reconsidering import Found, reconsiderations_of, standing_of
from cases.words import decision_label
from identities.crypto import Opener, Unreadable
from identities.models import LegalHold
from nrm.accounts.models import User
from nrm.actions import Objection
from nrm.deadline_words import day_words


# What is not finished -----------------------------------------------------------------------------
def still_open(case: Case, *, at: datetime) -> rules.Open:
    """What is not finished on the case now. Six queries, and those of the rooms above."""
    decisions = list(case.decisions.only("id", "case", "code", "state", "outcome", "served_on"))
    labels = {law.code: str(law.label) for law in case.profile.decisions}
    begun = rules.begun_by_decisions(case.profile)
    running = case.deadlines.filter(
        state__in=("open", "paused"), term__in=begun, due_at__gt=at
    ).order_by("due_at")
    newest: dict[str, Any] = {}
    made = [one for one in decisions if one.state == DecisionState.MADE]
    for one in sorted(made, key=lambda one: one.made_at or at):
        newest[one.code] = one
    asked = Merging.objects.filter(state=MergingState.ASKED)
    return rules.Open(
        drafts=tuple(labels[d.code] for d in decisions if d.state in OPEN_STATES),
        periods=tuple(
            (str(term.label), due_on)
            for term, due_on in (
                (case.profile.term(code), due_on)
                for code, due_on in running.values_list("term", "due_on")
            )
            if term.kind != "not_before"
        ),
        tasks=case.casetasks.filter(done_at=None).count(),
        not_served=tuple(
            labels[one.code]
            for one in newest.values()
            if one.served_on is None
            and case.profile.decision(one.code).outcome(one.outcome).negative
        ),
        questions=case.questions.filter(state=QuestionState.ASKED).count(),
        looks=case.reconsiderations.filter(state=LookState.ASKED).count(),
        merging=asked.filter(Q(case_id=case.pk) | Q(into_id=case.pk)).exists(),
        others=tuple(ports.objections_to_closing(case)),
    )


# What can be done ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that could be done with the case. `why_not` is empty where it can be done now, by
    the reader."""

    code: str
    label: str
    help: str
    why_not: tuple[Objection, ...] = ()


def _offers(case: Case, roles: Iterable[str]) -> list[Offer]:
    """What can be done with the case where it stands, by somebody with these roles or by others.
    What no way leads to is left out."""
    words = {
        rules.SUSPENDED: (
            _("Suspend it"),
            _("For a reason that is looked at again on a set day. Clocks are held where they can."),
        ),
        rules.RESUMED: (_("Let it go on"), _("Where it stood. The days in between do not count.")),
        rules.WITHDRAWN: (
            _("Record that the person withdraws"),
            _("It is their choice. Nothing in it is held against them, and they can come back."),
        ),
        rules.CLOSED: (_("Close it"), _("With a reason. What is not finished is listed first.")),
        rules.REOPENED: (_("Open it again"), _("Where it stood when it was closed.")),
    }
    found = []
    for code, (label, text) in words.items():
        if rules.ways(case.profile, case.stage, code):
            objections = rules.objections_to_way(case.profile, case.stage, code, set(roles))
            found.append(Offer(code, label, text, tuple(objections)))
    return found


@dataclass(frozen=True, slots=True)
class Again:
    """Another case of the person, of a referral before this one or after it. `case` is None where
    the reader does not see it."""

    later: bool
    case: Case | None


def referred_again(case: Case, reader: User) -> list[Again]:
    """The cases that this one follows, and that follow it, because the person was referred again or
    agreed after a notification. One query, one more where there are any."""
    # A referral that the reader may not see is not there for them: whoever sees no more than this
    # case is not told of another.
    rows = list(
        Referral.objects.filter(Q(case=case, follows__isnull=False) | Q(follows__case=case))
        .order_by("sent_at")
        .values_list("case_id", "follows__case_id")
    )
    ids = {one for row in rows for one in row if one and one != case.pk}
    if not ids:
        return []
    seen = Case.objects.visible_to(reader, SEE_CASE).filter(pk__in=ids).select_related("person")
    found = {one.pk: one for one in seen}
    return [
        Again(later=before == case.pk, case=found.get(after if before == case.pk else before))
        for after, before in rows
    ]


# What was done ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done with the case, in words. `note` is empty where nothing was written,
    and where it opens no more."""

    what: str
    reason: str
    by: str
    at: datetime
    note: str = ""
    details: tuple[tuple[str, str], ...] = ()
    code: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """The course of a case. `keep_until`: how long the profile keeps it after its end; `held`: a
    legal hold keeps it for longer."""

    stage: Any
    since: datetime
    suspension: Suspension | None
    suspended_for: str
    ended: bool
    keep_until: date | None
    held: bool
    offers: tuple[Offer, ...]
    happened: tuple[Happened, ...]
    newest: Found | None
    look: Reconsideration | None
    provisional: Provisional | None


def course_of(case: Case, roles: Iterable[str]) -> Course:
    """What can be done with the case by somebody with these roles, and what was done, the newest
    first; `newest` is the decision that could be looked at again, `look` the request that waits.
    Eight queries, one more where something was written or the profile knows conflict mode, and two
    of a case that has ended."""
    suspensions = list(case.suspensions.select_related("by", "ended_by"))
    withdrawals = list(case.withdrawals.select_related("by"))
    closures = list(case.closures.select_related("by", "reopened_by"))
    looks = reconsiderations_of(case)
    for_now = provisionals_of(case)
    opens = _Opens(case)
    happened = [
        *(_suspension(case, row, opens) for row in suspensions),
        *(_withdrawal(case, row, opens) for row in withdrawals),
        *(_closure(case, row, opens) for row in closures),
        *(_look(case, row, opens) for row in looks),
        *(_provisional(case, row, opens) for row in for_now),
    ]
    now = next((row for row in suspensions if row.ended_at is None), None)
    ended = case.closed_at is not None
    newest = standing_of(case)
    return Course(
        stage=case.profile.stage(case.stage),
        since=case.stage_since,
        suspension=now,
        suspended_for=reason_label(case.profile.suspension_reasons, now.reason) if now else "",
        ended=ended,
        keep_until=case.keep_until,
        held=ended and LegalHold.objects.filter(person_id=case.person_id, lifted_at=None).exists(),
        offers=tuple(_offers(case, roles)),
        happened=tuple(sorted(happened, key=lambda one: one.at, reverse=True)),
        newest=newest if newest and newest.standing.negative else None,
        look=next((row for row in looks if row.state == LookState.ASKED), None),
        provisional=next((row for row in for_now if row.state == ProvisionalState.STANDS), None),
    )


class _Opens:
    """Opens what was written, with the person's key, which is read where it is needed first."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.opener: Opener | None = None
        self.tried = False

    def _ready(self) -> Opener | None:
        if not self.tried:
            self.tried = True
            try:
                self.opener = Opener(self.case.person_id)
            except Unreadable:
                self.opener = None
        return self.opener

    def text(self, row: Any, column: str) -> str:
        return self._open(row, column, "", lambda opener: opener.text)

    def json(self, row: Any, column: str) -> dict[str, str]:
        return self._open(row, column, {}, lambda opener: opener.json)

    def _open(self, row: Any, column: str, nothing: Any, how: Callable[[Opener], Any]) -> Any:
        sealed = getattr(row, column)
        opener = self._ready() if sealed is not None else None
        if opener is None:
            return nothing
        try:
            return how(opener)(bytes(sealed), table=row._meta.db_table, column=column, row=row.pk)
        except Unreadable:
            return nothing


def _suspension(case: Case, row: Suspension, opens: _Opens) -> Happened:
    details = [(_("Looked at again on"), day_words(row.review_on))]
    if row.ended_at is not None and row.ended_by is not None:
        details.append((_("Ended"), _who(row.ended_by, today_of(case, row.ended_at))))
    return Happened(
        _("Suspended"),
        reason_label(case.profile.suspension_reasons, row.reason),
        row.by.display_name,
        row.at,
        note=opens.text(row, "note"),
        details=tuple(details),
        code=row.reason,
        over=row.ended_at is not None,
    )


def _withdrawal(case: Case, row: Withdrawal, opens: _Opens) -> Happened:
    told = opens.json(row, "told")
    return Happened(
        _("The person withdrew"),
        reason_label(case.profile.withdrawal.methods, row.method),
        row.by.display_name,
        row.at,
        note=told.get("wish", ""),
        details=(
            (_("They said it on"), day_words(row.told_on)),
            (_("Heard by"), told.get("heard_by", "")),
            (_("What ends and what stays open was explained"), _("Yes")),
        ),
        code=row.method,
    )


def _closure(case: Case, row: Closure, opens: _Opens) -> Happened:
    details = []
    if row.reopened_at is not None and row.reopened_by is not None:
        who = _who(row.reopened_by, today_of(case, row.reopened_at))
        because = row.get_reopened_because_display()
        details.append((_("Opened again"), f"{who}: {because}" if because else who))
    return Happened(
        _("Closed"),
        reason_label(case.profile.closure_codes, row.code),
        row.by.display_name,
        row.at,
        note=opens.text(row, "note"),
        details=tuple(details),
        code=row.code,
        over=row.reopened_at is not None,
    )


def _look(case: Case, row: Reconsideration, opens: _Opens) -> Happened:
    told = opens.json(row, "told")
    grounds = [reason_label(case.profile.reconsideration_grounds, code) for code in row.grounds]
    details = [
        (_("Asked by"), str(row.get_asked_by_display())),
        (_("Asked on"), day_words(row.asked_on)),
        (_("Decision"), decision_label(case, row.decision.code)),
    ]
    if row.late:
        details.append((_("After its days, because"), told.get("exceptional", "")))
    if row.answered_at is not None and row.answered_by is not None:
        who = _who(row.answered_by, today_of(case, row.answered_at))
        details.append((str(row.get_state_display()), who))
        details.append((_("Why"), opens.text(row, "answer")))
    return Happened(
        _("Another look was asked for"),
        ", ".join(grounds),
        row.recorded_by.display_name,
        row.recorded_at,
        note=told.get("why", ""),
        details=tuple(details),
        code=row.state,
        over=row.state != LookState.ASKED,
    )


def _provisional(case: Case, row: Provisional, opens: _Opens) -> Happened:
    grounds = [reason_label(provisional.grounds_of(case.profile), code) for code in row.grounds]
    mode = case.profile.conflict_mode
    details = [
        (_("Why no authority decided"), reason_label(mode.situations, row.situation)),
        (_("By"), row.organisation.name),
        (_("They last said so on"), day_words(today_of(case, row.looked_at))),
    ]
    if row.functions_at is not None and row.functions_by is not None:
        who = _who(row.functions_by, today_of(case, row.functions_at))
        details.append((_("An authority functions again"), who))
    details.append((_("It stands"), str(row.get_state_display())))
    return Happened(
        _("Identified provisionally"),
        ", ".join(grounds),
        row.by.display_name,
        row.at,
        note=opens.json(row, "told").get("why", ""),
        details=tuple(details),
        code=row.state,
        over=row.state != ProvisionalState.STANDS,
    )


def _who(user: Any, day: date) -> str:
    return f"{user.display_name}, {day_words(day)}"
