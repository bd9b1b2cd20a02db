"""Every address that shows something of a case writes that it did: who, which case, and, of a list,
the cases in it. A form that shows nothing of the case but its own questions is named here."""

from typing import Any

import pytest
from django.db import connections

from nrm.audit import writer
from tests.permissions.asking import arguments
from tests.permissions.table import SIGNED_IN, STANDINGS, TABLE, THROUGH, Row
from tests.watching import WATCHER

# Nothing of the case stands on these but how it is called.
FORMS = {
    "case_conflict",
    "show_identity",
    "decision_start",
    "api_case_assignment",
}
ROWS = [
    row
    for row in TABLE
    if "GET" in row.says and row.places[0] in STANDINGS and "reference" in arguments(row)
]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_whoever_is_shown_a_case_is_written_down(asker: Any, row: Row, monkeypatch: Any) -> None:
    place = row.places[0]
    actor = next(a for a in SIGNED_IN if row.says["GET"].to(a, place) == THROUGH)
    with connections[WATCHER].cursor() as cursor:
        cursor.execute(
            "SELECT id FROM cases_case WHERE reference = %s", [asker.scene.references[place]]
        )
        (case,) = cursor.fetchone()
    written: list[Any] = []
    real = writer.write_all

    def note(events: Any) -> Any:
        made = list(events)
        written.extend(made)
        return real(made)

    monkeypatch.setattr(writer, "write_all", note)
    answer = asker.ask("GET", asker.path(row, place), actor)
    if answer.status == 302:
        return  # it leads to a page that has a row of its own
    assert answer.status == 200
    about = [event for event in written if event.case_id == case]
    assert bool(about) != (row.name in FORMS), [event.verb for event in written]
    user = asker.scene.world.users[actor]
    assert all(event.actor_id == user.pk for event in about)
