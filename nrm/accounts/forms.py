"""The forms of signing in, of one's own account, and of administration."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nrm.accounts import role_requests, throttle
from nrm.accounts.models import Organisation
from nrm.accounts.roles import ROLES_OF, OrganisationKind, Role
from nrm.accounts.scopes import LIFETIMES, Scope
from nrm.forms import ChoiceField, Form, MultiChoiceField, Option
from nrm.profiles import profiles
from nrm.profiles.shape import Choice


class SignInForm(AuthenticationForm):
    username = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": _("Enter your e-mail address")},
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password")},
    )
    error_messages = {
        "invalid_login": _("Enter the e-mail address and password of an account that is open"),
        "inactive": _("Enter the e-mail address and password of an account that is open"),
    }

    def clean(self) -> dict[str, Any]:
        """Tries the password, unless too many were wrong. The answer is the same bytes."""
        email = self.cleaned_data.get("username", "")
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if email and throttle.too_many(email, address):
            raise self.get_invalid_login_error()
        try:
            return super().clean()
        except forms.ValidationError:
            throttle.note_failure(email, address)
            raise


class ChoosePasswordForm(SetPasswordForm):
    new_password1 = forms.CharField(
        label=_("New password"),
        help_text=_("At least 12 characters. Three or four words that you can remember are good."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Enter a new password")},
    )
    new_password2 = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Enter the new password again")},
    )


class WelcomeForm(ChoosePasswordForm):
    """The same for the owner of a new account, with the code that comes by another way than the
    link; the account of a first administrator has none."""

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        if role_requests.needs_code(user) is not None:
            self.fields = {"code": self._code(), **self.fields}

    @staticmethod
    def _code() -> forms.CharField:
        return forms.CharField(
            label=_("Code"),
            help_text=_(
                "Eight letters and digits, from the administrator who asked for your account."
            ),
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            error_messages={"required": _("Enter the code that an administrator gave you")},
        )

    def clean_code(self) -> str:
        """Tries the code, unless too many were wrong."""
        code: str = self.cleaned_data["code"]
        if throttle.too_many(self.user.email, throttle.WELCOME):
            raise forms.ValidationError(
                _("Too many wrong codes. Wait a quarter of an hour, and ask for the right one.")
            )
        if not role_requests.is_welcome(self.user, code):
            throttle.note_failure(self.user.email, throttle.WELCOME)
            raise forms.ValidationError(_("This is not the code of your account. Check it."))
        return code


class ChangePasswordForm(ChoosePasswordForm):
    """The same for somebody who has signed in and has just proved that it is them."""


_ONE_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class AppCodeForm(Form):
    code = forms.CharField(
        label=_("Code that the app shows"),
        help_text=_("Six digits."),
        max_length=20,
        widget=forms.TextInput(attrs=_ONE_CODE),
        error_messages={"required": _("Enter the code that the app shows")},
    )


class ConfirmationForm(Form):
    """One field for a code of an app or a recovery code; what a passkey answers comes in a hidden
    one. `word` asks for the password instead, where a demonstration lets it."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits of your app, or one of your recovery codes."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=_ONE_CODE),
    )
    passkey = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password")},
    )

    def __init__(self, *args: Any, word: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code", "passkey") if word else ("password",):
            del self.fields[name]
        self.asked_for = "password" if word else "code"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.asked_for == "code" and not (said.get("code") or said.get("passkey")):
            self.add_error("code", _("Enter a code"))
        return said


class TokenForm(Form):
    label = forms.CharField(
        label=_("What is the token for?"),
        help_text=_("For example: the case system of our force. No names."),
        max_length=100,
        error_messages={"required": _("Enter what the token is for")},
    )
    scopes = MultiChoiceField(
        label=_("What does the program do?"),
        help_text=_("Select only what it needs. It can never do more than you can."),
        choices=Scope.choices,
        error_messages={"required": _("Select at least one thing that the program does")},
    )
    days = ChoiceField(
        label=_("How long is the token valid?"),
        # When it is shown, and not when the module is read: each reader in their own language.
        choices=lambda: [
            (str(days), ngettext("%(days)s day", "%(days)s days", days) % {"days": days})
            for days in LIFETIMES
        ],
        error_messages={"required": _("Select how long the token is valid")},
    )


_NONE = _("None of these")


class OrganisationForm(Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        error_messages={"required": _("Enter the name of the organisation")},
    )
    kind = ChoiceField(
        label=_("Kind"),
        choices=OrganisationKind.choices,
        error_messages={"required": _("Select what kind of organisation it is")},
    )
    profile = ChoiceField(
        label=_("Law it works under"),
        choices=[],
        error_messages={"required": _("Select the law it works under")},
    )

    authority_kind = ChoiceField(
        label=_("Which authority is it?"),
        help_text=_(
            "Of a competent authority alone: one of those of its law. Statistics count referrals "
            "by it."
        ),
        choices=[],
        required=False,
        widget=forms.Select,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = [(p.code, p.label) for p in profiles()]  # type: ignore[attr-defined]
        by_law = [
            (p.label, [(f"{p.code}:{one.code}", one.label) for one in p.authorities])
            for p in profiles()
            if p.authorities
        ]
        if by_law:
            self.fields["authority_kind"].choices = [("", _NONE), *by_law]  # type: ignore[attr-defined]
        else:
            del self.fields["authority_kind"]

    def clean_authority_kind(self) -> str:
        """Its code. One of another law than was chosen stays as it is: no law has such a code."""
        told: str = self.cleaned_data["authority_kind"]
        return told.removeprefix(f"{self.cleaned_data.get('profile')}:")


class OrganisationChangeForm(Form):
    """What can be changed of an organisation, and how it stood when that was read."""

    was_name = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    was_active = forms.CharField(widget=forms.HiddenInput, required=False)
    was_authority = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        error_messages={"required": _("Enter the name of the organisation")},
    )
    authority_kind = ChoiceField(
        label=_("Which authority is it?"),
        help_text=_("Statistics count referrals by it."),
        choices=[],
        required=False,
    )
    is_active = ChoiceField(
        label=_("Is the organisation open?"),
        choices=[("yes", _("Open")), ("no", _("Closed: no role in it gives anything"))],
        error_messages={"required": _("Select whether the organisation is open")},
    )

    def __init__(self, *args: Any, authorities: Sequence[Choice], **kwargs: Any) -> None:
        """`authorities`: those that it can be; where there are none, nobody is asked."""
        super().__init__(*args, **kwargs)
        if authorities:
            known = [(one.code, Option(one.label, hint=one.help)) for one in authorities]
            self.fields["authority_kind"].choices = [*known, ("", _NONE)]  # type: ignore[attr-defined]
        else:
            del self.fields["authority_kind"], self.fields["was_authority"]


class RoleForm(Form):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(is_active=True),
        error_messages={"required": _("Select the organisation")},
    )
    role = ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        error_messages={"required": _("Select the role")},
    )


class AccountForm(Form):
    display_name = forms.CharField(
        label=_("Name"),
        help_text=_("As colleagues will see it."),
        max_length=150,
        error_messages={"required": _("Enter the name of the person who will sign in")},
    )
    email = forms.EmailField(
        label=_("Work e-mail address"),
        error_messages={"required": _("Enter the work e-mail address")},
    )
    role = ChoiceField(
        label=_("Role"), choices=[], error_messages={"required": _("Select the role")}
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = ROLES_OF.get(kind, frozenset())
        self.fields["role"].choices = [c for c in Role.choices if c[0] in possible]  # type: ignore[attr-defined]
