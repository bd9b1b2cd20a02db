"""The reader's own inbox: what has been read."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cases.models import InboxItem
from nrm.accounts.models import User
from nrm.accounts.rights import OWN_ACCOUNT
from nrm.actions import action, detail


@action("inbox.read", right=OWN_ACCOUNT)
def mark_read(
    user: User, *, actor: User, at: datetime, items: Collection[UUID] | None = None
) -> User:
    """Marks items of the actor's own inbox as read: these, or all where none is named."""
    rows = InboxItem.objects.filter(user=user, read_at=None)
    if items is not None:
        rows = rows.filter(pk__in=items)
    detail(items=rows.update(read_at=at))
    return user
