"""Every way to stand to a case, at every address of a case: what somebody gets is what the table
says of where they stand. In one process and one scene, each request in a transaction that is taken
back."""

from collections.abc import Iterator
from typing import Any

import pytest

from cases.rights import RIGHTS
from tests.permissions.asking import Asker, is_api, of_rows, who_is_asked
from tests.permissions.doors import HELD, Doors
from tests.permissions.relations import (
    BY_NAME,
    IN_EMERGENCY,
    OF_DECIDED,
    OF_EMERGENCY,
    PLACES,
    RELATIONS,
    build_relations,
    cells,
    expected,
    rows_of_cases,
)
from tests.permissions.table import ACTORS, HIDDEN, TABLE
from tests.second_lock.asking import Asking, everybody, told

AT_LEAST = 15_000


@pytest.fixture(scope="module")
def related(django_db_setup: None, django_db_blocker: Any) -> Iterator[Asker]:
    """The scene, built once: every request into it is taken back."""
    from tests.conftest import _empty_the_database

    with django_db_blocker.unblock():
        yield Asker(build_relations())
        from django.db import connections

        connections["default"].close()
        _empty_the_database()


def test_the_table_is_as_large_as_it_is_said_to_be():
    rows = rows_of_cases()
    here = sum(1 for row in rows for _cell in cells(row))
    there = sum(
        1
        for row in TABLE
        for place in row.places
        for method in row.says
        for _cell in who_is_asked(row, place, method)
    )
    assert here + there >= AT_LEAST, (here, there)
    names = {row.name for row in rows}
    assert set(IN_EMERGENCY) | OF_DECIDED | OF_EMERGENCY <= names
    assert {relation.like for relation in RELATIONS} <= set(ACTORS)
    assert len(BY_NAME) == len(RELATIONS)


def test_every_right_is_said_here_and_no_other():
    assert set(HELD) == {right.code for right in RIGHTS}


def test_the_doors_say_what_is_said_here_of_everybody_and_each_right(related):
    doors = Doors(related.scene)
    assert list(doors.faults()) == []
    assert doors.asked > 10_000


def test_raw_sql_shows_everybody_the_cases_that_they_are_near_and_no_foreign_row(related):
    cases = {reference: place for place, reference in related.scene.references.items()}
    people = {who.name: who for who in everybody(related.scene.world)}
    for relation in RELATIONS:
        who = people.get(relation.name, people["nobody"])
        with told(who) as cursor:
            cursor.execute("SELECT reference FROM cases_case")
            seen = {cases[reference] for (reference,) in cursor.fetchall()}
        wanted = {place for place in PLACES if relation.at(place) and not relation.signed_out}
        assert seen == wanted, relation.name
    assert list(Asking(related.scene.world).reads()) == []


@of_rows(rows_of_cases())
def test_who_stands_so_gets_what_the_table_says(related, row):
    wrong = []
    no = related.refusals(is_api(row))
    for method, relation, place, by_program in cells(row):
        where, sends = related.path(row, place), related.sends(row, place)
        token = "token" if by_program else ""
        answer = related.ask(method, where, relation.name, token=token, sends=sends)
        wanted = expected(row, method, relation, place, by_program=by_program)
        asked = f"{method} {row.name} of {place} as {relation.name}"
        if answer.kind != wanted:
            wrong.append(f"{asked}: {answer.kind} ({answer.status}), not {wanted}")
        elif wanted == HIDDEN and answer.body != no[HIDDEN].body:
            wrong.append(f"{asked}: another page than every other {HIDDEN}")
    assert wrong == []
