"""Referrals of an earlier register: what is asked of them, and what follows from what they say."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cases.rules.referral_form.cleaning import clean_answers, first_day, last_day
from cases.rules.referral_form.paths import is_answered, objections_to_sending, with_defaults
from cases.rules.sharing import OLDEST_YEARS
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


def objections_to_days(
    received_on: date | None, ended_on: date | None, *, today: date
) -> Iterator[Objection]:
    """What speaks against the days on which an old referral was received and ended: they lie ahead,
    or so far back that the year is wrong, or the end before the beginning."""
    for name, day in (("received_on", received_on), ("ended_on", ended_on)):
        if day is not None and day > today:
            yield Objection(_("This date must be today or earlier"), field=name)
        if day is not None and day.year < today.year - OLDEST_YEARS:
            text = _("This date is more than %(years)s years ago. Check the year")
            yield Objection(text % {"years": OLDEST_YEARS}, field=name)
    if received_on is not None and ended_on is not None and ended_on < received_on:
        text = _("The end must be the same as or after the beginning")
        yield Objection(text, field="ended_on")


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


def with_age_today(
    answers: Mapping[str, Any], *, told_on: date | None, today: date
) -> tuple[dict[str, Any], Objection | None]:
    """The answers with how old the person is today, where they were told on an earlier day or, with
    `told_on` empty, are taken as told today; and the objection where that does not follow.

    The date of birth says it. Without one, whoever was an adult is one. A child is one still only
    where the years that were told leave no doubt, whether they are of that day or of today. Years
    of an earlier day are left out: they are not true any more.
    """
    told = dict(answers)
    born = age_status_then({"birth_date": answers.get("birth_date")}, today)
    years = answers.get("age_years")
    by_years = age_status_then({"age_years": years}, today)
    said = answers.get("age_status") or ""
    if {said, by_years} == {"adult", "child"}:
        return told, None  # that the two do not fit is told with the shapes
    if born == "child" and "adult" in (said, by_years):
        text = _("The date of birth says under 18, and you said 18 or over. Change one of them")
        return told, Objection(text, field="birth_date", code="age")
    if told_on is None or told_on >= today:
        if born == "adult" and "child" in (said, by_years):
            text = _("The date of birth says 18 or over, and you said under 18. Change one of them")
            return told, Objection(text, field="birth_date", code="age")
        if status := said or (born if born in ("child", "adult") else by_years or born):
            told["age_status"] = status
        return told, None
    told.pop("age_years", None)
    if born in ("child", "adult"):
        told["age_status"] = born
    elif "adult" in (said, by_years):
        told["age_status"] = "adult"
    elif isinstance(years, int) and years + _years(told_on, today) + 1 < _OF_AGE:
        told["age_status"] = "child"
    elif born:
        told["age_status"] = born  # a year of birth that leaves open whether they are 18 today
    elif said or by_years:
        text = _(
            "This says how old they were then, not whether they are 18 today. Add the date of birth"
        )
        return told, Objection(text, field="age_status", code="age")
    return told, None


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
