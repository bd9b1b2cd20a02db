"""How a name could stand in a file: as it is, or encoded in one of the usual ways."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

# The search looks for so many first bytes of each form; the few that are shorter, one by one.
_BEGINNING = 6


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
        if len(middle) >= _BEGINNING:
            found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return found


class Search:
    """Many texts looked for at once, each in every form, in one pass over what is searched."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = list(dict.fromkeys(texts))
        self._by_beginning: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        self._short: list[tuple[bytes, str]] = []
        for text in self._texts:
            for form in variants(text):
                if len(form) < _BEGINNING:
                    self._short.append((form, text))
                else:
                    self._by_beginning[form[:_BEGINNING]].append((form, text))

    def hits(self, content: bytes) -> list[str]:
        """Which of the texts stand in the content, in any form."""
        found = {text for form, text in self._short if form in content}
        beginnings = self._by_beginning
        for place in range(len(content) - _BEGINNING + 1):
            if (start := content[place : place + _BEGINNING]) in beginnings:
                found.update(t for form, t in beginnings[start] if content.startswith(form, place))
        return [text for text in self._texts if text in found]


def hits(content: bytes, texts: Iterable[str]) -> list[str]:
    """Which of the texts stand in the content, in any form."""
    return Search(texts).hits(content)
