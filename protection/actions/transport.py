"""Noting how a person gets to the place where a bed is held for them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.actions import Changed, Objection, action, detail, refuse_if
from protection.models import Stay, Transport
from protection.models.shelter import StayState
from protection.models.transport import ArrangedBy
from protection.rules.transport import objections_to_transport
from protection.selectors import transport as reads


def _of_stay(stay: Stay, **_more: Any) -> list[UUID]:
    return [stay.case_id, stay.bed_id]


@action("shelter.transport_noted", right=rights.SUPPORT, locks=_of_stay)
def note_transport(
    stay: Stay,
    *,
    actor: User,
    at: datetime,
    arranged_by: str,
    leaves_at: datetime,
    apart: bool,
    words: str = "",
    done: bool = False,
    version: int | None = None,
) -> Transport:
    """Notes who brings the person (a code of ArrangedBy), when, whether they travel apart, in words
    from whom and what else matters, and whether it is done: all of it, in the place of what stood
    there. Raises Changed, and overwrites nothing, where it is no longer the `version` that the
    actor saw (0 where nothing was noted); Refused with every reason against it."""
    stay.refresh_from_db()
    row = reads.transport_of(stay)
    if version is not None and version != (row.version if row else 0):
        text = _("A colleague has changed this since you opened it. Nothing was overwritten.")
        raise Changed([Objection(text, code="changed")])
    told = words.strip()
    over = stay.state == StayState.HELD and stay.hold_until <= at
    refuse_if(
        objections_to_transport(
            lodged=stay.ended_at is None and not over,
            arranged_by=arranged_by,
            known=ArrangedBy.values,
            leaves_at=leaves_at,
            words=told,
            done=done,
            at=at,
        )
    )
    if row is None:
        row = Transport(id=uuid4(), case=stay.case, stay=stay, version=0)
    row.arranged_by, row.leaves_at, row.apart = arranged_by, leaves_at, apart
    place: dict[str, Any] = {"table": reads.TABLE, "column": "told", "row": row.pk}
    row.told = seal(stay.case.person_id, told, **place) if told else None
    row.done_at = (row.done_at or at) if done else None
    row.noted_by, row.noted_at = actor, at
    row.version += 1
    row.save()
    detail(by=arranged_by, apart=apart, done=done)
    return row
