"""`manage.py demo`: the invented people and sign-ins of the demonstration."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from nrm.accounts.models import SYSTEM_ID, Installation, User


class Command(BaseCommand):
    help = "Fills an empty database with invented cases, and marks it as a demonstration."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Where data is there already, only bring the sign-ins' password up to date.",
        )

    def handle(self, *args: Any, if_empty: bool = False, **options: Any) -> None:
        from nrm.demonstration import journeys, people

        demonstration = Installation.objects.filter(demonstration=True).exists()
        if User.objects.exclude(pk=SYSTEM_ID).exists() and not demonstration:
            raise CommandError("This database is in real use. A demonstration needs its own.")
        people.make_people()
        people.set_passwords()
        steps = [
            *((lambda v=vignette: journeys.walk(v)) for vignette in journeys.VIGNETTES),
            *journeys.recent(timezone.now()),
        ]
        if demonstration and self._is_filled():
            if not if_empty:
                self.stdout.write("The demonstration is here already.")
            return
        for number, step in enumerate(steps, start=1):
            self._progress(number - 1, len(steps))
            step()
        self._progress(len(steps), len(steps))

    def _is_filled(self) -> bool:
        from cases.models import Draft

        return Draft.objects.exists()

    def _progress(self, done: int, total: int) -> None:
        bar = "#" * (30 * done // total)
        end = "\n" if done == total else "\r"
        self.stdout.write(f"Demonstration data [{bar:<30}] {done} of {total}", ending=end)
        sys.stdout.flush()
