"""Sealed values: whatever is done to one but putting it back where it was, it does not open."""

import base64
import os
from random import Random
from uuid import UUID, uuid4

import pytest

from identities import crypto
from identities.crypto import DataKeys, NewKey, Opener, Sealer, Unreadable
from identities.kek import Wrapped, versioned_keys, wrapper
from identities.models import PersonKey, UserKey
from identities.vault import new_person
from nrm.context import acting_as

PLACE = {"table": "identities_fact", "column": "value"}


class Held:
    """Opens with a key that is in no database."""

    def __init__(self, new: NewKey) -> None:
        self._key = new._key

    def text(self, sealed: bytes, *, table: str, column: str, row: UUID) -> str:
        where = crypto.associated(table, column, row)
        crypto.number_of(sealed)
        return crypto.open_value(self._key, sealed, where).decode()


def test_ten_thousand_tampered_swapped_and_truncated_values_are_all_rejected():
    rng = Random(20261125)
    people = [uuid4() for _ in range(20)]
    keys = [NewKey(person) for person in people]
    values = []
    for number in range(400):
        owner = number % len(keys)
        row = uuid4()
        text = f"A name that is long enough to be one, {number}"
        values.append((owner, row, keys[owner].text(text, **PLACE, row=row), text))
    holders = [Held(key) for key in keys]
    for owner, row, sealed, text in values:
        assert holders[owner].text(sealed, **PLACE, row=row) == text

    def changed(sealed):
        at = rng.randrange(len(sealed))
        return sealed[:at] + bytes([sealed[at] ^ rng.randrange(1, 256)]) + sealed[at + 1 :]

    rejected = 0
    for trial in range(10_000):
        owner, row, sealed, _text = rng.choice(values)
        other = (owner + rng.randrange(1, len(keys))) % len(keys)
        place = dict(PLACE)
        match trial % 8:
            case 0:
                sealed = changed(sealed)
            case 1:
                sealed = sealed[: rng.randrange(len(sealed))]
            case 2:
                sealed = sealed + rng.randbytes(rng.randrange(1, 20))
            case 3:
                row = uuid4()
            case 4:
                place["column"] = "reason"
            case 5:
                place["table"] = "cases_note"
            case 6:
                owner = other
            case 7:  # the beginning of one value before the end of another of the same person
                twin = rng.choice([v for v in values if v[0] == owner and v[2] != sealed])[2]
                cut = rng.randrange(1, len(sealed) - 1)
                sealed = sealed[:cut] + twin[cut:]
        try:
            holders[owner].text(sealed, **place, row=row)
        except Unreadable:
            rejected += 1
    assert rejected == 10_000


def test_a_value_says_which_key_it_is_under_and_cannot_be_told_another():
    person, row = uuid4(), uuid4()
    new = NewKey(person)
    sealed = new.text("Amina", **PLACE, row=row)
    assert crypto.number_of(sealed) == 1
    with pytest.raises(Unreadable):
        Held(new).text(crypto.header_of(2) + sealed[6:], **PLACE, row=row)
    with pytest.raises(Unreadable):  # nor be taken for one of before keys had numbers
        Held(new).text(b"v1" + sealed[6:], **PLACE, row=row)
    for nothing in (b"", b"v", b"v2", b"v3" + bytes(20), b"v9" + sealed[2:], b"Amina"):
        with pytest.raises(Unreadable):
            Held(new).text(nothing, **PLACE, row=row)


def test_values_of_before_keys_had_numbers_open_still(world):
    with acting_as(world.responder):
        person = new_person(at="2026-11-25T10:00Z")
        row, nonce = uuid4(), os.urandom(12)
        key = DataKeys(person.pk).of(1)
        old = b"v1" + nonce + key.encrypt(nonce, b"Amina", f"identities_fact|value|{row}".encode())
        assert Opener(person.pk).text(old, **PLACE, row=row) == "Amina"
        assert crypto.origin_of(old) == crypto.hashlib.sha256(old).hexdigest()


def test_a_value_moved_to_another_key_says_what_it_was_and_nothing_else_does(world):
    with acting_as(world.responder):
        person = new_person(at="2026-11-25T10:00Z")
        row = uuid4()
        sealed = Sealer(person.pk).text("Amina", **PLACE, row=row)
        table = crypto.table_of(PersonKey)
        second, wrapped = crypto.fresh_key(table, person.pk, 2)
        PersonKey.objects.create(
            person_id=person.pk, number=2, kek=wrapped.kek, wrapped=wrapped.data,
            created_at="2026-11-25T10:00Z",
        )  # fmt: skip
        where = crypto.associated(**PLACE, row=row)
        first = DataKeys(person.pk).of(1)
        moved = crypto.reseal(first, sealed, second, 2, where)
        again = crypto.reseal(second, moved, second, 2, where)
        opener = Opener(person.pk)
        for value in (sealed, moved, again):
            assert opener.text(value, **PLACE, row=row) == "Amina"
            assert crypto.origin_of(value) == crypto.hashlib.sha256(sealed).hexdigest()
        assert [crypto.was_moved(value) for value in (sealed, moved, again)] == [False, True, True]
        forged = moved[:6] + bytes(32) + moved[38:]
        with pytest.raises(Unreadable):
            opener.text(forged, **PLACE, row=row)
        # What is sealed now is under the newest.
        assert crypto.number_of(Sealer(person.pk).text("x", **PLACE, row=row)) == 2


