"""The database itself, asked in raw SQL by each person, the system and nobody."""

from collections.abc import Iterator
from typing import Any

import pytest

from nrm import policies
from tests.second_lock.asking import Asking, told
from tests.second_lock.expected import RULES, Who
from tests.second_lock.scene import build


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Built once: what is asked is undone."""
    from django.db import connections

    from tests.conftest import _empty_the_database

    with django_db_blocker.unblock():
        yield build()
        connections["default"].close()
        _empty_the_database()


@pytest.fixture(scope="module")
def asking(scene: Any) -> Asking:
    return Asking(scene.world)


def test_every_declared_table_is_asked_about_and_has_rows(asking: Asking) -> None:
    assert set(RULES) == set(policies.declared())
    assert [table for table, rows in asking.facts.rows.items() if not rows] == []


def test_each_person_reads_and_writes_what_the_one_door_gives_and_no_other_row(
    asking: Asking,
) -> None:
    assert "\n".join(sorted(set(asking.faults()))) == ""
    assert asking.asked > 3_000


def test_with_no_context_no_protected_table_has_a_row(asking: Asking) -> None:
    with told(Who("nobody")) as cursor:
        for table in [*RULES, "identities_fact", "identities_kepttext"]:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert (table, cursor.fetchone()[0]) == (table, 0)
