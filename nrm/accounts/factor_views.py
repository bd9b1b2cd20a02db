"""Proving that it is you, and setting up what you prove it with. Nothing here takes an id of
another user: each page is about the one who has signed in."""

import base64
from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import View

from nrm.accounts import factor_actions as actions
from nrm.accounts import factors, presence
from nrm.accounts.factor_actions import Outcome, Tried
from nrm.accounts.forms import AppCodeForm, ChangePasswordForm, ConfirmationForm
from nrm.accounts.models import Factor
from nrm.accounts.navigation import first_page
from nrm.accounts.presence import By
from nrm.actions import Hidden, Refused
from nrm.context import showing_again
from nrm.web import add_objections

_ASKED = "passkey_asked"  # in the session: what a passkey was asked, until it answers
_THEN = "then"  # in the session: where the person was going when they were led to set up a factor


def _here(request: HttpRequest) -> dict[str, str]:
    """Of which host and origin a passkey is."""
    host = request.get_host()
    return {"host": host, "origin": f"{request.scheme}://{host}"}


def _way_on(request: HttpRequest, address: str) -> str:
    ours = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else first_page(request.user)


def _told(tried: Tried) -> str:
    if tried.outcome == Outcome.WAIT and tried.until is not None:
        until = timezone.localtime(tried.until)
        text = _("Too many were wrong. Try again at %(time)s, or use a passkey.")
        return text % {"time": date_format(until, "j F, H:i")}
    return _("This is not right. Codes work once: wait for the next one, and check the clock.")


@method_decorator(presence.before_factor, name="dispatch")
class ConfirmationView(View):
    """The second step of signing in, and later the proof that it is still you: a code of an app, a
    passkey or a recovery code. In a demonstration, without a factor, the password again."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not presence.is_complete(request) and not presence.must_prove(request.user):
            return redirect("factors")
        return self._page(request, ConfirmationForm(word=presence.by_password_alone(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        form = ConfirmationForm(request.POST, word=presence.by_password_alone(request))
        if form.is_valid():
            by, tried = self._try(request, form.cleaned_data, at)
            if tried.is_right:
                request.session.pop(_ASKED, None)
                if tried.outcome == Outcome.HANDED:
                    presence.prove(request, By.HANDED, at=at)
                    request.session[_THEN] = self._next(request)
                    return redirect("factors")
                presence.prove(request, by, at=at)
                return redirect(_way_on(request, self._next(request)))
            form.add_error(form.asked_for, _told(tried))
        return self._page(request, form)

    def _try(self, request: HttpRequest, said: dict[str, Any], at: Any) -> tuple[By, Tried]:
        user: Any = request.user
        if "password" in said:
            tried = actions.try_password(user, actor=user, at=at, password=said["password"])
            return By.WORD, tried
        if answer := said["passkey"]:
            state = request.session.pop(_ASKED, None)
            if state is None:
                return By.FACTOR, Tried(Outcome.WRONG)
            return By.FACTOR, actions.try_passkey(
                user, actor=user, at=at, state=state, answer=answer, **_here(request)
            )
        return By.FACTOR, actions.try_code(user, actor=user, at=at, code=said["code"])

    def _next(self, request: HttpRequest) -> str:
        return request.POST.get("next") or request.GET.get("next", "")

    def _page(self, request: HttpRequest, form: ConfirmationForm) -> HttpResponse:
        user: Any = request.user
        asks = ""
        has = actions.factors_of(user)
        if not has and "code" in form.fields:
            form.fields["code"].help_text = _("Twenty digits.")
        keys = [row.public_key for row in has if row.kind == Factor.Kind.PASSKEY]
        if keys and not showing_again():
            asks, request.session[_ASKED] = factors.begin_asking(keys=keys, **_here(request))
        context = {
            "form": form,
            "asks": asks,
            "has_app": any(row.kind == Factor.Kind.APP for row in has),
            "has_factor": bool(has),
            "signing_in": not presence.is_complete(request),
            "next": self._next(request),
        }
        return render(request, "accounts/confirmation.html", context)


@method_decorator(presence.enrolment, name="dispatch")
class FactorsView(View):
    """What one proves it with, and the ways to add something. Who has nothing yet is led here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if "next" in request.GET:
            request.session[_THEN] = request.GET["next"]
        return _factors_page(request)


