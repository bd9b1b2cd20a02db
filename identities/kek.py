"""Key-encryption keys (KEKs), which wrap the data keys of persons and users.

They come from outside the database and never from SECRET_KEY. What wraps is anything with `wrap`
and `unwrap`: the key ring of this module, read from the environment or a file, or a class of the
operator's own that asks a key-management service, named by NRM_KEY_WRAPPER.
"""

import base64
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

NONCE = 12


class Unreadable(Exception):
    """A sealed value did not open: it was changed, moved, or its key is gone."""


class KeyGone(Unreadable):
    """The owner has no key any more: the person was erased, or what was a draft has expired."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A wrapped data key, and the version of the key-encryption key that wrapped it."""

    kek: int
    data: bytes


class Wrapper(Protocol):
    """What wraps data keys. `about` says whose key it is, and is bound to what comes out."""

    def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """Wraps 32 bytes under the key-encryption key in use."""

    def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The 32 bytes again. Raises Unreadable where the version is not at hand, or where what
        was wrapped was changed or belongs to another."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Key-encryption keys by version, from the environment or a file: AES-256-GCM.

    `in_use` wraps, all of them unwrap.
    """

    keys: tuple[tuple[int, bytes], ...]
    in_use: int

    def _of(self, version: int) -> AESGCM:
        found = dict(self.keys).get(version)
        if found is None:
            raise Unreadable(f"Key-encryption key {version} is not at hand.")
        return AESGCM(found)

    def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """As Wrapper says."""
        nonce = os.urandom(NONCE)
        return Wrapped(self.in_use, nonce + self._of(self.in_use).encrypt(nonce, key, about))

    def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """As Wrapper says."""
        nonce, data = wrapped.data[:NONCE], wrapped.data[NONCE:]
        try:
            return self._of(wrapped.kek).decrypt(nonce, data, about)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("The key does not open.") from error


@lru_cache(maxsize=4)
def _parse(text: str, in_use: str) -> KeyRing:
    pairs = versioned_keys(text)
    if not pairs:
        raise ValueError("No key-encryption key: set NRM_KEKS or NRM_KEK_FILE.")
    chosen = int(in_use) if in_use else max(version for version, _ in pairs)
    if chosen not in dict(pairs):
        raise ValueError(f"NRM_KEK_IN_USE is {chosen}, which is none of the keys.")
    return KeyRing(pairs, chosen)


def versioned_keys(text: str) -> tuple[tuple[int, bytes], ...]:
    """`1:<base64 of 32 bytes>,2:…`, divided by commas or lines; ValueError where one is
    malformed or a number is there twice."""
    pairs = []
    for entry in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        version, _, secret = entry.partition(":")
        key = base64.b64decode(secret, validate=True)
        if len(key) != 32:
            raise ValueError("A key must be the base64 of 32 bytes.")
        pairs.append((int(version), key))
    if len(dict(pairs)) != len(pairs):
        raise ValueError("Two keys have the same number.")
    return tuple(pairs)


def key_ring() -> KeyRing:
    """The key ring as it stands now: a file is read each time, so that a key which is added to it
    is at hand at once. ValueError where there is none or one is malformed."""
    text = settings.KEKS
    if not text and settings.KEK_FILE:
        text = Path(settings.KEK_FILE).read_text()
    return _parse(text, settings.KEK_IN_USE)


@lru_cache(maxsize=4)
def _made(name: str) -> Wrapper:
    made: Wrapper = import_string(name)()
    return made


def wrapper() -> Wrapper:
    """What wraps in this installation."""
    return _made(settings.KEY_WRAPPER) if settings.KEY_WRAPPER else key_ring()
