"""One file from one installation to another: signed by the sender, then encrypted to the receiver.

Inside the encryption stands what is said, as JSON, with the signature over exactly those bytes. It
names the key that it is for, so that a receiver cannot seal it anew to somebody else and have it
look as if the sender had. The file is filled up to one of few sizes. A courier sees that it is an
age file, and how large; no name, no sender, no receiver.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pyrage

from exchange.packs.keys import OwnKey, PublicKey, own_key, own_keys, read_public

PACK, RECEIPT, RECALL = "pack", "receipt", "recall"
FORM = "nrm-pack-1"
MOST_BYTES = 8 * 1024 * 1024
_SMALLEST = 64 * 1024
_SIGNED = b"nrm-pack-1\n"


class NotForUs(Exception):
    """The file is sealed to another key than ours, or was changed on the way."""


class Damaged(Exception):
    """It opens, and is not what it should be: its signature does not hold, or parts are missing."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was sealed to us. `sender` signed it; whether they are known to us is another
    question. `to` is the digest of the key of ours that it was sealed to; `digest` is that of what
    was said, whatever the encryption."""

    kind: str
    id: UUID
    said: dict[str, Any]
    sender: PublicKey
    to: str
    digest: str


class KeyAway(Exception):
    """The key of ours that has to sign is not in NRM_PACK_KEYS any more."""


def body_of(
    kind: str, id: UUID, said: dict[str, Any], *, to: PublicKey, by: OwnKey | None = None
) -> bytes:
    """What is signed: what is said, of which kind, by whom and for whom. The same bytes for the
    same words. `by`: the key of ours that signs, where it is not the newest."""
    about = {"form": FORM, "kind": kind, "id": str(id)}
    about |= {"from": (by or own_keys()[0]).public.text, "to": to.digest}
    return json.dumps(about | {"said": said}, sort_keys=True, ensure_ascii=False).encode()


def digest_of(body: bytes) -> str:
    """The SHA-256 of what was said, in hexadecimal: what a receipt names."""
    return hashlib.sha256(body).hexdigest()


def seal(body: bytes, *, to: PublicKey) -> bytes:
    """The file, signed by the key of ours that the body names. Raises KeyAway where we have it no
    more, and ValueError where the file would be too large."""
    by = own_key(read_public(json.loads(body)["from"]).digest)
    if by is None:
        raise KeyAway
    signature = by.signing.sign(_SIGNED + body)
    whole = json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "signature": base64.b64encode(signature).decode(),
        }
    ).encode()
    size = _SMALLEST
    while size < len(whole):
        size *= 2
    if size > MOST_BYTES:
        raise ValueError("too large")
    return bytes(pyrage.encrypt(whole.ljust(size), [to.opens]))


def open_file(content: bytes) -> Opened:
    """What was sealed to one of our keys, whoever sealed it. Raises NotForUs or Damaged."""
    for own in own_keys():
        try:
            whole = bytes(pyrage.decrypt(content, [own.identity]))
        except pyrage.DecryptError:
            continue
        return _read(whole, own.public.digest)
    raise NotForUs


def _read(whole: bytes, our_digest: str) -> Opened:
    try:
        outer = json.loads(whole)
        body = base64.b64decode(outer["body"], validate=True)
        signature = base64.b64decode(outer["signature"], validate=True)
        told = json.loads(body)
        sender = read_public(told["from"])
        kind, form, to = told["kind"], told["form"], told["to"]
        found = Opened(kind, UUID(told["id"]), told["said"], sender, our_digest, digest_of(body))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, binascii.Error):
        raise Damaged from None
    if form != FORM or kind not in (PACK, RECEIPT, RECALL) or not isinstance(found.said, dict):
        raise Damaged
    if to != our_digest or not sender.has_signed(_SIGNED + body, signature):
        raise Damaged
    return found
