"""Makes referrals of a file of the Human Trafficking Case Data Standard."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from cases.rights import REFER
from exchange.actions import sending_organisation
from exchange.htcds.api import imported_line
from exchange.htcds.imports import MOST_RECORDS, Line, Looked, look_into, receive
from exchange.htcds.standard.plans import NEEDED
from exchange.htcds.standard.reading import MOST_BYTES, MOST_ROWS, Reading, kind_of, read
from nrm.accounts.models import Organisation, User
from nrm.actions import Forbidden, Refused, refuse_if
from nrm.context import acting_as


class Command(BaseCommand):
    help = (
        "Makes a referral of each record of a file of the Human Trafficking Case Data Standard 2.0"
        " (JSON, CSV or XLSX) and prints what became of them as one JSON object. Where a record"
        " cannot be one, nothing is made: exit 1 and every fault with its row and field on standard"
        " error. The same record twice makes one referral, so a run that was cut short is run"
        " again. check_htcds says what a file holds."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file; its content says the kind")
        parser.add_argument(
            "--actor", required=True, metavar="EMAIL", help="who refers: their work e-mail address"
        )
        parser.add_argument(
            "--organisation",
            default="",
            help="name or id of the organisation that refers, where they refer for more than one",
        )
        for question, name in NEEDED.items():
            parser.add_argument(
                f"--{question.replace('_', '-')}",
                default="",
                metavar="CODE",
                help=f"the answer for records without {name}, by its code in the referral form",
            )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be made")

    def handle(self, *args: Any, **options: Any) -> None:
        reading = _read(options["file"])
        actor = _actor(options["actor"])
        try:
            with acting_as(actor):
                REFER.check(actor, None)
                organisation = sending_organisation(actor, wanted=options["organisation"])
                looked = look_into(
                    reading,
                    actor=actor,
                    at=timezone.now(),
                    organisation=organisation,
                    said={question: options[question] for question in NEEDED},
                    most=MOST_ROWS,
                )
            # The whole file first, so that nothing is made where anything is wrong.
            refuse_if(looked.objections)
            lines = list(looked.lines)
            if not options["dry_run"]:
                lines = _received(looked, actor, organisation)
        except Forbidden:
            _stop(f"{actor.email} is no first responder or responder lead.")
        except Refused as refusal:
            _stop(*(f"{o.field}: {o.text}" if o.field else str(o.text) for o in refusal.objections))
        told = {"records": [imported_line(line) for line in lines]}
        self.stdout.write(json.dumps(told, cls=JSONEncoder, ensure_ascii=False))


def _received(looked: Looked, actor: User, organisation: Organisation) -> list[Line]:
    """Piece by piece, each in a transaction of its own."""
    lines: list[Line] = []
    for first in range(0, len(looked.lines), MOST_RECORDS):
        piece = looked.lines[first : first + MOST_RECORDS]
        with acting_as(actor):
            at = timezone.now()
            lines += receive(piece, looked.profile, actor=actor, at=at, organisation=organisation)
    return lines


def _actor(email: str) -> User:
    found = User.objects.filter(is_active=True, email__iexact=email).first()
    if found is None:
        _stop(f"Nobody active signs in as {email}.")
    assert found is not None
    return found


def _read(file: str) -> Reading:
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        _stop(f"The file cannot be opened: {error.strerror}.")
    return read(content, kind=kind_of(content))


def _stop(*faults: str) -> Any:
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201
    raise SystemExit(1)
