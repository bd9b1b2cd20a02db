"""The forms of emergency access: asking for it, and reviewing it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nrm.forms import ChoiceField, Form

LONGEST_REASON = 1000


class EmergencyForm(Form):
    reference = forms.CharField(
        label=_("Reference of the case"),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "class": "govuk-input--width-20"}
        ),
        error_messages={"required": _("Enter the reference of the case")},
    )
    reason = forms.CharField(
        label=_("What happened, and why it cannot wait"),
        help_text=_("Another person reads this. Write the pseudonym, not the name."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(
            attrs={"rows": 4, "autocomplete": "off", "class": "govuk-!-width-two-thirds"}
        ),
        error_messages={"required": _("Write a sentence: what happened, and why it cannot wait")},
    )


class EmergencyReviewForm(Form):
    justified = ChoiceField(
        label=_("Was it justified?"),
        choices=[("yes", _("Yes")), ("no", _("No: it ends at once"))],
        error_messages={"required": _("Select whether it was justified")},
    )
