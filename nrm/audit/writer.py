"""The one door by which an event is written."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from nrm import context
from nrm.audit.models import Event


def write(
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
    """Writes one event in the open transaction.

    `data` holds codes, ids, dates and numbers; a name, a contact or free text never goes in.
    """
    open_context = context.current()
    return Event.objects.create(
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
