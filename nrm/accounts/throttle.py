"""Guessing passwords, and the codes of new accounts: a few wrong ones, then none is looked at for a
while. Counted for an account from one address, for an account from anywhere, and for an address
whatever the account.

Counted in the cache under an HMAC, so that no address of a person or a machine stands there. With
Redis away nobody is kept out of their work: nothing is counted. The second factor stands behind it,
and its wrong codes are counted in the database (nrm.accounts.factor_actions).
"""

from contextlib import suppress

import redis
from django.core.cache import cache
from django.utils.crypto import salted_hmac

WINDOW = 15 * 60  # seconds
# One person at one place; one account, which many addresses try; one address, which tries many
# accounts: a whole office can stand behind one.
PAIR, ACCOUNT, ADDRESS = 5, 50, 100
# Stands for the address where the code of a new account is tried, from wherever: the link to that
# page is a secret of its own.
WELCOME = "welcome"


def _counted(email: str, address: str) -> dict[str, int]:
    """What is counted of a try, and how many of each may be wrong."""
    account = email.lower()
    limits = {f"pair|{account}|{address}": PAIR, f"account|{account}": ACCOUNT}
    limits[f"address|{address}"] = ADDRESS
    return {
        "sign-in:" + salted_hmac("nrm.sign_in", what).hexdigest(): limit
        for what, limit in limits.items()
    }


def too_many(email: str, address: str) -> bool:
    """Whether this account may not be tried from this address for now."""
    limits = _counted(email, address)
    with suppress(redis.RedisError):
        return any(int(wrong) >= limits[key] for key, wrong in cache.get_many(limits).items())
    return False


def note_failure(email: str, address: str) -> None:
    """Counts one wrong password."""
    for key in _counted(email, address):
        with suppress(redis.RedisError, ValueError):
            cache.add(key, 0, WINDOW)
            cache.incr(key)
