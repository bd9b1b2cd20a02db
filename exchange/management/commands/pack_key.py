"""`manage.py pack_key`: the key that others need to seal packs to this installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.packs import keys


class Command(BaseCommand):
    help = (
        "Prints the public key of this installation and its fingerprint, which is read aloud to"
        " whoever enters the key on the other side. Reads NRM_PACK_KEYS; no database is needed."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not keys.are_set():
            raise CommandError("NRM_PACK_KEYS is not set.")
        try:
            own = keys.own_keys()
        except ValueError:
            raise CommandError(
                "NRM_PACK_KEYS must be <number>:<base64 of 32 bytes>, divided by commas."
            ) from None
        for one in own:
            note = "seals, signs and opens" if one is own[0] else "still opens"
            self.stdout.write(f"{one.number} ({note})\n{one.public.text}\n{one.public.fingerprint}")
