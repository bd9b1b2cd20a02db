"""How a name could stand in a file: as it is, or encoded in one of the usual ways."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

_SHORTEST = 6  # of what is looked for in base64
_GROUP = 4


def variants(text: str) -> set[bytes]:
    """The byte strings to look for: plain, URL-, JSON- and hex-encoded, and in base64, as it is
    and JSON-encoded before, in each of the three places where base64 can begin."""
    raw = text.encode()
    escaped = json.dumps(text)[1:-1].encode()
    found = {
        raw,
        escaped,
        escaped.replace(b"\\u", b"\\U").upper().replace(b"\\U", b"\\u"),
        raw.hex().encode(),
        raw.hex().upper().encode(),
    }
    for encoded in (quote(text), quote_plus(text)):
        found |= {encoded.encode(), _small(encoded).encode()}
    for plain in (raw, escaped):
        found |= _in_base64(plain)
    return found


def _small(encoded: str) -> str:
    """With `%c3` in place of `%C3`."""
    first, *more = encoded.split("%")
    return "".join([first, *(f"%{part[:2].lower()}{part[2:]}" for part in more)])


def _in_base64(plain: bytes) -> set[bytes]:
    """The part of the base64 that does not depend on what stands before and after."""
    found = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain)
        middle = encoded.rstrip(b"=")[(0, 2, 3)[shift] : -1]
        if len(middle) >= _SHORTEST:
            found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return found


class Search:
    """Many texts looked for at once, each in every form. What is searched is read four bytes at a
    time, none of them twice: wherever a form of seven bytes or more stands, one such group lies
    within its first seven. Only forms whose group was there are then looked for themselves."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = list(dict.fromkeys(texts))
        self._by_group: dict[int, list[tuple[bytes, str]]] = defaultdict(list)
        self._short: list[tuple[bytes, str]] = []
        for text in self._texts:
            for form in variants(text):
                if len(form) < _GROUP * 2 - 1:
                    self._short.append((form, text))
                    continue
                for place in range(_GROUP):
                    self._by_group[_groups(form[place : place + _GROUP])[0]].append((form, text))
        self._known = frozenset(self._by_group)

    def hits(self, content: bytes) -> list[str]:
        """Which of the texts stand in the content, in any form."""
        there = self._known.intersection(_groups(content))
        forms = {one for group in there for one in self._by_group[group]}
        found = {text for form, text in (*self._short, *forms) if form in content}
        return [text for text in self._texts if text in found]


def _groups(content: bytes) -> Any:
    """The content as numbers of four bytes each; what is left at its end is no group."""
    whole = len(content) - len(content) % _GROUP
    return memoryview(content)[:whole].cast("I")
