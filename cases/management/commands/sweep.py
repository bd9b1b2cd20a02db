"""`manage.py sweep`: what Celery does each minute, once and now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cases.actions import covering, mailing, sweeping, watching
from nrm.accounts.models import User


class Command(BaseCommand):
    help = "Reminds of deadlines, notes missed ones and sends waiting e-mail. Prints how many."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        covering.begin_covers(actor=User.objects.system(), at=now)
        covering.tell_of_covers(actor=User.objects.system(), at=now)
        watching.watch_days(actor=User.objects.system(), at=now)
        swept = sweeping.sweep(at=now)
        mailed = mailing.send_waiting(at=now)
        self.stdout.write(
            f"Deadlines looked at: {swept['looked']}. People told: {swept['told']}. "
            f"Missed: {swept['missed']}. Ended: {swept['ended']}. "
            f"Opened: {swept['opened']}. Failed: {swept['failed']}."
        )
        self.stdout.write(f"E-mails sent: {mailed['sent']}. Failed: {mailed['failed']}.")
