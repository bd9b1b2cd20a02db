"""Telling people: an item in the inbox, and an e-mail that says only "You have a task"."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from cases.models import Case, Deadline, InboxItem, OutgoingMail
from nrm.accounts.models import User


def tell(
    users: Iterable[User],
    kind: str,
    *,
    once: str,
    at: datetime,
    case: Case | None = None,
    deadline: Deadline | None = None,
    rung: str = "",
    by_mail: bool = True,
    **data: Any,
) -> int:
    """Puts one item in each user's inbox, and the e-mail about it in the queue.

    `once` names the occasion: a second call with the same name tells nobody twice, whoever makes
    it and however many at once. Returns how many people were told now.
    """
    items = [
        InboxItem(
            id=uuid4(),
            user=user,
            kind=kind,
            case=case,
            deadline=deadline,
            rung=rung,
            once=once,
            data=data,
            created_at=at,
        )
        for user in users
    ]
    InboxItem.objects.bulk_create(items, ignore_conflicts=True)
    told = InboxItem.objects.filter(pk__in=[item.pk for item in items]).values_list("pk", flat=True)
    if by_mail:
        OutgoingMail.objects.bulk_create(
            OutgoingMail(item_id=pk, message_id=f"<{uuid4()}@referral-mechanism>", queued_at=at)
            for pk in told
        )
    return len(told)
