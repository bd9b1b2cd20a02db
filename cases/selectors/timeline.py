"""The timeline and the access log: events of the audit trail, told in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from cases import words
from cases.models import Case
from cases.selectors.documents import hidden_in
from cases.selectors.keyset import PAGE_SIZE
from identities.crypto import Opener, Unreadable
from identities.models import Disclosure
from nrm.accounts.models import SYSTEM_ID, User
from nrm.audit.models import Event
from nrm.days import beginning_of, end_of

CHANGES, LOOKS, ALL = "changes", "looks", "all"
IDENTITY, REFUSED = "identity", "refused"  # of the access log
# What an event is about, by the beginning of its verb.
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "decisions": (_lazy("Decisions"), ("decision.", "letter.")),
    "deadlines": (_lazy("Deadlines"), ("deadline.", "case.recovery")),
    "assessment": (_lazy("Assessment and documents"), ("screening.", "document")),
    "notes": (_lazy("Notes and tasks"), ("note", "task")),
    "identity": (_lazy("Identity shown"), ("identity.",)),
    "access": (
        _lazy("Who works on it and who sees it"),
        ("case.assigned", "case.brought", "case.taken", "case.reminded", "access_log."),
    ),
}
# Whatever happened after one's last look is new for this long after one looks again, so that it
# stays new while one reads on.
VISIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a reader asked of the timeline besides changes or looks; days are whole days."""

    kind: str = ""
    first: date | None = None
    last: date | None = None

    def of(self, events: QuerySet[Event]) -> QuerySet[Event]:
        if self.kind in KINDS:
            about = Q()
            for beginning in KINDS[self.kind][1]:
                about |= Q(verb__startswith=beginning)
            events = events.filter(about)
        if self.first is not None:
            events = events.filter(at__gte=beginning_of(self.first))
        if self.last is not None:
            events = events.filter(at__lt=end_of(self.last))
        return events


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words, for the timeline component."""

    id: int
    title: str
    by: str
    at: datetime
    text: str
    look: bool
    actor_id: UUID | None = None
    new: bool = False  # after the reader's last look, and not by themselves
    line: bool = False  # the first that is not new, below others that are


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of events, the newest first; `older` is where the next page begins."""

    events: list[Told]
    older: str
    newer: str


def _is_look() -> Q:
    return Q(verb__in=words.looks()) | Q(verb__endswith=".viewed")


def _events(case: Case, show: str) -> QuerySet[Event]:
    events = Event.objects.filter(case_id=case.pk, refused=False)
    # Of a document that is kept to a smaller circle nothing is told to others. Who may see none of
    # them is told, as before, that there are some.
    events = events.exclude(verb__startswith="document.", object_id__in=hidden_in(case))
    if show == CHANGES:
        # That somebody was shown who the person is belongs to the story of the case.
        return events.filter(~_is_look() | Q(verb="identity.shown"))
    if show == LOOKS:
        return events.filter(_is_look())
    return events


