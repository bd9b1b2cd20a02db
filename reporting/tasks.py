"""The doorbells of the watch over the trail, and of releases that were asked for."""

from celery import shared_task
from django.utils import timezone

from reporting.statistics.building import build_waiting
from reporting.trail.watch import watch as watch_the_trail


@shared_task  # type: ignore[untyped-decorator]
def watch(**_: object) -> None:
    """Looks for what is unusual; ringing twice finds nothing twice."""
    watch_the_trail(at=timezone.now())


# A year of a large country, joined with every release before it, may take longer than other work.
@shared_task(soft_time_limit=3300, time_limit=3600)  # type: ignore[untyped-decorator]
def build_releases(**_: object) -> None:
    """Builds what was asked for; ringing twice builds nothing twice."""
    build_waiting(at=timezone.now())
