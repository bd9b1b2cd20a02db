"""What the timeline can be narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.selectors.timeline import KINDS
from nrm.forms import ExactDateField, Form


class TimelineFilter(Form):
    small = True
    show = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("About"), required=False)
    first = ExactDateField(label=_("From"), subject=_("The first day"), required=False)
    last = ExactDateField(label=_("To"), subject=_("The last day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(code, label) for code, (label, _verbs) in KINDS.items()]
        self.fields["kind"].choices = [("", _("Everything")), *labels]
