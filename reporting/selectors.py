"""What pages and REST share of the frozen statistics."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from nrm.accounts.models import User
from nrm.accounts.roles import Role
from nrm.actions import Hidden
from nrm.profiles import Profile, load_profile
from reporting.actions import REFERRALS_BY_AGE
from reporting.models import FrozenTable
from reporting.rules import Quarter, closed_quarters

QUARTERS = 8


def auditors_profile(user: User) -> Profile:
    """The law under which the auditor's own organisation works."""
    return load_profile(user.organisations(Role.AUDITOR)[0].profile)


def quarter_of(text: str, profile: Profile, *, at: datetime) -> Quarter:
    """The quarter written so, where it is one of those offered. Hidden (404) otherwise."""
    found = Quarter.parse(text)
    if found is None or found not in set(closed_quarters(_today(profile, at), QUARTERS)):
        raise Hidden("see_statistics")
    return found


def frozen_table(profile: Profile, quarter: Quarter) -> FrozenTable | None:
    """The table of the quarter, where it was frozen. One query."""
    return FrozenTable.objects.filter(
        code=REFERRALS_BY_AGE, profile_code=profile.code, quarter=str(quarter)
    ).first()


def frozen_quarters(profile: Profile, *, at: datetime, count: int) -> list[tuple[str, bool]]:
    """The latest closed quarters, the newest first, and whether each is frozen. One query."""
    frozen = set(
        FrozenTable.objects.filter(code=REFERRALS_BY_AGE, profile_code=profile.code).values_list(
            "quarter", flat=True
        )
    )
    return [(str(q), str(q) in frozen) for q in closed_quarters(_today(profile, at), count)]


def age_band(code: str, profile: Profile) -> str:
    """An age band in words."""
    labels = {band.code: str(band.label) for band in profile.statistics.age_bands}
    return labels.get(code, _("Not known"))


def _today(profile: Profile, at: datetime) -> date:
    return at.astimezone(profile.calendar_for().zone).date()
