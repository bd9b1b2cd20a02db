"""Reads that the pages of cases share: the work list, the head of a case, deadlines in words."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from cases.models import Case, Deadline, Decision, FindingSet, SafeContact
from cases.models.case import AgeStatus, CaseKind
from cases.models.deadline import DeadlineState
from cases.models.decision import DecisionState
from cases.references import clean_reference
from cases.rights import SEE_CASE
from cases.rules.languages import language_name
from cases.rules.next_steps import Standing, waits_on
from cases.selectors.keyset import Rows, page_of
from nrm.accounts.models import User
from nrm.deadline_words import earliest_end_words, state_words
from nrm.profiles.terms import clock_state

# Counts beside a view stop here: an exact count over everything somebody may see costs more than
# the page, and nobody acts on the difference between 501 and 600.
COUNTED_TO = 500
WEEK = 7

OVERDUE, DUE_NOW, WEEK_AHEAD, LATER, PAUSED = "overdue", "due_now", "week", "later", "paused"
URGENCIES = {
    OVERDUE: _lazy("Overdue"),
    DUE_NOW: _lazy("Due today or tomorrow"),
    WEEK_AHEAD: _lazy("Due in 7 days"),
    LATER: _lazy("Not due"),
    PAUSED: _lazy("Paused"),
}

OPEN_DECISIONS = (
    DecisionState.DRAFT,
    DecisionState.IN_REVIEW,
    DecisionState.RETURNED,
    DecisionState.ESCALATED,
)
_RUNNING = (DeadlineState.OPEN, DeadlineState.PAUSED)


def address(name: str, *arguments: Any) -> str:
    """The address of a page that another room or module may have, or nothing where it has not."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


# Deadlines in words -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A deadline as cards and lists show it: word, shape and edge before colour."""

    id: UUID
    label: str
    state: str  # overdue, due_now, on_track, paused, met: the look
    words: str
    due_on: date
    note: str
    progress: int | None
    why_url: str
    urgency: str
    term: str
    runs_out: bool  # a date to meet, not one before which something may not be done
    waits: bool  # a date before which something may not be done, still to come


def _pause_reason(case: Case, deadline: Deadline) -> tuple[str | None, str, date | None]:
    if deadline.state != DeadlineState.PAUSED:
        return None, "", None
    pauses = list(deadline.pauses.all())
    if not pauses:
        return "", "", None
    pause = pauses[-1]
    labels = {r.code: str(r.label) for r in case.profile.suspension_reasons}
    return pause.reason, labels.get(pause.reason, ""), pause.from_date


def _progress(deadline: Deadline, at: datetime) -> int:
    whole = (deadline.due_at - deadline.started_at).total_seconds()
    gone = (at - deadline.started_at).total_seconds()
    return max(0, min(100, round(100 * gone / whole))) if whole > 0 else 100


_LOOK = {"waiting": "on_track", "reached": "met"}


def deadline_view(case: Case, deadline: Deadline, *, at: datetime) -> DeadlineView:
    """The deadline in words at a moment. The pauses of a paused one should be prefetched."""
    term = case.profile.term(deadline.term)
    reason, because, since = _pause_reason(case, deadline)
    state = clock_state(
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        at=at,
        calendar=case.profile.calendar_for(deadline.calendar),
        kind=term.kind,
        met_at=deadline.settled_at if deadline.state == DeadlineState.MET else None,
        paused_reason=reason,
    )
    earliest = term.kind == "earliest_end" and state.code in ("waiting", "reached")
    words = earliest_end_words(state) if earliest else state_words(state, because)
    note = ""
    if since:
        note = _("Paused since %(date)s") % {"date": date_format(since, "j F Y")}
    elif term.kind != "due":
        note = str(term.help)
    return DeadlineView(
        id=deadline.pk,
        label=str(term.label),
        state=_LOOK.get(state.code, state.code),
        words=words,
        due_on=deadline.due_on,
        note=note,
        progress=_progress(deadline, at) if state.code in ("due_now", "on_track") else None,
        why_url=address("deadline", case.reference, deadline.pk),
        urgency=_urgency(state.code, state.days),
        term=term.code,
        runs_out=term.kind == "due",
        waits=state.code == "waiting",
    )


def _urgency(code: str, days: int) -> str:
    if code in (OVERDUE, DUE_NOW, PAUSED):
        return code
    return WEEK_AHEAD if code == "on_track" and days <= WEEK else LATER


def running_deadlines(case: Case, *, at: datetime) -> list[DeadlineView]:
    """The clocks that run or are paused, the earliest first. One query, two where one is paused."""
    rows = list(case.deadlines.filter(state__in=_RUNNING).order_by("due_at"))
    if any(row.state == DeadlineState.PAUSED for row in rows):
        prefetch_related_objects(rows, "pauses")
    return [deadline_view(case, row, at=at) for row in rows]


