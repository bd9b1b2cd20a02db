"""What a road wrote, read back row by row, and made into copies about other people.

A copy is what the actions wrote with other ids, references, people, keys and days. Days are moved
only where the clock rule gives the moved date for every deadline (a bank holiday on the way, or a
change to summer time, and the copy is not made), so that nothing about a deadline is ever wrong.

In the text of a row a mark such as ⟪U3⟫ stands for what differs from copy to copy:

    U  an id of its own          C  a part: a user, organisation or group (nrm.demonstration.cast)
    S  a sealed value            H  the SHA-256 of a sealed value, in the record of a decision
    K  the hash of a record      F  a reference    V  of the person: pseudonym, language, …
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from cases.models import Case, Deadline, Decision, Draft, InboxItem
from cases.selectors.deadlines import own_length, started_on
from identities.crypto import Opener, Unreadable
from identities.models import Disclosure, Fact, Person
from nrm import context
from nrm.accounts.models import SYSTEM_ID
from nrm.audit.models import Event
from nrm.demonstration.roads import Mark, Road
from nrm.profiles import Profile
from nrm.profiles.terms import Extension, Pause, TermError

# Rooms whose tables hold what belongs to a case.
ROOMS = ("identities", "cases", "screening", "protection")
# What is not copied: keys are made anew; nothing is sent by e-mail about people who are invented.
_LEFT_OUT = ("OutgoingMail", "PersonKey")

# What differs from person to person, in the order of the values of a copy.
PSEUDONYM, LANGUAGE, COUNTRY, AGE = "V0", "V1", "V2", "V3"
XACT, NOW = "V4", "V5"
OF_THE_PERSON = 6

_READING = "nrm_capture"

_DECISION = Decision._meta.label
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+\d\d:\d\d|Z)"
_INSIDE = re.compile(f"({_UUID})|({_MOMENT})|(\\d{{4}}-\\d\\d-\\d\\d)|([0-9a-f]{{64}})")
_MONTH = re.compile(r"\d{4}-\d\d")
_MARK = re.compile("⟪([A-Z]\\d+)⟫")


# Which tables, and how a row is found -------------------------------------------------------------
class Table(NamedTuple):
    """A table whose rows belong to a case, and how the rows of one case are selected."""

    model: type[models.Model]
    name: str
    condition: str
    columns: tuple[Any, ...]


def _paths() -> dict[type[models.Model], str]:
    """For each model that leads to a case, or else to a person, the condition on its rows."""
    found: dict[type[models.Model], str] = {
        Case: '"id" = %(case)s',
        Person: '"id" = %(person)s',
        # A road is walked in one transaction, and its events are those of this one.
        Event: '"xact" = audit_xact() AND ("case_id" = %(case)s OR "object_id" = %(draft)s::uuid)',
    }
    waiting = [
        model
        for room in ROOMS
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        if model not in found and model.__name__ not in _LEFT_OUT and model._meta.managed
    ]
    while waiting:
        reached = {}
        for model in waiting:
            steps = [
                (0 if f.related_model is Case else 2 if f.related_model is Person else 1, f)
                for f in model._meta.local_concrete_fields
                if f.related_model in found
            ]
            if steps:
                step = min(steps, key=lambda pair: pair[0])[1]
                parent = step.related_model
                inner = f'SELECT "id" FROM {_quoted(parent)} WHERE {found[parent]}'
                reached[model] = f'"{step.column}" IN ({inner})'
        if not reached:
            break
        found |= reached
        waiting = [model for model in waiting if model not in reached]
    # What is told of a draft is about no case.
    found[InboxItem] += """ OR ("case_id" IS NULL AND "data"->>'draft' = %(draft)s::uuid::text)"""
    return found


def _quoted(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


@lru_cache(maxsize=1)
def tables() -> tuple[Table, ...]:
    """Every table whose rows belong to a case, parents before children."""
    found = _paths()
    ordered = [Person, Case, *(m for m in found if m not in (Person, Case, Event)), Event]
    return tuple(
        Table(
            model,
            _quoted(model),
            found[model],
            # Numbers of rows are the database's to give.
            tuple(
                f for f in model._meta.local_concrete_fields if not isinstance(f, models.AutoField)
            ),
        )
        for model in ordered
    )


# Reading ------------------------------------------------------------------------------------------
Row = dict[str, Any]


@dataclass(slots=True)
class Captured:
    """A mark of a road: its rows by table, and what is sealed in them, opened."""

    mark: Mark
    profile: Profile
    age_status: str
    kind: str
    foreign: bool
    start: date
    reached: datetime
    next_look: datetime | None
    rows: dict[str, list[Row]]
    sealed: list["Opened"]
    parts: dict[str, str]  # id as text to part
    groups: dict[int, str]
    case: Row | None
    acting: frozenset[str]  # the parts that somebody has in it


def capture(road: Road, mark: Mark) -> Captured:
    """Reads what the road has written so far."""
    person, case = road.person, road.case
    ids = (case.pk if case else None, person.pk, road.draft.pk if road.draft else None)
    found: dict[tuple[str, Any], Row] = {}
    # Nobody sees everything: who recorded an identity is shown it, for the case for which they did;
    # a supervisor sees the case, the system the clocks and what people were told.
    for reader in (road.responder_context, road.users["supervisor"], road.system):
        with (
            context.acting_as(reader, case_id=case.pk if case else None),
            connection.cursor() as cursor,
        ):
            for label, row in _read_all(cursor, ids):
                whole = row if isinstance(row, dict) else json.loads(row)
                found.setdefault((label, whole["id"]), whole)
    rows: dict[str, list[Row]] = {}
    for (label, _pk), row in found.items():
        rows.setdefault(label, []).append(row)
    rows.get(Event._meta.label, []).sort(key=lambda row: row["id"])
    _date_disclosures(rows)
    own = road.parts
    # Whoever joined the demonstration's organisations since was told too, and plays no part.
    told = rows.get(InboxItem._meta.label, [])
    told[:] = [row for row in told if row["user_id"] in own.values()]
    everything = json.dumps(rows)
    looks = [d["next_reminder_at"] for d in rows.get(Deadline._meta.label, [])]
    return Captured(
        mark=mark,
        profile=road.profile,
        age_status=road.told.age_status,
        kind=road.told.kind,
        foreign=road.told.answers.get("interpreter_needed") != "no",
        start=road.start,
        reached=road.now,
        next_look=min((datetime.fromisoformat(look) for look in looks if look), default=None),
        rows=rows,
        sealed=_opened(rows, Opener(person.pk)),
        parts={pk: part for part, pk in own.items() if not part.startswith("group:")},
        groups={int(pk): part for part, pk in own.items() if part.startswith("group:")},
        case=next(iter(rows.get(Case._meta.label, [])), None),
        acting=frozenset(part for part, pk in own.items() if pk in everything),
    )


def _read_all(cursor: Any, ids: tuple[UUID | None, UUID, UUID | None]) -> list[tuple[str, Any]]:
    """The rows of a case, a person and a draft in every table. Planned once a connection, which
    takes longer than reading: psycopg forgets its plans with each road that is undone."""
    cursor.execute("SELECT FROM pg_prepared_statements WHERE name = %s", [_READING])
    if cursor.fetchone() is None:
        union = " UNION ALL ".join(
            f"SELECT '{table.model._meta.label}', to_jsonb(t) FROM {table.name} t"
            f" WHERE {table.condition}"
            for table in tables()
        )
        numbered = union % {"case": "$1", "person": "$2", "draft": "$3"}
        cursor.execute(f"PREPARE {_READING} (uuid, uuid, uuid) AS {numbered}")
    values = sql.SQL(", ").join(map(sql.Literal, ids))
    cursor.execute(sql.SQL("EXECUTE {} ({})").format(sql.Identifier(_READING), values))
    found: list[tuple[str, Any]] = cursor.fetchall()
    return found


def _date_disclosures(rows: Mapping[str, list[Row]]) -> None:
    """The database dates a disclosure by its transaction; here it is dated by its event."""
    shown = {e["data"].get("disclosure"): e["at"] for e in rows.get(Event._meta.label, [])}
    recorded = min((f["recorded_at"] for f in rows.get(Fact._meta.label, [])), default=None)
    for row in rows.get(Disclosure._meta.label, []):
        row["at"] = shown.get(row["id"]) or recorded or row["at"]


class Opened(NamedTuple):
    """A sealed value, opened: where it stands, its SHA-256 as it was, and the kind of fact. A value
    that was sealed for another place (what a reader read of a decision) has no text of its own: it
    is the one of the same SHA-256."""

    table: str
    column: str
    row: str
    text: str | None
    digest: str
    fact: str


def _opened(rows: Mapping[str, list[Row]], opener: Opener) -> list[Opened]:
    found = []
    for table in tables():
        sealed = [f.column for f in table.columns if isinstance(f, models.BinaryField)]
        name = table.model._meta.db_table
        for row in rows.get(table.model._meta.label, []):
            for column in sealed:
                if row[column] is not None:
                    raw = bytes.fromhex(row[column][2:])
                    fact = row["kind"] if table.model is Fact else ""
                    digest = hashlib.sha256(raw).hexdigest()
                    try:
                        text = opener.text(raw, table=name, column=column, row=row["id"])
                    except Unreadable:
                        text = None
                    found.append(Opened(name, column, row["id"], text, digest, fact))
    return found


# Moving to other days -----------------------------------------------------------------------------
class Days:
    """Moves days and moments by whole days, on the clock on the wall. Moments of a working day are
    moved by some minutes too, so that not everybody comes at ten."""

    def __init__(self, days: int, minutes: int, zone: ZoneInfo) -> None:
        self.days = timedelta(days=days)
        self.minutes = timedelta(minutes=minutes)
        self.months = round(days / 30.44)
        self.zone = zone
        self._known: dict[str, str] = {}

    def day(self, text: str) -> str:
        return (date.fromisoformat(text) + self.days).isoformat()

    def month(self, text: str) -> str:
        number = int(text[:4]) * 12 + int(text[5:]) - 1 + self.months
        return f"{number // 12:04d}-{number % 12 + 1:02d}"

    def moment(self, text: str) -> str:
        if (found := self._known.get(text)) is None:
            found = self._known[text] = self.at(datetime.fromisoformat(text)).isoformat()
        return found

    def at(self, moment: datetime) -> datetime:
        local = moment.astimezone(self.zone)
        naive = local.replace(tzinfo=None) + self.days
        if 8 <= naive.hour < 18:
            naive += self.minutes
        return naive.replace(tzinfo=self.zone).astimezone(UTC)


# A mark on other days -----------------------------------------------------------------------------
class Form(NamedTuple):
    """Text with gaps, and which values go into them."""

    text: str
    take: Callable[[list[str]], tuple[str, ...]]

    def fill(self, values: list[str]) -> str:
        return self.text % self.take(values)


class Sealed(NamedTuple):
    """A value to seal: where it stands, which id its row has, and its text or the kind of fact."""

    slot: int
    table: str
    column: str
    row: int
    text: str
    fact: str
    hashed: int


@dataclass(slots=True)
class Dated:
    """A mark of a road on its days, ready to be copied. A copy has a list of values; those of the
    person come first."""

    captured: Captured
    opened: str  # the moment of the referral, or of the draft
    size: int  # how many values
    person: int  # which of them is the person's id
    ids: list[int]
    parts: list[tuple[int, str]]
    references: list[int]
    sealed: list[Sealed]
    records: list[tuple[int, Form]]
    rows: list[tuple[int, Form]]  # number of the table, its rows
    events: list[tuple[str, Form]]  # moment, row
    reads: list[tuple[str, str]]  # whose inbox, when it was read


class _Moved(Exception):
    """The clock rule gives another date than the moved one."""


def on_days(
    captured: Captured,
    *,
    days: int,
    minutes: int,
    jurisdiction: str,
    anchor: datetime,
    unread: Callable[[], bool],
) -> Dated | None:
    """The mark moved by so many days, in this jurisdiction; None where a case could not stand here
    now: a clock would have another date, or would have said something since, or it lies ahead."""
    calendar = captured.profile.jurisdiction(jurisdiction).calendar
    zone = captured.profile.calendar_for(calendar).zone
    move = Days(days, minutes, zone)
    if not stands(captured, move, anchor):
        return None
    try:
        return _Maker(captured, move, jurisdiction, calendar, anchor, unread).make()
    except (_Moved, TermError):
        return None


def stands(captured: Captured, move: Days, anchor: datetime) -> bool:
    """Whether a case could stand here now, as far as its last step and its next reminder tell."""
    if move.at(captured.reached) > anchor:
        return False
    return captured.next_look is None or move.at(captured.next_look) > anchor


def _clock(captured: Captured, row: Row, move: Days, calendar: str) -> dict[str, Any]:
    """The basis of a clock on its new days, worked out by the rule. Raises _Moved where the rule
    gives another date."""
    basis = row["basis"]
    start = started_on(basis)
    if isinstance(start, datetime):
        start = move.at(start).astimezone(move.zone)
    else:
        start += move.days
    clock = captured.profile.clock(
        row["term"],
        start,
        calendar=calendar,
        pauses=[
            Pause(
                date.fromisoformat(pause["from_on"]) + move.days,
                date.fromisoformat(pause["until_on"]) + move.days,
                pause["reason"],
            )
            for pause in basis["pauses"]
        ],
        extensions=[Extension(e["units"], e["reason"]) for e in basis["extensions"]],
        length=own_length(basis),
    )
    if clock.due_on.isoformat() != move.day(row["due_on"]):
        raise _Moved
    if clock.due_at != move.at(datetime.fromisoformat(row["due_at"])):
        raise _Moved
    return {**clock.basis, "profile": basis["profile"], "version": basis["version"]}


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class _Maker:
    """Writes the rows of a mark on its days as text with gaps."""

    def __init__(
        self,
        captured: Captured,
        move: Days,
        jurisdiction: str,
        calendar: str,
        anchor: datetime,
        unread: Callable[[], bool],
    ) -> None:
        self.captured = captured
        self.move = move
        self.jurisdiction = jurisdiction
        self.calendar = calendar
        self.anchor = anchor
        self.unread = unread
        self.names: dict[str, int] = {f"V{number}": number for number in range(OF_THE_PERSON)}
        self.ids: list[int] = []
        self.known: dict[str, str] = {str(SYSTEM_ID): str(SYSTEM_ID)}
        self.parts: dict[str, str] = {}
        self.references: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self.sealed: list[Sealed] = []
        self.places: dict[tuple[str, str, str], str] = {}
        self.reads: list[tuple[str, str]] = []

    def make(self) -> Dated:
        rows = self.captured.rows
        self._seal()
        records = self._records()
        lines = [
            (number, "".join(self._line(table, row) for row in rows[table.model._meta.label]))
            for number, table in enumerate(tables())
            if table.model is not Event and table.model._meta.label in rows
        ]
        events = tables()[-1]
        told = [
            (self.move.moment(row["at"]), self._line(events, row))
            for row in rows.get(Event._meta.label, [])
        ]
        return Dated(
            captured=self.captured,
            opened=self._opened(),
            person=self._slot(self._id(rows[Person._meta.label][0]["id"])),
            ids=self.ids,
            parts=[(self._slot(mark), part) for part, mark in self.parts.items()],
            references=[self._slot(mark) for mark in self.references.values()],
            sealed=self.sealed,
            records=[(self._slot(mark), self._form(text)) for mark, text in records],
            rows=[(number, self._form(text)) for number, text in lines],
            events=[(at, self._form(text)) for at, text in told],
            reads=self.reads,
            size=len(self.names),
        )

    def _seal(self) -> None:
        """Numbers what is sealed, and the hashes of it that a record holds."""
        made = json.dumps([row["record"] for row in self.captured.rows.get(_DECISION, [])])
        sealed_here = {}
        for number, one in enumerate(self.captured.sealed):
            if one.text is None:
                continue
            mark = self._mark("S", number)
            self.places[one.table, one.column, one.row] = sealed_here[one.digest] = mark
            hashed = -1
            if one.digest in made:
                self.hashes[one.digest] = self._mark("H", number)
                hashed = self._slot(self.hashes[one.digest])
            text = one.text
            if one.table == Draft._meta.db_table:
                text = _INSIDE.sub(self._inside, text)
            row = self._slot(self._id(one.row))
            self.sealed.append(
                Sealed(self._slot(mark), one.table, one.column, row, text, one.fact, hashed)
            )
        for one in self.captured.sealed:
            if one.text is None:
                self.places[one.table, one.column, one.row] = sealed_here[one.digest]

    # Names of values -----------------------------------------------------------------------------
    def _mark(self, kind: str, number: int) -> str:
        self.names.setdefault(f"{kind}{number}", len(self.names))
        return f"⟪{kind}{number}⟫"

    def _slot(self, mark: str) -> int:
        return self.names[mark[1:-1]]

    def _id(self, text: str) -> str:
        found = self.known.get(text)
        if found is None:
            if part := self.captured.parts.get(text):
                found = self._part(part)
            else:
                found = self._mark("U", len(self.ids))
                self.ids.append(self._slot(found))
            self.known[text] = found
        return found

    def _part(self, part: str) -> str:
        if part not in self.parts:
            self.parts[part] = self._mark("C", len(self.parts))
        return self.parts[part]

    def _reference(self, text: str) -> str:
        if text not in self.references:
            self.references[text] = self._mark("F", len(self.references))
        return self.references[text]

    # What stands in a row ------------------------------------------------------------------------
    def _opened(self) -> str:
        case = self.captured.case
        person = self.captured.rows[Person._meta.label][0]
        return self.move.moment(case["opened_at"] if case else person["created_at"])

    def _inside(self, found: re.Match[str]) -> str:
        identifier, moment, day, digest = found.groups()
        if identifier:
            return self._id(identifier)
        if moment:
            return self.move.moment(moment)
        if day:
            return self.move.day(day)
        return self.hashes.get(digest, digest)

    def _text(self, text: str) -> str:
        if len(text) == 7 and _MONTH.fullmatch(text):
            return self.move.month(text)
        if len(text) < 10:
            return text
        return _INSIDE.sub(self._inside, text)

    def _json(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {self._text(key): self._json(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._json(each) for each in value]
        return value

    def _records(self) -> list[tuple[str, str]]:
        """The record of each decision that was made, as the text that is hashed."""
        found: list[tuple[str, str]] = []
        for row in self.captured.rows.get(_DECISION, []):
            if row["record_hash"]:
                mark = self._mark("K", len(found))
                text = json.dumps(
                    self._json(row["record"]),
                    sort_keys=True,
                    separators=(",", ":"),
                    ensure_ascii=False,
                )
                found.append((mark, text))
                self.hashes[row["record_hash"]] = mark
        return found

    def _line(self, table: Table, row: Row) -> str:
        self._change(table.model, row := dict(row))
        cells = [self._cell(f, row[f.column], row) for f in table.columns]
        return "\t".join(cells) + "\n"

    def _change(self, model: type[models.Model], row: Row) -> None:
        """What is not as it was written: the person, the place, the database's own words."""
        label = model._meta.label
        case = self.captured.case
        if model is Person:
            row["pseudonym"] = f"⟪{PSEUDONYM}⟫"
        elif model is Case:
            row["reference"] = self._reference(row["reference"])
            row["jurisdiction"], row["calendar"] = self.jurisdiction, self.calendar
            row["age_years"] = f"⟪{AGE}⟫"
            row["language"] = f"⟪{LANGUAGE}⟫"
        elif model is Deadline:
            row["basis"] = _clock(self.captured, row, self.move, self.calendar)
            row["calendar"] = self.calendar
        elif label == "cases.Referral":
            row["receipt"] = self._reference(row["receipt"])
            row["answers"] = {
                **row["answers"],
                **{
                    code: f"⟪{name}⟫"
                    for code, name in (
                        ("language", LANGUAGE),
                        ("nationality", COUNTRY),
                        ("age_years", AGE),
                    )
                    if code in row["answers"]
                },
                "jurisdiction": self.jurisdiction,
            }
        elif label in ("cases.Consent", "cases.Decision"):
            column = "language" if label == "cases.Consent" else "served_language"
            if case and row[column] == case["language"]:
                row[column] = f"⟪{LANGUAGE}⟫"
        elif model is InboxItem:
            row["read_at"] = self._read(row)
        elif model is Disclosure:
            row["xact"] = f"⟪{XACT}⟫"
        elif model is Event:
            row["xact"], row["recorded_at"] = f"⟪{XACT}⟫", f"⟪{NOW}⟫"

    def _read(self, row: Row) -> str | None:
        """People read their inbox at half past eight the next morning, and not yet everything that
        is of the last days. The moment as it is before days are moved."""
        created = datetime.fromisoformat(row["created_at"]).astimezone(self.move.zone)
        read = (created + timedelta(days=1)).replace(hour=7, minute=30, second=0, microsecond=0)
        moved = self.move.at(read)
        if moved > self.anchor:
            return None
        if moved > self.anchor - timedelta(days=4) and self.unread():
            return None
        self.reads.append((self.captured.parts[row["user_id"]], moved.isoformat()))
        return read.isoformat()

    def _cell(self, f: Any, value: Any, row: Row) -> str:
        if value is None:
            return "\\N"
        if isinstance(f, models.BinaryField):
            return self.places[f.model._meta.db_table, f.column, row["id"]]
        if isinstance(f, models.JSONField):
            # The basis of a clock is of its new days already.
            moved = value if f.model is Deadline else self._json(value)
            text = json.dumps(moved, ensure_ascii=False)
            # An age is a number, also where a mark stands for it.
            return text.translate(_ESCAPES).replace(f'"⟪{AGE}⟫"', f"⟪{AGE}⟫")
        if f.related_model is not None and isinstance(value, int):
            part = self.captured.groups.get(value) if f.column == "group_id" else None
            return self._part(part) if part else str(value)
        if isinstance(value, bool):
            return "t" if value else "f"
        if isinstance(value, int):
            return str(value)
        if isinstance(f, models.UUIDField) or f.related_model is not None:
            return self._id(value)
        if isinstance(f, models.DateTimeField):
            return value if value.startswith("⟪") else self.move.moment(value)
        if isinstance(f, models.DateField):
            return self.move.day(value)
        return self._text(value).translate(_ESCAPES)

    def _form(self, text: str) -> Form:
        pieces = _MARK.split(text)
        slots = [self.names[name] for name in pieces[1::2]]
        literal = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        if not slots:
            return Form(literal, lambda _values: ())
        if len(slots) == 1:
            only = slots[0]
            return Form(literal, lambda values: (values[only],))
        return Form(literal, itemgetter(*slots))
