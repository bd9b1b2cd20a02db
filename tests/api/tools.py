"""A program that signs in by token."""

import json
import os
from typing import Any

from django.test.client import FakePayload
from django.utils import timezone
from rest_framework.test import APIClient

from nrm.accounts.models import User
from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from nrm.openapi import EXAMPLES
from tests.world import signed_in


def _short(value: Any) -> Any:
    """The value with at most two of each list: enough of an example."""
    if isinstance(value, dict):
        return {key: _short(each) for key, each in value.items()}
    return [_short(each) for each in value[:2]] if isinstance(value, list) else value


class Recorder(APIClient):
    """Keeps of each operation the longest call that was no refusal, as its example."""

    def request(self, **sent: Any) -> Any:
        body = sent.get("wsgi.input")
        text = body.read() if body is not None else b""
        if body is not None:
            sent["wsgi.input"] = FakePayload(text)
        response = super().request(**sent)
        self._keep(response, text)
        return response

    def _keep(self, response: Any, sent: bytes) -> None:
        view = getattr(getattr(response.resolver_match, "func", None), "view_class", None)
        method = getattr(view, str(response.wsgi_request.method).lower(), None)
        json_answer = response.headers.get("Content-Type", "").startswith("application/json")
        if not hasattr(method, "operation") or response.status_code >= 300:
            return
        example: dict[str, Any] = {}
        if sent and response.wsgi_request.content_type == "application/json":
            example["request"] = _short(json.loads(sent))
        if json_answer and response.content:
            example["response"] = _short(response.json())
        text = json.dumps(example, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        file = EXAMPLES / f"{method.operation}.json"
        if len(text) < 8_000 and (not file.exists() or len(file.read_text()) < len(text)):
            file.write_text(text)


def api(user: User, *scopes: str) -> APIClient:
    """A client that signs in as this user by a bearer token, as a program does. The token is for
    everything unless scopes are named, and was used a moment ago, so that counted queries are
    those of every call but the first of an hour."""
    row, secret = new_token(user, label="test", scopes=scopes or ALL, at=timezone.now())
    row.last_used_at = row.created_at
    row.save(update_fields=["last_used_at"])
    kind = Recorder if os.environ.get("NRM_RECORD_EXAMPLES") else APIClient
    client = kind(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def by_session(user: User) -> Any:
    """A client that signs in as this user by session, as a page's script does."""
    return signed_in(user, Recorder if os.environ.get("NRM_RECORD_EXAMPLES") else APIClient)


def field_errors(response: Any) -> dict[str, str]:
    """The errors of a problem by field; the answer must be a problem."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return {error["field"]: error["detail"] for error in body.get("errors", [])}
