"""Encryption of everything that could say who a person is.

AES-256-GCM under a data key of the person, which is wrapped by a key-encryption key from outside
the database (identities.kek). Table, column and row id are associated data, so a value copied to
another row does not open. A value that does not open raises; it is never passed on as it is.

A sealed value says which of its owner's data keys it is under, by number:

    v1  nonce, ciphertext                       as it was before keys had numbers: number 1
    v2  number, nonce, ciphertext               as it was sealed first
    v3  number, origin, nonce, ciphertext       sealed anew under another key

`number` is 4 bytes, a nonce 12; the ciphertext ends with its tag. The origin is the SHA-256 of the
value as it was sealed first, so that a record which names that digest still holds. In v2 and v3
everything before the nonce is associated data too.
"""

import hashlib
import json
import os
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils import timezone

from identities.kek import NONCE, Wrapped, wrapper
from identities.kek import KeyGone as KeyGone
from identities.kek import Unreadable as Unreadable
from identities.models import PersonKey, UserKey

# What Django gives for a BinaryField.
Sealed = bytes | memoryview
# Whose keys: a person's, or a user's for what they had typed.
Keys = type[PersonKey] | type[UserKey]

FIRST_KEY = 1  # the number of an owner's first data key
_ORIGIN = 32


def table_of(keys: Keys) -> str:
    """The name of the table of keys, as it is bound to each key in it."""
    return keys._meta.db_table.replace('"', "")


def about_key(table: str, owner_id: UUID | str, number: int) -> bytes:
    """What a wrapped data key is bound to."""
    later = f"|{number}" if number > FIRST_KEY else ""
    return f"{table}|wrapped|{owner_id}{later}".encode()


def fresh_key(table: str, owner_id: UUID | str, number: int) -> tuple[AESGCM, Wrapped]:
    """A new data key, and as it is kept."""
    plain = os.urandom(32)
    return AESGCM(plain), wrapper().wrap(plain, about_key(table, owner_id, number))


def open_key(table: str, owner_id: UUID | str, number: int, wrapped: Wrapped) -> AESGCM:
    """A data key from how it is kept; Unreadable where it does not open."""
    return AESGCM(wrapper().unwrap(wrapped, about_key(table, owner_id, number)))


def create_key(owner_id: UUID, keys: Keys = PersonKey) -> None:
    """Makes and keeps the data key of a new person, or with `keys=UserKey` of a user."""
    new = NewKey(owner_id, keys)
    keys.objects.create(
        **{keys.OWNER: owner_id},
        number=FIRST_KEY,
        kek=new.kek,
        wrapped=new.wrapped,
        created_at=timezone.now(),
    )


class DataKeys:
    """The data keys of one person, or of one user: usually one, and two while values move from one
    to the next. Read with one query, and again where a value names a key that has come since."""

    def __init__(self, owner_id: UUID, keys: Keys = PersonKey) -> None:
        self._owner, self._keys = owner_id, keys
        self._opened: dict[int, AESGCM] = {}
        self._read()
        if not self._wrapped:
            raise KeyGone("The key is gone.")

    def _read(self) -> None:
        rows = self._keys.objects.filter(**{self._keys.OWNER: self._owner})
        self._wrapped = {row.number: Wrapped(row.kek, bytes(row.wrapped)) for row in rows}

    @property
    def newest(self) -> int:
        """The number of the key that seals."""
        return max(self._wrapped)

    def of(self, number: int) -> AESGCM:
        """The key of this number; Unreadable where it is gone or does not open."""
        if number not in self._opened:
            if number not in self._wrapped:
                self._read()
            if number not in self._wrapped:
                raise KeyGone("The key is gone.")
            table = table_of(self._keys)
            self._opened[number] = open_key(table, self._owner, number, self._wrapped[number])
        return self._opened[number]


# How a value is sealed ---------------------------------------------------------------------------
def associated(table: str, column: str, row: UUID | str) -> bytes:
    """What a value is bound to: where it stands."""
    return f"{table}|{column}|{row}".encode()


def associated_part(table: str, column: str, row: UUID, number: int, *, last: bool) -> bytes:
    """Of one part of a long value: its place and whether it is the last are bound as well, so that
    parts that were put in another order, left out or cut off at the end do not open."""
    return associated(table, column, row) + f"|{number}|{'last' if last else 'more'}".encode()


def header_of(number: int) -> bytes:
    """How a value begins that was sealed first under the key of this number."""
    return b"v2" + number.to_bytes(4, "big")


def resealed_header_of(number: int) -> bytes:
    """How a value begins that was moved to the key of this number."""
    return b"v3" + number.to_bytes(4, "big")