def next_deadlines(cases: Iterable[Case], *, at: datetime) -> dict[UUID, DeadlineView]:
    """For each case, the clock to show in a list: the next date to meet, else a paused one, else
    a date to wait for. Two queries."""
    by_id = {case.pk: case for case in cases}
    rows = (
        Deadline.objects.filter(case__in=by_id, state__in=_RUNNING)
        .prefetch_related("pauses")
        .order_by("due_at", "id")
    )
    found: dict[UUID, list[Deadline]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return {
        pk: deadline_view(by_id[pk], min(theirs, key=_first_shown), at=at)
        for pk, theirs in found.items()
    }


def _first_shown(deadline: Deadline) -> tuple[bool, bool, float]:
    moment = deadline.due_at.timestamp()
    if deadline.kind != "due":
        # Of several dates to wait for, the last is the one after which something may be done.
        return (True, False, -moment)
    return (False, deadline.state != DeadlineState.OPEN, moment)


# Who the case is about, without saying who --------------------------------------------------------
CHANNELS = {
    "call": _lazy("telephone"),
    "text": _lazy("text message"),
    "voicemail": _lazy("voicemail"),
    "email": _lazy("e-mail"),
    "post": _lazy("post"),
}


def age_words(case: Case) -> str:
    """How old the person is, as far as the case says it: the status, and a band of five years that
    does not cross the eighteenth birthday."""
    status = str(AgeStatus(case.age_status).label)
    if (years := case.age_years) is None:
        return status
    first = years - years % 5
    last = first + 4
    first, last = (first, min(last, 17)) if years < 18 else (max(first, 18), last)
    band = _("about %(first)d to %(last)d") % {"first": first, "last": last}
    return f"{status}, {band}"


def contact_words(card: SafeContact | None) -> str:
    """What limits contact, in a few words. A channel that is not marked safe is not used."""
    safe = [str(words) for name, words in CHANNELS.items() if getattr(card, name, "") == "safe"]
    if not safe:
        return _("Do not contact: no safe way is known")
    if len(safe) == len(CHANNELS):
        return ""
    return _("Contact only by %(channels)s") % {"channels": ", ".join(safe)}


def identity_bar(case: Case, held: frozenset[str]) -> dict[str, Any]:
    """What the bar at the top of each page of a case says. One query."""
    language = language_name(case.language) if case.language else ""
    if case.interpreter_needed:
        language = (
            _("%(language)s: interpreter needed") % {"language": language}
            if language
            else _("Interpreter needed")
        )
    return {
        "pseudonym": case.pseudonym,
        "reference": case.reference,
        "age_band": age_words(case),
        "language": language,
        "contact_limits": contact_words(case.safecontacts.first()),
        "show_url": reverse("show_identity", args=[case.reference])
        if "show_identity" in held
        else "",
    }


# What comes next ----------------------------------------------------------------------------------
def standing(
    case: Case,
    *,
    screened: bool,
    decisions: Iterable[Decision],
    not_before: date | None = None,
    open_tasks: int = 0,
) -> Standing:
    """The facts from which what comes next is told. No query."""
    stage = case.stage
    ahead = [d for d in case.profile.decisions if stage in d.from_stages]
    decisions = list(decisions)
    open_now = next((d for d in decisions if d.state in OPEN_DECISIONS), None)
    return Standing(
        closed=not case.profile.stage(stage).open or case.closed_at is not None,
        notify_only=case.kind == CaseKind.DUTY_TO_NOTIFY,
        assigned=case.caseworker_id is not None,
        screened=screened,
        open_tasks=open_tasks,
        next_decision=ahead[0].code if ahead else "",
        open_decision=open_now.code if open_now else "",
        open_state=open_now.state if open_now else "",
        to_serve=tuple(
            d.code for d in decisions if d.state == DecisionState.MADE and d.served_on is None
        ),
        not_before=not_before,
        waits_for_answer=stage.endswith("_requested"),
    )


def day_to_wait_for(case: Case, deadlines: Iterable[DeadlineView]) -> date | None:
    """The day before which the stage's next decision cannot be made, where it is still to come. No
    query."""
    codes = {d.not_before for d in case.profile.decisions if case.stage in d.from_stages} - {""}
    return next((d.due_on for d in deadlines if d.waits and d.term in codes), None)


# The work list ------------------------------------------------------------------------------------
MINE, TEAM, UNASSIGNED, CLOSED = "mine", "team", "unassigned", "closed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked the work list for."""

    view: str = MINE
    urgency: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    child: bool = False
    text: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list of cases."""

    case: Case
    deadline: DeadlineView | None
    stage: str
    waits: str
    urgency: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases of a view are how urgent, at which stage, of a child; `more` where there are
    more than were counted."""

    total: int
    urgency: Counter[str]
    stages: Counter[str]
    children: int
    more: bool

    def words(self, number: int) -> str:
        return f"{number}+" if self.more else str(number)


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _has_paused_clock() -> Exists:
    return Exists(
        Deadline.objects.filter(case=OuterRef("pk"), state=DeadlineState.PAUSED, kind="due")
    )


def _urgent(wanted: frozenset[str], at: datetime) -> Q:
    today = timezone.localdate(at)
    tomorrow, week = _end_of(today + timedelta(days=1)), _end_of(today + timedelta(days=WEEK))
    parts = {
        OVERDUE: Q(next_due_at__lt=at),
        DUE_NOW: Q(next_due_at__gte=at, next_due_at__lt=tomorrow),
        WEEK_AHEAD: Q(next_due_at__gte=tomorrow, next_due_at__lt=week),
        LATER: Q(next_due_at__gte=week) | (Q(next_due_at=None) & ~Q(_has_paused_clock())),
        PAUSED: Q(next_due_at=None) & Q(_has_paused_clock()),
    }
    condition = Q()
    for code in wanted:
        condition |= parts[code]
    return condition


def _urgency_of(due: datetime | None, paused: bool, at: datetime) -> str:
    if due is None:
        return PAUSED if paused else LATER
    if due < at:
        return OVERDUE
    days = (timezone.localdate(due) - timezone.localdate(at)).days
    if days <= 1:
        return DUE_NOW
    return WEEK_AHEAD if days <= WEEK else LATER


def in_view(actor: User, view: str) -> QuerySet[Case]:
    """The cases of a view, among those whose page the actor may see."""
    cases = Case.objects.visible_to(actor, SEE_CASE)
    if view == CLOSED:
        return cases.exclude(closed_at=None)
    cases = cases.filter(closed_at=None)
    if view == MINE:
        return cases.filter(caseworker=actor)
    if view == UNASSIGNED:
        return cases.filter(caseworker=None)
    return cases


def counts(actor: User, view: str, *, at: datetime) -> Counts:
    """Counts for one view. One query, of at most `COUNTED_TO` light rows."""
    rows = list(
        in_view(actor, view)
        .annotate(paused=_has_paused_clock())
        .order_by("next_due_at", "id")
        .values_list("next_due_at", "paused", "stage", "age_status")[: COUNTED_TO + 1]
    )
    more = len(rows) > COUNTED_TO
    rows = rows[:COUNTED_TO]
    return Counts(
        total=len(rows),
        urgency=Counter(_urgency_of(due, paused, at) for due, paused, _stage, _age in rows),
        stages=Counter(stage for _due, _paused, stage, _age in rows),
        children=sum(age != AgeStatus.ADULT for *_rest, age in rows),
        more=more,
    )


def _found_by(text: str) -> Q:
    if reference := clean_reference(text):
        return Q(reference=reference)
    return Q(person__pseudonym__istartswith=" ".join(text.split()))


def narrowed(actor: User, wanted: Wanted, *, at: datetime) -> QuerySet[Case]:
    """The cases that the work list holds for what was asked of it. No query yet.

    What is looked for by reference or pseudonym is looked for in every case that the actor may see,
    in whichever view it is.
    """
    everything = Case.objects.visible_to(actor, SEE_CASE)
    cases = everything if wanted.text else in_view(actor, wanted.view)
    if wanted.urgency:
        cases = cases.filter(_urgent(wanted.urgency, at))
    if wanted.stages:
        cases = cases.filter(stage__in=wanted.stages)
    if wanted.child:
        cases = cases.exclude(age_status=AgeStatus.ADULT)
    if wanted.text:
        cases = cases.filter(_found_by(wanted.text))
    return cases


def worklist(actor: User, wanted: Wanted, *, at: datetime) -> tuple[list[Line], Rows]:
    """One page of the work list, the most urgent first. Four queries, whatever the page holds."""
    cases = narrowed(actor, wanted, at=at)
    page = page_of(
        cases.annotate(
            is_screened=Exists(FindingSet.objects.filter(case=OuterRef("pk"), superseded_at=None))
        ).select_related("person", "caseworker"),
        "next_due_at",
        after=wanted.after,
        before=wanted.before,
    )
    return lines(page.rows, actor, at=at), page


def lines(cases: list[Case], actor: User, *, at: datetime) -> list[Line]:
    """The lines of a list for these cases, in groups of urgency. Three queries."""
    shown = next_deadlines(cases, at=at)
    decisions: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(case__in=cases).only(
        "id", "case_id", "code", "state", "served_on"
    ):
        decisions[decision.case_id].append(decision)
    made = []
    for case in cases:
        deadline = shown.get(case.pk)
        facts = standing(
            case,
            screened=getattr(case, "is_screened", False),
            decisions=decisions[case.pk],
            not_before=day_to_wait_for(case, [deadline]) if deadline else None,
        )
        made.append(
            Line(
                case=case,
                deadline=deadline,
                stage=str(case.profile.stage(case.stage).label),
                waits=_("On hold")
                if deadline and deadline.state == "paused"
                else waits_words(waits_on(facts), case, actor),
                urgency=deadline.urgency if deadline else LATER,
            )
        )
    # Cases without a date come last in the order; among them those on hold follow the others.
    order = list(URGENCIES)
    return sorted(made, key=lambda line: order.index(line.urgency))


def waits_words(waits: str, case: Case, actor: User) -> str:
    """On whom a case waits, for one cell of a list."""
    if waits == "caseworker" and case.caseworker_id == actor.pk:
        return pgettext("a case waits on the reader", "You")
    return {
        "intake": _("Intake"),
        "caseworker": _("Caseworker"),
        "second_person": _("Second person"),
        "answer": _("An answer"),
        "time": _("The date"),
        "nobody": "–",
    }[waits]
