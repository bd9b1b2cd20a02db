"""How many REST calls a token and a user may make, and how often somebody is shown who a person
is, by whatever way; counted in Redis over fixed windows.

With Redis away nothing is counted and every call is let through: a limit must not keep anybody from
a person in danger. That it was not counted is logged, and Redis is asked again a little later.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from nrm.accounts.models import User
from nrm.actions import Objection, TooOften

log = structlog.stdlib.get_logger(__name__)

_ASK_AGAIN_AFTER = 15  # seconds without a Redis


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` calls in `window` seconds."""

    name: str
    quota: int
    window: int


@dataclass(frozen=True, slots=True)
class Count:
    """What is left of a policy after this call."""

    policy: Policy
    left: int
    seconds: int  # until the window ends

    @property
    def exceeded(self) -> bool:
        return self.left < 0


def calls_of_a_user() -> Policy:
    return Policy("user", settings.API_PER_MINUTE, 60)


def calls_of_a_token() -> Policy:
    """Half of its user's, so that one program does not use up what a second needs."""
    return Policy("token", ceil(settings.API_PER_MINUTE / 2), 60)


def identities() -> Policy:
    """Being shown who somebody is, on a page or by REST."""
    return Policy("identities", settings.API_IDENTITIES_PER_HOUR, 3600)


def files() -> Policy:
    """Reading by REST what is told of documents, and their files: as often, and apart."""
    return Policy("files", settings.API_IDENTITIES_PER_HOUR, 3600)


def invitations() -> Policy:
    """What makes a link with which somebody signs in."""
    return Policy("invitations", settings.API_INVITATIONS_PER_HOUR, 3600)


@lru_cache(maxsize=1)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.25, socket_timeout=0.25)


_away_until = 0.0


def count(who: list[tuple[Policy, UUID]], *, now: float | None = None) -> list[Count]:
    """Counts one call under each policy and says what is left, the tightest first. Empty where
    nothing could be counted. One exchange with Redis."""
    global _away_until
    now = time.time() if now is None else now
    if not settings.REDIS_URL or now < _away_until:
        return []
    pipeline = _client(settings.REDIS_URL).pipeline(transaction=False)
    for policy, key in who:
        name = f"nrm:calls:{policy.name}:{key.hex}:{int(now // policy.window)}"
        pipeline.incr(name)
        pipeline.expire(name, policy.window + 1)
    try:
        answers = pipeline.execute()
    except redis.RedisError:
        _away_until = now + _ASK_AGAIN_AFTER
        log.warning("calls.not_counted", seconds=_ASK_AGAIN_AFTER)
        return []
    counts = [
        Count(policy, policy.quota - int(used), policy.window - int(now % policy.window))
        for (policy, _key), used in zip(who, answers[::2], strict=True)
    ]
    return sorted(counts, key=lambda each: each.left)


_told: ContextVar[list[Count] | None] = ContextVar("nrm_counts", default=None)


@contextmanager
def telling() -> Iterator[list[Count]]:
    """Gathers what actions count within it, for a REST answer to tell."""
    gathered: list[Count] = []
    token = _told.set(gathered)
    try:
        yield gathered
    finally:
        _told.reset(token)


def count_identity(actor: User) -> None:
    """Called by every action that shows its actor who somebody is, before it does: counts that, and
    raises TooOften where it was as often as is allowed in an hour. The one place, for pages and
    REST alike."""
    counts = count([(identities(), actor.pk)])
    if (gathered := _told.get()) is not None:
        gathered.extend(counts)
    for each in counts:
        if each.exceeded:
            text = _("You were shown who somebody is too often in this hour. Try again later.")
            raise TooOften(Objection(text, code="throttled"), each.seconds)


def headers(counts: list[Count]) -> dict[str, str]:
    """The fields RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers-11."""
    if not counts:
        return {}
    return {
        "RateLimit-Policy": ", ".join(
            f'"{each.policy.name}";q={each.policy.quota};w={each.policy.window}' for each in counts
        ),
        "RateLimit": ", ".join(
            f'"{each.policy.name}";r={max(each.left, 0)};t={each.seconds}' for each in counts
        ),
    }
