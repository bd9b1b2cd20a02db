"""Signing in by token. The token is read by middleware, before the database context opens, so
that a program's request has the same context as a page's."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication

from nrm.accounts.models import Token, User
from nrm.accounts.scopes import ordered

Handler = Callable[[HttpRequest], HttpResponse]
_PREFIX = "nrm_"
_NOTED_EVERY = timedelta(hours=1)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token(
    user: User, *, label: str, scopes: Iterable[str], at: datetime, days: int = 30
) -> tuple[Token, str]:
    """A new token for these scopes and its secret. The secret is shown once and kept nowhere."""
    secret = _PREFIX + secrets.token_urlsafe(32)
    row = Token.objects.create(
        user=user,
        label=label,
        digest=digest(secret),
        scopes=ordered(scopes),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    return row, secret


def bearer_token(get_response: Handler) -> Handler:
    """Finds the user of a bearer token. A request that carries both a session and a token is
    treated as the token's."""

    def handle(request: HttpRequest) -> HttpResponse:
        header = request.headers.get("Authorization", "")
        request.token = None  # type: ignore[attr-defined]
        request.token_user = None  # type: ignore[attr-defined]
        request.bad_token = False  # type: ignore[attr-defined]
        if header.startswith("Bearer ") and request.path.startswith("/api/"):
            at = timezone.now()
            found = (
                Token.objects.select_related("user")
                .filter(
                    digest=digest(header.removeprefix("Bearer ").strip()),
                    revoked_at=None,
                    expires_at__gt=at,
                    user__is_active=True,
                )
                .first()
            )
            if found is not None:
                _note_use(found, at)
            request.token = found  # type: ignore[attr-defined]
            request.token_user = found.user if found else None  # type: ignore[attr-defined]
            request.bad_token = found is None  # type: ignore[attr-defined]
        return get_response(request)

    return handle


def _note_use(token: Token, at: datetime) -> None:
    """Writes that the token was used, once an hour: a busy program must not cost a write a call."""
    if token.last_used_at is None or token.last_used_at < at - _NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=at)


def token_user(get_response: Handler) -> Handler:
    """Puts the token's user where the session's would be."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.token_user is not None:  # type: ignore[attr-defined]
            request.user = request.token_user  # type: ignore[attr-defined]
        elif request.bad_token:  # type: ignore[attr-defined]
            from django.contrib.auth.models import AnonymousUser

            request.user = AnonymousUser()
        return get_response(request)

    return handle


class SignedIn(SessionAuthentication):
    """REST's view of who signed in: whoever the middleware found. A session must also bring its
    CSRF token; a bearer token is proof enough of intent."""

    def authenticate(self, request: Any) -> tuple[Any, None] | None:
        if request._request.token_user is not None:
            return request._request.token_user, None
        if request._request.bad_token:
            return None
        return super().authenticate(request)

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
