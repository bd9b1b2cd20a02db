"""The database itself, asked in raw SQL by each person, the system and nobody."""

from collections.abc import Iterator
from typing import Any

import pytest

from nrm import policies
from tests.second_lock.addresses import Addresses
from tests.second_lock.asking import Asking, jobs_faults, owners_faults, told
from tests.second_lock.expected import RULES, Who
from tests.second_lock.identity import Identities, kept_faults
from tests.second_lock.scene import build, case_of


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


def test_whoever_refers_writes_what_belongs_to_a_case_while_they_open_it(asking: Asking) -> None:
    assert "\n".join(asking.opening()) == ""


def test_the_owners_triggers_and_migrations_reach_every_row(asking: Asking) -> None:
    assert list(owners_faults(RULES)) == []


def test_jobs_read_as_the_system_and_as_nobody_else(asking: Asking, scene: Any) -> None:
    faults = jobs_faults(RULES, asking.facts, scene.world.caseworker)
    assert list(faults) == []


def test_with_no_context_no_protected_table_has_a_row(asking: Asking) -> None:
    with told(Who("nobody")) as cursor:
        for table in [*RULES, "identities_fact", "identities_kepttext"]:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert (table, cursor.fetchone()[0]) == (table, 0)


def test_a_fact_opens_to_the_transaction_that_has_said_why_and_to_no_other(scene: Any) -> None:
    world = scene.world
    first, second = case_of(scene, "assigned"), case_of(scene, "known")
    asked = Identities(world.caseworker, world.supervisor, first, second)
    assert "\n".join(asked.faults()) == ""


def test_a_kept_text_is_its_writers_alone(scene: Any) -> None:
    assert "\n".join(kept_faults(scene.world.caseworker, scene.world.supervisor)) == ""


def test_an_address_opens_to_the_transaction_that_has_said_so_and_to_no_other(scene: Any) -> None:
    asked = Addresses(
        *(scene.world.users[name] for name in ("provider", "both_provider", "intake"))
    )
    assert "\n".join(asked.faults()) == ""
