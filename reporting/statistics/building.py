"""Building a release that was asked for: frozen, counted, noised, attacked, and kept as files.

A job does it, whenever there is one to do; nobody has to ring it. Each step is a transaction of its
own, so that the page can say how far it is. Whatever breaks off is begun again, later each time:
until the files are kept nobody has seen a number, so that counting and noise anew tell nothing
twice. The epsilon was taken when the release was asked for, in a transaction before, and is taken
once; noise that would spend more is not drawn.

Blocked for good is only what something was proved of. Attacks that prove nothing, or tables that no
release could be made of any more, break the build off: that can be put right.
"""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from nrm.accounts.models import User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.actions import action, detail, lock
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.profiles import load_profile
from reporting.attacks.suite import attack
from reporting.models import Release, ReleaseFile, ReleaseState, ReleaseStep, Spend
from reporting.releases import document
from reporting.releases.periods import Period
from reporting.releases.rule import Rule
from reporting.releases.tables import Plan, load_plan
from reporting.statistics import counting, freezing, outside
from reporting.statistics.files import files_of
from reporting.statistics.selectors import cap_of, epsilon_of

# Those that were, or still may be, given out: what an attacker may have of them. Whoever looked at
# one before it was withheld has its numbers.
_OUT = (ReleaseState.BUILT, ReleaseState.PUBLISHED, ReleaseState.WITHHELD)
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(minutes=15)
_ONCE = timedelta(days=1)
_PROFILES = UUID("b2f5d7a8-41c7-4d6a-9a4e-0c2f7d3e6a10")  # only to name locks


class NotSpent(RuntimeError):
    """The tables spend more than was taken of the account: they were changed since."""


class NotJudged(RuntimeError):
    """Nothing was proved of the release, and nothing was found safe either: the attacks, or the
    tables, have a fault that is not of its numbers."""


def build_waiting(*, at: datetime) -> int:
    """Builds each release that was asked for, whose time it is and that no other job is building;
    the number of those that were built. Where one breaks off, that is noted, the others are built,
    and the error is raised at the end."""
    system = User.objects.system()
    with acting_as(system):
        outside.note_done()  # what a job that died had no time for
        asked = Release.objects.filter(state=ReleaseState.ASKED).order_by("asked_at", "id")
        waiting = [one for one in asked if _is_its_turn(one, at)]
    built, broke = 0, None
    for release in waiting:
        try:
            built += _build(release, actor=system, at=at)
        except Exception as error:  # noted, tried again, and raised for the log
            broken_off(release, actor=system, at=at, error=type(error).__name__)
            broke = broke or error
    if broke is not None:
        raise broke
    return built


def _is_its_turn(release: Release, at: datetime) -> bool:
    """Whether it is tried now: what broke off waits half of the time that it has been waited for
    so far, a minute at least and a quarter of an hour at most."""
    if release.failed_at is None:
        return True
    waited = (release.failed_at - release.asked_at) / 2
    return at >= release.failed_at + min(max(waited, _SOONEST), _LATEST)


def _build(release: Release, *, actor: User, at: datetime) -> bool:
    """Whether this job built it: not where another one has it in hand."""
    plan = load_plan(release.profile_code)
    with counting.statistics() as reader:
        # Held by the connection: a job that dies lets go of it.
        mine = reader.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"building {release.pk}"]
        ).fetchone()
        if not (mine and mine[0]):
            return False
        with acting_as(actor):
            if Release.objects.get(pk=release.pk).state != ReleaseState.ASKED:
                return False
            spend = _refuse_what_was_not_spent(release, plan)
        outside.note_begun(release, spend)  # a restore must not let it be built once more
        _step(release, ReleaseStep.FREEZING, actor)
        if not _is_frozen(reader, release):
            with acting_as(actor):
                freezing.freeze(release, plan, load_profile(release.profile_code))
        _step(release, ReleaseStep.COUNTING, actor)
        found = _noised(reader, release, plan)
        _step(release, ReleaseStep.ATTACKING, actor)
        kept = None
        while kept is None:
            earlier = _earlier(release, actor)
            report = attack(found, [one for _pk, one in earlier])
            if not report["passed"] and not report["proved"]:
                raise NotJudged(sorted({one["kind"] for one in report["codes"]}))
            kept = keep_built(
                release, actor=actor, at=at, found=found, report=report,
                joined={pk for pk, _one in earlier},
            )  # fmt: skip
        with acting_as(actor):
            outside.note_done()
    return True


def _refuse_what_was_not_spent(release: Release, plan: Plan) -> Spend:
    """The tables are read anew, and may not be those of which the release was asked for. Raises
    NotSpent where their noise would promise less than the account says: for this release, or for
    its year. Else what was taken."""
    mine = Spend.objects.get(release=release)
    year = Spend.objects.filter(profile_code=mine.profile_code, year=mine.year)
    spent = sum(year.values_list("epsilon", flat=True), Decimal(0))
    if epsilon_of(plan) > mine.epsilon or spent > cap_of(plan):
        raise NotSpent(f"{plan.epsilon} of {plan.epsilon_a_year}")
    return mine


