from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="package")
def asker(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The scene, built once: every request into it is taken back."""
    from tests.conftest import _empty_the_database
    from tests.permissions.asking import Asker
    from tests.permissions.scene import build_scene
    from tests.rows import begun_with

    with django_db_blocker.unblock():
        yield Asker(begun_with("scene", build_scene))
        from django.db import connections

        connections["default"].close()
        _empty_the_database()
