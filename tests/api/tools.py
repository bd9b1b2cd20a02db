"""A program that signs in by token."""

from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from nrm.accounts.models import User
from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token


def api(user: User, *scopes: str) -> APIClient:
    """A client that signs in as this user by a bearer token, as a program does. The token is for
    everything unless scopes are named, and was used a moment ago, so that counted queries are
    those of every call but the first of an hour."""
    row, secret = new_token(user, label="test", scopes=scopes or ALL, at=timezone.now())
    row.last_used_at = row.created_at
    row.save(update_fields=["last_used_at"])
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def field_errors(response: Any) -> dict[str, str]:
    """The errors of a problem by field; the answer must be a problem."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return {error["field"]: error["detail"] for error in body.get("errors", [])}
