"""Releases that were begun, noted in a file beside the audit heads. A backup of before knows
nothing of them, and their files may be published: so after a restore they are put back as
lost, with what they took of their year (`manage.py after_restore`), and no period is released
twice."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import transaction

from nrm.accounts.models import SYSTEM_ID
from nrm.audit.chain import keep_outside
from reporting.models import Release, ReleaseState, ReleaseStep, Spend

FILE = "releases.jsonl"


@dataclass(frozen=True, slots=True)
class Noted:
    """A release as the file has it. `done`: it was built or blocked, and is begun no more."""

    id: UUID
    profile_code: str
    period: str
    year: int
    epsilon: Decimal
    cap: Decimal
    asked_at: datetime
    done: bool


Row = tuple[UUID, str, str, str]
_ROW = ("id", "profile_code", "period", "state")


def releases_file() -> Path | None:
    """The file that names the releases; None where no file of audit heads is named."""
    return Path(settings.AUDIT_HEADS).with_name(FILE) if settings.AUDIT_HEADS else None


def noted() -> dict[UUID, Noted]:
    """Every release that the file names, in the order in which they were asked for."""
    path = releases_file()
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    done = {line["release"] for line in lines if "done" in line}
    found = [
        Noted(
            id=UUID(line["release"]),
            profile_code=line["profile"],
            period=line["period"],
            year=line["year"],
            epsilon=Decimal(line["epsilon"]),
            cap=Decimal(line["cap"]),
            asked_at=datetime.fromisoformat(line["asked"]),
            done=line["release"] in done,
        )
        for line in lines
        if "period" in line
    ]
    return {one.id: one for one in sorted(found, key=lambda one: one.asked_at)}


def note_begun(release: Release, spend: Spend) -> None:
    """Notes that the release is built from now on, once however often that is tried. Called by the
    one job that has it in hand, before anything is counted."""
    path = releases_file()
    if path is None or release.pk in noted():
        return
    keep_outside(
        str(path),
        release=str(release.pk),
        profile=release.profile_code,
        period=release.period,
        year=spend.year,
        epsilon=str(spend.epsilon),
        cap=str(spend.cap),
        asked=release.asked_at.isoformat(),
    )


def note_done() -> None:
    """Notes what is not being built any more, and was not noted yet. The database first, then the
    file: where the file says so and the database does not, it was restored."""
    path = releases_file()
    if path is None:
        return
    known = noted()
    spends = Spend.objects.exclude(release__state=ReleaseState.ASKED)
    for spend in spends.select_related("release").order_by("at", "id"):
        one = known.get(spend.release_id)
        if one is None:  # built before there was such a file, or the file is a new one
            note_begun(spend.release, spend)
        if one is None or not one.done:
            keep_outside(str(path), release=str(spend.release_id), done=True)


# After a restore ---------------------------------------------------------------------------------
def _lost(rows: Iterable[Row]) -> list[tuple[Noted, UUID | None]]:
    """The noted releases whose period the database would release again: because it is not there,
    or waits to be built although it was built, or was asked for anew. With what is there of it."""
    there = {(profile, period): (pk, state) for pk, profile, period, state in rows}
    found = []
    for one in noted().values():
        pk, state = there.get((one.profile_code, one.period), (None, ""))
        if pk is None or (state == ReleaseState.ASKED and (one.done or pk != one.id)):
            found.append((one, pk))
    return found


def are_lost(connection: psycopg.Connection[Any]) -> bool:
    """Whether there are such, asked at the start of a process on a connection of its own."""
    if not noted():
        return False
    with connection.transaction():
        connection.execute("SELECT set_config('nrm.actor', %s, true)", [str(SYSTEM_ID)])
        rows = connection.execute(f"SELECT {', '.join(_ROW)} FROM reporting_release").fetchall()
    return bool(_lost(rows))


def put_back(using: str) -> int:
    """Puts back as lost each noted release of which the database does not know; the number of
    these. `using` is the owner's connection: nobody else may. What somebody took of a year, they
    took: it is the system's that did it, since who asked is not in the file."""
    releases = Release.objects.using(using)
    with transaction.atomic(using):
        found = _lost(releases.values_list(*_ROW))
        for one, pk in found:
            if pk is not None:
                releases.filter(pk=pk).update(state=ReleaseState.LOST, step=ReleaseStep.DONE)
                continue
            release = releases.create(
                id=one.id,
                profile_code=one.profile_code,
                period=one.period,
                state=ReleaseState.LOST,
                step=ReleaseStep.DONE,
                asked_by_id=SYSTEM_ID,
                asked_at=one.asked_at,
            )
            Spend.objects.using(using).create(
                profile_code=one.profile_code,
                year=one.year,
                epsilon=one.epsilon,
                cap=one.cap,
                release=release,
                by_id=SYSTEM_ID,
                at=one.asked_at,
            )
    return len(found)
