"""Text that somebody sent: what nobody can see is no answer."""

from typing import Any
from unicodedata import category

# Letters and signs by their class that are drawn as nothing: fillers, and the empty braille cell.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def is_seen(text: str) -> bool:
    """Whether anything of it can be seen: a letter, a digit, a sign. Spaces, controls, what joins
    or directs letters, and marks with no letter below them are not."""
    return any(category(one)[0] in "LNPS" and one not in _BLANK for one in text)


def seen(value: Any) -> Any:
    """The value with every text in it of which nothing can be seen made empty, in lists and
    dictionaries as well. Anything else stays as it is."""
    if isinstance(value, str):
        return value if is_seen(value) else ""
    if isinstance(value, dict):
        return {key: seen(one) for key, one in value.items()}
    if isinstance(value, list):
        return [seen(one) for one in value]
    return value
