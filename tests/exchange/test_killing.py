"""The proof of `make register`, short: some hundred rows, and the worker is killed once."""

from pathlib import Path
from typing import Any

from tests.exchange.killing import run


def test_a_worker_that_is_killed_loses_no_row_and_brings_none_in_twice(
    world: Any, tmp_path: Path
) -> None:
    found = run(world, tmp_path, rows=900, kills=1)
    assert found.faults == []
    assert found.kills == 1
