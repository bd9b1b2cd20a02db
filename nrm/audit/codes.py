"""Codes by which auditors speak of people and cases: no id, no reference, and nothing that a page
of a case shows; the same thing has the same code everywhere in the trail.

A code is the id under a cipher (one block of AES-256, a permutation of 128 bits), so that a filter
by code uses the index on the id. The key is derived from the application's secret key: whoever has
only the pages cannot join a code to a case, and a new secret key gives new codes.
"""

import hashlib
import hmac
from base64 import b32decode, b32encode
from binascii import Error
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

CASE, PERSON = "C", "P"
_LENGTH = 26  # of 16 bytes in base 32


def _cipher(kind: str) -> Cipher[modes.ECB]:
    secret = settings.SECRET_KEY.encode()
    key = hmac.new(secret, f"nrm.audit.codes:{kind}".encode(), hashlib.sha256).digest()
    # One block, and no two ids are the same: there is no pattern that a mode would hide.
    return Cipher(algorithms.AES256(key), modes.ECB())  # noqa: S305


def code_of(kind: str, pk: UUID) -> str:
    """The code of a case or a person, such as `C-4HJ3…`."""
    block = _cipher(kind).encryptor().update(pk.bytes)
    return f"{kind}-{b32encode(block).decode().rstrip('=')}"


def id_of(kind: str, code: str) -> UUID | None:
    """The id behind a code of this kind, or None where the text is no such code."""
    letters = code.strip().upper().removeprefix(f"{kind}-")
    if len(letters) != _LENGTH or not letters.isascii():
        return None
    try:
        block = b32decode(letters + "======")
    except Error:
        return None
    return UUID(bytes=_cipher(kind).decryptor().update(block))
