"""Releases as they stand after each step, laid out without the steps before."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from reporting.models import Approval, Release, ReleaseFile, ReleaseState, Snapshot, Spend
from reporting.releases import document
from reporting.releases.periods import Period
from reporting.releases.rule import Rule
from reporting.releases.tables import Counts, load_plan

NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)


def asked_for(world: Any, period: Period, *, epsilon: int = 1) -> Release:
    """A release that an auditor asked for, with its epsilon."""
    release = Release.objects.create(
        profile_code=world.profile.code,
        period=str(period),
        asked_by=world.auditor,
        asked_at=NOVEMBER,
    )
    Spend.objects.create(
        profile_code=world.profile.code,
        year=period.year,
        epsilon=epsilon,
        cap=5,
        release=release,
        by=world.auditor,
        at=NOVEMBER,
    )
    return release


def a_document(world: Any, period: Period, counts: Counts | None = None) -> document.Release:
    """The file of a period in which so many were counted, or nobody was."""
    plan = load_plan(world.profile.code)
    known = counts or {
        table.code: dict.fromkeys(plan.cells(table), 0) for table in plan.tables_of(period.kind)
    }
    return document.release(plan, period, known, rule=Rule(10, 5), snapshot="0" * 64)


def a_published_release(world: Any, period: Period, counts: Counts | None = None) -> Release:
    """A release that two people approved."""
    people = (world.auditor, world.users["administrator"])
    return a_release(world, period, counts=counts, approved_by=people)


def a_release(
    world: Any,
    period: Period,
    *,
    counts: Counts | None = None,
    approved_by: Sequence[Any] = (),
) -> Release:
    """A release that was built, and approved by these; by two, it is published."""
    release = asked_for(world, period)
    Snapshot.objects.create(release=release, salt=b"s" * 32, frozen_at=NOVEMBER)
    found = a_document(world, period, counts)
    content = found.as_bytes()
    digest = hashlib.sha256(content).hexdigest()
    ReleaseFile.objects.create(release=release, kind="json", content=content, sha256=digest)
    release.state, release.step, release.sha256 = ReleaseState.BUILT, "done", found.sha256
    release.built_at, release.attacks = NOVEMBER, {"passed": True, "reasons": []}
    release.save()
    for person in approved_by:
        Approval.objects.create(release=release, by=person, at=NOVEMBER)
    if len(approved_by) > 1:
        release.state, release.published_at = ReleaseState.PUBLISHED, NOVEMBER
        release.save()
    return release
