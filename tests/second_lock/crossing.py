"""Requests of many people at once over two pooled connections, each with what they must see.

python -m tests.second_lock crossings     10,000 requests of 20 people over 2 connections
"""

import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from nrm.context import acting_as

THREADS = 6  # that wait for the two connections, so that each is handed from one to the other
_SEEN = "SELECT id::text FROM cases_case"
_LIST = "/api/v1/cases/"
_REFERENCE = re.compile(rb'"reference":"([^"]+)"')


def seen_by(user: Any, backends: set[int] | None = None) -> frozenset[str]:
    """What the database lets this person see, and no more is asked of it."""
    with acting_as(user), connections["default"].cursor() as cursor:
        if backends is not None:
            cursor.execute("SELECT pg_backend_pid()")
            backends.add(cursor.fetchone()[0])
        cursor.execute(_SEEN)
        return frozenset(pk for (pk,) in cursor.fetchall())


def listed_to(token: str) -> frozenset[bytes]:
    """The references that a program of this person is answered with."""
    answer = Client().get(_LIST, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.status_code
    return frozenset(_REFERENCE.findall(answer.content))


@contextmanager
def _two_connections() -> Iterator[None]:
    """A pool of two in place of the pool of the settings."""
    kept: dict[str, Any] = connections["default"].settings_dict["OPTIONS"]
    before = kept["pool"]
    connections["default"].close()
    connections["default"].close_pool()
    kept["pool"] = {**before, "min_size": 2, "max_size": 2, "timeout": 60}
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"].close_pool()
        kept["pool"] = before


def crossings(
    users: list[Any], requests: int, *, progress: Callable[[int], None] = id
) -> tuple[int, int, int]:
    """Requests in an order drawn by lot: of programs by REST, and of the database alone; some fail
    half-way, some look without a context after. Each takes a connection of the pool and gives it
    back. Returns how many were made, how many saw a row of another's or missed one of their own,
    and over how many connections."""
    backends: set[int] = set()
    with _two_connections():
        wanted = {user.pk: seen_by(user) for user in users}
        tokens = {
            user.pk: new_token(user, label="program", scopes=ALL, at=timezone.now())[1]
            for user in users
        }
        listed = {user.pk: listed_to(tokens[user.pk]) for user in users}
        lot = random.Random(20260401)
        order = [
            (lot.choice(users), lot.choice(users), lot.random(), lot.random())
            for _ in range(requests)
        ]

        def one(number: int) -> int:
            user, other, chance, kind = order[number]
            wrong = 0
            try:
                if chance < 0.1:
                    try:
                        with acting_as(user), transaction.atomic():
                            seen_by(other)
                            raise RuntimeError
                    except RuntimeError:
                        pass
                if kind < 0.3:
                    wrong += listed_to(tokens[user.pk]) != listed[user.pk]
                else:
                    wrong += seen_by(user, backends) != wanted[user.pk]
                if chance > 0.9:
                    with connections["default"].cursor() as cursor:
                        cursor.execute(_SEEN)
                        wrong += cursor.fetchone() is not None
            finally:
                connections["default"].close()  # back into the pool, as after each request
            progress(number)
            return wrong

        connections["default"].close()
        with ThreadPoolExecutor(THREADS) as pool:
            wrong = sum(pool.map(one, range(requests)))
    return requests, wrong, len(backends)
