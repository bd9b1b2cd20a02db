"""Encryption of everything that could say who a person is.

AES-256-GCM. One data key a person, wrapped by a key-encryption key (KEK) that comes from outside
the database (NRM_KEKS or NRM_KEK_FILE) and never from SECRET_KEY. Table, column and row id are
associated data, so a value copied to another row does not open. A value that does not open raises;
it is never passed on as it is.

A sealed value is: b"v1", KEK-independent nonce (12 bytes), ciphertext with tag.
"""

import base64
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils import timezone

from identities.models import PersonKey, UserKey

# What Django gives for a BinaryField.
Sealed = bytes | memoryview
# Whose keys: a person's, or a user's for what they had typed.
Keys = type[PersonKey] | type[UserKey]

_VERSION = b"v1"
_NONCE = 12


class Unreadable(Exception):
    """A sealed value did not open: it was changed, moved, or its key is gone."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Key-encryption keys by version; the highest wraps new data keys."""

    keys: tuple[tuple[int, bytes], ...]

    @property
    def newest(self) -> int:
        return max(version for version, _ in self.keys)

    def of(self, version: int) -> AESGCM:
        found = dict(self.keys).get(version)
        if found is None:
            raise Unreadable(f"Key-encryption key {version} is not at hand.")
        return AESGCM(found)


@lru_cache(maxsize=4)
def _parse(text: str) -> KeyRing:
    pairs = []
    for entry in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        version, _, secret = entry.partition(":")
        key = base64.b64decode(secret, validate=True)
        if len(key) != 32:
            raise ValueError("A key-encryption key must be the base64 of 32 bytes.")
        pairs.append((int(version), key))
    if not pairs:
        raise ValueError("No key-encryption key: set NRM_KEKS or NRM_KEK_FILE.")
    return KeyRing(tuple(pairs))


def key_ring() -> KeyRing:
    """The KEKs from the environment; ValueError where there is none or one is malformed."""
    text = settings.KEKS
    if not text and settings.KEK_FILE:
        text = Path(settings.KEK_FILE).read_text()
    return _parse(text)


def _wrap_data(owner_id: UUID | str, keys: Keys) -> bytes:
    table = keys._meta.db_table.replace('"', "")
    return f"{table}|wrapped|{owner_id}".encode()


def create_key(owner_id: UUID, keys: Keys = PersonKey) -> None:
    """Makes and keeps the data key of a new person, or with `keys=UserKey` of a user."""
    new = NewKey(owner_id, keys)
    keys.objects.create(pk=owner_id, kek=new.kek, wrapped=new.wrapped, created_at=timezone.now())


def destroy_key(owner_id: UUID, keys: Keys = PersonKey) -> None:
    """Destroys the data key: everything sealed under it is unreadable from now on."""
    keys.objects.filter(pk=owner_id).delete()


def _data_key(owner_id: UUID, keys: Keys = PersonKey) -> AESGCM:
    row = keys.objects.filter(pk=owner_id).first()
    if row is None:
        raise Unreadable("The key is gone.")
    raw = bytes(row.wrapped)
    try:
        plain = (
            key_ring().of(row.kek).decrypt(raw[:_NONCE], raw[_NONCE:], _wrap_data(owner_id, keys))
        )
    except InvalidTag as error:
        raise Unreadable("The key does not open.") from error
    return AESGCM(plain)


def _associated(table: str, column: str, row: UUID | str) -> bytes:
    return f"{table}|{column}|{row}".encode()


def _associated_part(table: str, column: str, row: UUID, number: int, *, last: bool) -> bytes:
    """Of one part of a long value: its place and whether it is the last are bound as well, so that
    parts that were put in another order, left out or cut off at the end do not open."""
    return _associated(table, column, row) + f"|{number}|{'last' if last else 'more'}".encode()


def seal(
    owner_id: UUID, text: str, *, table: str, column: str, row: UUID, keys: Keys = PersonKey
) -> bytes:
    """Encrypts text under the person's key, or with `keys=UserKey` the user's, bound to its table,
    column and row."""
    return Sealer(owner_id, keys).text(text, table=table, column=column, row=row)


class Sealer:
    """Seals many values of one person, or of one user, with one look at the key."""

    def __init__(self, owner_id: UUID, keys: Keys = PersonKey) -> None:
        self._key = _data_key(owner_id, keys)

    def _seal(self, plain: bytes, associated: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._key.encrypt(nonce, plain, associated)

    def text(self, text: str, *, table: str, column: str, row: UUID | str) -> bytes:
        """Like seal."""
        return self._seal(text.encode(), _associated(table, column, row))

    def part(
        self, plain: bytes, *, table: str, column: str, row: UUID, number: int, last: bool
    ) -> bytes:
        """One part of a long value, such as a file: `number` counts from 0."""
        return self._seal(plain, _associated_part(table, column, row, number, last=last))


class NewKey(Sealer):
    """The data key of a new person or user, before anything of them is in the database: `kek` and
    `wrapped` are what its row holds."""

    def __init__(self, owner_id: UUID | str, keys: Keys = PersonKey) -> None:
        ring = key_ring()
        nonce, plain = os.urandom(_NONCE), os.urandom(32)
        self.kek = ring.newest
        self.wrapped = nonce + ring.of(ring.newest).encrypt(
            nonce, plain, _wrap_data(owner_id, keys)
        )
        self._key = AESGCM(plain)


def unseal(person_id: UUID, sealed: Sealed, *, table: str, column: str, row: UUID) -> str:
    """The text of a sealed value; Unreadable where it was changed, moved, or its key is gone."""
    return Opener(person_id).text(sealed, table=table, column=column, row=row)


class Opener:
    """Opens many values of one person, or of one user, with one look at the key."""

    def __init__(self, owner_id: UUID, keys: Keys = PersonKey) -> None:
        self._key = _data_key(owner_id, keys)

    def _open(self, sealed: Sealed, associated: bytes) -> bytes:
        raw = bytes(sealed)
        if raw[:2] != _VERSION:
            raise Unreadable("The value is of no version that is known.")
        start = 2 + _NONCE
        try:
            return self._key.decrypt(raw[2:start], raw[start:], associated)
        except InvalidTag as error:
            raise Unreadable("The value was changed or moved.") from error

    def text(self, sealed: Sealed, *, table: str, column: str, row: UUID) -> str:
        return self._open(sealed, _associated(table, column, row)).decode()

    def part(
        self, sealed: Sealed, *, table: str, column: str, row: UUID, number: int, last: bool
    ) -> bytes:
        """One part of a long value, as Sealer.part sealed it."""
        return self._open(sealed, _associated_part(table, column, row, number, last=last))

    def json(self, sealed: Sealed, *, table: str, column: str, row: UUID) -> Any:
        """What seal_json sealed."""
        return json.loads(self.text(sealed, table=table, column=column, row=row))


def seal_json(
    owner_id: UUID, value: Any, *, table: str, column: str, row: UUID, keys: Keys = PersonKey
) -> bytes:
    """Like seal, for anything JSON can hold."""
    return seal(owner_id, json.dumps(value), table=table, column=column, row=row, keys=keys)


def unseal_json(person_id: UUID, sealed: Sealed, *, table: str, column: str, row: UUID) -> Any:
    """Like unseal, for what seal_json sealed."""
    return json.loads(unseal(person_id, sealed, table=table, column=column, row=row))
