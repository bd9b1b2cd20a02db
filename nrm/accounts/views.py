"""Signing in and out, one's own account, and the way home."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from nrm.accounts import actions, presence
from nrm.accounts.forms import SignInForm, TokenForm, WelcomeForm
from nrm.accounts.models import Session, Token, User
from nrm.accounts.navigation import first_page, own_pages
from nrm.accounts.sessions import live_sessions
from nrm.actions import Hidden
from nrm.audit import writer


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each role's own first page."""
    return redirect(first_page(request.user))


_A_FORM = require_http_methods(["GET", "HEAD", "POST"])  # Django's form views also take PUT


@method_decorator([login_not_required, _A_FORM], name="dispatch")
class SignInView(views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user: Any = form.get_user()
        now = timezone.now()
        presence.begin(self.request, user, at=now)
        _write("account.signed_in", user.pk)
        # The language that was chosen on this page goes before the one that was kept.
        chosen = self.request.POST.get("language", "")
        if chosen in dict(settings.LANGUAGES) and chosen != user.language:
            actions.choose_language(user, actor=user, at=now, language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        return response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        asked = self.request.GET.get("language") or self.request.POST.get("language", "")
        former = self.request.session.former  # type: ignore[attr-defined]
        return super().get_context_data(
            chosen_language=asked if asked in dict(settings.LANGUAGES) else "",
            was_away=former is not None and not former.ended,
            text_kept="kept=" in self.get_redirect_url(),
            **more,
        )

    def form_invalid(self, form: Any) -> HttpResponse:
        _write("account.sign_in_failed", None)
        return super().form_invalid(form)


def _write(verb: str, account: UUID | None) -> None:
    writer.write(verb, at=timezone.now(), actor_id=account, object_id=account)


@method_decorator([login_not_required, _A_FORM], name="dispatch")
class WelcomeView(views.PasswordResetConfirmView):
    """Where the owner of a new account chooses a password, by a link that works once."""

    template_name = "accounts/welcome.html"
    form_class = WelcomeForm

    def form_valid(self, form: Any) -> HttpResponse:
        _write("account.password_chosen", form.user.pk)
        actions.end_sessions_of(form.user, at=timezone.now(), ended=Session.Ended.PASSWORD)
        return super().form_valid(form)

    def get_success_url(self) -> str:
        messages.success(self.request, _("Your password is set. Sign in."))
        return reverse("sign_in")


@require_POST
@presence.before_factor
def sign_out(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    _write("account.signed_out", user.pk)
    logout(request)
    response = HttpResponseRedirect(reverse("sign_in"))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    """Chooses the language, for this browser and, when signed in, for the account."""
    user: Any = request.user
    language = request.POST.get("language", "")
    known = language in dict(settings.LANGUAGES) and translation.check_for_language(language)
    if user.is_authenticated and known:
        actions.choose_language(user, actor=user, at=timezone.now(), language=language)
    response = django_set_language(request)
    if known and not user.is_authenticated and isinstance(response, HttpResponseRedirect):
        # Told to the sign-in page, so that whoever signs in there keeps it.
        page, _mark, query = response["Location"].partition("?")
        told = QueryDict(query, mutable=True)
        told["language"] = language
        response["Location"] = f"{page}?{told.urlencode(safe='/')}"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@presence.fresh_factor("POST")
def account(request: HttpRequest) -> HttpResponse:
    """One's own roles and tokens. A token's secret is shown on the answer to its making only."""
    user: User = request.user  # type: ignore[assignment]
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data, "days": int(form.cleaned_data["days"])}
        _row, secret = actions.make_token(user, actor=user, at=timezone.now(), **said)
        form = TokenForm()
    context = {
        "memberships": user.role_groups,
        "own_pages": own_pages(user),
        "tokens": user.tokens.filter(revoked_at=None, expires_at__gt=timezone.now()),
        "sessions": list(live_sessions(user, at=timezone.now())),
        "this_session": request.session.row,  # type: ignore[attr-defined]
        "form": form,
        "secret": secret,
    }
    return render(request, "accounts/account.html", context)


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Turns the shortcuts of single keys on or off."""
    user: Any = request.user
    on = request.POST.get("on") == "yes"
    actions.choose_shortcuts(user, actor=user, at=timezone.now(), on=on)
    messages.success(request, _("Shortcuts are on.") if on else _("Shortcuts are off."))
    return redirect("account")


@require_POST
def end_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ends one of one's own sessions: another one, or this one."""
    user: Any = request.user
    session = user.sessions.filter(pk=pk).first()
    if session is None:
        raise Hidden("own_account")
    actions.end_session(user, actor=user, at=timezone.now(), session=session)
    if session == request.session.row:  # type: ignore[attr-defined]
        return redirect("sign_in")
    messages.success(request, _("The session is ended."))
    return redirect("account")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Ends all of one's own sessions but this one."""
    user: Any = request.user
    this: Any = request.session.row  # type: ignore[attr-defined]
    actions.end_other_sessions(user, actor=user, at=timezone.now(), but=this)
    messages.success(request, _("Your other sessions are ended."))
    return redirect("account")


@require_POST
def revoke_token(request: HttpRequest, pk: Any) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    token = Token.objects.filter(pk=pk, user=user).first()
    if token is None:
        raise Hidden("own_account")
    actions.revoke_token(user, actor=user, at=timezone.now(), token=token)
    messages.success(request, _("The token is revoked."))
    return redirect("account")
