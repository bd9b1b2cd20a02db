"""Codes by which an auditor speaks of people, cases and events: no id, no reference, and nothing
that a page of a case shows. The same thing has the same code everywhere in the trail for the same
auditor, and another for another.

A code is the id under a cipher (one block of AES-256, a permutation of 128 bits) whose key is an
HMAC of the auditor's own secret, so that a filter by code uses the index on the id, and whoever has
the pages and not the secret cannot join a code to a case, nor one auditor's codes to another's.
"""

import hashlib
import hmac
from base64 import b32decode, b32encode
from binascii import Error
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CASE, PERSON, EVENT, ANOMALY = "C", "P", "E", "A"
_NUMBERS = 2**63  # events are numbered below
_LENGTH = 26  # of 16 bytes in base 32


class Codes:
    """The codes of one auditor, from their secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._ciphers: dict[str, Cipher[modes.ECB]] = {}
        self._said: dict[tuple[str, UUID], str] = {}  # a page speaks of few people and cases

    def _cipher(self, kind: str) -> Cipher[modes.ECB]:
        if kind not in self._ciphers:
            key = hmac.new(self._secret, f"nrm.audit.codes:{kind}".encode(), hashlib.sha256)
            # One block, and no two ids are the same: there is no pattern that a mode would hide.
            self._ciphers[kind] = Cipher(algorithms.AES256(key.digest()), modes.ECB())  # noqa: S305
        return self._ciphers[kind]

    def of(self, kind: str, pk: UUID | None) -> str:
        """The code of a case or a person, such as `C-4HJ3…`; empty for nothing."""
        if pk is None:
            return ""
        if (kind, pk) not in self._said:
            block = self._cipher(kind).encryptor().update(pk.bytes)
            self._said[kind, pk] = f"{kind}-{b32encode(block).decode().rstrip('=')}"
        return self._said[kind, pk]

    def of_event(self, number: int) -> str:
        """The code of an event, whose number others read beside the case that it belongs to."""
        return self.of(EVENT, UUID(int=number))

    def event(self, code: str) -> int | None:
        """The number behind the code of an event, or None where the text is no such code."""
        found = self.id(EVENT, code)
        return found.int if found is not None and found.int < _NUMBERS else None

    def id(self, kind: str, code: str) -> UUID | None:
        """The id behind a code of this kind, or None where the text is no such code. Another
        auditor's code is a code, and of nothing."""
        letters = code.strip().upper().removeprefix(f"{kind}-")
        if len(letters) != _LENGTH or not letters.isascii():
            return None
        try:
            block = b32decode(letters + "======")
        except Error:
            return None
        return UUID(bytes=self._cipher(kind).decryptor().update(block))
