"""docs/features.md and docs/checks.md name nothing that is not there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import get_resolver

from tests.browser.reading import routes

PROJECT = Path(__file__).resolve().parents[2]
ROWS = (*range(1, 74), *range(83, 108))


def _named(document: str) -> list[str]:
    return re.findall(r"`([^`]+)`", (PROJECT / "docs" / document).read_text(encoding="utf-8"))


def _shape(address: str) -> str:
    return re.sub(r"<[^>]*>", "<>", address)


@pytest.mark.parametrize("document", ["features.md", "checks.md"])
def test_every_page_command_and_file_that_is_named_exists(document: str) -> None:
    served = {_shape("/" + route) for route, _name, _view in routes(get_resolver().url_patterns)}
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    missing = []
    for named in _named(document):
        if named.startswith("manage.py "):
            there = named.split()[1] in get_commands()
        elif named.startswith("make "):
            there = named.split()[1] in targets
        elif named.startswith("/"):
            there = _shape(named) in served
        elif "/" in named and " " not in named:
            there = (PROJECT / named.partition("::")[0]).exists()
        else:
            continue
        if not there:
            missing.append(named)
    assert missing == []


def test_every_feature_of_the_list_has_its_place() -> None:
    lines = (PROJECT / "docs" / "features.md").read_text(encoding="utf-8").splitlines()
    rows = [re.match(r"\| (\d+) \| [^|]+ \| ([^|]+) \|$", line) for line in lines]
    found = {int(row[1]): row[2].strip() for row in rows if row}
    assert tuple(sorted(found)) == ROWS
    assert all(found.values())
