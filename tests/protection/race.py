"""Fifty who want twenty beds at the same moment, each for somebody else: over connections of their
own, as the web signs in. `make beds` runs 200 rounds."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from cases.models import Case
from nrm.accounts.models import User
from nrm.actions import Refused
from nrm.context import acting_as
from protection.actions.shelter import end_stay, hold_bed
from protection.models import Bed, Stay

WORKERS, BEDS = 50, 20


@dataclass
class Round:
    """What came of one: who got which bed, and the sentences of the others."""

    held: list[UUID] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def race(actor: User, cases: list[Case], beds: list[UUID], *, threads: int) -> Round:
    """Everybody begins at once, each with a bed of their choice, and takes the next free one where
    somebody was quicker, until one is theirs or none is left."""
    found, start = Round(), threading.Barrier(threads)
    lots = [(case, random.sample(beds, len(beds))) for case in cases]

    def one(number: int) -> None:
        try:
            start.wait()
            for case, wanted in lots[number::threads]:
                _try(actor, case, wanted, found)
        finally:
            for connection in connections.all():
                connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(one, number) for number in range(threads)]:
            done.result()
    return found


def _try(actor: User, case: Case, wanted: list[UUID], found: Round) -> None:
    """One worker's tries: at most three, as a person would."""
    for bed in wanted[:3]:
        try:
            found.held.append(hold_bed(case, actor=actor, at=timezone.now(), bed=bed).bed_id)
        except Refused as refusal:
            found.told += [one.text for one in refusal.objections]
        except Exception as wrong:
            found.broken.append(repr(wrong))
            return
        else:
            return


def faults(actor: User, found: Round, beds: list[UUID]) -> list[str]:
    """What must not have come of a round, in sentences."""
    wrong = [f"broken: {text}" for text in found.broken]
    if not found.told or not 1 < len(found.held) <= len(beds):
        wrong.append(
            f"{len(found.held)} beds were held, {len(found.told)} people were told why not"
        )
    if len(found.held) != len(set(found.held)):
        wrong.append("two people have one bed")
    with acting_as(actor):
        open_now = list(Stay.objects.filter(ended_at=None).values_list("bed_id", flat=True))
        taken = set(Bed.objects.filter(taken="held").values_list("pk", flat=True))
    if sorted(open_now) != sorted(found.held):
        wrong.append("what people were told is not what is kept")
    if taken != set(found.held) or not taken <= set(beds):
        wrong.append("the board does not say which beds are held")
    if any("Choose another" not in text for text in found.told):
        wrong.append(f"another sentence: {sorted(set(found.told))}")
    return wrong


def clear(actor: User, at: datetime) -> None:
    """Gives every hold up, so that the next round begins with free beds."""
    with acting_as(actor):
        stays = list(Stay.objects.filter(ended_at=None).select_related("case", "bed"))
    for stay in stays:
        end_stay(stay, actor=actor, at=at, reason="not_needed")


def rounds(actor: User, cases: list[Case], beds: list[UUID], *, many: int, threads: int) -> Any:
    """So many rounds. Yields of each what was wrong with it."""
    for _number in range(many):
        found = race(actor, cases, beds, threads=threads)
        yield faults(actor, found, beds)
        clear(actor, timezone.now())
