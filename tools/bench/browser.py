"""A browser of the benchmark's own: one kept connection, cookies, and forms filled as a page shows
them. It does as little as it can beside the request that is measured."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """One person, or one program with a token, at one server."""

    port: int
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def send(
        self,
        method: str,
        path: str,
        *,
        form: list[tuple[str, str]] | None = None,
        json: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Sends one request and reads the whole answer. Redirects are not followed."""
        sent = {"Accept-Language": "en", **(headers or {})}
        body: bytes | None = None
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        elif self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            csrf = self.cookies.get("nrm_csrf", "")
            body = urlencode([*form, ("csrfmiddlewaretoken", csrf)]).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        elif json is not None:
            body = json.encode()
            sent["Content-Type"] = "application/json"
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            self._connection.request(method, path, body=body, headers=sent)
            response = self._connection.getresponse()
            content = response.read()
        except (http.client.HTTPException, ConnectionError):
            # A kept connection may be closed under us: once more, on a new one.
            self._connection.close()
            self._connection.request(method, path, body=body, headers=sent)
            response = self._connection.getresponse()
            content = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, found, content)

    def sign_in(self, email: str, password: str) -> None:
        self.send("GET", "/sign-in/")
        answer = self.send("POST", "/sign-in/", form=[("username", email), ("password", password)])
        if answer.status != 302:
            raise SystemExit(f"{email} cannot sign in ({answer.status}).")


class _Forms(HTMLParser):
    """Collects, for each form of a page, the pairs that a browser would send with its button."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = []
        self.buttons: list[set[str]] = []
        self._open = False
        self._text_name: str | None = None
        self._text = ""
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = has.get("method", "").lower() == "post"
            if self._open:
                self.forms.append([])
                self.buttons.append(set())
        if not self._open:
            return
        name, kind = has.get("name", ""), has.get("type", "text")
        if tag == "input" and name and name != "csrfmiddlewaretoken":
            if kind not in ("radio", "checkbox", "submit", "file") or "checked" in has:
                self.forms[-1].append((name, has.get("value", "")))
        elif tag == "button":
            self.buttons[-1].add(name)
        elif tag == "textarea":
            self._text_name, self._text = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in has:
            self.forms[-1].append((self._select, has.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._text_name:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text_name:
            self.forms[-1].append((self._text_name, self._text.removeprefix("\n")))
            self._text_name = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._open = False


def form_with(text: str, *, field: str = "", button: str = "") -> list[tuple[str, str]] | None:
    """What the page's first form with this field, or this button, would send; None without one."""
    parser = _Forms()
    parser.feed(text)
    for pairs, buttons in zip(parser.forms, parser.buttons, strict=True):
        if (field and any(name == field for name, _ in pairs)) or (button and button in buttons):
            return pairs
    return None
