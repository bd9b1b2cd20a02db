"""What tests of a country's own files share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nrm.profiles import loader


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an installation's own profiles, as NRM_PROFILES names it."""
    monkeypatch.setenv("NRM_PROFILES", str(tmp_path))
    read = (loader.calendars, loader._versions, loader._profile)
    for kept in read:
        kept.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    for kept in read:
        kept.cache_clear()
