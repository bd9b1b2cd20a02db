"""The secrets with which deliveries are signed, sealed under keys from outside the database that
web and worker have (NRM_WEBHOOK_KEYS) and that open nothing else."""

import secrets
from uuid import UUID

from django.conf import settings

from exchange.models import Subscription
from identities.kek import KeyRing, Unreadable, Wrapped, versioned_keys

_BYTES = 32


def are_set() -> bool:
    """Whether there is a key: without one nothing can be subscribed to."""
    return bool(settings.WEBHOOK_KEYS)


def _ring() -> KeyRing:
    keys = versioned_keys(settings.WEBHOOK_KEYS)
    return KeyRing(keys, max(number for number, _key in keys))


def _about(row: UUID) -> bytes:
    return f"exchange_subscription|secret|{row}".encode()


def new_secret(row: UUID) -> tuple[str, bytes]:
    """A new secret of this subscription, as its receiver keeps it and as it is sealed here."""
    secret = secrets.token_hex(_BYTES)
    wrapped = _ring().wrap(secret.encode(), _about(row))
    return secret, wrapped.kek.to_bytes(4, "big") + wrapped.data


def secrets_of(subscription: Subscription, *, at: object) -> tuple[str, ...]:
    """The secrets that count at this moment, the newest first. Unreadable where one does not
    open."""
    sealed = [subscription.secret]
    until = subscription.before_until
    if subscription.secret_before is not None and until is not None and until > at:  # type: ignore[operator]
        sealed.append(subscription.secret_before)
    if not are_set():
        raise Unreadable("NRM_WEBHOOK_KEYS is not set.")
    ring = _ring()
    return tuple(
        ring.unwrap(
            Wrapped(int.from_bytes(bytes(one)[:4], "big"), bytes(one)[4:]), _about(subscription.pk)
        ).decode()
        for one in sealed
    )
