"""`manage.py reset_factor EMAIL`: for when no administrator can sign in any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from nrm.accounts.factor_actions import reset_factors
from nrm.accounts.models import SYSTEM_ID, User


class Command(BaseCommand):
    help = "Takes away the second factor of an account and prints a code to set up another."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email", help="The e-mail address with which the person signs in.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.exclude(pk=SYSTEM_ID).filter(email__iexact=email).first()
        if user is None or not user.is_active:
            raise CommandError("No open account has this e-mail address.")
        code = reset_factors(user, actor=User.objects.system(), at=timezone.now())
        self.stdout.write(f"{code}\nHand it over face to face. It works once, within 24 hours.")
