"""Work in the background. A task is a doorbell: it carries nothing, and rings twice unharmed."""

from celery import shared_task
from django.utils import timezone

from cases.actions import covering, mailing, sweeping, watching
from nrm.accounts.models import User


@shared_task
def sweep(**_: object) -> None:
    """Says what every clock has to say now, begins the covers for an absence that are due, and says
    which end."""
    now = timezone.now()
    covering.begin_covers(actor=User.objects.system(), at=now)
    covering.tell_of_covers(actor=User.objects.system(), at=now)
    watching.watch_days(actor=User.objects.system(), at=now)
    sweeping.sweep(at=now)


@shared_task
def send_mail(**_: object) -> None:
    """Sends the e-mails that wait."""
    mailing.send_waiting(at=timezone.now())


@shared_task
def clear_expired_drafts(**_: object) -> None:
    """Warns of drafts that will expire, and destroys those that have."""
    from cases.actions import drafting

    now, system = timezone.now(), User.objects.system()
    drafting.warn_of_expiring_drafts(actor=system, at=now)
    drafting.clear_expired_drafts(actor=system, at=now)
