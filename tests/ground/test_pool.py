"""Many requests share few connections to the database."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.db import connections


def backends() -> set[int]:
    """The processes of the database that serve the application's role at this moment."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'nrm_web'")
        return {pid for (pid,) in cursor.fetchall()}


def test_fifty_requests_at_once_open_no_more_connections_than_the_pool_holds(
    world: Any, address: str
) -> None:
    def ask(_number: int) -> int:
        with urlopen(f"{address}/sign-in/", timeout=30) as answer:
            return answer.status

    # The pool begins anew: what is still there is of another process, or about to end.
    connections["default"].close()
    connections["default"].close_pool()
    others = backends()
    with ThreadPoolExecutor(50) as many:
        assert list(many.map(ask, range(50))) == [200] * 50
    opened = len(backends() - others)
    assert 1 <= opened <= settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
