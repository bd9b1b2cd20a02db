"""Guessing passwords: a few wrong ones for one account from one address, then none for a while.

Counted in the cache under an HMAC, so that no address of a person stands there. With Redis away
nobody is kept out of their work: nothing is counted.
"""

from contextlib import suppress

import redis
from django.core.cache import cache
from django.utils.crypto import salted_hmac

LIMIT = 10
WINDOW = 15 * 60  # seconds


def _key(email: str, address: str) -> str:
    return "sign-in:" + salted_hmac("nrm.sign_in", f"{email.lower()}|{address}").hexdigest()


def too_many(email: str, address: str) -> bool:
    """Whether this account may not be tried from this address for now."""
    with suppress(redis.RedisError):
        return int(cache.get(_key(email, address)) or 0) >= LIMIT
    return False


def note_failure(email: str, address: str) -> None:
    """Counts one wrong password."""
    key = _key(email, address)
    with suppress(redis.RedisError, ValueError):
        cache.add(key, 0, WINDOW)
        cache.incr(key)
