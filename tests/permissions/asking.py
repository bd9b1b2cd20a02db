"""Asking an address as somebody, and what the answer amounts to; and comparing the table with the
URL configuration."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.db import connections, transaction
from django.test import RequestFactory
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, resolve
from django.utils import timezone

from nrm.accounts.models import Session, Token
from tests.permissions.scene import Scene
from tests.permissions.table import (
    ACTORS,
    FORBIDDEN,
    HIDDEN,
    KNOW_THE_PSEUDONYM,
    KNOW_THE_RECEIPT,
    KNOW_THE_REFERENCE,
    NOT_ALLOWED,
    SIGN_IN,
    STANDINGS,
    TEAMS,
    THROUGH,
    Row,
)
from tests.world import signed_in

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
NO_REFERENCE = "7K3MQ-9TD2X-4HJ3"  # well formed, and of no case
_NOTHING = UUID("9f0c7f8e-2a51-4d09-8a5e-6a4f0b1f0001")


# The URL configuration ---------------------------------------------------------------------------
def routes(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every address of a URL configuration with its name, however deep it is included."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.name or ""


def differences(patterns: Iterable[Any], table: Sequence[Row]) -> list[str]:
    """Where the table and the URL configuration part: what is served and not in the table, and
    what is in the table and no longer served."""
    served = list(routes(patterns))
    listed = {(row.route, row.name) for row in table}
    twice = sorted({route for route, _name in served if [r for r, _ in served].count(route) > 1})
    return [
        *(f"{route} ({name}) is not in the table" for route, name in served
          if (route, name) not in listed),
        *(f"{route} ({name}) is in the table and is not served" for route, name in sorted(listed)
          if (route, name) not in set(served)),
        *(f"{route} is served twice" for route in twice),
    ]  # fmt: skip


# Asking ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Answer:
    """What came back. `kind` is one of the words of the table, or the status code."""

    kind: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def whole(self) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        return self.status, self.headers, self.body


# A refusal of what was sent, and of health what it says of a test bed without a worker.
_THROUGH = {400, 409, 412, 415, 422, 428, 503}


def _kind(status: int, location: str, api: bool) -> str:
    if status == 401 and api:
        return SIGN_IN
    if status == 302 and location.startswith("/sign-in/?next=") and not api:
        return SIGN_IN
    if status in (403, 404, 405):
        return {403: FORBIDDEN, 404: HIDDEN, 405: NOT_ALLOWED}[status]
    return THROUGH if 200 <= status < 400 or status in _THROUGH else str(status)


class _Handler(ClientHandler):
    """Looks for the view of each address once: so many ask for the same one."""

    def __init__(self, enforce_csrf_checks: bool) -> None:
        super().__init__(enforce_csrf_checks)
        self._found: dict[str, Any] = {}

    def resolve_request(self, request: Any) -> Any:
        if request.path_info not in self._found:
            self._found[request.path_info] = super().resolve_request(request)
        request.resolver_match = self._found[request.path_info]
        return request.resolver_match


class Sender(RequestFactory):
    """Django's test client without what it keeps of each rendered template, which takes longer
    than many an answer."""

    def __init__(self, *, enforce_csrf_checks: bool = False) -> None:
        super().__init__()
        self.handler = _Handler(enforce_csrf_checks)

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


@contextmanager
def _taken_back() -> Iterator[None]:
    """A transaction that is taken back as a whole. What is set right within it is therefore not let
    go of one by one. And what was prepared stays prepared: psycopg forgets it with each refusal,
    which goes back to a savepoint here and ends the transaction in service; planning it anew is
    most of what a refusal would cost."""
    connection = connections["default"]
    with transaction.atomic():
        connection.connection._prepared.clear = lambda: False
        connection._savepoint_commit = lambda _name: None  # type: ignore[method-assign]
        try:
            yield
        finally:
            del connection._savepoint_commit
            transaction.set_rollback(True)


class Asker:
    """Sends requests into the scene. Each runs in a transaction that is taken back afterwards, so
    that a request may do what it likes and the next one meets the same scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sender = Sender()
        self.careful = Sender(enforce_csrf_checks=True)
        self._refusals: dict[bool, dict[str, Answer]] = {}
        self._resolved: set[tuple[str, str]] = set()
        self.cookies = {"anonymous": ""}
        for name, user in scene.world.users.items():
            browser = signed_in(user)
            self.cookies[name] = browser.cookies.output(header="", sep=";")
        # That somebody was there is taken back with the rest, so that each request would write it
        # anew, and find everybody gone after a quarter of an hour.
        now = timezone.now()
        Session.objects.update(seen_at=now + timedelta(hours=2))
        Token.objects.update(last_used_at=now + timedelta(hours=2))

    def ask(
        self,
        method: str,
        path: str,
        actor: str,
        *,
        token: str = "",
        token_of: str = "",
        sends: Any = None,
        forged: bool = False,
    ) -> Answer:
        """Sends a request, with an empty body where nothing else is said, as a browser that holds
        the actor's session or, where `token` names one of the actor's tokens, as a program;
        with `token_of`, as a browser that also carries somebody else's token. `forged`: as another
        site would have the browser send it."""
        sender = self.careful if forged else self.sender
        with_session = not token or token_of
        sender.cookies = SimpleCookie(self.cookies[actor] if with_session else "")
        api = path.startswith("/api/")
        headers = {}
        if token:
            headers["Authorization"] = f"Bearer {self.scene.tokens[token_of or actor][token]}"
        with _taken_back():
            if method == "POST" and not api:
                response = sender.post(path, data=sends or {}, headers=headers)
            elif method == "GET":
                response = sender.get(path, headers=headers)
            else:
                json = "application/json"
                response = sender.generic(method, path, "{}", content_type=json, headers=headers)
        return Answer(
            _kind(response.status_code, response.get("Location", ""), api),
            response.status_code,
            # How many calls one has left goes down with each, whatever the answer.
            tuple(sorted(h for h in response.headers.items() if h[0] != "RateLimit")),
            response.getvalue(),
        )

    def refusals(self, api: bool) -> dict[str, Answer]:
        """The page, or the problem, that says no; there is one of each."""
        if api not in self._refusals:
            start = "/api/v1/cases" if api else "/cases"
            references = self.scene.references
            known = references.get("assigned") or references["open"]
            self._refusals[api] = {
                HIDDEN: self.ask("GET", f"{start}/{NO_REFERENCE}/", "provider"),
                FORBIDDEN: self.ask("GET", f"{start}/{known}/", "provider"),
            }
        return self._refusals[api]

    def path(self, row: Row, place: str, /, **changed: str) -> str:
        """The address of a row at a place of the scene, with other values for some arguments."""
        values = {**self.scene.places.get(place, {}), **changed}
        path = "/" + _ARGUMENT.sub(
            lambda found: values[row.renamed.get(found[1], found[1])], row.route
        )
        if (row.route, path) not in self._resolved:
            # A row is about the address that it names, not about one that stands before it.
            assert resolve(path).route == row.route, (path, resolve(path).route)
            self._resolved.add((row.route, path))
        return path + row.query.format(**values)

    def sends(self, row: Row, place: str) -> dict[str, str]:
        """What a POST of the row sends at a place."""
        return {k: v.format(**self.scene.places.get(place, {})) for k, v in row.sends.items()}


