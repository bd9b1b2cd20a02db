"""The one door by which events are written."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from nrm import context
from nrm.audit.models import Event


def event(
    verb: str,
    *,
    at: datetime,
    actor_id: UUID | None,
    object_type: str = "",
    object_id: UUID | None = None,
    case_id: UUID | None = None,
    refused: bool = False,
    data: dict[str, Any] | None = None,
) -> Event:
    """One event, not written yet.

    `data` holds codes, ids, dates and numbers; a name, a contact or free text never goes in.
    """
    open_context = context.current()
    return Event(
        verb=verb,
        at=at,
        actor_id=actor_id,
        object_type=object_type,
        object_id=object_id,
        case_id=case_id,
        request_id=open_context.request_id if open_context else uuid4(),
        refused=refused,
        data=data or {},
        # The trigger puts the true values in; a column must be given something.
        xact=0,
        recorded_at=at,
    )


def write(verb: str, *, at: datetime, actor_id: UUID | None, **more: Any) -> Event:
    """Writes one event in the open transaction. Takes what `event` takes."""
    (written,) = write_all([event(verb, at=at, actor_id=actor_id, **more)])
    return written


def write_all(events: Iterable[Event]) -> list[Event]:
    """Writes events in the open transaction, in their order. One statement."""
    return Event.objects.bulk_create(list(events))
