"""The form of a detention, a removal or a return."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models.removal import RemovalEnd, RemovalKind, Risk
from cases.rules.removals import CODES, LONGEST
from nrm.forms import ChoiceField, ExactDateField, Form


class RemovalForm(Form):
    kind = ChoiceField(
        label=_("What is it?"),
        choices=RemovalKind.choices,
        error_messages={"required": _("Select what it is")},
    )
    on = ExactDateField(label=_("When did it begin, or is it set for?"), required=False)
    words = forms.CharField(
        label=_("What is known of it?"),
        help_text=_("Where, by whom, on what ground. Write the pseudonym, not the name."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    risk = ChoiceField(
        label=_("Has somebody assessed what would wait for the person?"),
        choices=[("", _("Not yet")), *Risk.choices],
        required=False,
    )
    risk_on = ExactDateField(label=_("When was that assessed?"), required=False, past=True)
    ended = ChoiceField(
        label=_("How did it end?"),
        choices=[("", _("It has not ended")), *RemovalEnd.choices],
        required=False,
    )
    ended_on = ExactDateField(label=_("When did it end?"), required=False, past=True)
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, Any]:
        """What was answered, as the action takes it."""
        return {name: self.cleaned_data[name] for name in (*CODES, "words")}
