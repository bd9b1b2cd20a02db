"""The form that asks why somebody needs to see who a person is."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.identity import LONGEST_REASON
from nrm.forms import ChoiceField, Form
from nrm.profiles import Profile


class ShowIdentityForm(Form):
    purpose = ChoiceField(
        label=_("Why do you need to see who this is?"),
        error_messages={"required": _("Select why you need to see who this is")},
    )
    reason = forms.CharField(
        label=_("Your reason, in a few words"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = profile.disclosure_purposes
        self.fields["purpose"].choices = [(p.code, p.label) for p in purposes]
        self.reveals = {"purpose": {p.code: "reason" for p in purposes if p.free_text}}
