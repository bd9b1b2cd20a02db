"""`manage.py rotate_keys`: wraps every data key under the key-encryption key in use, and moves
every value to a fresh data key, while the system serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from identities.as_keys import Faulty
from identities.rotation import rotate


class Command(BaseCommand):
    help = (
        "Wraps every data key anew, then moves every value to a fresh data key. Needs "
        "DATABASE_KEYS_URL and the keys of the web. Broken off, it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wrap-only",
            action="store_true",
            help="only wrap the data keys anew, which is enough to retire a key-encryption key",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotate(tell=self.stdout.write, values=not options["wrap_only"])
        except Faulty as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            f"{done.wrapped} keys wrapped anew; {done.values} values of {done.owners} people "
            "moved to fresh keys."
        )
        if done.busy:
            raise CommandError(f"{done.busy} people were busy all the time: run it again.")
        if done.unreadable:
            for place in list(done.unreadable)[:20]:
                self.stderr.write(f"Does not open: {place}")
            raise CommandError(
                f"{len(done.unreadable)} values or keys do not open, and stay as they are."
            )
