"""What every answer says, whatever it is: page, redirect, error, file, or an answer of REST."""

from typing import Any

import pytest
from django.test import Client
from django.urls import path

from tests.world import signed_in

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
HALF_A_GIGABYTE = str(512 * 1024 * 1024)


def failing(request: Any) -> None:
    raise RuntimeError("on purpose")


@pytest.fixture
def broken(settings: Any) -> None:
    import nrm.urls

    class Urls:
        urlpatterns = [*nrm.urls.urlpatterns, path("fail/", failing, name="fail")]
        handler400, handler403 = nrm.urls.handler400, nrm.urls.handler403
        handler404, handler500 = nrm.urls.handler404, nrm.urls.handler500

    settings.ROOT_URLCONF = Urls


def missing(answer: Any, *, stored: bool = False) -> list[str]:
    """What an answer does not say of what it should."""
    wrong = [name for name, value in EVERYWHERE.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("Content-Security-Policy", "")
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'",
                 "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):  # fmt: skip
        if part not in policy:
            wrong.append(part)
    if "unsafe" in policy:
        wrong.append(policy)
    if "camera=()" not in answer.headers.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    if not stored and answer.headers.get("Cache-Control") != "no-store":
        wrong.append("Cache-Control")
    return wrong


def test_every_kind_of_answer_says_it(world: Any, broken: Any) -> None:
    client = signed_in(world.caseworker, raise_request_exception=False)
    admin = "/administration/"
    answers = {
        "page": (200, client.get("/cases/")),
        "sign-in page": (200, Client().get("/sign-in/")),
        "redirect": (302, client.get("/")),
        "to sign in": (302, Client().get("/cases/")),
        "host that is not ours": (400, client.get("/cases/", headers={"Host": "evil.example"})),
        "forbidden": (403, client.get(admin)),
        "form of another site": (403, Client(enforce_csrf_checks=True).post("/sign-in/", {})),
        "absent": (404, client.get("/no/such/page/")),
        "method": (405, client.get("/sign-out/")),
        "too large": (
            413,
            client.post(
                "/account/", {}, CONTENT_LENGTH=HALF_A_GIGABYTE,
                content_type="multipart/form-data; boundary=x",
            ),
        ),
        "failure": (500, client.get("/fail/")),
        "REST": (200, client.get("/api/v1/account/")),
        "REST, signed out": (401, Client().get("/api/v1/account/")),
        "REST, forbidden": (403, client.get("/api/v1/administration/organisations/")),
        "REST, absent": (404, client.get("/api/v1/no/such/")),
        "REST, bad": (400, client.put("/api/v1/account/language/", "{", "application/json")),
        "health": (200, client.get("/health/live")),
    }  # fmt: skip
    wrong = {}
    for what, (status, answer) in answers.items():
        found = missing(answer)
        if answer.status_code != status:
            found.append(f"{answer.status_code}, not {status}")
        if found:
            wrong[what] = found
    assert wrong == {}


def test_static_files_say_it_too(db: Any) -> None:
    for name in ("nrm/app.css", "nrm/icon.svg", "nrm/passkey.js"):
        answer = Client().get(f"/static/{name}")
        assert answer.status_code == 200
        assert missing(answer, stored=True) == [], name
    assert missing(Client().get("/static/no-such-file.css"), stored=True) == []


def test_over_https_browsers_are_told_to_stay_there_for_a_year_and_are_led_there(
    db: Any, settings: Any
) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 31_536_000, True
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    answer = Client().get("/sign-in/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    led = Client().get("/sign-in/")
    assert (led.status_code, missing(led)) == (301, [])
    assert led["Location"].startswith("https://")


def test_nobody_loosens_it_by_the_settings_of_a_cookie(settings: Any) -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
