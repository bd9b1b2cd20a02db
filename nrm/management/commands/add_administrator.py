"""`manage.py add_administrator EMAIL NAME`: for a new installation, twice."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from nrm.accounts.beginning import begin_with
from nrm.accounts.models import User
from nrm.accounts.role_requests import path_to_begin
from nrm.actions import Refused


class Command(BaseCommand):
    help = "Opens the account of one of the first two administrators and prints where they begin."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email", help="The e-mail address with which the person signs in.")
        parser.add_argument("name", help="As colleagues will see it.")
        parser.add_argument("--organisation", required=True, help="Where they administer from.")
        parser.add_argument("--profile", required=True, help="The law that it works under: uk.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = begin_with(
                actor=User.objects.system(),
                at=timezone.now(),
                email=options["email"],
                display_name=options["name"],
                organisation=options["organisation"],
                profile=options["profile"],
            )
        except Refused as refusal:
            raise CommandError("\n".join(str(one.text) for one in refusal.objections)) from None
        self.stdout.write(
            f"{path_to_begin(user)}\n"
            "Under the address of your site, this page lets them choose a password, once. Hand it "
            "over face to face."
        )