def names(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The names of the people who acted. One query."""
    wanted = {pk for pk in ids if pk}
    found: dict[UUID | None, str] = dict(
        User.objects.filter(pk__in=wanted).values_list("pk", "display_name")
    )
    found[SYSTEM_ID] = _("the system")
    return found


def tell(events: Iterable[Event], case: Case) -> list[Told]:
    """Events in sentences. Looks of one person at one thing that follow each other on a day, and
    other small steps, are told once, with their number. One query."""
    rows = [event for event in events if not event.data.get("repeated")]
    told = {id(event): _ids_in(event) for event in rows}
    people = names([event.actor_id for event in rows] + [pk for ids in told.values() for pk in ids])
    for event in rows:
        event.people = {str(pk): people[pk] for pk in told[id(event)] if pk in people}  # type: ignore[attr-defined]
    groups: list[list[Event]] = []
    for event in rows:
        last = groups[-1][-1] if groups else None
        telling = words.telling_of(event)
        if (
            last is not None
            and (telling.look or telling.often)
            and event.verb != "identity.shown"
            and (last.verb, last.actor_id, last.at.date())
            == (event.verb, event.actor_id, event.at.date())
        ):
            groups[-1].append(event)
        else:
            groups.append([event])
    return [_told(group, case, people) for group in groups]


def _ids_in(event: Event) -> list[UUID]:
    """The people whom the event names besides who acted."""
    ids = [event.data.get(key) for key in ("caseworker", "to")]
    return [UUID(pk) for pk in ids if pk]


def _told(group: list[Event], case: Case, people: dict[UUID | None, str]) -> Told:
    newest = group[0]
    telling = words.telling_of(newest)
    text = words.event_text(newest, case)
    if len(group) > 1:
        text = ngettext(
            "%(count)d time on this day.", "%(count)d times on this day.", len(group)
        ) % {"count": len(group)}
    return Told(
        id=newest.pk,
        title=str(telling.title),
        by=people.get(newest.actor_id, _("somebody whose account is gone")),
        at=newest.at,
        text=text,
        look=telling.look,
        actor_id=newest.actor_id,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True, slots=True)
class LastLook:
    """The reader's last look at the case before this visit: the event of it, and when it was."""

    id: int
    at: datetime


def last_look(case: Case, reader: User, *, at: datetime) -> LastLook | None:
    """When the reader last opened the case or its timeline before this visit, from the trail, which
    holds every look already; None where they never did. One query."""
    row = (
        Event.objects.filter(
            case_id=case.pk,
            actor_id=reader.pk,
            verb__in=("case.viewed", "timeline.viewed"),
            at__lt=at - VISIT,
        )
        .order_by("-id")
        .values_list("id", "at")
        .first()
    )
    return LastLook(*row) if row else None


def mark_new(events: list[Told], last: LastLook | None, reader: User) -> list[Told]:
    """The events with those marked that others caused after the reader's last look. Somebody who
    looks for the first time is shown no marks: all of it is new. No query."""
    if last is None:
        return events
    made = [
        replace(event, new=event.id > last.id and event.actor_id != reader.pk) for event in events
    ]
    below = next((n for n, event in enumerate(made) if event.id <= last.id), None)
    if below is not None and any(event.new for event in made[:below]):
        made[below] = replace(made[below], line=True)
    return made


def timeline(
    case: Case,
    *,
    show: str = CHANGES,
    narrowed: Narrowed = Narrowed(),
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Timeline:
    """One page of a case's events in sentences, the newest first. Two queries."""
    events = narrowed.of(_events(case, show))
    rows, older, newer = event_page(events, after=after, before=before, size=size)
    return Timeline(tell(rows, case), older, newer)


def event_page(
    events: QuerySet[Event], *, after: str, before: str, size: int
) -> tuple[list[Event], str, str]:
    """One page of events by id, the newest first, with where the older and newer pages begin."""
    start = _number(after)
    end = _number(before) if start is None else None
    if start is not None:
        events = events.filter(pk__lt=start)
    if end is not None:
        events = events.filter(pk__gt=end)
    rows = list(events.order_by("pk" if end is not None else "-pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if end is not None:
        rows.reverse()
    if not rows:
        return [], "", ""
    older = str(rows[-1].pk) if more or end is not None else ""
    newer = str(rows[0].pk) if (more if end is not None else start is not None) else ""
    return rows, older, newer


@dataclass(frozen=True, slots=True)
class Look:
    """A line of the access log: who saw what of the case, when, and why."""

    told: Told
    purpose: str
    reason: str
    refused: bool = False


def access_log(
    case: Case,
    *,
    show: str = LOOKS,
    period: Narrowed = Narrowed(),
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> tuple[list[Look], str, str]:
    """Who looked at the case or was refused it, the newest first; with the reason where they were
    shown who the person is. `show` is LOOKS, IDENTITY or REFUSED. Four queries at most."""
    events = period.of(Event.objects.filter(case_id=case.pk))
    if show == IDENTITY:
        events = events.filter(verb="identity.shown")
    else:
        events = events.filter(Q(refused=True) if show == REFUSED else _is_look() | Q(refused=True))
    rows, older, newer = event_page(events, after=after, before=before, size=size)
    reasons = _reasons(case, rows)
    by_id = {event.pk: event for event in rows}
    made = []
    for told in tell(rows, case):
        event = by_id[told.id]
        purpose = event.data.get("purpose", "")
        made.append(
            Look(
                told,
                words.purpose_label(case, purpose) if purpose else "",
                reasons.get(event.data.get("disclosure", ""), ""),
                event.refused,
            )
        )
    return made, older, newer


def _reasons(case: Case, events: list[Event]) -> dict[str, str]:
    ids = [event.data["disclosure"] for event in events if "disclosure" in event.data]
    rows: list[Any] = list(
        Disclosure.objects.filter(pk__in=ids, case_id=case.pk).exclude(reason=None)
    )
    if not rows:
        return {}
    try:
        opener = Opener(case.person_id)
    except Unreadable:
        return {}
    return {
        str(row.pk): opener.text(
            row.reason, table="identities_disclosure", column="reason", row=row.pk
        )
        for row in rows
    }
