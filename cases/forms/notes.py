"""The form of a note."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.notes import LONGEST
from nrm.forms import Form


class NoteForm(Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        error_messages={"required": _("Enter a note")},
        help_text=_("A note cannot be changed later. Write the pseudonym, not the name."),
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
