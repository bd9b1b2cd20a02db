"""Registers in tests: a file of invented people, brought in as the worker does it."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django.utils import timezone

from exchange.models import RegisterImport
from exchange.registers import actions
from nrm.context import acting_as
from nrm.uploads import SealedFile, Upload

HEADS = ("Our ref", "Full name", "DOB", "Sex", "Nationality", "Passport no", "Date received",
         "Consent", "Notes")  # fmt: skip
PLACE = {"jurisdiction": "england"}


_SOUNDS = "bkflmnprst"


def name_of(number: int) -> str:
    """An invented name of which no two sound alike who were born on the same day."""
    first = "".join(_SOUNDS[int(digit)] + "a" for digit in f"{number:06}")
    last = "".join(_SOUNDS[int(digit)] + "o" for digit in f"{number:06}"[::-1])
    return f"{first} {last}".title()


def line(number: int, **other: str) -> list[str]:
    """A row of an invented person."""
    told = {
        "ref": f"R-{number}",
        "name": name_of(number),
        "born": f"{1 + number % 28:02}/{1 + number % 12:02}/{1950 + number % 40}",
        "sex": "MF"[number % 2],
        "nationality": ("Ghana", "Viet Nam", "Albania")[number % 3],
        "passport": f"P{number:07}",
        "received": f"{1 + number % 28:02}/03/{2005 + number % 15}",
        "consent": "yes",
        "notes": f"What was told in {number}.",
    }
    return list((told | other).values())


def as_csv(rows: Iterable[Sequence[str]], heads: Sequence[str] = HEADS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([heads, *rows])
    return text.getvalue().encode()


def upload(content: bytes, name: str = "register.csv") -> Upload:
    file = SealedFile()
    file.write(content)
    return Upload(file, name, len(content))


def brought(world: Any, content: bytes, *, who: str = "lead", **more: Any) -> RegisterImport:
    """A register that is uploaded, and read."""
    user = world.users[who]
    with acting_as(user):
        register = actions.bring(
            world.police,
            actor=user,
            at=timezone.now(),
            file=upload(content),
            submission_key=uuid4(),
            **{"open_now": False, **more},
        )
    worked(register)
    return again(world, register, who=who)


def worked(register: RegisterImport) -> None:
    """The worker goes on until there is nothing to do."""
    while actions.work(register.pk, seconds=60):
        pass


def again(world: Any, register: RegisterImport, *, who: str = "lead") -> RegisterImport:
    with acting_as(world.users[who]):
        return RegisterImport.objects.select_related("organisation", "started_by").get(
            pk=register.pk
        )


def done(world: Any, register: RegisterImport, act: Any, **more: Any) -> RegisterImport:
    """After an action of its owner, and what the worker then does."""
    with acting_as(world.lead):
        act(register, actor=world.lead, at=timezone.now(), **more)
    worked(register)
    return again(world, register)


def mapped(world: Any, register: RegisterImport, **always: str) -> RegisterImport:
    """As it was proposed."""
    return done(
        world,
        register,
        actions.keep_mapping,
        columns=register.mapping["columns"],
        always={**PLACE, **always},
    )
