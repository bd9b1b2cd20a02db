"""The forms of packs: keys of others, sealing, opening."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.sharing import RecallForm, ShareForm
from exchange.packs.correspondents import who_can_open
from exchange.packs.sealing import MOST_BYTES
from nrm.accounts.models import Organisation
from nrm.forms import ChoiceField, Form
from nrm.profiles import Profile
from nrm.uploads import Upload

_EVERY = "every"


class KeyForm(Form):
    """Whose key it is, and the key."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        help_text=_("Whose installation has the key. Add it first, where it is not here yet."),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose an organisation"),
        error_messages={
            "required": _("Select an organisation"),
            "invalid_choice": _("Select an organisation"),
        },
    )
    key = forms.CharField(
        label=_("Their key"),
        help_text=_("One line that begins with nrm-pack-1."),
        max_length=200,
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}
        ),
        error_messages={"required": _("Enter the key")},
    )
    opened_by = forms.ChoiceField(
        label=_("Who here opens what they send?"),
        help_text=_(
            "They seal it to this installation and know none of its organisations. Whoever of them"
            " opens it first has it."
        ),
        error_messages={
            "required": _("Select who opens what they send"),
            "invalid_choice": _("Select who opens what they send"),
        },
    )
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        found = Organisation.objects.filter(is_active=True).order_by("name", "id")
        fields["organisation"].queryset = found
        self._openers = {str(one.pk): one for one in who_can_open().order_by("name", "id")}
        fields["opened_by"].choices = [
            ("", _("Choose an organisation")),
            (_EVERY, _("Every organisation that refers")),
            *((pk, one.name) for pk, one in self._openers.items()),
        ]

    def clean_opened_by(self) -> Organisation | None:
        """The organisation; None for every one."""
        return self._openers.get(self.cleaned_data["opened_by"])


class FingerprintForm(Form):
    fingerprint = forms.CharField(
        label=_("The fingerprint, as they read it to you"),
        help_text=_("Thirty digits. Call them at a number that you know already."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the digits that they read to you")},
    )


class PackForm(ShareForm):
    """What goes into a pack: as for sharing, without documents."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, documents=[], **kwargs)


class SealedFileField(forms.FileField):
    """One file of a size that a pack can have."""

    def to_python(self, data: Any) -> Any:
        if isinstance(data, Upload) and (data.cut_off or data.size > 2 * MOST_BYTES):
            raise forms.ValidationError(_("This file is too large to be a pack."))
        return super().to_python(data)


_FILE_ERRORS = {
    "required": _("Choose the file"),
    "empty": _("This file is empty"),
}


class ReceiptForm(Form):
    file = SealedFileField(label=_("The receipt"), error_messages=_FILE_ERRORS)


class WhyRecalledForm(RecallForm):
    """Why, where it is not recalled yet."""


class TakeInForm(Form):
    """The file, for which organisation it is taken in, and what the standard does not say."""

    file = SealedFileField(
        label=_("The file"),
        help_text=_("A pack, or the notice that one is recalled."),
        error_messages=_FILE_ERRORS,
    )
    organisation = ChoiceField(
        label=_("For which organisation?"),
        error_messages={"required": _("Select an organisation")},
    )
    jurisdiction = ChoiceField(label=_("Where does the case belong?"), required=False)
    consent_answer = ChoiceField(
        label=_("Does the person agree to be referred here?"),
        help_text=_("Asked of adults. Leave it empty for the notice of a recall."),
        required=False,
        choices=[
            ("given", _("Yes")),
            ("refused", _("No")),
            ("not_asked", _("They could not be asked yet")),
        ],
    )

    def __init__(
        self, *args: Any, organisations: list[Organisation], profile: Profile, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organisation"].choices = [(str(one.pk), one.name) for one in organisations]
        fields["jurisdiction"].choices = [(one.code, one.label) for one in profile.jurisdictions]

    @property
    def said(self) -> dict[str, str]:
        """What whoever takes it in answers for the file."""
        told = self.cleaned_data
        return {name: told[name] for name in ("jurisdiction", "consent_answer") if told.get(name)}
