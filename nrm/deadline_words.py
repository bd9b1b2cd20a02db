"""Clocks in words, in the reader's language: never colour alone, the date and the distance."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import ParamSpec

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, trans_real

from nrm.profiles.terms import ClockState, DayCount, Term

P = ParamSpec("P")
_forget: list[Callable[[], None]] = []


def forget_words() -> None:
    """Forgets what was remembered: after the words of a catalogue were changed."""
    for forget in _forget:
        forget()


def remembered(words: Callable[P, str]) -> Callable[P, str]:
    """Remembers what a function says of days and numbers, in each catalogue of words: a list of 25
    cases says a hundred such things, mostly the same ones as the list before it."""

    @lru_cache(maxsize=4096)
    def kept(_words: object, *args: P.args, **kwargs: P.kwargs) -> str:
        return words(*args, **kwargs)

    _forget.append(kept.cache_clear)

    @wraps(words)
    def said(*args: P.args, **kwargs: P.kwargs) -> str:
        return kept(trans_real.catalog(), *args, **kwargs)

    return said


@remembered
def state_words(state: ClockState, paused_because: str = "") -> str:
    """ "Overdue by 2 days", "Due tomorrow", "Met on 9 November". `paused_because` is the label of
    the reason; the state itself holds only its code."""
    match state.code:
        case "overdue" if state.days > 0:
            return ngettext("Overdue by %(days)d day", "Overdue by %(days)d days", state.days) % {
                "days": state.days
            }
        case "overdue":
            return _("Overdue since today")
        case "due_now" if state.days <= 0:
            return _("Due today")
        case "due_now":
            return _("Due tomorrow")
        case "on_track":
            return ngettext("%(days)d day left", "%(days)d days left", state.days) % {
                "days": state.days
            }
        case "paused" if paused_because:
            return _("Paused: %(reason)s") % {"reason": paused_because}
        case "paused":
            return _("Paused")
        case "met":
            return _("Met on %(date)s") % {"date": day_words(state.on)}
        case "waiting":
            return _("Not before %(date)s") % {"date": day_words(state.on)}
        case "reached":
            return _("Reached on %(date)s") % {"date": day_words(state.on)}


def earliest_end_words(state: ClockState) -> str:
    """The same for a period with an earliest end: "At least until 7 April"."""
    if state.code == "waiting":
        return _("At least until %(date)s") % {"date": day_words(state.on)}
    if state.code == "reached":
        return _("Minimum ended on %(date)s") % {"date": day_words(state.on)}
    return state_words(state)


def day_reason(day: DayCount) -> str:
    """Why a day of "Why this date" is counted or not."""
    match day.code:
        case "start":
            return _("The day it starts is not counted")
        case "counted":
            return _("Day %(number)d") % {"number": day.number}
        case "holiday" if day.estimated:
            return _("%(holiday)s (estimated: the day may move)") % {"holiday": day.name}
        case "holiday":
            return day.name
        case "weekend":
            return date_format(day.date, "l")
        case "paused":
            return _("Paused")
        case "after":
            return _("The day after the last day")
        case "hours":
            return _("Hours run without a break")


def rule_words(term: Term, before: Term | None = None) -> str:
    """How a term counts. `before` is the term that `term.after` names."""
    if before is not None:
        return _("The day after the last day of: %(term)s. %(rule)s") % {
            "term": before.label,
            "rule": rule_words(before),
        }
    number = {"number": term.length}
    match term.unit:
        case "hours":
            return ngettext("%(number)d hour", "%(number)d hours", term.length) % number
        case "years":
            return ngettext("%(number)d year", "%(number)d years", term.length) % number
        case "working_days":
            length = ngettext("%(number)d working day", "%(number)d working days", term.length)
        case "calendar_days":
            length = ngettext("%(number)d calendar day", "%(number)d calendar days", term.length)
    how = (
        _("The day it starts is day 1")
        if term.inclusive_start
        else _("The day it starts is not counted")
    )
    return f"{length % number}. {how}."


def day_words(day: date) -> str:
    """ "9 November 2026". Of a moment (aware), the day that it is here."""
    if isinstance(day, datetime):
        day = timezone.localdate(day)
    return _day_words(day)


@remembered
def _day_words(day: date) -> str:
    return date_format(day, "j F Y")
