"""What each long page of a case costs: the same for 50 rows as for 25."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions.notes import write_note
from nrm.audit import writer
from nrm.context import acting_as
from tests.casework.people import assigned

# Sessions, the context of the request and its transaction are among them.
COSTS = {
    "case_notes": ("caseworker", 12),
    "case_timeline": ("caseworker", 13),
    "case_access": ("supervisor", 28),
}


@pytest.mark.parametrize("name", COSTS)
def test_a_long_page_costs_the_same_for_25_and_for_50(world, at, name):
    case = assigned(world, at=at)
    who, expected = COSTS[name]
    client = world.client(who)
    url = reverse(name, args=[case.reference])

    def fill():
        with acting_as(world.caseworker):
            for number in range(25):
                if name == "case_notes":
                    write_note(
                        case, actor=world.caseworker, at=at, text="Seen", submission_key=uuid4()
                    )
                else:
                    verb = f"test{number}.viewed" if name == "case_access" else f"test.{number}"
                    writer.write(verb, at=at, actor_id=world.caseworker.pk, case_id=case.pk)

    def cost():
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    fill()
    first = cost()
    fill()
    assert cost() == first == expected
