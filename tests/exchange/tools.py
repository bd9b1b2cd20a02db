"""Payloads of the Home Office form, and what became of them."""

import json
from pathlib import Path
from typing import Any

from cases.models import Episode, Referral
from identities.crypto import unseal_json

FOLDER = Path(__file__).parent.parent / "data" / "home-office"
VARIANTS = (
    "example-payload",
    "duty-to-notify",
    "duty-to-notify-with-identity",
    "duty-to-notify-co-operating",
    "child",
    "unknown-age",
    "ten-cities",
    "overseas",
)


def path(name: str) -> Path:
    return FOLDER / f"{name}.json"


def payload(name: str = "example-payload", **more: Any) -> dict[str, Any]:
    """A payload of the test data, with some keys changed; a value of None takes a key away."""
    found = json.loads(path(name).read_text())
    found.update(more)
    return {key: value for key, value in found.items() if value is not None}


def told(referral: Referral) -> dict[str, str]:
    """What the referral says in words."""
    if referral.narrative is None:
        return {}
    return unseal_json(
        referral.case.person_id,
        referral.narrative,
        table="cases_referral",
        column="narrative",
        row=referral.pk,
    )


def told_of_episode(episode: Episode) -> dict[str, str]:
    """What its episode says in words."""
    return unseal_json(
        episode.case.person_id,
        episode.narrative,
        table="cases_episode",
        column="narrative",
        row=episode.pk,
    )


def unknown(referral: Referral) -> dict[str, Any]:
    """The values of the keys that had no question."""
    if referral.unknown_values is None:
        return {}
    return unseal_json(
        referral.case.person_id,
        referral.unknown_values,
        table="cases_referral",
        column="unknown_values",
        row=referral.pk,
    )
