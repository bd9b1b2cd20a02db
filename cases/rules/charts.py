"""The charts of the supervisor's dashboard: facts in, a title that is true of them and bars out.
No database, no clock.

A title states the finding, so it is worked out here from the same numbers as the bars.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

US, PARTNER, PAUSED = "us", "partner", "paused"


@dataclass(frozen=True, slots=True)
class StageAge:
    """How long the open cases of a stage have been there: their number, and the days that half of
    them have reached. `target` is what the law sets, in days of the calendar, as `target_words`."""

    code: str
    label: str
    cases: int
    days: int
    target: int | None = None
    target_words: str = ""

    @property
    def over(self) -> bool:
        return self.target is not None and self.days > self.target


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `value` in words beside it, `width` and `target_width` in hundredths of the space.
    A target stands on the bar that it is about and on no other."""

    code: str
    label: str
    value: int
    value_text: str
    width: int
    cases: int
    target_width: int | None = None
    target_text: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    bars: tuple[Bar, ...]


def median(values: Sequence[int]) -> int:
    """The value that half of the values reach: the upper of the two in the middle."""
    return sorted(values)[len(values) // 2]


def days_words(days: int) -> str:
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def ageing(stages: Sequence[StageAge]) -> Chart:
    """How long cases have been at each stage. The bars keep the order of the stages."""
    # The end of the axis: a target on its very edge would be cut.
    most = max((max(s.days, s.target or 0) for s in stages), default=0) * 102 / 100
    bars = tuple(
        Bar(
            code=stage.code,
            label=stage.label,
            value=stage.days,
            value_text=days_words(stage.days),
            width=round(100 * stage.days / most) if most else 0,
            cases=stage.cases,
            target_width=None if stage.target is None else round(100 * stage.target / most),
            target_text=stage.target_words,
        )
        for stage in stages
    )
    return Chart(_ageing_title(stages), bars)


def _ageing_title(stages: Sequence[StageAge]) -> str:
    if not stages:
        return _("No case is open")
    over = [stage for stage in stages if stage.over]
    if over:
        worst = max(over, key=lambda s: s.days / max(1, s.target or 0))
        text = (
            _("Half of the cases at “%(stage)s” have waited %(days)s, at least twice the target")
            if worst.days >= 2 * (worst.target or 0)
            else _("Half of the cases at “%(stage)s” have waited %(days)s, past the target")
        )
        return text % {"stage": worst.label, "days": days_words(worst.days)}
    aimed = any(stage.target is not None for stage in stages)
    longest = max(stages, key=lambda s: s.days)
    if sum(stage.days == longest.days for stage in stages) > 1:
        return _("No stage is past its target") if aimed else _("No stage holds cases longest")
    text = (
        _("No stage is past its target; cases have waited longest at “%(stage)s”")
        if aimed
        else _("Cases have waited longest at “%(stage)s”")
    )
    return text % {"stage": longest.label}


def causes(us: int, partner: int, paused: int, *, more: frozenset[str] = frozenset()) -> Chart:
    """What overdue cases wait on, and how many clocks stand still. `more` names the bars whose
    list is longer than is counted, so that no share can be told."""
    most = max(us, partner, paused)
    bars = tuple(
        Bar(
            code=code,
            label=label,
            value=value,
            value_text=f"{value}+" if code in more else str(value),
            width=round(100 * value / most) if most else 0,
            cases=value,
        )
        for code, label, value in (
            (US, _("Overdue, waiting on us"), us),
            (PARTNER, _("Overdue, waiting for an answer from outside"), partner),
            (PAUSED, _("Paused"), paused),
        )
    )
    return Chart(_causes_title(us, partner, paused, counted=not more), bars)


def _causes_title(us: int, partner: int, paused: int, *, counted: bool) -> str:
    if not counted:
        return _("More cases are overdue or paused than are counted here")
    overdue = us + partner
    numbers = {"us": us, "partner": partner, "overdue": overdue, "paused": paused}
    if not overdue and not paused:
        return _("No case is overdue and none is paused")
    if not overdue:
        text = ngettext(
            "No case is overdue; %(paused)d is paused",
            "No case is overdue; %(paused)d are paused",
            paused,
        )
    elif not partner:
        text = ngettext(
            "%(overdue)d case is overdue and waits on us",
            "%(overdue)d cases are overdue and all wait on us",
            overdue,
        )
    elif not us:
        text = ngettext(
            "%(overdue)d case is overdue and waits for an answer from outside",
            "%(overdue)d cases are overdue and all wait for an answer from outside",
            overdue,
        )
    elif us >= partner:
        text = _("%(us)d of %(overdue)d overdue cases wait on us")
    else:
        text = _("%(partner)d of %(overdue)d overdue cases wait for an answer from outside")
    return text % numbers
