"""Tables to take away. The only place that writes CSV, so that no export forgets to escape."""

import csv
import io
from collections.abc import Iterable, Sequence

# With one of these a spreadsheet takes a cell for a formula, and a formula can call out or start a
# program (OWASP, CSV Injection; ASVS 5.0 1.2.10). Full-width forms count too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def cell(value: str | int | None) -> str | int:
    """A value as it may stand in a cell: a text that would be a formula begins with an apostrophe,
    which a spreadsheet shows as text. Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str) and (value.startswith(_FORMULA) or value.lstrip()[:1] in _FORMULA):
        return f"'{value}"
    return value


def as_csv(rows: Iterable[Sequence[str | int | None]]) -> str:
    """The rows as CSV (RFC 4180), each cell escaped."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()
