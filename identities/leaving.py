"""What happens to a page when its session ends: hiding it, being signed out for having been away,
and what was typed on it meanwhile.

A form that meets a session that has ended is kept (`identities.kept`), never done. After signing in
its writer finds the form again with what they had typed, and sends it or throws it away.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identities import kept
from nrm import web
from nrm.accounts import actions, presence, writers
from nrm.accounts.presence import Missing
from nrm.actions import Forbidden, Hidden, Refused
from nrm.context import NothingIsDone, acting_as, show_again

log = structlog.stdlib.get_logger(__name__)

# Where nothing is typed that somebody would miss.
_NOTHING_TYPED = {
    "sign_in",
    "sign_out",
    "hide_screen",
    "set_language",
    "session",
    "kept_removal",
    "confirmation",
    "factor_app",
    "factor_passkey",
    "factor_removal",
    "recovery_codes",
    "password",
}
_PARAMETER = "kept"


# Keeping -----------------------------------------------------------------------------------------
def _whose(request: HttpRequest) -> Any:
    """Whose the session is or was: the database says so, the cookie only names the row."""
    if request.user.is_authenticated:
        return request.user
    former = request.session.former  # type: ignore[attr-defined]
    if former is None or not former.is_its_owners:
        return None
    return former.user if former.user.is_active else None


def _page_before(request: HttpRequest) -> str:
    """The page of ours that a form was sent from, if the browser says so."""
    address = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")


def _without_kept(address: str) -> str:
    path, _mark, query = address.partition("?")
    left = QueryDict(query, mutable=True)
    left.pop(_PARAMETER, None)
    return f"{path}?{left.urlencode()}" if left else path


def _showing(path: str, kept_id: UUID) -> str:
    """The address of a page with a kept text in its form."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode({_PARAMETER: kept_id})}"


def _keep(
    request: HttpRequest,
    user: Any,
    *,
    path: str,
    page: str,
    fields: Any,
    files: int,
    to_prove: bool = False,
) -> str:
    """Keeps what was typed and gives the address where it is found again; without anything to keep,
    that of the page."""
    path = _without_kept(path)
    found = kept.keep(
        user,
        path=path,
        page=_without_kept(page),
        fields=kept.typed(fields),
        files=files,
        to_prove=to_prove,
        at=timezone.now(),
    )
    return _showing(path, found) if found else page or "/"


def _keep_this(request: HttpRequest, user: Any, *, to_prove: bool = False) -> str:
    return _keep(
        request,
        user,
        path=request.get_full_path(),
        page=_page_before(request),
        fields=request.POST,
        # Those that were let in, and those that nrm.uploads let pass by.
        files=sum(len(files) for _, files in request.FILES.lists())
        + getattr(request, "files_skipped", 0),
        to_prove=to_prove,
    )


def _sign_in(address: str) -> str:
    return f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': address}, safe='/')}"


def _go(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):  # a part of a page: the whole page goes there
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


