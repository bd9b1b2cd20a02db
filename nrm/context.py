"""The database context of one request, task or command: who acts, and for which case.

PostgreSQL's policies read it. It is set for one transaction only (`set_config(…, true)`), so a
pooled connection can never carry one person's context to the next; with no context there are no
rows.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.db import connections, transaction


class Actor(Protocol):
    """Whoever acts: a user, or the system itself."""

    @property
    def id(self) -> UUID: ...

    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class System:
    """The system as an actor: it sweeps, warns, sends and seals, and can never sign in."""

    id: UUID
    is_active: bool = True


SYSTEM = System(UUID("00000000-0000-4000-8000-000000000001"))


@dataclass(frozen=True, slots=True)
class Context:
    actor_id: UUID | None
    request_id: UUID
    case_id: UUID | None = None


_current: ContextVar[Context | None] = ContextVar("nrm_context", default=None)


def current() -> Context | None:
    """The context that is open now, or None."""
    return _current.get()


_TOLD = "SELECT set_config('nrm.actor', %s, true), set_config('nrm.case', %s, true)"
# A case that the actor before has opened is not the next one's to read; from which cases somebody
# is kept is asked again.
_TOLD_ANEW = f"{_TOLD}, set_config('nrm.opened', '', true), set_config('nrm.excluded', '', true)"


def _tell_database(using: str, context: Context | None, *, anew: bool = True) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            _TOLD_ANEW if anew else _TOLD,
            [
                str(context.actor_id) if context and context.actor_id else "",
                str(context.case_id) if context and context.case_id else "",
            ],
        )


@contextmanager
def acting_as(
    actor: Actor | None,
    *,
    case_id: UUID | None = None,
    request_id: UUID | None = None,
    using: str = "default",
) -> Iterator[Context]:
    """Opens a transaction in which the database knows who acts.

    An actor who is None (nobody has signed in) or inactive gets a context without an actor, and
    so sees no protected row. Nested, the inner context holds until its end, then the outer again.
    """
    outer = _current.get()
    context = Context(
        actor_id=actor.id if actor is not None and actor.is_active else None,
        request_id=request_id or (outer.request_id if outer else uuid4()),
        case_id=case_id,
    )
    with transaction.atomic(using=using):
        _tell_database(using, context)
        token = _current.set(context)
        try:
            yield context
        finally:
            _current.reset(token)
        if outer is not None:
            _tell_database(using, outer)


def acting(actor: Actor) -> AbstractContextManager[Any]:
    """The open context where it is the actor's own, else a context of theirs within it: what an
    action writes, the database admits of who does it."""
    opened = _current.get()
    return nullcontext() if opened and opened.actor_id == actor.id else acting_as(actor)


@contextmanager
def about_case(case_id: UUID, *, using: str = "default") -> Iterator[None]:
    """Within the open context, names the case that disclosures are made for."""
    outer = _current.get()
    if outer is None:
        raise RuntimeError("No context is open: nobody is acting.")
    inner = Context(outer.actor_id, outer.request_id, case_id)
    _tell_database(using, inner, anew=False)
    token = _current.set(inner)
    try:
        yield
    finally:
        _current.reset(token)
    _tell_database(using, outer, anew=False)


# Showing again what somebody had typed ------------------------------------------------------------
class NothingIsDone(Exception):
    """Something would have been done while a kept text is only being shown."""


_showing_again: ContextVar[bool] = ContextVar("nrm_showing_again", default=False)


def showing_again() -> bool:
    """Whether a form is only being shown again with what was typed in it. No form of ours is valid
    then, and no action runs."""
    return _showing_again.get()


@contextmanager
def show_again() -> Iterator[None]:
    """Within it a form that is sent is shown again, and nothing is done."""
    token = _showing_again.set(True)
    try:
        yield
    finally:
        _showing_again.reset(token)
