"""Working days: which days a calendar counts, in which time zone, for which years."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from nrm.profiles.labels import Label


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is not a working day. `estimated`: the date depends on the moon and may move."""

    date: date
    name: str
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekends (ISO numbers, Monday is 1) and dated holidays, known from `from_year` to
    `to_year`."""

    code: str
    label: Label
    time_zone: str
    weekend: tuple[int, ...]
    from_year: int
    to_year: int
    source: str
    verified: bool
    holidays: tuple[Holiday, ...] = ()
    _by_date: dict[date, Holiday] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_date", {holiday.date: holiday for holiday in self.holidays})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def knows(self, day: date) -> bool:
        return self.from_year <= day.year <= self.to_year

    def is_weekend(self, day: date) -> bool:
        return day.isoweekday() in self.weekend

    def holiday(self, day: date) -> Holiday | None:
        return self._by_date.get(day)
