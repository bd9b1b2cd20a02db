"""What codes are called that a release gives no label."""

from cases.rules.countries import COUNTRIES


def names_of() -> dict[str, dict[str, str]]:
    """By dimension: countries, in the language of the moment."""
    return {"nationality": {code: str(label) for code, label in COUNTRIES.labels.items()}}
