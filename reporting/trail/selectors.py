"""The audit trail for auditors: who did and saw what, in codes.

Nothing here says who somebody is, what a case's reference or pseudonym is, or what was written; ids
that an event carries stay behind. Nor does it say what could be laid beside a page of the case: the
number of an event is a code here, and its moment is told by the hour.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases import words
from cases.selectors.timeline import event_page
from nrm.accounts.models import SYSTEM_ID, User
from nrm.audit.codes import CASE, PERSON, Codes
from nrm.audit.models import Event, Verification
from nrm.days import beginning_of, end_of

PAGE_SIZE = 50
MOST = 5000  # events that a summary reads; the newest, where there are more
REVEAL = "identity.shown"
LOOKS = "looks"
OPEN_TO_ALL = (LOOKS, REVEAL)  # what is listed over all people and cases
# An event is written within this time of the moment that it carries.
_SLACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor asked of the trail. Days are whole days of the server's zone."""

    case: UUID | None = None
    person: UUID | None = None
    action: str = ""
    first: date | None = None
    last: date | None = None
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One event in codes. `at` is when the hour began in which it happened; `cases` are those that
    a list or a search showed; `reveal` where somebody was shown who a person is, with the purpose.
    """

    id: str
    at: datetime
    person: str
    by_system: bool
    action: str
    title: str
    case: str
    cases: tuple[str, ...]
    refused: bool
    reveal: bool
    purpose: str


def hour_of(moment: datetime) -> datetime:
    """When the hour began in which the moment lies, on the clock that pages show. An auditor is
    told no closer: the case page tells its readers the very moment, and whoever laid it beside the
    trail would have the case behind a code."""
    hour = timezone.localtime(moment).replace(minute=0, second=0, microsecond=0)
    return hour.astimezone(UTC)


def _first_after(moment: datetime) -> int | None:
    """The id of the first event at or after the moment. One query, of one row of the index."""
    found: int | None = (
        Event.objects.filter(at__gte=moment)
        .order_by("at", "id")
        .values_list("id", flat=True)
        .first()
    )
    return found


def _asked(asked: Asked) -> QuerySet[Event]:
    events = Event.objects.all()
    if asked.case is not None:
        events = events.filter(case_id=asked.case)
    if asked.person is not None:
        events = events.filter(actor_id=asked.person)
    if asked.action == LOOKS:
        events = events.filter(Q(verb__in=words.looks()) | Q(verb__endswith=".viewed"))
    elif asked.action:
        events = events.filter(verb=asked.action)
    # Ids grow with time, so the days become a stretch of ids, and the page is read by id alone.
    if asked.first is not None:
        start = beginning_of(asked.first)
        lowest = _first_after(start - _SLACK)
        events = events.filter(at__gte=start, id__gte=lowest) if lowest else events.none()
    if asked.last is not None:
        end = end_of(asked.last)
        highest = _first_after(end + _SLACK)
        events = events.filter(at__lt=end)
        if highest:
            events = events.filter(id__lt=highest)
    return events


def trail(asked: Asked, codes: Codes, *, size: int = PAGE_SIZE) -> tuple[list[Line], str, str]:
    """One page of the trail in the auditor's codes, the newest first, and where the older and newer
    pages begin, in the same codes. Three queries at most."""

    def number(code: str) -> str:
        found = codes.event(code)
        return "" if found is None else str(found)

    rows, older, newer = event_page(
        _asked(asked), after=number(asked.after), before=number(asked.before), size=size
    )

    def code(place: str) -> str:
        return codes.of_event(int(place)) if place else ""

    return _lines(rows, codes), code(older), code(newer)


def _lines(events: Iterable[Event], codes: Codes) -> list[Line]:
    made = []
    for event in events:
        reveal = event.verb == REVEAL
        purpose: Any = event.data.get("purpose", "") if reveal else ""
        by_system = event.actor_id == SYSTEM_ID
        made.append(
            Line(
                id=codes.of_event(event.pk),
                at=hour_of(event.at),
                person="" if by_system else codes.of(PERSON, event.actor_id),
                by_system=by_system,
                action=event.verb,
                title=str(words.telling_of(event).title),
                case=codes.of(CASE, event.case_id),
                cases=tuple(codes.of(CASE, UUID(pk)) for pk in event.data.get("cases") or ()),
                refused=event.refused,
                reveal=reveal,
                purpose=str(purpose),
            )
        )
    return made


def last_verification() -> Verification | None:
    """What the job that reads the whole chain found last. One query."""
    return Verification.objects.first()


# One member of staff ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Staff:
    """What a member of staff looked at in some days, in numbers. `more`: only the newest events
    were read."""

    looks: int
    cases: int
    identities: int
    lists: int
    refusals: int
    more: bool


def staff(asked: Asked) -> Staff:
    """The looks of the person asked for, in numbers. Three queries at most."""
    rows: list[Any] = list(
        _asked(asked).order_by("-id").values_list("verb", "case_id", "refused")[: MOST + 1]
    )
    read = rows[:MOST]
    seen = [(verb, case) for verb, case, refused in read if case and not refused]
    return Staff(
        looks=len(seen),
        cases=len({case for _verb, case in seen}),
        identities=sum(verb == REVEAL for verb, _case in seen),
        lists=sum(case is None and not refused for _verb, case, refused in read),
        refusals=sum(refused for _verb, _case, refused in read),
        more=len(rows) > MOST,
    )


def find_staff(email: str) -> User | None:
    """Whose work e-mail address this is; an account that was closed too. One query."""
    return User.objects.filter(email__iexact=email.strip()).exclude(pk=SYSTEM_ID).first()
