"""The periods that a release can be of: a quarter or a year of the calendar, and nothing else."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from reporting.releases.tables import PeriodKind

_WRITTEN = re.compile(r"([0-9]{4})(?:-Q([1-4]))?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A quarter (2026-Q1) or a year (2026). Windows of quarters never overlap, nor do those of
    years; a year overlaps its own quarters, which the yearly epsilon allows for."""

    year: int
    number: int | None = None  # of the quarter; None: the whole year

    def __str__(self) -> str:
        return f"{self.year:04}-Q{self.number}" if self.number else f"{self.year:04}"

    @property
    def kind(self) -> PeriodKind:
        return "quarter" if self.number else "year"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * (self.number or 1) - 2, 1)

    @property
    def last_day(self) -> date:
        month = 3 * (self.number or 4)
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters of a year; none of a quarter."""
        return () if self.number else tuple(Period(self.year, number) for number in (1, 2, 3, 4))

    def closed_on(self, today: date) -> bool:
        """Whether it has ended: an open period is never released."""
        return self.last_day < today

    @classmethod
    def parse(cls, text: str) -> Period | None:
        """The period written as 2026-Q1 or as 2026, or None."""
        written = _WRITTEN.fullmatch(text)
        if written is None or written[1] == "0000":
            return None
        return cls(int(written[1]), int(written[2]) if written[2] else None)
