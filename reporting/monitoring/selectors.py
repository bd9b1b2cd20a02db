"""What the pages and the endpoint of monitoring share: published releases, and what they answer."""

from dataclasses import dataclass

from django.utils.translation import get_language_bidi

from nrm.actions import Hidden
from nrm.profiles import Profile
from reporting.models import Release, ReleaseFile
from reporting.monitoring.indicators import load_reports
from reporting.monitoring.trend import Trend, trend
from reporting.monitoring.values import Filled, fill
from reporting.monitoring.words import names_of
from reporting.releases import document
from reporting.releases.periods import Period
from reporting.statistics.selectors import (
    document_of,
    plan_of,
    published_release,
    published_releases,
)

QUARTERS = 8
# The totals whose course is drawn.
DRAWN = ("referrals", "first_decisions", "final_decisions")


@dataclass(frozen=True, slots=True)
class Course:
    """Every published period, the newest first, and how the totals of the last quarters went."""

    periods: list[Release]
    trends: list[Trend]


def course(profile: Profile) -> Course:
    """Two queries."""
    periods = published_releases(profile.code)
    quarters = [one for one in periods if "-Q" in one.period][:QUARTERS]
    files = ReleaseFile.objects.filter(release__in=quarters, kind="json")
    content = {file.release_id: bytes(file.content) for file in files}
    found = [document.read_release(content[one.pk]) for one in reversed(quarters)]
    drawn = [trend(found, table, right_to_left=get_language_bidi()) for table in DRAWN]
    return Course(periods, [one for one in drawn if one is not None])


@dataclass(frozen=True, slots=True)
class Answered:
    """The reports of one published period."""

    release: Release
    document: document.Release
    filled: tuple[Filled, ...]


def answered(profile: Profile, period: str) -> Answered:
    """The reports of the period written so. Hidden (404) where nothing of it is published. Two
    queries."""
    known = Period.parse(period)
    if known is None or str(known) != period:
        raise Hidden("see_statistics")
    release = published_release(profile.code, period)
    found = document_of(release) if release else None
    if release is None or found is None:
        raise Hidden("see_statistics")
    filled = fill(load_reports(), found, plan_of(profile), names=names_of())
    return Answered(release, found, filled)
