"""The forms of a clock: pause, run again, extend."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.rules.deadlines import EXTENSION_REASONS, MOST_UNITS, pause_reasons
from nrm.forms import ChoiceField, ExactDateField, Form, Option
from nrm.profiles import Profile
from nrm.profiles.terms import Term

UNITS = {
    "working_days": _("How many working days are added?"),
    "calendar_days": _("How many days are added?"),
    "hours": _("How many hours are added?"),
    "years": _("How many years are added?"),
}


class SeenForm(Form):
    """Carries the date that the reader saw: a clock that moved meanwhile is not changed blindly."""

    seen = forms.DateField(widget=forms.HiddenInput, required=False)


class PauseForm(SeenForm):
    reason = ChoiceField(label=_("Why is it paused?"), required=False)
    review_on = ExactDateField(
        label=_("When is the pause looked at again?"),
        subject=_("The day"),
        help_text=_("You and your supervisor are reminded on that day."),
        required=False,
    )

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [
            (rule.code, Option(rule.label, hint=rule.help)) for rule in pause_reasons(profile)
        ]


class KeepPausedForm(SeenForm):
    review_on = ExactDateField(
        label=_("When is the pause looked at again?"),
        subject=_("The day"),
        help_text=_("You and your supervisor are reminded on that day, and again until you look."),
        required=False,
    )


class ExtendForm(SeenForm):
    length = forms.IntegerField(
        min_value=1,
        max_value=MOST_UNITS,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"required": _("Enter how many are added")},
    )
    reason = ChoiceField(label=_("Why is it extended?"), choices=EXTENSION_REASONS, required=False)
    explanation = forms.CharField(
        label=_("What happened?"),
        help_text=_("A sentence or two. It is kept under the person's key."),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, term: Term, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["length"].label = UNITS[term.unit]
