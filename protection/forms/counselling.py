"""The forms of counselling: planning a session, what came of it, and a note of the provider's
own."""

from datetime import datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.referral import LanguageField
from cases.models.referral import InterpreterSex
from nrm.forms import ChoiceField, ExactDateField, Form
from protection.models import Session
from protection.models.counselling import (
    Fit,
    InterpreterNeed,
    Modality,
    VenueKind,
)
from protection.rules.counselling import (
    BEFOREHAND,
    LONGEST_ADDRESS,
    LONGEST_DIALECT,
    LONGEST_NOTE,
    OUTCOMES,
)
from protection.selectors.counselling import OUTCOME_WORDS

_OFF = {"autocomplete": "off", "spellcheck": "false"}


class PlanForm(Form):
    """A day and a time, how and where, and an interpreter as the person wants one."""

    small = True
    reveals = {"modality": {"in_person": "venue"}}
    starts_at = ExactDateField(label=_("On which day?"), subject=_("The day of the session"))
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
    modality = ChoiceField(
        label=_("How do you meet?"),
        choices=Modality.choices,
        error_messages={"required": _("Select how you meet")},
    )
    venue = forms.ChoiceField(
        label=_("Where?"), choices=[("", _("Select where you meet")), *VenueKind.choices],
        required=False,
    )  # fmt: skip
    address = forms.CharField(
        label=_("Where exactly, if the person has to find it"),
        help_text=_("It is sealed, and only your organisation reads it."),
        max_length=LONGEST_ADDRESS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, **_OFF}),
    )
    interpreter = ChoiceField(
        label=_("Is an interpreter needed?"),
        choices=InterpreterNeed.choices,
        error_messages={"required": _("Select whether an interpreter is needed")},
    )
    language = LanguageField(
        label=_("Language of the interpreter"),
        required=False,
    )
    dialect = forms.CharField(
        label=_("Dialect"),
        help_text=_("It is sealed: it may say where the person comes from."),
        max_length=LONGEST_DIALECT,
        required=False,
        widget=forms.TextInput(attrs={**_OFF, "class": "govuk-!-width-two-thirds"}),
    )
    interpreter_sex = ChoiceField(
        label=_("Whom does the person want as an interpreter?"),
        choices=InterpreterSex.choices,
        initial=InterpreterSex.ANY,
        required=False,
    )
    no_companions = forms.BooleanField(
        label=_("Nobody of the family, and nobody who came along, interprets or is in the room"),
        required=False,
        initial=True,
    )

    def planned(self) -> dict[str, Any]:
        """What is handed to the action."""
        told = dict(self.cleaned_data)
        hour: time = told.pop("time")
        day = datetime.combine(told["starts_at"], hour)
        told["starts_at"] = timezone.make_aware(day)
        told["interpreter_sex"] = told["interpreter_sex"] or InterpreterSex.ANY
        return told


class OutcomeForm(Form):
    """What came of a session; before its hour it can only be cancelled."""

    small = True
    outcome = ChoiceField(
        label=_("What came of it?"), error_messages={"required": _("Select what came of it")}
    )
    fit = forms.ChoiceField(
        label=_("Was the interpreter right for the person?"),
        help_text=_("Language, dialect, and whether the person could speak freely."),
        choices=[("", _("Select whether the interpreter was right")), *Fit.choices],
        required=False,
    )

    def __init__(self, *args: Any, session: Session, begun: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = session.interpreter != InterpreterNeed.NONE
        possible = [
            code
            for code in OUTCOMES
            if (begun or code in BEFOREHAND) and (asked or code != "stopped")
        ]
        self.fields["outcome"].choices = [(code, str(OUTCOME_WORDS[code])) for code in possible]
        if asked and begun:
            self.reveals = {"outcome": {"attended": "fit"}}
        else:
            del self.fields["fit"]


class ClinicalNoteForm(Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        error_messages={"required": _("Enter a note")},
        help_text=_("It cannot be changed later."),
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
