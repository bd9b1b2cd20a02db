"""Whether the person of a session is there: signed in with both factors, and how lately they proved
it. One place for pages and REST.

A session whose password was right and whose second factor was not given yet reaches nothing but the
pages on which it is given or set up. What reveals or changes who may see (showing an identity,
tokens, roles, factors) asks for a proof that is fresh. A view says so:

    @fresh_factor("POST")                                       # a function
    @method_decorator(fresh_factor("POST"), name="dispatch")    # a class
    @describe(..., fresh=True)                                  # a method of REST

`identities.leaving.LoginRequired` and `nrm.rest.APIView` see to it: a page leads to the one where
the person proves that it is them, and back with what was typed; REST answers 403. A program's token
proves nothing of the kind: what needs a person says `in_person=True` as well, and refuses tokens.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import timezone

from nrm.accounts.models import Factor, RecoveryCode

_AT, _BY = "proved_at", "proved_by"


class By(StrEnum):
    """How it was proved."""

    FACTOR = "factor"
    HANDED = "handed"  # a code from an administrator: good for setting up a factor and no more
    WORD = "password"  # counts in a demonstration alone, for somebody without a factor


class Missing(StrEnum):
    """What a session lacks for what it asks."""

    FACTOR = "factor"
    ENROLMENT = "enrolment"
    FRESHNESS = "freshness"


def fresh_for() -> timedelta:
    return timedelta(seconds=settings.FRESH_FACTOR_SECONDS)


# What views say ----------------------------------------------------------------------------------
def fresh_factor(*methods: str) -> Callable[[Any], Any]:
    """Marks a view: these methods need a proof that is fresh."""

    def mark(view: Any) -> Any:
        view.fresh_factor = frozenset(methods)
        return view

    return mark


def before_factor(view: Any) -> Any:
    """Marks a view that a session reaches before its second factor: the page where it is given, and
    the way out."""
    view.before_factor = True
    return view


def enrolment(view: Any) -> Any:
    """Marks a view where a factor is set up: who has none yet reaches it with the password alone,
    everybody else as any page that needs a fresh proof."""
    view.enrolment = True
    return fresh_factor("GET", "HEAD", "POST")(view)


# What a session has ------------------------------------------------------------------------------
def prove(request: Any, by: By, *, at: datetime) -> None:
    """Notes in the session that its person has just proved to be there. The session gets a new
    key, so that whoever knew the old one knows nothing."""
    request.session.cycle_key()
    request.session[_AT], request.session[_BY] = at.timestamp(), by.value


def begin(request: Any, user: Any, *, at: datetime) -> None:
    """For the moment after the password: in a demonstration it is enough for who has no factor."""
    request.session.pop(_AT, None)
    request.session.pop(_BY, None)
    if settings.DEMO and not must_prove(user):
        request.session[_AT], request.session[_BY] = at.timestamp(), By.WORD.value


def has_factor(user: Any) -> bool:
    """Whether the user has set up a second factor."""
    return Factor.objects.filter(user=user).exclude(confirmed_at=None).exists()


def must_prove(user: Any) -> bool:
    """Whether a factor may not be set up with the password alone: there is one already, or it was
    reset, and since then a code from an administrator is needed, also when that is spent or old."""
    return has_factor(user) or RecoveryCode.objects.filter(user=user).exists()


def is_complete(request: Any) -> bool:
    """Whether the session is signed in with all that is needed. No query."""
    by = request.session.get(_BY)
    return by == By.FACTOR or (by == By.WORD and settings.DEMO)


def by_password_alone(request: Any) -> bool:
    """Whether this is a demonstration's session of somebody without a factor."""
    return request.session.get(_BY) == By.WORD and settings.DEMO


def is_fresh(request: Any, *, at: datetime) -> bool:
    """Whether the person proved to be there within the last minutes."""
    proved = request.session.get(_AT, 0)
    return is_complete(request) and 0 <= at.timestamp() - proved < fresh_for().total_seconds()


def missing(request: Any, view: Any) -> Missing | None:
    """What the session of a signed-in person lacks for this view; None where nothing. One query
    and no more, and none for who has signed in with both factors."""
    if is_complete(request):
        wanted = request.method in getattr(view, "fresh_factor", ())
        stale = wanted and not is_fresh(request, at=timezone.now())
        return Missing.FRESHNESS if stale else None
    if getattr(view, "before_factor", False):
        return None
    if request.session.get(_BY) != By.HANDED and must_prove(request.user):
        return Missing.FACTOR
    return None if getattr(view, "enrolment", False) else Missing.ENROLMENT
