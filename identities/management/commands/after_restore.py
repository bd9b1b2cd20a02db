"""`manage.py after_restore`: what has to be done to a restored database before it serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identities.as_keys import Faulty
from identities.restoring import after_restore


class Command(BaseCommand):
    help = (
        "Erases again whoever was erased since the backup, puts back as lost the releases of "
        "statistics that it does not know, and lets the audit trail go on. Needs "
        "DATABASE_KEYS_URL, DATABASE_OWNER_URL and the files of erased people and of releases "
        "beside the audit heads. Changes nothing where there is nothing to do."
    )

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        try:
            done = after_restore()
        except Faulty as fault:
            raise CommandError(str(fault)) from fault
        if done.nothing:
            if verbosity:
                self.stdout.write("Nothing was to be done.")
            return
        back = "".join(f" {count} {name} were put back." for name, count in done.put_back.items())
        self.stdout.write(
            f"{done.erased} people were erased again.{back} The audit trail goes on after seal "
            f"{done.trail.seal}; {done.trail.lost} later seals were lost with the restore."
        )
