"""The administrator's pages: organisations, accounts and roles. No case content."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.generic import View

from nrm.accounts import actions, factor_actions, presence
from nrm.accounts.forms import (
    AccountForm,
    OrganisationChangeForm,
    OrganisationForm,
    RoleForm,
)
from nrm.accounts.models import SYSTEM_ID, Membership, Organisation, User
from nrm.accounts.rights import ADMINISTER
from nrm.actions import Changed, Hidden, Refused
from nrm.web import add_objections

PAGE = 50


@method_decorator(presence.fresh_factor("POST"), name="dispatch")
class AdministrationView(View):
    """A page for administrators alone. Whatever it changes needs a fresh proof that it is them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        ADMINISTER.check(request.user, None)
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)


def _organisation(pk: UUID) -> Organisation:
    found = Organisation.objects.filter(pk=pk).first()
    if found is None:
        raise Hidden("administer")
    return found


def _account(pk: UUID) -> User:
    found = User.objects.exclude(pk=SYSTEM_ID).filter(pk=pk).first()
    if found is None:
        raise Hidden("administer")
    return found


class OrganisationsView(AdministrationView):
    def get(self, request: HttpRequest) -> HttpResponse:
        organisations = Organisation.objects.annotate(
            people=Count(
                "role_groups__group__memberships__user",
                filter=Q(role_groups__group__memberships__user__is_active=True),
                distinct=True,
            )
        ).order_by("name", "id")
        return render(
            request, "administration/organisations.html", {"organisations": organisations}
        )


class OrganisationAddView(AdministrationView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, OrganisationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OrganisationForm(request.POST)
        if form.is_valid():
            try:
                made = actions.add_organisation(
                    actor=request.user,
                    at=self.at,
                    **form.cleaned_data,  # type: ignore[arg-type]
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(request, _("The organisation is added."))
                return redirect("organisation", pk=made.pk)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: OrganisationForm) -> HttpResponse:
        return render(request, "administration/organisation_add.html", {"form": form})


def _as_it_stands(organisation: Organisation) -> dict[str, str]:
    return {
        "was_name": organisation.name,
        "was_active": "yes" if organisation.is_active else "no",
    }


class OrganisationView(AdministrationView):
    """One organisation: its name, whether it is open, and the accounts in it."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        form = OrganisationChangeForm(
            initial={
                "name": organisation.name,
                "is_active": "yes" if organisation.is_active else "no",
                **_as_it_stands(organisation),
            }
        )
        return self._page(request, organisation, form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        form = OrganisationChangeForm(request.POST)
        status = 200
        if form.is_valid():
            said = form.cleaned_data
            read = (said["was_name"], said["was_active"] == "yes")
            try:
                actions.change_organisation(
                    organisation,
                    actor=request.user,  # type: ignore[arg-type]
                    at=self.at,
                    name=said["name"],
                    is_active=said["is_active"] == "yes",
                    before=read if said["was_active"] else None,
                )
            except Changed as clash:
                # What was typed stays; saving once more is then on purpose.
                form.data = {**request.POST.dict(), **_as_it_stands(organisation)}
                add_objections(form, clash)
                status = 409
            else:
                messages.success(request, _("Saved."))
                return redirect("organisation", pk=pk)
        return self._page(request, organisation, form, status)

    def _page(
        self,
        request: HttpRequest,
        organisation: Organisation,
        form: OrganisationChangeForm,
        status: int = 200,
    ) -> HttpResponse:
        people = (
            Membership.objects.filter(group__role_group__organisation=organisation)
            .select_related("user", "group__role_group__organisation")
            .order_by("user__display_name", "user_id")
        )
        context = {"organisation": organisation, "people": people, "form": form}
        return render(request, "administration/organisation.html", context, status=status)


class AccountAddView(AdministrationView):
    """A new account. The link with which its owner chooses a password is shown once."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        return self._page(request, organisation, AccountForm(kind=organisation.kind))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        form = AccountForm(request.POST, kind=organisation.kind)
        if form.is_valid():
            try:
                user = actions.add_account(
                    organisation,
                    actor=request.user,
                    at=self.at,
                    **form.cleaned_data,  # type: ignore[arg-type]
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                context = {"account": user, "link": _welcome_link(request, user)}
                return render(request, "administration/account_added.html", context)
        return self._page(request, organisation, form)

    def _page(
        self, request: HttpRequest, organisation: Organisation, form: AccountForm
    ) -> HttpResponse:
        context = {"organisation": organisation, "form": form}
        return render(request, "administration/account_add.html", context)


def _welcome_link(request: HttpRequest, user: User) -> str:
    path = reverse(
        "welcome",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    return request.build_absolute_uri(path)


class AccountView(AdministrationView):
    """One account and its roles. POST does the one thing that its button names."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, _account(pk), RoleForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        user = _account(pk)
        form = RoleForm(request.POST if request.POST.get("do") == "give" else None)
        if request.POST.get("do") == "reset_factor":
            code = factor_actions.reset_factors(user, actor=request.user, at=self.at)  # type: ignore[arg-type]
            context = {"account": user, "code": code}
            return render(request, "administration/factor_reset.html", context)
        try:
            if done := self._do(request, user, form):
                messages.success(request, done)
                return redirect("administered_account", pk=pk)
        except Refused as refusal:
            if form.is_bound:
                add_objections(form, refusal)
            else:
                for objection in refusal.objections:
                    messages.error(request, objection.text)
        return self._page(request, user, form)

    def _do(self, request: HttpRequest, user: User, form: RoleForm) -> str:
        actor: Any = request.user
        match request.POST.get("do"):
            case "give" if form.is_valid():
                actions.give_role(user, actor=actor, at=self.at, **form.cleaned_data)
                return _("The role is given.")
            case "end":
                membership = user.memberships.filter(
                    pk=_number(request.POST.get("membership"))
                ).first()
                if membership is None:
                    raise Hidden("administer")
                actions.end_role(membership, actor=actor, at=self.at)
                return _("The role is ended.")
            case "close":
                actions.close_account(user, actor=actor, at=self.at)
                return _("The account is closed. Its sessions and tokens have ended.")
            case "open":
                actions.reopen_account(user, actor=actor, at=self.at)
                return _("The account is open again.")
        return ""

    def _page(self, request: HttpRequest, user: User, form: RoleForm) -> HttpResponse:
        memberships = user.memberships.select_related("group__role_group__organisation")
        context = {
            "account": user,
            "memberships": memberships,
            "has_factor": presence.has_factor(user),
            "form": form,
        }
        return render(request, "administration/account.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
