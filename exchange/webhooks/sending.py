"""Sending what is queued: at least once, under the same id each time.

Each delivery is taken in one transaction, posted outside of any, so that a receiver that takes its
time holds nothing up here, and marked in another. Whoever takes one puts its next try off by a
minute: nobody else sends it meanwhile, and after a crash it is sent again then. While the worker is
down nothing is lost: the rows were written with the events.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone

from cases.actions.telling import tell
from exchange.models import Delivery, Subscription
from exchange.webhooks import posting, rules, secrets
from exchange.webhooks.events import BY_CODE, PING
from identities.kek import Unreadable
from nrm.accounts.actions import administrators
from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.actions import action, detail
from nrm.context import acting_as

log = structlog.stdlib.get_logger(__name__)
MOST_AT_ONCE = 500
KEPT_FOR = timedelta(days=30)
# Longer than posting one ever takes.
TAKEN_FOR = timedelta(minutes=1)


def send_waiting(
    *,
    now: Callable[[], datetime] = timezone.now,
    actor: User | None = None,
    most: int = MOST_AT_ONCE,
) -> Counter[str]:
    """Sends what is due. Returns counts: `sent`, `failed`, `withheld`. One system that does not
    answer is asked once in a run, and holds up no other."""
    system = actor or User.objects.system()
    counts: Counter[str] = Counter(sent=0, failed=0, withheld=0)
    silent: set[UUID] = set()
    while counts.total() < most:
        with acting_as(system):
            found = _next(now(), silent)
            if found is None:
                break
            if not _may_be_told(found):
                _withhold(found, now())
                counts["withheld"] += 1
                continue
            taken_until = _take(found, now())
        answer = _post(found, now())
        if answer.fault:
            silent.add(found.subscription_id)
        with acting_as(system):
            counts["failed" if answer.fault else "sent"] += 1
            row = Delivery.objects.select_for_update().filter(pk=found.pk).first()
            if row is None:
                continue
            if not answer.fault:
                note_arrival(row, actor=system, at=now(), status=answer.status or 0)
            elif row.next_try_at == taken_until:
                _note_failure(row, answer, now())
    return counts


def _next(at: datetime, silent: set[UUID]) -> Delivery | None:
    """The next delivery that nobody else is taking."""
    return (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(next_try_at__lte=at, subscription__state=Subscription.State.ACTIVE)
        .exclude(subscription__in=silent)
        .select_related("subscription__organisation", "handle")
        .order_by("next_try_at", "at", "id")
        .first()
    )


def _take(row: Delivery, at: datetime) -> datetime:
    """Keeps the delivery from others; returns until when."""
    row.next_try_at = at + TAKEN_FOR
    row.save(update_fields=["next_try_at"])
    return row.next_try_at


def _may_be_told(row: Delivery) -> bool:
    """Whether people of the organisation may know of it still: a case may have been sealed, or
    taken from them, since it happened."""
    organisation = row.subscription.organisation
    if row.handle is None:
        return row.event == PING and organisation.is_active
    pairs = sorted(f"{near}:{role}" for near, role in BY_CODE[row.event].pairs)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT exchange_stands_near(%s, %s, %s::text[])",
            [organisation.pk, row.handle.case_id, pairs],
        )
        return bool(cursor.fetchone()[0])


def _post(row: Delivery, at: datetime) -> posting.Answer:
    subscription = row.subscription
    body = rules.body_of(row.pk, row.event, case=row.handle_id, at=row.at)
    try:
        known = secrets.secrets_of(subscription, at=at)
    except (Unreadable, ValueError):
        return posting.Answer(fault=Delivery.Fault.KEY)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "referral-mechanism-webhook/1",
        "Connection": "close",
        "Nrm-Delivery": str(row.pk),
        "Nrm-Event": row.event,
        "Nrm-Signature": rules.signature_of(body, known, at=at),
    }
    return posting.post(subscription.url, body, headers)


@action("webhook.delivered", right=BY_THE_SYSTEM)
def note_arrival(row: Delivery, *, actor: User, at: datetime, status: int) -> Delivery:
    """Marks a delivery as arrived."""
    row.sent_at, row.next_try_at = at, None
    row.tries, row.status, row.fault = row.tries + 1, status, ""
    row.save(update_fields=["sent_at", "next_try_at", "tries", "status", "fault"])
    detail(event=row.event, subscription=str(row.subscription_id), tries=row.tries)
    return row


def _withhold(row: Delivery, at: datetime) -> None:
    row.withheld_at, row.next_try_at = at, None
    row.save(update_fields=["withheld_at", "next_try_at"])


def _note_failure(row: Delivery, answer: posting.Answer, at: datetime) -> None:
    row.tries += 1
    row.status, row.fault = answer.status, answer.fault
    row.next_try_at = rules.next_try(row.tries, at=at)
    if row.next_try_at is None:
        row.given_up_at = at
        # Once a day and subscription: it fails for all that is sent there.
        once = f"webhook_given_up:{row.subscription_id}:{at:%Y-%m-%d}"
        tell(administrators(), "webhook_given_up", once=once, at=at)
    row.save(update_fields=["tries", "status", "fault", "next_try_at", "given_up_at"])
    log.warning("webhook.failed", delivery=str(row.pk), fault=str(answer.fault), tries=row.tries)


def forget_old(*, at: datetime) -> int:
    """Forgets deliveries of more than 30 days ago, whatever became of them. Returns how many."""
    with acting_as(User.objects.system()):
        count, _what = Delivery.objects.filter(at__lt=at - KEPT_FOR).delete()
    return count
