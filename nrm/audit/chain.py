"""Sealing and verifying the audit trail.

A seal covers the events of every transaction in [low, high): `high` is the database's
`pg_snapshot_xmin`, below which no transaction can still write, so no event can slip in behind a
seal (shifted, where the database was restored: nrm.audit.models.Cluster). Each seal holds the
SHA-256 of the one before, of its events and of all else that it says, the moment it was made among
it, signed with Ed25519. The newest head is also appended to a file outside the database
(NRM_AUDIT_HEADS), which is what finds a tail that was cut off.

A seal of form 1, as they were made before, says less in its digest: its moment and its number of
events are not signed. It still holds, and cannot be told from one of form 2 that was called 1,
because no digest of the one form is a digest of the other.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from nrm.audit.models import Event, Seal
from nrm.context import SYSTEM, acting_as

_FIELDS = (
    "id",
    "xact",
    "recorded_at",
    "at",
    "actor_id",
    "verb",
    "object_type",
    "object_id",
    "case_id",
    "request_id",
    "refused",
    "data",
)
_LOCK = 7_201_400_001  # advisory lock of the sealer; any constant that nothing else uses
_write = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":")).encode
FORM = 2  # of the seals that are made now
GENESIS = hashlib.sha256(b"nrm audit trail").digest()


def signing_key() -> Ed25519PrivateKey:
    """The key from NRM_AUDIT_KEY (base64 of 32 bytes); ValueError where it is missing or wrong."""
    seed = base64.b64decode(settings.AUDIT_KEY or "", validate=True)
    if len(seed) != 32:
        raise ValueError("NRM_AUDIT_KEY must be the base64 of 32 bytes.")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _line(values: tuple[object, ...]) -> bytes:
    plain = {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in zip(_FIELDS, values, strict=True)
    }
    return _write(plain).encode()


def _events(low: int, high: int, using: str) -> Iterator[bytes]:
    rows = Event.objects.using(using).filter(xact__gte=low, xact__lt=high).order_by("xact", "id")
    for values in rows.values_list(*_FIELDS).iterator(chunk_size=2000):
        yield _line(values)


def digest_of(link: Seal, lines: Iterable[bytes]) -> tuple[bytes, int]:
    """What a seal signs, from what it says of itself and the lines of its events, and how many of
    these there are. In form 1 the digest is of the events, one after another, behind the place of
    the seal; in form 2 it is of a statement that begins with the form, which no number does."""
    previous = bytes(link.previous)
    first = f"{link.number}|{link.low}|{link.high}|".encode() + previous if link.form == 1 else b""
    root, count = hashlib.sha256(first), 0
    for line in lines:
        root.update(hashlib.sha256(line).digest())
        count += 1
    if link.form == 1:
        return root.digest(), count
    said = {
        "number": link.number,
        "low": link.low,
        "high": link.high,
        "count": link.count,
        "sealed_at": link.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous": previous.hex(),
        "events": root.hexdigest(),
    }
    return hashlib.sha256(f"nrm seal {link.form}|{_write(said)}".encode()).digest(), count


def seal(*, at: datetime, using: str = DEFAULT_DB_ALIAS) -> Seal | None:
    """Seals every event that is settled and not yet sealed. None where there is none. `using` is
    the connection, whose role may write seals."""
    key = signing_key()
    with acting_as(SYSTEM, using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            cursor.execute("SELECT audit_settled()")
            high = cursor.fetchone()[0]
        last = Seal.objects.using(using).order_by("-number").first()
        low = last.high if last else 0
        previous = bytes(last.digest) if last else GENESIS
        number = last.number + 1 if last else 1
        link = Seal(number=number, form=FORM, low=low, high=high, previous=previous, sealed_at=at)
        link.count = Event.objects.using(using).filter(xact__gte=low, xact__lt=high).count()
        if not link.count:
            return None
        link.digest, _count = digest_of(link, _events(low, high, using))
        link.signature = key.sign(link.digest)
        link.save(using=using, force_insert=True)
    _keep_head_outside(link)
    return link


def _keep_head_outside(link: Seal) -> None:
    keep_outside(settings.AUDIT_HEADS, number=link.number, digest=bytes(link.digest).hex())


def keep_outside(file: str, **line: object) -> None:
    """Adds a line to a file outside the database; nothing where the operator has named none."""
    if not file:
        return
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o600), "ab+") as lines:
        _forget_half_a_line(lines)
        lines.write(json.dumps(line).encode() + b"\n")
        lines.flush()
        os.fsync(lines.fileno())
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _forget_half_a_line(lines: BinaryIO) -> None:
    """Whoever wrote half a line, as where the disk was full, was told that it failed."""
    size = lines.seek(0, os.SEEK_END)
    start = lines.seek(max(0, size - 65536))
    end = lines.read()
    if end and not end.endswith(b"\n"):
        lines.truncate(start + end.rfind(b"\n") + 1)


def kept_outside(path: Path | None) -> list[dict[str, Any]]:
    """The lines of such a file; none where there is no file, and not the half of one that somebody
    was about to write. Raises ValueError with the file and the line where one is no line of it, and
    OSError where it cannot be read: then nobody knows what else is missing."""
    if path is None or not path.exists():
        return []
    whole, _newline, _half = path.read_text(encoding="utf-8").rpartition("\n")
    found = []
    for number, line in enumerate(whole.splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise ValueError(f"{path}, line {number}, is damaged: lay in a copy of the file.")
        found.append(entry)
    return found


def _heads() -> dict[int, str]:
    """The heads that were kept outside. Those of seals that a restore has lost do not count, once
    an operator has said that it was one (manage.py after_restore)."""
    heads: dict[int, str] = {}
    for entry in kept_outside(Path(settings.AUDIT_HEADS) if settings.AUDIT_HEADS else None):
        if "restored_to" in entry:
            heads = {n: digest for n, digest in heads.items() if n <= entry["restored_to"]}
        elif entry:
            heads[entry["number"]] = entry["digest"]
    return heads


# After a restore ---------------------------------------------------------------------------------
def is_behind(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether new events would fall behind what is sealed: the database was restored into a
    cluster that counts its transactions from the beginning."""
    with connections[using].cursor() as cursor:
        cursor.execute(BEHIND)
        return bool(cursor.fetchone()[0])


