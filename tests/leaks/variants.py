"""How a name could stand in a file: as it is, or encoded in one of the usual ways."""

import base64
import json
from urllib.parse import quote, quote_plus


def variants(text: str) -> set[bytes]:
    """The byte strings to look for: plain, URL-, JSON- and hex-encoded, and in base64, as it is
    and JSON-encoded before, in each of the three places where base64 can begin."""
    raw = text.encode()
    escaped = json.dumps(text)[1:-1].encode()
    found = {
        raw,
        quote(text).encode(),
        quote_plus(text).encode(),
        escaped,
        raw.hex().encode(),
        raw.hex().upper().encode(),
    }
    for plain in (raw, escaped):
        found |= _in_base64(plain)
    return found


def _in_base64(plain: bytes) -> set[bytes]:
    """The part of the base64 that does not depend on what stands before and after."""
    found = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain)
        middle = encoded.rstrip(b"=")[(0, 2, 3)[shift] : -1]
        if len(middle) >= 6:
            found.add(middle)
    return found


def hits(content: bytes, texts: list[str]) -> list[str]:
    """Which of the texts stand in the content, in any form."""
    return [text for text in texts if any(variant in content for variant in variants(text))]
