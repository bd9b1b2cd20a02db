"""Things that were sent once with a key of the sender's own: the same key with something else is
refused, as draft-ietf-httpapi-idempotency-key-header says. What was sent may be about somebody, so
that of it an HMAC is kept, under a key that is not in the database."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from nrm.accounts.models import Submission
from nrm.actions import Objection, Refused

_NOTE = """
INSERT INTO accounts_submission (key, fingerprint, at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO NOTHING
"""


def note(key: UUID, method: str, sent: Any, *, at: datetime) -> None:
    """Notes what was sent with the key, in the transaction of what it does, so that what was
    refused can be sent again. Raises Refused where the key has served for something else."""
    fingerprint = _fingerprint(method, sent)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [key, fingerprint, at])
        if cursor.rowcount:
            return
    known = bytes(Submission.objects.values_list("fingerprint", flat=True).get(pk=key))
    if not constant_time_compare(known, fingerprint):
        text = _("This key has served for something else. Send another one with this.")
        raise Refused([Objection(text, field="Idempotency-Key", code="key_served")])


def _fingerprint(method: str, sent: Any) -> bytes:
    if hasattr(sent, "lists"):  # a form; of files, which are read once, the name and the size
        sent = {name: [_plain(one) for one in values] for name, values in sent.lists()}
    told = json.dumps([method, sent], sort_keys=True, default=str)
    return bytes(salted_hmac("nrm.submission", told, algorithm="sha256").digest())


def _plain(one: Any) -> Any:
    return [one.name, one.size] if hasattr(one, "size") else one
