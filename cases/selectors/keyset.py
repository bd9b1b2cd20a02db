"""Pages of a list by keyset: a page begins after the last row of the page before, so that a page
costs the same however far down it is, and a row that arrives meanwhile shifts nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet

PAGE_SIZE = 25
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a row in its order: its moment and its id."""

    moment: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // timedelta(microseconds=1)}.{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Reads what `str()` wrote; None for anything else, so that a damaged link shows the
        first page."""
        moment, _, row = text.partition(".")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(moment)), UUID(hex=row))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a list, and the places where the pages before and after it begin."""

    rows: list[Any] = field(default_factory=list)
    before: str = ""
    after: str = ""

    def links(self, path: str, query: dict[str, Any], *, prefix: str = "") -> dict[str, str]:
        """The addresses of the pages before and after, for the pagination component. `prefix`: of
        the names in the address, where a page has two lists."""

        def link(name: str, place: str) -> str:
            at = {**query, f"{prefix}{name}": place}
            return f"{path}?{urlencode(at, doseq=True)}" if place else ""

        return {
            "previous_url": link("before", self.before),
            "next_url": link("after", self.after),
        }


def _beyond(column: str, place: Place, *, up: bool) -> Q:
    """The rows beyond a place: where the index is entered, and of that moment only the further
    ids."""
    side = "gt" if up else "lt"
    entered = Q(**{f"{column}__{side}e": place.moment})
    return entered & (Q(**{f"{column}__{side}": place.moment}) | Q(**{f"pk__{side}": place.id}))


def page_of(
    rows: QuerySet[Any],
    column: str,
    *,
    newest_first: bool = False,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Rows:
    """One page of the rows in the order of a column of moments, never null, and the id. One query.

    `after` and `before` are places as the links carry them; `before` counts only without `after`.
    """
    start = Place.parse(after) if after else None
    end = Place.parse(before) if before and start is None else None
    backwards = end is not None
    up = newest_first == backwards
    place = start or end
    if place is not None:
        rows = rows.filter(_beyond(column, place, up=up))
    sign = "" if up else "-"
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Rows()
    first, last = (Place(getattr(row, column), row.pk) for row in (found[0], found[-1]))
    return Rows(
        rows=found,
        before=str(first) if (more if backwards else start is not None) else "",
        after=str(last) if (more or backwards) else "",
    )
