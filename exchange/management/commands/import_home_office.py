"""Makes a referral of a payload file of the live Home Office form."""

import json
import sys
from argparse import ArgumentParser
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.utils.encoders import JSONEncoder

from cases.rights import REFER
from exchange.actions import Imported, import_home_office, sending_organisation
from exchange.api import imported_body
from nrm.accounts.models import User
from nrm.actions import Forbidden, Refused
from nrm.context import acting_as
from nrm.rest import MOST_BYTES, JSONParser


class Command(BaseCommand):
    help = (
        "Makes a referral of a payload of the Home Office form and prints it as one JSON object. "
        "A payload that cannot be one ends with exit 1 and every fault on standard error. The same "
        "ExternalId twice makes one referral."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the payload, one JSON object; - reads standard input")
        parser.add_argument(
            "--as",
            dest="email",
            metavar="EMAIL",
            help="who sends it: the e-mail address of a first responder (needed where more than"
            " one first responder could be meant)",
        )
        parser.add_argument(
            "--organisation",
            default="",
            help="name of the organisation that sends it, where that person has more than one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        payload = _read(options["file"])
        actor = _actor(options["email"])
        try:
            with acting_as(actor):
                REFER.check(actor, None)
                imported = import_home_office(
                    payload,
                    actor=actor,
                    at=timezone.now(),
                    organisation=sending_organisation(actor, wanted=options["organisation"]),
                )
                self.stdout.write(_printed(imported))
        except Forbidden:
            _stop(f"{actor.email} is no first responder or responder lead.")
        except Refused as refusal:
            _stop(*(f"{o.field}: {o.text}" if o.field else str(o.text) for o in refusal.objections))


def _printed(imported: Imported) -> str:
    return json.dumps(imported_body(imported), cls=JSONEncoder, ensure_ascii=False)


def _read(file: str) -> Any:
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        _stop(f"{file}: {error.strerror}.")
    if len(data) > MOST_BYTES:
        _stop(f"{file}: larger than {MOST_BYTES:,} bytes.")
    try:
        return JSONParser().parse(BytesIO(data.removeprefix(b"\xef\xbb\xbf")))
    except ParseError as error:
        _stop(f"{file}: {error.detail}")


def _actor(email: str | None) -> User:
    users = User.objects.filter(
        is_active=True,
        memberships__group__role_group__role__in=REFER.roles,
        memberships__group__role_group__organisation__is_active=True,
    )
    if email:
        users = User.objects.filter(is_active=True, email__iexact=email)
    found = list(users.distinct()[:2])
    if not found:
        _stop(f"Nobody active signs in as {email}." if email else "There is no first responder.")
    if len(found) > 1:
        _stop("Say who sends it: --as with the e-mail address of a first responder.")
    return found[0]


def _stop(*faults: str) -> Any:
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201
    raise SystemExit(1)
