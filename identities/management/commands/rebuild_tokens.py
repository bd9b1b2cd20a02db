"""`manage.py rebuild_tokens`: makes the tokens by which people are found anew, for everybody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identities.as_keys import Faulty
from identities.rebuilding import rebuild_tokens


class Command(BaseCommand):
    help = (
        "Makes every search token anew under the highest search key, while the system serves. "
        "Needs DATABASE_KEYS_URL and the keys of the web."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rebuild_tokens(tell=self.stdout.write)
        except Faulty as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{done.tokens} tokens of {done.people} people.")
        if done.unreadable:
            raise CommandError(f"The facts of {done.unreadable} people do not open.")