class LoginRequired(LoginRequiredMiddleware):
    """Django's, which also asks for the second factor, and keeps a form that comes after its
    session has ended or before its sender has proved to be there (nrm.accounts.presence)."""

    def process_view(self, request: Any, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        if refusal is not None or not request.user.is_authenticated or request.token_user:
            return refusal
        writers.mark(request, request.user)
        # REST's views ask for the sign-in themselves, and so do not have Django's mark.
        api = request.path.startswith("/api/") and request.resolver_match.view_name != "api_schema"
        if not api and not getattr(view_func, "login_required", True):
            return None
        lacks = presence.missing(request, view_func)
        return self._lead_to_proof(request, lacks) if lacks else None

    def _lead_to_proof(self, request: HttpRequest, lacks: Missing) -> HttpResponse:
        if request.path.startswith("/api/"):
            return web.proof_needed("enrolment" if lacks == Missing.ENROLMENT else "second_factor")
        match = request.resolver_match
        typed = request.method == "POST" and match and match.view_name not in _NOTHING_TYPED
        if typed:
            address = _keep_this(request, request.user, to_prove=True)
        elif request.method == "POST":
            address = _page_before(request) or "/"
        else:
            address = request.get_full_path()
        page = reverse("factors" if lacks == Missing.ENROLMENT else "confirmation")
        return _go(request, f"{page}?{urlencode({'next': address}, safe='/')}")

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method != "POST" or request.path.startswith("/api/"):
            return super().handle_no_permission(request, view_func)
        match, user = request.resolver_match, _whose(request)
        if user is None or match is None or match.view_name in _NOTHING_TYPED:
            return _go(request, _sign_in(_page_before(request) or request.get_full_path()))
        return _go(request, _sign_in(_keep_this(request, user)))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of our own from before its writer signed in anew is kept and shown again. Any other
    form without the right token is refused, and nothing of it is kept: it may be of somebody else
    who sat at the same browser before."""
    user = _whose(request)
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    old = user and writers.wrote(user, request.POST.get("csrfmiddlewaretoken", ""))
    match = request.resolver_match
    if not (old and ours and match and match.view_name not in _NOTHING_TYPED):
        return web.csrf_failure(request, reason)
    address = _keep_this(request, user)
    return _go(request, address if request.user.is_authenticated else _sign_in(address))


# Showing again -----------------------------------------------------------------------------------
class ShowKept:
    """A page that is opened with a kept text's id is shown as if the form had just been sent with
    something wrong in it: filled in, and nothing done. The one who wrote it sends it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.kept = None  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.method == "POST" and 300 <= response.status_code < 400:
            self._forget_what_was_sent(request)
        return response

    def _forget_what_was_sent(self, request: Any) -> None:
        shown = request.session.get(_PARAMETER) if request.user.is_authenticated else None
        if shown and shown["path"] == _without_kept(request.get_full_path()):
            del request.session[_PARAMETER]
            with acting_as(request.user):
                kept.forget(request.user, UUID(shown["id"]))

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        named = request.GET.get(_PARAMETER, "")
        if request.method != "GET" or not named or not request.user.is_authenticated:
            return None
        try:
            found = kept.open_kept(request.user, UUID(named), at=timezone.now())
        except ValueError:
            return None
        if found is None or found.path != _without_kept(request.get_full_path()):
            return None
        request.kept = found  # type: ignore[attr-defined]
        request.session[_PARAMETER] = {"id": str(found.id), "path": found.path}
        answer = self._filled_in(request, found, view, args, kwargs)
        return answer or self._not_filled_in(request, found)

    def _not_filled_in(self, request: Any, found: kept.Kept) -> HttpResponse:
        if found.to_prove and found.page and not _texts(found):
            # A button, pressed before its proof: it stands on the page as before.
            with acting_as(request.user):
                kept.forget(request.user, found.id)
            messages.info(request, _("Thank you. Nothing has been done yet: now do it again."))
            return redirect(found.page)
        return _as_text(request, found)

    def _filled_in(
        self, request: HttpRequest, found: kept.Kept, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """The page with its form filled in; None where it can no longer be shown so."""
        fields = QueryDict(mutable=True)
        for name, values in found.fields:
            fields.setlist(name, values)
        fields._mutable = False
        request.method, request._post, request._files = "POST", fields, MultiValueDict()  # type: ignore[attr-defined]
        try:
            with show_again(), transaction.atomic():
                response: HttpResponse = view(request, *args, **kwargs)
                if hasattr(response, "render"):
                    response.render()
                if response.status_code >= 500 or 300 <= response.status_code < 400:
                    raise NothingIsDone
        except (NothingIsDone, Refused, Forbidden, Hidden, Http404):
            return None
        finally:
            request.method = "GET"
        response.status_code = 200
        return response


def _texts(found: kept.Kept) -> list[str]:
    return [value for _name, values in found.fields for value in values if " " in value.strip()]


def _as_text(request: HttpRequest, found: kept.Kept) -> HttpResponse:
    """What was typed, to copy, where its page has changed or is gone."""
    context = {"texts": _texts(found), "kept_page": found.page}
    return render(request, "accounts/kept_text.html", context)


@require_GET
def kept_texts(request: HttpRequest) -> HttpResponse:
    """What the user had typed when a session of theirs ended, with a way to each."""
    now = timezone.now()
    rows = [
        {"kept": row, "address": _showing(row.path, row.id)}
        for listed in kept.kept_of(request.user, at=now)
        if (row := kept.open_kept(request.user, listed.pk, at=now))
    ]
    return render(request, "accounts/kept_texts.html", {"rows": rows})


@require_POST
def kept_removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    if not kept.forget(request.user, pk):
        raise Hidden("own_account")
    messages.success(request, _("What you had typed is thrown away."))
    return redirect("kept_texts")


# Leaving -----------------------------------------------------------------------------------------
@require_POST
@csrf_exempt  # so that error pages, the same bytes for everybody, can have the button too
@login_not_required
def hide_screen(request: HttpRequest) -> HttpResponse:
    """Locks the session on the server and leaves for a page that says nothing, so that going back
    meets the sign-in page. What a page sends along as typed is kept. `then=sign_in` comes from a
    page whose time is up: it leads there instead."""
    typed_to, user = _typed_to(request), _whose(request)
    back = _page_before(request) or "/"
    if request.user.is_authenticated:
        session: Any = request.session.row  # type: ignore[attr-defined]
        actions.hide_session(user, actor=user, at=timezone.now(), session=session)
        request.user = AnonymousUser()
    # Locking may be asked by anybody's page; what is kept comes from a page of ours alone.
    origin = request.headers.get("Origin")
    ours = origin in (None, f"{request.scheme}://{request.get_host()}")
    if user and typed_to and ours:
        try:
            with transaction.atomic():
                fields = QueryDict(request.POST.get("typed", ""))
                if writers.wrote(user, fields.get("csrfmiddlewaretoken", "")):
                    back = _keep(request, user, path=typed_to, page=back, fields=fields, files=0)
        except Exception as error:  # nothing that goes wrong here may leave the screen open
            log.error("text.not_kept", error=type(error).__name__)
    # A browser throws away the pages that it remembers when a cookie changes; without this, one in
    # which no script runs would show the page again on going back.
    rotate_token(request)
    away = request.POST.get("then") == "sign_in"
    response = HttpResponseRedirect(_sign_in(back) if away else neutral_address())
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _typed_to(request: HttpRequest) -> str:
    """The address of ours that the form on the page left behind was for."""
    path = request.POST.get("typed_to", "")
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    ours = (
        path.startswith("/")
        and url_has_allowed_host_and_scheme(path, allowed_hosts=None)  # not "//another.site/…"
        and match.view_name not in _NOTHING_TYPED
    )
    return path if ours and not path.startswith("/api/") else ""


def neutral_address() -> str:
    """Where "Hide this screen" leads."""
    return settings.NEUTRAL_PAGE or reverse("neutral_page")


@require_http_methods(["GET", "HEAD"])
@login_not_required
def neutral_page(request: HttpRequest) -> HttpResponse:
    """A page that says nothing about anybody, nor what this is."""
    return render(request, "accounts/hidden.html")


@require_http_methods(["GET", "POST"])
@login_not_required
def session(request: HttpRequest) -> JsonResponse:
    """How many seconds are left before this session ends. POST stays signed in; GET, which a page
    left open asks, does not."""
    if not request.user.is_authenticated:
        return JsonResponse({"left": 0})
    if request.method == "POST":
        request.session.stay()  # type: ignore[attr-defined]
    return JsonResponse({"left": request.session.seconds_left()})  # type: ignore[attr-defined]
