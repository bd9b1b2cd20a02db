"""The form of how a person gets to a place."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nrm.forms import ChoiceField, ExactDateField, Form
from protection.models.transport import ArrangedBy
from protection.rules.transport import LONGEST
from protection.selectors.transport import Noted


class TransportForm(Form):
    """Nothing is chosen beforehand."""

    small = True
    arranged_by = ChoiceField(
        label=_("Who brings the person?"),
        choices=ArrangedBy.choices,
        error_messages={"required": _("Select who brings the person")},
    )
    leaves_at = ExactDateField(label=_("On which day?"), subject=_("The day"))
    time = forms.TimeField(
        label=_("At what time?"),
        help_text=_("For example 14:30"),
        input_formats=["%H:%M", "%H.%M"],
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "autocomplete": "off"}),
        error_messages={
            "required": _("Enter the time"),
            "invalid": _("Enter the time as hours and minutes, for example 14:30"),
        },
    )
    apart = ChoiceField(
        label=_("Does the person have to travel apart from somebody?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        error_messages={"required": _("Select whether they travel apart from somebody")},
    )
    words = forms.CharField(
        label=_("From whom, and what else matters on the way"),
        help_text=_("It is sealed. The provider does not read it."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    done = forms.BooleanField(label=_("It is done: the person has arrived"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def told(self) -> dict[str, Any]:
        """What is handed to the action."""
        told = dict(self.cleaned_data)
        moment = datetime.combine(told["leaves_at"], told.pop("time"))
        return {**told, "leaves_at": timezone.make_aware(moment), "apart": told["apart"] == "yes"}


def as_noted(noted: Noted | None) -> dict[str, Any]:
    """What the form shows at first."""
    if noted is None:
        return {}
    row = noted.row
    leaves = timezone.localtime(row.leaves_at)
    return {
        "arranged_by": row.arranged_by,
        "leaves_at": leaves.date(),
        "time": leaves.strftime("%H:%M"),
        "apart": "yes" if row.apart else "no",
        "words": noted.words,
        "done": row.done_at is not None,
        "version": row.version,
    }