# Also asked by nrm.startup, outside Django's pool.
BEHIND = "SELECT audit_settled() < coalesce((SELECT max(high) FROM audit_seal), 0)"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did to the trail: by how much transactions are counted on, the last seal that
    is there, and how many later ones are known outside only."""

    shifted: int
    seal: int
    lost: int


def go_on_after_restore(using: str) -> Restored:
    """Lets the trail go on in a restored database; `using` is the owner's connection. Changes
    nothing where it goes on by itself."""
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            "SELECT greatest((SELECT max(high) FROM audit_seal),"
            " (SELECT max(xact) + 1 FROM audit_event), 0) - audit_settled(),"
            " coalesce((SELECT max(number) FROM audit_seal), 0)"
        )
        behind, last = cursor.fetchone()
        shifted = max(behind, 0)
        if shifted:
            cursor.execute("UPDATE audit_cluster SET shift = shift + %s", [shifted])
    lost = sum(number > last for number in _heads())
    if lost:
        keep_outside(settings.AUDIT_HEADS, restored_to=last)
    return Restored(shifted, last, lost)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`sealed` events hold; `fault` is None, or the first break in one sentence."""

    seals: int
    sealed: int
    fault: str | None


def verify() -> Verdict:
    """Recomputes the chain from its first link and compares it with the heads kept outside."""
    public = signing_key().public_key()
    previous, expected, low, sealed = GENESIS, 1, 0, 0
    heads = _heads()
    for link in Seal.objects.order_by("number").iterator():
        place = f"Seal {link.number}"
        if link.number != expected:
            return Verdict(expected - 1, sealed, f"Seal {expected} is missing.")
        if bytes(link.previous) != previous or link.low != low:
            return Verdict(expected - 1, sealed, f"{place} does not follow the one before it.")
        # A transaction for each seal: the whole trail may take hours.
        with acting_as(SYSTEM):
            digest, count = digest_of(link, _events(link.low, link.high, DEFAULT_DB_ALIAS))
        if count != link.count:
            fault = f"{place} covers {link.count} events; {count} are there."
            return Verdict(expected - 1, sealed, fault)
        if digest != bytes(link.digest):
            fault = f"{place} was changed, its moment for one, or an event under it."
            return Verdict(expected - 1, sealed, fault)
        try:
            public.verify(bytes(link.signature), digest)
        except InvalidSignature:
            return Verdict(expected - 1, sealed, f"{place} is not signed with our key.")
        if heads.get(link.number, digest.hex()) != digest.hex():
            fault = f"{place} differs from the head kept outside."
            return Verdict(expected - 1, sealed, fault)
        previous, expected, low, sealed = digest, expected + 1, link.high, sealed + count
    if heads and max(heads) >= expected:
        fault = f"The trail ends at seal {expected - 1}; the head kept outside is {max(heads)}."
        return Verdict(expected - 1, sealed, fault)
    return Verdict(expected - 1, sealed, None)
