#!/usr/bin/env python3
"""Prints a .env for docker-compose.yml with fresh secrets: .env.example with its lines filled in.

Needs nothing but Python. For real use: a trial needs no .env.
"""

import base64
import secrets
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"


def key() -> str:
    """32 random bytes, as base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def fill(line: str) -> str:
    """The line with a fresh secret where it is an empty secret; any other line as it is."""
    name, equals, value = line.partition("=")
    if line.startswith("#") or not equals or value:
        return line
    if name in ("NRM_KEKS", "NRM_SEARCH_KEYS", "NRM_WEBHOOK_KEYS", "NRM_PACK_KEYS"):
        return f"{name}=1:{key()}"
    if name == "NRM_AUDIT_KEY":
        return f"{name}={key()}"
    if name == "NRM_SECRET_KEY":
        return f"{name}={secrets.token_hex(32)}"
    if name.endswith("_PASSWORD") and not name.startswith("NRM_EMAIL"):
        return f"{name}={secrets.token_hex(24)}"
    return line


def main() -> None:
    for line in EXAMPLE.read_text().splitlines():
        print(fill(line))


if __name__ == "__main__":
    main()
