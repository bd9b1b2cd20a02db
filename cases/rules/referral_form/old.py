"""Referrals of an earlier register: what is asked of them, and what follows from what they say."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.rules.referral_form.cleaning import clean_answers, first_day, last_day
from cases.rules.referral_form.paths import is_answered, objections_to_sending, with_defaults
from nrm.actions import Objection
from nrm.profiles import Profile

_OF_AGE = 18


def old_answers(
    answers: Mapping[str, Any], profile: Profile, *, today: date
) -> tuple[dict[str, Any], list[Objection]]:
    """The answers as they may be kept, and every objection to them: to shapes, and to what a
    referral cannot be without, whoever sends it. What only our own pages ask is not missed."""
    clean, objections = clean_answers(answers, profile, today=today)
    clean = with_defaults(clean, profile)
    wrong = {objection.field for objection in objections}
    missing = objections_to_sending(clean, profile, complete=False, today=today)
    return clean, [*objections, *(one for one in missing if one.field not in wrong)]


def age_status_then(answers: Mapping[str, Any], on: date) -> str:
    """Whether the person was a child or an adult on this day, from the years or the date of birth
    that were told; not sure where the date of birth allows both, empty where neither is told."""
    years = answers.get("age_years")
    if isinstance(years, int):
        return "child" if years < _OF_AGE else "adult"
    born = answers.get("birth_date")
    if not is_answered(born) or not isinstance(born, str):
        return ""
    try:
        oldest, youngest = (_years(day, on) for day in (first_day(born), last_day(born)))
    except ValueError:
        return ""
    if oldest < _OF_AGE:
        return "child"
    return "adult" if youngest >= _OF_AGE else "not_sure"


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
