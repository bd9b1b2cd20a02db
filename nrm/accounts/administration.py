"""The administrator's pages: organisations, accounts and roles. No case content."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from nrm.accounts import actions, factor_actions, presence, role_requests
from nrm.accounts.forms import (
    AccountForm,
    OrganisationChangeForm,
    OrganisationForm,
    RoleForm,
)
from nrm.accounts.models import SYSTEM_ID, Membership, Organisation, RoleRequest, User
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
        "was_authority": organisation.authority_kind,
    }


class OrganisationView(AdministrationView):
    """One organisation: its name, which authority it is, whether it is open, and the accounts in
    it."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        form = OrganisationChangeForm(
            authorities=organisation.authorities,
            initial={
                "name": organisation.name,
                "authority_kind": organisation.authority_kind,
                "is_active": "yes" if organisation.is_active else "no",
                **_as_it_stands(organisation),
            },
        )
        return self._page(request, organisation, form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        form = OrganisationChangeForm(request.POST, authorities=organisation.authorities)
        status = 200
        if form.is_valid():
            said = form.cleaned_data
            read = (said["was_name"], said["was_active"] == "yes", said.get("was_authority", ""))
            opens = said["is_active"] == "yes" and said["was_active"] == "no"
            try:
                if opens and not organisation.is_active:
                    asked = role_requests.ask_to_open(
                        organisation,
                        actor=request.user,  # type: ignore[arg-type]
                        at=self.at,
                    )
                    messages.success(request, _asked())
                    return redirect("role_request", pk=asked.pk)
                actions.change_organisation(
                    organisation,
                    actor=request.user,  # type: ignore[arg-type]
                    at=self.at,
                    name=said["name"],
                    is_active=said["is_active"] == "yes",
                    authority_kind=said.get("authority_kind"),
                    before=read if said["was_active"] else None,
                )
            except Changed as clash:
                # What was typed stays; saving once more is then on purpose.
                form.data = {**request.POST.dict(), **_as_it_stands(organisation)}
                add_objections(form, clash)
                status = 409
            except Refused as refusal:
                add_objections(form, refusal)
                status = 422
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
    """A new account, which another administrator confirms."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        return self._page(request, organisation, AccountForm(kind=organisation.kind))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        organisation = _organisation(pk)
        form = AccountForm(request.POST, kind=organisation.kind)
        if form.is_valid():
            try:
                asked = role_requests.ask_for_account(
                    organisation,
                    actor=request.user,
                    at=self.at,
                    **form.cleaned_data,  # type: ignore[arg-type]
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(request, _asked())
                return redirect("role_request", pk=asked.pk)
        return self._page(request, organisation, form)

    def _page(
        self, request: HttpRequest, organisation: Organisation, form: AccountForm
    ) -> HttpResponse:
        context = {"organisation": organisation, "form": form}
        return render(request, "administration/account_add.html", context)


def _asked() -> str:
    return _("Asked for. It is in force once another administrator has confirmed it.")


class RoleRequestsView(AdministrationView):
    """What waits for a second administrator, and what was decided last."""

    def get(self, request: HttpRequest) -> HttpResponse:
        decided = (
            role_requests.all_requests().exclude(decided_at=None).order_by("-decided_at", "id")
        )
        context = {
            "waiting": role_requests.waiting(at=self.at)[:PAGE],
            "decided": decided[:PAGE],
        }
        return render(request, "administration/role_requests.html", context)


class RoleRequestView(AdministrationView):
    """What was asked for: an account, a role, or an organisation to be opened. POST does the one
    thing that its button names. The link to a new account is shown on the answer to its
    confirmation only, and the code that goes with it to who asked."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, self._row(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row(pk)
        actor: Any = request.user
        try:
            match request.POST.get("do"):
                case "confirm":
                    row = role_requests.confirm_request(row, actor=actor, at=self.at)
                    if link := role_requests.welcome_path(row, reader=actor):
                        context = {"asked": row, "link": request.build_absolute_uri(link)}
                        return render(request, "administration/account_added.html", context)
                    messages.success(request, _("It is confirmed and in force."))
                case "decline":
                    role_requests.decline_request(row, actor=actor, at=self.at)
                    messages.success(request, _("It is declined. Nothing was opened or given."))
                case _:
                    return self._page(request, row)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
            return self._page(request, self._row(pk))
        return redirect("role_requests")

    def _row(self, pk: UUID) -> RoleRequest:
        found = role_requests.all_requests().filter(pk=pk).first()
        if found is None:
            raise Hidden("administer")
        return found

    def _page(self, request: HttpRequest, row: RoleRequest) -> HttpResponse:
        reader: Any = request.user
        waits = row.state == RoleRequest.State.WAITING
        context = {
            "asked": row,
            "waits": waits,
            "mine": row.asked_by_id == reader.pk,
            "may_confirm": waits and role_requests.CONFIRM_ROLE.held_by(reader, row),
            "code": role_requests.welcome_code(row, reader=reader),
            "link_again": role_requests.welcome_path(row, reader=reader) is not None,
        }
        return render(request, "administration/role_request.html", context)


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
                role_requests.ask_for_role(user, actor=actor, at=self.at, **form.cleaned_data)
                return _asked()
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
                return _("The account is open again, without a role. Ask for those it needs.")
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
