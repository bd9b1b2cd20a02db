"""The sealer's doorbell."""

from celery import shared_task
from django.utils import timezone

from nrm.audit import chain
from nrm.audit.models import Verification


@shared_task  # type: ignore[untyped-decorator]
def seal(**_: object) -> None:
    """Seals what is settled; ringing twice seals nothing twice."""
    chain.seal(at=timezone.now())


# It may read for hours, where the trail is long.
@shared_task(time_limit=6 * 3600, soft_time_limit=6 * 3600 - 60)  # type: ignore[untyped-decorator]
def verify(**_: object) -> None:
    """Reads the whole chain and writes down what it found, for the auditor's page: a page must not
    read a trail that grows for ever. Ringing twice reads twice and harms nothing."""
    verdict = chain.verify()
    Verification.objects.create(
        at=timezone.now(),
        seals=verdict.seals,
        events=verdict.sealed,
        fault=verdict.fault or "",
    )
