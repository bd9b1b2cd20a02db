"""Telling people: an item in the inbox, and an e-mail that says only "You have a task"."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from cases.models import Case, Deadline
from nrm.accounts.models import User

# One statement, because most actions end with it. Whoever tells others may not read what they were
# told, so that the database does it for them, and says how many were told now.
_TELL = """
SELECT cases_tell(
    %(people)s::uuid[], %(kind)s, %(case)s::uuid, %(deadline)s::uuid, %(rung)s, %(once)s,
    %(data)s::jsonb, %(at)s, %(by_mail)s
)
"""


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
    if isinstance(users, QuerySet):
        users = users.only("pk")
    people = [user.pk for user in users]
    if not people:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL,
            {
                "people": people,
                "kind": kind,
                "case": case.pk if case else None,
                "deadline": deadline.pk if deadline else None,
                "rung": rung,
                "once": once,
                "data": json.dumps(data),
                "at": at,
                "by_mail": by_mail,
            },
        )
        return int(cursor.fetchone()[0])


def tell_of_account(users: Iterable[User], kind: str, at: datetime) -> None:
    """Tells users that something about their own signing in has changed (nrm.accounts.notices)."""
    tell(users, kind, once=f"{kind}:{at.isoformat()}", at=at)
