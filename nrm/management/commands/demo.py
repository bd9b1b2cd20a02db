"""`manage.py demo`: the invented people and sign-ins of the demonstration."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from nrm.accounts.models import SYSTEM_ID, Installation, User
from nrm.context import acting_as
from nrm.variables import variable

FINDABLE = 5_000  # generated cases whose people are found at once; of more, by rebuild_tokens


class Command(BaseCommand):
    help = "Fills an empty database with invented cases, and marks it as a demonstration."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Where data is there already, only bring the sign-ins' password up to date.",
        )
        parser.add_argument(
            "--cases",
            type=int,
            default=0,
            metavar="N",
            help="Add this many generated cases, up to a million and more.",
        )
        parser.add_argument(
            "--seed",
            default="1",
            help="The same seed gives the same cases. It is 1 where none is given.",
        )

    def handle(
        self,
        *args: Any,
        if_empty: bool = False,
        cases: int = 0,
        seed: str = "1",
        **options: Any,
    ) -> None:
        from cases.models import Case
        from identities.rebuilding import rebuild_tokens
        from nrm.demonstration import bulk, people

        if cases < 0:
            raise CommandError("--cases must be a number of cases to add.")
        demonstration = Installation.objects.filter(demonstration=True).exists()
        if User.objects.exclude(pk=SYSTEM_ID).exists() and not demonstration:
            raise CommandError("This database is in real use. A demonstration needs its own.")
        people.make_people()
        people.set_passwords()
        # The generated cases first, while the tables are empty; each part is one transaction, so
        # what is broken off is not there, and the next start makes it.
        if cases and not (if_empty and Case.objects.using("owner").exists()):
            bulk.generate(cases, seed=str(seed), anchor=timezone.now(), progress=self._generated)
            if cases <= FINDABLE and variable("DATABASE_KEYS_URL"):
                rebuild_tokens(tell=lambda line: None)
        if self._has_stories():
            if not if_empty and not cases:
                self.stdout.write("The demonstration is here already.")
            return
        self._tell_stories()

    def _tell_stories(self) -> None:
        from nrm.demonstration import care, journeys
        from nrm.demonstration.people import user

        now = timezone.now()
        steps = [
            *((lambda v=vignette: journeys.walk(v)) for vignette in journeys.VIGNETTES),
            *journeys.recent(now),
            *care.steps(now),
        ]
        # Whoever supervises looks on, and so reads what comes of each step.
        with acting_as(user("supervisor")):
            for number, step in enumerate(steps, start=1):
                self._progress("Demonstration data", number - 1, len(steps))
                step()
        self._progress("Demonstration data", len(steps), len(steps))

    def _has_stories(self) -> bool:
        from cases.models import Referral
        from nrm.demonstration import journeys

        first = journeys.key_of(journeys.VIGNETTES[0]["id"])
        return Referral.objects.using("owner").filter(submission_key=first).exists()

    def _generated(self, done: int, total: int) -> None:
        self._progress("Generated cases", done, total)

    def _progress(self, what: str, done: int, total: int) -> None:
        bar = "#" * (30 * done // total)
        end = "\n" if done == total else "\r"
        self.stdout.write(f"{what} [{bar:<30}] {done:,} of {total:,}", ending=end)
        sys.stdout.flush()
