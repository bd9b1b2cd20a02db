"""Reads that the pages of cases share: the work list, the head of a case, deadlines in words."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery, prefetch_related_objects
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext, pgettext

from cases.models import Case, Deadline, Decision, FindingSet
from cases.models.case import AgeStatus, CaseKind, Confidentiality
from cases.models.deadline import DeadlineState
from cases.models.decision import DecisionState
from cases.references import clean_reference
from cases.rights import SEE_CASE
from cases.rules.next_steps import Standing, waits_on
from cases.selectors.contact import contact_of, contact_words, spoken_words
from cases.selectors.lists import (
    DUE,
    DUE_NOW,
    LATER,
    OVERDUE,
    PAUSED,
    URGENCIES,
    WEEK,
    WEEK_AHEAD,
    Found,
    Wanted,
    found_by_pseudonym,
    page_of_cases,
)
from nrm.accounts.models import User
from nrm.deadline_words import day_words, earliest_end_words, remembered, state_words
from nrm.profiles.terms import clock_state

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
    reference: str  # of the case
    urgency: str
    term: str
    runs_out: bool  # a date to meet, not one before which something may not be done
    date_words: str  # "Due 4 March 2026", "Was due …", "Paused since …", or nothing
    shape: str
    waits: bool  # a date before which something may not be done, still to come

    @property
    def why_url(self) -> str:
        """The address of the page that explains the date."""
        return address("deadline", self.reference, self.id)


class _Clock(NamedTuple):
    """A deadline as lists read it, with why and since when it is paused."""

    pk: UUID
    case_id: UUID
    term: str
    started_at: datetime
    calendar: str
    due_on: date
    due_at: datetime
    state: str
    paused_for: str | None
    paused_on: date | None
    settled_at: datetime | None = None


def _pause_reason(case: Case, deadline: Deadline | _Clock) -> tuple[str | None, str, date | None]:
    if deadline.state != DeadlineState.PAUSED:
        return None, "", None
    if isinstance(deadline, _Clock):
        reason, since = deadline.paused_for, deadline.paused_on
    else:
        pauses = list(deadline.pauses.all())
        reason, since = (pauses[-1].reason, pauses[-1].from_date) if pauses else (None, None)
    labels = {r.code: str(r.label) for r in case.profile.suspension_reasons}
    return reason or "", labels.get(reason, ""), since


def _progress(deadline: Deadline | _Clock, at: datetime) -> int:
    whole = (deadline.due_at - deadline.started_at).total_seconds()
    gone = (at - deadline.started_at).total_seconds()
    return max(0, min(100, round(100 * gone / whole))) if whole > 0 else 100


_LOOK = {"waiting": "on_track", "reached": "met"}
_SHAPES = {"overdue": "▲", "due_now": "◆", "on_track": "●", "paused": "‖", "met": "✓"}


def _date_words(look: str, kind: str, due_on: date, note: str) -> str:
    if look == "paused":
        return note
    if kind != "due":
        return ""
    text = _("Was due %(date)s") if look == "overdue" else _("Due %(date)s")
    return text % {"date": day_words(due_on)}


def deadline_view(case: Case, deadline: Deadline | _Clock, *, at: datetime) -> DeadlineView:
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
        note = _("Paused since %(date)s") % {"date": day_words(since)}
    elif term.kind != "due":
        note = str(term.help)
    look = _LOOK.get(state.code, state.code)
    return DeadlineView(
        id=deadline.pk,
        label=str(term.label),
        state=look,
        words=words,
        due_on=deadline.due_on,
        note=note,
        progress=_progress(deadline, at) if state.code in ("due_now", "on_track") else None,
        reference=case.reference,
        urgency=_urgency(state.code, state.days),
        term=term.code,
        runs_out=term.kind == "due",
        date_words=_date_words(look, term.kind, deadline.due_on, note),
        shape=_SHAPES.get(look, "○"),
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


# Of the clocks of each case the one that a list shows: the next date to meet, else a paused one,
# else, of several dates to wait for, the last: it is the one after which something may be done.
_SHOWN_CLOCKS = """
SELECT c.*, p.reason, p.from_date FROM (
    SELECT DISTINCT ON (case_id) id, case_id, term, started_at, calendar, due_on, due_at, state
    FROM cases_deadline WHERE case_id = ANY(%s) AND state = ANY(%s)
    ORDER BY case_id, kind <> 'due', kind = 'due' AND state <> 'open',
        CASE kind WHEN 'due' THEN due_at END, due_at DESC, id
) AS c LEFT JOIN LATERAL (
    SELECT reason, from_date FROM cases_deadlinepause
    WHERE deadline_id = c.id AND c.state = 'paused' ORDER BY from_date DESC LIMIT 1
) AS p ON true
"""


def next_deadlines(cases: Iterable[Case], *, at: datetime) -> dict[UUID, DeadlineView]:
    """For each case, the clock to show in a list: the next date to meet, else a paused one, else
    a date to wait for. One query."""
    by_id = {case.pk: case for case in cases}
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN_CLOCKS, [list(by_id), list(map(str, _RUNNING))])
        clocks = [_Clock(*row) for row in cursor.fetchall()]
    return {clock.case_id: deadline_view(by_id[clock.case_id], clock, at=at) for clock in clocks}


# Who the case is about, without saying who --------------------------------------------------------
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


def identity_bar(case: Case, held: frozenset[str], *, at: datetime) -> dict[str, Any]:
    """What the bar at the top of each page of a case says at this moment. One query."""
    contact = contact_of(case, at=at)
    normal = case.confidentiality == Confidentiality.NORMAL
    return {
        "pseudonym": case.pseudonym,
        "reference": case.reference,
        "confidentiality": "" if normal else case.get_confidentiality_display(),
        "age_band": age_words(case),
        "language": spoken_words(case, contact.card),
        "contact_limits": contact_words(contact),
        "show_url": reverse("show_identity", args=[case.reference])
        if "show_identity" in held and case.person.erased_at is None
        else "",
        "erased_at": case.person.erased_at,
    }


# What comes next ----------------------------------------------------------------------------------
class _Ahead(NamedTuple):
    """Of a decision what tells on whom its case waits."""

    code: str
    state: str
    served_on: date | None


def standing(
    case: Case,
    *,
    screened: bool,
    decisions: Iterable[Decision | _Ahead],
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
@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list of cases."""

    case: Case
    deadline: DeadlineView | None
    stage: str
    in_stage: str
    received: str
    waits: str
    urgency: str


