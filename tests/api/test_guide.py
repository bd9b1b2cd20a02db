"""The integrators' guide names addresses that exist."""

import re
from pathlib import Path

from django.urls import resolve

GUIDE = Path(__file__).parent.parent.parent / "docs" / "integrators.md"
ID = "3f0c5d1e-0000-4000-8000-000000000000"
VARIABLES = {
    "$SCREENING": f"$CASE/screenings/{ID}",
    "$DECISION": f"$CASE/decisions/{ID}",
    "$CASE": "$NRM/cases/7K3MQ-9TD2X-4HJ3",
    "$NRM": "/api/v1",
}


def addresses() -> list[str]:
    """Every address in an example, with its variables and placeholders put in."""
    found = re.findall(r"(?<!=)\$(?:NRM|CASE|SCREENING|DECISION)/[^\s\"'`]*", GUIDE.read_text())
    made = []
    for address in found:
        for name, value in VARIABLES.items():
            address = address.replace(name, value)
        made.append(re.sub(r"<\w+>", ID, address).partition("?")[0])
    return made


def test_every_address_of_the_guide_is_one_of_the_services() -> None:
    every = addresses()
    assert len(every) > 25
    for address in every:
        assert resolve(address).url_name.startswith("api_"), address
