"""The road to 18 of a case, in words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from cases.models import Adulthood, Case
from cases.models.adulthood import StayAnswer
from cases.rules.adulthood import moments
from cases.rules.languages import LANGUAGES
from cases.selectors.decisions import today_of
from cases.selectors.sharing import interpreters
from nrm.profiles import Profile

NEAR = 16  # years that were told: as told they may be wrong, so the birthday may be near


def adulthood_of(case: Case) -> Adulthood | None:
    """What is known of it. One query."""
    row = case.adulthoods.first()
    if row is not None:
        row.case = case
    return row


def choices_of(profile: Profile) -> dict[str, Collection[str]]:
    """The codes that can be answered."""
    return {
        "answer": StayAnswer.values,
        "method": [method.code for method in profile.consent.methods],
        "language": LANGUAGES.labels,
        "interpreter": interpreters(profile),
    }


def reminder_days(profile: Profile) -> tuple[int, ...]:
    """So many days from the birthday the profile reminds: -100 is a hundred days before."""
    if profile.children is None:
        return ()
    return tuple(one.days for one in profile.term(profile.children.term).reminders)


@dataclass(frozen=True, slots=True)
class Step:
    """One of the days of the road: what is to be done from then, and whether that day has come."""

    on: date
    labels: list[str]
    come: bool


@dataclass(frozen=True, slots=True)
class Road:
    """`days`: until the birthday, negative after it; None where the day is not known. `missing`:
    there is no agreement to stay. `pressing`: and somebody has to ask for it now."""

    row: Adulthood | None
    days: int | None
    steps: list[Step]
    missing: bool
    pressing: bool


def road_of(case: Case, row: Adulthood | None, *, at: datetime) -> Road:
    """The road of a case, without a query."""
    today, law = today_of(case, at), case.profile.children
    on = row.on if row else None
    missing = row is None or row.answer != StayAnswer.AGREED
    if on is None or law is None:
        near = case.age_years is None or case.age_years >= NEAR
        return Road(row, None, [], missing, missing and near and case.treated_as_child)
    zone = case.profile.calendar_for(case.calendar).zone
    steps = [
        Step(
            moment.astimezone(zone).date(),
            [str(task.label) for task in law.tasks if task.days == day],
            moment <= at,
        )
        for day, moment in moments(on, reminder_days(case.profile), zone)
    ]
    come = any(step.come for step in steps)
    return Road(row, (on - today).days, steps, missing, missing and come)
