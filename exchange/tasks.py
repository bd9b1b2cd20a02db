"""Work of this room in the background. A task is a doorbell: it carries nothing."""

from celery import shared_task
from django.utils import timezone

from exchange.webhooks import sending


@shared_task
def send_webhooks(**_: object) -> None:
    """Sends the webhooks that wait."""
    sending.send_waiting()


@shared_task
def forget_deliveries(**_: object) -> None:
    """Forgets what was sent long ago."""
    sending.forget_old(at=timezone.now())
