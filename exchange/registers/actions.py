"""Bringing in a register, from the file to the last row.

What a person does is an action each. What the worker does goes in steps, a transaction each: the
step, what it counts and how far it is commit together, so that a worker which is killed at any
moment has done a step or has not. A row is brought in once: `one_register_row`, and the key of its
referral, which follows from the register and the row.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4, uuid5

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.actions.old_referrals import OldReferral, receive_old
from cases.actions.referring import facts_of, receive_referral
from cases.models import Referral
from cases.models.referral import Source
from cases.rules.referral_form import carries_identity, old_answers
from cases.selectors.referrals import sent_by_team
from exchange.models import (
    Decision,
    RegisterImport,
    RegisterPart,
    RegisterRow,
    RegisterToken,
    RowState,
    State,
)
from exchange.models.register import ENDED, WORKING
from exchange.registers import mapping as rules
from exchange.registers import reading
from exchange.registers.mapping import Mapper, Read
from exchange.registers.rights import BRING_REGISTER
from exchange.workbooks import Unreadable
from identities import finding
from identities.crypto import Opener, Sealer
from identities.models import UserKey
from identities.own import need_key
from identities.tokens import Tokens, tokens_of_words, tokens_to_find, tokens_to_keep
from nrm.accounts.models import Organisation, User
from nrm.actions import (
    Forbidden,
    Hidden,
    Objection,
    Refused,
    action,
    detail,
    lock,
    refuse_if,
    try_lock,
)
from nrm.context import acting_as
from nrm.profiles import Profile, load_profile
from nrm.uploads import SealedFile, Upload

log = structlog.stdlib.get_logger(__name__)

BATCH = 200  # rows of a part: of one step, and so of one transaction
MOST_OPEN = 3  # registers of one person at a time
MOST_FAILED = 3  # steps in a row, before it is held
_TABLE, _PART = "exchange_registerimport", "exchange_registerpart"
_WORD = "register"  # kind of the tokens of heads and words


def profile_of(register: RegisterImport) -> Profile:
    """The law under which the register is brought in."""
    return load_profile(register.profile_code, register.profile_version)


# The file -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Told:
    """What the file says of itself: its name, the heads of its columns, and the words of those that
    have few, by number."""

    name: str = ""
    heads: tuple[str, ...] = ()
    words: Mapping[int, Sequence[str]] | None = None


def told_of(register: RegisterImport) -> Told:
    """Opens what the file says of itself; nothing where it is gone."""
    if register.told is None:
        return Told()
    opener = Opener(register.started_by_id, UserKey)
    found = opener.json(register.told, table=_TABLE, column="told", row=register.pk)
    words = {int(number): words for number, words in found["words"].items()}
    return Told(found["name"], tuple(found["heads"]), words)


def _seal_told(register: RegisterImport, told: Told, sealer: Sealer) -> None:
    whole = {"name": told.name, "heads": told.heads, "words": dict(told.words or {})}
    register.told = sealer.json(whole, table=_TABLE, column="told", row=register.pk)


def token_of(word: str) -> str:
    """What stands for a word of a register where it must not be read."""
    return tokens_of_words(_WORD, word)[0].hex()


@action("register.uploaded", right=BRING_REGISTER)
def bring(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    file: Upload,
    open_now: bool,
    submission_key: UUID,
) -> RegisterImport:
    """Takes the file of a register: it is read by the worker. The same `submission_key` again gives
    the same. Raises Refused with every reason against it."""
    mine = RegisterImport.objects.filter(started_by=actor)
    if known := mine.filter(submission_key=submission_key).first():
        detail(repeated=True)
        return known
    found = []
    if not file.size:
        found.append(Objection(_("The file is empty."), field="file", code="empty"))
    if file.cut_off:
        text = _("The file is larger than can be taken. Divide it into several.")
        found.append(Objection(text, field="file", code="too_large"))
    if mine.exclude(state__in=ENDED).count() >= MOST_OPEN:
        text = _("You have %(most)s registers that are not done. Finish or stop one first.")
        found.append(Objection(text % {"most": MOST_OPEN}, field="file", code="too_many"))
    refuse_if(found)
    profile = load_profile(organisation.profile)
    need_key(actor.pk)
    sealer = Sealer(actor.pk, UserKey)
    register = RegisterImport(
        id=uuid4(),
        organisation=organisation,
        started_by=actor,
        started_at=at,
        submission_key=submission_key,
        profile_code=profile.code,
        profile_version=profile.version,
        kind=reading.kind_of(cast(BinaryIO, file.sealed)),
        size=file.sealed.size,
        open_now=open_now,
        progressed_at=at,
        delete_on=_last_day(at),
    )
    _seal_told(register, Told(name=(file.name or "")[-200:]), sealer)
    try:
        with transaction.atomic():
            register.save(force_insert=True)
    except IntegrityError:  # sent twice at once, or with a key that is somebody else's
        if known := mine.filter(submission_key=submission_key).first():
            detail(repeated=True)
            return known
        text = _("This was sent before. Open the list of registers, and send the file from there.")
        raise Refused([Objection(text, code="repeated")]) from None
    for number, block in enumerate(file.sealed.blocks()):
        _keep_part(register, number, block, sealer)
    detail(kind=register.kind, size=register.size, open_now=open_now)
    return register


def _last_day(at: datetime) -> date:
    return timezone.localdate(at) + timedelta(days=settings.REGISTER_DAYS)


def _id_of_part(register: RegisterImport, number: int) -> UUID:
    return uuid5(register.pk, f"part {number}")


def _keep_part(register: RegisterImport, number: int, data: bytes, sealer: Sealer) -> None:
    row = _id_of_part(register, number)
    RegisterPart.objects.create(
        id=row,
        register=register,
        number=number,
        data=sealer.raw(data, table=_PART, column="data", row=row),
    )


def _open_part(register: RegisterImport, number: int, opener: Opener) -> bytes:
    row = _id_of_part(register, number)
    (data,) = RegisterPart.objects.filter(pk=row).values_list("data", flat=True)
    return opener.raw(data, table=_PART, column="data", row=row)


def _forget_file(register: RegisterImport) -> None:
    """What was in the file is gone; what was told of its rows has none of its words."""
    RegisterPart.objects.filter(register=register).delete()
    RegisterToken.objects.filter(register=register).delete()
    register.told = None


# What somebody says of it -------------------------------------------------------------------------
def _again(register: RegisterImport) -> RegisterImport:
    """As it is now, under its lock."""
    found = RegisterImport.objects.select_related("organisation", "started_by")
    return found.get(pk=register.pk)


def _must_be(register: RegisterImport, *states: str) -> None:
    if register.state not in states:
        text = _("This is not possible now. The page shows how far the register is.")
        raise Refused([Objection(text, code="state")])


def _take(row: RegisterImport, state: str, *changed: str, at: datetime) -> RegisterImport:
    """Into a state, with the columns that were changed before: only these are written."""
    written = {"state", "progressed_at", "failed", "why", *changed}
    row.state, row.progressed_at, row.failed = state, at, 0
    if "why" not in changed:
        row.why = ""
    if state in ENDED:
        _forget_file(row)
        row.ended_at = at
        written |= {"told", "ended_at"}
    else:
        row.delete_on = _last_day(at)
        written.add("delete_on")
    row.save(update_fields=written)
    detail(state=str(state), rows=row.rows, brought_in=row.brought_in)
    return row


_COUNTS = ("cursor", "passed", "wrong", "alike", "left_out", "brought_in")


@action("register.mapped", right=BRING_REGISTER)
def keep_mapping(
    register: RegisterImport,
    *,
    actor: User,
    at: datetime,
    columns: Mapping[str, Mapping[str, Any]],
    always: Mapping[str, str],
) -> RegisterImport:
    """Keeps what each column means, whole or not: what is missing is said when the rows are to be
    checked. It is remembered for the next register of the organisation. What was checked before
    has to be checked anew. Raises Refused once the first row is in."""
    row = _again(register)
    _must_be(row, State.MAPPING, State.CHECKED)
    known = rules.targets(profile_of(row))
    kept = {
        str(number): dict(column) for number, column in columns.items() if column.get("to") in known
    }
    heads = told_of(row).heads
    row.mapping = {"columns": kept, "always": {k: v for k, v in always.items() if v}}
    row.remembered = {
        token_of(rules.plainly(heads[int(number) - 1])): column
        for number, column in kept.items()
        if int(number) <= len(heads) and heads[int(number) - 1]
    }
    _forget_checks(row)
    detail(columns={number: column["to"] for number, column in kept.items()})
    return _take(row, State.MAPPING, "mapping", "remembered", *_COUNTS, at=at)


def _forget_checks(register: RegisterImport) -> None:
    RegisterRow.objects.filter(register=register).delete()
    RegisterToken.objects.filter(register=register).delete()
    register.cursor = register.passed = 0
    register.wrong = register.alike = register.left_out = 0


@action("register.check_started", right=BRING_REGISTER)
def start_check(register: RegisterImport, *, actor: User, at: datetime) -> RegisterImport:
    """Has every row checked: nothing is brought in. Pressed again while it runs, it goes on as it
    does. Raises Refused with everything that the mapping lacks."""
    row = _again(register)
    if row.state == State.CHECKING:
        detail(repeated=True)
        return row
    _must_be(row, State.MAPPING, State.CHECKED)
    refuse_if(rules.objections_to_mapping(row.mapping, profile_of(row), open_now=row.open_now))
    _forget_checks(row)
    return _take(row, State.CHECKING, *_COUNTS, at=at)


@action("register.run_started", right=BRING_REGISTER)
def start_run(register: RegisterImport, *, actor: User, at: datetime) -> RegisterImport:
    """Has the rows brought in that are right and not left to decide, or those that were decided
    since; goes on where it was paused. Pressed again, it goes on as it does."""
    row = _again(register)
    if row.state == State.RUNNING:
        detail(repeated=True)
        return row
    _must_be(row, State.CHECKED, State.PAUSED, State.DECIDING)
    if row.state != State.PAUSED:
        row.cursor = row.passed = 0
    row.begun_at = row.begun_at or at
    return _take(row, State.RUNNING, "begun_at", *_COUNTS, at=at)


@action("register.paused", right=BRING_REGISTER)
def pause(register: RegisterImport, *, actor: User, at: datetime) -> RegisterImport:
    """Holds it between two steps. What is in stays."""
    row = _again(register)
    _must_be(row, State.RUNNING)
    return _take(row, State.PAUSED, at=at)


@action("register.stopped", right=BRING_REGISTER)
def stop(register: RegisterImport, *, actor: User, at: datetime) -> RegisterImport:
    """Ends it for good: the file is deleted, what is in stays."""
    row = _again(register)
    if row.ended:
        detail(repeated=True)
        return row
    return _take(row, State.STOPPED, at=at)


@action("register.rows_decided", right=BRING_REGISTER)
def decide(
    register: RegisterImport,
    *,
    actor: User,
    at: datetime,
    decisions: Mapping[int, str] | None = None,
    all_others: str = "",
) -> RegisterImport:
    """Says of rows that may be there already, by number, whether each is brought in all the same or
    left out (codes of Decision); with `all_others`, of every other that is not decided."""
    row = _again(register)
    _must_be(row, State.CHECKED, State.PAUSED, State.DECIDING)
    told = dict(decisions or {})
    if any(said not in Decision.values for said in [*told.values(), *filter(None, [all_others])]):
        raise Refused([Objection(_("Select one of the answers shown"), code="decision")])
    waiting = RegisterRow.objects.filter(register=row, state=RowState.ALIKE)
    done = 0
    for said in Decision.values:
        numbers = [number for number, one in told.items() if one == said]
        done += _decided(waiting.filter(number__in=numbers), said)
    if all_others:
        _decided(waiting.filter(decision=""), all_others)
    row.alike = waiting.filter(decision="").count()
    row.left_out = RegisterRow.objects.filter(register=row, state=RowState.LEFT_OUT).count()
    detail(decided=done, all_others=all_others)
    return _take(row, row.state, "why", *_COUNTS, at=at)


def _decided(rows: Any, said: str) -> int:
    if said == Decision.LEAVE:
        return int(rows.update(state=RowState.LEFT_OUT, decision=said))
    return int(rows.update(decision=said))


# What the worker does -----------------------------------------------------------------------------
def work(register_id: UUID, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> bool:
    """Goes on with a register for at most so many seconds, step by step. Returns whether there is
    more to do for whoever calls: where another is at it, they see to it."""
    until = clock() + seconds
    with acting_as(User.objects.system()):
        found = RegisterImport.objects.select_related("started_by").filter(pk=register_id).first()
    if found is None or not found.working:
        return False
    actor = found.started_by
    with override(actor.language):
        while clock() < until:
            try:
                with acting_as(actor):
                    if not try_lock(found.lock_id):
                        return False
                    left = step(found, actor=actor, at=timezone.now())
            except (Forbidden, Hidden, RegisterImport.DoesNotExist):
                return False  # they may no more: it lies until its file is deleted
            except Exception as error:  # what it says may hold words of the file
                _note_failure(found, actor, type(error).__name__)
                return False
            if not left.working:
                return False
    return True


def _note_failure(register: RegisterImport, actor: User, error: str) -> None:
    log.error("register.step_failed", register=str(register.pk), error=error)
    try:
        with acting_as(actor):
            step_failed(register, actor=actor, at=timezone.now(), error=error)
    except DatabaseError:  # it is done again as if nothing had been tried
        connection.close_if_unusable_or_obsolete()


@action("register.step_failed", right=BRING_REGISTER)
def step_failed(
    register: RegisterImport, *, actor: User, at: datetime, error: str
) -> RegisterImport:
    """Notes that a step failed. After MOST_FAILED in a row it is not tried again by itself: a file
    is unreadable, and what is checked or brought in is held until somebody goes on."""
    row = _again(register)
    detail(state=str(row.state), error=error)
    if not row.working:
        return row
    row.failed += 1
    if row.failed < MOST_FAILED:
        row.progressed_at = at
        row.save(update_fields=["failed", "progressed_at"])
        return row
    text = _(
        "It failed %(times)s times at the same place. Tell whoever runs this service: the log says"
        " what happened."
    )
    row.why = text % {"times": MOST_FAILED}
    if row.state == State.CHECKING:
        _forget_checks(row)
    held = {State.READING: State.UNREADABLE, State.CHECKING: State.MAPPING}
    return _take(row, held.get(State(row.state), State.PAUSED), "why", *_COUNTS, at=at)


@action("register.step", right=BRING_REGISTER)
def step(register: RegisterImport, *, actor: User, at: datetime) -> RegisterImport:
    """The next step of a register that is at work: its file is read, or so many of its rows are
    checked or brought in. Does nothing to any other."""
    row = _again(register)
    if row.state == State.READING:
        return _read(row, at=at)
    if row.state == State.CHECKING:
        return _check(row, actor=actor, at=at)
    if row.state == State.RUNNING:
        return _run(row, actor=actor, at=at)
    detail(state=str(row.state))
    return row


def waiting_registers(*, at: datetime) -> list[UUID]:
    """Registers that are at work and at which nobody is, as far as can be told. By the system."""
    # A worker that is at it says so more often than this.
    still = timedelta(seconds=settings.REGISTER_STILL_SECONDS)
    found = RegisterImport.objects.filter(state__in=WORKING, progressed_at__lt=at - still).order_by(
        "progressed_at"
    )
    return list(found.values_list("pk", flat=True)[:50])


def forget_files() -> None:
    """Deletes the files of registers with which nobody went on in time, without reading them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT exchange_forget_registers()")


