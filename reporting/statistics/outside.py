"""Releases that were begun, noted in a file beside the audit heads. A backup of before knows
nothing of them, and their files may be published: so after a restore they are put back as
lost, with what they took of their year (`manage.py after_restore`), and no period is released
twice."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import transaction

from nrm.accounts.models import SYSTEM_ID
from nrm.audit.chain import keep_outside, kept_outside
from reporting.models import Release, ReleaseState, ReleaseStep, Spend
from reporting.releases.periods import Period

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


Key = tuple[str, str]  # the code of a profile, and a period
Row = tuple[UUID, str, str, str, str]
_ROW = ("id", "profile_code", "period", "state", "step")


def releases_file() -> Path | None:
    """The file that names the releases; None where no file of audit heads is named."""
    return Path(settings.AUDIT_HEADS).with_name(FILE) if settings.AUDIT_HEADS else None


def noted() -> dict[Key, Noted]:
    """Every period that the file names, with the first release of it, in the order in which these
    were asked for. Raises ValueError or OSError where the file cannot be read."""
    lines = kept_outside(releases_file())
    done = {line["release"] for line in lines if "done" in line}
    found: dict[Key, Noted] = {}
    for line in lines:
        if "period" not in line:
            continue
        key = (line["profile"], line["period"])
        is_done = line["release"] in done
        if first := found.get(key):  # asked for anew after a restore: of the period one is put back
            found[key] = replace(first, done=first.done or is_done)
            continue
        found[key] = Noted(
            id=UUID(line["release"]),
            profile_code=line["profile"],
            period=line["period"],
            year=line["year"],
            epsilon=Decimal(line["epsilon"]),
            cap=Decimal(line["cap"]),
            asked_at=datetime.fromisoformat(line["asked"]),
            done=is_done,
        )
    return dict(sorted(found.items(), key=lambda item: item[1].asked_at))


def note_begun(release: Release, spend: Spend) -> None:
    """Notes that the release is built from now on, once however often that is tried. Called by the
    one job that has it in hand, before anything is counted."""
    path = releases_file()
    if path is None or (release.profile_code, release.period) in noted():
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
    over = Spend.objects.exclude(release__state__in=[ReleaseState.ASKED, ReleaseState.LOST])
    for spend in over.select_related("release").order_by("at", "id"):
        release = spend.release
        one = known.get((release.profile_code, release.period))
        if one is None:  # built before there was such a file, or the file is a new one
            note_begun(release, spend)
        if one is None or not one.done:
            keep_outside(str(path), release=str(one.id if one else release.pk), done=True)


# After a restore ---------------------------------------------------------------------------------
def _lost(rows: Iterable[Row]) -> list[tuple[Noted | None, UUID | None]]:
    """What the database would release again: a noted release whose period is not there, or waits to
    be built although it was built, or was asked for anew; and what waits and would have to be
    attacked with one that is lost. With what is there of it."""
    there = {}
    lost = set()  # of which files may be out
    for pk, profile, period, state, step in rows:
        there[profile, period] = pk, state
        if (state, step) == (ReleaseState.LOST, ReleaseStep.DONE):
            lost.add((profile, period))
    found: list[tuple[Noted | None, UUID | None]] = []
    for key, one in noted().items():
        pk, state = there.get(key, (None, ""))
        if pk is None or (state == ReleaseState.ASKED and (one.done or pk != one.id)):
            found.append((one, pk))
            lost.add(key)
    for key, (pk, state) in there.items():
        if state == ReleaseState.ASKED and key not in lost and _beside(key) & lost:
            found.append((None, pk))
    return found


def _beside(key: Key) -> set[Key]:
    """The year of a quarter, or the quarters of a year."""
    profile, text = key
    period = Period.parse(text)
    others = (period.quarters or (Period(period.year),)) if period else ()
    return {(profile, str(one)) for one in others}


def is_beside_a_lost_one(profile_code: str, period: Period) -> bool:
    """Whether a release of the period would have to be attacked with one that is lost: a year with
    its quarters, a quarter with its year. One query."""
    beside = [text for _profile, text in _beside((profile_code, str(period)))]
    return Release.objects.filter(
        profile_code=profile_code,
        period__in=beside,
        state=ReleaseState.LOST,
        step=ReleaseStep.DONE,
    ).exists()


def are_lost(connection: psycopg.Connection[Any]) -> bool:
    """Whether there are such, asked at the start of a process on a connection of its own."""
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
            if one is None:  # never built: nothing has to be attacked with it
                releases.filter(pk=pk).update(state=ReleaseState.LOST)
                continue
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
