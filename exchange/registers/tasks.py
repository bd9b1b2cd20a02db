"""Going on with registers in the background, in the worker that may hold keys (queue `identities`).
A task is a doorbell: it carries an id, and rings twice unharmed."""

from contextlib import suppress
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from exchange.registers import actions
from nrm.accounts.models import User
from nrm.context import acting_as
from nrm.heartbeat import note

QUEUE = "identities"
# A task ends by itself well before it would be ended, and has another go on.
SECONDS = 40.0


# Reading a large workbook is one step, and may take minutes.
@shared_task(time_limit=3600, soft_time_limit=3500)  # type: ignore[untyped-decorator]
def go_on(*, register_id: str, **_: object) -> None:
    """Goes on with one register for a while, and rings again while there is more to do."""
    note("identities")
    if actions.work(UUID(register_id), seconds=SECONDS):
        ring(UUID(register_id))


@shared_task  # type: ignore[untyped-decorator]
def go_on_with_all(**_: object) -> None:
    """Goes on with what stands still, since a worker was killed or Redis forgot; and deletes the
    files that were left for too long."""
    note("identities")
    with acting_as(User.objects.system()):
        actions.forget_files()
        waiting = actions.waiting_registers(at=timezone.now())
    for register_id in waiting:
        ring(register_id)


def ring(register_id: UUID) -> None:
    """Has a worker go on with the register. Where Redis does not answer nothing is lost: each
    minute it is looked for what stands still."""
    # The web is no worker, and knows Celery only when it has something for one.
    from nrm.celery import app

    told = {"register_id": str(register_id)}
    with suppress(OperationalError):
        app.send_task(go_on.name, kwargs=told, queue=QUEUE, retry=False)


def ring_on_commit(register_id: UUID) -> None:
    """The same once the transaction that is open has committed."""
    transaction.on_commit(lambda: ring(register_id))