def test_a_reader_finds_the_key_that_came_after_it_began(world):
    with acting_as(world.responder):
        person = new_person(at="2026-11-25T10:00Z")
        row = uuid4()
        opener = Opener(person.pk)
        second, wrapped = crypto.fresh_key(crypto.table_of(PersonKey), person.pk, 2)
        PersonKey.objects.create(
            person_id=person.pk, number=2, kek=wrapped.kek, wrapped=wrapped.data,
            created_at="2026-11-25T10:00Z",
        )  # fmt: skip
        sealed = Sealer(person.pk).text("Amina", **PLACE, row=row)
        assert opener.text(sealed, **PLACE, row=row) == "Amina"
    PersonKey.objects.filter(person_id=person.pk).delete()
    with acting_as(world.responder), pytest.raises(Unreadable):
        Opener(person.pk)


def test_a_wrapped_key_opens_for_its_owner_and_number_alone(settings):
    settings.KEKS = ",".join(f"{n}:{base64.b64encode(os.urandom(32)).decode()}" for n in (1, 2))
    person = uuid4()
    table = crypto.table_of(PersonKey)
    _key, wrapped = crypto.fresh_key(table, person, 1)
    assert wrapped.kek == 2  # the highest wraps
    crypto.open_key(table, person, 1, wrapped)
    others = [
        (table, uuid4(), 1, wrapped),
        (table, person, 2, wrapped),
        (crypto.table_of(UserKey), person, 1, wrapped),
        (table, person, 1, Wrapped(1, wrapped.data)),
        (table, person, 1, Wrapped(3, wrapped.data)),
        (table, person, 1, Wrapped(2, wrapped.data[:-1])),
        (table, person, 1, Wrapped(2, b"")),
    ]
    for one in others:
        with pytest.raises(Unreadable):
            crypto.open_key(*one)
    settings.KEK_IN_USE = "1"
    assert crypto.fresh_key(table, person, 1)[1].kek == 1
    settings.KEK_IN_USE = "7"
    with pytest.raises(ValueError, match="NRM_KEK_IN_USE"):
        wrapper()


def test_a_file_of_keys_is_read_as_it_is_now(settings, tmp_path):
    first, second = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    file = tmp_path / "keks"
    file.write_text(f"1:{first}\n")
    settings.KEKS, settings.KEK_FILE = "", str(file)
    table, person = crypto.table_of(PersonKey), uuid4()
    old = crypto.fresh_key(table, person, 1)[1]
    file.write_text(f"1:{first}\n2:{second}\n")
    assert (old.kek, crypto.fresh_key(table, person, 1)[1].kek) == (1, 2)
    crypto.open_key(table, person, 1, old)
    file.write_text(f"2:{second}\n")
    with pytest.raises(Unreadable, match="not at hand"):
        crypto.open_key(table, person, 1, old)


@pytest.mark.parametrize("text", ["1:abc", "x:" + "A" * 43 + "=", f"1:{'A' * 43}=,1:{'B' * 43}="])
def test_malformed_keys_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        versioned_keys(text)


class KeyService:
    """A key service of an operator's own: it keeps its key and gives out only what it wrapped."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        self._aead = AESSIV(AESSIV.generate_key(512))

    def wrap(self, key: bytes, about: bytes) -> Wrapped:
        return Wrapped(40, self._aead.encrypt(key, [about]))

    def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(wrapped.data, [about])
        except InvalidTag as error:
            raise Unreadable("The service refused.") from error


def test_a_key_service_wraps_in_place_of_the_keys_at_hand(world, settings):
    settings.KEKS = settings.KEK_FILE = ""
    settings.KEY_WRAPPER = "tests.identities.test_crypto.KeyService"
    with acting_as(world.responder):
        person = new_person(at="2026-11-25T10:00Z")
        row = uuid4()
        sealed = Sealer(person.pk).text("Amina", **PLACE, row=row)
        assert Opener(person.pk).text(sealed, **PLACE, row=row) == "Amina"
        held = PersonKey.objects.get(person_id=person.pk)
        assert held.kek == 40
        other = new_person(at="2026-11-25T10:00Z")
    PersonKey.objects.filter(person_id__in=[person.pk, other.pk]).delete()
    PersonKey.objects.create(
        person_id=other.pk, number=1, kek=40, wrapped=bytes(held.wrapped),
        created_at=held.created_at,
    )  # fmt: skip
    with acting_as(world.responder), pytest.raises(Unreadable):
        Opener(other.pk).text(sealed, **PLACE, row=row)