# What a line shows, and no more: of a caseworker only the name, which is looked up for each line.
# Joined, PostgreSQL may compare each line with every user: beside what asks for the grants, that
# looks cheap to it.
SHOWN_IN_LISTS = (
    Case.objects.select_related("person")
    .only(
        "reference",
        "kind",
        "profile_code",
        "profile_version",
        "stage",
        "stage_since",
        "age_status",
        "opened_at",
        "closed_at",
        "next_due_at",
        "version",
        "caseworker",
        "person__pseudonym",
    )
    .annotate(
        is_screened=Exists(FindingSet.objects.filter(case=OuterRef("pk"), superseded_at=None)),
        caseworker_name=Subquery(
            User.objects.filter(pk=OuterRef("caseworker")).values("display_name")
        ),
    )
)


def worklist(
    actor: User, wanted: Wanted, *, at: datetime, after: str = "", before: str = ""
) -> tuple[list[Line], Found]:
    """One page of the work list. Four queries, whatever the page holds."""
    page = page_of_cases(actor, SEE_CASE, wanted, SHOWN_IN_LISTS, at=at, after=after, before=before)
    made = lines(page.rows, actor, at=at)
    if wanted.sorted_by == DUE:
        # Cases without a date come last in the order; the shown clock says in which group.
        order = list(URGENCIES)
        made.sort(key=lambda line: order.index(line.urgency))
    return made, page


def find(actor: User, text: str) -> tuple[Case | None, list[Case], bool]:
    """What somebody typed to find a case: the case of that reference; else the cases whose
    pseudonym begins so, and whether there are more. At most three queries."""
    if reference := clean_reference(text):
        found = SHOWN_IN_LISTS.visible_to(actor, SEE_CASE).filter(reference=reference).first()
        return found, [], False
    cases, more = found_by_pseudonym(actor, SEE_CASE, text, SHOWN_IN_LISTS)
    return None, cases, more


# What changes what a case waits for: not the decisions that it has behind it.
_DECISIONS_AHEAD = """
SELECT case_id, code, state, served_on FROM cases_decision
WHERE case_id = ANY(%s) AND (state = ANY(%s) OR state = 'made' AND served_on IS NULL)
ORDER BY drafted_at DESC
"""


def lines(cases: list[Case], actor: User, *, at: datetime) -> list[Line]:
    """The lines of a list for these cases, in their order. Two queries."""
    shown = next_deadlines(cases, at=at)
    decisions: dict[UUID, list[_Ahead]] = defaultdict(list)
    with connection.cursor() as cursor:
        ids = [case.pk for case in cases]
        cursor.execute(_DECISIONS_AHEAD, [ids, list(map(str, OPEN_DECISIONS))])
        for case_id, *decision in cursor.fetchall():
            decisions[case_id].append(_Ahead(*decision))
    made = []
    today = timezone.localdate(at)
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
                in_stage=_for_days((today - timezone.localdate(case.stage_since)).days),
                received=day_words(case.opened_at),
                waits=_("On hold")
                if deadline and deadline.state == "paused"
                else waits_words(waits_on(facts), case, actor),
                urgency=deadline.urgency if deadline else LATER,
            )
        )
    return made


@remembered
def _for_days(days: int) -> str:
    if days <= 0:
        return _("since today")
    return ngettext("for %(days)d day", "for %(days)d days", days) % {"days": days}


_WAITS = {
    "intake": _lazy("Intake"),
    "caseworker": _lazy("Caseworker"),
    "second_person": _lazy("Second person"),
    "answer": _lazy("An answer"),
    "time": _lazy("The date"),
    "nobody": "–",
}


def waits_words(waits: str, case: Case, actor: User) -> str:
    """On whom a case waits, for one cell of a list."""
    if waits == "caseworker" and case.caseworker_id == actor.pk:
        return pgettext("a case waits on the reader", "You")
    return str(_WAITS[waits])
