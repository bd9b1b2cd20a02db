"""Signing in and out, and the way home."""

from typing import Any

from django.contrib.auth import logout, views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from nrm.accounts.forms import SignInForm
from nrm.accounts.navigation import first_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each role's own first page."""
    return redirect(first_page(request.user))


@method_decorator(login_not_required, name="dispatch")
class SignInView(views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    response = HttpResponseRedirect(reverse("sign_in"))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
def hide_screen(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server and leaves a page that says nothing, so that going back
    meets the sign-in page."""
    logout(request)
    response = render(request, "accounts/hidden.html")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return render(request, "accounts/account.html", {"memberships": user.active_memberships})
