"""The forms by which something is asked about a case, and answered."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.course import text_box
from cases.rules.questions import LONGEST, LONGEST_NAME
from nrm.forms import ExactDateField, Form


class QuestionForm(Form):
    legend_size = "s"

    recipient = forms.CharField(
        label=_("Whom do you ask?"),
        help_text=_("The person, or the organisation and who there."),
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    asked = text_box(_("What do you ask?"), rows=4, most=LONGEST)
    due_on = ExactDateField(
        label=_("By when do you need the answer? (optional)"),
        subject=_("The day"),
        help_text=_("Leave it empty for the day that the profile sets."),
        required=False,
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class AnsweredForm(Form):
    answered_on = ExactDateField(
        label=_("When did the answer come?"), subject=_("The day"), required=False
    )
    answer = text_box(_("What is the answer?"), rows=4, most=LONGEST)
