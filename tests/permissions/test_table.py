"""Every address, every method, everybody: what the table says is what they get."""

from typing import Any

from django.urls import get_resolver, path

from cases.references import clean_reference
from tests.permissions.asking import (
    METHODS,
    NO_REFERENCE,
    differences,
    is_api,
    leaks,
    of_rows,
    who_is_asked,
)
from tests.permissions.table import (
    ACTORS,
    FORBIDDEN,
    TABLE,
    THROUGH,
    Row,
)


# The table is whole ------------------------------------------------------------------------------
def test_every_address_that_is_served_is_in_the_table_and_nothing_else():
    assert differences(get_resolver().url_patterns, TABLE) == []


def test_an_address_that_nobody_listed_fails_the_suite():
    def view(request: Any) -> None: ...

    served = [*get_resolver().url_patterns, path("cases/<str:reference>/secret/", view, name="s")]
    assert differences(served, TABLE) == ["cases/<str:reference>/secret/ (s) is not in the table"]


def test_a_row_whose_address_is_gone_fails_the_suite():
    table = [*TABLE, Row("cases/<str:reference>/gone/", "gone", {})]
    assert differences(get_resolver().url_patterns, table) == [
        "cases/<str:reference>/gone/ (gone) is in the table and is not served"
    ]


def test_each_row_speaks_of_known_people_and_says_something():
    for row in TABLE:
        assert row.says
        assert set(row.says) <= set(METHODS), row.route
        for says in row.says.values():
            names = set() if says.by_standing else {*says.through, *says.hidden_from}
            assert names <= set(ACTORS), row.route


def test_everybody_of_the_scene_is_asked_for(asker):
    assert {*asker.scene.world.users, "anonymous"} == set(ACTORS)
    assert clean_reference(NO_REFERENCE) == NO_REFERENCE
    assert NO_REFERENCE not in asker.scene.references.values()


def test_no_token_does_what_a_person_must_be_there_for(asker):
    rows = [row for row in TABLE if row.in_person]
    assert rows
    for row in rows:
        for method, says in row.says.items():
            actor = next(a for a in ACTORS if says.to(a, row.places[0]) == THROUGH)
            answer = asker.ask(method, asker.path(row, row.places[0]), actor, token="token")
            assert answer.kind == FORBIDDEN, row.name
            assert b'"in_person"' in answer.body


# Who gets what -----------------------------------------------------------------------------------
@of_rows(TABLE)
def test_each_person_gets_what_the_table_says(asker, row):
    wrong = []
    no = asker.refusals(is_api(row))
    for place in row.places:
        where, sends = asker.path(row, place), asker.sends(row, place)
        for method, says in row.says.items():
            for actor, token in who_is_asked(row, place, method):
                answer = asker.ask(method, where, actor, token=token, sends=sends)
                asked = f"{method} {row.name} at {place or '-'} as {actor} {token}".strip()
                expected = says.to(actor, place)
                if dict(answer.headers).get("Cache-Control") != "no-store":
                    wrong.append(f"{asked}: may be stored")
                if answer.kind != expected:
                    wrong.append(f"{asked}: {answer.kind} ({answer.status}), not {expected}")
                elif answer.kind in no and answer.body != no[answer.kind].body:
                    wrong.append(f"{asked}: another page than every other {answer.kind}")
                shown = leaks(asker.scene, actor, answer.body)
                wrong += [f"{asked}: shows {what}" for what in shown]
    assert wrong == []