def _seal(key: AESGCM, header: bytes, plain: bytes, where: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return header + nonce + key.encrypt(nonce, plain, header + where)


def _parse(sealed: Sealed) -> tuple[int, bytes, bytes]:
    """The number of the key, the header and what follows it."""
    raw = bytes(sealed)
    version = raw[:2]
    if version == b"v1":
        return FIRST_KEY, b"", raw[2:]
    length = {b"v2": 6, b"v3": 6 + _ORIGIN}.get(version, 0)
    if not length or len(raw) < length:
        raise Unreadable("The value is of no version that is known.")
    return int.from_bytes(raw[2:6], "big"), raw[:length], raw[length:]


def number_of(sealed: Sealed) -> int:
    """Which of its owner's data keys the value says it is under."""
    return _parse(sealed)[0]


def open_value(key: AESGCM, sealed: Sealed, where: bytes) -> bytes:
    """What was sealed, with the key that the value names; Unreadable where it does not open."""
    _number, header, rest = _parse(sealed)
    try:
        return key.decrypt(rest[:NONCE], rest[NONCE:], header + where)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("The value was changed or moved.") from error


def origin_of(sealed: Sealed | None) -> str:
    """The SHA-256, in hexadecimal, of the value as it was sealed first. It is certain once the
    value has been opened; of one that was never moved to another key, at once."""
    raw = bytes(sealed or b"")
    if raw[:2] == b"v3" and len(raw) >= 6 + _ORIGIN:
        return raw[6 : 6 + _ORIGIN].hex()
    return hashlib.sha256(raw).hexdigest()


def was_moved(sealed: Sealed | None) -> bool:
    """Whether the value was sealed anew under another key than its first."""
    return bytes(sealed or b"")[:2] == b"v3"


def reseal(old: AESGCM, sealed: Sealed, new: AESGCM, number: int, where: bytes) -> bytes:
    """The value under another key of its owner, with its origin. Unreadable where it does not
    open."""
    plain = open_value(old, sealed, where)
    header = resealed_header_of(number) + bytes.fromhex(origin_of(sealed))
    return _seal(new, header, plain, where)


def seal(
    owner_id: UUID, text: str, *, table: str, column: str, row: UUID, keys: Keys = PersonKey
) -> bytes:
    """Encrypts text under the person's key, or with `keys=UserKey` the user's, bound to its table,
    column and row."""
    return Sealer(owner_id, keys).text(text, table=table, column=column, row=row)


class Sealer:
    """Seals many values of one person, or of one user, with one look at the key."""

    def __init__(self, owner_id: UUID, keys: Keys = PersonKey) -> None:
        held = DataKeys(owner_id, keys)
        self._number = held.newest
        self._key = held.of(self._number)

    def _seal(self, plain: bytes, where: bytes) -> bytes:
        return _seal(self._key, header_of(self._number), plain, where)

    def text(self, text: str, *, table: str, column: str, row: UUID | str) -> bytes:
        """Like seal."""
        return self._seal(text.encode(), associated(table, column, row))

    def raw(self, plain: bytes, *, table: str, column: str, row: UUID | str) -> bytes:
        """Like text, for bytes."""
        return self._seal(plain, associated(table, column, row))

    def json(self, value: Any, *, table: str, column: str, row: UUID | str) -> bytes:
        """Like seal_json."""
        return self.text(json.dumps(value), table=table, column=column, row=row)

    def part(
        self, plain: bytes, *, table: str, column: str, row: UUID, number: int, last: bool
    ) -> bytes:
        """One part of a long value, such as a file: `number` counts from 0."""
        return self._seal(plain, associated_part(table, column, row, number, last=last))


class NewKey(Sealer):
    """The data key of a new person or user, before anything of them is in the database: `kek` and
    `wrapped` are what its row holds, beside the number FIRST_KEY."""

    def __init__(self, owner_id: UUID | str, keys: Keys = PersonKey) -> None:
        self._number = FIRST_KEY
        self._key, wrapped = fresh_key(table_of(keys), owner_id, FIRST_KEY)
        self.kek, self.wrapped = wrapped.kek, wrapped.data


def unseal(person_id: UUID, sealed: Sealed, *, table: str, column: str, row: UUID) -> str:
    """The text of a sealed value; Unreadable where it was changed, moved, or its key is gone."""
    return Opener(person_id).text(sealed, table=table, column=column, row=row)


class Opener:
    """Opens many values of one person, or of one user, with one look at the key."""

    def __init__(self, owner_id: UUID, keys: Keys = PersonKey) -> None:
        self._keys = DataKeys(owner_id, keys)

    def _open(self, sealed: Sealed, where: bytes) -> bytes:
        return open_value(self._keys.of(number_of(sealed)), sealed, where)

    def text(self, sealed: Sealed, *, table: str, column: str, row: UUID) -> str:
        return self._open(sealed, associated(table, column, row)).decode()

    def raw(self, sealed: Sealed, *, table: str, column: str, row: UUID) -> bytes:
        """What Sealer.raw sealed."""
        return self._open(sealed, associated(table, column, row))

    def part(
        self, sealed: Sealed, *, table: str, column: str, row: UUID, number: int, last: bool
    ) -> bytes:
        """One part of a long value, as Sealer.part sealed it."""
        return self._open(sealed, associated_part(table, column, row, number, last=last))

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
