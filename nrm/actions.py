"""An action is the only place that writes: one lock, one right, one transaction, one event.

    @action("decision.draft", right=rights.DRAFT_DECISION)
    def draft_decision(case, *, actor, at, outcome, ...): ...

The decorator opens the context if none is open, locks the case (or draft) that the object belongs
to before any row is touched, checks the right, runs, and writes the event, all in one transaction.
An action without a declared right does not import.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from nrm import context
from nrm.audit import writer
from nrm.audit.models import Event

P = ParamSpec("P")
R = TypeVar("R")


# The code of a reason for which something does not go forward for a while.
ON_HOLD = "on_hold"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason why something cannot be done, as a sentence; `field` names its input."""

    text: str
    field: str | None = None
    code: str = "refused"


class Refused(Exception):
    """What was asked cannot be done. Holds every reason, not the first."""

    def __init__(self, objections: Iterable[Objection | str]) -> None:
        self.objections = [o if isinstance(o, Objection) else Objection(str(o)) for o in objections]
        super().__init__(f"{len(self.objections)} objection(s)")


class TooOften(Refused):
    """The actor has done this as often as is allowed: 429. `seconds` until they can again."""

    def __init__(self, objection: Objection, seconds: int) -> None:
        super().__init__([objection])
        self.seconds = seconds


class Changed(Refused):
    """Somebody else changed the thing since it was read. Nothing was overwritten."""


class Forbidden(Exception):
    """The actor may see the thing but not do this to it: 403."""


class Hidden(Exception):
    """The actor may not know that the thing exists: 404."""


class Right(Protocol):
    """A right carries its own check, so that this module needs to know no user and no case."""

    @property
    def code(self) -> str: ...

    def check(self, actor: Any, subject: Any) -> Iterable[Objection] | None:
        """Returns where the actor has the right on the subject, and with it why nothing is done to
        it any more, where it has ended, or why it does not go forward now (code ON_HOLD); raises
        Hidden or Forbidden."""


def refuse_if(objections: Iterable[Objection | str]) -> None:
    """Raises Refused with all of the objections where there is at least one."""
    found = list(objections)
    if found:
        raise Refused(found)


_details: ContextVar[dict[str, Any] | None] = ContextVar("nrm_action_details", default=None)


def detail(**codes: Any) -> None:
    """Adds codes, ids, dates or numbers to the event of the action that is running."""
    details = _details.get()
    if details is None:
        raise RuntimeError("detail() is called inside an action only.")
    details.update(codes)


_further: ContextVar[list[tuple[str, Any, dict[str, Any]]] | None] = ContextVar(
    "nrm_action_further", default=None
)


def also(verb: str, about: Any, **codes: Any) -> None:
    """Adds an event about a row of a case, which is written with the action's own, before it."""
    further = _further.get()
    if further is None:
        raise RuntimeError("also() is called inside an action only.")
    further.append((verb, about, codes))


def lock(key: UUID) -> None:
    """Waits for the lock of a case or a draft, held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])


def try_lock(key: UUID) -> bool:
    """The same lock where nobody holds it; returns at once whether it is ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])
        return bool(cursor.fetchone()[0])


@contextmanager
def waiting_at_most(milliseconds: int, *, else_say: str) -> Iterator[None]:
    """Within it no lock is waited for longer. Raises Refused with the sentence where somebody holds
    one, and what was done within it is undone: for pages, of which each waits in a thread."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            (before,) = cursor.fetchone()
            told = "SELECT set_config('lock_timeout', %s, true)"
            cursor.execute(told, [f"{milliseconds}ms"])
            yield
            cursor.execute(told, [before])
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Refused([Objection(else_say, code="busy")]) from error
        raise


def lock_of(subject: Any) -> UUID | None:
    """The id that an action on this object locks: its `lock_id`, else none."""
    return getattr(subject, "lock_id", None)


def _event(verb: str, about: Any, subject: Any, *, actor: Any, at: datetime, data: Any) -> Event:
    object_id = getattr(about, "pk", None)
    return writer.event(
        verb,
        at=at,
        actor_id=actor.id,
        object_type=about._meta.label_lower if hasattr(about, "_meta") else "",
        object_id=object_id if isinstance(object_id, UUID) else None,
        case_id=getattr(about, "case_id", None) or getattr(subject, "case_id", None),
        data=data,
    )


def action(
    verb: str,
    *,
    right: Right,
    look: bool = False,
    ended: bool = False,
    forward: bool = False,
    locks: Callable[..., Iterable[UUID]] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares an action.

    The first positional argument is the subject, which has `id` and, where it belongs to a case or
    draft, `lock_id` and `case_id`. `actor` and `at` are keywords; `at` is an aware datetime. The
    event names the object that the action returns, where that has an id, else the subject.
    `look`: it only notes that something was looked at, so it also runs while a form is shown again
    with what was typed before a session ended; any other raises NothingIsDone there.
    `ended`: it also runs on what has ended, because it reads it, protects it or undoes the end. Any
    other but a look raises Refused there, with the reasons that the right gives.
    `forward`: it takes its subject forward, so it does not run on what is on hold; it raises
    Refused there in the same way.
    `locks`: called with the arguments, the ids that are locked where that is not the subject's
    alone. They are locked in one order whatever the arguments say, so that two people who need the
    same ones wait for each other, and never both.
    """
    if not hasattr(right, "check"):
        raise TypeError(f"The action {verb} declares no right.")

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if context.showing_again() and not look:
                raise context.NothingIsDone(verb)
            subject: Any = args[0] if args else None
            actor: Any = kwargs["actor"]
            at: datetime = kwargs["at"]  # type: ignore[assignment]
            with context.acting(actor), transaction.atomic():
                if locks is not None:
                    for key in sorted(set(locks(*args, **kwargs))):
                        lock(key)
                elif (own := lock_of(subject)) is not None:
                    lock(own)
                reasons = right.check(actor, subject)
                if not (look or ended):
                    refuse_if(r for r in reasons or () if forward or r.code != ON_HOLD)
                details: dict[str, Any] = {}
                further: list[tuple[str, Any, dict[str, Any]]] = []
                tokens = _details.set(details), _further.set(further)
                try:
                    result = function(*args, **kwargs)
                finally:
                    _details.reset(tokens[0])
                    _further.reset(tokens[1])
                about = result if getattr(result, "pk", None) is not None else subject
                writer.write_all(
                    _event(what, of, subject, actor=actor, at=at, data=data)
                    for what, of, data in [*further, (verb, about, details)]
                )
                return result

        run.verb = verb  # type: ignore[attr-defined]
        run.right = right  # type: ignore[attr-defined]
        return run

    return declare