def _read(row: RegisterImport, *, at: datetime) -> RegisterImport:
    """Reads the whole file once, and keeps its rows in parts of a step each."""
    opener = Opener(row.started_by_id, UserKey)
    sealer = Sealer(row.started_by_id, UserKey)
    told = told_of(row)
    file = SealedFile()
    raw = RegisterPart.objects.filter(register=row, number__lt=RegisterPart.ROWS)
    for number in raw.order_by("number").values_list("number", flat=True):
        file.write(_open_part(row, number, opener))
    rows = columns = parts = 0
    words: dict[int, dict[str, None] | None] = {}
    try:
        lines = reading.rows_of(cast(BinaryIO, file), row.kind)
        heads = [head[:200] for head in next(lines, (0, []))[1]]
        columns = len(heads)
        while some := list(islice(lines, BATCH)):
            for _number, cells in some:
                for extra in range(columns + 1, len(cells) + 1):
                    words.setdefault(extra, {})
                    heads.append("")
                columns = max(columns, len(cells))
                for known in range(1, columns + 1):
                    words.setdefault(known, {})
                rules.add_words(words, cells)
            data = json.dumps(some, ensure_ascii=False, separators=(",", ":")).encode()
            _keep_part(row, RegisterPart.ROWS + parts, data, sealer)
            parts, rows = parts + 1, rows + len(some)
        if not rows:
            raise Unreadable(
                _("The file has no rows under its first one, which says what they hold.")
            )
    except Unreadable as why:
        row.why = why.objection.text[:400]
        return _take(row, State.UNREADABLE, "why", at=at)
    finally:
        file.close()
    raw.delete()
    row.rows, row.columns, row.parts = rows, columns, parts
    few = rules.few_words(words)
    _seal_told(row, Told(told.name, tuple(heads), few), sealer)
    row.mapping = {
        "columns": rules.proposed(
            heads, profile_of(row), remembered=_remembered(row), token=token_of
        ),
        "always": {},
    }
    return _take(row, State.MAPPING, "rows", "columns", "parts", "told", "mapping", at=at)


