"""Whatever a person can do on a page, a program can do by REST, in the same roles."""

from tests.api.counterparts import COUNTERPARTS, FOR_PEOPLE_ALONE
from tests.permissions.asking import is_api
from tests.permissions.table import TABLE, Row

CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
_PAGES = {row.name for row in TABLE if not is_api(row)}
_CALLS: dict[tuple[str, str], Row] = {
    (method, row.name): row for row in TABLE if is_api(row) for method in row.says
}


def calls(page: str) -> list[tuple[str, str]]:
    """The method and the name of each call of a page's line."""
    return [tuple(call.split()) for call in COUNTERPARTS[page].split(", ")]  # type: ignore[misc]


def test_every_page_has_a_line_with_its_calls_or_the_reason_why_there_are_none():
    listed = {*COUNTERPARTS, *FOR_PEOPLE_ALONE}
    assert not set(COUNTERPARTS) & set(FOR_PEOPLE_ALONE)
    assert _PAGES - listed == set(), "add a line to tests/api/counterparts.py, and the call"
    assert listed - _PAGES == set(), "these pages are gone"


def test_every_call_of_a_line_is_answered():
    for page in COUNTERPARTS:
        assert [call for call in calls(page) if call not in _CALLS] == [], page


def test_a_page_that_sends_something_has_a_call_that_does():
    for row in TABLE:
        if row.name in COUNTERPARTS and "POST" in row.says:
            assert {method for method, _name in calls(row.name)} & CHANGES, row.name