def _is_frozen(reader: counting.Reader, release: Release) -> bool:
    row = reader.execute(
        "SELECT EXISTS (SELECT FROM reporting_snapshot WHERE release_id = %s)", [release.pk]
    ).fetchone()
    return bool(row and row[0])


def _noised(reader: counting.Reader, release: Release, plan: Plan) -> document.Release:
    """The release of the frozen rows. True counts are here and nowhere else."""
    period = Period.parse(release.period)
    assert period is not None
    rule = load_profile(release.profile_code).statistics
    return document.release(
        plan,
        period,
        counting.counts(reader, release.pk, plan, period.kind),
        rule=Rule(rule.threshold, rule.rounding),
        snapshot=counting.hash_of(reader, release.pk),
    )


def _step(release: Release, step: str, actor: User) -> None:
    with acting_as(actor):
        Release.objects.filter(pk=release.pk).update(step=step)


def _earlier(release: Release, actor: User) -> list[tuple[UUID, document.Release]]:
    with acting_as(actor):
        files = ReleaseFile.objects.filter(
            kind="json", release__profile_code=release.profile_code, release__state__in=_OUT
        ).order_by("release__built_at", "release_id")
        return [
            (one.release_id, document.read_release(bytes(one.content)))
            for one in files.exclude(release=release)
        ]


def keep_built(
    release: Release,
    *,
    actor: User,
    at: datetime,
    found: document.Release,
    report: dict[str, Any],
    joined: set[UUID],
) -> Release | None:
    """Keeps what was built, and what the attacks found. None, and nothing is kept, where another
    release came between that was not joined."""
    with acting_as(actor):
        lock(uuid5(_PROFILES, release.profile_code))
        now = Release.objects.filter(profile_code=release.profile_code, state__in=_OUT)
        if set(now.values_list("pk", flat=True)) != joined:
            return None
        keep = _keep if report["passed"] else _keep_blocked
        return keep(release, actor=actor, at=at, found=found, report=report)


@action("release.built", right=BY_THE_SYSTEM)
def _keep(
    release: Release, *, actor: User, at: datetime, found: document.Release, report: dict[str, Any]
) -> Release:
    ReleaseFile.objects.bulk_create(
        ReleaseFile(
            release=release,
            kind=kind,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for kind, content in files_of(found).items()
    )
    return _became(release, ReleaseState.BUILT, at, found, report)


@action("release.blocked", right=BY_THE_SYSTEM)
def _keep_blocked(
    release: Release, *, actor: User, at: datetime, found: document.Release, report: dict[str, Any]
) -> Release:
    """Its numbers are kept nowhere."""
    return _became(release, ReleaseState.BLOCKED, at, found, report)


def _became(
    release: Release, state: str, at: datetime, found: document.Release, report: dict[str, Any]
) -> Release:
    release.state, release.step = state, ReleaseStep.DONE
    release.sha256, release.built_at = found.sha256, at
    release.attacks = without_proof(report)
    release.save(update_fields=["state", "step", "sha256", "built_at", "attacks"])
    detail(period=release.period, sha256=found.sha256, joined=len(report["joined_with"]))
    return release


def without_proof(report: dict[str, Any]) -> dict[str, Any]:
    """The report as it is kept: what was tried and what came of it, and nothing that was proved of
    one count. Whoever has the files can prove it again (`manage.py attack_release`)."""
    proof = {key: value for key, value in report["proof"].items() if key != "intervals"}
    kept = {key: value for key, value in report.items() if key != "reasons"}
    return {**kept, "proof": proof}


def broken_off(release: Release, *, actor: User, at: datetime, error: str) -> None:
    """Notes that building broke off: by which kind of error, and nothing of what it says. In the
    trail each kind stands once a day, however often it is tried."""
    with acting_as(actor):
        known = Event.objects.filter(
            verb="release.failed", object_id=release.pk, at__gt=at - _ONCE, data__error=error
        ).exists()
    if known:
        with acting_as(actor):
            _failed(release, at)
    else:
        _broke_off(release, actor=actor, at=at, error=error)


@action("release.failed", right=BY_THE_SYSTEM)
def _broke_off(release: Release, *, actor: User, at: datetime, error: str) -> None:
    _failed(release, at)
    detail(period=release.period, error=error)


def _failed(release: Release, at: datetime) -> None:
    Release.objects.filter(pk=release.pk, state=ReleaseState.ASKED).update(
        failed_at=at, step=ReleaseStep.WAITING
    )