def _remembered(row: RegisterImport) -> dict[str, Any]:
    """What the actor said of columns before, in the last registers of the organisation."""
    earlier = RegisterImport.objects.filter(organisation=row.organisation).exclude(pk=row.pk)
    found: dict[str, Any] = {}
    for kept in earlier.order_by("-started_at").values_list("remembered", flat=True)[:5]:
        found = {**kept, **found}
    return found


def _mapper(row: RegisterImport, at: datetime) -> Mapper:
    return Mapper(
        row.mapping,
        profile_of(row),
        token=token_of,
        heads=told_of(row).heads,
        today=timezone.localdate(at),
        open_now=row.open_now,
    )


def _rows_of_part(row: RegisterImport, number: int) -> list[tuple[int, list[str]]]:
    opener = Opener(row.started_by_id, UserKey)
    return [
        (line, cells)
        for line, cells in json.loads(_open_part(row, RegisterPart.ROWS + number, opener))
    ]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it was read: its number, what it says, its answers as they may be kept, and every
    fault, by the number of the column."""

    number: int
    read: Read
    answers: dict[str, Any]
    faults: list[tuple[int, str]]


def _lines(
    row: RegisterImport, rows: Sequence[tuple[int, list[str]]], *, at: datetime
) -> Iterator[_Line]:
    mapper, profile, today = _mapper(row, at), profile_of(row), timezone.localdate(at)
    for number, cells in rows:
        read = mapper.read(cells)
        clean, objections = old_answers(read.answers, profile, today=today)
        faults = list(read.faults)
        told = {column for column, _why in faults}
        for objection in objections:
            column = mapper.column_of(objection.field)
            # What is missing only because the cell is wrong is not told twice.
            if column == 0 or column not in told:
                faults.append((column, objection.text))
        yield _Line(number, read, clean, faults)


# Checking -----------------------------------------------------------------------------------------
def _check(row: RegisterImport, *, actor: User, at: datetime) -> RegisterImport:
    """Checks the rows of the next part: everything that is wrong with each, and whether the same
    person may be there already."""
    rows = _rows_of_part(row, row.cursor)
    lines = list(_lines(row, rows, at=at))
    right = [line for line in lines if not line.faults]
    alike = _who_is_alike(row, right, actor=actor)
    wrong = [line for line in lines if line.faults]
    RegisterRow.objects.bulk_create(
        [
            RegisterRow(register=row, number=line.number, state=RowState.WRONG, faults=line.faults)
            for line in wrong
        ]
        + [
            RegisterRow(register=row, number=number, state=RowState.ALIKE, like=like)
            for number, like in alike.items()
        ]
    )
    row.wrong += len(wrong)
    row.alike += len(alike)
    return _go_on(row, len(rows), State.CHECKED, at=at)


def _go_on(row: RegisterImport, count: int, then: str, *, at: datetime) -> RegisterImport:
    row.cursor, row.passed = row.cursor + 1, row.passed + count
    if row.cursor >= row.parts:
        row.cursor = row.passed = 0
        return _take(row, then, *_COUNTS, at=at)
    return _take(row, row.state, *_COUNTS, at=at)


def _who_is_alike(
    row: RegisterImport, lines: Sequence[_Line], *, actor: User
) -> dict[int, dict[str, Any]]:
    """Of the rows whose person may be in the file above, or among the people that the organisation
    referred: by what, in which rows, and which receipts. Of other people nothing is said: who is in
    the system is not for who brings a list of names to learn."""
    profile = profile_of(row)
    facts = {
        line.number: facts_of(line.answers, profile)
        for line in lines
        if carries_identity(line.answers, profile)
    }
    wanted = {number: tokens_to_find(told) for number, told in facts.items()}
    found: dict[int, dict[str, Any]] = {}
    if row.state == State.CHECKING:
        _within_the_file(row, {n: tokens_to_keep(told) for n, told in facts.items()}, found)
    people = finding.people_of_each(wanted, purpose=finding.DUPLICATES)
    every = {person for others in people.values() for person in others}
    receipts = _own_receipts(row, every, actor=actor)
    for number, others in people.items():
        for person, kinds in others.items():
            if person in receipts:
                like = found.setdefault(number, {"kinds": [], "rows": [], "receipts": []})
                like["receipts"].append(receipts[person])
                like["kinds"] = sorted({*like["kinds"], *kinds})
    return found


def _own_receipts(row: RegisterImport, people: set[UUID], *, actor: User) -> dict[UUID, str]:
    """The receipts of those whom the organisation referred, other than by this register: who may be
    in two of its rows was proposed when it was checked."""
    if not people:
        return {}
    sent = sent_by_team(actor).filter(case__person_id__in=people)
    here = RegisterRow.objects.filter(register=row, referral=OuterRef("pk"))
    return dict(sent.filter(~Exists(here)).values_list("case__person_id", "receipt"))


def _within_the_file(
    row: RegisterImport, kept: Mapping[int, Tokens], found: dict[int, dict[str, Any]]
) -> None:
    every = {token for tokens in kept.values() for _kind, _number, token in tokens}
    before: dict[bytes, int] = {}
    rows = RegisterToken.objects.filter(register=row, token__in=every)
    for token, number in rows.order_by("-number").values_list("token", "number"):
        before[bytes(token)] = number
    new = []
    for number in sorted(kept):
        for kind, _key, token in sorted(kept[number]):
            if token in before and before[token] != number:
                like = found.setdefault(number, {"kinds": [], "rows": [], "receipts": []})
                if before[token] not in like["rows"]:
                    like["rows"].append(before[token])
                like["kinds"] = sorted({*like["kinds"], kind})
            elif token not in before:
                before[token] = number
                new.append(RegisterToken(register=row, token=token, number=number))
    RegisterToken.objects.bulk_create(new)


# Bringing in --------------------------------------------------------------------------------------
def _run(row: RegisterImport, *, actor: User, at: datetime) -> RegisterImport:
    """Brings in the rows of the next part that are right, and not left out or left to decide. Who
    came to be there since the check, by another register or a form, is left to decide, too."""
    # Two registers of an organisation go step by step in turn: the later sees who is in.
    lock(uuid5(row.organisation_id, "register"))
    rows = _rows_of_part(row, row.cursor)
    known = {
        one.number: one
        for one in RegisterRow.objects.filter(
            register=row, number__in=[number for number, _cells in rows]
        )
    }
    open_rows = [
        (number, cells)
        for number, cells in rows
        if (one := known.get(number)) is None
        or (one.state == RowState.ALIKE and one.decision == Decision.IMPORT)
    ]
    lines = list(_lines(row, open_rows, at=at))
    right = [line for line in lines if not line.faults]
    undecided = [line for line in right if line.number not in known]
    alike = _who_is_alike(row, undecided, actor=actor)
    right = [line for line in right if line.number not in alike]
    wrong = [line for line in lines if line.faults]
    made = _receive(row, right, actor=actor, at=at)
    after = [
        *(_row(row, line, RowState.WRONG, faults=line.faults) for line in wrong),
        *(_row(row, line, RowState.IN, referral=made[_key(row, line.number)]) for line in right),
        *(
            _row(row, line, RowState.ALIKE, like=alike[line.number])
            for line in undecided
            if line.number in alike
        ),
    ]
    RegisterRow.objects.bulk_create([one for one in after if one.number not in known])
    for one in after:
        if one.number in known:
            RegisterRow.objects.filter(register=row, number=one.number).update(
                state=one.state, faults=one.faults, referral=one.referral
            )
    row.brought_in += len(right)
    row.wrong += len(wrong)
    row.alike += len(alike)
    return _go_on(row, len(rows), State.DECIDING if row.alike else State.DONE, at=at)


def _row(row: RegisterImport, line: _Line, state: str, **more: Any) -> RegisterRow:
    return RegisterRow(register=row, number=line.number, state=state, **more)


def _key(row: RegisterImport, number: int) -> UUID:
    return uuid5(row.pk, str(number))


def _receive(
    row: RegisterImport, lines: Sequence[_Line], *, actor: User, at: datetime
) -> dict[UUID, Referral]:
    profile = profile_of(row)
    if not row.open_now:
        return receive_old(
            row.organisation,
            actor=actor,
            at=at,
            profile=profile,
            rows=[
                OldReferral(
                    _key(row, line.number),
                    line.answers,
                    received_on=cast(date, line.read.received_on),
                    ended_on=line.read.ended_on,
                    kept=line.read.kept,
                    kept_as=tuple(line.read.kept_as),
                )
                for line in lines
            ],
        )
    return {
        _key(row, line.number): receive_referral(
            line.answers,
            actor=actor,
            at=at,
            organisation=row.organisation,
            profile=profile,
            source=Source.REGISTER,
            submission_key=_key(row, line.number),
            unknown_keys=line.read.kept_as,
            unknown_values=line.read.kept,
            complete=False,
        )
        for line in lines
    }
