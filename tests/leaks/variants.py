"""How a name could stand in a file: as it is, or encoded in one of the usual ways."""

import base64
import json
from urllib.parse import quote, quote_plus


def variants(text: str) -> set[bytes]:
    """The byte strings to look for: plain, URL-, JSON-, hex- and base64-encoded in each of the
    three places where base64 can begin."""
    raw = text.encode()
    found = {
        raw,
        quote(text).encode(),
        quote_plus(text).encode(),
        json.dumps(text)[1:-1].encode(),
        raw.hex().encode(),
        raw.hex().upper().encode(),
    }
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # The first and last characters depend on the neighbours; the middle does not.
        start = {0: 0, 1: 2, 2: 3}[shift]
        middle = encoded.rstrip(b"=")[start:-1]
        if len(middle) >= 6:
            found.add(middle)
    return found


def hits(content: bytes, texts: list[str]) -> list[str]:
    """Which of the texts stand in the content, in any form."""
    return [text for text in texts if any(variant in content for variant in variants(text))]