def _factors_page(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    context = {
        "factors": actions.factors_of(user),
        "codes_left": actions.codes_left(user),
        "complete": presence.is_complete(request),
    }
    return render(request, "accounts/factors.html", context)


def _set_up(request: HttpRequest, codes: list[str], at: Any) -> HttpResponse:
    """After a factor was added: it has just been used, so that the session has both now."""
    presence.prove(request, By.FACTOR, at=at)
    if codes:
        return _show_codes(request, codes)
    messages.success(request, _("It is set up. Your other sessions have ended."))
    then = request.session.pop(_THEN, "")
    return redirect(_way_on(request, then) if then else "factors")


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    then = request.session.pop(_THEN, "")
    context = {"codes": codes, "way_on": _way_on(request, then)}
    return render(request, "accounts/recovery_codes.html", context)


def _square(address: str) -> str:
    """The square that an app reads, as SVG: shapes and colours by attribute, no style."""
    # Safe: numbers alone, which the library makes; the address itself stands nowhere in it.
    made = segno.make(address, error="m", micro=False)
    svg: str = made.svg_inline(
        border=4, omitsize=True, svgclass="nrm-square", lineclass=None, dark="#000"
    )
    return mark_safe(svg)  # noqa: S308


@method_decorator(presence.enrolment, name="dispatch")
class AppView(View):
    """Setting up an app: the square, the same as text, and a first code of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        at = timezone.now()
        if actions.app_begun(user, at=at) is None:
            actions.begin_app(user, actor=user, at=at)
        return self._page(request, AppCodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        at = timezone.now()
        form = AppCodeForm(request.POST)
        if form.is_valid():
            try:
                tried, codes = actions.confirm_app(
                    user, actor=user, at=at, code=form.cleaned_data["code"], session=_row(request)
                )
            except Refused as refusal:
                if any(objection.code == "begin_again" for objection in refusal.objections):
                    messages.error(request, refusal.objections[0].text)
                    return redirect("factor_app")
                add_objections(form, refusal)
            else:
                if tried.is_right:
                    return _set_up(request, codes, at)
                form.add_error("code", _told(tried))
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: AppCodeForm) -> HttpResponse:
        user: Any = request.user
        begun = actions.app_begun(user, at=timezone.now())
        if begun is None:
            return redirect("factor_app")
        secret = begun[1]
        text = base64.b32encode(secret).decode()
        context = {
            "form": form,
            "square": _square(factors.address_for_app(secret, user.email)),
            "secret": " ".join(text[at : at + 4] for at in range(0, len(text), 4)),
        }
        return render(request, "accounts/factor_app.html", context)


def _row(request: Any) -> UUID:
    pk: UUID = request.session.row.pk
    return pk


@method_decorator(presence.enrolment, name="dispatch")
class PasskeyView(View):
    """Adding a passkey. It needs a script, because browsers give one to scripts alone."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, [])

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        at = timezone.now()
        state = request.session.pop(_ASKED, None)
        try:
            codes = actions.add_passkey(
                user,
                actor=user,
                at=at,
                state=state,
                answer=request.POST.get("passkey", ""),
                session=_row(request),
                **_here(request),
            )
        except Refused as refusal:
            return self._page(request, refusal.objections)
        return _set_up(request, codes, at)

    def _page(self, request: HttpRequest, objections: Any) -> HttpResponse:
        user: Any = request.user
        keys = [row.public_key for row in actions.passkeys_of(user)]
        asks, request.session[_ASKED] = factors.begin_adding(
            user_id=user.pk, name=user.email, keys=keys, **_here(request)
        )
        context = {"asks": asks, "objections": objections}
        status = 422 if objections else 200
        return render(request, "accounts/factor_passkey.html", context, status=status)


@require_POST
@presence.fresh_factor("POST")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown on the answer and never again."""
    user: Any = request.user
    codes = actions.make_codes(user, actor=user, at=timezone.now(), session=_row(request))
    return _show_codes(request, codes)


@require_POST
@presence.fresh_factor("POST")
def factor_removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    user: Any = request.user
    factor = Factor.objects.filter(pk=pk, user=user).exclude(confirmed_at=None).first()
    if factor is None:
        raise Hidden("own_account")
    try:
        actions.remove_factor(
            user, actor=user, at=timezone.now(), factor=factor, session=_row(request)
        )
    except Refused as refusal:
        messages.error(request, refusal.objections[0].text)
    else:
        messages.success(request, _("It is removed. Your other sessions have ended."))
    return redirect("factors")


@method_decorator(presence.fresh_factor("GET", "HEAD", "POST"), name="dispatch")
class PasswordView(View):
    """Another password for one's own account."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ChangePasswordForm(request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        form = ChangePasswordForm(user, request.POST)
        if not form.is_valid():
            return self._page(request, form)
        actions.change_password(
            user,
            actor=user,
            at=timezone.now(),
            password=form.cleaned_data["new_password1"],
            session=_row(request),
        )
        update_session_auth_hash(request, user)  # with a new key, so that this session goes on
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("account")

    def _page(self, request: HttpRequest, form: ChangePasswordForm) -> HttpResponse:
        return render(request, "accounts/password.html", {"form": form})
