"""What somebody had typed when their session ended, kept for a day and for them alone.

Sealed under the user's own key and shown in the user's own context only, which the database sees
to. Nothing is ever done with a kept text: it is shown again, and its writer sends it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from identities.crypto import Opener, Unreadable, seal_json
from identities.models import KeptText, UserKey
from identities.own import need_key
from nrm.context import acting_as

KEPT_FOR = timedelta(hours=24)
MOST_CHARACTERS = 256 * 1024  # of one text
MOST_TEXTS = 20  # of one user; the oldest makes room

_WHERE = {"table": "identities_kepttext", "column": "content"}
_NOT_KEPT = {"csrfmiddlewaretoken"}

Fields = list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept text, opened. `path` is the address it was sent to, with its query; `page` the page it
    was sent from; `files` how many files came with it, which are not kept; `to_prove` that it was
    kept while its writer proved to be there, and not because a session had ended."""

    id: UUID
    path: str
    page: str
    fields: Fields
    files: int
    kept_at: datetime
    expires_at: datetime
    to_prove: bool = False


def typed(fields: Any) -> Fields:
    """What is worth keeping of the fields of a form (anything with `lists()`): no token, and never
    a password."""
    return [
        (name, list(values))
        for name, values in fields.lists()
        if name not in _NOT_KEPT and "password" not in name
    ]


def keep(
    user: Any,
    *,
    path: str,
    page: str,
    fields: Fields,
    files: int = 0,
    to_prove: bool = False,
    at: datetime,
) -> UUID | None:
    """Keeps what the user had typed and returns its id; None where there is nothing in it, or too
    much. The user is one whose session is known to the database, not only to a cookie."""
    size = sum(len(name) + sum(map(len, values)) for name, values in fields)
    if size > MOST_CHARACTERS or not any(value.strip() for _, values in fields for value in values):
        return None
    row = uuid4()
    content = {
        "path": path,
        "page": page,
        "fields": fields,
        "files": files,
        "to_prove": to_prove,
    }
    with acting_as(user):
        need_key(user.pk)
        KeptText.objects.bulk_create(
            [
                KeptText(
                    id=row,
                    user_id=user.pk,
                    content=seal_json(user.pk, content, row=row, keys=UserKey, **_WHERE),
                    kept_at=at,
                    expires_at=at + KEPT_FOR,
                )
            ]
        )
        mine = KeptText.objects.filter(user_id=user.pk).order_by("-kept_at")
        newest = list(mine.values_list("pk", flat=True)[:MOST_TEXTS])
        KeptText.objects.filter(user_id=user.pk).exclude(pk__in=newest).delete()
    return row


def kept_of(user: Any, *, at: datetime) -> list[KeptText]:
    """The user's kept texts, newest first, unopened."""
    rows = KeptText.objects.filter(user_id=user.pk, expires_at__gt=at)
    return list(rows.order_by("-kept_at").defer("content"))


def open_kept(user: Any, kept_id: UUID, *, at: datetime) -> Kept | None:
    """One of the user's own kept texts; None where there is none, or it no longer opens."""
    row = KeptText.objects.filter(pk=kept_id, user_id=user.pk, expires_at__gt=at).first()
    if row is None:
        return None
    try:
        content = Opener(user.pk, UserKey).json(row.content, row=row.pk, **_WHERE)
    except Unreadable:
        return None
    return Kept(
        id=row.pk,
        path=content["path"],
        page=content["page"],
        fields=[(name, values) for name, values in content["fields"]],
        files=content["files"],
        kept_at=row.kept_at,
        expires_at=row.expires_at,
        to_prove=content.get("to_prove", False),
    )


def forget(user: Any, kept_id: UUID) -> bool:
    """Throws away one of the user's own kept texts; False where there is none."""
    gone, _each = KeptText.objects.filter(pk=kept_id, user_id=user.pk).delete()
    return gone > 0
