"""`manage.py check_lists`: exit 0 where the rows that lists are read from say what the grants say,
exit 1 and how many do not. `--rebuild` makes them all anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models.listing import rebuild_lists, wrong_lists


class Command(BaseCommand):
    help = "Compares what lists are read from with the grants. Signs in as the owner."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="make every row anew; nobody can write to a case until it is done",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            self.stdout.write(f"{rebuild_lists()} rows made.")
        if wrong := wrong_lists():
            raise CommandError(
                f"{wrong} rows differ from the grants. `check_lists --rebuild` makes them anew.",
                returncode=1,
            )
        self.stdout.write("Every list says what the grants say.")
