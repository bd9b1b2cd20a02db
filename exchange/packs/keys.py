"""The keys of packs. Ours come from outside the database (NRM_PACK_KEYS): of each number one key
that opens what is sealed to us (X25519, as age has it) and one that signs (Ed25519). What others
need of them is one line of text, and a fingerprint of digits that can be read aloud.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from identities.kek import versioned_keys

_SHAPE = re.compile(r"nrm-pack-1\.([A-Za-z0-9_-]{43})\.(age1[0-9a-z]{58})")
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # of Bech32 (BIP 173), in which age writes keys
_GROUPS, _DIGITS = 6, 5


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What somebody else needs to seal something to an installation, and to tell that something
    was sealed by it."""

    text: str
    signs: Ed25519PublicKey
    opens: pyrage.x25519.Recipient

    @property
    def digest(self) -> str:
        """The SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Six groups of five digits, to be compared by voice: of about 100 bits."""
        number = int(self.digest, 16) % 10 ** (_GROUPS * _DIGITS)
        digits = f"{number:0{_GROUPS * _DIGITS}}"
        return " ".join(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS))

    def has_signed(self, said: bytes, signature: bytes) -> bool:
        try:
            self.signs.verify(signature, said)
        except InvalidSignature:
            return False
        return True


def read_public(text: str) -> PublicKey:
    """A public key from its line; ValueError for anything else."""
    clean = "".join(text.split())
    found = _SHAPE.fullmatch(clean)
    if found is None:
        raise ValueError("not a key")
    try:
        signs = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(found[1] + "="))
        return PublicKey(clean, signs, pyrage.x25519.Recipient.from_str(found[2]))
    except (ValueError, pyrage.RecipientError) as error:
        raise ValueError("not a key") from error


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One of our keys, with its number."""

    number: int
    identity: pyrage.x25519.Identity
    signing: Ed25519PrivateKey
    public: PublicKey


def are_set() -> bool:
    """Whether this installation can seal and open packs."""
    return bool(settings.PACK_KEYS)


def own_keys() -> tuple[OwnKey, ...]:
    """Every key of ours, the one that seals and signs first; ValueError where one is malformed."""
    return _made(settings.PACK_KEYS)


def own_key(digest: str) -> OwnKey | None:
    """The key of ours whose public line has this digest, where we have it still."""
    return next((one for one in own_keys() if one.public.digest == digest), None)


@lru_cache(maxsize=4)
def _made(text: str) -> tuple[OwnKey, ...]:
    return tuple(_own(number, key) for number, key in sorted(versioned_keys(text), reverse=True))


def _own(number: int, key: bytes) -> OwnKey:
    identity = pyrage.x25519.Identity.from_str(_age_secret(_derived(key, b"nrm pack: opens")))
    signing = Ed25519PrivateKey.from_private_bytes(_derived(key, b"nrm pack: signs"))
    raw = base64.urlsafe_b64encode(signing.public_key().public_bytes_raw()).decode().rstrip("=")
    public = read_public(f"nrm-pack-1.{raw}.{identity.to_public()}")
    return OwnKey(number, identity, signing, public)


def _derived(key: bytes, about: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=about).derive(key)


def _age_secret(raw: bytes) -> str:
    """32 bytes as age writes a secret key: Bech32 (BIP 173) in capitals."""
    name = "age-secret-key-"
    bits, count, values = 0, 0, []
    for byte in raw:
        bits, count = bits << 8 | byte, count + 8
        while count >= 5:
            count -= 5
            values.append(bits >> count & 31)
    if count:
        values.append(bits << 5 - count & 31)
    spread = [ord(c) >> 5 for c in name] + [0] + [ord(c) & 31 for c in name]
    check = _polymod([*spread, *values, *[0] * 6]) ^ 1
    values += [check >> 5 * (5 - at) & 31 for at in range(6)]
    return f"{name}1{''.join(_LETTERS[value] for value in values)}".upper()


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for at, part in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> at & 1:
                check ^= part
    return check