def arguments(row: Row) -> list[str]:
    """The arguments of the row's address, as the scene names them."""
    return [row.renamed.get(name, name) for name in _ARGUMENT.findall(row.route)]


# Values that no object has -----------------------------------------------------------------------
ABSENT = {
    "reference": (NO_REFERENCE, "no-reference"),
    "receipt": (NO_REFERENCE, "no-receipt"),
    "code": ("no-such-code",),
    "indicator": ("NO-SUCH",),
    "page": ("no-such-page",),
    "chapter": ("no-such-chapter",),
    "task": ("no-such-task",),
    "role": ("999999999",),
    "item_id": ("no-such-item",),
    "quarter": ("1999-Q1", "no-quarter"),
    "period": ("1999-Q1", "no-period"),
}


def absent_values(argument: str) -> tuple[str, ...]:
    """Values of an argument that no object of the scene has, well formed and not."""
    return ABSENT.get(argument) or (str(uuid5(_NOTHING, argument)),)


# What nobody may read who may not know of it -----------------------------------------------------
def leaks(scene: Scene, actor: str, body: bytes) -> list[str]:
    """Which references, pseudonyms or receipts stand in a body that this actor may not read."""
    text = body.decode("utf-8", "replace")
    found = []
    for kind, values, readers in (
        ("reference", scene.references, KNOW_THE_REFERENCE),
        ("pseudonym", scene.pseudonyms, KNOW_THE_PSEUDONYM),
        ("receipt", scene.receipts, KNOW_THE_RECEIPT),
    ):
        for place, value in values.items():
            if place in TEAMS:
                knows = actor in TEAMS[place]
            else:
                knows = any(actor in STANDINGS[place].get(s, ()) for s in readers)
            if not knows and value in text:
                found.append(f"{kind} of {place}")
    return found


def who_is_asked(row: Row, place: str, method: str) -> Iterator[tuple[str, str]]:
    """Who is asked at a place, and with which token. At the first place of a row, everybody; at
    further ones, whoever gets something else there, and one who gets through. The API is asked by
    program, and by one who gets through as a browser too. What is public is asked by a few."""
    says = row.says[method]
    if says.public:
        yield from ((actor, "") for actor in ("anonymous", "inactive", "superuser", "intake"))
        return
    through = next((actor for actor in ACTORS if says.to(actor, place) == THROUGH), "")
    for actor in ACTORS:
        same = says.to(actor, place) == says.to(actor, row.places[0])
        if place != row.places[0] and same and actor != through:
            continue
        by_program = is_api(row) and not row.in_person and actor != "anonymous"
        token = "token" if by_program else ""
        yield actor, token
        if token and actor == through:
            yield actor, ""


# Rows in tests -----------------------------------------------------------------------------------
def of_rows(rows: Any) -> Any:
    return pytest.mark.parametrize("row", rows, ids=[f"{r.name}-{r.places[0]}" for r in rows])


def is_api(row: Row) -> bool:
    return row.route.startswith("api/")
