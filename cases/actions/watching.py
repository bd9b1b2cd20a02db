"""What rows with days of their own have to say, said once, as the sweep says what clocks do: each
row in a small transaction of its own under the lock of its case, and claimed by a unique key in the
inbox. It may run twice, late, or beside another. Which rows, the rooms say (cases.ports)."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, connection

from cases import ports
from nrm.accounts.models import User
from nrm.actions import lock
from nrm.context import acting_as

log = structlog.stdlib.get_logger(__name__)
LONGEST_WAIT = "10s"
MOST_AT_ONCE = 1_000  # of one kind in one run; the rest follow in the next


def watch_days(*, actor: User, at: datetime, most: int = MOST_AT_ONCE) -> Counter[str]:
    """Looks at every row that has something to say at this moment. Returns counts: `looked`,
    `told`, `failed`. Never raises for one row's sake. The actor is the system."""
    counts: Counter[str] = Counter(looked=0, told=0, failed=0)
    for model, look in ports.watched():
        with acting_as(actor):
            rows = model.objects.filter(next_look_at__lte=at).order_by("next_look_at", "id")
            waiting = list(rows.values_list("pk", "case_id")[:most])
        for pk, case_id in waiting:
            _look(model, look, pk, case_id, actor, at, counts)
    return counts


def _look(
    model: Any,
    look: Callable[..., int],
    pk: UUID,
    case_id: UUID,
    actor: User,
    at: datetime,
    counts: Counter[str],
) -> None:
    try:
        with acting_as(actor):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
            lock(case_id)
            rows = model.objects.filter(pk=pk, next_look_at__lte=at)
            row = rows.select_related("case__caseworker", "case__authority").first()
            if row is not None:
                counts["looked"] += 1
                counts["told"] += look(row, actor=actor, at=at)
    except Exception as error:  # one bad row must not silence the others
        log.error("days.failed", row=str(pk), error=type(error).__name__)
        counts["failed"] += 1
        with suppress(OperationalError):
            connection.close_if_unusable_or_obsolete()
