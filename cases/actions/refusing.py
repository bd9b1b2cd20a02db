"""Writing down that somebody was refused something, and of which case."""

import json
from typing import Any
from uuid import uuid4

from django.db import connection

from cases.references import clean_reference
from nrm import context
from nrm.audit import writer


def write_refusal(*, reference: str, at: Any, data: dict[str, Any], **more: Any) -> None:
    """One event `access.refused`, in the open transaction. Takes what `writer.write` takes
    besides, and the reference that the address named, if any. Whoever was refused may not learn
    whether there is such a case, so the database looks for it and says nothing."""
    asked = clean_reference(reference)
    if not asked:
        writer.write("access.refused", at=at, refused=True, data=data, **more)
        return
    opened = context.current()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cases_write_refusal(%s, %s, %s, %s::jsonb)",
            [asked, at, opened.request_id if opened else uuid4(), json.dumps(data)],
        )
