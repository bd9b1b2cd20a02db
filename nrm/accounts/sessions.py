"""Sessions: one row each, read once a request together with its user, and written only when there
is something to write.

The row says whose it is, when it was last seen and when it ends, so that an account can list and
end its sessions. The key is in the cookie alone; the row keeps its SHA-256, so that whoever reads
the table can become nobody. A session that is idle, hidden or ended gives nothing from the next
request on; its row stays until its absolute end, so that a form that was on its way when it ended
can still be kept for the person whose it is.
"""

import hashlib
import re
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.functional import SimpleLazyObject

from nrm.accounts.models import Session

# The last-seen moment is written at most this often. It is never later than the truth, so a session
# is never idle for longer than its limit; it may end up to this much sooner.
SEEN_EVERY = timedelta(seconds=60)


def idle_limit() -> timedelta:
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def live_sessions(user: Any, *, at: datetime) -> QuerySet[Session]:
    """The sessions in which the user is signed in at this moment, the latest first. One query."""
    rows = Session.objects.filter(
        user=user, ended_at=None, ends_at__gt=at, seen_at__gt=at - idle_limit()
    )
    return rows.defer("data").order_by("-seen_at")


class SessionStore(SessionBase):
    """The session engine. `row` is the live row that was read, `former` a row that gives nothing
    any more but says whose it was."""

    row: Session | None = None
    former: Session | None = None
    user_agent = ""
    quiet = False  # a page left open asks how long it has; that is not being there

    def _get_new_session_key(self) -> str:
        # 36 to the power of 32: the unique constraint is enough, no look is needed first.
        return get_random_string(32, VALID_KEY_CHARS)

    def load(self) -> dict[str, Any]:
        key, self._session_key = self.session_key, None
        if key is None:
            return {}
        row = Session.objects.select_related("user").filter(digest=_digest(key)).first()
        if row is None:
            return {}
        now = timezone.now()
        if not row.is_live(at=now, idle_limit=idle_limit()):
            self.former = row if row.user_id and now < row.ends_at else None
            return {}
        self._session_key = key
        self.row = row
        if now - row.seen_at >= SEEN_EVERY and not self.quiet:
            self.stay()
        data: dict[str, Any] = row.data
        return data

    def stay(self) -> None:
        """Notes that somebody is there."""
        if self.row is not None:
            self.row.seen_at = timezone.now()
            Session.objects.filter(pk=self.row.pk, ended_at=None).update(seen_at=self.row.seen_at)

    def seconds_left(self) -> int:
        """Until it ends if nothing more is done."""
        if self.row is None:
            return 0
        end = min(self.row.seen_at + idle_limit(), self.row.ends_at)
        return max(0, int((end - timezone.now()).total_seconds()))

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(digest=_digest(session_key)).exists()

    def create(self) -> None:
        self._session_key = self._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def cycle_key(self) -> None:
        """A new key. A session in which somebody is signed in stays the same row, so that its last
        moment does not move."""
        if self.row is None or self.row.user_id is None or self.row.ended_at is not None:
            super().cycle_key()
            return
        key = self._get_new_session_key()
        found = Session.objects.filter(pk=self.row.pk, ended_at=None)
        if not found.update(digest=_digest(key)):
            raise UpdateError
        self._session_key = key
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        changed = {"data": data, "user_id": data.get(SESSION_KEY)}
        if not must_create:
            found = Session.objects.filter(digest=_digest(self.session_key), ended_at=None)
            if not found.update(**changed):
                raise UpdateError
            return None
        now = timezone.now()
        row = Session(
            digest=_digest(self.session_key),
            started_at=now,
            seen_at=now,
            ends_at=now + timedelta(seconds=settings.SESSION_LIMIT),
            browser=browser_of(self.user_agent),
            **changed,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise CreateError
        self.row = row
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(digest=_digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(ends_at__lt=timezone.now()).delete()

    def is_empty(self) -> bool:
        # The cookie of a session that has ended stays: it says whose a form was that comes late.
        return super().is_empty() and self.former is None

    def signed_in(self) -> Any:
        """The user of this session, or AnonymousUser. A password that has changed since ends it."""
        claimed = self.get(SESSION_KEY)
        user = self.row.user if self.row else None
        if user is None or not user.is_active or str(user.pk) != claimed:
            return AnonymousUser()
        if not constant_time_compare(self.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            self.flush()
            return AnonymousUser()
        return user


# What is used, in the words of the one who uses it: enough to know one's own, and no more.
_BROWSERS = (
    ("Edge", r"\bEdgA?i?(OS)?/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Opera", r"\bOPR/|Opera"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)


def browser_of(user_agent: str) -> str:
    """ "Firefox, Windows" from what the browser says of itself; empty where it says nothing that
    is known. The rest of what it says is not kept."""
    found = []
    for kinds in (_BROWSERS, _SYSTEMS):
        found += [name for name, pattern in kinds if re.search(pattern, user_agent[:400])][:1]
    return ", ".join(found)


_ASKED_BY_OPEN_PAGES = "/session/"


class Sessions(SessionMiddleware):
    """Django's, which also tells the session what browser it belongs to."""

    def process_request(self, request: Any) -> None:
        super().process_request(request)
        request.session.user_agent = request.headers.get("User-Agent", "")
        request.session.quiet = request.method == "GET" and request.path == _ASKED_BY_OPEN_PAGES


def _user(request: Any) -> Any:
    if not hasattr(request, "_cached_user"):  # django.contrib.auth.login and logout set it
        request._cached_user = request.session.signed_in()
    return request._cached_user


class SignedIn(AuthenticationMiddleware):
    """The user comes with the session's row: no query of its own."""

    def process_request(self, request: Any) -> None:
        request.user = SimpleLazyObject(partial(_user, request))
