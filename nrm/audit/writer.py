"""The one door by which events are written."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from nrm import context
from nrm.audit.models import Event

# Written out: whoever writes an event may not read it back, which the database would want of them
# to say its number. A trigger puts the true transaction and moment in.
_INSERT = """
INSERT INTO audit_event
    (xact, recorded_at, at, actor_id, verb, object_type, object_id, case_id, request_id, refused,
     data)
VALUES """
_VALUES = "(0, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"


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
    made = list(events)
    values: list[Any] = []
    for row in made:
        values += [row.at, row.at, row.actor_id, row.verb, row.object_type, row.object_id]
        values += [row.case_id, row.request_id, row.refused, json.dumps(row.data)]
    if made:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT + ", ".join([_VALUES] * len(made)), values)
    return made
