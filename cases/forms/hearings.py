"""The forms by which it is said what happened in a hearing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models.hearing import HearingResult
from cases.models.matter import HearingKind
from cases.rules.hearings import RESULTS
from cases.rules.matters import LONGEST
from nrm.forms import ChoiceField, ExactDateField, Form


class ResultForm(Form):
    result = ChoiceField(
        label=_("What happened?"),
        choices=[(code, HearingResult(code).label) for code in RESULTS],
        required=False,
    )
    words = forms.CharField(
        label=_("What was said and ordered? (optional)"),
        help_text=_("It is kept under the person’s key, and may have to be shown to the court."),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )


class HearingForm(ResultForm):
    next_on = ExactDateField(
        label=_("When is the next hearing?"),
        help_text=_("Leave it empty where there is none."),
        subject=_("The day"),
        required=False,
    )
    next_kind = ChoiceField(
        label=_("What is the next hearing?"),
        choices=[("", _("Not known, or none")), *HearingKind.choices],
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
