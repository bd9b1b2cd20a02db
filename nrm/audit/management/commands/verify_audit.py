"""`manage.py verify_audit`: exit 0 and the count if the chain holds, exit 1 and the first break."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nrm.audit import chain


class Command(BaseCommand):
    help = "Checks the audit trail from its first seal to the last."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = chain.verify()
        if verdict.fault:
            raise CommandError(verdict.fault, returncode=1)
        self.stdout.write(f"{verdict.sealed} events under {verdict.seals} seals hold.")
