"""What a browser or a program is told: refusals become form errors and API problems, and every
request runs inside its database context."""

from collections.abc import Callable
from datetime import date
from math import ceil
from typing import Any
from uuid import UUID

import structlog
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions as rest
from rest_framework.response import Response

from nrm import context as database_context
from nrm.actions import Changed, Forbidden, Hidden, Refused, TooOften
from nrm.audit import writer
from nrm.forms import PartialDate
from nrm.templatetags.nrm import partial_date

log = structlog.stdlib.get_logger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]
PROBLEM = "application/problem+json"


# Headers ------------------------------------------------------------------------------------------
_OFF = (
    "accelerometer",
    "autoplay",
    "bluetooth",
    "browsing-topics",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
_PERMISSIONS = ", ".join(
    [
        *(f"{feature}=()" for feature in _OFF),
        "publickey-credentials-get=(self)",  # passkeys
        "publickey-credentials-create=(self)",
    ]
)


def headers(get_response: Handler) -> Handler:
    """No page is stored anywhere, and the browser is told to keep to itself. Outermost: what the
    middlewares inside answer themselves (a file, a redirect to https, a host that is not ours) says
    it too."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Cross-Origin-Embedder-Policy"] = "require-corp"
        response["Permissions-Policy"] = _PERMISSIONS
        return response

    return handle


def travels_plainly(request: HttpRequest) -> None:
    """The answer to this request may say who somebody is: it is not compressed."""
    request.plain = True  # type: ignore[attr-defined]


class Compressed(GZipMiddleware):
    """Pages and JSON travel compressed, except where the size of an answer could tell a secret.

    Somebody who watches the line and can put text of their choice on a page beside a secret learns
    the secret from sizes (BREACH). An identity or a token's secret is shown in answer to a POST,
    which is never compressed, or by what calls `travels_plainly`; nor is a page with a kept text
    compressed. The form token on a page is
    masked anew each time, other sites' requests bring no session (SameSite), and Django pads each
    compressed answer by a random length.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        plain = (
            request.method not in ("GET", "HEAD")
            or getattr(request, "kept", None)
            or getattr(request, "plain", False)
        )
        kind = response.get("Content-Type", "")
        if plain or response.streaming or not kind.startswith(("text/html", "application/")):
            return response
        return super().process_response(request, response)


# The database context of a request ----------------------------------------------------------------
class context:
    """Innermost middleware: opens the transaction, tells the database who acts, lets the view run
    and render inside it, and rolls back on any exception or 5xx. A refusal is written after the
    rollback, in a transaction of its own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/health/"):
            return self.get_response(request)
        user = request.user if request.user.is_authenticated else None
        request.failure = None  # type: ignore[attr-defined]
        with database_context.acting_as(user) as opened:
            response = self.get_response(request)
            failure: Exception | None = request.failure  # type: ignore[attr-defined]
            if failure is not None or response.status_code >= 500:
                transaction.set_rollback(True)
        if isinstance(failure, (Forbidden, Hidden, PermissionDenied, rest.PermissionDenied)):
            _write_refusal(user, failure, request, opened.request_id)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        request.failure = exception  # type: ignore[attr-defined]
        if isinstance(exception, Hidden):
            return not_found(request)
        if isinstance(exception, Forbidden):
            return forbidden(request)
        if isinstance(exception, Refused):
            # A refusal that no form took is told on a page of its own.
            return refused(request, exception)
        return None


def _write_plainly(*, reference: str, **event: Any) -> None:
    writer.write("access.refused", refused=True, **event)


_writes_refusals: list[Callable[..., None]] = [_write_plainly]


def write_refusals_by(write: Callable[..., None]) -> None:
    """A room above says how a refusal is written, which knows what the address names: it is given
    `reference`, which may be empty, and what `writer.write` takes."""
    _writes_refusals[:] = [write]


def _write_refusal(user: Any, failure: Exception, request: HttpRequest, request_id: UUID) -> None:
    match = request.resolver_match
    right = str(failure) if isinstance(failure, (Forbidden, Hidden)) else ""
    (write,) = _writes_refusals
    with database_context.acting_as(user, request_id=request_id):
        write(
            reference=str(match.kwargs.get("reference", "")) if match else "",
            at=timezone.now(),
            actor_id=user.id if user else None,
            data={
                "route": match.view_name if match else "",
                "method": request.method or "",
                "right": right[:64],
            },
        )


# Pages that say no --------------------------------------------------------------------------------
def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def problem(status: int, title: str, **more: Any) -> dict[str, Any]:
    """The body of a problem (RFC 9457)."""
    return {"type": "about:blank", "title": title, "status": status, **more}


def _problem_response(status: int, title: str) -> HttpResponse:
    # To the byte as REST writes it: an address that is not served is told as a hidden thing is.
    compact = {"separators": (",", ":")}
    body = problem(status, title)
    return JsonResponse(body, status=status, content_type=PROBLEM, json_dumps_params=compact)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same bytes whether the thing is hidden or absent: no token, path or id on the page."""
    if _is_api(request):
        return _problem_response(404, "Not found")
    return HttpResponse(loader.render_to_string("404.html"), status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_api(request):
        return _problem_response(403, "You do not have the right to do this")
    return HttpResponse(loader.render_to_string("403.html"), status=403)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Every objection on one page, for an action that has no form of its own."""
    status = 409 if isinstance(refusal, Changed) else 422
    headers = {}
    if isinstance(refusal, TooOften):
        status, headers["Retry-After"] = 429, str(refusal.seconds)
    body = loader.render_to_string("refused.html", {"objections": refusal.objections}, request)
    return HttpResponse(body, status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_api(request):
        return _problem_response(400, "Bad request")
    return HttpResponse(loader.render_to_string("400.html"), status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """What is said of a request that is refused by its length alone, unread."""
    if _is_api(request):
        return _problem_response(413, "The request is too large")
    return HttpResponse(loader.render_to_string("413.html"), status=413)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return _problem_response(500, "Something went wrong on our side")
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(loader.render_to_string("403_csrf.html"), status=403)


# Refusals in forms --------------------------------------------------------------------------------
def add_objections(form: forms.BaseForm, refusal: Refused) -> None:
    """Puts each objection beside its field, or at the top where it is about none of the form's."""
    for objection in refusal.objections:
        field = objection.field if objection.field in form.fields else None
        form.add_error(field, forms.ValidationError(objection.text, code=objection.code))


def saved_meanwhile(saved: forms.BaseForm, typed: forms.BaseForm) -> list[dict[str, str]]:
    """What a colleague saved where it differs from what was typed, as rows of a summary list: for
    somebody whose own save was refused, so that they can bring both together. `saved` begins with
    what is saved now; `typed` was found valid."""
    rows = []
    for shown in saved.visible_fields():
        value, field = shown.initial, shown.field
        if (value or "") == (typed.cleaned_data.get(shown.name) or ""):
            continue
        if isinstance(field, forms.ChoiceField):
            words = dict(field.choices).get(value or "", "")
        elif isinstance(value, date):
            words = partial_date(PartialDate.of(value))
        elif isinstance(value, PartialDate):
            words = partial_date(value)
        else:
            words = field.prepare_value(value)
        rows.append({"key": str(shown.label), "value": str(words or "")})
    return rows


# Problems in REST ---------------------------------------------------------------------------------
class ScopeMissing(rest.PermissionDenied):
    """The token is good and was not made for what it asked; says which scope it lacks."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"scope:{scope}")
        self.scope = scope
        text = _("This needs a token with the scope %(scope)s.") % {"scope": scope}
        self.error = {"field": "Authorization", "detail": text, "code": "scope"}


class ProofNeeded(rest.PermissionDenied):
    """Whoever asks must first prove to be there, on a page: `code` says what is missing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.error = {"field": "", "detail": _proof(code), "code": code}


def _proof(code: str) -> str:
    if code == "in_person":
        return _("A person does this, signed in on the pages; no token may.")
    if code == "enrolment":
        return _("Set up a second factor first, on the page /account/factors/.")
    return _("Prove that it is you first, on the page /confirmation/.")


def proof_needed(code: str) -> HttpResponse:
    """The same as a problem, for what is refused before REST is reached."""
    error = {"field": "", "detail": _proof(code), "code": code}
    compact = {"separators": (",", ":")}
    body = problem(403, _("A proof is missing that it is you"), errors=[error])
    return JsonResponse(body, status=403, content_type=PROBLEM, json_dumps_params=compact)


def _field_errors(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        pairs = [
            (path if key in (NON_FIELD_ERRORS, "non_field_errors") else f"{path}.{key}", value)
            for key, value in detail.items()
        ]
        return [e for where, value in pairs for e in _field_errors(value, where.lstrip("."))]
    if isinstance(detail, list):
        found = []
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            found += _field_errors(value, f"{path}[{index}]" if nested else path)
        return found
    return [{"field": path, "detail": str(detail), "code": getattr(detail, "code", "invalid")}]


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every reason at once, as application/problem+json."""
    request: HttpRequest = context["request"]._request
    request.failure = exc  # type: ignore[attr-defined]
    extra: dict[str, str] = {}
    if isinstance(exc, (Hidden, Http404)):
        body = problem(404, "Not found")
    elif isinstance(exc, ScopeMissing):
        body = problem(403, _("The token is not for this"), errors=[exc.error])
        extra["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{exc.scope}"'
    elif isinstance(exc, ProofNeeded):
        body = problem(403, _("A proof is missing that it is you"), errors=[exc.error])
    elif isinstance(exc, (Forbidden, PermissionDenied, rest.PermissionDenied)):
        body = problem(403, "You do not have the right to do this")
    elif isinstance(exc, Refused):
        status = 422
        if isinstance(exc, TooOften):
            status, extra["Retry-After"] = 429, str(exc.seconds)
        elif isinstance(exc, Changed):
            status = 412 if "If-Match" in request.headers else 409
        errors = [
            {"field": o.field or "", "detail": str(o.text), "code": o.code} for o in exc.objections
        ]
        body = problem(status, _("This cannot be done"), errors=errors)
    elif isinstance(exc, rest.ValidationError):
        errors = _field_errors(exc.detail)
        body = problem(400, _("Some answers need to be changed"), errors=errors)
    elif isinstance(exc, (rest.NotAuthenticated, rest.AuthenticationFailed)):
        body = problem(401, "Sign in first")
        extra["WWW-Authenticate"] = "Bearer"
    elif isinstance(exc, rest.Throttled):
        wait = ceil(exc.wait or 1)
        text = _("Too many calls. Wait %(seconds)s seconds.") % {"seconds": wait}
        error = {"field": "", "detail": text, "code": "throttled"}
        body = problem(429, _("Too many calls"), errors=[error])
        extra["Retry-After"] = str(wait)
    elif isinstance(exc, rest.APIException):
        body = problem(exc.status_code, str(exc.detail))
    else:
        return None
    return Response(body, status=body["status"], content_type=PROBLEM, headers=extra)
