"""Requests of many people, one after the other over few connections, each with what they must see.

python -m tests.second_lock crossings     10,000 requests of 20 people over 2 connections
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections, transaction

from nrm.context import acting_as

_SEEN = "SELECT id::text FROM cases_case"


def seen_by(user: Any) -> frozenset[str]:
    """What the database lets this person see, and no more is asked of it."""
    with acting_as(user), connections["default"].cursor() as cursor:
        cursor.execute(_SEEN)
        return frozenset(pk for (pk,) in cursor.fetchall())


def crossings(
    users: list[Any], requests: int, *, threads: int = 2, progress: Callable[[int], None] = id
) -> tuple[int, int]:
    """Requests in an order drawn by lot: some fail half-way, some look without a context after.
    Each thread has a connection. Returns how many were made, and how many saw a row of another's
    or missed one of their own."""
    wanted = {user.pk: seen_by(user) for user in users}
    lot = random.Random(20260401)
    order = [(lot.choice(users), lot.random()) for _ in range(requests)]

    def one(number: int) -> int:
        user, chance = order[number]
        wrong = 0
        if chance < 0.1:
            try:
                with acting_as(user), transaction.atomic():
                    seen_by(lot.choice(users))
                    raise RuntimeError
            except RuntimeError:
                pass
        wrong += seen_by(user) != wanted[user.pk]
        if chance > 0.9:
            with connections["default"].cursor() as cursor:
                cursor.execute(_SEEN)
                wrong += cursor.fetchone() is not None
        progress(number)
        return wrong

    def share(first: int) -> int:
        try:
            return sum(one(number) for number in range(first, requests, threads))
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(threads) as pool:
        return requests, sum(pool.map(share, range(threads)))
