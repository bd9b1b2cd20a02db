"""A program that signs in by token."""

from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from nrm.accounts.models import User
from nrm.accounts.tokens import new_token


def api(user: User) -> APIClient:
    """A client that signs in as this user by a bearer token, as a program does."""
    _row, secret = new_token(user, label="test", at=timezone.now())
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def field_errors(response: Any) -> dict[str, str]:
    """The errors of a problem by field; the answer must be a problem."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return {error["field"]: error["detail"] for error in body.get("errors", [])}
