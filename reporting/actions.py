"""Freezing a table: counted once, when it is first built, and never again."""

import hashlib
import json
from collections import Counter
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from nrm.accounts.models import User
from nrm.accounts.rights import SEE_STATISTICS
from nrm.actions import Objection, action, detail, refuse_if
from nrm.profiles import Profile
from reporting.models import FrozenTable
from reporting.rules import Quarter, band_of, publishable

REFERRALS_BY_AGE = "referrals_by_age"


@action("statistics.frozen", right=SEE_STATISTICS)
def freeze_referrals_by_age(
    *, actor: User, at: datetime, profile: Profile, quarter: Quarter
) -> FrozenTable:
    """Referrals of the quarter by age band, under the 10-5 rule. The table that was frozen first
    is returned to everybody after; true counts are kept nowhere."""
    zone = profile.calendar_for().zone
    if not quarter.closed_on(at.astimezone(zone).date()):
        refuse_if([Objection(_("This quarter has not ended. Only closed quarters are counted."))])
    wanted = {"code": REFERRALS_BY_AGE, "profile_code": profile.code, "quarter": str(quarter)}
    if earlier := FrozenTable.objects.filter(**wanted).first():
        return earlier
    detail(table=REFERRALS_BY_AGE, quarter=str(quarter), profile=profile.code)
    rule = profile.statistics
    counts, total = _count_by_age(profile, quarter, zone)
    codes = [band.code for band in rule.age_bands] + ["unknown"]
    shown = {"threshold": rule.threshold, "rounding": rule.rounding}
    cells = [{"code": code, "count": publishable(counts[code], **shown)} for code in codes]
    total_shown = publishable(total, **shown)
    body = json.dumps(
        {**wanted, "cells": cells, "total": total_shown, "rule": shown}, sort_keys=True
    )
    try:
        with transaction.atomic():
            return FrozenTable.objects.create(
                **wanted,
                cells=cells,
                total=total_shown,
                rule=shown,
                sha256=hashlib.sha256(body.encode()).hexdigest(),
                frozen_at=at,
            )
    except IntegrityError:  # two auditors at once: the first one's table holds
        return FrozenTable.objects.get(**wanted)


def _count_by_age(profile: Profile, quarter: Quarter, zone: ZoneInfo) -> tuple[Counter[str], int]:
    """True counts, for the freeze alone. Sealed cases count in the total only."""
    bands = [(band.code, band.from_age, band.to_age) for band in profile.statistics.age_bands]
    counts: Counter[str] = Counter()
    total = 0
    asked: list[Any] = [
        profile.code,
        datetime.combine(quarter.first_day, time.min, zone),
        datetime.combine(quarter.next.first_day, time.min, zone),
    ]
    # Auditors see no case: the database counts, and says numbers.
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM reporting_received(%s, %s, %s)", asked)
        for age, status, sealed, number in cursor.fetchall():
            total += number
            if not sealed:
                counts[band_of(age, status, bands)] += number
    return counts, total
