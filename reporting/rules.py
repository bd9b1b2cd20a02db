"""Counts that nobody can be found in. Pure: true counts in, published counts out.

The 10-5 rule (UK Office for National Statistics, comparison of post-tabular disclosure control
methods): a count below ten is hidden, zero too, since a zero told apart would prove the other
hidden cells non-empty; the rest is rounded to the nearest five. The total is rounded from its own
true count, so that it cannot be used to work out a hidden cell.
"""

from dataclasses import dataclass
from datetime import date


def publishable(count: int, *, threshold: int, rounding: int) -> int | None:
    """The count as it may be shown; None where it is hidden."""
    if count < threshold:
        return None
    return (count + rounding // 2) // rounding * rounding


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a calendar year, such as 2026-Q1."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> "Quarter":
        return (
            Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)
        )

    @classmethod
    def parse(cls, text: str) -> "Quarter | None":
        """The quarter written as 2026-Q1, or None."""
        year, _, number = text.partition("-Q")
        plain = len(year) == 4 and year.isascii() and year.isdecimal() and year != "0000"
        if plain and number in ("1", "2", "3", "4"):
            return cls(int(year), int(number))
        return None
