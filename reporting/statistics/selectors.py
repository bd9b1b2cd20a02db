"""What pages and REST share of releases: the periods, what is released of each, and the account of
epsilon."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Hidden
from nrm.audit.models import Event
from nrm.profiles import Profile, load_profile
from reporting.models import (
    FrozenTable,
    Release,
    ReleaseFile,
    ReleaseState,
    Spend,
)
from reporting.releases import document
from reporting.releases.periods import Period
from reporting.releases.tables import Plan, load_plan

QUARTERS = 8
YEARS = 2
# What is done with a release, and what it is called in its log.
STEPS = {
    "release.asked": _lazy("Asked for"),
    "release.built": _lazy("Built"),
    "release.blocked": _lazy("Did not withstand the attacks"),
    "release.failed": _lazy("Building broke off"),
    "release.approved": _lazy("Approved"),
    "release.published": _lazy("Approved by a second person, and published"),
    "release.withheld": _lazy("Withheld"),
}
# And who read it, which is counted: however often somebody looks, no step is pushed away.
READINGS = {
    "release.seen": _lazy("Looked at"),
    "release.downloaded": _lazy("File taken away"),
}


@dataclass(frozen=True, slots=True)
class Offered:
    """A closed period and the release of it, where one was asked for."""

    period: Period
    release: Release | None


@dataclass(frozen=True, slots=True)
class YearOfEpsilon:
    """What a year may spend, and what was taken of it, in the order in which it was."""

    year: int
    cap: Decimal
    spends: list[Spend] = field(default_factory=list)

    @property
    def spent(self) -> Decimal:
        return sum((one.epsilon for one in self.spends), Decimal(0))

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.cap - self.spent)

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.spent / self.cap)) if self.cap else 100


def auditors_profile(user: User) -> Profile:
    """The law under which the auditor's own organisation works."""
    return load_profile(user.organisations(Role.AUDITOR)[0].profile)


def plan_of(profile: Profile) -> Plan | None:
    """The set of tables of the profile's releases; None where it has none."""
    try:
        return load_plan(profile.code)
    except LookupError:
        return None


def closed_periods(profile: Profile, *, at: datetime) -> list[Period]:
    """The latest closed quarters and years, the newest first; a year before its quarters."""
    today = _today(profile, at)
    years = range(today.year, today.year - 1 - max(YEARS, QUARTERS // 4), -1)
    quarters = [Period(year, number) for year in years for number in (4, 3, 2, 1)]
    closed = [one for one in quarters if one.closed_on(today)][:QUARTERS]
    closed += [Period(year) for year in years if Period(year).closed_on(today)][:YEARS]
    return sorted(closed, key=lambda one: (one.last_day, one.number is None), reverse=True)


def offered(profile: Profile, *, at: datetime) -> list[Offered]:
    """The closed periods, and older ones that were released. One query."""
    known = {
        period: row
        for row in Release.objects.filter(profile_code=profile.code)
        if (period := Period.parse(row.period))
    }
    periods = {*closed_periods(profile, at=at), *known}
    newest_first = sorted(periods, key=lambda one: (one.last_day, one.number is None), reverse=True)
    return [Offered(period, known.get(period)) for period in newest_first]


def period_of(text: str, profile: Profile, *, at: datetime) -> Period:
    """The period written so, where it is one of those offered or was released. Hidden (404)
    otherwise. One query at most."""
    found = Period.parse(text)
    if found is None or str(found) != text:
        raise Hidden("see_statistics")
    if found in closed_periods(profile, at=at) or release_of(profile, found):
        return found
    raise Hidden("see_statistics")


def release_of(profile: Profile, period: Period) -> Release | None:
    """The release of the period, whatever became of it."""
    return (
        Release.objects.filter(profile_code=profile.code, period=str(period))
        .select_related("asked_by", "withheld_by")
        .first()
    )


def published_releases(profile_code: str) -> list[Release]:
    """Every published release of a profile, the newest period first. One query."""
    return list(
        Release.objects.filter(profile_code=profile_code, state=ReleaseState.PUBLISHED).order_by(
            "-period"
        )
    )


def published_release(profile_code: str, period: str) -> Release | None:
    """The published release of a period, written as 2026-Q1 or as 2026. One query."""
    return Release.objects.filter(
        profile_code=profile_code, period=period, state=ReleaseState.PUBLISHED
    ).first()


def file_of(release: Release, kind: str) -> ReleaseFile | None:
    """A file of the release. One query."""
    return ReleaseFile.objects.filter(release=release, kind=kind).first()


def document_of(release: Release) -> document.Release | None:
    """The file of a release that was built, read and checked; None before it is built. Whoever
    gives it out asks whether it is published. One query."""
    found = file_of(release, "json")
    return document.read_release(bytes(found.content)) if found else None


def account_of(profile: Profile, plan: Plan) -> list[YearOfEpsilon]:
    """What each year has spent of epsilon, the newest year first. One query."""
    years: dict[int, YearOfEpsilon] = {}
    rows = Spend.objects.filter(profile_code=profile.code).select_related("release", "by")
    for row in rows.order_by("-year", "at", "id"):
        year = years.setdefault(row.year, YearOfEpsilon(row.year, cap_of(plan)))
        year.spends.append(row)
    return list(years.values())


def epsilon_of(plan: Plan) -> Decimal:
    """What one release takes: never a little less than it spends."""
    return _decimal(Fraction(plan.epsilon), ROUND_CEILING)


def cap_of(plan: Plan) -> Decimal:
    """What a year may spend: never a little more."""
    return _decimal(Fraction(plan.epsilon_a_year), ROUND_FLOOR)


def steps_of(release: Release) -> list[Event]:
    """What was done with the release, the newest first: asked for, built, approved, published. All
    of it: each step is there once, and of what breaks off one a day and kind. One query."""
    # Published at the moment of the approval that did it, and after it: so the verbs stand too.
    return list(_events_of(release, STEPS).order_by("-at", "-verb", "-id"))


@dataclass(frozen=True, slots=True)
class Reading:
    """That somebody looked at a release, or took a file of it, so often."""

    verb: str
    kind: str
    actor_id: UUID | None
    times: int
    last: datetime


def readings_of(release: Release) -> list[Reading]:
    """Who looked at the release and who took which file, the latest first. One query."""
    rows = (
        _events_of(release, READINGS)
        .order_by()
        .values_list("verb", KT("data__kind"), "actor_id")
        .annotate(times=Count("pk"), last=Max("at"))
        .order_by("-last", "verb")
    )
    return [
        Reading(verb, kind or "", actor, times, last) for verb, kind, actor, times, last in rows
    ]


def _events_of(release: Release, verbs: Collection[str]) -> QuerySet[Event]:
    return Event.objects.filter(
        verb__in=verbs, object_type="reporting.release", object_id=release.pk
    )


def earlier_tables(profile: Profile) -> list[FrozenTable]:
    """Tables that were frozen before there were releases. One query."""
    return list(FrozenTable.objects.filter(profile_code=profile.code))


def age_band(code: str, profile: Profile) -> str:
    """An age band in words."""
    labels = {band.code: str(band.label) for band in profile.statistics.age_bands}
    return labels.get(code, _("Not known"))


def _today(profile: Profile, at: datetime) -> date:
    return at.astimezone(profile.calendar_for().zone).date()


def _decimal(exact: Fraction, rounding: str) -> Decimal:
    whole = Decimal(exact.numerator * 10**12) / Decimal(exact.denominator)
    return whole.to_integral_value(rounding=rounding) / Decimal(10**12)
